//! A `User-Agent` header in words. A label for people; a client can claim to be anything, and nothing is decided by it.

use woothee::parser::Parser;

/// Such as `Firefox on Windows`; for a program, its name; for what says nothing, `Unknown device`.
pub(super) fn label(user_agent: &str) -> String {
    let parsed = Parser::new().parse(user_agent).filter(|parsed| PEOPLE_USE.contains(&parsed.category));
    let (browser, system) = parsed.map_or((None, None), |parsed| (known(parsed.name), known(parsed.os)));
    match (browser.map(spaced), system.map(shorter)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => program(user_agent).unwrap_or_else(|| "Unknown device".to_owned()),
    }
}

fn known(name: &str) -> Option<&str> {
    (!matches!(name, "" | "UNKNOWN")).then_some(name)
}

/// What the parser calls the devices that people hold. Anything else is a program, which has its own name.
const PEOPLE_USE: [&str; 4] = ["pc", "smartphone", "mobilephone", "appliance"];

/// As its maker writes it.
fn spaced(browser: &str) -> &str {
    if browser == "SamsungBrowser" { "Samsung Internet" } else { browser }
}

/// The version of a system in a user agent is frozen, and tells nobody anything.
fn shorter(system: &str) -> &str {
    match system {
        "Mac OSX" => "macOS",
        windows if windows.starts_with("Windows") => "Windows",
        other => other,
    }
}

/// `curl` of `curl/8.5.0`.
fn program(user_agent: &str) -> Option<String> {
    let name = user_agent.split(['/', ' ']).next().unwrap_or_default();
    let plausible =
        (1..=32).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c));
    plausible.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_is_said_in_words() {
        for (user_agent, words) in [
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Windows"),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) \
                 Chrome/142.0.0.0 Safari/537.36",
                "Chrome on macOS",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/18.5 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 \
                 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet on Android",
            ),
            ("Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0", "Firefox on Linux"),
            ("curl/8.5.0", "curl"),
            ("my-app/1.0 (internal)", "my-app"),
            ("", "Unknown device"),
            ("<script>alert(1)</script>", "Unknown device"),
        ] {
            assert_eq!(label(user_agent), words, "{user_agent}");
        }
    }
}
