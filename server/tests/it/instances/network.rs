//! E7, E8: what becomes of people when the line to PostgreSQL breaks.

use std::time::Duration;

use futures::future::join_all;
use reqwest::Method;
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};

use super::{
    an_ending_during_a_break_is_heard_of,
    locks::{ALL_CONNECTIONS, hold, let_go, waiting_for_rows},
    recovered, signed_in, unavailable,
};
use crate::support::{Answer, Person, TestApp, database, proxy::behind_a_line};

pub(super) async fn connect(address: &str) -> PgConnection {
    let server: PgConnectOptions = address.parse().expect("an address");
    server.connect().await.expect("PostgreSQL is there")
}

pub(super) async fn get(app: &TestApp, path: &str) -> Answer {
    Answer::of(Person::at(&app.url).request(Method::GET, path).send().await.expect("sent")).await
}

/// More at once than there are connections.
const MANY: usize = 40;

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_black_hole_is_503_in_time_and_signs_nobody_out() {
    let (proxy, address) = behind_a_line(&database::postgres().await).await;
    let app = TestApp::on_database(&address).await;
    let mut ada = app.direct();
    ada.register().await;
    // Connections that are idle when the line breaks, and more of them than one.
    join_all((0..MANY).map(|_| ada.me())).await;
    for _break in 0..2 {
        proxy.swallow();
        // The second time nothing works any more that may have been under way the first time.
        for _time in 0..2 {
            let (mut refreshing, mut leaving, mut arriving) = (ada.copy(), ada.copy(), app.direct());
            tokio::join!(
                unavailable(refreshing.refresh()),
                unavailable(leaving.logout()),
                unavailable(arriving.login()),
                unavailable(get(&app, "/readyz")),
                join_all((0..MANY).map(|_| unavailable(ada.me()))),
            );
        }
        assert_eq!(get(&app, "/healthz").await.status, 200, "the process itself is well");
        proxy.heal();
        recovered(async || get(&app, "/readyz").await.status == 200).await;
        assert_eq!(ada.me().await.status, 200);
        assert_eq!(ada.refresh().await.status, 200);
    }
}

/// Connections on which somebody waits for an answer when the line breaks never get one, and must not be waited for.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_black_hole_in_the_middle_of_the_work_is_503_in_time_and_blocks_no_connection() {
    let address = database::postgres().await;
    let (proxy, through_the_line) = behind_a_line(&address).await;
    let app =
        TestApp::on(tempfile::tempdir().expect("a folder"), &through_the_line, &[("SIGN_INS_AT_ONCE", "0")]).await;
    app.direct().register().await;
    let mut people = signed_in(&app, MANY).await;
    let mut operator = connect(&address).await;
    for _break in 0..2 {
        hold(&mut operator, "SELECT 1 FROM sessions FOR UPDATE").await;
        let breaking = async {
            while waiting_for_rows(&mut connect(&address).await).await < ALL_CONNECTIONS {}
            proxy.swallow();
        };
        tokio::join!(join_all(people.iter_mut().map(|person| unavailable(person.refresh()))), breaking);
        let_go(&mut operator).await;
        proxy.heal();
        recovered(async || get(&app, "/readyz").await.status == 200).await;
        let answers = join_all(people.iter_mut().map(Person::refresh)).await;
        assert!(answers.iter().all(|answer| answer.status == 200), "all connections are there again: {answers:?}");
    }
}

/// The memory of endings hears again, and nobody has to ask the store any more.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn what_ended_while_an_instance_was_cut_off_is_ended_there_too() {
    let address = database::postgres().await;
    let (proxy, through_the_line) = behind_a_line(&address).await;
    let one = TestApp::on_database(&address).await;
    let two = one.beside_with(&[("DATABASE_URL", &through_the_line)]).await;
    an_ending_during_a_break_is_heard_of(&one, &two, &proxy).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_line_that_takes_two_seconds_is_503_in_time() {
    let (proxy, address) = behind_a_line(&database::postgres().await).await;
    let app = TestApp::on_database(&address).await;
    let mut ada = app.direct();
    ada.register().await;
    proxy.delay(Duration::from_secs(2));
    for _time in 0..2 {
        let mut refreshing = ada.copy();
        tokio::join!(
            unavailable(refreshing.refresh()),
            unavailable(get(&app, "/readyz")),
            join_all((0..MANY).map(|_| unavailable(ada.me()))),
        );
    }
    proxy.heal();
    recovered(async || get(&app, "/readyz").await.status == 200).await;
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(ada.refresh().await.status, 200);
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn connections_that_are_reset_are_made_anew() {
    let (proxy, address) = behind_a_line(&database::postgres().await).await;
    let app = TestApp::on_database(&address).await;
    let mut ada = app.direct();
    ada.register().await;
    for _time in 0..3 {
        join_all((0..MANY).map(|_| ada.me())).await;
        proxy.cut();
        recovered(async || ada.me().await.status == 200).await;
        assert_eq!(ada.refresh().await.status, 200);
    }
}
