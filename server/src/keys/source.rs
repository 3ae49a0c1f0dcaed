//! Where keys come from: the settings and the folder `KEYS_DIR`.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use secrecy::{ExposeSecret as _, SecretSlice};
use sessionkeep_verify::{Algorithm, claims};

use super::{
    Key, Ring,
    folder::{self, Kept, KeyFile},
    ring::Dated,
    strength,
};
use crate::{
    random::Random,
    refusal::Refusal,
    session::{self, UnixMillis},
};

/// Which tokens a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Access tokens.
    Access,
    /// Refresh tokens.
    Refresh,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Access, Self::Refresh];

    /// Its name in a path and for an operator.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Refresh => "refresh",
        }
    }
}

/// Everything that says which keys there are.
#[derive(Clone, Debug)]
pub struct KeySource {
    /// `KEYS_DIR`: a folder for each kind in it.
    pub folder: PathBuf,
    /// `ACCESS_TOKEN_ALGORITHM`.
    pub algorithm: Algorithm,
    /// Secrets that stand in the settings.
    pub inline: Vec<Inline>,
    /// Secrets of the settings that are something else: no key may be the same.
    pub reserved: Vec<Reserved>,
    /// Whether a key that is missing is made: on a developer's own machine.
    pub make_missing: bool,
}

/// A secret of the settings.
#[derive(Clone, Debug)]
pub struct Inline {
    /// Which setting.
    pub name: &'static str,
    /// For which tokens.
    pub kind: Kind,
    /// Whether it only verifies: it was taken out of use.
    pub retired: bool,
    /// Its bytes.
    pub secret: SecretSlice<u8>,
}

/// A secret of the settings that is no key.
#[derive(Clone, Debug)]
pub struct Reserved {
    /// Which setting.
    pub name: &'static str,
    /// Its bytes.
    pub secret: SecretSlice<u8>,
}

/// The rings, and where each key stands.
#[derive(Debug)]
pub struct Loaded {
    /// For access tokens.
    pub access: Ring,
    /// For refresh tokens.
    pub refresh: Ring,
    /// Where the key of this name stands.
    pub places: HashMap<String, Place>,
    pub(crate) files: Known,
}

/// The keys of files as they were read once.
pub(crate) type Known = Vec<(KeyFile, Key)>;

/// All keys, before it is known what each does, and what could not be used.
pub(crate) struct Found {
    pub(crate) places: HashMap<String, Place>,
    pub(super) files: Known,
    pub(crate) refusals: Vec<Refusal>,
    access: Vec<Dated>,
    refresh: Vec<Dated>,
}

impl Found {
    /// All of them, if all can be used.
    fn whole(self) -> Result<Self, Refusal> {
        match self.refusals.first() {
            None => Ok(self),
            Some(refusal) => Err(refusal.clone()),
        }
    }

    fn add(&mut self, kind: Kind, dated: Dated, at: Place) -> Result<(), Refusal> {
        let algorithm = dated.key.algorithm();
        if kind == Kind::Refresh && algorithm != Algorithm::HS256 {
            let (reason, fix) = ("refresh tokens are signed with a secret", "Move it to `access`");
            return Err(Refusal::new(variable(&at), format!("{}: {reason}", named(&at)), fix));
        }
        let keys = self.keys(kind);
        // Two that were dated alike, by servers that replaced the last key at once, are in the same order for everybody.
        let rival = keys.iter().find(|other| [*other, &dated].iter().all(|dated| !dated.retired && !dated.has_time()));
        if let Some(rival) = rival {
            return Err(Refusal::new(
                variable(&at),
                format!("{} begins to sign at the same time as {}", named(&at), named(&self.places[rival.key.id()])),
                "Begin the name of the newer one with its time, as in 20261124T195500Z-new.pem, or remove one",
            ));
        }
        place(&mut self.places, &dated.key, at)?;
        match kind {
            Kind::Access => self.access.push(dated),
            Kind::Refresh => self.refresh.push(dated),
        }
        Ok(())
    }

    fn keys(&self, kind: Kind) -> &[Dated] {
        match kind {
            Kind::Access => &self.access,
            Kind::Refresh => &self.refresh,
        }
    }
}

/// Where a key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In this file.
    File(PathBuf),
    /// In this setting.
    Setting(&'static str),
}

impl Loaded {
    /// The ring of this kind.
    #[must_use]
    pub fn ring(&self, kind: Kind) -> &Ring {
        match kind {
            Kind::Access => &self.access,
            Kind::Refresh => &self.refresh,
        }
    }

    /// The settings whose secret only verifies, or does not even that, because the folder has a newer key, though they are not
    /// named as out of use.
    #[must_use]
    pub fn overtaken(&self) -> Vec<&'static str> {
        let idle = |ring: &Ring, id: &String| {
            ring.find(id).is_some_and(|dated| !dated.retired) && ring.newest().key.id() != id
        };
        let overtaken = self.places.iter().filter_map(|(id, place)| match place {
            Place::Setting(name) if Kind::ALL.iter().any(|kind| idle(self.ring(*kind), id)) => Some(*name),
            _ => None,
        });
        overtaken.collect()
    }
}

/// See [`KeySource::fingerprint`].
pub type Fingerprint = Vec<Vec<folder::About>>;

const FIX: &str = "Make one with `openssl rand -base64 48`";

impl KeySource {
    /// What signs tokens of this kind.
    #[must_use]
    pub fn algorithm(&self, kind: Kind) -> Algorithm {
        match kind {
            Kind::Access => self.algorithm,
            // Nobody but us reads it.
            Kind::Refresh => Algorithm::HS256,
        }
    }

    /// How long a token of this kind can be shown after it was signed.
    #[must_use]
    pub fn lifetime(kind: Kind) -> Duration {
        match kind {
            Kind::Access => Duration::from_secs(claims::MAX_LIFETIME.unsigned_abs()),
            // By the settings it may be less, but it may have been more when the token was signed.
            Kind::Refresh => session::MAX_ABSOLUTE_LIFETIME,
        }
    }

    /// Refuses secrets of the settings that protect nothing, without a look at the folder.
    ///
    /// # Errors
    /// The first refusal.
    pub fn check_settings(&self) -> Result<(), Refusal> {
        let mut places = HashMap::new();
        for inline in &self.inline {
            place(&mut places, &secret(inline.name, &inline.secret)?, Place::Setting(inline.name))?;
        }
        self.reserve(&mut places)
    }

    fn reserve(&self, places: &mut HashMap<String, Place>) -> Result<(), Refusal> {
        let mut reserved = self.reserved.iter();
        reserved
            .try_for_each(|Reserved { name, secret: bytes }| place(places, &secret(name, bytes)?, Place::Setting(name)))
    }

    /// Reads all keys, and refuses those that protect nothing.
    ///
    /// # Errors
    /// The first refusal.
    pub fn load(&self) -> Result<Loaded, Refusal> {
        let found = self.find(&vec![]).whole()?;
        let ring = |kind| {
            let ring = ring(&found, kind).filter(|ring| ring.newest().key.algorithm() == self.algorithm(kind));
            ring.ok_or_else(|| self.missing(kind))
        };
        Ok(Loaded {
            access: ring(Kind::Access)?,
            refresh: ring(Kind::Refresh)?,
            places: found.places,
            files: found.files,
        })
    }

    /// All keys, whether they can sign or not. What is `known` goes on while its file is there and cannot be used, or its folder is
    /// not there at all: that is more likely a disk that is missing than somebody who wants everybody signed out.
    pub(crate) fn find(&self, known: &Known) -> Found {
        let mut found =
            Found { places: HashMap::new(), files: vec![], refusals: vec![], access: vec![], refresh: vec![] };
        found.refusals.extend(self.reserve(&mut found.places).err());
        for kind in Kind::ALL {
            for inline in self.inline.iter().filter(|inline| inline.kind == kind) {
                let dated = secret(inline.name, &inline.secret)
                    .map(|key| if inline.retired { Dated::retired(key) } else { Dated::new(key, UnixMillis(0)) });
                let place = Place::Setting(inline.name);
                if let Err(refusal) = dated.and_then(|dated| found.add(kind, dated, place)) {
                    found.refusals.push(refusal);
                }
            }
            let files = self.files(kind, known).unwrap_or_else(|refusal| {
                found.refusals.push(refusal);
                let folder = self.folder_of(kind);
                // What is not there any more was removed, unless all of it is gone.
                let goes_on =
                    |file: &&KeyFile| file.path.starts_with(&folder) && (file.path.exists() || !folder.exists());
                known.iter().map(|(file, _)| file).filter(goes_on).cloned().collect()
            });
            for file in files {
                let key = read(&file).or_else(|refusal| {
                    found.refusals.push(refusal.clone());
                    known.iter().find(|(other, _)| *other == file).map(|(_, key)| key.clone()).ok_or(refusal)
                });
                let Ok(key) = key else { continue };
                let dated = Dated::new(key.clone(), file.first_use);
                match found.add(kind, dated, Place::File(file.path.clone())) {
                    Ok(()) => found.files.push((file, key)),
                    Err(refusal) => found.refusals.push(refusal),
                }
            }
        }
        found
    }

    /// Makes what is missing, where that is wanted, and loads.
    ///
    /// # Errors
    /// The first refusal.
    pub fn prepare(&self, now: UnixMillis, random: &dyn Random) -> Result<Loaded, Refusal> {
        for kind in Kind::ALL {
            let newest = self.newest(kind)?;
            if self.make_missing && newest.is_none_or(|(algorithm, _)| algorithm != self.algorithm(kind)) {
                self.create(kind, self.following(kind, newest, now), random)?;
            }
        }
        self.load()
    }

    /// The algorithm of the newest key and its first use, if there is one.
    ///
    /// # Errors
    /// The first refusal.
    pub fn newest(&self, kind: Kind) -> Result<Option<(Algorithm, UnixMillis)>, Refusal> {
        let ring = ring(&self.find(&vec![]).whole()?, kind);
        Ok(ring.map(|ring| (ring.newest().key.algorithm(), ring.newest().first_use)))
    }

    /// When a new key may sign that is wanted at `wanted`: after a newest one of another algorithm, for otherwise that would follow it.
    #[must_use]
    pub fn following(&self, kind: Kind, newest: Option<(Algorithm, UnixMillis)>, wanted: UnixMillis) -> UnixMillis {
        match newest {
            Some((algorithm, first_use)) if algorithm != self.algorithm(kind) => {
                wanted.max(first_use.plus(Duration::from_secs(1)))
            }
            _ => wanted,
        }
    }

    /// What changes when anybody changes a key.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn fingerprint(&self) -> io::Result<Fingerprint> {
        Kind::ALL.into_iter().map(|kind| folder::fingerprint(&self.folder_of(kind))).collect()
    }

    /// A new key of this kind that signs from `first_use` on, or a second later where another key begins in the same one: names of files
    /// tell seconds, and which of the two signs must not be left to chance.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn create(&self, kind: Kind, first_use: UnixMillis, random: &dyn Random) -> Result<Dated, Refusal> {
        let mut first_use = first_use;
        let taken = self.files(kind, &vec![])?;
        while taken.iter().any(|file| file.first_use.seconds() == first_use.seconds()) {
            first_use = first_use.plus(Duration::from_secs(1));
        }
        let folder = self.folder_of(kind);
        let file = folder::create(&folder, self.algorithm(kind), first_use, random)
            .map_err(|error| refuse(&folder, &format!("no key can be made there ({error})"), "Make it writable"))?;
        Ok(Dated::new(read(&file)?, file.first_use))
    }

    /// Removes a key's file for good.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn remove(&self, file: &Path) -> Result<(), Refusal> {
        folder::remove(file)
            .map_err(|error| refuse(file, &format!("it cannot be removed ({error})"), "Remove it by hand"))
    }

    fn files(&self, kind: Kind, known: &Known) -> Result<Vec<KeyFile>, Refusal> {
        let folder = self.folder_of(kind);
        if !folder.exists() && known.iter().any(|(file, _)| file.path.starts_with(&folder)) {
            return Err(refuse(&folder, "it is gone, and its keys go on", "Bring it back, or restart without it"));
        }
        folder::list(&folder)
            .map_err(|error| refuse(&folder, &format!("it cannot be read ({error})"), "Name a folder that can"))
    }

    /// The folder of the keys of this kind.
    #[must_use]
    pub fn folder_of(&self, kind: Kind) -> PathBuf {
        self.folder.join(kind.name())
    }

    /// While the server runs.
    pub(super) fn gone(&self, kind: Kind) -> Refusal {
        let reason = "no key is left there, and every request is answered with 503";
        refuse(&self.folder_of(kind), reason, "Bring one back, or make one with `sessionkeep keys rotate`")
    }

    fn missing(&self, kind: Kind) -> Refusal {
        let algorithm = self.algorithm(kind).name();
        match (kind, self.algorithm(kind)) {
            (Kind::Refresh, _) => {
                Refusal::new("REFRESH_TOKEN_SECRET", "it is required on an origin that others can reach", FIX)
            }
            (Kind::Access, Algorithm::HS256) => {
                Refusal::new("ACCESS_TOKEN_SECRET", "it is required on an origin that others can reach", FIX)
            }
            (Kind::Access, _) => Refusal::new(
                "KEYS_DIR",
                format!(
                    "`{}` has no key for {algorithm} that is newer than all others",
                    self.folder_of(kind).display()
                ),
                "Make one with `sessionkeep keys rotate`",
            ),
        }
    }
}

/// The ring of this kind, if one of the keys can sign.
pub(crate) fn ring(found: &Found, kind: Kind) -> Option<Ring> {
    Ring::new(found.keys(kind).to_vec(), KeySource::lifetime(kind))
}

fn place(places: &mut HashMap<String, Place>, key: &Key, place: Place) -> Result<(), Refusal> {
    if let Some(other) = places.get(key.id()) {
        return Err(Refusal::new(
            variable(&place),
            format!("the key in {} is the same as in {}", named(&place), named(other)),
            "Use each key once, and for one kind of token",
        ));
    }
    places.insert(key.id().to_owned(), place);
    Ok(())
}

fn variable(place: &Place) -> &str {
    match place {
        Place::File(_) => "KEYS_DIR",
        Place::Setting(name) => name,
    }
}

fn named(place: &Place) -> String {
    match place {
        Place::File(path) => format!("`{}`", path.display()),
        Place::Setting(name) => (*name).to_owned(),
    }
}

fn refuse(path: &Path, reason: &str, fix: &str) -> Refusal {
    Refusal::new("KEYS_DIR", format!("`{}`: {reason}", path.display()), fix)
}

fn secret(name: &str, bytes: &SecretSlice<u8>) -> Result<Key, Refusal> {
    if let Some(weakness) = strength::weakness_of_secret(bytes.expose_secret()) {
        return Err(Refusal::new(name, weakness, FIX));
    }
    Key::from_secret(bytes).map_err(|error| Refusal::new(name, error.to_string(), FIX))
}

fn read(file: &KeyFile) -> Result<Key, Refusal> {
    const FIX: &str = "Remove it; `sessionkeep keys rotate` makes a good one";
    let content = folder::read(&file.path)
        .map_err(|error| refuse(&file.path, &error.to_string(), "Mend that, or remove the file"))?;
    let key = match file.kept {
        Kept::Pem => Key::from_pem(content.expose_secret()),
        Kept::Secret => {
            let trimmed: SecretSlice<u8> = content.expose_secret().trim_ascii_end().to_vec().into();
            if let Some(weakness) = strength::weakness_of_secret(trimmed.expose_secret()) {
                return Err(refuse(&file.path, &weakness, FIX));
            }
            Key::from_secret(&trimmed)
        }
    };
    let key = key.map_err(|error| refuse(&file.path, &error.to_string(), FIX))?;
    if strength::is_sample(key.verifying()) {
        return Err(refuse(&file.path, "its private part is printed in a standard or a tutorial", FIX));
    }
    Ok(key)
}

#[cfg(test)]
mod tests;
