//! One golden document a type: what is on the wire does not change unnoticed.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use sessionkeep_types::{
    AccessToken, AuthResponse, ChangePasswordRequest, Connection, ConnectionRequest, DeleteAccountRequest,
    DismissReviewRequest, EndReason, EndSessionsRequest, ErrorBody, ErrorCode, EventKind, Export, LoginRequest,
    ManagedUser, Origin, Page, Password, RegisterRequest, RequestId, Role, Route, SecurityEvent, Session, SessionId,
    SessionList, TokenResponse, TokenType, UpdateProfileRequest, UpdateUserRequest, User, UserId, routes,
};

#[track_caller]
fn golden<T: Serialize + DeserializeOwned + PartialEq + core::fmt::Debug>(value: &T, document: Value) {
    assert_eq!(serde_json::to_value(value).expect("serialises"), document);
    assert_eq!(&serde_json::from_value::<T>(document).expect("parses"), value);
}

fn ada() -> User {
    User {
        id: UserId::new("018f6b1e-0000-7000-8000-000000000001"),
        email: "ada@example.com".into(),
        display_name: Some("Ada".into()),
        role: Role::User,
        created_at: "2026-11-24T10:00:00Z".into(),
        password_changed_at: Some("2026-11-25T10:00:00Z".into()),
        review: None,
    }
}

fn ada_json() -> Value {
    json!({
        "id": "018f6b1e-0000-7000-8000-000000000001", "email": "ada@example.com", "displayName": "Ada", "role": "user",
        "createdAt": "2026-11-24T10:00:00Z", "passwordChangedAt": "2026-11-25T10:00:00Z",
    })
}

#[test]
fn register_request() {
    golden(
        &RegisterRequest { email: "a@b.c".into(), password: Password::new("p"), display_name: Some("A".into()) },
        json!({"email": "a@b.c", "password": "p", "displayName": "A"}),
    );
    let without: RegisterRequest =
        serde_json::from_value(json!({"email": "a@b.c", "password": "p", "displayName": null, "role": "admin"}))
            .expect("null and unknown fields are accepted");
    assert_eq!(without.display_name, None);
}

#[test]
fn login_request() {
    golden(
        &LoginRequest { email: "a@b.c".into(), password: Password::new("p"), remember_me: false },
        json!({"email": "a@b.c", "password": "p", "rememberMe": false}),
    );
    let absent: LoginRequest =
        serde_json::from_value(json!({"email": "a@b.c", "password": "p"})).expect("rememberMe may be absent");
    assert!(absent.remember_me);
}

#[test]
fn token_response() {
    golden(
        &TokenResponse { access_token: AccessToken::new("a.b.c"), token_type: TokenType::Bearer, expires_in: 900 },
        json!({"accessToken": "a.b.c", "tokenType": "Bearer", "expiresIn": 900}),
    );
}

#[test]
fn auth_response() {
    golden(
        &AuthResponse {
            access_token: AccessToken::new("a.b.c"),
            token_type: TokenType::Bearer,
            expires_in: 900,
            user: ada(),
        },
        json!({"accessToken": "a.b.c", "tokenType": "Bearer", "expiresIn": 900, "user": ada_json()}),
    );
}

#[test]
fn user() {
    golden(&ada(), ada_json());
    golden(&User { display_name: None, role: Role::Admin, ..ada() }, {
        let mut document = ada_json();
        document["displayName"] = Value::Null;
        document["role"] = json!("admin");
        document
    });
}

#[test]
fn a_user_of_an_older_server_does_not_say_when_the_password_was_set() {
    golden(&User { password_changed_at: None, ..ada() }, {
        let mut document = ada_json();
        document.as_object_mut().expect("an object").remove("passwordChangedAt");
        document
    });
}

#[test]
fn dismiss_review_request() {
    let answer = |current_password| DismissReviewRequest { event: "7".into(), current_password };
    golden(&answer(None), json!({"event": "7"}));
    golden(&answer(Some(Password::new("secret"))), json!({"event": "7", "currentPassword": "secret"}));
}

#[test]
fn export() {
    let export = Export { exported_at: "2026-11-24T10:00:00Z".into(), user: ada(), sessions: vec![], events: vec![] };
    golden(&export, json!({"exportedAt": "2026-11-24T10:00:00Z", "user": ada_json(), "sessions": [], "events": []}));
}

#[test]
fn update_profile_request() {
    golden(&UpdateProfileRequest { display_name: Some("Ada".into()) }, json!({"displayName": "Ada"}));
    golden(&UpdateProfileRequest { display_name: None }, json!({"displayName": null}));
    assert!(serde_json::from_value::<UpdateProfileRequest>(json!({})).is_err());
}

#[test]
fn change_password_request() {
    golden(
        &ChangePasswordRequest { current_password: Password::new("o"), new_password: Password::new("n") },
        json!({"currentPassword": "o", "newPassword": "n"}),
    );
}

#[test]
fn delete_account_request() {
    golden(&DeleteAccountRequest { current_password: Password::new("p") }, json!({"currentPassword": "p"}));
}

#[test]
fn end_sessions_request() {
    golden(&EndSessionsRequest { current_password: Password::new("p") }, json!({"currentPassword": "p"}));
}

#[test]
fn session_list() {
    let session = Session {
        id: SessionId::new("s"),
        current: true,
        created_at: "2026-11-24T10:00:00Z".into(),
        last_used_at: "2026-11-24T11:00:00Z".into(),
        expires_at: "2026-12-01T11:00:00Z".into(),
        remember_me: false,
        ip: "203.0.113.7".into(),
        user_agent: "Mozilla/5.0".into(),
        device: "Firefox on Windows".into(),
    };
    golden(
        &SessionList { sessions: vec![session], next: Some("s".into()) },
        json!({"sessions": [{
            "id": "s", "current": true, "createdAt": "2026-11-24T10:00:00Z", "lastUsedAt": "2026-11-24T11:00:00Z",
            "expiresAt": "2026-12-01T11:00:00Z", "rememberMe": false, "ip": "203.0.113.7", "userAgent": "Mozilla/5.0",
            "device": "Firefox on Windows",
        }], "next": "s"}),
    );
}

#[test]
fn a_session_of_an_older_server_does_not_say_whether_it_is_kept() {
    let document = json!({
        "id": "s", "current": true, "createdAt": "", "lastUsedAt": "", "expiresAt": "", "ip": "", "userAgent": "", "device": "",
    });
    assert!(serde_json::from_value::<Session>(document).expect("a session").remember_me);
}

fn reuse() -> SecurityEvent {
    let origin = |ip: &str| Origin { ip: ip.into(), user_agent: "curl/8".into(), device: "curl".into() };
    SecurityEvent {
        id: "7".into(),
        at: "2026-11-24T10:00:00Z".into(),
        kind: EventKind::RefreshReused,
        user_id: Some(UserId::new("u")),
        session_id: Some(SessionId::new("s")),
        by: None,
        origin: origin("203.0.113.7"),
        other: Some(origin("198.51.100.1")),
    }
}

fn reuse_json() -> Value {
    json!({
        "id": "7", "at": "2026-11-24T10:00:00Z", "kind": "authn_token_reuse", "userId": "u", "sessionId": "s", "by": null,
        "origin": {"ip": "203.0.113.7", "userAgent": "curl/8", "device": "curl"},
        "other": {"ip": "198.51.100.1", "userAgent": "curl/8", "device": "curl"},
    })
}

#[test]
fn page_of_security_events() {
    golden(&Page { items: vec![reuse()], next: Some("7".into()) }, json!({"items": [reuse_json()], "next": "7"}));
}

#[test]
fn a_user_with_an_event_that_waits_for_an_answer() {
    golden(&User { review: Some(reuse()), ..ada() }, {
        let mut document = ada_json();
        document["review"] = reuse_json();
        document
    });
}

#[test]
fn managed_user() {
    golden(
        &ManagedUser {
            id: UserId::new("u"),
            email: "ada@example.com".into(),
            display_name: None,
            role: Role::Admin,
            disabled: true,
            created_at: "2026-11-24T10:00:00Z".into(),
        },
        json!({
            "id": "u", "email": "ada@example.com", "displayName": null, "role": "admin", "disabled": true,
            "createdAt": "2026-11-24T10:00:00Z",
        }),
    );
}

#[test]
fn update_user_request() {
    golden(
        &UpdateUserRequest { role: Some(Role::Admin), disabled: Some(false) },
        json!({"role": "admin", "disabled": false}),
    );
    golden(&UpdateUserRequest::default(), json!({}));
}

#[test]
fn routes_with_an_id_are_filled_in() {
    assert_eq!(routes::session(&SessionId::new("s")), "/api/sessions/s");
    assert_eq!(routes::admin_user(&UserId::new("u")), "/api/admin/users/u");
    assert_eq!(routes::admin_user_sessions(&UserId::new("u")), "/api/admin/users/u/sessions");
}

#[test]
fn role_of_a_newer_server_survives() {
    golden(&Role::Unknown("auditor".into()), json!("auditor"));
}

#[test]
fn error_body() {
    golden(
        &ErrorBody {
            error: "Check the fields.".into(),
            code: ErrorCode::ValidationFailed,
            request_id: RequestId::new("r1"),
            fields: Some(BTreeMap::from([("email".into(), "Enter an email address.".into())])),
            reason: None,
        },
        json!({
            "error": "Check the fields.", "code": "VALIDATION_FAILED", "requestId": "r1",
            "fields": {"email": "Enter an email address."},
        }),
    );
    golden(
        &ErrorBody {
            error: "Signed out.".into(),
            code: ErrorCode::SessionRevoked,
            request_id: RequestId::new("r2"),
            fields: None,
            reason: Some(EndReason::SignedOutElsewhere),
        },
        json!({"error": "Signed out.", "code": "SESSION_REVOKED", "requestId": "r2", "reason": "SIGNED_OUT_ELSEWHERE"}),
    );
}

#[test]
fn a_code_of_a_newer_server_survives() {
    golden(&ErrorCode::Unknown("TEAPOT".into()), json!("TEAPOT"));
    golden(&EndReason::Unknown("MOVED".into()), json!("MOVED"));
    golden(&EventKind::Unknown("seen".into()), json!("seen"));
}

#[test]
fn ids_are_plain_strings() {
    golden(&UserId::new("u"), json!("u"));
    golden(&SessionId::new("s"), json!("s"));
    golden(&RequestId::new("r"), json!("r"));
}

#[test]
fn every_code_is_its_own_screaming_snake_case() {
    let mut seen = BTreeSet::new();
    for code in ErrorCode::ALL.iter().map(ErrorCode::as_str).chain(EndReason::ALL.iter().map(EndReason::as_str)) {
        assert!(code.chars().all(|c| c.is_ascii_uppercase() || c == '_'), "{code}");
        assert!(seen.insert(code), "{code} stands twice");
    }
    for kind in EventKind::ALL.iter().map(EventKind::as_str) {
        assert!(kind.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{kind}");
        assert!(seen.insert(kind), "{kind} stands twice");
    }
}

#[test]
fn connection_request() {
    golden(&ConnectionRequest { nonce: "n".into() }, json!({"nonce": "n"}));
}

#[test]
fn connection() {
    let seen = Connection {
        now: "2026-11-24T10:00:00Z".into(),
        address: "192.0.2.1".into(),
        origin: Some("https://id.example.com".into()),
        sec_fetch_site: None,
        refused: None,
        refresh_cookies: 2,
        refresh_counting: 1,
        generation_cookies: 2,
        probes: vec!["n".into()],
        route: Some(Route { peer: "10.0.0.1".into(), peer_trusted: true, forwarded_for: vec!["192.0.2.1".into()] }),
    };
    golden(
        &seen,
        json!({
            "now": "2026-11-24T10:00:00Z", "address": "192.0.2.1", "origin": "https://id.example.com",
            "secFetchSite": null, "refused": null, "refreshCookies": 2, "refreshCounting": 1, "generationCookies": 2,
            "probes": ["n"],
            "route": {"peer": "10.0.0.1", "peerTrusted": true, "forwardedFor": ["192.0.2.1"]},
        }),
    );
}
