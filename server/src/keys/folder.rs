//! The folder of the key ring: one file a key.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
    time::SystemTime,
};

use aws_lc_rs::{
    encoding::{AsDer as _, Pkcs8V1Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use secrecy::{ExposeSecret as _, SecretSlice};
use sessionkeep_verify::Algorithm;
use time::{OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem, macros::format_description};

use crate::{
    private_files,
    random::{self, Random},
    session::UnixMillis,
};

/// A key's file begins with the time of its first use, so that `ls` shows them in order: `20261124T195500Z-3kQx.pem`.
const FIRST_USE: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]T[hour][minute][second]Z");

/// A file of the folder that holds a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile {
    /// Where.
    pub path: PathBuf,
    /// What is in it.
    pub kept: Kept,
    /// When its key begins to sign. A file whose name tells no time signs from the beginning.
    pub first_use: UnixMillis,
}

/// How a key stands in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A private key in PEM (`.pem`).
    Pem,
    /// A secret's bytes (`.secret`).
    Secret,
}

/// The files in `folder` that hold keys; other files are passed over. A folder that is not there has none.
pub(super) fn list(folder: &Path) -> io::Result<Vec<KeyFile>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        entries => entries?,
    };
    let mut files = vec![];
    for entry in entries {
        let path = entry?.path();
        let kept = match path.extension().and_then(|extension| extension.to_str()) {
            Some("pem") => Kept::Pem,
            Some("secret") => Kept::Secret,
            _ => continue,
        };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if !is_owners_alone(folder, &path)? {
            let why = format!("others than its owner may write to it, and may have put `{name}` there");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let first_use = first_use(name).unwrap_or(UnixMillis(0));
        files.push(KeyFile { path, kept, first_use });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Whether nobody but the folder's owner, or root, can have put the file there. A mount of secrets is open to all for writing, with
/// the sticky bit: there the file's owner tells.
#[cfg(unix)]
fn is_owners_alone(folder: &Path, file: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = fs::metadata(folder)?;
    let is_open = folder.mode() & 0o022 != 0;
    let is_sticky = folder.mode() & 0o1000 != 0;
    let owner = fs::metadata(file)?.uid();
    Ok(!is_open || (is_sticky && (owner == folder.uid() || owner == 0)))
}

#[cfg(not(unix))]
fn is_owners_alone(_folder: &Path, _file: &Path) -> io::Result<bool> {
    Ok(true)
}

fn first_use(name: &str) -> Option<UnixMillis> {
    let time = PrimitiveDateTime::parse(name.get(..16)?, FIRST_USE).ok()?;
    Some(UnixMillis(time.assume_utc().unix_timestamp() * 1000))
}

/// What a file holds. Readable by others than its owner and its group, it is no secret.
pub(super) fn read(path: &Path) -> io::Result<SecretSlice<u8>> {
    let file = fs::File::open(path)?;
    if !private_files::is_private(&file.metadata()?) {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "its mode must be 0600, 0640 at most"));
    }
    let mut bytes = vec![];
    io::Read::read_to_end(&mut io::Read::take(file, 64 * 1024), &mut bytes)?;
    Ok(bytes.into())
}

/// What can be seen of a file without reading it: its name, length, and time of change.
pub type About = (PathBuf, u64, Option<SystemTime>);

/// What changes when anybody changes a key.
pub(super) fn fingerprint(folder: &Path) -> io::Result<Vec<About>> {
    let files = list(folder)?.into_iter().map(|file| {
        let about = fs::metadata(&file.path)?;
        Ok((file.path, about.len(), about.modified().ok()))
    });
    files.collect()
}

/// A new key in a file of its own, in use from `first_use` on, to the second. It is on the disk when this returns.
pub(super) fn create(
    folder: &Path,
    algorithm: Algorithm,
    first_use: UnixMillis,
    random: &dyn Random,
) -> io::Result<KeyFile> {
    private_files::create_folder(folder)?;
    let (kept, content) = generate(algorithm, random)?;
    let time = OffsetDateTime::from_unix_timestamp(first_use.seconds()).map_err(io::Error::other)?;
    let time = time.format(FIRST_USE).map_err(io::Error::other)?;
    let unique = URL_SAFE_NO_PAD.encode(random::bytes::<6>(random));
    let extension = match kept {
        Kept::Pem => "pem",
        Kept::Secret => "secret",
    };
    let path = folder.join(format!("{time}-{unique}.{extension}"));
    // Under a name that nobody reads until it is whole.
    let draft = path.with_extension("draft");
    let mut file = private_files::create_new(&draft)?;
    file.write_all(content.expose_secret())?;
    file.sync_all()?;
    fs::rename(&draft, &path)?;
    sync_folder(folder)?;
    Ok(KeyFile { path, kept, first_use: UnixMillis(first_use.seconds() * 1000) })
}

/// Removes a key's file for good.
pub(super) fn remove(file: &Path) -> io::Result<()> {
    fs::remove_file(file)?;
    file.parent().map_or(Ok(()), sync_folder)
}

/// A name that was made or removed survives a power cut only then.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

fn generate(algorithm: Algorithm, random: &dyn Random) -> io::Result<(Kept, SecretSlice<u8>)> {
    let failed = |_| io::Error::other("no key can be made");
    let der = match algorithm {
        Algorithm::HS256 => {
            let secret = URL_SAFE_NO_PAD.encode(random::bytes::<48>(random));
            return Ok((Kept::Secret, secret.into_bytes().into()));
        }
        Algorithm::EdDSA => {
            Ed25519KeyPair::generate().and_then(|key| Ok(key.to_pkcs8v1()?.as_ref().to_vec())).map_err(failed)?
        }
        Algorithm::ES256 => EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .and_then(|key| Ok(key.to_pkcs8v1()?.as_ref().to_vec()))
            .map_err(failed)?,
        // 3072 bits are as strong as the other two.
        Algorithm::RS256 => {
            let key = RsaKeyPair::generate(KeySize::Rsa3072).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = key.as_der().map_err(failed)?;
            der.as_ref().to_vec()
        }
    };
    Ok((Kept::Pem, pem::encode(&pem::Pem::new("PRIVATE KEY", der)).into_bytes().into()))
}
