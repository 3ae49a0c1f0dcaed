use anyhow::{Context as _, bail};
use clap::ArgMatches;
use sessionkeep_types::{EndReason, SessionId, limits};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    each_page, find, open, operator,
    output::{row, say},
};
use crate::{
    account::Account,
    auth::{Auth, end_step},
    config::Settings,
    session::{EventKind, SecurityEvent, UnixMillis},
    storage::{Scope, Transacted},
};

/// `sessionkeep sessions ...`. A running server sees within a second what is done here.
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let auth = open(settings).await?;
    match arguments.subcommand() {
        Some(("list", arguments)) => list(&auth, arguments).await,
        Some(("revoke", arguments)) => revoke(&auth, arguments).await,
        _ => bail!("there is no such subcommand"),
    }
}

async fn list(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    if let Some(email) = arguments.get_one::<String>("user") {
        return list_of(auth, &find(auth, email).await?).await;
    }
    each_page(auth, async |accounts| {
        for account in accounts {
            list_of(auth, account).await?;
        }
        Ok(())
    })
    .await
}

async fn list_of(auth: &Auth, account: &Account) -> anyhow::Result<()> {
    let mut before = None;
    loop {
        let sessions = auth.living_sessions(&account.id, before.as_ref(), limits::PAGE_MAX).await?;
        for session in &sessions {
            let ends = session.idle_deadline.min(session.absolute_deadline);
            row(&[
                &session.id,
                &account.email,
                &format_args!("begun {}", rfc3339(session.created_at)?),
                &format_args!("used {}", rfc3339(session.last_used_at)?),
                &format_args!("ends {}", rfc3339(ends)?),
                &session.origin.ip,
                &session.origin.user_agent,
            ])?;
        }
        match sessions.into_iter().next_back() {
            Some(last) => before = Some(last.id),
            None => return Ok(()),
        }
    }
}

async fn revoke(auth: &Auth, arguments: &ArgMatches) -> anyhow::Result<()> {
    if let Some(id) = arguments.get_one::<String>("id") {
        return revoke_one(auth, &SessionId::new(id)).await;
    }
    let event = SecurityEvent::new(EventKind::SessionsEnded, &operator(), auth.clock.now());
    let scope = match (arguments.get_one::<String>("user"), arguments.get_one::<String>("before")) {
        (Some(email), _) => Scope::Of(find(auth, email).await?.id),
        (None, Some(before)) => Scope::BegunBefore(time(before)?),
        (None, None) => bail!("say which: a session's id, --user or --before"),
    };
    match auth.end_all_as_admin(&scope, &event).await? {
        1 => say!("1 session is ended."),
        count => say!("{count} sessions are ended."),
    }
    Ok(())
}

async fn revoke_one(auth: &Auth, id: &SessionId) -> anyhow::Result<()> {
    let mut step = |session: &_, now| end_step(session, now, &EndReason::Admin, EventKind::SessionEnded, &operator());
    match auth.sessions.transact(id, &*auth.clock, &mut step).await? {
        Transacted::NotFound => bail!("there is no session {id}"),
        Transacted::Done { ended } if ended.is_empty() => say!("{id} had ended before."),
        Transacted::Done { .. } => say!("{id} is ended."),
    }
    Ok(())
}

/// A time as RFC 3339 has it. `now` means every session: one that was begun while a clock was ahead was not begun before now.
fn time(text: &str) -> anyhow::Result<UnixMillis> {
    if text == "now" {
        return Ok(UnixMillis(i64::MAX));
    }
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .with_context(|| format!("--before: {text} is no time such as 2026-11-24T10:00:00Z"))?;
    Ok(UnixMillis(i64::try_from(time.unix_timestamp_nanos() / 1_000_000)?))
}

pub(super) fn rfc3339(at: UnixMillis) -> anyhow::Result<String> {
    let seconds = OffsetDateTime::from_unix_timestamp(at.seconds())?;
    Ok(seconds.format(&Rfc3339)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_as_rfc_3339_has_it_and_now_is_later_than_any() {
        assert_eq!(time("now").expect("a time"), UnixMillis(i64::MAX));
        assert_eq!(time("1970-01-01T00:00:01.5Z").expect("a time"), UnixMillis(1500));
        assert_eq!(time("1970-01-01T01:00:00+01:00").expect("a time"), UnixMillis(0));
        assert!(time("yesterday").is_err());
    }
}
