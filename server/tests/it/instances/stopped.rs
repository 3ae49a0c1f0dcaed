//! E7, E9: PostgreSQL itself breaks down, stands still, or is replaced by a standby.

use std::{
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    time::{Duration, Instant},
};

use futures::future::join_all;
use server::session::EventKind;
use tokio::{runtime::Handle, task::JoinSet, time::interval};
use tokio_util::sync::CancellationToken;

use super::{IN_TIME, at, network::connect, recovered, remembers_the_end, unavailable};
use crate::support::{EMAIL, PASSWORD, Person, TestApp, cluster::Cluster, proxy::behind_a_line, rounds};

const CLIENTS: usize = 6;
/// Answers of everybody together between one thing that happens and the next.
const MANY: u32 = 12;

#[derive(Default)]
struct Load {
    granted: AtomicU32,
    turned_away: AtomicU32,
    done: CancellationToken,
}

impl Load {
    /// Refreshes all along, on one instance and on the other, as our client does: the same attempt until it is answered. I1, I4, I5.
    async fn of(&self, mut person: Person, urls: [&str; 2]) {
        let (mut granted, mut generation) = (0, 0);
        for url in urls.iter().cycle() {
            let last = self.done.is_cancelled();
            person = person.attempt(&format!("attempt {granted}"));
            person.url = (*url).to_owned();
            let asked = Instant::now();
            let answer = person.refresh().await;
            assert!(asked.elapsed() <= IN_TIME, "{:?}: {answer:?}", asked.elapsed());
            if answer.outcome() == (503, "UNAVAILABLE") && !last {
                assert!(answer.set_cookies().is_empty(), "{answer:?}");
                self.turned_away.fetch_add(1, SeqCst);
                continue;
            }
            assert_eq!(answer.status, 200, "{answer:?}");
            let next = answer.generation().expect("a new token").parse().expect("a number");
            assert!(next > generation, "{next} after {generation}");
            generation = next;
            granted += 1;
            self.granted.fetch_add(1, SeqCst);
            if last {
                return;
            }
        }
    }

    /// Until so many more were answered like this.
    async fn more(&self, answers: &AtomicU32) {
        let before = answers.load(SeqCst);
        while answers.load(SeqCst) < before + MANY {
            tokio::task::yield_now().await;
        }
    }
}

/// Two instances, clients that refresh all along, and somebody who has left.
async fn under_load(cluster: &mut Cluster, breaking: impl AsyncFn(&mut Cluster, &Load)) {
    let one = TestApp::on_database(&cluster.url()).await;
    let two = one.beside().await;
    let mut ada = one.direct();
    ada.register().await;
    let mut left = one.direct();
    left.login().await;
    let mut clients = vec![];
    for _ in 0..CLIENTS {
        let mut client = one.direct().attempt("sign-in");
        assert_eq!(client.login().await.status, 200);
        clients.push(client);
    }
    assert_eq!(left.copy().logout().await.status, 204);
    let load = Load::default();
    let breaking = async {
        load.more(&load.granted).await;
        breaking(cluster, &load).await;
        for app in [&one, &two] {
            recovered(async || Person::at(&app.url).is_served().await).await;
        }
        load.more(&load.granted).await;
        load.done.cancel();
    };
    tokio::join!(join_all(clients.into_iter().map(|client| load.of(client, [&one.url, &two.url]))), breaking);
    // What was acknowledged before is so afterwards.
    for app in [&one, &two] {
        assert_eq!(at(app, &left).refresh().await.outcome(), (403, "SESSION_REVOKED"));
        assert_eq!(at(app, &ada).refresh().await.status, 200);
    }
    assert!(one.events().await.iter().all(|event| event.kind != EventKind::RefreshReused), "nobody was a thief");
    // The instances hear of each other again.
    let there = at(&two, &ada);
    assert_eq!(ada.logout().await.status, 204);
    two.until(async || remembers_the_end(&two, &there).await).await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_database_that_crashes_costs_nobody_anything_that_was_acknowledged() {
    let mut cluster = Cluster::start().await;
    under_load(&mut cluster, async |cluster, load| {
        cluster.crash();
        load.more(&load.turned_away).await;
        cluster.begin().await;
    })
    .await;
}

#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn a_database_that_stands_still_is_503_in_time_and_signs_nobody_out() {
    let mut cluster = Cluster::start().await;
    under_load(&mut cluster, async |cluster, load| {
        cluster.freeze();
        load.more(&load.turned_away).await;
        cluster.thaw();
    })
    .await;
}

/// DS-06: they come on as before, whatever becomes of those before them: two hundred a second, for as many seconds as races have
/// rounds. Each is answered in time, none is left behind, and after the standstill everything works again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn requests_that_come_on_while_the_database_stands_still_are_answered_in_time_and_leave_nothing_behind() {
    const A_SECOND: u64 = 200;
    let cluster = Cluster::start().await;
    let settings = [("REFRESHES_PER_MINUTE", "0")];
    let app = TestApp::on(tempfile::tempdir().expect("a folder"), &cluster.url(), &settings).await;
    // Nobody keeps a connection, which is a task of its own.
    let mut ada = app.direct().header("connection", "close");
    ada.register().await;
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    cluster.freeze();
    let mut turn = interval(Duration::from_secs(1) / u32::try_from(A_SECOND).expect("a small number"));
    let mut asking = JoinSet::new();
    for number in 0..A_SECOND * rounds(5).min(30) {
        turn.tick().await;
        let mut person = ada.copy();
        asking.spawn(async move {
            match number % 4 {
                0 => unavailable(person.refresh()).await,
                1 => unavailable(person.me()).await,
                2 => unavailable(person.login()).await,
                _ => unavailable(person.get("/api/sessions")).await,
            }
        });
        while let Some(answered) = asking.try_join_next() {
            answered.expect("in time");
        }
    }
    asking.join_all().await;
    cluster.thaw();
    recovered(async || ada.is_served().await).await;
    assert_eq!([ada.me().await.status, ada.refresh().await.status, ada.login().await.status], [200; 3]);
    recovered(async || tasks() <= before + 10).await;
}

/// What a standby has not received is lost with the primary, however durable it was there: a sign-out, for one. The runbook ends
/// what may have been ended.
#[tokio::test]
#[ignore = "needs PostgreSQL: cargo xtask test postgres"]
async fn after_a_standby_that_was_behind_took_over_one_command_ends_what_had_been_ended() {
    let mut primary = Cluster::start().await;
    let (line, behind) = behind_a_line(&primary.url()).await;
    let standby = Cluster::standby_of(&behind).await;
    let one = TestApp::on_database(&primary.url()).await;
    let mut ada = one.direct();
    ada.register().await;
    let mut bob = one.direct();
    bob.login().await;
    let mut reader = connect(&standby.url()).await;
    let mut arrived = async || -> i64 {
        sqlx::query_scalar("SELECT count(*) FROM sessions").fetch_one(&mut reader).await.expect("works")
    };
    while arrived().await < 2 {}
    line.swallow();
    assert_eq!(bob.copy().logout().await.status, 204);
    for _ in 0..2 {
        assert_eq!(ada.refresh().await.status, 200);
    }
    one.begin_to_stop();
    primary.crash();
    standby.promote();
    let two = one.beside_with(&[("DATABASE_URL", &standby.url())]).await;
    assert_eq!(at(&two, &bob).refresh().await.status, 200, "who had signed out is back");
    assert!(two.command(&["sessions", "revoke", "--before", "now"]).contains("2 sessions are ended"));
    for person in [&ada, &bob] {
        let answer = at(&two, person).refresh().await;
        assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
        assert_eq!(answer.body["reason"], "ADMIN");
    }
    let credentials = serde_json::json!({"email": EMAIL, "password": PASSWORD});
    assert_eq!(at(&two, &ada).post("/api/auth/login", credentials).await.status, 200);
    assert!(two.events().await.iter().all(|event| event.kind != EventKind::RefreshReused), "nobody was a thief");
}
