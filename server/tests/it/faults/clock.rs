//! The server's clock jumps. Nobody is logged out for it, and nobody comes back.

use serde_json::json;
use server::clock::{Clock as _, SystemClock};
use tempfile::TempDir;

use super::database;
use crate::support::{EMAIL, PASSWORD, Person, TestApp, program::Program};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// One of each kind of client, signed in, refreshed, and with that refresh's token used.
async fn everybody(app: &TestApp) -> Vec<Person> {
    let with_attempts = app.direct().attempt("sign-in");
    let mut everybody = vec![app.browser(), app.plain_browser(), app.direct(), with_attempts];
    everybody[0].register().await;
    for (number, person) in everybody.iter_mut().enumerate() {
        assert_eq!(person.login().await.status, 200);
        *person = person.copy().attempt_if_any(&format!("before {number}"));
        assert_eq!(person.refresh().await.status, 200);
        assert_eq!(person.me().await.status, 200);
    }
    everybody
}

/// E14, an hour back: access tokens are of the future and refused, refreshing goes on, and that is no theft.
#[tokio::test]
async fn a_clock_that_goes_back_costs_a_refresh_and_nothing_else() {
    let app = TestApp::start().await;
    let mut everybody = everybody(&app).await;
    app.advance(-HOUR).await;
    for person in &mut everybody {
        assert_eq!(person.me().await.outcome(), (403, "TOKEN_INVALID"));
        for attempt in ["after", "later"] {
            *person = person.copy().attempt_if_any(attempt);
            assert_eq!(person.refresh().await.status, 200, "{person:?}");
            assert_eq!(person.me().await.status, 200);
        }
    }
}

/// E14: an answer that was lost just before the clock went back is given again, and none of the windows is taken for closed.
#[tokio::test]
async fn a_lost_answer_is_no_theft_though_the_clock_went_back_meanwhile() {
    let app = TestApp::start().await;
    for mut person in everybody(&app).await {
        app.advance(100).await;
        person = person.attempt_if_any("lost");
        app.lose_refresh_answers(1).await;
        person.refresh_in_vain().await;
        app.advance(-HOUR).await;
        assert_eq!(person.refresh().await.status, 200, "{person:?}");
        assert_eq!(person.me().await.status, 200);
        app.advance(HOUR).await;
        person = person.attempt_if_any("next");
        assert_eq!(person.refresh().await.status, 200, "{person:?}");
        assert_eq!(person.me().await.status, 200);
    }
}

/// E14, an hour on: one refresh each.
#[tokio::test]
async fn a_clock_that_goes_on_by_an_hour_costs_a_refresh() {
    let app = TestApp::start().await;
    let mut everybody = everybody(&app).await;
    app.advance(HOUR).await;
    for person in &mut everybody {
        assert_eq!(person.me().await.outcome(), (401, "TOKEN_EXPIRED"));
        *person = person.copy().attempt_if_any("after");
        assert_eq!(person.refresh().await.status, 200);
        assert_eq!(person.me().await.status, 200);
    }
}

/// E14, more than a year on: everybody signs in again, and still can after the clock was fixed.
#[tokio::test]
async fn a_clock_that_is_a_year_ahead_for_a_while_locks_nobody_out() {
    let app = TestApp::start().await;
    let mut everybody = everybody(&app).await;
    app.advance(400 * DAY).await;
    for person in &mut everybody {
        let answer = person.refresh().await;
        assert_eq!((answer.outcome(), answer.header("set-cookie")), ((401, "SESSION_EXPIRED"), ""));
    }
    let (mut waits, mut signs_in) = (everybody.remove(0).attempt("after"), app.direct());
    assert_eq!(signs_in.login().await.status, 200);
    app.advance(-400 * DAY).await;
    assert_eq!(waits.refresh().await.status, 200, "the session was never over");
    assert_eq!(signs_in.me().await.outcome(), (403, "TOKEN_INVALID"));
    for _ in 0..2 {
        assert_eq!(signs_in.refresh().await.status, 200, "a session of the future goes on");
        assert_eq!(signs_in.me().await.status, 200);
    }
}

/// E14: what expired longer ago than the clock goes back stays expired.
#[tokio::test]
async fn an_expired_session_does_not_come_back_with_the_time() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.advance(7 * DAY + 2 * HOUR).await;
    assert_eq!(ada.refresh().await.outcome(), (401, "SESSION_EXPIRED"));
    app.advance(-HOUR).await;
    assert_eq!(ada.refresh().await.outcome(), (401, "SESSION_EXPIRED"));
}

/// E14: the latest use that is kept is the latest by any clock.
#[tokio::test]
async fn the_latest_use_never_goes_back() {
    let folder: TempDir = tempfile::tempdir().expect("a folder");
    let server = Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let before = SystemClock.now();
    assert_eq!(ada.refresh().await.status, 200);
    server.advance(-HOUR).await;
    assert_eq!(ada.refresh().await.status, 200);
    server.stop("-TERM");
    let last_used = database::sessions(&folder).await[0].last_used_at;
    assert!(last_used >= before.0, "{last_used} is before {before:?}");
}

/// E14, I2: a session that was ended stays so while the clock goes on and back again, with tokens that are in time.
#[tokio::test]
async fn an_ended_session_does_not_come_back_with_the_time() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    assert_eq!(ada.logout().await.status, 204);
    app.advance(HOUR).await;
    memory_learns_something(&app).await;
    // Five minutes after the sign-out.
    app.advance(300 - HOUR).await;
    app.until(async || ada.me().await.outcome() == (403, "TOKEN_REVOKED")).await;
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

/// E14, I2: nor while the clock goes back and on again.
#[tokio::test]
async fn a_session_that_was_ended_by_a_late_clock_does_not_come_back_when_that_is_mended() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.advance(-HOUR).await;
    assert_eq!(ada.logout().await.status, 204);
    app.advance(HOUR).await;
    memory_learns_something(&app).await;
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

/// E14: nor does a role that was taken away.
#[tokio::test]
async fn a_role_that_was_changed_by_a_late_clock_does_not_come_back_when_that_is_mended() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.advance(-HOUR).await;
    app.set_role(EMAIL, "admin").await;
    app.advance(HOUR).await;
    memory_learns_something(&app).await;
    assert_eq!(ada.me().await.outcome(), (401, "TOKEN_STALE"));
}

/// Whenever the memory of ended sessions learns something, it forgets what is old. Here it learns that Bob's role has changed.
async fn memory_learns_something(app: &TestApp) {
    let mut bob = app.direct();
    bob.post("/api/auth/register", json!({"email": "bob@example.com", "password": PASSWORD})).await;
    app.set_role("bob@example.com", "admin").await;
    app.until(async || bob.me().await.outcome() == (401, "TOKEN_STALE")).await;
}
