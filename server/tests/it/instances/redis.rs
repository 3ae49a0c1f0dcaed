//! E10: what becomes of people when Redis, which has the sessions, cannot be reached, or PostgreSQL beside it.

use futures::future::join_all;
use server::session::EventKind;

use super::{an_ending_during_a_break_is_heard_of, network::get, recovered, unavailable};
use crate::support::{
    TestApp, database,
    proxy::behind_a_line,
    redis::{OwnRedis, SAFE},
};

/// More at once than one connection serves in a moment.
const MANY: usize = 40;

async fn on(postgres: &str, redis: &str) -> TestApp {
    TestApp::on(
        tempfile::tempdir().expect("a folder"),
        postgres,
        &[("SESSION_STORE", redis), ("REFRESHES_PER_MINUTE", "0")],
    )
    .await
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_black_hole_is_503_in_time_and_signs_nobody_out() {
    let (proxy, redis) = behind_a_line(&database::redis().await).await;
    let app = on(&database::postgres().await, &redis).await;
    let mut ada = app.direct();
    ada.register().await;
    for _break in 0..2 {
        proxy.swallow();
        let (mut refreshing, mut leaving, mut arriving) = (ada.copy(), ada.copy(), app.direct());
        tokio::join!(
            unavailable(refreshing.refresh()),
            unavailable(leaving.logout()),
            unavailable(arriving.login()),
            unavailable(get(&app, "/readyz")),
            join_all((0..MANY).map(async |_| unavailable(ada.copy().refresh()).await)),
        );
        // What is known of ended sessions is good for a second, and then Redis would have to be asked.
        recovered(async || ada.me().await.outcome() == (503, "UNAVAILABLE")).await;
        assert_eq!(get(&app, "/healthz").await.status, 200, "the process itself is well");
        proxy.heal();
        recovered(async || get(&app, "/readyz").await.status == 200).await;
        assert_eq!(ada.me().await.status, 200);
        assert_eq!(ada.refresh().await.status, 200);
    }
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn what_ended_while_an_instance_was_cut_off_is_ended_there_too() {
    let (postgres, redis) = (database::postgres().await, database::redis().await);
    let (proxy, through_the_line) = behind_a_line(&redis).await;
    let one = on(&postgres, &redis).await;
    let two = one.beside_with(&[("SESSION_STORE", &through_the_line)]).await;
    an_ending_during_a_break_is_heard_of(&one, &two, &proxy).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_redis_that_was_killed_and_started_again_has_kept_everybody() {
    let mut redis = OwnRedis::start(&SAFE).await;
    let app = on(&database::postgres().await, &redis.url()).await;
    let (mut ada, mut left) = (app.direct(), app.direct());
    ada.register().await;
    left.login().await;
    assert_eq!(left.copy().logout().await.status, 204);
    redis.kill();
    let mut refreshing = ada.copy();
    tokio::join!(unavailable(refreshing.refresh()), unavailable(get(&app, "/readyz")));
    redis.start_again().await;
    recovered(async || get(&app, "/readyz").await.status == 200).await;
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(left.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn a_sign_out_needs_no_database_and_its_event_is_there_when_the_database_is() {
    let (proxy, postgres) = behind_a_line(&database::postgres().await).await;
    let app = on(&postgres, &database::redis().await).await;
    let mut ada = app.direct();
    ada.register().await;
    let mut other = app.direct();
    other.login().await;
    proxy.swallow();
    assert_eq!(ada.copy().logout().await.status, 204);
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    unavailable(other.refresh()).await;
    proxy.heal();
    recovered(async || get(&app, "/readyz").await.status == 200).await;
    assert_eq!(other.refresh().await.status, 200);
    let moved = async || {
        let events = app.events().await;
        events.iter().filter(|event| event.kind == EventKind::SignedOut).count()
    };
    recovered(async || moved().await == 1).await;
}

/// In strict mode the second use of a token is reuse. A refresh that was answered 503 had used the token up, in Redis, before the
/// account was read in PostgreSQL.
#[tokio::test]
#[ignore = "needs PostgreSQL and Redis: cargo xtask test postgres"]
async fn in_strict_mode_a_refresh_that_could_not_read_the_account_is_no_use_of_the_token() {
    let (proxy, postgres) = behind_a_line(&database::postgres().await).await;
    let settings = [("SESSION_STORE", &*database::redis().await), ("REFRESH_ROTATION", "strict")];
    let app = TestApp::on(tempfile::tempdir().expect("a folder"), &postgres, &settings).await;
    let mut ada = app.direct();
    ada.register().await;
    proxy.swallow();
    unavailable(ada.copy().refresh()).await;
    proxy.heal();
    recovered(async || get(&app, "/readyz").await.status == 200).await;
    assert_eq!(ada.refresh().await.status, 200);
}
