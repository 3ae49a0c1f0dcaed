use crate::support::{TestApp, rounds};

/// SM-04
#[tokio::test]
async fn signing_out_ends_both_tokens_at_once_and_clears_the_cookie() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let answer = ada.logout().await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(
        answer.header("set-cookie"),
        "refreshToken=; HttpOnly; SameSite=Strict; Secure; Path=/api/auth; Max-Age=0"
    );
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    let answer = ada.refresh().await;
    assert_eq!(answer.outcome(), (403, "SESSION_REVOKED"));
    assert_eq!(answer.body["reason"], "SIGNED_OUT");
}

/// SM-04
#[tokio::test]
async fn twice_without_a_cookie_and_with_a_forged_one_are_fine() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut stranger = app.direct();
    assert_eq!(stranger.logout().await.status, 204);
    stranger.cookie = Some("forged".into());
    assert_eq!(stranger.logout().await.status, 204);
    assert_eq!(ada.me().await.status, 200);
    for _ in 0..2 {
        assert_eq!(ada.logout().await.status, 204);
    }
}

/// CK-02
#[tokio::test]
async fn any_genuine_generation_signs_out_and_an_expired_access_token_does_not_matter() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let mut old = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    app.advance(3600).await;
    assert_eq!(old.logout().await.status, 204);
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

#[tokio::test]
async fn one_session_ends_and_the_others_go_on() {
    let app = TestApp::start().await;
    let mut phone = app.direct();
    phone.register().await;
    let mut laptop = app.direct();
    laptop.login().await;
    laptop.logout().await;
    assert_eq!(phone.me().await.status, 200);
    assert_eq!(phone.refresh().await.status, 200);
}

/// RT-16: a revocation that failed is not reported as done.
#[tokio::test]
async fn nobody_is_told_that_they_are_signed_out_while_the_store_is_down() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    app.store_down(true).await;
    let answer = ada.logout().await;
    assert_eq!(answer.outcome(), (503, "UNAVAILABLE"));
    assert_eq!(answer.header("set-cookie"), "");
    app.store_down(false).await;
    assert_eq!(ada.logout().await.status, 204);
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

/// RT-11, E6: whoever comes first, after the 204 nothing works any more.
#[tokio::test]
async fn a_refresh_that_races_a_sign_out_wins_nothing() {
    let app = TestApp::with(&[("REFRESHES_PER_MINUTE", "0")]).await;
    app.direct().register().await;
    for _ in 0..rounds(20) {
        let mut ada = app.direct();
        ada.login().await;
        let mut tab = ada.copy();
        let ((_, refused), signed_out) = tokio::join!(tab.refresh_until_refused(), ada.logout());
        assert_eq!((signed_out.status, refused.outcome()), (204, (403, "SESSION_REVOKED")));
        assert_eq!(tab.me().await.outcome(), (403, "TOKEN_REVOKED"));
        assert_eq!(tab.refresh().await.outcome(), (403, "SESSION_REVOKED"));
    }
}

#[tokio::test]
async fn a_sign_out_that_means_another_session_than_the_cookies_ends_none_and_leaves_the_cookie() {
    let app = TestApp::start().await;
    let mut ada = app.direct();
    ada.register().await;
    let meant = ada.session_id();
    let (mut phone, mut eve) = (app.direct(), app.direct());
    phone.login().await;
    let answer = phone.logout_of(&meant).await;
    assert_eq!((answer.outcome(), answer.set_cookies().len()), ((409, "OTHER_SESSION"), 0));
    assert_eq!((ada.me().await.status, phone.me().await.status), (200, 200));
    assert_eq!(eve.logout_of(&meant).await.status, 204, "without a cookie there is nothing to end");
    assert_eq!(ada.me().await.status, 200);
    assert_eq!(phone.logout_of("no id").await.outcome(), (422, "VALIDATION_FAILED"));
    let own = phone.session_id();
    assert_eq!(phone.logout_of(&own).await.status, 204);
    assert_eq!(phone.me().await.outcome(), (403, "TOKEN_REVOKED"));
}
