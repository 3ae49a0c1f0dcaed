//! How often something may be tried: what keeps passwords from being guessed and the server from being kept busy.
//!
//! Failures are counted in the store ([`counter`]): what an account has been asked for survives a restart and is one number over
//! all instances. What is only to be bounded is counted in memory ([`rate`]), by each instance for itself.
//!
//! What never lives here: HTTP, SQL.

mod allowance;
pub mod counter;
mod fair_shares;
pub mod guessing;
mod rate;
pub(crate) mod under_way;

use std::{
    net::{IpAddr, Ipv6Addr},
    num::NonZeroU32,
    time::Duration,
};

use aws_lc_rs::digest;
use sessionkeep_types::{SessionId, UserId};

use self::{allowance::Allowance, counter::Key, rate::Rate};
use crate::session::{EventKind, UnixMillis};

/// Too often. Nothing was done, and nothing is lost: it may be tried again after a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too often; again in {} s", retry_after.as_secs())]
pub struct TooOften {
    /// After which time.
    pub retry_after: Duration,
}

/// One more right password is taken after each of these.
const RIGHT_AGAIN: Duration = Duration::from_secs(10);

/// So many refreshes of one kind that is out of the ordinary are reported at once for one session, and one more after each time.
const REPORTS: u32 = 6;
const REPORTED_AGAIN: Duration = Duration::from_mins(10);

/// So many exports of an account at once, and one more after each time: each reads all that is kept of it.
const EXPORTS: NonZeroU32 = NonZeroU32::new(3).expect("OK because three is not zero");
const EXPORTED_AGAIN: Duration = Duration::from_mins(10);

/// A subscriber line may register as often as so many of its networks.
const NETWORKS_OF_A_LINE: u32 = 4;

/// Whose places in the hashing queue an attempt uses, as keyed hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// The subscriber line: an IPv4 address, or 48 bits of an IPv6 address.
    pub(crate) line: Key,
    /// An IPv4 address, or 64 bits of an IPv6 address.
    pub(crate) network: Key,
    /// The account in this network.
    pub(crate) account: Key,
}

impl Shares {
    /// From the widest to the narrowest.
    pub(crate) fn levels(&self) -> [Key; 3] {
        [self.line, self.network, self.account]
    }
}

/// What is bounded by each instance for itself.
pub struct Limits {
    refreshes: Allowance,
    reports: Allowance,
    registrations: Option<Rate>,
    registrations_by_line: Option<Rate>,
    right_passwords: Allowance,
    changes: Option<Rate>,
    endings: Option<Rate>,
    sign_outs: Option<Rate>,
    exports: Rate,
}

impl Limits {
    /// `refreshes_per_minute` of one session, `registrations_per_hour` from one network, `sign_ins_at_once` of one account from
    /// one network, `changes_per_minute` of one account; 0: any number.
    #[must_use]
    pub fn new(
        refreshes_per_minute: u32,
        registrations_per_hour: u32,
        sign_ins_at_once: u32,
        changes_per_minute: u32,
    ) -> Self {
        let rate = |number, per: Duration, places| {
            NonZeroU32::new(number).map(|number| Rate::new(number, per / number.get(), places))
        };
        let changes = || rate(changes_per_minute, Duration::from_mins(1), rate::OURS);
        Self {
            refreshes: Allowance::new(refreshes_per_minute, Duration::from_mins(1) / refreshes_per_minute.max(1)),
            reports: Allowance::new(REPORTS, REPORTED_AGAIN),
            registrations: rate(registrations_per_hour, Duration::from_hours(1), rate::ANYBODY),
            registrations_by_line: rate(
                registrations_per_hour.saturating_mul(NETWORKS_OF_A_LINE),
                Duration::from_hours(1),
                rate::ANYBODY,
            ),
            right_passwords: Allowance::new(sign_ins_at_once, RIGHT_AGAIN),
            changes: changes(),
            endings: changes(),
            sign_outs: changes(),
            exports: Rate::new(EXPORTS, EXPORTED_AGAIN, rate::OURS),
        }
    }

    /// Takes an export of this account.
    ///
    /// # Errors
    /// [`TooOften`].
    pub fn export(&self, user: &UserId) -> Result<(), TooOften> {
        self.exports.take(user.as_str())
    }

    /// The allowance for refreshes of this session from the network of `ip`. Never by address alone: everybody in a building may
    /// have the same one. Never by session alone: somebody else who has its token must not use up what its owner has.
    #[must_use]
    pub fn refreshes(&self, session: &SessionId, ip: &str) -> Refreshes<'_> {
        let key = key_of(&format!("{} {}", session.as_str(), network(ip)));
        Refreshes { allowance: &self.refreshes, key }
    }

    /// Whether one more refresh of this kind is stored as an event of its session: otherwise a client that repeats refreshes would
    /// fill the disk and bury the owner's activity.
    pub(crate) fn may_report(&self, session: &SessionId, kind: &EventKind, now: UnixMillis) -> bool {
        let key = key_of(&format!("{} {}", session.as_str(), kind.as_str()));
        let may = self.reports.look(&key, now).is_ok();
        if may {
            self.reports.take(key, now);
        }
        may
    }

    /// Whether another password of this account may be compared. Wrong passwords do not count, so that nobody can use the
    /// allowance up who does not have the right one.
    ///
    /// # Errors
    /// When there were too many right ones.
    pub fn password(&self, shares: &Shares, now: UnixMillis) -> Result<(), TooOften> {
        self.right_passwords.look(&shares.account, now)
    }

    /// The password was right.
    pub fn password_was_right(&self, shares: &Shares, now: UnixMillis) {
        self.right_passwords.take(shares.account, now);
    }

    /// A change by this account, of itself or, for an administrator, of another one. All its sessions share the allowance: an
    /// account has many.
    ///
    /// # Errors
    /// When there were too many.
    pub fn change(&self, account: &UserId) -> Result<(), TooOften> {
        take(self.changes.as_ref(), account.as_str())
    }

    /// Counts a request that ends sessions, changes the password or deletes the account. Each session has its own allowance,
    /// apart from that of changes, so that an attacker in another session of the account cannot exhaust it.
    ///
    /// # Errors
    /// When there were too many in this session.
    pub fn end(&self, session: &SessionId) -> Result<(), TooOften> {
        take(self.endings.as_ref(), session.as_str())
    }

    /// A sign-out by a refresh token of this session. It has an allowance of its own, which no access token can use up.
    ///
    /// # Errors
    /// When there were too many.
    pub fn sign_out(&self, session: &SessionId) -> Result<(), TooOften> {
        take(self.sign_outs.as_ref(), session.as_str())
    }

    /// A registration from this address.
    ///
    /// # Errors
    /// When there were too many from its network.
    pub fn register(&self, ip: &str) -> Result<(), TooOften> {
        // The line first: one has as many networks as there are places for all networks.
        take(self.registrations_by_line.as_ref(), &line(ip))?;
        take(self.registrations.as_ref(), &network(ip))
    }
}

/// The allowance of one session from one network.
pub struct Refreshes<'a> {
    allowance: &'a Allowance,
    key: Key,
}

impl Refreshes<'_> {
    /// Checks the allowance and consumes nothing of it.
    ///
    /// # Errors
    /// [`TooOften`] if the allowance is exhausted.
    pub fn look(&self, now: UnixMillis) -> Result<(), TooOften> {
        self.allowance.look(&self.key, now)
    }

    /// Uses some of it.
    ///
    /// # Errors
    /// When nothing is left.
    pub fn take(&self, now: UnixMillis) -> Result<(), TooOften> {
        self.look(now)?;
        self.allowance.take(self.key, now);
        Ok(())
    }
}

fn key_of(name: &str) -> Key {
    let key = digest::digest(&digest::SHA256, name.as_bytes());
    key.as_ref().try_into().expect("OK because SHA-256 has 32 bytes")
}

fn take(rate: Option<&Rate>, key: &str) -> Result<(), TooOften> {
    rate.map_or(Ok(()), |rate| rate.take(key))
}

/// The smallest part of the net that one subscriber has: an IPv4 address, or 64 bits of an IPv6 address (RFC 6177), of which
/// anybody has more than can be counted.
pub(crate) fn network(ip: &str) -> String {
    prefix(ip, 4)
}

/// All that one subscriber may have: an IPv4 address, or 48 bits of an IPv6 address (RFC 6177), which are 65 536 networks.
fn line(ip: &str) -> String {
    prefix(ip, 3)
}

/// An IPv4 address, or so many times 16 bits of an IPv6 address.
fn prefix(ip: &str, segments: usize) -> String {
    match ip.parse() {
        Ok(IpAddr::V6(ip)) => {
            let mut prefix = ip.segments();
            prefix[segments..].fill(0);
            format!("{}/{}", Ipv6Addr::from(prefix), segments * 16)
        }
        _ => ip.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

    /// RL-04
    #[test]
    fn an_ipv6_network_of_64_bits_is_one_and_every_ipv4_address_another() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("203.0.113.7"), network("203.0.113.8"));
        assert_eq!(network(""), "");
        assert_eq!(line("2001:db8:1:2:3:4:5:6"), line("2001:db8:1:ffff::1"));
        assert_ne!(line("2001:db8:1::1"), line("2001:db8:2::1"));
        assert_ne!(line("203.0.113.7"), line("203.0.113.8"));
    }

    /// RL-04
    #[test]
    fn a_thousand_addresses_of_one_network_have_one_allowance() {
        let limits = Limits::new(0, 100, 0, 0);
        let taken = (0..1000).filter(|host| limits.register(&format!("2001:db8::{host:x}")).is_ok()).count();
        assert_eq!(taken, 100);
        assert!(limits.register("2001:db8:1::1").is_ok());
        assert!((0..1000).all(|_| Limits::new(0, 0, 0, 0).register("203.0.113.7").is_ok()));
    }

    /// RL-04: a line has as many networks as there are places.
    #[test]
    fn one_line_uses_up_no_other_lines_registrations() {
        let limits = Limits::new(0, 1, 0, 0);
        for network in 0..66_000_u32 {
            let _either = limits.register(&format!("2001:db8:1:{:x}::1", network & 0xffff));
        }
        let held = (0..200).filter(|host| limits.register(&format!("192.0.2.{host}")).is_err()).count();
        // A third of a host on average finds the place of another host; ten of them once in 10^12 runs. Without the line's limit it is half of all.
        assert!(held < 10, "{held} of 200 share a place with another network");
    }

    /// RL-08
    #[test]
    fn sessions_behind_one_address_do_not_count_for_each_other() {
        let limits = Limits::new(60, 0, 0, 0);
        let take = |session: u32, ip| limits.refreshes(&SessionId::new(format!("session {session}")), ip).take(NOW);
        assert!((0..500).all(|session| take(session, "203.0.113.7").is_ok()));
        let taken = (0..100).filter(|_| take(1000, "203.0.113.7").is_ok()).count();
        assert_eq!(taken, 60);
    }

    /// RL-08
    #[test]
    fn a_thief_elsewhere_uses_up_nothing_of_the_owners_allowance() {
        let limits = Limits::new(60, 0, 0, 0);
        let session = SessionId::new("s");
        let (thief, owner) = (limits.refreshes(&session, "198.51.100.1"), limits.refreshes(&session, "203.0.113.7"));
        while thief.take(NOW).is_ok() {}
        assert!(thief.look(NOW).is_err());
        assert!(owner.look(NOW).is_ok() && owner.take(NOW).is_ok());
    }

    #[test]
    fn an_intruder_who_uses_up_every_allowance_leaves_another_session_its_own() {
        let limits = Limits::new(0, 0, 0, 60);
        let (owners, intruders) = (SessionId::new("owner's"), SessionId::new("intruder's"));
        for _ in 0..100 {
            let _either = limits.change(&UserId::new("account"));
            let _either = limits.end(&intruders);
        }
        assert!(limits.change(&UserId::new("account")).is_err() && limits.end(&intruders).is_err());
        assert!(limits.end(&owners).is_ok() && limits.sign_out(&owners).is_ok());
        assert!(limits.sign_out(&intruders).is_ok(), "signing out is apart from the rest");
        assert!(limits.change(&UserId::new("another")).is_ok());
    }
}
