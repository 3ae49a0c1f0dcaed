//! The paths of the pages, and which paths a link may name as the next one.

/// What the product is, where it is ours. Otherwise the server leads on from there.
pub const LANDING: &str = "/";
/// The form for people who have an account.
pub const SIGN_IN: &str = "/sign-in";
/// The form for people who do not.
pub const SIGN_UP: &str = "/sign-up";
/// The form that signs out, for a browser that runs no script.
pub const SIGN_OUT: &str = "/sign-out";
/// Where that leads to.
pub const AFTER_SIGN_OUT: &str = "/sign-in?note=signed-out";
/// The profile. Only for people who are signed in, like all that follow.
pub const ACCOUNT: &str = "/account";
/// How one signs in.
pub const SECURITY: &str = "/account/security";
/// The form for another password.
pub const PASSWORD: &str = "/account/password";
/// The devices on which one is signed in.
pub const DEVICES: &str = "/account/devices";
/// What happened to one's account.
pub const ACTIVITY: &str = "/account/activity";
/// What is kept of a person, to download or to delete.
pub const DATA: &str = "/account/data";
/// The form that deletes one's account.
pub const DELETE_ACCOUNT: &str = "/account/delete";
/// What is in the way of a session. For everybody, like all that follow.
pub const CONNECTION: &str = "/connection";
/// Why sessions end.
pub const SIGNED_OUT: &str = "/signed-out";

/// Takes the form of the language switch (`POST`).
pub const LANGUAGE: &str = "/language";
/// The fragment of the page that this leads back to: the button of the chosen language, which gets the focus again.
pub const CHOSEN_LANGUAGE: &str = "language";
/// The cookie with the chosen theme's name.
pub const THEME_COOKIE: &str = "theme";
/// How long a browser keeps such a choice: a year.
pub const PREFERENCE_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The query's key for the page to go on to.
pub const NEXT: &str = "next";
/// The query's key for something to say once.
pub const NOTE: &str = "note";
/// The note after a form that was sent before the page could take it.
pub const NOT_READY: &str = "not-ready";

/// The note after a sign-out by a form.
pub const SIGNED_OUT_NOTE: &str = "signed-out";
/// The note of a proxy after too many requests.
pub const BUSY: &str = "busy";

/// The query's key for the code of a reason.
pub const REASON: &str = "reason";

/// The query's keys that stay when the language changes.
pub const IN_EVERY_LANGUAGE: [&str; 3] = [NEXT, NOTE, REASON];

/// Longer paths are not ours.
const LONGEST: usize = 256;

const PROTECTED: [&str; 7] = [ACCOUNT, SECURITY, PASSWORD, DEVICES, ACTIVITY, DATA, DELETE_ACCOUNT];

/// Whether the page is only for people who are signed in.
#[must_use]
pub fn is_protected(path: &str) -> bool {
    PROTECTED.contains(&path.trim_end_matches('/'))
}

/// Whether the page signs out.
#[must_use]
pub fn is_sign_out(path: &str) -> bool {
    path.trim_end_matches('/') == SIGN_OUT
}

/// Whether the page has to know whether there is a session.
#[must_use]
pub fn needs_session(path: &str) -> bool {
    is_protected(path) || is_sign_out(path)
}

/// Whether the page is only for people who are not.
#[must_use]
pub fn is_for_strangers(path: &str) -> bool {
    [SIGN_IN, SIGN_UP].contains(&path.trim_end_matches('/'))
}

/// The path, where it is one of our own and so can lead nowhere else. It allows a few characters and no more: whatever
/// a browser may decode, skip or turn around (`//`, `\`, `%5c`, tabs, schemes, `..`) is not among them.
#[must_use]
pub fn own(path: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'_' | b'.');
    let is_own = path.starts_with('/')
        && path.len() <= LONGEST
        && path.bytes().all(is_plain)
        && !path.contains("//")
        && path.split('/').all(|segment| segment != "." && segment != "..");
    is_own.then_some(path)
}

/// Where to go after signing in: the page that was asked for, or the account.
#[must_use]
pub fn after_sign_in(next: Option<&str>) -> &str {
    next.and_then(own).filter(|path| !is_for_strangers(path)).unwrap_or(ACCOUNT)
}

/// `page` with the page to go on to, where that is one of our own and not where one would go anyway.
#[must_use]
pub fn with_next(page: &str, next: Option<&str>) -> String {
    match next.and_then(own) {
        // OK without escaping because `own` lets nothing through that would mean something in a query.
        Some(next) => format!("{page}?{NEXT}={next}"),
        None => page.to_owned(),
    }
}

/// `page` with what its query says that another language says too: where to go on to, a note, and the reason of a sign-out. What a
/// page of ours would not write is left out.
#[must_use]
pub fn with_query(page: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let is_code = |text: &str| {
        (1..=LONGEST).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let kept = IN_EVERY_LANGUAGE.into_iter().filter_map(|key| {
        let value = value(key)?;
        let is_ours = if key == NEXT { own(&value).is_some() } else { is_code(&value) };
        // OK without escaping because neither lets anything through that would mean something in a query.
        is_ours.then(|| format!("{key}={value}"))
    });
    let query = kept.collect::<Vec<_>>().join("&");
    if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") }
}

/// The explanation of a reason for which a session ended; of all of them where the code is empty.
#[must_use]
pub fn why(code: &str) -> String {
    if code.is_empty() { SIGNED_OUT.to_owned() } else { format!("{SIGNED_OUT}?{REASON}={code}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_language_keeps_what_the_query_of_a_page_says() {
        for (query, kept) in [
            (vec![], "/sign-in"),
            (vec![(NEXT, "/account/devices"), (NOTE, "busy"), ("x", "y")], "/sign-in?next=/account/devices&note=busy"),
            (vec![(REASON, "REUSE_DETECTED")], "/sign-in?reason=REUSE_DETECTED"),
            (vec![(NEXT, "//example.com"), (NOTE, ""), (REASON, "a&next=/x")], "/sign-in"),
        ] {
            let value = |key: &str| query.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
            assert_eq!(with_query(SIGN_IN, value), kept);
        }
    }

    #[test]
    fn every_page_of_the_account_is_only_for_people_who_are_signed_in() {
        for path in PROTECTED.into_iter().chain(["/account/devices/"]) {
            assert!(is_protected(path), "{path}");
        }
        for path in [LANDING, SIGN_IN, SIGN_UP, SIGNED_OUT, CONNECTION, "/accounts", "/account/nowhere"] {
            assert!(!is_protected(path), "{path}");
        }
    }

    #[test]
    fn only_plain_paths_of_our_own_are_followed() {
        for good in ["/", "/account", "/account/", "/a/b-c/d_e.f", "/..a", "/a..b"] {
            assert_eq!(own(good), Some(good));
        }
        let long = format!("/{}", "a".repeat(LONGEST));
        for bad in [
            "",
            "account",
            "//e",
            "///e",
            "/\\e",
            "\\/e",
            "\\\\e",
            "/%5ce",
            "/%2fe",
            "/%252fe",
            "/%0a/e",
            "https:e",
            "https://e",
            "HTTPS://e",
            "javascript:alert(1)",
            "data:,x",
            "/\t/e",
            "\t//e",
            " //e",
            "/ /e",
            "/\n/e",
            "/\0",
            "@e",
            "/@e",
            "/a:b",
            "/a//e",
            "/.//e",
            "/..//e",
            "/../e",
            "/a/./b",
            "/a/..",
            "/a?next=//e",
            "/a#//e",
            "/\u{2044}e",
            "/\u{ff0f}e",
            "/account\u{202e}",
            long.as_str(),
        ] {
            assert_eq!(own(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn a_refused_path_leads_to_the_account() {
        assert_eq!(after_sign_in(Some("/sessions")), "/sessions");
        assert_eq!(after_sign_in(Some("//evil.example")), ACCOUNT);
        assert_eq!(after_sign_in(Some(SIGN_IN)), ACCOUNT);
        assert_eq!(after_sign_in(None), ACCOUNT);
    }

    #[test]
    fn a_link_keeps_only_a_path_of_our_own() {
        assert_eq!(with_next(SIGN_IN, Some("/account")), "/sign-in?next=/account");
        assert_eq!(with_next(SIGN_IN, Some("//evil.example")), "/sign-in");
    }
}
