//! DR-01: tokens of somebody who has the whole database, and the code, and no key.

use jsonwebtoken::{Algorithm, EncodingKey};
use secrecy::ExposeSecret as _;
use serde_json::json;

use super::forge::{Case, Forge, decode, encode, parts, sign};
use crate::support::EMAIL;

/// All that the database has that could be taken for a key, and a key of the attacker's own.
async fn keys(forge: &Forge) -> Vec<(&'static str, Vec<u8>)> {
    let session = forge.app.session(&forge.ada.session_id()).await;
    let account = forge.app.store().await.accounts.by_email(EMAIL).await.expect("works").expect("there");
    let hash = account.password_hash.expose_secret().to_owned();
    vec![
        ("the attacker's own", b"another one of thirty-two bytes or more".to_vec()),
        ("the hash of the token", session.head_hash.to_vec()),
        ("the hash of the token before", session.prev_hash.expect("it was replaced").to_vec()),
        ("the sealed token", session.sealed_head.expect("it was replaced")),
        ("the session's id", session.id.as_str().into()),
        ("the account's id", session.user_id.as_str().into()),
        ("the end of the password's hash", hash.rsplit('$').next().expect("a hash").into()),
        ("the password's hash", hash.into()),
    ]
}

/// Each with the ids of a living session, and everything as the server writes it but for the signature.
#[tokio::test]
async fn whoever_has_the_database_and_no_key_makes_no_token_that_counts() {
    let mut forge = Forge::start(Algorithm::HS256).await;
    assert_eq!(forge.ada.refresh().await.status, 200);
    let cookie = forge.ada.cookie.clone().expect("a cookie");
    let [access_header, access_claims, _] = parts(forge.token()).map(str::to_owned);
    let [refresh_header, refresh_claims, _] = parts(&cookie).map(str::to_owned);
    let next = {
        let mut claims: serde_json::Value = serde_json::from_slice(&decode(&refresh_claims)).expect("JSON");
        claims["gen"] = json!(claims["gen"].as_u64().expect("a number") + 1);
        encode(claims.to_string())
    };
    let mut bearers = vec![];
    for (name, key) in keys(&forge).await {
        let key = EncodingKey::from_secret(&key).expect("a secret");
        bearers.push(Case::invalid(name, sign(&access_header, &access_claims, &key, Algorithm::HS256)));
        for claims in [&refresh_claims, &next] {
            let mut thief = forge.app.direct();
            thief.cookie = Some(sign(&refresh_header, claims, &key, Algorithm::HS256));
            assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_INVALID"), "{name}");
        }
    }
    forge.show(bearers).await;
    assert_eq!(forge.ada.refresh().await.status, 200, "and nobody was signed out for it");
}
