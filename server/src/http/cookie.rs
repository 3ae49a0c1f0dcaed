//! The refresh token's cookie, and beside it the one that tells scripts its generation: built, cleared and read here and
//! nowhere else.
//!
//! The two are set and cleared in one breath, live equally long and are equally `Secure`, so that a browser which drops the
//! one drops the other: a page that looks for the second learns whether its browser keeps the first, which it cannot see.
//! The second has no prefix, whatever the deployment: its name is the client's to know, and nothing here ever reads it, so a
//! neighbour who plants one gains nothing but a missing hint.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use sessionkeep_types::routes;

use crate::{
    auth::IssuedRefresh,
    config::{CookiePrefix, CookieSettings},
    token::refresh::RefreshToken,
};

impl CookieSettings {
    fn name(self) -> &'static str {
        match self.prefix {
            CookiePrefix::None => "refreshToken",
            CookiePrefix::Secure => "__Secure-refreshToken",
            CookiePrefix::Host => "__Host-refreshToken",
        }
    }

    fn path(self) -> &'static str {
        match self.prefix {
            CookiePrefix::None | CookiePrefix::Secure => routes::COOKIE_PATH,
            CookiePrefix::Host => "/",
        }
    }

    fn refresh(self, value: &str) -> Cookie<'_> {
        Cookie::build((self.name(), value)).path(self.path()).http_only(true).build()
    }

    fn generation(value: &str) -> Cookie<'_> {
        Cookie::build((routes::GENERATION_COOKIE, value)).path("/").build()
    }

    /// `Set-Cookie` twice, with what both cookies have in common.
    fn both(self, cookies: [Cookie<'_>; 2], max_age: Option<u64>) -> HeaderMap {
        let set = cookies.map(|mut cookie| {
            cookie.set_secure(self.secure);
            cookie.set_same_site(SameSite::Strict);
            if let Some(seconds) = max_age {
                cookie.set_max_age(time::Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
            }
            let value = cookie.to_string();
            let value = HeaderValue::from_str(&value).expect("OK because a token has no character a header refuses");
            (header::SET_COOKIE, value)
        });
        HeaderMap::from_iter(set)
    }

    /// What gives the browser this token, and its scripts the token's generation.
    pub(super) fn set(self, refresh: &IssuedRefresh) -> HeaderMap {
        let generation = refresh.generation.to_string();
        self.both([self.refresh(refresh.token.expose()), Self::generation(&generation)], refresh.max_age)
    }

    /// What takes both away.
    pub(super) fn clear(self) -> HeaderMap {
        self.both([self.refresh(""), Self::generation("")], Some(0))
    }

    /// The probe's cookie. It goes the same way as the refresh token's.
    fn probe_cookie(self, nonce: &str) -> Cookie<'_> {
        Cookie::build((routes::PROBE_COOKIE, nonce))
            .path(routes::COOKIE_PATH)
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Strict)
            .max_age(time::Duration::minutes(1))
            .build()
    }

    /// What sets it, as text.
    pub(crate) fn probe_text(self, nonce: &str) -> String {
        self.probe_cookie(nonce).to_string()
    }

    /// What sets it. The nonce has letters and digits alone.
    pub(super) fn probe(self, nonce: &str) -> HeaderMap {
        let value = HeaderValue::from_str(&self.probe_text(nonce));
        HeaderMap::from_iter([(header::SET_COOKIE, value.expect("OK because letters and digits are"))])
    }

    /// How many cookies of ours came. A few probes are told, and no more of each than any of ours has.
    pub(super) fn seen(self, headers: &HeaderMap) -> Seen {
        let cookies = all(headers);
        let count = |name| cookies.iter().filter(|cookie| cookie.name() == name).count();
        let probes = cookies.iter().filter(|cookie| cookie.name() == routes::PROBE_COOKIE);
        Seen {
            refresh: count(self.name()),
            generation: count(routes::GENERATION_COOKIE),
            probes: probes.map(|cookie| cookie.value().chars().take(64).collect()).take(5).collect(),
        }
    }

    /// Every cookie of the name: a browser sends several when one was left from another path or domain.
    pub(super) fn read(self, headers: &HeaderMap) -> Vec<RefreshToken> {
        all(headers)
            .into_iter()
            .filter(|cookie| cookie.name() == self.name())
            .map(|cookie| RefreshToken::new(cookie.value().to_owned()))
            .collect()
    }
}

/// What came of our cookies.
pub(super) struct Seen {
    /// How many refresh tokens.
    pub(super) refresh: usize,
    /// How many generations.
    pub(super) generation: usize,
    /// The probes.
    pub(super) probes: Vec<String>,
}

fn all(headers: &HeaderMap) -> Vec<Cookie<'static>> {
    (headers.get_all(header::COOKIE).iter())
        // A neighbour's cookie may hold any bytes; it must not hide ours.
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .flat_map(Cookie::split_parse)
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(headers: &HeaderMap) -> Vec<&str> {
        headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("text")).collect()
    }

    fn set(prefix: CookiePrefix, secure: bool, max_age: Option<u64>) -> HeaderMap {
        let refresh = IssuedRefresh { token: RefreshToken::new("a.b.c".into()), generation: 7, max_age };
        CookieSettings { prefix, secure }.set(&refresh)
    }

    #[test]
    fn the_cookies_have_exactly_these_attributes() {
        assert_eq!(
            texts(&set(CookiePrefix::Secure, true, Some(604_800))),
            [
                "__Secure-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=604800",
                "sessionGen=7; SameSite=Strict; Secure; Path=/; Max-Age=604800"
            ]
        );
        assert_eq!(
            texts(&set(CookiePrefix::Host, true, Some(1))),
            [
                "__Host-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1",
                "sessionGen=7; SameSite=Strict; Secure; Path=/; Max-Age=1"
            ]
        );
        assert_eq!(
            texts(&set(CookiePrefix::None, false, None)),
            ["refreshToken=a.b.c; HttpOnly; SameSite=Strict; Path=/api/auth", "sessionGen=7; SameSite=Strict; Path=/"]
        );
    }

    /// CK-02
    #[test]
    fn clearing_repeats_the_attributes() {
        let settings = CookieSettings { prefix: CookiePrefix::Secure, secure: true };
        assert_eq!(
            texts(&settings.clear()),
            [
                "__Secure-refreshToken=; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=0",
                "sessionGen=; SameSite=Strict; Secure; Path=/; Max-Age=0"
            ]
        );
    }

    #[test]
    fn every_cookie_of_the_name_is_read_and_no_other() {
        let settings = CookieSettings { prefix: CookiePrefix::Secure, secure: true };
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("refreshToken=x; __Secure-refreshToken=a; b=c"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Secure-refreshToken=d"));
        let read: Vec<_> = settings.read(&headers).iter().map(|token| token.expose().to_owned()).collect();
        assert_eq!(read, ["a", "d"]);
    }
}
