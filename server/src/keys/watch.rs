//! A running server sees within a second which keys an operator has made or removed.

use std::{sync::Arc, time::Duration};

use tokio::{
    task::spawn_blocking,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{KeySource, Keys, Kind, source::Fingerprint};
use crate::{clock::Clock, config::Refusal, random::Random, session::UnixMillis};

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
    /// When this server started.
    pub since: UnixMillis,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For a key that has to be replaced.
    pub random: Arc<dyn Random>,
}

impl Watch {
    /// Follows the folder until `stop`. When its keys cannot be used, those that were there go on.
    pub async fn follow(self, stop: CancellationToken) {
        let mut seen: Option<Fingerprint> = None;
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            let (watch, before) = (self.clone(), seen.clone());
            let looked = spawn_blocking(move || watch.look(before)).await;
            seen = looked.unwrap_or_else(|error| {
                tracing::error!(%error, "the keys could not be looked at");
                None
            });
        }
    }

    /// What there is now. Where that is not what was there before, it is loaded.
    fn look(&self, before: Option<Fingerprint>) -> Option<Fingerprint> {
        let now = match self.source.fingerprint() {
            Ok(now) => now,
            Err(error) => {
                // Said once: the same as before counts as seen.
                if before.is_some() {
                    tracing::error!(%error, "the keys cannot be looked at; those that were there go on");
                }
                return None;
            }
        };
        if before.as_ref() == Some(&now) {
            return before;
        }
        if let Err(refusal) = self.load() {
            tracing::error!(%refusal, "the keys cannot be used; those that were there go on");
        }
        // Read before the keys were: what has changed meanwhile is seen at the next look.
        Some(now)
    }

    fn load(&self) -> Result<(), Refusal> {
        // Whoever removes the only key in an emergency wants it gone: another one takes its place. A folder that is gone as a whole is
        // more likely a disk that is not there.
        for kind in Kind::ALL {
            if self.source.folder_of(kind).is_dir() && !self.source.can_sign(kind)? {
                let made = self.source.create(kind, self.clock.now(), &*self.random)?;
                tracing::warn!(
                    kind = kind.name(),
                    id = made.key.id(),
                    "no key was left that signs; a new one was made"
                );
            }
        }
        let loaded = self.source.load(self.since)?;
        for (keys, ring) in [(&self.access, loaded.access), (&self.refresh, loaded.refresh)] {
            let (before, ids) = (keys.ring().ids(), ring.ids());
            if before != ids {
                tracing::info!(?before, now = ?ids, "the keys have changed");
            }
            keys.replace(ring);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use sessionkeep_verify::Algorithm;
    use tempfile::TempDir;

    use super::*;
    use crate::{clock::SystemClock, random::SystemRandom};

    fn watch() -> (TempDir, Watch) {
        let folder = tempfile::tempdir().expect("a folder");
        let source = KeySource {
            folder: folder.path().join("keys"),
            algorithm: Algorithm::EdDSA,
            inline: vec![],
            session_lifetime: Duration::ZERO,
            make_missing: true,
        };
        let loaded = source.prepare(UnixMillis(0), &SystemRandom).expect("made");
        let watch = Watch {
            source: Arc::new(source),
            access: Keys::new(loaded.access),
            refresh: Keys::new(loaded.refresh),
            since: UnixMillis(0),
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
        };
        (folder, watch)
    }

    #[test]
    fn a_key_that_is_made_is_known_after_the_next_look() {
        let (_folder, watch) = watch();
        let seen = watch.look(None);
        let key = watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made").key;
        assert!(!watch.access.ring().ids().contains(&key.id().to_owned()));
        assert_ne!(watch.look(seen.clone()), seen);
        assert!(watch.access.ring().ids().contains(&key.id().to_owned()));
    }

    #[test]
    fn keys_that_cannot_be_used_change_nothing_until_they_are_mended() {
        let (_folder, watch) = watch();
        let (seen, before) = (watch.look(None), watch.access.ring().ids());
        let bad = watch.source.folder_of(Kind::Access).join("bad.pem");
        fs::write(&bad, "no key").expect("written");
        watch.source.create(Kind::Access, UnixMillis(0), &SystemRandom).expect("made");
        let seen = watch.look(seen);
        assert_eq!(watch.access.ring().ids(), before);
        fs::remove_file(bad).expect("removed");
        watch.look(seen);
        assert_eq!(watch.access.ring().ids().len(), 2);
    }

    /// As when a disk is not there.
    #[test]
    fn a_folder_that_is_gone_as_a_whole_changes_nothing() {
        let (folder, watch) = watch();
        let (seen, before) = (watch.look(None), watch.access.ring().ids());
        fs::rename(&watch.source.folder, folder.path().join("aside")).expect("moved");
        watch.look(seen);
        assert_eq!(watch.access.ring().ids(), before);
        assert!(!watch.source.folder.exists());
    }

    #[test]
    fn the_last_key_that_is_removed_is_replaced() {
        let (_folder, watch) = watch();
        let (seen, before) = (watch.look(None), watch.access.ring().ids());
        for file in fs::read_dir(watch.source.folder_of(Kind::Access)).expect("there") {
            fs::remove_file(file.expect("read").path()).expect("removed");
        }
        watch.look(seen);
        let now = watch.access.ring().ids();
        assert!(now.len() == 1 && now != before, "{now:?}");
    }
}
