use std::path::Path;

use url::{Position, Url};

use super::{PublicOrigin, Refusal, Sources, parse::Wrong};
use crate::{
    brand::{Brand, Logo},
    loopback::is_loopback,
    printable::is_deceptive,
};

/// Longer names break the header on a phone.
const NAME_MAX_CHARS: usize = 60;
/// An address that no browser resolves (RFC 2606): it stands for our own origin.
const OWN: &str = "https://own.invalid";

/// `BRAND_*` and the links.
pub(super) fn load(sources: &Sources, origin: &PublicOrigin) -> Result<Brand, Refusal> {
    Ok(Brand {
        name: sources.parse("BRAND_NAME", name)?,
        logo: sources.parse("BRAND_LOGO", optional(logo))?.unwrap_or_default(),
        accent: sources.parse("BRAND_ACCENT", optional(accent))?,
        home: sources.parse("HOME_URL", optional(|value| home(value, origin)))?,
        support: sources.parse("SUPPORT_URL", optional(support))?,
        terms: sources.parse("TERMS_URL", optional(link))?,
        privacy: sources.parse("PRIVACY_URL", optional(link))?,
    })
}

fn optional<T>(parse: impl Fn(&str) -> Result<T, Wrong>) -> impl Fn(&str) -> Result<Option<T>, Wrong> {
    move |value| if value.is_empty() { Ok(None) } else { parse(value).map(Some) }
}

fn wrong<T>(reason: impl Into<String>, fix: &str) -> Result<T, Wrong> {
    Err((reason.into(), fix.to_owned()))
}

fn name(value: &str) -> Result<String, Wrong> {
    if value.is_empty() {
        return wrong("it is empty", "Remove it, or give it a value");
    }
    if value.chars().any(is_deceptive) {
        return wrong(
            "it holds a character that cannot be seen or turns text around",
            "Use letters, digits and spaces",
        );
    }
    // `<title>` and `<noscript>` are written as they are.
    if value.contains(['<', '>']) {
        return wrong("it holds `<` or `>`", "Use letters, digits and spaces");
    }
    match value.chars().count() {
        0..=NAME_MAX_CHARS => Ok(value.to_owned()),
        count => wrong(format!("it has {count} characters"), "Use at most 60"),
    }
}

fn logo(value: &str) -> Result<Logo, Wrong> {
    Logo::read(Path::new(value)).or_else(|reason| {
        wrong(format!("`{value}` {reason}"), "Name an SVG, PNG or WebP file of at most 64 KiB, or remove it")
    })
}

fn accent(value: &str) -> Result<crate::brand::Accent, Wrong> {
    value.parse().or_else(|()| wrong(format!("`{value}` is no colour"), "Write it like #4f46e5"))
}

/// Where `/` leads, which must not be `/` again.
fn home(value: &str, origin: &PublicOrigin) -> Result<String, Wrong> {
    let home = link(value)?;
    let target = Url::parse(origin.as_str()).and_then(|origin| Ok((origin.join(&home)?, origin)));
    match target {
        Ok((target, origin)) if target.origin() == origin.origin() && target.path() == "/" => {
            wrong("it is the page that leads there", "Name a page of your product, or remove it")
        }
        _ => Ok(home),
    }
}

fn support(value: &str) -> Result<String, Wrong> {
    match Url::parse(value) {
        Ok(url) if url.scheme() == "mailto" => match url.path().split_once('@') {
            Some((user, host)) if !user.is_empty() && !host.is_empty() => Ok(url.into()),
            _ => wrong(format!("`{value}` is no email address"), "Write it like mailto:help@example.com"),
        },
        _ => link(value),
    }
}

/// A page: https, http on a developer's own machine, or a path of our own origin.
fn link(value: &str) -> Result<String, Wrong> {
    const FIX: &str = "Write it like https://example.com/page, or like /page";
    if value.starts_with('/') {
        return match Url::parse(OWN).and_then(|own| own.join(value)) {
            Ok(url) if url.as_str().starts_with(&format!("{OWN}/")) && !url.path().starts_with("//") => {
                Ok(url[Position::BeforePath..].to_owned())
            }
            _ => wrong(format!("`{value}` is no path of this origin"), FIX),
        };
    }
    let Ok(url) = Url::parse(value) else { return wrong(format!("`{value}` is no address"), FIX) };
    if !url.username().is_empty() || url.password().is_some() {
        return wrong("an address in a page must not have a user name or a password", FIX);
    }
    match (url.scheme(), url.host_str()) {
        ("https", Some(_)) => Ok(url.into()),
        ("http", Some(host)) if is_loopback(host) => Ok(url.into()),
        ("http", _) => wrong(format!("`{value}` is not encrypted"), "Use https"),
        (scheme, _) => wrong(format!("`{scheme}` is no scheme of a page"), FIX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_encrypted_or_stays_here() {
        for (value, read) in [
            ("https://example.com", "https://example.com/"),
            ("https://example.com/a?b=\"c", "https://example.com/a?b=%22c"),
            ("http://localhost:4000/terms", "http://localhost:4000/terms"),
            ("/terms", "/terms"),
            ("/terms?lang=en#top", "/terms?lang=en#top"),
            ("/a/../terms", "/terms"),
        ] {
            assert_eq!(link(value).as_deref(), Ok(read));
        }
        for value in [
            "http://example.com",
            "ftp://example.com",
            "javascript:alert(1)",
            "data:text/html,x",
            "mailto:help@example.com",
            "https://user:pass@example.com",
            "https://",
            "example.com",
            "terms",
            "//example.com",
            "/\\example.com",
            "/\t/example.com",
            "/.//example.com",
            "/a/..//example.com",
        ] {
            assert!(link(value).is_err(), "{value}");
        }
    }

    #[test]
    fn help_may_be_an_e_mail_address() {
        assert_eq!(support("mailto:help@example.com").as_deref(), Ok("mailto:help@example.com"));
        assert_eq!(support("https://example.com/help").as_deref(), Ok("https://example.com/help"));
        for value in ["mailto:", "mailto:help", "mailto:@example.com", "mailto:help@", "tel:+1", "help@example.com"] {
            assert!(support(value).is_err(), "{value}");
        }
    }

    #[test]
    fn a_name_can_be_read() {
        for value in ["Acme", "Müller & Söhne", "山田商店", &"a".repeat(60)] {
            assert_eq!(name(value).as_deref(), Ok(value));
        }
        for value in ["", "a\u{202e}b", "a\nb", "a\u{200b}b", "a\u{1b}[2J", "</title>", &"a".repeat(61)] {
            assert!(name(value).is_err(), "{value:?}");
        }
    }
}
