//! The browser's bundle: what Trunk built, read once and kept in memory, each file under a name that holds the digest of
//! its own bytes. Whatever becomes of the folder meanwhile, an address always has the same content or none.

use std::{
    io,
    path::{Path, PathBuf},
};

use app::{Assets, File, start_worker};
use aws_lc_rs::digest::{SHA384, digest};
use axum::body::Bytes;
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// Where the bundle's files are served. Trunk is told the same (`public_url` in `Trunk.toml`).
pub(super) const ASSETS_PATH: &str = "/assets/";

/// The browser's bundle.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    assets: Assets,
    files: Vec<Kept>,
    worker: Option<Worker>,
}

/// A file as it is served.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) url: String,
    pub(super) content_type: &'static str,
    pub(super) plain: Bytes,
    /// Compressed by the build, best first, with the name of the encoding. Otherwise it is compressed as it is sent.
    pub(super) encoded: Vec<(&'static str, Bytes)>,
}

/// The script that starts the worker that judges new passwords.
#[derive(Clone, Debug)]
pub(super) struct Worker {
    pub(super) url: String,
    pub(super) script: String,
}

/// Why there is no usable bundle.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BundleError {
    /// It has not been built, or lies elsewhere.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// What was looked for.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It was built by something else, or differently.
    #[error("{} names no {what} under {ASSETS_PATH}", .path.display())]
    Incomplete {
        /// Where it should have been named.
        path: PathBuf,
        /// What is missing.
        what: &'static str,
    },
}

impl Client {
    /// Reads the bundle that Trunk wrote into `directory`.
    pub(crate) fn load(directory: &Path) -> Result<Self, BundleError> {
        let path = directory.join("index.html");
        let html = read(&path)?;
        let html = String::from_utf8_lossy(&html);
        let mut files = vec![];
        let mut keep = |name: &str, content_type| {
            let kept = Kept::read(directory, name, content_type)?;
            let file = kept.file();
            files.push(kept);
            Ok(file)
        };
        let mut linked = |rel, what, content_type| match links(&html, rel).next() {
            Some(name) => keep(name, content_type),
            None => Err(BundleError::Incomplete { path: path.clone(), what }),
        };
        let js = linked("modulepreload", "script", JS)?;
        let wasm = linked("preload", "WebAssembly", WASM)?;
        let style = Kept::stylesheet(directory, links(&html, "stylesheet"))?;
        let style = style.ok_or_else(|| BundleError::Incomplete { path: path.clone(), what: "stylesheet" })?;
        let worker = match keep("strength.js", JS).and_then(|js| Ok((js, keep("strength_bg.wasm", WASM)?))) {
            Ok((js, wasm)) => Some(Worker::new(start_worker(&js, &wasm))),
            // A page does without.
            Err(BundleError::Unreadable { source, .. }) if source.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let assets = Assets { js, wasm, css: style.file(), strength: worker.as_ref().map(|worker| worker.url.clone()) };
        files.push(style);
        Ok(Self { assets, files, worker })
    }

    /// As the pages refer to them.
    pub(super) fn assets(&self) -> &Assets {
        &self.assets
    }

    /// All that have a name of their digest, but for the worker's script.
    pub(super) fn files(&self) -> &[Kept] {
        &self.files
    }

    /// The worker's script, where the bundle has one.
    pub(super) fn worker(&self) -> Option<&Worker> {
        self.worker.as_ref()
    }
}

const JS: &str = "text/javascript";
const WASM: &str = "application/wasm";

impl Kept {
    fn read(directory: &Path, name: &str, content_type: &'static str) -> Result<Self, BundleError> {
        let path = directory.join(name);
        let plain = read(&path)?;
        let encoded = [("br", "br"), ("gzip", "gz")]
            .into_iter()
            .filter_map(|(encoding, ending)| Some((encoding, read(&directory.join(format!("{name}.{ending}"))).ok()?)))
            .collect();
        Ok(Self { url: address(name, &plain), content_type, plain, encoded })
    }

    /// All style sheets as one, in the order of the cascade. One request instead of four.
    fn stylesheet<'html>(
        directory: &Path,
        names: impl Iterator<Item = &'html str>,
    ) -> Result<Option<Self>, BundleError> {
        let mut all = vec![];
        for name in names {
            all.extend_from_slice(&read(&directory.join(name))?);
            all.push(b'\n');
        }
        let plain = Bytes::from(all);
        let url = address("style.css", &plain);
        Ok((!plain.is_empty()).then_some(Self { url, content_type: "text/css", plain, encoded: vec![] }))
    }

    fn file(&self) -> File {
        let integrity = format!("sha384-{}", BASE64_STANDARD.encode(digest(&SHA384, &self.plain)));
        File { url: self.url.clone(), integrity }
    }
}

impl Worker {
    fn new(script: String) -> Self {
        Self { url: address("strength-worker.js", script.as_bytes()), script }
    }
}

/// Where a file of this name and these bytes is served. Trunk's own hashes are not used: they are those of the code before it is
/// optimised, so that one name can come to hold other bytes, which browsers and proxies would keep for a year.
fn address(name: &str, bytes: &[u8]) -> String {
    let digest = digest(&SHA384, bytes);
    let (named_by, _) = digest.as_ref().split_first_chunk().expect("OK because SHA-384 has 48 bytes");
    let digest = u128::from_be_bytes(*named_by);
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
    format!("{ASSETS_PATH}{stem}-{digest:032x}.{ending}")
}

fn read(path: &Path) -> Result<Bytes, BundleError> {
    let unreadable = |source| BundleError::Unreadable { path: path.to_owned(), source };
    std::fs::read(path).map(Bytes::from).map_err(unreadable)
}

/// The names of the files that `<link rel=...>` elements of this kind refer to.
fn links<'html>(html: &'html str, rel: &'static str) -> impl Iterator<Item = &'html str> {
    html.split("<link").skip(1).filter_map(move |rest| {
        let tag = rest.split('>').next()?;
        (attribute(tag, "rel") == Some(rel)).then_some(())?;
        let name = attribute(tag, "href")?.strip_prefix(ASSETS_PATH)?;
        is_file_name(name).then_some(name)
    })
}

/// A file directly in the bundle's directory, whose name means nothing in an address or in a route.
fn is_file_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

/// The value of an attribute, with or without quotes: a minifier may have taken them off.
fn attribute<'tag>(tag: &'tag str, name: &str) -> Option<&'tag str> {
    let is_before_name = |character: char| character.is_whitespace() || matches!(character, '"' | '\'');
    tag.match_indices(name).find_map(|(at, _)| {
        tag[..at].ends_with(is_before_name).then_some(())?;
        let value = tag[at + name.len()..].strip_prefix('=')?;
        match value.strip_prefix(['"', '\'']) {
            Some(quoted) => quoted.split(['"', '\'']).next(),
            None => value.split(char::is_whitespace).next(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTED: &str = r#"<head><link rel="stylesheet" href="/assets/base.css" integrity="sha384-Ab/c+d" />
        <link rel="stylesheet" href="/assets/layout.css" /><link rel="icon" href="/assets/i.svg">
        <link rel="modulepreload" href="/assets/f.js" crossorigin="anonymous">
        <link rel="preload" href="/assets/f_bg.wasm" crossorigin="anonymous" integrity="sha384-xyz" as="fetch"></head>"#;
    /// That of nothing, by any other tool.
    const NOTHING: &str = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";

    fn bundle(html: &str) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for (name, text) in
            [("base.css", "a{}"), ("layout.css", "b{}"), ("f.js", "one"), ("f_bg.wasm", ""), ("index.html", html)]
        {
            std::fs::write(directory.path().join(name), text).unwrap();
        }
        directory
    }

    fn load(html: &str) -> Result<Client, BundleError> {
        Client::load(bundle(html).path())
    }

    #[test]
    fn a_file_is_named_by_the_digest_of_its_bytes() {
        let client = load(QUOTED).unwrap();
        let File { url, integrity } = &client.assets().wasm;
        assert_eq!(url, "/assets/f_bg-38b060a751ac96384cd9327eb1b1e36a.wasm");
        assert_eq!(integrity, NOTHING);
        let directory = bundle(QUOTED);
        std::fs::write(directory.path().join("f.js"), "two").unwrap();
        assert_ne!(Client::load(directory.path()).unwrap().assets().js.url, client.assets().js.url);
    }

    #[test]
    fn the_style_sheets_are_one_file_in_the_order_of_the_cascade() {
        let client = load(QUOTED).unwrap();
        let style = client.files().iter().find(|file| file.content_type == "text/css").unwrap();
        assert_eq!((&*style.plain, &style.url), (&b"a{}\nb{}\n"[..], &client.assets().css.url));
    }

    #[test]
    fn the_worker_is_named_by_what_its_files_hold() {
        let directory = bundle(QUOTED);
        let load = || Client::load(directory.path()).unwrap();
        assert_eq!(load().assets().strength, None, "the page does without");
        std::fs::write(directory.path().join("strength.js"), "one").unwrap();
        std::fs::write(directory.path().join("strength_bg.wasm"), "").unwrap();
        let before = load().assets().strength.clone().expect("there");
        std::fs::write(directory.path().join("strength.js"), "two").unwrap();
        let after = load();
        assert_ne!(after.assets().strength, Some(before));
        assert!(after.files().iter().any(|file| file.url.starts_with("/assets/strength_bg-38b060a7")));
    }

    #[test]
    fn what_the_build_compressed_is_kept_beside() {
        let directory = bundle(QUOTED);
        std::fs::write(directory.path().join("f.js.gz"), "small").unwrap();
        let client = Client::load(directory.path()).unwrap();
        assert_eq!(client.files()[0].encoded, [("gzip", Bytes::from_static(b"small"))]);
    }

    #[test]
    fn quotes_may_be_missing() {
        let bare = QUOTED.replace('"', "");
        assert_eq!(load(&bare).unwrap().assets(), load(QUOTED).unwrap().assets());
    }

    #[test]
    fn a_bundle_that_lacks_something_says_what() {
        let error = load(&QUOTED.replace("modulepreload", "prefetch")).unwrap_err();
        assert!(error.to_string().ends_with("index.html names no script under /assets/"));
        let error = load(&QUOTED.replace("f.js", "g.js")).unwrap_err();
        assert!(error.to_string().contains("g.js: "), "{error}");
    }

    #[test]
    fn a_name_that_leaves_the_directory_is_no_name() {
        for name in ["", "../x", "a/b", ".env", "a{b}", "%2e"] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}
