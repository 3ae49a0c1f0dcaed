//! A running server sees within a second which keys an operator has made or removed.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    Key, KeySource, Keys, Kind,
    folder::KeyFile,
    source::{Fingerprint, Found, Known, ring},
};
use crate::{clock::Clock, random::Random, refusal::Refusal};

/// How often the folder is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// What is followed, and who uses it.
#[derive(Clone)]
pub struct Watch {
    /// Where the keys come from.
    pub source: Arc<KeySource>,
    /// The keys of access tokens.
    pub access: Keys,
    /// The keys of refresh tokens.
    pub refresh: Keys,
    /// What was read at the start.
    pub known: Known,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For a key that has to be replaced.
    pub random: Arc<dyn Random>,
}

/// What was there at the last look.
#[derive(Clone, Default)]
struct Seen {
    /// `None`: not all of it could be used, so it is tried again.
    fingerprint: Option<Fingerprint>,
    known: Known,
    /// What was wrong, and is said once.
    said: Vec<String>,
}

impl Watch {
    /// Follows the folder until `stop`. A key whose file is gone is gone; one whose file cannot be used goes on as it was.
    pub async fn follow(self, stop: CancellationToken) {
        // Also while a folder in the network does not answer.
        stop.run_until_cancelled(self.keep_up()).await;
    }

    async fn keep_up(&self) {
        let mut seen = Seen { known: self.known.clone(), ..Seen::default() };
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let (watch, before) = (self.clone(), seen.clone());
            match spawn_blocking(move || watch.look(before)).await {
                Ok(now) => seen = now,
                Err(error) => tracing::error!(%error, "the keys could not be looked at"),
            }
        }
    }

    /// What there is now. Where that is not what was there before, it is loaded.
    fn look(&self, before: Seen) -> Seen {
        // Taken before the keys are read: what changes meanwhile is seen at the next look.
        let fingerprint = self.source.fingerprint().ok();
        if fingerprint.is_some() && fingerprint == before.fingerprint {
            return before;
        }
        let (known, refusals) = self.load(&before.known);
        let said: Vec<_> = refusals.iter().map(ToString::to_string).collect();
        for refusal in said.iter().filter(|refusal| !before.said.contains(refusal)) {
            tracing::error!(%refusal, "a key cannot be used; it is tried again and again");
        }
        Seen { fingerprint: fingerprint.filter(|_| said.is_empty()), known, said }
    }

    fn load(&self, known: &Known) -> (Known, Vec<Refusal>) {
        let mut failed = vec![];
        let (mut found, mut remembered) = (self.source.find(known), vec![]);
        for (kind, keys) in [(Kind::Access, &self.access), (Kind::Refresh, &self.refresh)] {
            let folder = self.source.folder_of(kind);
            let is_of_kind = |entry: &&(KeyFile, Key)| entry.0.path.starts_with(&folder);
            let had_files = known.iter().any(|one| is_of_kind(&one));
            // A secret of the settings must not come back in the place of the files that had followed it.
            let usable = |found: &Found| {
                ring(found, kind).filter(|_| !had_files || found.files.iter().any(|one| is_of_kind(&one)))
            };
            let mut now = usable(&found);
            if now.is_none() && self.source.make_missing && folder.is_dir() {
                // Whoever removes the only key wants it gone: another one takes its place.
                match self.source.create(kind, self.clock.now(), &*self.random) {
                    Ok(made) => tracing::warn!(kind = kind.name(), id = made.key.id(), "no key was left; one was made"),
                    Err(refusal) => failed.push(refusal),
                }
                found = self.source.find(known);
                now = usable(&found);
            }
            let Some(now) = now else {
                // That may be meant, or be a disk that is missing. The one must not be believed any more, the other sign nobody out.
                keys.withdraw();
                remembered.extend(known.iter().filter(is_of_kind).cloned());
                failed.push(self.source.gone(kind));
                continue;
            };
            let (before, after) = (keys.ring().ids(), now.ids());
            if before != after {
                tracing::info!(?before, ?after, "the keys have changed");
            }
            keys.replace(now);
        }
        failed.extend(found.refusals);
        found.files.extend(remembered);
        (found.files, failed)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sessionkeep_verify::Algorithm;
    use tempfile::TempDir;

    use super::*;
    use crate::{
        clock::SystemClock,
        keys::source::{Inline, Place},
        random::SystemRandom,
        session::UnixMillis,
    };

    fn watch() -> (TempDir, Watch) {
        watch_with(vec![])
    }

    fn watch_with(inline: Vec<Inline>) -> (TempDir, Watch) {
        let folder = tempfile::tempdir().expect("a folder");
        let source = KeySource {
            folder: folder.path().join("keys"),
            algorithm: Algorithm::EdDSA,
            inline,
            reserved: vec![],
            make_missing: true,
        };
        let loaded = source.prepare(UnixMillis(0), &SystemRandom).expect("made");
        let watch = Watch {
            source: Arc::new(source),
            access: Keys::new(loaded.access),
            refresh: Keys::new(loaded.refresh),
            known: loaded.files,
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        (folder, watch)
    }

    #[test]
    fn a_key_that_is_made_is_known_after_the_next_look() {
        let (_folder, watch) = watch();
        let seen = watch.look(Seen::default());
        let key = watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made").key;
        assert!(!watch.access.ring().ids().contains(&key.id().to_owned()));
        watch.look(seen);
        assert!(watch.access.ring().ids().contains(&key.id().to_owned()));
    }

    /// Its mode is fixed without a change to its content.
    #[cfg(unix)]
    #[test]
    fn a_key_that_cannot_be_used_is_tried_again_and_keeps_no_other_from_being_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, watch) = watch();
        let seen = watch.look(Seen::default());
        let set_mode = |path: &std::path::Path, mode| {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("set");
        };
        let bad = watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made").key;
        let place = watch.source.load().expect("read").places[bad.id()].clone();
        let Place::File(file) = place else { panic!("a file") };
        set_mode(&file, 0o644);
        let good = watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made").key;
        let seen = watch.look(seen);
        let ids = watch.access.ring().ids();
        assert!(ids.contains(&good.id().to_owned()) && !ids.contains(&bad.id().to_owned()));
        set_mode(&file, 0o600);
        let seen = watch.look(seen);
        assert!(watch.access.ring().ids().contains(&bad.id().to_owned()));
        // What is known goes on.
        set_mode(&file, 0o644);
        watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made");
        watch.look(seen);
        assert!(watch.access.ring().ids().contains(&bad.id().to_owned()));
    }

    #[test]
    fn a_key_that_is_removed_is_gone_whatever_else_cannot_be_used() {
        let (_folder, watch) = watch();
        let seen = watch.look(Seen::default());
        let leaked = watch.access.ring().ids();
        let folder = watch.source.folder_of(Kind::Access);
        for file in fs::read_dir(&folder).expect("there") {
            fs::remove_file(file.expect("read").path()).expect("removed");
        }
        fs::write(folder.join("bad.pem"), "no key").expect("written");
        watch.look(seen);
        let now = watch.access.ring().ids();
        assert!(now.len() == 1 && now != leaked, "{now:?}");
    }

    /// As when a disk is not there.
    #[test]
    fn a_folder_that_is_gone_as_a_whole_changes_nothing() {
        let (folder, watch) = watch();
        let (seen, before) = (watch.look(Seen::default()), watch.access.ring().ids());
        fs::rename(&watch.source.folder, folder.path().join("aside")).expect("moved");
        watch.look(seen);
        assert_eq!(watch.access.ring().ids(), before);
        assert!(!watch.source.folder.exists());
    }

    /// A secret of the settings that another key has followed must not sign again, nor the other one be forgotten.
    #[test]
    fn nor_does_it_bring_a_secret_of_the_settings_back() {
        let secret = b"q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe".to_vec().into();
        let inline = Inline { name: "REFRESH_TOKEN_SECRET", kind: Kind::Refresh, retired: false, secret };
        let (folder, watch) = watch_with(vec![inline]);
        let made = watch.source.create(Kind::Refresh, UnixMillis(1000), &SystemRandom).expect("made").key;
        let seen = watch.look(Seen::default());
        assert_eq!(watch.refresh.ring().signing(UnixMillis(1000)).id(), made.id());
        fs::rename(&watch.source.folder, folder.path().join("aside")).expect("moved");
        watch.look(seen);
        assert_eq!(watch.refresh.ring().signing(UnixMillis(1000)).id(), made.id());
    }

    #[test]
    fn the_last_key_that_is_removed_is_replaced() {
        let (_folder, watch) = watch();
        let (seen, before) = (watch.look(Seen::default()), watch.access.ring().ids());
        for file in fs::read_dir(watch.source.folder_of(Kind::Access)).expect("there") {
            fs::remove_file(file.expect("read").path()).expect("removed");
        }
        watch.look(seen);
        let now = watch.access.ring().ids();
        assert!(now.len() == 1 && now != before, "{now:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_is_removed_is_gone_when_the_folder_cannot_be_used_either() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, watch) = watch();
        let seen = watch.look(Seen::default());
        let leaked = watch.source.folder_of(Kind::Access);
        let leaked = fs::read_dir(leaked).expect("there").next().expect("a key").expect("read").path();
        let kept = watch.source.create(Kind::Access, UnixMillis(1000), &SystemRandom).expect("made").key;
        let seen = watch.look(seen);
        let folder = watch.source.folder_of(Kind::Access);
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o775)).expect("set");
        fs::remove_file(leaked).expect("removed");
        watch.look(seen);
        assert_eq!(watch.access.ring().ids(), [kept.id()]);
    }

    #[test]
    fn an_emptied_folder_does_not_bring_a_secret_of_the_settings_back() {
        let secret = b"q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe".to_vec().into();
        let inline = Inline { name: "REFRESH_TOKEN_SECRET", kind: Kind::Refresh, retired: false, secret };
        let (_folder, mut watch) = watch_with(vec![inline]);
        let mut source = (*watch.source).clone();
        source.make_missing = false;
        watch.source = Arc::new(source);
        let made = watch.source.create(Kind::Refresh, UnixMillis(1000), &SystemRandom).expect("made").key;
        let mut seen = watch.look(Seen::default());
        let folder = watch.source.folder_of(Kind::Refresh);
        fs::rename(&folder, folder.with_file_name("aside")).expect("moved");
        fs::create_dir(&folder).expect("made");
        for _look in 0..3 {
            seen = watch.look(seen);
            assert!(watch.refresh.are_withdrawn());
        }
        fs::remove_dir(&folder).expect("removed");
        fs::rename(folder.with_file_name("aside"), &folder).expect("moved back");
        watch.look(seen);
        assert!(!watch.refresh.are_withdrawn());
        assert_eq!(watch.refresh.ring().signing(UnixMillis(2000)).id(), made.id());
    }

    /// A server that others can reach makes no key unasked, and an empty folder may be a disk that is missing.
    #[test]
    fn or_nothing_is_signed_or_believed_until_there_is_a_key_again() {
        let (_folder, mut watch) = watch();
        let mut source = (*watch.source).clone();
        source.make_missing = false;
        watch.source = Arc::new(source);
        let seen = watch.look(Seen::default());
        assert!(!watch.refresh.are_withdrawn());
        let folder = watch.source.folder_of(Kind::Refresh);
        fs::rename(&folder, folder.with_file_name("aside")).expect("moved");
        fs::create_dir(&folder).expect("made");
        let seen = watch.look(seen);
        assert!(watch.refresh.are_withdrawn() && !watch.access.are_withdrawn());
        assert_eq!(fs::read_dir(&folder).expect("there").count(), 0);
        fs::remove_dir(&folder).expect("removed");
        fs::rename(folder.with_file_name("aside"), &folder).expect("moved back");
        watch.look(seen);
        assert!(!watch.refresh.are_withdrawn());
    }
}
