//! Whether the browser keeps the cookie.

use super::*;

const THREE_SECONDS: Duration = Duration::from_secs(3);

impl Tab {
    /// Somebody signs in, and the browser shows this generation afterwards.
    fn signs_in_and_finds(generation: Option<u64>) -> Self {
        let mut tab = Self::new();
        tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
        tab.server.will(routes::LOGIN, signed_in(ADAS_FIRST, 900));
        tab.server.will(routes::ME, answer(200, &user("ada")));
        tab.open();
        tab.cookies.generation.set(generation);
        tab.sign_in().unwrap();
        tab
    }

    /// A page that was opened on a session in its eighth generation, and finds this one.
    fn opens_and_finds(generation: Option<u64>) -> Self {
        let mut tab = Self::new();
        tab.server.will(routes::REFRESH, token(ADAS_EIGHTH, 10));
        tab.cookies.generation.set(generation);
        tab.open();
        tab.advance(THREE_SECONDS);
        tab
    }

    fn jar(&self) -> Jar {
        self.manager.snapshot().jar
    }
}

#[test]
fn a_browser_that_keeps_the_cookie_hears_nothing_of_it() {
    let mut tab = Tab::signs_in_and_finds(Some(0));
    tab.advance(MINUTE);
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Keeps));
}

#[test]
fn a_browser_that_drops_the_cookie_is_found_out_after_signing_in() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(THREE_SECONDS);
    assert_eq!((tab.phase(), tab.jar(), tab.refreshes()), (Phase::SignedIn, Jar::Loses, 1));
    assert!(tab.me().is_ok());
}

#[test]
fn a_browser_that_drops_the_cookie_is_found_out_after_signing_up() {
    let mut tab = Tab::new();
    tab.server.will(routes::REGISTER, signed_in(ADAS_FIRST, 900));
    tab.sign_up().unwrap();
    tab.advance(THREE_SECONDS);
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Loses));
}

#[test]
fn a_cookie_that_shows_a_moment_late_was_kept() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(SECOND);
    tab.cookies.generation.set(Some(0));
    tab.advance(MINUTE);
    assert_eq!((tab.jar(), tab.seen.borrow().iter().any(|seen| seen.jar == Jar::Loses)), (Jar::Keeps, false));
}

#[test]
fn neither_the_quiet_period_nor_another_tab_nor_an_older_session_raises_an_alarm() {
    for generation in [Some(7), Some(8), None] {
        assert_eq!(Tab::opens_and_finds(generation).jar(), Jar::Keeps, "{generation:?}");
    }
}

#[test]
fn a_cookie_that_a_refresh_did_not_replace_was_lost_until_another_one_is_kept() {
    let mut tab = Tab::opens_and_finds(Some(6));
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::Loses));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.cookies.generation.set(Some(7));
    tab.advance(10 * SECOND);
    assert!(tab.me().is_ok());
    assert_eq!((tab.jar(), tab.refreshes()), (Jar::Keeps, 2));
}

#[test]
fn whose_cookie_was_dropped_uses_the_token_up_is_told_why_it_ended_and_asks_no_more() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(14 * MINUTE);
    assert!(tab.me().is_ok());
    assert_eq!(tab.refreshes(), 1, "none ahead of time");
    tab.advance(MINUTE);
    assert_eq!(tab.me(), Err(ApiError::SignedOut));
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
    tab.manager.woke(Wake::Visible);
    tab.manager.woke(Wake::Online);
    tab.advance(60 * MINUTE);
    assert!(tab.manager.signed_in().is_none());
    assert_eq!(tab.refreshes(), 2);
}

#[test]
fn a_browser_that_drops_secure_cookies_alone_is_not_said_to_drop_all() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.cookies.drops_only_secure.set(true);
    tab.advance(THREE_SECONDS);
    assert_eq!((tab.phase(), tab.jar()), (Phase::SignedIn, Jar::LosesSecure));
    tab.advance(15 * MINUTE);
    assert_eq!(tab.me(), Err(ApiError::SignedOut));
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::SecureCookiesBlocked));
}

#[test]
fn a_browser_that_drops_secure_cookies_alone_means_nothing_to_who_never_signed_in() {
    let mut tab = Tab::new();
    tab.cookies.drops_only_secure.set(true);
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.open();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::NoSession));
}

#[test]
fn after_a_reload_whose_cookie_was_dropped_is_told_so() {
    let tab = Tab::signs_in_and_finds(None);
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    reloaded.open();
    reloaded.advance(60 * MINUTE);
    assert_eq!((reloaded.phase(), reloaded.refreshes()), (Phase::SignedOut(SignedOut::CookiesBlocked), 1));
}

#[test]
fn a_tab_that_cannot_follow_a_sign_in_knows_why() {
    let tab = Tab::signs_in_and_finds(None);
    assert_eq!(tab.told(), [News::SignedIn]);
    let mut other = Tab::with_storage(Rc::clone(&tab.storage));
    other.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    other.manager.heard(News::SignedIn);
    other.settle();
    assert_eq!((other.phase(), other.refreshes()), (Phase::SignedOut(SignedOut::CookiesBlocked), 1));
}

#[test]
fn a_browser_that_says_that_it_takes_no_cookies_is_believed_and_needs_no_storage() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.cookies.are_allowed.set(false);
    tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
    tab.open();
    assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
}

#[test]
fn a_sign_in_by_a_form_whose_cookies_were_dropped_is_told_so() {
    for (follows_form, generation, why) in [
        (true, None, SignedOut::CookiesBlocked),
        (true, Some(0), SignedOut::NoSession),
        (false, None, SignedOut::NoSession),
    ] {
        let mut tab = Tab::new();
        tab.page.follows_form.set(follows_form);
        tab.cookies.generation.set(generation);
        tab.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
        tab.open();
        assert_eq!(tab.phase(), Phase::SignedOut(why));
    }
}

#[test]
fn what_is_known_of_a_browser_is_forgotten_once_it_keeps_a_cookie_or_its_person_signs_out() {
    for signs_out in [false, true] {
        let mut tab = Tab::signs_in_and_finds(None);
        tab.advance(THREE_SECONDS);
        tab.server.will(routes::LOGOUT, nothing());
        if signs_out {
            tab.manager.sign_out();
            tab.settle();
        } else {
            tab.cookies.generation.set(Some(0));
            tab.sign_in().unwrap();
        }
        let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
        reloaded.server.will(routes::REFRESH, refusal(401, "REFRESH_MISSING"));
        reloaded.open();
        assert_eq!(reloaded.phase(), Phase::SignedOut(SignedOut::NoSession), "{signs_out}");
    }
}

#[test]
fn signing_out_ends_a_session_whose_cookie_was_dropped_by_its_name() {
    let mut tab = Tab::signs_in_and_finds(None);
    tab.advance(THREE_SECONDS);
    let session = routes::session(&SessionId::new("adas"));
    tab.server.will(&session, nothing());
    tab.server.will(routes::LOGOUT, nothing());
    tab.manager.sign_out();
    tab.settle();
    assert_eq!(tab.server.headers(&session, "authorization"), [Some(format!("Bearer {ADAS_FIRST}"))]);
    assert_eq!((tab.server.asked(routes::LOGOUT).len(), tab.phase()), (1, Phase::SignedOut(SignedOut::Here)));
}

/// The server has seen the newer token in use and now an older cookie: to it that is a thief.
#[test]
fn whose_new_cookie_was_lost_is_told_of_cookies_and_not_of_thieves() {
    for refused in [refusal(403, "REFRESH_REUSED"), ended("REUSE_DETECTED"), ended("CLONE_SUSPECTED")] {
        let mut tab = Tab::opens_and_finds(Some(6));
        tab.advance(10 * SECOND);
        tab.server.will(routes::REFRESH, refused);
        assert_eq!(tab.me(), Err(ApiError::SignedOut));
        assert_eq!(tab.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
    }
}

#[test]
fn nor_of_thieves_after_a_reload() {
    let tab = Tab::opens_and_finds(Some(6));
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, refusal(403, "REFRESH_REUSED"));
    reloaded.open();
    assert_eq!(reloaded.phase(), Phase::SignedOut(SignedOut::CookiesBlocked));
}
