//! Any number of callers, one refresh.

use super::*;

#[test]
fn twenty_callers_cause_one_refresh() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.hold();
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let api = tab.api();
            tab.begin(async move { api.me().await })
        })
        .collect();
    tab.server.release(token("t2", 900));
    tab.settle();
    assert!(answers.iter().all(|answer| answer.take().is_some_and(|answer| answer.is_ok())));
    assert_eq!((tab.refreshes(), tab.server.asked(routes::ME).len()), (2, 20));
}

#[test]
fn twenty_refusals_cause_one_refresh() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::REFRESH, token("t2", 900));
    tab.server.will(routes::ME, answer(200, &user("ada")));
    tab.server.hold();
    let answers: Vec<_> = (0..20)
        .map(|_| {
            let api = tab.api();
            tab.begin(async move { api.me().await })
        })
        .collect();
    for _ in 0..20 {
        tab.server.release(refusal(401, "TOKEN_EXPIRED"));
    }
    tab.settle();
    assert!(answers.iter().all(|answer| answer.take().is_some_and(|answer| answer.is_ok())));
    assert_eq!((tab.refreshes(), tab.server.asked(routes::ME).len()), (2, 40));
}

#[test]
fn a_refresh_survives_the_caller_that_began_it() {
    let mut tab = Tab::signed_in(10);
    tab.advance(10 * SECOND);
    tab.server.hold();
    let api = tab.api();
    let mut caller = Box::pin(async move { api.me().await });
    let waker = futures::task::noop_waker();
    assert!(caller.as_mut().poll(&mut core::task::Context::from_waker(&waker)).is_pending());
    tab.settle();
    drop(caller);
    tab.server.release(token("t2", 900));
    tab.settle();
    assert_eq!((tab.phase(), tab.refreshes()), (Phase::SignedIn, 2));
}
