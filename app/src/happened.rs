//! Security events in the words of the person whom they concern.

use sessionkeep_types::EventKind;

/// What to say about an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// A few words.
    pub(crate) title: &'static str,
    /// What they mean, where that is not plain.
    pub(crate) meaning: Option<&'static str>,
    /// Whether the person should look at it twice.
    pub(crate) is_alarming: bool,
}

/// The words for an event. `by_administrator`: somebody else did it.
pub(crate) fn words(kind: &EventKind, by_administrator: bool) -> Words {
    use EventKind as Kind;
    let (title, meaning) = match kind {
        Kind::Registered => ("Account created", ""),
        Kind::LoginSucceeded => ("Signed in", ""),
        Kind::LoginFailed => {
            ("Sign-in refused", "The password was wrong, or the account was disabled at that time. Nobody got in.")
        }
        Kind::LoginFailedOften => (
            "Sign-in refused several times",
            "Somebody tried several wrong passwords in a row, and now has to wait before each further one. Nobody got in.",
        ),
        Kind::SignedOut => ("Signed out", ""),
        Kind::SessionEnded if by_administrator => ("A device was signed out by an administrator", ""),
        Kind::SessionEnded => ("A device was signed out", ""),
        Kind::SessionsEnded if by_administrator => ("All devices were signed out by an administrator", ""),
        Kind::SessionsEnded => ("Several devices were signed out at once", ""),
        Kind::SessionLimitReached => (
            "A device was signed out: too many were signed in",
            "The devices that were unused for longest were signed out. If you did not sign in that often, change your \
             password.",
        ),
        Kind::PasswordChanged => ("Password changed", "All other devices were signed out."),
        Kind::PasswordConfirmationFailed => (
            "Wrong password entered",
            "Somebody who was signed in tried to change the password or to delete the account, with a wrong password.",
        ),
        Kind::RefreshRepeated | Kind::RefreshAnswerLost | Kind::RefreshSuperseded | Kind::RefreshLateCopy => {
            ("Session renewed again", "An answer was lost on its way. This is routine.")
        }
        Kind::RefreshFromElsewhere => (
            "Session renewed again from another network",
            "This is usual when a device changes its network. If you do not know one of the two addresses, sign that device out and change your password.",
        ),
        Kind::RefreshReused => (
            "A session was used in two places",
            "A sign-in cookie that had been replaced was used again. The session was ended.",
        ),
        Kind::CloneSuspected => {
            ("A session was used in two places", "Two programs kept renewing the same session. The session was ended.")
        }
        Kind::DatabaseRestored => {
            ("A session ended after a repair of the server", "The server's data was restored from a backup.")
        }
        Kind::RoleChanged => ("Your role was changed", ""),
        Kind::AccountDisabled => ("Account disabled", "All devices were signed out."),
        Kind::AccountEnabled => ("Account enabled again", ""),
        Kind::AccountDeleted => ("Account deleted", ""),
        Kind::Unknown(_) => (
            "Something else happened",
            "This page is older than the server and has no words for it. Load the page again.",
        ),
    };
    let is_alarming = matches!(
        kind,
        Kind::LoginFailed
            | Kind::LoginFailedOften
            | Kind::SessionLimitReached
            | Kind::PasswordConfirmationFailed
            | Kind::RefreshReused
            | Kind::CloneSuspected
    );
    Words { title, meaning: Some(meaning).filter(|meaning| !meaning.is_empty()), is_alarming }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_event_is_said_in_words_and_not_in_codes() {
        for kind in EventKind::ALL.iter().cloned().chain([EventKind::Unknown("user_frozen".into())]) {
            for by_administrator in [false, true] {
                let Words { title, meaning, .. } = words(&kind, by_administrator);
                assert!(!title.is_empty() && !title.contains('_') && !title.ends_with('.'), "{kind}");
                assert!(meaning.is_none_or(|meaning| meaning.ends_with('.') && !meaning.contains('_')), "{kind}");
            }
        }
    }

    #[test]
    fn what_an_administrator_did_is_said_to_be_so() {
        for kind in [EventKind::SessionEnded, EventKind::SessionsEnded] {
            assert!(words(&kind, true).title.contains("by an administrator"));
            assert!(!words(&kind, false).title.contains("administrator"));
        }
    }

    #[test]
    fn both_ways_in_which_theft_shows_have_one_name() {
        let (reuse, clone) = (words(&EventKind::RefreshReused, false), words(&EventKind::CloneSuspected, false));
        assert_eq!(reuse.title, clone.title);
        assert!(reuse.is_alarming && clone.is_alarming);
    }

    #[test]
    fn everyday_events_alarm_nobody() {
        for kind in [EventKind::LoginSucceeded, EventKind::SignedOut, EventKind::PasswordChanged] {
            assert!(!words(&kind, false).is_alarming, "{kind}");
        }
    }
}
