use std::time::Duration;

use super::Client;

/// No setting makes a session live longer: browsers keep no cookie for longer, either (RFC 6265bis, 5.5).
pub const MAX_ABSOLUTE_LIFETIME: Duration = Duration::from_hours(24 * 400);

/// The deployment's rules for sessions. All of it comes from the settings.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Whether lost answers and second tabs are tolerated.
    pub rotation: RotationMode,
    /// Q: a browser that presents the head sooner than this after it was given out keeps it. Timers of hidden tabs fire
    /// once a minute, so a late cookie can be that late.
    pub quiet_period: Duration,
    /// C: how long after its confirmation a browser without attempt ids may still present the previous token.
    pub tolerance: Duration,
    /// What theft ends.
    pub on_reuse: OnReuse,
    /// How long a session lives without a rotation.
    pub idle_lifetime: Duration,
    /// How long a session lives at most. Nothing extends it.
    pub absolute_lifetime: Duration,
}

/// What a second use of a token means. Sessionkeep's setting `REFRESH_ROTATION`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RotationMode {
    /// It is reuse only where no lost response, second tab, repeat or late copy explains it: [the
    /// table](https://github.com/sessionkeep/sessionkeep/blob/main/docs/rotation.md#the-table).
    Confirmed,
    /// Every second use of a token is reuse, a lost answer included.
    Strict,
}

/// What else ends with a session whose token was reused. Sessionkeep's setting `ON_THEFT`. The caller ends the other sessions: [`super::apply`]
/// changes one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnReuse {
    /// Nothing.
    Session,
    /// Every other session of the account.
    User,
}

impl Policy {
    /// The shortest time for which an unconfirmed successor is given again as it is.
    const REPLAY_FLOOR: Duration = Duration::from_secs(10);
    /// A session that somebody else also tried to rotate this many times in a row is taken for a clone.
    pub(super) const CLONE_CYCLES: u32 = 3;

    /// Q for this kind of client: direct clients send one request at a time and need none.
    pub(super) fn quiet_period(&self, client: Client) -> Duration {
        if client.browser { self.quiet_period } else { Duration::ZERO }
    }

    /// C for this kind of client: with attempt ids, or without tabs, nothing needs it.
    pub(super) fn tolerance(&self, client: Client) -> Duration {
        if client.browser && !client.names_refreshes { self.tolerance } else { Duration::ZERO }
    }

    /// W: until then an unconfirmed successor is given again, later it is superseded.
    pub(super) fn replay_window(&self, client: Client) -> Duration {
        self.quiet_period(client).max(Self::REPLAY_FLOOR)
    }
}

impl Default for Policy {
    fn default() -> Self {
        const DAY: Duration = Duration::from_hours(24);
        Self {
            rotation: RotationMode::Confirmed,
            quiet_period: Duration::from_secs(75),
            tolerance: Duration::from_secs(10),
            on_reuse: OnReuse::Session,
            idle_lifetime: DAY * 7,
            absolute_lifetime: DAY * 30,
        }
    }
}
