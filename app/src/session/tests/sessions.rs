//! The sessions of a person.

use super::*;

#[test]
fn another_session_is_ended_by_its_id_and_an_empty_answer_is_a_success() {
    let mut tab = Tab::signed_in(900);
    tab.server.will("/api/sessions/other", nothing());
    assert_eq!(tab.end(device("other", false)), Ok(()));
    let sent = tab.server.asked("/api/sessions/other");
    assert_eq!((sent.len(), sent[0].method), (1, Method::Delete));
    assert_eq!(tab.phase(), Phase::SignedIn);
}

#[test]
fn all_other_sessions_are_ended_with_one_request() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::SESSIONS, nothing());
    let api = tab.api();
    assert_eq!(tab.now(async move { api.end_other_sessions().await }), Ok(()));
    assert_eq!(tab.server.asked(routes::SESSIONS)[0].method, Method::Delete);
}

#[test]
fn ending_the_current_session_is_signing_out() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::LOGOUT, nothing());
    assert_eq!(tab.end(device("this", true)), Ok(()));
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::Here), vec![News::SignedOut]));
    assert_eq!(tab.server.asked(routes::LOGOUT).len(), 1);
}

#[test]
fn the_next_page_of_events_is_asked_for_by_its_cursor() {
    let mut tab = Tab::signed_in(900);
    let page = answer(200, &serde_json::json!({"items": [], "next": null}));
    tab.server.will("/api/me/events", page.clone());
    tab.server.will("/api/me/events?before=a%26b", page);
    for part in [Part::NEWEST, Part::before("a&b")] {
        let api = tab.api();
        assert_eq!(tab.now(async move { api.my_events(part).await }).unwrap().next, None);
    }
}
