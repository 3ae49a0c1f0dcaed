//! A certificate of `localhost` that nobody but a test vouches for.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Self-signed, and good for a hundred years.
pub(crate) const CERTIFICATE: &str = include_str!("../proxy/localhost.pem");
pub(crate) const KEY: &str = include_str!("../proxy/localhost.key");

/// The certificate and its key as files in this folder; the key is for its owner alone.
pub(crate) fn files(folder: &Path) -> (PathBuf, PathBuf) {
    let (certificate, key) = (folder.join("localhost.pem"), folder.join("localhost.key"));
    fs::write(&certificate, CERTIFICATE).expect("written");
    fs::write(&key, KEY).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("changed");
    }
    (certificate, key)
}
