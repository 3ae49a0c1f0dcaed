//! The settings: every one of them stands in [`table`], is looked up by [`sources`], and becomes typed in [`Settings`].
//! `docs/config.md` is generated from the table.
//!
//! A wrong setting ends the start with one line that names the variable, the reason and the fix, and never the value of a
//! secret.

mod brand;
mod parse;
mod secrets;
pub(crate) mod sources;
pub mod table;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use secrecy::ExposeSecret as _;
use sessionkeep_verify::Algorithm;

pub use parse::PublicOrigin;
pub use sources::{Environment, Sources};

use crate::{
    audit::webhook::Receiver,
    brand::Brand,
    keys::KeySource,
    password::{Pepper, Peppers},
    refusal::Refusal,
    session::{OnReuse, Policy, RotationMode, ServedAttempts},
    storage::Database,
    telemetry::{self, LogSettings},
};

/// `sysexits.h`: something in the configuration is not as it should be.
pub const EXIT_CONFIG: u8 = 78;

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where to listen.
    pub bind_addr: SocketAddr,
    /// Most connections at once.
    pub max_connections: u32,
    /// The one browser origin.
    pub public_origin: PublicOrigin,
    /// Where everything is kept.
    pub database: Database,
    /// Where the keys are that sign tokens.
    pub keys: KeySource,
    /// `iss` of access tokens.
    pub issuer: String,
    /// `aud` of access tokens.
    pub audience: String,
    /// How long an access token lives.
    pub access_token_lifetime: Duration,
    /// The rules for sessions.
    pub policy: Policy,
    /// The refresh token's cookie.
    pub cookie: CookieSettings,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
    /// Whether new accounts are taken.
    pub registration_open: bool,
    /// Living sessions of one account.
    pub sessions_per_account: u32,
    /// Refreshes of one session; 0: any number.
    pub refreshes_per_minute: u32,
    /// Registrations from one network; 0: any number.
    pub registrations_per_hour: u32,
    /// Right passwords of one account from one network; 0: any number.
    pub sign_ins_at_once: u32,
    /// Changes of one account, and endings of one session; 0: any number.
    pub changes_per_minute: u32,
    /// Fewest characters in a new password.
    pub password_min_length: usize,
    /// Memory for one hash.
    pub argon2_memory_kib: u32,
    /// Passes over that memory.
    pub argon2_iterations: u32,
    /// Who is told of thefts.
    pub alert_webhook: Option<Receiver>,
    /// How long security events are kept; `None`: for ever.
    pub event_retention: Option<Duration>,
    /// Where metrics are served; `None`: nowhere.
    pub metrics_addr: Option<SocketAddr>,
    /// What goes into password hashes and not into the database.
    pub peppers: Peppers,
    /// The client's bundle; without it the API alone is served.
    pub assets_dir: Option<PathBuf>,
    /// Whose product it is.
    pub brand: Brand,
    /// What is logged, and how.
    pub log: LogSettings,
}

/// How the refresh token's cookie is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CookieSettings {
    /// Which prefix its name has.
    pub prefix: CookiePrefix,
    /// Whether it has the attribute `Secure`.
    pub secure: bool,
    /// Whether its companion is set beside it. Browsers take a `__Host-` cookie from https alone.
    pub companion: bool,
}

/// `COOKIE_PREFIX` (RFC 6265bis, 4.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookiePrefix {
    /// No prefix.
    None,
    /// `__Secure-`.
    Secure,
    /// `__Host-`, which needs `Path=/`.
    Host,
}

impl Settings {
    /// Looks every setting up and checks it.
    ///
    /// # Errors
    /// The first refusal.
    pub fn load(sources: &Sources) -> Result<Self, Refusal> {
        let public_origin: PublicOrigin = sources.parse("PUBLIC_ORIGIN", parse::public_origin)?;
        let database = stores(sources)?;
        let access_token_lifetime = sources.parse("ACCESS_TOKEN_EXPIRES", parse::access_token_lifetime)?;
        let policy = policy(sources)?;
        let keys = KeySource {
            folder: match sources.get("KEYS_DIR") {
                Some(folder) => PathBuf::from(folder),
                None => match &database {
                    Database::Sqlite(file) => file.parent().unwrap_or(Path::new("")).join("keys"),
                    Database::Postgres(_) | Database::PostgresAndRedis(..) => PathBuf::from("data/keys"),
                },
            },
            algorithm: sources.choose(
                "ACCESS_TOKEN_ALGORITHM",
                &[
                    ("HS256", Algorithm::HS256),
                    ("EdDSA", Algorithm::EdDSA),
                    ("ES256", Algorithm::ES256),
                    ("RS256", Algorithm::RS256),
                ],
            )?,
            inline: secrets::load(sources)?,
            reserved: secrets::peppers(sources)?,
            make_missing: public_origin.is_loopback_http(),
        };
        keys.check_settings()?;
        Ok(Self {
            bind_addr: sources.parse("BIND_ADDR", parse::socket_address)?,
            max_connections: sources.parse("MAX_CONNECTIONS", parse::at_least_one)?,
            issuer: sources.get("ISSUER").unwrap_or_else(|| public_origin.as_str().to_owned()),
            audience: sources.parse("AUDIENCE", parse::not_empty)?,
            cookie: cookie(sources, &public_origin)?,
            trusted_proxies: sources.parse("TRUSTED_PROXIES", parse::networks)?,
            registration_open: sources.choose("REGISTRATION", &[("open", true), ("closed", false)])?,
            sessions_per_account: sources.parse("SESSIONS_PER_ACCOUNT", parse::sessions_per_account)?,
            refreshes_per_minute: sources.parse("REFRESHES_PER_MINUTE", parse::number)?,
            registrations_per_hour: sources.parse("REGISTRATIONS_PER_HOUR", parse::number)?,
            sign_ins_at_once: sources.parse("SIGN_INS_AT_ONCE", parse::number)?,
            changes_per_minute: sources.parse("CHANGES_PER_MINUTE", parse::number)?,
            password_min_length: sources.parse("PASSWORD_MIN_LENGTH", parse::password_min_length)?,
            argon2_memory_kib: sources.parse("ARGON2_MEMORY_KIB", parse::number)?,
            argon2_iterations: sources.parse("ARGON2_ITERATIONS", parse::number)?,
            alert_webhook: secrets::alert_webhook(sources)?,
            event_retention: sources.parse("EVENT_RETENTION", parse::event_retention)?,
            metrics_addr: sources.parse("METRICS_ADDR", parse::optional_socket_address)?,
            peppers: peppers(&keys),
            brand: brand::load(sources, &public_origin)?,
            log: log(sources)?,
            assets_dir: sources.get("ASSETS_DIR").map(PathBuf::from),
            keys,
            public_origin,
            database,
            access_token_lifetime,
            policy,
        })
        .and_then(Self::check_argon2)
    }

    /// Never below the rows of OWASP's Password Storage Cheat Sheet: fewer passes need more memory.
    fn check_argon2(self) -> Result<Self, Refusal> {
        let floor = match self.argon2_iterations {
            0 => u32::MAX,
            1 => 47_104,
            2 => 19_456,
            3 => 12_288,
            4 => 9_216,
            _ => 7_168,
        };
        if self.argon2_iterations > 100 || self.argon2_memory_kib > 4 * 1024 * 1024 {
            return Err(Refusal::new(
                "ARGON2_MEMORY_KIB",
                "one sign-in would take minutes with this many KiB and passes",
                "Use at most 4194304 KiB and 100 iterations",
            ));
        }
        if self.argon2_memory_kib < floor {
            return Err(Refusal::new(
                "ARGON2_MEMORY_KIB",
                format!(
                    "{} KiB with ARGON2_ITERATIONS={} is weaker than OWASP's minimum",
                    self.argon2_memory_kib, self.argon2_iterations
                ),
                "Use 19456 KiB with 2 iterations, or 47104 KiB with 1, or more",
            ));
        }
        Ok(self)
    }
}

/// `DATABASE_URL` and `SESSION_STORE`.
fn stores(sources: &Sources) -> Result<Database, Refusal> {
    let database = database("DATABASE_URL", sources.address("DATABASE_URL")?.expose_secret())?;
    let session_store = parse::session_store(sources.address("SESSION_STORE")?.expose_secret());
    let session_store = session_store.map_err(|(reason, fix)| Refusal::new("SESSION_STORE", reason, fix))?;
    match (database, session_store) {
        (database, None) => Ok(database),
        (Database::Postgres(server), Some(redis)) => Ok(Database::PostgresAndRedis(server, redis)),
        (_, Some(_)) => Err(Refusal::new(
            "SESSION_STORE",
            "accounts in an SQLite file serve one machine, which needs no Redis",
            "Remove it, or keep accounts in PostgreSQL: DATABASE_URL=postgres://user:password@host/database",
        )),
    }
}

/// A database that is named elsewhere than in `DATABASE_URL`.
///
/// # Errors
/// When it is no address of one.
pub(crate) fn database(name: &str, value: &str) -> Result<Database, Refusal> {
    parse::database(value).map_err(|(reason, fix)| Refusal::new(name, reason, fix))
}

/// The peppers among the secrets, which were checked together.
fn peppers(keys: &KeySource) -> Peppers {
    let pepper = |name| {
        let found = keys.reserved.iter().find(|reserved| reserved.name == name);
        found.map(|reserved| Pepper::new(reserved.secret.clone()))
    };
    Peppers { current: pepper(secrets::PEPPER), previous: pepper(secrets::PEPPER_PREVIOUS) }
}

fn log(sources: &Sources) -> Result<LogSettings, Refusal> {
    let json = match sources.get("LOG_FORMAT") {
        None => !telemetry::on_a_terminal(),
        Some(_) => sources.choose("LOG_FORMAT", &[("pretty", false), ("json", true)])?,
    };
    Ok(LogSettings { json, filter: sources.parse("RUST_LOG", parse::log_filter)? })
}

fn policy(sources: &Sources) -> Result<Policy, Refusal> {
    let idle_lifetime = sources.parse("REFRESH_TOKEN_EXPIRES", parse::lifetime)?;
    let absolute_lifetime = sources.parse("SESSION_ABSOLUTE_LIFETIME", parse::lifetime)?;
    if idle_lifetime > absolute_lifetime {
        return Err(Refusal::new(
            "REFRESH_TOKEN_EXPIRES",
            "it is longer than SESSION_ABSOLUTE_LIFETIME",
            "A session ends at its absolute lifetime at the latest: shorten the one or lengthen the other",
        ));
    }
    let quiet_period = sources.parse("REFRESH_QUIET_PERIOD", parse::quiet_period)?;
    let access_lifetime = sources.parse("ACCESS_TOKEN_EXPIRES", parse::access_token_lifetime)?;
    // A known attempt is answered quietly for so long after the quiet period, and is turned away for as long after that.
    let longest_without_rotation = quiet_period + 2 * ServedAttempts::MEMORY + access_lifetime;
    if idle_lifetime < longest_without_rotation {
        return Err(Refusal::new(
            "REFRESH_TOKEN_EXPIRES",
            "it is shorter than REFRESH_QUIET_PERIOD, ACCESS_TOKEN_EXPIRES and four minutes together",
            "Only a rotation extends a session, and a client may be that long without one. Set REFRESH_TOKEN_EXPIRES higher, or the \
             others lower",
        ));
    }
    Ok(Policy {
        rotation: sources
            .choose("REFRESH_ROTATION", &[("confirmed", RotationMode::Confirmed), ("strict", RotationMode::Strict)])?,
        quiet_period,
        tolerance: sources.parse("REFRESH_TOLERANCE", parse::tolerance)?,
        on_reuse: sources.choose("ON_THEFT", &[("session", OnReuse::Session), ("user", OnReuse::User)])?,
        idle_lifetime,
        absolute_lifetime,
    })
}

fn cookie(sources: &Sources, origin: &PublicOrigin) -> Result<CookieSettings, Refusal> {
    let secure = sources.choose("COOKIE_SECURE", &[("always", true), ("never", false)])?;
    if !secure && !origin.is_loopback_http() {
        return Err(Refusal::new(
            "COOKIE_SECURE",
            "`never` is for a loopback http origin alone",
            "Remove it: anyone on the network could read the cookie",
        ));
    }
    let prefix = match sources.get("COOKIE_PREFIX") {
        None if origin.is_https() => CookiePrefix::Secure,
        None => CookiePrefix::None,
        Some(_) => sources.choose(
            "COOKIE_PREFIX",
            &[("none", CookiePrefix::None), ("secure", CookiePrefix::Secure), ("host", CookiePrefix::Host)],
        )?,
    };
    if prefix != CookiePrefix::None && !secure {
        return Err(Refusal::new(
            "COOKIE_PREFIX",
            "browsers drop a cookie with a prefix that is not Secure",
            "Use `none` with COOKIE_SECURE=never",
        ));
    }
    Ok(CookieSettings { prefix, secure, companion: origin.is_https() })
}

#[cfg(test)]
mod tests;
