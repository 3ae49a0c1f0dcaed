use std::{fs, path::PathBuf};

use server::keys::Key;
use sessionkeep_verify::Algorithm;
use tempfile::TempDir;

use super::service::Keys;
use crate::support::{EMAIL, Person, program, program::Program};

/// A server that signs in one algorithm, with keys of its own.
pub(super) struct Issuer {
    program: Program,
    folder: TempDir,
    algorithm: Algorithm,
}

impl Issuer {
    pub(super) fn start(algorithm: Algorithm) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let settings = [("ACCESS_TOKEN_ALGORITHM", algorithm.name()), ("REFRESHES_PER_MINUTE", "0")];
        let program = Program::start(folder.path(), &settings);
        Self { program, folder, algorithm }
    }

    /// Somebody who has just signed in, for the first time or again.
    pub(super) async fn ada(&self) -> Person {
        let mut ada = Person::at(&self.program.url);
        if ada.register().await.status != 201 {
            ada.login().await;
        }
        ada
    }

    /// An access token that has run out by everybody's clock.
    pub(super) async fn expired_token(&self) -> String {
        self.program.advance(-3600).await;
        let token = self.ada().await.access_token.expect("signed in");
        self.program.advance(3600).await;
        token
    }

    /// What a service needs to verify its tokens.
    pub(super) fn keys(&self) -> Keys {
        match self.algorithm {
            Algorithm::HS256 => Keys::Shared(self.secret()),
            _ => Keys::Published(format!("{}/.well-known/jwks.json", self.program.url)),
        }
    }

    /// The file of the one key that it signs access tokens with.
    pub(super) fn key_file(&self) -> PathBuf {
        let files = fs::read_dir(self.folder.path().join("data/keys/access")).expect("a folder");
        let files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        let [file] = &files[..] else { panic!("not one key: {files:?}") };
        file.clone()
    }

    fn secret(&self) -> String {
        fs::read_to_string(self.key_file()).expect("text").trim_end().to_owned()
    }

    /// The key that it signs access tokens with.
    pub(super) fn key(&self) -> Key {
        match self.algorithm {
            Algorithm::HS256 => Key::from_secret(&self.secret().into_bytes().into()),
            _ => Key::from_pem(&fs::read(self.key_file()).expect("a file")),
        }
        .expect("a key")
    }

    /// Makes a new key that signs from the next second on: of two keys of the same second none is the newer one.
    pub(super) fn rotate(&self) {
        self.command(&["keys", "rotate", "--in", "1s"]);
    }

    pub(super) fn make_admin(&self) {
        self.command(&["user", "set-role", EMAIL, "admin"]);
    }

    fn command(&self, arguments: &[&str]) {
        let environment = [("ACCESS_TOKEN_ALGORITHM", self.algorithm.name())];
        let output = program::output(self.folder.path(), arguments, &environment);
        assert!(output.status.success(), "{output:?}");
    }
}
