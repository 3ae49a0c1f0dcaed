use std::{
    io::{self, Write as _},
    path::Path,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{PublicOrigin, Refusal, Sources};
use crate::{
    private_files,
    random::{self, SystemRandom},
    token::SigningKey,
};

const ACCESS: &str = "ACCESS_TOKEN_SECRET";
const REFRESH: &str = "REFRESH_TOKEN_SECRET";

const MEND: &str = "Make one with `openssl rand -base64 48`";

/// Parts of the secrets that tutorials, examples and other projects' documentation print.
const SAMPLES: &[&str] = &[
    "secret_key",
    "secretkey",
    "secret-key",
    "your_",
    "your-",
    "change_me",
    "changeme",
    "change-me",
    "change_this",
    "supersecret",
    "super_secret",
    "super-secret",
    "long_random",
    "long-random",
    "example",
    "placeholder",
    "default",
    "password",
    "keyboard cat",
    "shhhh",
    "jwt_secret",
    "jwt-secret",
    "my_secret",
    "my-secret",
    "mysecret",
    "0123456789",
    "abcdefgh",
];

pub(super) struct Secrets {
    pub(super) access: SigningKey,
    pub(super) refresh: SigningKey,
}

pub(super) fn load(sources: &Sources, origin: &PublicOrigin, database: &Path) -> Result<Secrets, Refusal> {
    let access = one(sources, ACCESS, origin, database)?;
    let refresh = one(sources, REFRESH, origin, database)?;
    if access == refresh {
        return Err(Refusal::new(REFRESH, format!("it is the same as {ACCESS}"), "Use two secrets"));
    }
    Ok(Secrets { access: SigningKey::new(access), refresh: SigningKey::new(refresh) })
}

fn one(sources: &Sources, name: &str, origin: &PublicOrigin, database: &Path) -> Result<Vec<u8>, Refusal> {
    let secret = match sources.secret(name)? {
        Some(secret) => secret,
        None if origin.is_loopback_http() => development_secret(name, database)?,
        None => {
            return Err(Refusal::new(name, "it is required on an origin that others can reach", MEND));
        }
    };
    check(name, &secret)?;
    Ok(secret)
}

fn check(name: &str, secret: &[u8]) -> Result<(), Refusal> {
    if secret.len() < SigningKey::MIN_BYTES {
        return Err(Refusal::new(name, format!("it has fewer than {} bytes", SigningKey::MIN_BYTES), MEND));
    }
    let mut distinct = secret.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    // 32 random bytes, even as hexadecimal digits, have ten different ones but for one case in billions.
    if distinct.len() < 10 {
        return Err(Refusal::new(name, "it repeats a few characters", MEND));
    }
    let lower = String::from_utf8_lossy(secret).to_lowercase();
    if SAMPLES.iter().any(|sample| lower.contains(sample)) {
        return Err(Refusal::new(name, "it looks like a sample from a tutorial", MEND));
    }
    Ok(())
}

/// The secret of a developer's own machine: made once and kept beside the database, so that a restart signs nobody out.
fn development_secret(name: &str, database: &Path) -> Result<Vec<u8>, Refusal> {
    let folder = database.parent().unwrap_or(Path::new(""));
    let file = folder.join(name.to_lowercase());
    read_or_create(folder, &file).map_err(|error| {
        Refusal::new(
            name,
            format!("the development secret `{}` cannot be read or made ({error})", file.display()),
            "Make the folder writable, or set the variable",
        )
    })
}

fn read_or_create(folder: &Path, file: &Path) -> io::Result<Vec<u8>> {
    match std::fs::read(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    if !folder.as_os_str().is_empty() {
        private_files::create_folder(folder)?;
    }
    // Written whole under another name first: of two processes that start at once, both see one whole secret.
    let unique = URL_SAFE_NO_PAD.encode(random::bytes::<9>(&SystemRandom));
    let draft = file.with_extension(unique);
    let mut draft_file = private_files::create_new(&draft)?;
    draft_file.write_all(URL_SAFE_NO_PAD.encode(random::bytes::<36>(&SystemRandom)).as_bytes())?;
    draft_file.sync_all()?;
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => std::fs::read(file),
    }
}
