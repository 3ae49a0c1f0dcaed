use std::{collections::BTreeSet, fs};

use aws_lc_rs::digest::{SHA384, digest};
use tempfile::TempDir;

/// A bundle as Trunk writes it, as far as the server looks. All its files say `text`.
pub(crate) fn bundle(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let index = r#"<link rel="modulepreload" href="/assets/f.js"><link rel="preload" href="/assets/f_bg.wasm">
        <link rel="stylesheet" href="/assets/base.css">"#;
    fs::write(folder.path().join("index.html"), index).expect("written");
    for name in ["f.js", "f_bg.wasm", "base.css", "strength.js", "strength_bg.wasm"] {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

/// The addresses of the bundle's files that this text has.
pub(crate) fn files_in(text: &str) -> BTreeSet<String> {
    let name = |rest: &str| {
        rest.split(|character: char| !character.is_ascii_alphanumeric() && !"-_.".contains(character))
            .next()
            .map(str::to_owned)
    };
    text.split("/assets/").skip(1).filter_map(name).map(|name| format!("/assets/{name}")).collect()
}

/// Whether the name holds the digest of these bytes.
pub(crate) fn is_named_by(path: &str, bytes: &[u8]) -> bool {
    let digest = digest(&SHA384, bytes);
    let (named_by, _) = digest.as_ref().split_first_chunk().expect("48 bytes");
    let digest = u128::from_be_bytes(*named_by);
    path.contains(&format!("-{digest:032x}."))
}
