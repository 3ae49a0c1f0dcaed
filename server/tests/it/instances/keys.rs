//! E15, E16, KM-03: keys that change while several instances run, which share their folder or have each a copy.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use futures::future::join_all;
use server::session::EventKind;
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{at, two_instances};
use crate::{
    keys::{access_key, refresh_key},
    support::{Person, TestApp, database, program, program::Program},
};

/// Two programs on one database, and where each has its keys.
struct Pair {
    folder: TempDir,
    keys: [PathBuf; 2],
    settings: Vec<(&'static str, String)>,
    instances: [Program; 2],
}

impl Pair {
    async fn start(algorithm: &str, share: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let keys = [folder.path().join("one"), folder.path().join(if share { "one" } else { "two" })];
        let settings = vec![
            ("DATABASE_URL", database::postgres().await),
            ("ACCESS_TOKEN_ALGORITHM", algorithm.to_owned()),
            ("REFRESHES_PER_MINUTE", "0".to_owned()),
        ];
        let start = |keys: &Path| Program::start(folder.path(), &with_keys(&settings, keys));
        // The first one makes the keys.
        let one = start(&keys[0]);
        copy(&keys);
        let two = start(&keys[1]);
        Self { folder, keys, settings, instances: [one, two] }
    }

    /// A new key, which the second instance is given after the first.
    async fn rotate(&self, arguments: &[&str]) {
        let (path, settings, keys) = (self.folder.path().to_owned(), self.settings.clone(), self.keys.clone());
        let arguments: Vec<String> = ["keys", "rotate"].iter().chain(arguments).map(|&it| it.to_owned()).collect();
        let rotate = move || {
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let output = program::output(&path, &arguments, &with_keys(&settings, &keys[0]));
            assert!(output.status.success(), "{output:?}");
            copy(&keys);
        };
        spawn_blocking(rotate).await.expect("a key is made");
    }
}

fn with_keys<'a>(settings: &'a [(&'static str, String)], keys: &'a Path) -> Vec<(&'a str, &'a str)> {
    let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
    settings.chain([("KEYS_DIR", keys.to_str().expect("text"))]).collect()
}

/// As an operator copies files that are not there yet, under a name that is no key's until they are whole.
fn copy([one, two]: &[PathBuf; 2]) {
    for kind in ["access", "refresh"] {
        let (from, to) = (one.join(kind), two.join(kind));
        private_folder(two);
        private_folder(&to);
        for file in fs::read_dir(from).expect("there").map(|file| file.expect("read").path()) {
            let copy = to.join(file.file_name().expect("a name"));
            if !copy.exists() {
                let draft = copy.with_extension("draft");
                fs::copy(&file, &draft).expect("copied");
                fs::rename(draft, copy).expect("renamed");
            }
        }
    }
}

fn private_folder(folder: &Path) {
    if !folder.exists() {
        fs::create_dir(folder).expect("made");
        #[cfg(unix)]
        fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).expect("set");
    }
}

/// Refreshes on one instance and shows both tokens, the new one and the one before, to the other, and the other way round, until
/// tokens of so many keys of the kind came from each.
async fn use_both(mut person: Person, urls: [&str; 2], keys: usize, key_of: fn(&Person) -> String) -> usize {
    let (mut seen, mut requests) = (HashSet::new(), 0);
    while seen.len() < 2 * keys {
        for (here, there) in [(urls[0], urls[1]), (urls[1], urls[0])] {
            let old = person.copy();
            person.url = here.to_owned();
            assert_eq!(person.refresh().await.outcome(), (200, ""));
            for mut holder in [old, person.copy()] {
                holder.url = there.to_owned();
                assert_eq!(holder.me().await.outcome(), (200, ""));
            }
            requests += 3;
            seen.insert((here.to_owned(), key_of(&person)));
        }
    }
    requests
}

async fn rotate_under_load(algorithm: &str, share: bool, kind: &str, key_of: fn(&Person) -> String) {
    let pair = Pair::start(algorithm, share).await;
    let urls = [pair.instances[0].url.as_str(), pair.instances[1].url.as_str()];
    let mut idle = Person::at(urls[0]);
    idle.register().await;
    let mut people = vec![];
    for _ in 0..4 {
        let mut person = Person::at(urls[0]);
        assert_eq!(person.login().await.status, 200);
        people.push(person);
    }
    let rotating = async {
        for wait in ["3s", "5s"] {
            pair.rotate(&["--kind", kind, "--in", wait]).await;
        }
    };
    let (requests, ()) =
        tokio::join!(join_all(people.into_iter().map(|person| use_both(person, urls, 3, key_of))), rotating);
    eprintln!("{} requests, 0 refused", requests.iter().sum::<usize>());
    for url in urls {
        let mut idle = idle.copy();
        idle.url = url.to_owned();
        assert_eq!(idle.me().await.outcome(), (200, ""), "what the first key has signed");
        assert_eq!(idle.refresh().await.outcome(), (200, ""));
    }
}

/// KM-03, E15.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn keys_of_access_tokens_are_rotated_under_load_and_nothing_is_refused() {
    rotate_under_load("EdDSA", true, "access", access_key).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn secrets_are_rotated_on_instances_with_a_folder_each_and_nothing_is_refused() {
    rotate_under_load("HS256", false, "access", access_key).await;
}

/// E16.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn keys_of_refresh_tokens_are_rotated_under_load_and_nobody_signs_in() {
    rotate_under_load("HS256", false, "refresh", refresh_key).await;
}

/// KM-04, E15.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_key_that_is_removed_in_an_emergency_costs_one_refresh_on_whichever_instance() {
    let (one, two) = two_instances().await;
    let mut ada = one.direct();
    ada.register().await;
    one.command(&["keys", "retire", &access_key(&ada)]);
    for app in [&one, &two] {
        app.until(async || at(app, &ada).me().await.outcome() == (403, "TOKEN_INVALID")).await;
    }
    assert_eq!(at(&two, &ada).refresh().await.status, 200);
    let mut ada = at(&two, &ada);
    assert_eq!(ada.refresh().await.status, 200);
    for app in [&one, &two] {
        assert_eq!(at(app, &ada).me().await.status, 200);
    }
}

/// E16: nobody is taken for a thief.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn without_the_key_of_their_refresh_tokens_people_sign_in_again_on_both() {
    let (one, two) = two_instances().await;
    let mut ada = one.direct();
    ada.register().await;
    one.command(&["keys", "retire", &refresh_key(&ada), "--sign-people-out"]);
    for app in [&one, &two] {
        app.until(async || at(app, &ada).refresh().await.outcome() == (403, "REFRESH_INVALID")).await;
    }
    assert_eq!(ada.login().await.status, 200);
    assert_eq!(at(&two, &ada).refresh().await.status, 200);
    assert!(one.events().await.iter().all(|event| event.kind != EventKind::RefreshReused));
}

/// The runbook of secrets in settings: what the others do not know yet must not sign.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn secrets_of_the_settings_are_changed_one_instance_after_the_other_and_nobody_notices() {
    const OLD: &str = "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe";
    const NEW: &str = "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z";
    for (current, previous) in [
        ("ACCESS_TOKEN_SECRET", "ACCESS_TOKEN_SECRET_PREVIOUS"),
        ("REFRESH_TOKEN_SECRET", "REFRESH_TOKEN_SECRET_PREVIOUS"),
    ] {
        let mut one = TestApp::on_postgres(&[(current, OLD), ("REFRESHES_PER_MINUTE", "0")]).await;
        let mut two = one.beside().await;
        let mut ada = one.direct();
        ada.register().await;
        for (signs, verifies) in [(OLD, NEW), (NEW, OLD)] {
            for first in [true, false] {
                let restarted = if first { &mut one } else { &mut two };
                restarted.set(current, signs);
                restarted.configure(previous, verifies).await;
                for (here, there) in [(&one, &two), (&two, &one)] {
                    ada = at(here, &ada);
                    assert_eq!(ada.refresh().await.outcome(), (200, ""), "{current}");
                    assert_eq!(at(there, &ada).me().await.outcome(), (200, ""), "{current}");
                }
            }
        }
    }
}
