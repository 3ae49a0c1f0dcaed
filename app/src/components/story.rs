//! Security events in the words of the person whom they concern.

use sessionkeep_types::EventKind;

use super::icon::Icon;
use crate::words::{self, Happened};

/// What to say about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Story {
    /// A few words.
    pub(crate) title: &'static str,
    /// What they mean, where that is not plain.
    pub(crate) meaning: Option<&'static str>,
    pub(crate) level: Level,
    pub(crate) icon: Icon,
}

/// How much a person has to care.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Everyday.
    Routine,
    /// Worth a second look.
    Warning,
    /// A second party used the session.
    Alert,
}

/// The words for an event. `by_administrator`: somebody else did it.
pub(crate) fn story(kind: &EventKind, by_administrator: bool) -> Story {
    let words = &words::here().events;
    let Happened { title, meaning } = match kind {
        EventKind::Registered => &words.registered,
        EventKind::LoginSucceeded => &words.signed_in,
        EventKind::LoginFailed => &words.sign_in_failed,
        EventKind::LoginFailedOften => &words.sign_in_failed_often,
        EventKind::SignedOut => &words.signed_out,
        EventKind::SessionEnded if by_administrator => &words.session_ended_by_administrator,
        EventKind::SessionEnded => &words.session_ended,
        EventKind::SessionsEnded if by_administrator => &words.sessions_ended_by_administrator,
        EventKind::SessionsEnded => &words.sessions_ended,
        EventKind::SessionLimitReached => &words.session_limit,
        EventKind::PasswordChanged => &words.password_changed,
        EventKind::PasswordConfirmationFailed => &words.confirmation_failed,
        EventKind::RefreshRepeated
        | EventKind::RefreshAnswerLost
        | EventKind::RefreshSuperseded
        | EventKind::RefreshLateCopy => &words.refresh_repeated,
        EventKind::RefreshFromElsewhere => &words.refresh_from_elsewhere,
        EventKind::RefreshReused => &words.reused,
        EventKind::CloneSuspected => &words.clone,
        EventKind::ReuseDismissed => &words.reuse_dismissed,
        EventKind::DataExported => &words.exported,
        EventKind::DatabaseRestored => &words.database_restored,
        EventKind::RoleChanged => &words.role_changed,
        EventKind::AccountDisabled => &words.account_disabled,
        EventKind::AccountEnabled => &words.account_enabled,
        EventKind::AccountDeleted => &words.account_deleted,
        EventKind::Unknown(_) => &words.unknown,
    };
    let meaning = Some(*meaning).filter(|meaning| !meaning.is_empty());
    Story { title, meaning, level: level(kind), icon: icon(kind) }
}

/// How much a person has to care about an event of this kind.
pub(crate) fn level(kind: &EventKind) -> Level {
    match kind {
        EventKind::RefreshReused | EventKind::CloneSuspected => Level::Alert,
        EventKind::LoginFailed
        | EventKind::LoginFailedOften
        | EventKind::SessionLimitReached
        | EventKind::PasswordConfirmationFailed
        | EventKind::RefreshFromElsewhere => Level::Warning,
        _ => Level::Routine,
    }
}

fn icon(kind: &EventKind) -> Icon {
    match kind {
        EventKind::RefreshReused | EventKind::CloneSuspected => Icon::ShieldAlert,
        EventKind::LoginSucceeded => Icon::SignIn,
        EventKind::SignedOut | EventKind::SessionEnded | EventKind::SessionsEnded => Icon::SignOut,
        EventKind::PasswordChanged => Icon::Key,
        EventKind::Registered | EventKind::RoleChanged | EventKind::AccountEnabled => Icon::Person,
        EventKind::ReuseDismissed => Icon::Check,
        EventKind::DataExported => Icon::Download,
        kind if level(kind) == Level::Warning => Icon::Warning,
        _ => Icon::Info,
    }
}

/// Whether it was a sign-in with a wrong password.
pub(crate) fn is_wrong_password(kind: &EventKind) -> bool {
    matches!(kind, EventKind::LoginFailed | EventKind::LoginFailedOften)
}

/// Whether somebody signed in, or tried to.
pub(crate) fn is_sign_in(kind: &EventKind) -> bool {
    // A new account is signed in at once.
    matches!(kind, EventKind::Registered | EventKind::LoginSucceeded) || is_wrong_password(kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn every_kind_of_event_is_said_in_words_and_not_in_codes() {
        for kind in EventKind::ALL.iter().cloned().chain([EventKind::Unknown("user_frozen".into())]) {
            for by_administrator in [false, true] {
                let Story { title, meaning, .. } = story(&kind, by_administrator);
                assert!(!title.is_empty() && !title.contains('_') && !title.ends_with('.'), "{kind}");
                assert!(meaning.is_none_or(|meaning| meaning.ends_with('.') && !meaning.contains('_')), "{kind}");
            }
        }
    }

    #[test]
    fn what_an_administrator_did_is_said_to_be_so() {
        for kind in [EventKind::SessionEnded, EventKind::SessionsEnded] {
            assert!(story(&kind, true).title.contains("administrator"));
            assert!(!story(&kind, false).title.contains("administrator"));
        }
    }

    #[test]
    fn both_ways_in_which_theft_shows_have_one_name_in_every_language() {
        for language in Language::ALL {
            let words = &language.words().events;
            assert_eq!(words.reused.title, words.clone.title);
        }
        for kind in [EventKind::RefreshReused, EventKind::CloneSuspected] {
            assert_eq!(story(&kind, false).level, Level::Alert);
        }
    }

    #[test]
    fn one_mistyped_password_is_no_alert_and_everyday_events_are_nothing_at_all() {
        assert_eq!(story(&EventKind::LoginFailed, false).level, Level::Warning);
        for kind in [EventKind::LoginSucceeded, EventKind::SignedOut, EventKind::PasswordChanged] {
            assert_eq!(story(&kind, false).level, Level::Routine, "{kind}");
        }
    }
}
