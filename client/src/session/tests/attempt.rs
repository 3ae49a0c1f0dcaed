//! The name of a refresh.

use super::*;

#[test]
fn a_refresh_without_an_answer_is_repeated_under_the_same_name() {
    let mut tab = Tab::new();
    tab.server.will(routes::REFRESH, Err(NoAnswer));
    tab.server.will(routes::REFRESH, refusal(409, "REFRESH_DUPLICATE"));
    tab.server.will(routes::REFRESH, refusal(502, "BAD_GATEWAY"));
    tab.server.will(routes::REFRESH, token("t1", 10));
    tab.open();
    tab.advance(MINUTE);
    assert_eq!(tab.attempts(), vec![Some("id1".to_owned()); 4]);
}

#[test]
fn an_answered_attempt_is_not_repeated() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    drop(tab.me());
    assert_eq!(tab.attempts(), [Some("id1".to_owned()), Some("id2".to_owned())]);
}

#[test]
fn a_reload_repeats_the_attempt_that_it_interrupted() {
    let mut tab = Tab::new();
    tab.server.hold();
    tab.open();
    let mut reloaded = Tab::with_storage(Rc::clone(&tab.storage));
    reloaded.server.will(routes::REFRESH, token("t1", 900));
    reloaded.open();
    assert_eq!(reloaded.attempts(), tab.attempts());
}

#[test]
fn where_nothing_can_be_written_down_no_attempt_is_named() {
    let mut tab = Tab::with_storage(Rc::new(FakeStorage::broken()));
    tab.server.will(routes::REFRESH, token("t1", 900));
    tab.server.will(routes::LOGIN, signed_in("t2", 900));
    tab.open();
    tab.sign_in().unwrap();
    assert_eq!(tab.attempts(), [None]);
    assert_eq!(tab.server.headers(routes::LOGIN, routes::REFRESH_ATTEMPT_HEADER), [None]);
}
