//! The end of an account.

use super::*;

#[test]
fn who_deletes_the_account_is_signed_out_everywhere_and_told_so() {
    let mut tab = Tab::signed_in(900);
    tab.server.will(routes::ME, nothing());
    assert_eq!(tab.delete_account(), Ok(()));
    assert_eq!((tab.phase(), tab.told()), (Phase::SignedOut(SignedOut::AccountDeleted), vec![News::AccountDeleted]));
    assert!(tab.server.asked(routes::LOGOUT).is_empty(), "the cookie is gone already");

    let mut other = Tab::signed_in(900);
    other.manager.heard(News::AccountDeleted);
    other.settle();
    assert_eq!(other.phase(), Phase::SignedOut(SignedOut::AccountDeleted));
}

#[test]
fn an_account_that_is_not_deleted_stays_signed_in() {
    for (status, code) in [(403, "INVALID_CREDENTIALS"), (409, "LAST_ADMIN"), (429, "RATE_LIMITED")] {
        let mut tab = Tab::signed_in(900);
        tab.server.will(routes::ME, refusal(status, code));
        assert!(tab.delete_account().is_err(), "{code}");
        assert_eq!((tab.phase(), tab.told(), tab.refreshes()), (Phase::SignedIn, vec![], 1), "{code}");
    }
}
