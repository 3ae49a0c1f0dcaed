use std::time::Duration;

use anyhow::{Context as _, bail};
use clap::ArgMatches;
use sessionkeep_verify::Algorithm;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::say;
use crate::{
    clock::{Clock as _, SystemClock},
    config::{Refusal, Settings},
    keys::{
        KeySource, Kind,
        ring::State,
        source::{Loaded, Place},
    },
    random::SystemRandom,
    session::UnixMillis,
};

pub(super) const KINDS: [(&str, Kind); 2] = [("access", Kind::Access), ("refresh", Kind::Refresh)];

/// Until then every verifier has fetched the document with the new key: it is good for five minutes.
const UNTIL_OTHERS_KNOW: Duration = Duration::from_mins(10);
/// Until then every server of ours has looked at the folder.
const UNTIL_WE_KNOW: Duration = Duration::from_secs(10);

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
            let does = if algorithm == source.algorithm(kind) || dated.retired {
                described(state)?
            } else {
                // Since when, and so for how long it verifies, the running server knows, and nobody here.
                "signs nothing: ACCESS_TOKEN_ALGORITHM is another one".to_owned()
            };
            say!("{name}\t{id}\t{}\t{does}\t{}", algorithm.name(), place(&loaded, id));
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
    let first = !source.can_sign(kind)?;
    let wait = match arguments.get_one::<Duration>("in") {
        Some(wait) => *wait,
        None if first => Duration::ZERO,
        None if source.algorithm(kind) == Algorithm::HS256 => UNTIL_WE_KNOW,
        None => UNTIL_OTHERS_KNOW,
    };
    let made = source.create(kind, now.plus(wait), &SystemRandom)?;
    let (id, algorithm, from) = (made.key.id(), made.key.algorithm().name(), rfc3339(made.first_use)?);
    say!("The new key {id} ({algorithm}) signs {} tokens from {from} on.", kind.name());
    // The other kind of tokens may have no key yet.
    let Ok(loaded) = source.load(now) else { return Ok(()) };
    for (dated, state) in loaded.ring(kind).states(now) {
        if let (State::Done, Place::File(file)) = (state, &loaded.places[dated.key.id()]) {
            source.remove(file)?;
            say!("{} is removed: its last token has ended.", dated.key.id());
        }
    }
    Ok(())
}

fn retire(source: &KeySource, arguments: &ArgMatches) -> anyhow::Result<()> {
    let id = arguments.get_one::<String>("id").context("say which key")?;
    let now = SystemClock.now();
    let loaded = source.load(now)?;
    let kind = Kind::ALL.into_iter().find(|kind| loaded.ring(*kind).ids().contains(id));
    let kind = kind.with_context(|| format!("there is no key {id}; `sessionkeep keys list` shows those that are"))?;
    let file = match &loaded.places[id] {
        Place::File(file) => file,
        Place::Setting(name) => {
            return Err(
                Refusal::new(name, format!("the key {id} stands in it"), "Give it another value and restart").into()
            );
        }
    };
    if kind == Kind::Refresh && !arguments.get_flag("sign-people-out") {
        bail!(
            "{id} is for refresh tokens: whoever holds one of its must sign in again. If that is meant, add --sign-people-out"
        );
    }
    // The new one comes first: at no time is there none.
    if loaded.ring(kind).signing(now).id() == id {
        let made = source.create(kind, now, &SystemRandom)?;
        say!("The new key {} ({}) signs from now on.", made.key.id(), made.key.algorithm().name());
    }
    source.remove(file)?;
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
