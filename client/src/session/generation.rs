//! Whether the browser keeps the refresh token's cookie, which no script can see. Another one is set with it that scripts
//! may read: it holds the generation of the token, and where it is not what it should be, the first one is lost too. Pure.

use sessionkeep_types::routes::GENERATION_COOKIE;

/// The generation that the page's cookies name. A neighbour may have planted another cookie of the name; the newest
/// counts, so that nobody is alarmed by that.
#[cfg_attr(not(any(target_arch = "wasm32", test)), expect(dead_code, reason = "only a browser has cookies"))]
pub(super) fn newest(cookies: &str) -> Option<u64> {
    let pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.filter(|(name, _)| *name == GENERATION_COOKIE).filter_map(|(_, value)| value.parse().ok()).max()
}

/// Whether the cookie that came with an access token was lost. `cookie` is what the page finds.
///
/// A newer one was set for another tab. None at all says something only where a session has just begun: a refresh that
/// succeeded had a cookie, which may be older than this cookie beside it, or hidden from scripts.
pub(super) fn is_lost(cookie: Option<u64>, token: u64, has_just_begun: bool) -> bool {
    cookie.map_or(has_just_begun, |cookie| cookie < token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generation_is_found_among_other_cookies() {
        assert_eq!(newest("theme=dark; sessionGen=12; a=b"), Some(12));
        for without in ["", "theme=dark", "sessionGen", "sessionGen=", "sessionGen=x", "xsessionGen=1", "sessiongen=1"]
        {
            assert_eq!(newest(without), None, "{without}");
        }
    }

    #[test]
    fn of_several_the_newest_counts() {
        assert_eq!(newest("sessionGen=1; sessionGen=3; sessionGen=junk; sessionGen=2"), Some(3));
    }

    #[test]
    fn a_cookie_is_lost_where_it_is_older_than_the_token_or_absent_after_signing_in() {
        // cookie, token, whether the session has just begun, whether it is lost
        let table = [
            (Some(0), 0, true, false),
            (None, 0, true, true),
            (Some(7), 7, false, false),
            (Some(8), 7, false, false),
            (Some(6), 7, false, true),
            (None, 7, false, false),
        ];
        for (cookie, token, has_just_begun, lost) in table {
            assert_eq!(is_lost(cookie, token, has_just_begun), lost, "{cookie:?} {token} {has_just_begun}");
        }
    }
}
