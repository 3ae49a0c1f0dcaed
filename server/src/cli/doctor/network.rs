//! Asks the public origin, as a browser somewhere would, and compares what was sent with what arrived, in both directions.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, Response, StatusCode, header, redirect::Policy};
use secrecy::ExposeSecret as _;
use sessionkeep_types::{Connection, ConnectionRequest, Route, routes};
use time::{
    OffsetDateTime,
    format_description::well_known::{Rfc2822, Rfc3339},
};

use super::{Check, Verdict};
use crate::{
    clock::{Clock as _, SystemClock},
    config::Settings,
    http::{SECURITY_HEADERS, hop_address},
    keys::Keys,
    random::{self, SystemRandom},
    session::UnixMillis,
    token::doctor,
};

const PATIENCE: Duration = Duration::from_secs(10);
/// Nobody's address (RFC 5737), for a header that must not be believed.
const NOBODYS: &str = "192.0.2.77";
/// A `Date` is of the second, and an answer takes its time.
const APART_MS: i64 = 5000;

pub(super) async fn look(settings: &Settings, keys: &Keys) -> Vec<Check> {
    let origin = settings.public_origin.as_str();
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).no_proxy().build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            return vec![Check::fail("PUBLIC_ORIGIN", format!("it cannot be asked: {error}"), "See the cause")];
        }
    };
    let asking = Asking { client, origin, token: doctor::issue(keys, SystemClock.now()) };
    let nonce = random::bytes::<16>(&SystemRandom).map(|byte| format!("{byte:02x}")).concat();
    let before = SystemClock.now();
    let (seen, answer) = match asking.ask(&nonce, None).await {
        Ok(answered) => answered,
        Err(check) => return vec![check],
    };
    let after = SystemClock.now();
    let mut found = vec![Check::ok("PUBLIC_ORIGIN", format!("{origin} is answered by this deployment"))];
    found.push(clock(&answer, Some(&seen.now), before, after));
    found.push(origin_header(origin, &seen));
    found.push(security_headers(&answer));
    found.push(set_cookie(settings, &nonce, &answer));
    found.push(match asking.ask(&nonce, Some(&nonce)).await {
        Ok((seen, _)) => cookie(&nonce, &seen.probes),
        Err(check) => check,
    });
    found.extend(seen.route.map(|route| address(settings, &seen.address, &route)));
    found
}

struct Asking<'a> {
    client: Client,
    origin: &'a str,
    token: secrecy::SecretString,
}

impl Asking<'_> {
    /// What arrived at the server, and what arrived here of its answer.
    async fn ask(&self, nonce: &str, probe: Option<&str>) -> Result<(Connection, Arrived), Check> {
        let mut request = self
            .client
            .post(format!("{}{}", self.origin, routes::CONNECTION))
            .bearer_auth(self.token.expose_secret())
            .header(header::ORIGIN, self.origin)
            .header("x-forwarded-for", NOBODYS)
            .json(&ConnectionRequest { nonce: nonce.to_owned() });
        if let Some(probe) = probe {
            request = request.header(header::COOKIE, format!("{}={probe}", routes::PROBE_COOKIE));
        }
        let answer = request.send().await.map_err(|error| self.unreachable(&error))?;
        let status = answer.status();
        let arrived = Arrived::of(&answer);
        if status == StatusCode::OK
            && let Ok(seen) = answer.json::<Connection>().await
        {
            return Ok((seen, arrived));
        }
        Err(self.other(status, &arrived))
    }

    fn unreachable(&self, error: &reqwest::Error) -> Check {
        let mut cause = error.to_string();
        let mut source = error.source();
        while let Some(inner) = source {
            cause = format!("{cause}: {inner}");
            source = inner.source();
        }
        Check::fail(
            "PUBLIC_ORIGIN",
            format!("{} cannot be reached from here: {cause}", self.origin),
            "See that the server and the proxy run, that the name leads to the proxy from this machine, too, and that its certificate \
             is one that this machine believes (SSL_CERT_FILE names an authority of your own)",
        )
    }

    /// Not our answer: another server's, or a proxy's own.
    fn other(&self, status: StatusCode, arrived: &Arrived) -> Check {
        let origin = self.origin;
        let what = "PUBLIC_ORIGIN";
        if status.is_redirection() {
            let to = arrived.values("location").into_iter().next().unwrap_or_default();
            let fix =
                "Set PUBLIC_ORIGIN to where people end up, as the address bar has it, or take the redirection away";
            return Check::fail(what, format!("{origin} sends people on to {to}"), fix);
        }
        if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
            // The token that this command makes for itself is of no use to a clock that is far away.
            let now = SystemClock.now();
            let clock = clock(arrived, None, now, now);
            if clock.verdict == Verdict::Fail {
                return clock;
            }
            let fix = "Run this with the settings and the KEYS_DIR of the server that answers there, or lead PUBLIC_ORIGIN here. A \
                        proxy must pass the header Authorization on";
            return Check::fail(what, format!("{origin} is answered by a server with other keys ({status})"), fix);
        }
        if matches!(status, StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) {
            let fix = "See that the server runs, that the proxy has its BIND_ADDR, and what both log";
            return Check::fail(what, format!("no server answers behind {origin} ({status})"), fix);
        }
        let fix =
            "Set PUBLIC_ORIGIN to what people see in the address bar, and have the proxy send all of it to the server";
        Check::fail(what, format!("{origin} is answered by something else ({status})"), fix)
    }
}

/// The headers of an answer.
struct Arrived(header::HeaderMap);

impl Arrived {
    fn of(answer: &Response) -> Self {
        Self(answer.headers().clone())
    }

    fn values(&self, name: &str) -> Vec<String> {
        self.0.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
    }
}

/// Two clocks: of whoever answers, the proxy for one, who writes `Date`; and the server's own.
fn clock(answer: &Arrived, server: Option<&str>, before: UnixMillis, after: UnixMillis) -> Check {
    let what = "clock";
    let date = answer.values("date").first().and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok());
    let Some(date) = date else {
        return Check::warn(what, "the answer has no Date", "Have the proxy pass it on: caches and clients go by it");
    };
    let server = server.and_then(|now| OffsetDateTime::parse(now, &Rfc3339).ok());
    for (whose, theirs) in [("who answers", Some(date)), ("the server", server)] {
        let Some(theirs) = theirs.map(|theirs| theirs.unix_timestamp().saturating_mul(1000)) else { continue };
        let apart = (before.0 - theirs).max(theirs - after.0).max(0);
        if apart > APART_MS {
            let fix = "Keep both by NTP: tokens and cookies end by the clock";
            return Check::fail(what, format!("{whose} is {} s away from this machine", apart / 1000), fix);
        }
    }
    Check::ok(what, "those of this machine, of what answers and of the server agree")
}

fn origin_header(sent: &str, seen: &Connection) -> Check {
    let what = "header Origin";
    match (&seen.origin, &seen.refused) {
        (None, _) => Check::warn(
            what,
            "it does not arrive",
            "Have the proxy pass it on: the server knows by it which requests come from other sites",
        ),
        (Some(_), None) => Check::ok(what, "it arrives, and is the one that the server expects"),
        (Some(arrived), Some(why)) if arrived == sent => Check::fail(
            what,
            format!("the server that runs refuses {arrived}: {why}"),
            "It was started with another PUBLIC_ORIGIN than this command: restart it with this one. A proxy must not invent \
             Sec-Fetch-Site",
        ),
        (Some(arrived), Some(_)) => Check::fail(
            what,
            format!("{sent} was sent, and {arrived} arrives: nobody can sign in"),
            "Have the proxy pass Origin on as it is",
        ),
    }
}

fn security_headers(answer: &Arrived) -> Check {
    let what = "answer's headers";
    let mut wrong = vec![];
    for (name, value) in SECURITY_HEADERS {
        match answer.values(name).as_slice() {
            [] => wrong.push(format!("{name} is missing")),
            [arrived] if arrived == value => {}
            [_] => wrong.push(format!("{name} is another")),
            _ => wrong.push(format!("{name} is there twice")),
        }
    }
    if wrong.is_empty() {
        return Check::ok(what, "those for security arrive unchanged");
    }
    let fix = "Take what the proxy adds or hides out of its configuration: the server sends these itself";
    Check::fail(what, wrong.join(", "), fix)
}

fn set_cookie(settings: &Settings, nonce: &str, answer: &Arrived) -> Check {
    let what = "Set-Cookie";
    let sent = settings.cookie.probe_text(nonce);
    // A load balancer may set one of its own.
    let ours = |set: &String| set.starts_with(routes::PROBE_COOKIE);
    let arrived: Vec<String> = answer.values("set-cookie").into_iter().filter(ours).collect();
    match arrived.as_slice() {
        [] => Check::fail(
            what,
            "the server sets a cookie, and none arrives: whoever signs in is signed out a quarter of an hour later",
            "Have the proxy pass Set-Cookie on, and cache nothing under /api",
        ),
        [arrived] if *arrived == sent => Check::ok(what, "it arrives once and unchanged"),
        [arrived] => Check::fail(
            what,
            format!("`{sent}` was sent, and `{arrived}` arrives"),
            "Take away what changes it (`proxy_cookie_path`, `proxy_cookie_flags`, or settings like these)",
        ),
        several => {
            Check::fail(what, format!("one was sent, and {} arrive", several.len()), "Take away what repeats it")
        }
    }
}

fn cookie(nonce: &str, probes: &[String]) -> Check {
    let what = "Cookie";
    match probes {
        [] => Check::fail(
            what,
            "it does not arrive: nobody can refresh, and whoever signs in is signed out a quarter of an hour later",
            "Have the proxy pass Cookie on under /api/auth",
        ),
        [arrived] if arrived == nonce => Check::ok(what, "it arrives once and unchanged"),
        [_] => Check::fail(what, "it arrives changed", "Take away what changes it in the proxy"),
        several => Check::fail(
            what,
            format!("one was sent, and {} arrive: the proxy repeats it, though copies count once", several.len()),
            "Configure the proxy so that it passes the header Cookie on once",
        ),
    }
}

/// Whose address the server takes for the client's, when the client lies about it.
fn address(settings: &Settings, seen: &str, route: &Route) -> Check {
    let what = "TRUSTED_PROXIES";
    let hops: Vec<&str> = route.forwarded_for.iter().map(String::as_str).collect();
    let nobody_added = hops == [NOBODYS];
    if seen == NOBODYS && !nobody_added && came_from_the_proxys_machine(route) {
        return Check::warn(
            what,
            "this command came to the proxy from the proxy's own machine, which is believed",
            "Run it from another machine, too: from this one it cannot tell whether a client can forge X-Forwarded-For",
        );
    }
    if seen == NOBODYS && !nobody_added {
        return Check::fail(
            what,
            format!("a forged X-Forwarded-For is accepted: what came is {}", hops.join(", ")),
            format!("Name in TRUSTED_PROXIES the proxies alone, not the whole of their network: {} is one", route.peer),
        );
    }
    if route.peer_trusted && nobody_added {
        return Check::fail(
            what,
            format!("{} is believed, and passes on what clients write into X-Forwarded-For", route.peer),
            "Have the proxy set the header to the address that it sees (nginx: `proxy_set_header X-Forwarded-For $remote_addr`), \
             and let nobody else reach the server",
        );
    }
    if route.peer_trusted
        && let Some(last) = hops.last().filter(|hop| hop_address(hop).is_none())
    {
        return Check::fail(
            what,
            format!(
                "{} writes {last} into X-Forwarded-For, which is no address: everybody has the proxy's",
                route.peer
            ),
            "Have the proxy set X-Forwarded-For to the address that it sees, with or without a port",
        );
    }
    if route.peer_trusted && hops.is_empty() {
        return Check::fail(
            what,
            format!("{} is believed, and sends no X-Forwarded-For: everybody has its address", route.peer),
            "Have the proxy set X-Forwarded-For to the address that it sees",
        );
    }
    if !route.peer_trusted && !nobody_added {
        return Check::fail(
            what,
            format!(
                "a proxy at {} is between, and is not believed: everybody has its address, and shares its limits",
                route.peer
            ),
            format!("Set TRUSTED_PROXIES={}", route.peer),
        );
    }
    if !route.peer_trusted && settings.public_origin.is_https() {
        return Check::fail(
            what,
            format!("what speaks TLS at {} is not believed, and says nothing of clients' addresses", route.peer),
            format!("Have it set X-Forwarded-For, and set TRUSTED_PROXIES={}", route.peer),
        );
    }
    Check::ok(what, format!("a forged X-Forwarded-For is ignored; this command has {seen}"))
}

fn came_from_the_proxys_machine(route: &Route) -> bool {
    let last = route.forwarded_for.last().and_then(|hop| hop_address(hop));
    let peer = hop_address(&route.peer);
    last.is_some()
        && (last == peer || last.is_some_and(|last| last.is_loopback()) && !peer.is_some_and(|peer| peer.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrived(pairs: &[(&'static str, &str)]) -> Arrived {
        let mut headers = header::HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().expect("a value"));
        }
        Arrived(headers)
    }

    #[test]
    fn a_clock_is_compared_with_the_time_that_the_answer_took() {
        let answer = arrived(&[("date", "Tue, 24 Nov 2026 10:00:00 GMT")]);
        let at = |seconds: i64| UnixMillis((1_795_514_400 + seconds) * 1000);
        for (before, after, good) in [(0, 0, true), (-9, 9, true), (5, 6, true), (6, 7, false), (-9, -6, false)] {
            let check = clock(&answer, None, at(before), at(after));
            assert_eq!(check.verdict == Verdict::Ok, good, "{check:?}");
        }
        assert_eq!(clock(&arrived(&[]), None, at(0), at(0)).verdict, Verdict::Warn);
    }

    #[test]
    fn the_servers_own_clock_is_looked_at_too() {
        let answer = arrived(&[("date", "Tue, 24 Nov 2026 10:00:00 GMT")]);
        let at = UnixMillis(1_795_514_400_000);
        for (server, good) in [("2026-11-24T10:00:01Z", true), ("2026-11-24T09:59:50Z", false)] {
            let check = clock(&answer, Some(server), at, at);
            assert_eq!(check.verdict == Verdict::Ok, good, "{check:?}");
        }
    }
}
