use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use axum::http::Uri;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ipnet::IpNet;
use secrecy::{SecretSlice, SecretString};
use sessionkeep_types::limits;
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use crate::{
    loopback::is_loopback,
    session,
    storage::{Database, redis::RedisServer},
    token::access,
};

/// What is wrong, and what to do.
pub(super) type Wrong = (String, String);

fn wrong<T>(reason: impl Into<String>, fix: impl Into<String>) -> Result<T, Wrong> {
    Err((reason.into(), fix.into()))
}

/// A browser's origin (RFC 6454): scheme, host, and port where it is not the scheme's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicOrigin {
    text: String,
    https: bool,
}

impl PublicOrigin {
    /// As a browser sends it in `Origin`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is encrypted on the way.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// Whether it is a developer's own machine. No other http origin is accepted.
    #[must_use]
    pub fn is_loopback_http(&self) -> bool {
        !self.https
    }
}

pub(super) fn public_origin(value: &str) -> Result<PublicOrigin, Wrong> {
    const FIX: &str = "Write it as in the address bar, such as https://id.example.com";
    let Ok(uri) = Uri::from_str(value) else { return wrong(format!("`{value}` is no origin"), FIX) };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return wrong(format!("`{value}` is no origin"), FIX);
    };
    let bare = value.trim_end_matches('/');
    if bare.len() != scheme.len() + "://".len() + authority.as_str().len() || authority.as_str().contains('@') {
        return wrong("an origin has no path, no query and no user", FIX);
    }
    let host = authority.host().to_lowercase();
    let https = match scheme {
        "https" => true,
        "http" if is_loopback(&host) => false,
        "http" => {
            return wrong(
                format!("`{value}` is not encrypted: the cookie could be read on the way"),
                "Use https (http is for localhost alone)",
            );
        }
        _ => return wrong(format!("`{scheme}` is no scheme of the web"), FIX),
    };
    let default_port = if https { 443 } else { 80 };
    let port = match authority.port_u16() {
        None if authority.as_str().contains("]:") || authority.as_str().matches(':').count() == 1 => {
            return wrong(format!("`{value}` has no valid port"), FIX);
        }
        port => port.filter(|port| *port != default_port),
    };
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    Ok(PublicOrigin { text: format!("{scheme}://{host}{port}"), https })
}

pub(super) fn database(value: &str) -> Result<Database, Wrong> {
    if value.starts_with("postgres://") || value.starts_with("postgresql://") {
        postgres(value).map(|server| Database::Postgres(Box::new(server)))
    } else {
        sqlite_file(value).map(Database::Sqlite)
    }
}

/// Over a network the connection is encrypted and the server's certificate is checked, unless the address says otherwise;
/// what may fall back to neither in silence is refused.
fn postgres(value: &str) -> Result<PgConnectOptions, Wrong> {
    // The value may hold a password, and so may the error.
    let Ok(server) = PgConnectOptions::from_str(value) else {
        return wrong("it is no address of PostgreSQL", "Write it like postgres://user:password@host/database");
    };
    let host = server.get_host();
    if server.get_socket().is_some() || host.starts_with('/') || is_loopback(host) {
        return Ok(server);
    }
    if !(value.contains("sslmode=") || value.contains("ssl-mode=")) {
        return Ok(server.ssl_mode(PgSslMode::VerifyFull));
    }
    match server.get_ssl_mode() {
        PgSslMode::Allow | PgSslMode::Prefer => wrong(
            "its sslmode goes on without encryption where the server has none, and tells nobody",
            "Use sslmode=verify-full, or sslmode=disable on a network that nobody else is on",
        ),
        PgSslMode::Disable | PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => Ok(server),
    }
}

pub(super) fn session_store(value: &str) -> Result<Option<Box<RedisServer>>, Wrong> {
    match value {
        "" => Ok(None),
        // The value may hold a password, and so may the error.
        _ => match RedisServer::from_str(value) {
            Ok(server) if server.takes_any_certificate() => wrong(
                "it would believe whoever answers",
                "Remove `#insecure`, or use redis:// on a network of your own",
            ),
            Ok(server) => Ok(Some(Box::new(server))),
            Err(_) => {
                wrong("it is no address of a Redis", "Write it like rediss://user:password@host:6379/0, or remove it")
            }
        },
    }
}

fn sqlite_file(value: &str) -> Result<PathBuf, Wrong> {
    match value.strip_prefix("sqlite://").or_else(|| value.strip_prefix("sqlite:")) {
        Some(path) if path.starts_with(':') || path.contains('?') => {
            wrong("an SQLite database must be a file, without parameters", "Use sqlite://data/sessionkeep.db")
        }
        Some(path) if !path.is_empty() => Ok(PathBuf::from(path)),
        // The value may hold a password.
        _ => {
            wrong("it names no database", "Use sqlite://data/sessionkeep.db or postgres://user:password@host/database")
        }
    }
}

pub(super) fn socket_address(value: &str) -> Result<SocketAddr, Wrong> {
    value
        .parse()
        .or_else(|_| wrong(format!("`{value}` is no address with a port"), "Write it like 127.0.0.1:3000 or [::]:3000"))
}

pub(super) fn optional_socket_address(value: &str) -> Result<Option<SocketAddr>, Wrong> {
    if value.is_empty() { Ok(None) } else { socket_address(value).map(Some) }
}

pub(super) fn not_empty(value: &str) -> Result<String, Wrong> {
    if value.is_empty() { wrong("it is empty", "Remove it, or give it a value") } else { Ok(value.to_owned()) }
}

pub(super) fn log_filter(value: &str) -> Result<String, Wrong> {
    match value.parse::<tracing_subscriber::EnvFilter>() {
        Ok(_) => Ok(value.to_owned()),
        Err(_) => wrong(format!("`{value}` is no filter"), "Write it like info or server=debug,info"),
    }
}

pub(super) fn number(value: &str) -> Result<u32, Wrong> {
    value.parse().or_else(|_| wrong(format!("`{value}` is no whole number"), "Write digits alone"))
}

pub(super) fn at_least_one(value: &str) -> Result<u32, Wrong> {
    match number(value)? {
        0 => wrong("nobody could connect", "Use 1 or more"),
        number => Ok(number),
    }
}

pub(super) fn password_min_length(value: &str) -> Result<usize, Wrong> {
    let length = usize::try_from(number(value)?).unwrap_or(usize::MAX);
    if (limits::PASSWORD_MIN_FLOOR..=64).contains(&length) {
        Ok(length)
    } else {
        wrong(format!("{length} is not between {} and 64", limits::PASSWORD_MIN_FLOOR), "Use 12 or more")
    }
}

pub(super) fn sessions_per_account(value: &str) -> Result<u32, Wrong> {
    match number(value)? {
        cap @ 1..=session::MOST_SESSIONS => Ok(cap),
        cap => wrong(
            format!("{cap} is not between 1 and {}", session::MOST_SESSIONS),
            "Use 100, or more where people need it",
        ),
    }
}

/// The largest networks that anybody has for themselves: 10.0.0.0/8 and `fc00::/7`. A larger one holds strangers.
const LARGEST: (u8, u8) = (8, 7);

/// The networks whose addresses no stranger has: RFC 1918, 6598, 3927, 4193, 4291 and 1122.
const PRIVATE: [&str; 9] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

/// Networks of proxies. They are joined before their size is judged: two halves of the internet are all of it. What is not
/// private is judged together, too: every second /8 is half of the internet, and no two of them are adjacent.
pub(super) fn networks(value: &str) -> Result<Vec<IpNet>, Wrong> {
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    let networks: Vec<IpNet> = parts
        .map(|part| {
            let network = part.parse::<IpNet>().or_else(|_| part.parse::<IpAddr>().map(IpNet::from));
            network.or_else(|_| {
                wrong(format!("`{part}` is no network"), "Write networks like 10.0.0.0/8, separated by commas")
            })
        })
        .collect::<Result<_, Wrong>>()?;
    let joined = IpNet::aggregate(&networks);
    let too_large = |network: &&IpNet| match network {
        IpNet::V4(network) => network.prefix_len() < LARGEST.0,
        IpNet::V6(network) => network.prefix_len() < LARGEST.1,
    };
    if let Some(network) = joined.iter().find(too_large) {
        return wrong(
            format!("`{network}` trusts strangers, who could choose their address"),
            "Name the proxies alone",
        );
    }
    let private = PRIVATE.map(|network| network.parse::<IpNet>().expect("OK because a test reads them all"));
    let public = joined.iter().filter(|network| !private.iter().any(|private| private.contains(*network)));
    let (mut addresses, mut v6_addresses) = (0_u64, 0_u128);
    for network in public {
        match network {
            IpNet::V4(network) => addresses += 1 << (32 - network.prefix_len()),
            IpNet::V6(network) => v6_addresses += 1 << (128 - network.prefix_len()),
        }
    }
    if addresses > 1 << (32 - LARGEST.0) || v6_addresses > 1 << (128 - LARGEST.1) {
        return wrong(
            "together these networks trust strangers, who could choose their address".to_owned(),
            "Name the proxies alone",
        );
    }
    Ok(networks)
}

fn duration(value: &str) -> Result<Duration, Wrong> {
    const FIX: &str = "Write times like 90s, 15m, 12h or 7d";
    if value == "0" {
        return Ok(Duration::ZERO);
    }
    humantime::parse_duration(value).or_else(|_| wrong(format!("`{value}` is no time"), FIX))
}

fn within(value: &str, at_least: Duration, at_most: Duration) -> Result<Duration, Wrong> {
    let time = duration(value)?;
    if (at_least..=at_most).contains(&time) {
        Ok(time)
    } else {
        let [least, most] = [at_least, at_most].map(humantime::format_duration);
        wrong(format!("`{value}` is out of range"), format!("Use {least} to {most}"))
    }
}

pub(super) fn access_token_lifetime(value: &str) -> Result<Duration, Wrong> {
    within(value, Duration::from_secs(1), access::MAX_LIFETIME)
}

pub(super) fn lifetime(value: &str) -> Result<Duration, Wrong> {
    within(value, Duration::from_secs(1), session::MAX_ABSOLUTE_LIFETIME)
}

/// Nothing of it is printed: whoever knows the address may send to it.
pub(super) fn webhook(value: &str) -> Result<SecretString, Wrong> {
    const FIX: &str = "Write it like https://alerts.example.com/sessionkeep";
    let Ok(uri) = Uri::from_str(value) else { return wrong("it is no address", FIX) };
    match (uri.scheme_str(), uri.host()) {
        (Some("https"), Some(_)) => Ok(value.into()),
        (Some("http"), Some(host)) if is_loopback(&host.to_lowercase()) => Ok(value.into()),
        (Some("http"), Some(_)) => wrong("what is sent there can be read on the way", "Use https"),
        _ => wrong("it is no address of the web", FIX),
    }
}

/// A key as Standard Webhooks write it.
pub(super) fn webhook_key(value: &str) -> Result<SecretSlice<u8>, Wrong> {
    let key = value.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
    match key {
        Some(key) if (24..=64).contains(&key.len()) => Ok(key.into()),
        Some(_) => wrong("it has not between 24 and 64 bytes", "Make one: echo whsec_$(openssl rand -base64 32)"),
        None => wrong("it is not `whsec_` and base64", "Make one: echo whsec_$(openssl rand -base64 32)"),
    }
}

/// `0`: for ever.
pub(super) fn event_retention(value: &str) -> Result<Option<Duration>, Wrong> {
    const DAY: Duration = Duration::from_hours(24);
    if duration(value)?.is_zero() { Ok(None) } else { within(value, DAY, 3650 * DAY).map(Some) }
}

pub(super) fn quiet_period(value: &str) -> Result<Duration, Wrong> {
    within(value, Duration::ZERO, Duration::from_mins(5))
}

pub(super) fn tolerance(value: &str) -> Result<Duration, Wrong> {
    within(value, Duration::ZERO, Duration::from_secs(30))
}
