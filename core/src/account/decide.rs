use secrecy::SecretString;
use sessionkeep_types::EndReason;

use super::{Account, AccountChange, AccountFacts, AccountRefusal, AccountRequest, AccountStep, SessionsEffect};
use crate::{
    account::AccountRefusal::{Forbidden, LastAdministrator, NotFound, Superseded},
    session::{SecurityEvent, UnixMillis},
};

/// What the request does to the account, its sessions and the record of events at `now`.
///
/// # Errors
/// [`AccountRefusal`]; nothing is changed then.
pub fn decide(
    request: &AccountRequest<'_>,
    facts: &AccountFacts,
    now: UnixMillis,
) -> Result<AccountStep, AccountRefusal> {
    let account = facts.account.as_ref().ok_or(NotFound)?;
    match *request {
        AccountRequest::Change { change, .. } => self::change(account, change, facts, now),
        AccountRequest::ChangePassword { read, hash, event, .. } => {
            // The first access token of the new session states the role that was read.
            if !account.is_as_when(read) || account.role != read.role || !facts.asking_lives {
                return Err(Superseded);
            }
            Ok(change_password(account, hash, event, now))
        }
        AccountRequest::Delete { read, event, .. } => {
            if !account.is_as_when(read) || !facts.asking_lives {
                return Err(Superseded);
            }
            if account.can_administrate() && !facts.others_administrate {
                return Err(LastAdministrator);
            }
            Ok(AccountStep { account: None, sessions: SessionsEffect::Bury, events: vec![event.clone()] })
        }
    }
}

/// A change to the current value does nothing and has no event.
fn change(
    account: &Account,
    change: &AccountChange,
    facts: &AccountFacts,
    now: UnixMillis,
) -> Result<AccountStep, AccountRefusal> {
    if !facts.may_administrate {
        return Err(Forbidden);
    }
    let role = change.role.as_ref().filter(|(role, _)| *role != account.role);
    let disabled = change.disabled.as_ref().filter(|(disabled, _)| *disabled != account.disabled_at.is_some());
    let after = Account {
        role: role.map_or(&account.role, |(role, _)| role).clone(),
        disabled_at: match disabled {
            Some((true, _)) => Some(now),
            Some((false, _)) => None,
            None => account.disabled_at,
        },
        ..account.clone()
    };
    // An operator can make an administrator at any time.
    let is_last = account.can_administrate() && !after.can_administrate() && !facts.others_administrate;
    if is_last && change.by.is_some() {
        return Err(LastAdministrator);
    }
    let sessions = match (role, disabled) {
        (_, Some((true, _))) => SessionsEffect::End(EndReason::AccountDisabled),
        (Some(_), _) => SessionsEffect::Raise,
        (None, _) => SessionsEffect::Keep,
    };
    let events = [role.map(|(_, event)| event), disabled.map(|(_, event)| event)];
    Ok(AccountStep { account: Some(after), sessions, events: events.into_iter().flatten().cloned().collect() })
}

fn change_password(account: &Account, hash: &SecretString, event: &SecurityEvent, now: UnixMillis) -> AccountStep {
    // A sign-in that began with the old password compares this time, so it must be another one even within a millisecond.
    let changed_at = now.0.max(account.password_changed_at.0.saturating_add(1));
    let after = Account { password_hash: hash.clone(), password_changed_at: UnixMillis(changed_at), ..account.clone() };
    AccountStep {
        account: Some(after),
        sessions: SessionsEffect::End(EndReason::PasswordChanged),
        events: vec![event.clone()],
    }
}
