use super::Check;
use crate::config::Settings;

/// Settings that are accepted and weak. Everything else is refused at the start.
pub(super) fn look(settings: &Settings) -> Vec<Check> {
    let origin = &settings.public_origin;
    let mut found = vec![];
    if origin.is_loopback_http() && !settings.bind_addr.ip().is_loopback() {
        found.push(Check::fail(
            "PUBLIC_ORIGIN",
            format!("{} is for this machine alone, and BIND_ADDR is reached from others", origin.as_str()),
            "Set the https origin that people open, or bind to 127.0.0.1",
        ));
    }
    if origin.is_https() && settings.trusted_proxies.is_empty() {
        found.push(Check::fail(
            "TRUSTED_PROXIES",
            "it is empty, though something else must speak TLS for this server: everybody has that one's address, and shares its \
             limits",
            "Set the address from which the proxy reaches the server, such as 127.0.0.1",
        ));
    }
    if !settings.cookie.secure {
        found.push(Check::warn(
            "COOKIE_SECURE",
            "the refresh token's cookie is sent without encryption, too",
            "Remove it: it is for development in a browser that drops Secure cookies on http",
        ));
    }
    if settings.password_min_length < 12 {
        found.push(Check::warn(
            "PASSWORD_MIN_LENGTH",
            format!("new passwords may have {} characters", settings.password_min_length),
            "Use 12 or more: shorter ones are found by trying once a database is stolen",
        ));
    }
    if settings.registration_open && settings.registrations_per_hour == 0 {
        found.push(Check::warn(
            "REGISTRATIONS_PER_HOUR",
            "one network may make any number of accounts",
            "Set a number, or REGISTRATION=closed",
        ));
    }
    if settings.refreshes_per_minute == 0 {
        found.push(Check::warn(
            "REFRESHES_PER_MINUTE",
            "one session may refresh any number of times",
            "Set a number: a client in a loop would keep the database busy",
        ));
    }
    if settings.changes_per_minute == 0 {
        found.push(Check::warn(
            "CHANGES_PER_MINUTE",
            "one account may change its data any number of times",
            "Set a number: one person with many connections would keep the database busy",
        ));
    }
    if settings.metrics_addr.is_some_and(|address| address.ip().is_unspecified()) {
        found.push(Check::warn(
            "METRICS_ADDR",
            "any host that can reach this machine can read the metrics",
            "Bind it to the address at which Prometheus reaches it",
        ));
    }
    if found.is_empty() { vec![Check::ok("settings", "accepted, and none of them weak")] } else { found }
}
