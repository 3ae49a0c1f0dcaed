//! Tokens that were genuine, and are over: AT-11, AT-12, AT-13 and KM-04 in every algorithm.

use std::fs;

use jsonwebtoken::Algorithm;

use super::{
    forge::{ALGORITHMS, Case, Forge, bearer, decode, now, on_every_algorithm, only_file, parts, with, without},
    signature::P256_ORDER,
};
use crate::support::{EMAIL, PASSWORD};

async fn outcome(forge: &Forge, token: &str) -> (u16, String) {
    bearer(&forge.app.url, token.as_bytes()).await.expect("an answer")
}

/// Class 21; AT-10: `TOKEN_EXPIRED` tells nobody that a token was nearly good.
#[tokio::test]
async fn an_expired_token_that_is_not_genuine_is_invalid() {
    on_every_algorithm(|forge| {
        let claims = with(&with(&forge.claims, "exp", now() - 60), "iat", now() - 660);
        let genuine = forge.signed(&forge.header, &claims);
        let [h, p, s] = parts(&genuine);
        let mut signature = decode(s);
        signature[20] ^= 1;
        let mut cases = vec![
            Case::expired("as it is", &*genuine),
            Case::invalid("a bit of the signature", format!("{h}.{p}.{}", super::forge::encode(&signature))),
            Case::invalid("no signature", format!("{h}.{p}.")),
            Case::invalid("another signature", format!("{h}.{p}.{}", parts(forge.token())[2])),
            Case::invalid("another key", super::forge::sign(h, p, &forge.stranger, forge.algorithm)),
            Case::invalid("another key's name", forge.signed(&with(&forge.header, "kid", "x"), &claims)),
            Case::invalid("another type", forge.signed(&with(&forge.header, "typ", "JWT"), &claims)),
            Case::invalid(
                "a header member more",
                forge.signed(&with(&forge.header, "crit", ["exp"].as_slice()), &claims),
            ),
        ];
        for (claim, value) in [("iss", "evil"), ("aud", "evil"), ("sub", ""), ("iat", "now"), ("ver", "x")] {
            cases.push(Case::invalid(
                format!("another {claim}"),
                forge.signed(&forge.header, &with(&claims, claim, value)),
            ));
        }
        cases.push(Case::invalid("no session", forge.signed(&forge.header, &without(&claims, "sid"))));
        cases.push(Case::invalid("too long a life", forge.signed(&forge.header, &with(&claims, "iat", now() - 1000))));
        cases
    })
    .await;
}

/// Class 22.
#[tokio::test]
async fn a_token_is_revoked_at_once_when_its_session_is_signed_out_and_stays_so() {
    for algorithm in ALGORITHMS {
        let mut forge = Forge::start(algorithm).await;
        let again = forge.claims_with("jti", "another of the same session");
        assert_eq!(outcome(&forge, &again).await.0, 200);
        assert_eq!(forge.ada.logout().await.status, 204);
        for token in [forge.token().to_owned(), again] {
            assert_eq!(outcome(&forge, &token).await, (403, "TOKEN_REVOKED".into()), "{algorithm:?}");
        }
        forge.app.restart().await;
        assert_eq!(
            outcome(&forge, forge.token()).await,
            (403, "TOKEN_REVOKED".into()),
            "{algorithm:?}: after a restart"
        );
    }
}

/// Class 22.
#[tokio::test]
async fn a_token_is_revoked_at_once_when_the_password_is_changed() {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        let mut elsewhere = forge.app.direct();
        assert_eq!(elsewhere.login().await.status, 200);
        let mut ada = forge.ada.copy();
        assert_eq!(ada.change_password(PASSWORD, "another river under an elm").await.status, 200);
        for token in [forge.token(), elsewhere.access_token.as_deref().expect("a token")] {
            assert_eq!(outcome(&forge, token).await, (403, "TOKEN_REVOKED".into()), "{algorithm:?}");
        }
        assert_eq!(ada.me().await.status, 200, "{algorithm:?}: the new one");
    }
}

/// Class 22.
#[tokio::test]
async fn a_token_is_stale_within_a_second_when_the_role_has_changed() {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        forge.app.set_role(EMAIL, "admin").await;
        forge.app.until(async || outcome(&forge, forge.token()).await == (401, "TOKEN_STALE".into())).await;
        let mut ada = forge.ada.copy();
        assert_eq!(ada.refresh().await.status, 200);
        assert_eq!(ada.me().await.body["role"], "admin", "{algorithm:?}");
        assert_eq!(
            outcome(&forge, forge.token()).await,
            (401, "TOKEN_STALE".into()),
            "{algorithm:?}: the old one for good"
        );
    }
}

/// Class 22; KM-04: the key was stolen, so it is removed. Nobody has to sign in: one refresh gives a token of the next key.
#[tokio::test]
async fn a_token_whose_key_was_removed_is_invalid_within_a_second_and_a_refresh_gives_a_good_one() {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        let stolen = forge.claims_with("sub", "whoever the thief would like to be");
        fs::remove_file(only_file(&forge.app.keys_folder("access"))).expect("removed");
        let gone = async || outcome(&forge, forge.token()).await == (403, "TOKEN_INVALID".into());
        if algorithm == Algorithm::RS256 {
            // It was the only one, so the next one is made first, and looking for primes takes as long as it takes.
            while !gone().await {}
        } else {
            forge.app.until(gone).await;
        }
        assert_eq!(outcome(&forge, &stolen).await, (403, "TOKEN_INVALID".into()), "{algorithm:?}: the thief is out");
        let mut ada = forge.ada.copy();
        assert_eq!(ada.refresh().await.status, 200);
        assert_eq!(ada.me().await.status, 200, "{algorithm:?}");
    }
}

/// AT-12: of an ECDSA signature (r, s) everybody can make another one, (r, n - s). It is as good as the first: refusing it would gain
/// nothing, since what was ended is known by the session and never by the token's text.
#[tokio::test]
async fn the_twin_of_a_token_is_worth_what_the_token_is_worth() {
    let mut forge = Forge::start(Algorithm::ES256).await;
    let mut signature = decode(parts(forge.token())[2]);
    let s = subtract(&P256_ORDER, &signature[32..]);
    signature[32..].copy_from_slice(&s);
    let twin = forge.signature(&signature);
    assert_ne!(twin, forge.token());
    assert_eq!(outcome(&forge, &twin).await, (200, String::new()));
    assert_eq!(forge.ada.logout().await.status, 204);
    assert_eq!(outcome(&forge, &twin).await, (403, "TOKEN_REVOKED".into()));
}

fn subtract(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut borrow = 0;
    let mut difference: Vec<u8> = (a.iter().zip(b).rev())
        .map(|(a, b)| {
            let d = i16::from(*a) - i16::from(*b) - borrow;
            borrow = i16::from(d < 0);
            d.to_le_bytes()[0]
        })
        .collect();
    difference.reverse();
    difference
}

/// AT-05: whoever sends junk costs the store nothing; it is not even asked.
#[tokio::test]
async fn a_forged_token_is_refused_without_a_look_at_the_store() {
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        forge.app.store_down(true).await;
        for token in
            [forge.signature(&[0; 64]), forge.header_with("kid", "x"), forge.claims_with("aud", "x"), "x.y.z".into()]
        {
            assert_eq!(outcome(&forge, &token).await, (403, "TOKEN_INVALID".into()), "{algorithm:?}");
        }
        forge.app.store_down(false).await;
        assert_eq!(forge.ada.me().await.status, 200);
    }
}
