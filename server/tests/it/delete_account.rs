//! `DELETE /api/me`

use std::{fs, path::PathBuf};

use reqwest::Method;
use serde_json::json;
use server::{
    account::Account,
    session::{Caller, EventKind, SecurityEvent},
    storage::sqlite::SqliteStore,
};
use sessionkeep_types::{Role, SessionId, UserId};
use tokio::task::spawn_blocking;

use crate::support::{EMAIL, PASSWORD, TestApp};

#[tokio::test]
async fn the_account_and_its_sessions_are_gone_and_the_address_is_free_again() {
    let app = TestApp::start().await;
    let mut phone = app.direct();
    phone.register().await;
    let mut laptop = app.direct();
    laptop.login().await;
    let answer = phone.delete_account(PASSWORD).await;
    assert_eq!(answer.status, 204, "{answer:?}");
    assert!(
        answer.header("set-cookie").starts_with("refreshToken=; ") && answer.header("set-cookie").contains("Max-Age=0")
    );
    for gone in [&mut phone, &mut laptop] {
        assert_eq!(gone.me().await.outcome(), (403, "TOKEN_REVOKED"));
        assert_eq!(gone.refresh().await.outcome(), (403, "REFRESH_INVALID"));
        assert_eq!(gone.logout().await.status, 204);
    }
    assert_eq!(app.direct().login().await.outcome(), (401, "INVALID_CREDENTIALS"));
    let mut new = app.direct();
    assert_eq!(new.register().await.status, 201);
    assert_eq!(new.sessions().await.len(), 1);
    assert_eq!(new.get("/api/me/events").await.body["items"].as_array().map(Vec::len), Some(2), "nothing is inherited");
}

#[tokio::test]
async fn an_account_with_too_many_sessions_is_deleted_part_by_part() {
    let app = TestApp::on_sqlite().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut other = app.direct();
    other.login().await;
    let store = SqliteStore::open(&app.sqlite_file()).await.expect("opens");
    store.copy_session(&SessionId::new(other.session_id()), 1700).await.expect("works");
    assert_eq!(ada.delete_account(PASSWORD).await.status, 204);
    assert_eq!(other.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(other.refresh().await.outcome(), (403, "REFRESH_INVALID"));
}

/// A tombstone outlives the process: the sessions' rows are gone, but their access tokens are still in time.
#[tokio::test]
async fn an_access_token_of_a_deleted_account_is_dead_after_a_restart_too() {
    let mut app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    assert_eq!(ada.delete_account(PASSWORD).await.status, 204);
    app.restart().await;
    ada.url.clone_from(&app.url);
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
}

#[tokio::test]
async fn a_wrong_password_deletes_nothing() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let answer = ada.delete_account("another one entirely").await;
    assert_eq!(answer.outcome(), (403, "INVALID_CREDENTIALS"));
    assert_eq!(answer.header("set-cookie"), "");
    assert_eq!((ada.me().await.status, ada.refresh().await.status), (200, 200));
}

#[tokio::test]
async fn the_last_administrator_cannot_leave() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.set_role(EMAIL, "admin").await;
    ada.login().await;
    assert_eq!(ada.delete_account(PASSWORD).await.outcome(), (409, "LAST_ADMIN"));
    let mut bob = app.direct();
    bob.post("/api/auth/register", json!({"email": "bob@example.com", "password": PASSWORD})).await;
    app.set_role("bob@example.com", "admin").await;
    assert_eq!(ada.delete_account(PASSWORD).await.status, 204);
}

#[tokio::test]
async fn that_it_was_there_and_was_deleted_stays_known() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    let id = ada.register().await.body["user"]["id"].as_str().expect("text").to_owned();
    ada.delete_account(PASSWORD).await;
    let events = app.events().await;
    let last = events.last().expect("an event");
    assert_eq!(last.kind, server::session::EventKind::AccountDeleted);
    assert_eq!(last.user_id.as_ref().map(sessionkeep_types::UserId::as_str), Some(id.as_str()));
}

/// Attack 11: with the program stopped or running, nothing in the file, nor in the log beside it, tells who it was.
#[tokio::test]
async fn nothing_in_the_files_of_sqlite_tells_who_a_deleted_account_was() {
    let app = TestApp::on_sqlite().await;
    // Others before and after, so that pages are shared and split.
    let store = app.store().await;
    let join = async |number: u32| {
        let origin = Caller { ip: "203.0.113.7".to_owned(), user_agent: "others/1".to_owned() };
        let id = UserId::new(format!("someone-{number}"));
        let event = SecurityEvent::new(EventKind::Registered, &origin, app.now()).of(&id);
        let account = Account {
            email: format!("{number}@example.com"),
            display_name: Some("Someone Else".to_owned()),
            role: Role::User,
            password_hash: "$argon2id$".into(),
            password_changed_at: app.now(),
            disabled_at: None,
            created_at: app.now(),
            id,
        };
        assert!(store.accounts.insert(&account, &event).await.expect("works"));
    };
    for number in 0..50 {
        join(number).await;
    }
    let mut ada = app.direct().header("user-agent", "canary-agent/1");
    let body = json!({"email": "canary-address@example.com", "password": PASSWORD, "displayName": "Canary Name"});
    assert_eq!(ada.post("/api/auth/register", body).await.status, 201);
    let hash = app.password_hash("canary-address@example.com").await;
    for number in 50..100 {
        join(number).await;
    }
    let renamed = ada.call(Method::PATCH, "/api/me", Some(json!({"displayName": "Canary Later Name"}))).await;
    assert_eq!(renamed.status, 200);
    let told = move |path: &PathBuf| {
        let bytes = fs::read(path).unwrap_or_default();
        ["canary-address", "Canary Name", "Canary Later Name", "canary-agent", &*hash]
            .into_iter()
            .filter(|canary| bytes.windows(canary.len()).any(|window| window == canary.as_bytes()))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let files = ["", "-wal", "-shm"].map(|ending| app.folder().join(format!("sessionkeep.db{ending}")));
    let all = async || {
        let (files, told) = (files.clone(), told.clone());
        spawn_blocking(move || files.iter().flat_map(told).collect::<Vec<_>>()).await.expect("runs")
    };
    assert!(!all().await.is_empty(), "it was there");
    assert_eq!(ada.delete_account(PASSWORD).await.status, 204);
    // The event of the deletion itself is the last to lose its user agent.
    app.until(async || all().await.iter().all(|canary| canary == "canary-agent")).await;
    app.advance(120).await;
    assert!(!store.accounts.erase_deleted(app.now()).await.expect("works"), "nothing is left to do");
    assert_eq!(all().await, Vec::<String>::new());
    let events = app.events().await;
    assert!(
        events.iter().filter(|event| event.origin.user_agent == "others/1").count() >= 30,
        "of others nothing is lost"
    );
}
