//! Which names are this machine's own.
//!
//! A page may have its own name answered with 127.0.0.1 (DNS rebinding), and then takes a server on the visitor's machine for
//! its own origin. The browser still sends the page's name in `Host`.

use std::net::IpAddr;

use axum::http::{HeaderMap, Uri, header::HOST, uri::Authority};

/// Whether a host, in lower case, is this machine: `localhost`, a name below it, or a loopback address.
pub(crate) fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let label =
        |label: &str| !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    host == "localhost"
        || host.strip_suffix(".localhost").is_some_and(|names| names.split('.').all(label))
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a request was sent to this machine by one of its own names. One that names no host was not sent by a browser.
pub(crate) fn is_asked(uri: &Uri, headers: &HeaderMap) -> bool {
    let named = headers.get_all(HOST).iter().map(|host| Authority::try_from(host.as_bytes()).ok());
    let mut hosts = uri.authority().cloned().map(Some).into_iter().chain(named);
    headers.get_all(HOST).iter().count() <= 1
        && hosts.all(|host| {
            host.is_some_and(|host| {
                let nothing_else = host.as_str() == host.host() || host.port_u16().is_some();
                !host.as_str().contains('@') && nothing_else && is_loopback(&host.host().to_lowercase())
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CS-01, attack 13
    #[test]
    fn a_foreign_name_is_not_this_machine_however_it_is_written() {
        let asked = |hosts: &[&str], uri: &str| {
            let mut headers = HeaderMap::new();
            for host in hosts {
                headers.append(HOST, host.parse().expect("a value"));
            }
            is_asked(&uri.parse().expect("a URI"), &headers)
        };
        for host in
            ["localhost", "LocalHost:3000", "app.localhost:3000", "127.0.0.1:3000", "127.1.2.3", "[::1]:3000", "[::1]"]
        {
            assert!(asked(&[host], "/"), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:3000",
            "localhost.evil.example",
            "evillocalhost",
            "localhost@evil.example",
            "evil.example@localhost",
            "a;b.localhost",
            "localhost:3000;x",
            "localhost:x",
            ".localhost",
            "localhost.",
            "127.0.0.1.evil.example",
            "10.0.0.1:3000",
            "[::ffff:10.0.0.1]",
            "0.0.0.0:3000",
            "localhost, evil.example",
            "loc\u{e4}lhost",
        ] {
            assert!(!asked(&[host], "/"), "{host}");
        }
        assert!(asked(&[], "/"), "no browser");
        assert!(!asked(&["localhost", "localhost"], "/"));
        assert!(!asked(&["localhost"], "http://evil.example/"));
        assert!(asked(&["localhost"], "http://localhost:3000/"));
    }
}
