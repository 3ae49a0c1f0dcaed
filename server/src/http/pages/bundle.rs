//! What Trunk built: the names of the files, read once from its `index.html`.

use std::{
    io,
    path::{Path, PathBuf},
};

use app::{Assets, File};
use aws_lc_rs::digest::{SHA384, digest};
use base64::{Engine as _, prelude::BASE64_STANDARD};

/// Where the bundle's files are served. Trunk is told the same (`public_url` in `Trunk.toml`).
pub(super) const ASSETS_PATH: &str = "/assets/";

/// The browser's bundle on disk.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    directory: PathBuf,
    assets: Assets,
    /// The worker that judges new passwords: its JavaScript and its WebAssembly.
    strength: Option<(File, File)>,
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
        let html =
            std::fs::read_to_string(&path).map_err(|source| BundleError::Unreadable { path: path.clone(), source })?;
        let incomplete = |what| BundleError::Incomplete { path: path.clone(), what };
        let assets = Assets {
            js: links(&html, "modulepreload").next().ok_or_else(|| incomplete("script"))?,
            wasm: links(&html, "preload").next().ok_or_else(|| incomplete("WebAssembly"))?,
            css: links(&html, "stylesheet").collect(),
        };
        if assets.css.is_empty() {
            return Err(incomplete("stylesheet"));
        }
        let strength = fixed(directory, "strength.js")?.zip(fixed(directory, "strength_bg.wasm")?);
        Ok(Self { directory: directory.to_owned(), assets, strength })
    }

    /// As the pages refer to them.
    pub(super) fn assets(&self) -> &Assets {
        &self.assets
    }

    /// The worker's JavaScript and WebAssembly. A page does without where there are none.
    pub(super) fn strength(&self) -> Option<(&File, &File)> {
        self.strength.as_ref().map(|(js, wasm)| (js, wasm))
    }

    /// Where they lie.
    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Their names on disk.
    pub(super) fn files(&self) -> impl Iterator<Item = &str> {
        let Assets { js, wasm, css } = &self.assets;
        let strength = self.strength.iter().flat_map(|(js, wasm)| [js, wasm]);
        [js, wasm]
            .into_iter()
            .chain(css)
            .chain(strength)
            .filter_map(|file| file.url.strip_prefix(ASSETS_PATH)?.split('?').next())
    }
}

/// The files that `<link rel=...>` elements of this kind name.
fn links(html: &str, rel: &str) -> impl Iterator<Item = File> {
    html.split("<link").skip(1).filter_map(move |rest| {
        let tag = rest.split('>').next()?;
        (attribute(tag, "rel") == Some(rel)).then_some(())?;
        let href = attribute(tag, "href")?;
        let name = href.strip_prefix(ASSETS_PATH)?;
        is_file_name(name).then(|| file(href, attribute(tag, "integrity")))
    })
}

/// A file whose name is always the same, if it is there. Trunk tells no digest of it.
fn fixed(directory: &Path, name: &str) -> Result<Option<File>, BundleError> {
    let path = directory.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => {
            let digest = BASE64_STANDARD.encode(digest(&SHA384, &bytes));
            Ok(Some(file(&format!("{ASSETS_PATH}{name}"), Some(&format!("sha384-{digest}")))))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(BundleError::Unreadable { path, source }),
    }
}

/// Trunk's hash is that of the code before it was optimised: the same name can come to hold other bytes. What is kept
/// for a year by its name therefore carries a piece of the digest of the bytes themselves.
fn file(href: &str, integrity: Option<&str>) -> File {
    let digest = integrity.and_then(|integrity| integrity.split_once('-')).map(|(_, digest)| digest);
    let url = match digest {
        Some(digest) => {
            let version: String = digest.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
            format!("{href}?v={version}")
        }
        None => href.to_owned(),
    };
    File { url, integrity: integrity.map(str::to_owned) }
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

    const QUOTED: &str = r#"<head><link rel="stylesheet" href="/assets/base-1.css" integrity="sha384-Ab/c+d" />
        <link rel="icon" href="/assets/i.svg"><link rel="modulepreload" href="/assets/f-1.js" crossorigin="anonymous">
        <link rel="preload" href="/assets/f-1_bg.wasm" crossorigin="anonymous" integrity="sha384-xyz" as="fetch"></head>"#;

    fn load(html: &str) -> Result<Client, BundleError> {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("index.html"), html).unwrap();
        Client::load(directory.path())
    }

    #[test]
    fn the_names_are_those_that_trunk_wrote() {
        let client = load(QUOTED).unwrap();
        assert_eq!(client.files().collect::<Vec<_>>(), ["f-1.js", "f-1_bg.wasm", "base-1.css"]);
        assert_eq!(client.assets().js, File { url: "/assets/f-1.js".into(), integrity: None });
        assert_eq!(client.assets().css[0].url, "/assets/base-1.css?v=Abcd");
        assert_eq!(client.assets().wasm.integrity.as_deref(), Some("sha384-xyz"));
    }

    #[test]
    fn the_worker_is_named_by_what_its_files_hold() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("index.html"), QUOTED).unwrap();
        let load = || Client::load(directory.path()).unwrap();
        assert!(load().strength().is_none(), "the page does without");
        std::fs::write(directory.path().join("strength.js"), "one").unwrap();
        std::fs::write(directory.path().join("strength_bg.wasm"), "").unwrap();
        let (before, wasm) = load().strength.expect("there");
        // That of nothing, by any other tool.
        let nothing = "sha384-OLBgp1GsljhM2TJ+sbHjaiH9txEUvgdDTAzHv2P24donTt6/529l+9Ua0vFImLlb";
        assert_eq!(wasm.integrity.as_deref(), Some(nothing));
        assert_eq!(wasm.url, "/assets/strength_bg.wasm?v=OLBgp1GsljhM2TJs");
        std::fs::write(directory.path().join("strength.js"), "two").unwrap();
        assert_ne!(load().strength.expect("there").0.url, before.url);
        assert!(load().files().any(|name| name == "strength_bg.wasm"));
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
    }

    #[test]
    fn a_name_that_leaves_the_directory_is_no_name() {
        for name in ["", "../x", "a/b", ".env", "a{b}", "%2e"] {
            assert!(!is_file_name(name), "{name}");
        }
    }
}
