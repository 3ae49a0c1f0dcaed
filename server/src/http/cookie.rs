//! The refresh token's cookie and the two beside it, built, cleared and read here and nowhere else: on https the companion,
//! which decides which refresh token counts, and the generation, which scripts may read.
//!
//! All are set and cleared together, live equally long and are equally `Secure`, so that a browser which drops one drops the
//! others: a page that looks for the generation learns whether its browser keeps the refresh token, which it cannot see.
//! The generation has no prefix, whatever the deployment: its name is the client's to know, and nothing here ever reads it,
//! so a neighbour who plants one gains nothing but a missing hint.
//!
//! The header is read as browsers write it (RFC 6265bis, 5.8.3), byte for byte. Browsers give `__Host-` and `__Secure-` their
//! meaning only where a name begins with exactly these bytes: a parser that trims or folds more takes a neighbour's cookie
//! for one that no neighbour could have set.

use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::{Cookie, SameSite};
use sessionkeep_types::routes;

use crate::{
    auth::{IssuedRefresh, Sent},
    config::{CookiePrefix, CookieSettings},
    token::{companion::Companion, refresh::RefreshToken},
};

/// The companion's name. Browsers that know `__Http-` let no script set it either; to all others it begins with `__Host-`.
const COMPANION: &str = "__Host-Http-sessionCompanion";
/// Where another cookie of the refresh token's name may have been left, so that it is sent to one of our routes.
const OTHER_PATHS: [&str; 10] = [
    "/",
    "/api",
    "/api/",
    "/api/auth/",
    routes::LOGIN,
    routes::REGISTER,
    routes::REFRESH,
    routes::LOGOUT,
    routes::PASSWORD,
    routes::SIGN_OUT,
];

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

    fn companion(value: &str) -> Cookie<'_> {
        Cookie::build((COMPANION, value)).path("/").http_only(true).build()
    }

    fn generation(value: &str) -> Cookie<'_> {
        Cookie::build((routes::GENERATION_COOKIE, value)).path("/").build()
    }

    /// A `Set-Cookie` for each, with what all of them have in common.
    fn all<'a>(self, cookies: impl IntoIterator<Item = Cookie<'a>>, max_age: Option<u64>) -> HeaderMap {
        let set_cookie = |mut cookie: Cookie<'_>| {
            cookie.set_secure(self.secure);
            cookie.set_same_site(SameSite::Strict);
            if let Some(seconds) = max_age {
                cookie.set_max_age(time::Duration::seconds(i64::try_from(seconds).unwrap_or(i64::MAX)));
            }
            let value = cookie.to_string();
            let value = HeaderValue::from_str(&value).expect("OK because a token has no character a header refuses");
            (header::SET_COOKIE, value)
        };
        cookies.into_iter().map(set_cookie).collect()
    }

    /// What gives the browser this token and its companion, and scripts the token's generation.
    pub(super) fn set(self, refresh: &IssuedRefresh) -> HeaderMap {
        let generation = refresh.generation.to_string();
        let companion = refresh.companion.as_ref().map(|companion| Self::companion(companion.expose()));
        let cookies = [self.refresh(refresh.token.expose()), Self::generation(&generation)];
        self.all(cookies.into_iter().chain(companion), refresh.max_age)
    }

    /// The same after a sign-in. Where several refresh tokens came with it, the other cookies of the name that this host can
    /// have set are taken away. Those of other hosts have a `Domain` that is not known here; beside a companion they count
    /// for nothing.
    pub(super) fn set_first(self, refresh: &IssuedRefresh, sent: &Sent) -> HeaderMap {
        self.set_and_clear(refresh, sent.tokens.len() > 1)
    }

    /// The same after a sign-in by a form, which is sent outside of the cookie's path: how many refresh tokens there are is not
    /// known, so the others are always taken away.
    pub(super) fn set_only(self, refresh: &IssuedRefresh) -> HeaderMap {
        self.set_and_clear(refresh, true)
    }

    fn set_and_clear(self, refresh: &IssuedRefresh, clears_others: bool) -> HeaderMap {
        let mut headers = self.set(refresh);
        if clears_others && self.prefix != CookiePrefix::Host {
            let twin = |path| Cookie::build((self.name(), "")).path(path).http_only(true).build();
            let cleared = self.all(OTHER_PATHS.map(twin), Some(0));
            for value in cleared.get_all(header::SET_COOKIE) {
                headers.append(header::SET_COOKIE, value.clone());
            }
        }
        headers
    }

    /// What takes all three away.
    pub(super) fn clear(self) -> HeaderMap {
        let companion = self.companion.then(|| Self::companion(""));
        self.all([self.refresh(""), Self::generation("")].into_iter().chain(companion), Some(0))
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
        let count = |name: &str| pairs(headers).filter(|(other, _)| *other == name.as_bytes()).count();
        let probes = pairs(headers).filter(|(name, _)| *name == routes::PROBE_COOKIE.as_bytes());
        Seen {
            refresh: count(self.name()),
            generation: count(routes::GENERATION_COOKIE),
            probes: probes.map(|(_, value)| text(value).chars().take(64).collect()).take(5).collect(),
        }
    }

    /// Every cookie of the names: a browser sends several when one was left from another path or domain.
    pub(super) fn read(self, headers: &HeaderMap) -> Read {
        let mut read = Read::default();
        for (name, value) in pairs(headers) {
            if name == self.name().as_bytes() {
                read.sent.tokens.push(RefreshToken::new(text(value)));
            } else if self.companion && name == COMPANION.as_bytes() {
                read.sent.companions.push(Companion::new(text(value)));
            } else {
                read.look_alike |= self.is_look_alike(name);
            }
        }
        read
    }

    /// Whether a name would be one of ours with another case, or without the characters that no name of ours has: white
    /// space, controls, what nobody sees. A name without a prefix protects nothing that a look-alike could go round.
    fn is_look_alike(self, name: &[u8]) -> bool {
        let folded = || name.iter().filter(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
        let looks_like =
            |ours: &str| folded().map(u8::to_ascii_lowercase).eq(ours.bytes().map(|byte| byte.to_ascii_lowercase()));
        (self.prefix != CookiePrefix::None && looks_like(self.name())) || (self.companion && looks_like(COMPANION))
    }
}

/// What came under the names of ours.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// What was read.
    pub(super) sent: Sent,
    /// Whether a cookie was passed over whose name only looks like one of ours.
    pub(super) look_alike: bool,
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

/// Names and values, with the space and the tabs around them taken away and nothing else.
fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let cookies = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
    cookies.filter_map(|cookie| {
        let equals = cookie.iter().position(|byte| *byte == b'=')?;
        Some((trim(&cookie[..equals]), trim(&cookie[equals + 1..])))
    })
}

fn trim(bytes: &[u8]) -> &[u8] {
    let is_kept = |byte: &u8| !b" \t".contains(byte);
    let Some(first) = bytes.iter().position(is_kept) else { return &[] };
    let last = bytes.iter().rposition(is_kept).unwrap_or(first);
    &bytes[first..=last]
}

/// A neighbour's cookie may hold any bytes.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(headers: &HeaderMap) -> Vec<&str> {
        headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().expect("text")).collect()
    }

    const fn settings(prefix: CookiePrefix) -> CookieSettings {
        let https = !matches!(prefix, CookiePrefix::None);
        CookieSettings { prefix, secure: https, companion: https }
    }

    fn set(prefix: CookiePrefix, max_age: Option<u64>) -> HeaderMap {
        let settings = settings(prefix);
        let companion = settings.companion.then(|| Companion::new("c".into()));
        settings.set(&IssuedRefresh { token: RefreshToken::new("a.b.c".into()), generation: 7, companion, max_age })
    }

    /// The tokens, the companions, and whether there was a look-alike.
    fn read(prefix: CookiePrefix, cookies: &[&[u8]]) -> (Vec<String>, Vec<String>, bool) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, HeaderValue::from_bytes(cookie).expect("a value"));
        }
        let Read { sent, look_alike } = settings(prefix).read(&headers);
        let tokens = sent.tokens.iter().map(|token| token.expose().to_owned()).collect();
        (tokens, sent.companions.iter().map(|companion| companion.expose().to_owned()).collect(), look_alike)
    }

    #[test]
    fn the_cookies_have_exactly_these_attributes() {
        assert_eq!(
            texts(&set(CookiePrefix::Secure, Some(604_800))),
            [
                "__Secure-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=604800",
                "sessionGen=7; SameSite=Strict; Secure; Path=/; Max-Age=604800",
                "__Host-Http-sessionCompanion=c; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=604800"
            ]
        );
        assert_eq!(
            texts(&set(CookiePrefix::Host, Some(1))),
            [
                "__Host-refreshToken=a.b.c; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1",
                "sessionGen=7; SameSite=Strict; Secure; Path=/; Max-Age=1",
                "__Host-Http-sessionCompanion=c; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=1"
            ]
        );
        assert_eq!(
            texts(&set(CookiePrefix::None, None)),
            ["refreshToken=a.b.c; HttpOnly; SameSite=Strict; Path=/api/auth", "sessionGen=7; SameSite=Strict; Path=/"]
        );
    }

    /// CK-02
    #[test]
    fn clearing_repeats_the_attributes() {
        assert_eq!(
            texts(&settings(CookiePrefix::Secure).clear()),
            [
                "__Secure-refreshToken=; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=0",
                "sessionGen=; SameSite=Strict; Secure; Path=/; Max-Age=0",
                "__Host-Http-sessionCompanion=; HttpOnly; SameSite=Strict; Secure; Path=/; Max-Age=0"
            ]
        );
    }

    #[test]
    fn twins_are_cleared_at_every_path_but_our_own_and_only_where_there_are_some() {
        let sent = |count| Sent { tokens: vec![RefreshToken::new("a".into()); count], companions: vec![] };
        let refresh =
            IssuedRefresh { token: RefreshToken::new("b".into()), generation: 0, companion: None, max_age: None };
        for (prefix, twins) in [(CookiePrefix::None, 10), (CookiePrefix::Secure, 10), (CookiePrefix::Host, 0)] {
            let settings = settings(prefix);
            assert_eq!(settings.set_first(&refresh, &sent(1)), settings.set(&refresh));
            let all = settings.set_first(&refresh, &sent(2));
            let cleared = &texts(&all)[2..];
            assert_eq!(cleared.len(), twins, "with __Host- there is one path in every browser");
            let (name, own) = (format!("{}=; ", settings.name()), format!("Path={};", settings.path()));
            for cookie in cleared {
                assert!(
                    cookie.starts_with(&name) && cookie.ends_with("; Max-Age=0") && !cookie.contains(&own),
                    "{cookie}"
                );
            }
        }
    }

    #[test]
    fn every_cookie_of_the_names_is_read_and_no_other() {
        let cookies: [&[u8]; 2] = [
            b"refreshToken=x; __Secure-refreshToken=a;\t__Secure-refreshToken \t=\t b=c \t;;=; __Secure-refreshToken; __Host-Http-sessionCompanion=p",
            b"J\xfcrgen=\xff;__Secure-refreshToken=d%20e",
        ];
        let of = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        assert_eq!(read(CookiePrefix::Secure, &cookies), (of(&["a", "b=c", "d%20e"]), of(&["p"]), false));
        assert_eq!(read(CookiePrefix::None, &cookies), (of(&["x"]), vec![], false), "on http there is no companion");
    }

    /// What Unicode takes for white space, the other ASCII controls that a header may carry, and what nobody sees.
    const UNSEEN: [&str; 28] = [
        "\u{85}",
        "\u{a0}",
        "\u{1680}",
        "\u{2000}",
        "\u{2001}",
        "\u{2002}",
        "\u{2003}",
        "\u{2004}",
        "\u{2005}",
        "\u{2006}",
        "\u{2007}",
        "\u{2008}",
        "\u{2009}",
        "\u{200a}",
        "\u{2028}",
        "\u{2029}",
        "\u{202f}",
        "\u{205f}",
        "\u{3000}",
        "\u{feff}",
        "\u{200b}",
        "\u{ad}",
        "\u{34f}",
        "\u{2060}",
        "\u{e0020}",
        "\u{180e}",
        "\"",
        ",",
    ];

    #[test]
    fn planting_by_a_look_alike_of_the_name_is_noticed_and_never_read() {
        let nothing = (Vec::<String>::new(), Vec::<String>::new(), true);
        for prefix in [CookiePrefix::Secure, CookiePrefix::Host] {
            for name in [settings(prefix).name(), COMPANION] {
                for unseen in UNSEEN {
                    for name in [
                        format!("{unseen}{name}"),
                        format!("{name}{unseen}"),
                        format!(" {unseen} {name}"),
                        name.replace('-', &format!("{unseen}-")),
                    ] {
                        assert_eq!(read(prefix, &[format!("{name}=x").as_bytes()]), nothing, "{name:?}");
                    }
                }
                for name in [name.to_lowercase(), name.to_uppercase()] {
                    assert_eq!(read(prefix, &[format!("{name}=x").as_bytes()]), nothing, "{name:?}");
                }
                // Beside our own.
                let both = format!("\u{2000}{name}=x; {name}=y");
                let (tokens, companions, look_alike) = read(prefix, &[both.as_bytes()]);
                assert_eq!(([tokens, companions].concat(), look_alike), (vec!["y".to_owned()], true));
            }
        }
    }

    #[test]
    fn a_name_of_ours_in_a_value_or_as_part_of_another_is_neither_read_nor_noticed() {
        for cookie in [
            "a=__Host-refreshToken=x",
            "a=\"; b=__Host-refreshToken=x\"",
            "a=1, __Host-refreshToken",
            "=__Host-refreshToken=x",
            "__Host-refreshToken",
            "__Host-refreshToken2=x",
            "my__Host-refreshToken=x",
            "%5F_Host-refreshToken=x",
            "__Secure-refreshToken=x",
            "refreshToken=x",
        ] {
            assert_eq!(read(CookiePrefix::Host, &[cookie.as_bytes()]), (vec![], vec![], false), "{cookie}");
        }
        assert_eq!(read(CookiePrefix::None, &["RefreshToken=x".as_bytes()]), (vec![], vec![], false));
    }
}
