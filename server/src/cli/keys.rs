use std::{collections::HashMap, path::Path, time::Duration};

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use sessionkeep_verify::Algorithm;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::output::{row, say};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Settings,
    keys::{
        KeySource, Kind, Ring,
        ring::{Dated, State},
        source::{Loaded, Place, ring},
    },
    printable::printable,
    random::SystemRandom,
    refusal::Refusal,
    session::UnixMillis,
};

pub(super) const KINDS: [(&str, Kind); 2] = [("access", Kind::Access), ("refresh", Kind::Refresh)];

/// Until then every verifier has fetched the document with the new key: it is good for five minutes.
const UNTIL_OTHERS_KNOW: Duration = Duration::from_mins(10);
/// Until then every server of ours has looked at the folder.
const UNTIL_WE_KNOW: Duration = Duration::from_secs(10);
/// A key is kept for so long after its last token has ended: who comes with one later hears that it has expired.
const KEEP_DONE: Duration = Duration::from_hours(24 * 7);

/// `sessionkeep keys ...`. A running server sees within a second what is done here.
pub(super) fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let source = &settings.keys;
    match arguments.subcommand() {
        Some(("list", _)) => list(source),
        Some(("rotate", arguments)) => rotate(source, arguments),
        Some(("retire", arguments)) => retire(source, arguments),
        _ => bail!("there is no such subcommand"),
    }
}

fn list(source: &KeySource) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let loaded = source.prepare(now, &SystemRandom)?;
    for (name, kind) in KINDS {
        for (dated, state) in loaded.ring(kind).states(now) {
            let (id, algorithm) = (dated.key.id(), dated.key.algorithm());
            row(&[&name, &id, &algorithm.name(), &described(state)?, &place(&loaded, id)])?;
        }
    }
    Ok(())
}

fn described(state: State) -> anyhow::Result<String> {
    Ok(match state {
        State::Published(from) => format!("published, signs from {}", rfc3339(from)?),
        State::Signs => "signs".to_owned(),
        State::Verifies(Some(until)) => format!("verifies until {}", rfc3339(until)?),
        State::Verifies(None) => "verifies".to_owned(),
        State::Done => "does nothing any more".to_owned(),
    })
}

fn rotate(source: &KeySource, arguments: &ArgMatches) -> anyhow::Result<()> {
    let kind = kind(arguments);
    let now = SystemClock.now();
    let newest = source.newest(kind)?;
    let wait = match arguments.get_one::<Duration>("in") {
        Some(wait) => *wait,
        None if newest.is_none() => Duration::ZERO,
        None if source.algorithm(kind) == Algorithm::HS256 => UNTIL_WE_KNOW,
        None => UNTIL_OTHERS_KNOW,
    };
    let made = source.create(kind, source.following(kind, newest, now.plus(wait)), &SystemRandom)?;
    let (id, algorithm, from) = (made.key.id(), made.key.algorithm().name(), rfc3339(made.first_use)?);
    say!("The new key {id} ({algorithm}) signs {} tokens from {from} on.", kind.name());
    if let Ok(loaded) = source.load() {
        for setting in loaded.overtaken() {
            say!(
                "{setting} does not sign from then on. Remove it when `keys list` says that it does nothing any more."
            );
        }
    }
    let found = source.find(&vec![]);
    // What an operator has put there under a name without a time is not ours to remove.
    let ours = |dated: &Dated| dated.has_time();
    for (id, file) in done(ring(&found, kind).as_ref(), ours, &found.places, now.minus(KEEP_DONE)) {
        source.remove(file)?;
        say!("{id} is removed: its last token has ended.");
    }
    Ok(())
}

/// The files of those keys that nothing needs any more.
fn done<'f>(
    ring: Option<&Ring>,
    of: impl Fn(&Dated) -> bool,
    places: &'f HashMap<String, Place>,
    now: UnixMillis,
) -> Vec<(String, &'f Path)> {
    let states = ring.into_iter().flat_map(|ring| ring.states(now));
    let done =
        states.filter(|(dated, state)| *state == State::Done && of(dated)).map(|(dated, _)| dated.key.id().to_owned());
    done.filter_map(|id| match &places[&id] {
        Place::File(file) => Some((id, file.as_path())),
        Place::Setting(_) => None,
    })
    .collect()
}

fn retire(source: &KeySource, arguments: &ArgMatches) -> anyhow::Result<()> {
    let id = arguments.get_one::<String>("id").context("say which key")?;
    let now = SystemClock.now();
    // A key that has leaked goes, whatever is wrong with others.
    let found = source.find(&vec![]);
    for refusal in &found.refusals {
        eprintln!("sessionkeep: {}", printable(&refusal.to_string()));
    }
    let place = found.places.get(id);
    let place = place.with_context(|| format!("there is no key {id}; `sessionkeep keys list` shows those that are"))?;
    let file = match place {
        Place::File(file) => file,
        Place::Setting(name) => {
            return Err(
                Refusal::new(name, format!("the key {id} stands in it"), "Give it another value and restart").into()
            );
        }
    };
    let kind = if file.starts_with(source.folder_of(Kind::Access)) { Kind::Access } else { Kind::Refresh };
    if kind == Kind::Refresh && !arguments.get_flag("sign-people-out") {
        bail!(
            "{id} is for refresh tokens: whoever holds one of its must sign in again. If that is meant, add --sign-people-out"
        );
    }
    let ring = ring(&found, kind);
    for (done, file) in done(ring.as_ref(), |dated| dated.key.id() != id, &found.places, now) {
        // With the key that followed it gone, it would not be known any more that it is over.
        source.remove(file)?;
        say!("{done} is removed: its last token has ended.");
    }
    // The new one comes first: at no time is there none.
    if let Some(ring) = ring.filter(|ring| ring.signing(now).id() == id) {
        // In its place, so that what it has followed ends no later.
        let since = ring.find(id).filter(|leaked| leaked.has_time()).map_or(now, |leaked| leaked.first_use.min(now));
        let made = source.create(kind, since, &SystemRandom)?;
        say!("The new key {} ({}) signs from now on.", made.key.id(), made.key.algorithm().name());
    }
    source.remove(file)?;
    let newest = source.newest(kind).ok().flatten();
    if newest.is_some_and(|(algorithm, _)| algorithm != source.algorithm(kind)) {
        say!(
            "The newest key is of another algorithm than the one that is set: `keys rotate` makes one for the next start."
        );
    }
    match kind {
        Kind::Access => say!("{id} is removed. Whoever held an access token of its refreshes once, unnoticed."),
        Kind::Refresh => say!("{id} is removed. Whoever held a refresh token of its signs in again."),
    }
    Ok(())
}

fn kind(arguments: &ArgMatches) -> Kind {
    let name = arguments.get_one::<String>("kind").map(String::as_str);
    if name == Some(Kind::Refresh.name()) { Kind::Refresh } else { Kind::Access }
}

fn place(loaded: &Loaded, id: &str) -> String {
    match &loaded.places[id] {
        Place::File(file) => file.display().to_string(),
        Place::Setting(name) => (*name).to_owned(),
    }
}

fn rfc3339(at: UnixMillis) -> anyhow::Result<String> {
    let seconds = OffsetDateTime::from_unix_timestamp(at.seconds())?;
    Ok(seconds.format(&Rfc3339)?)
}
