//! The refresh token's cookie: built, cleared and read here and nowhere else.

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

    fn build(self, value: &str, max_age: Option<u64>) -> HeaderValue {
        let mut cookie = Cookie::build((self.name(), value))
            .path(self.path())
            .http_only(true)
            .secure(self.secure)
            .same_site(SameSite::Strict)
            .build();
        if let Some(seconds) = max_age {
            cookie.set_max_age(time::Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
        }
        HeaderValue::from_str(&cookie.to_string()).expect("OK because a token has no character a header refuses")
    }

    /// `Set-Cookie` that gives the browser this token.
    pub(super) fn set(self, refresh: &IssuedRefresh) -> HeaderValue {
        self.build(refresh.token.expose(), refresh.max_age)
    }

    /// `Set-Cookie` that takes it away.
    pub(super) fn clear(self) -> HeaderValue {
        self.build("", Some(0))
    }

    /// Every cookie of the name: a browser sends several when one was left from another path or domain.
    pub(super) fn read(self, headers: &HeaderMap) -> Vec<RefreshToken> {
        (headers.get_all(header::COOKIE).iter())
            // A neighbour's cookie may hold any bytes; it must not hide ours.
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .flat_map(Cookie::split_parse)
            .flatten()
            .filter(|cookie| cookie.name() == self.name())
            .map(|cookie| RefreshToken::new(cookie.value().to_owned()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookie(prefix: CookiePrefix, secure: bool, max_age: Option<u64>) -> String {
        let refresh = IssuedRefresh { token: RefreshToken::new("a.b.c".into()), max_age };
        let header = CookieSettings { prefix, secure }.set(&refresh);
        header.to_str().expect("text").to_owned()
    }

    #[test]
    fn the_cookie_has_exactly_these_attributes() {
        assert_eq!(
            cookie(CookiePrefix::Secure, true, Some(604_800)),
            "__Secure-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=604800"
        );
        assert_eq!(
            cookie(CookiePrefix::Host, true, Some(1)),
            "__Host-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1"
        );
        assert_eq!(
            cookie(CookiePrefix::None, false, None),
            "refreshToken=a.b.c; HttpOnly; SameSite=Strict; Path=/api/auth"
        );
    }

    #[test]
    fn clearing_repeats_the_attributes() {
        let settings = CookieSettings { prefix: CookiePrefix::Secure, secure: true };
        assert_eq!(
            settings.clear(),
            "__Secure-refreshToken=; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=0"
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
