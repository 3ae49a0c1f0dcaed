//! Services in other programs accept our access tokens, and we accept those that other libraries sign with our key.
//!
//! What needs npm packages or a Python is ignored: `cargo xtask test` gets them and runs it.

mod issuer;
mod jwt;
mod node;
mod python;
mod readme;
mod resource_server;
mod service;

use issuer::Issuer;
use sessionkeep_verify::Algorithm;

/// All that the server can sign with.
const ALGORITHMS: [Algorithm; 4] = [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

/// What another library signs with our key, in the name of a session of ours, is a token of ours; of another type it is not.
async fn accepts_what_is_signed_elsewhere(sign: impl Fn(&Issuer, &jwt::Token) -> String) {
    for algorithm in ALGORITHMS {
        let issuer = Issuer::start(algorithm);
        let ada = issuer.ada().await;
        let mut token = jwt::Token::read(ada.access_token.as_deref().expect("signed in"));
        token.claims["jti"] = "made-elsewhere".into();
        let answer = ada.me_with(&format!("Bearer {}", sign(&issuer, &token))).await;
        assert_eq!(answer.outcome(), (200, ""), "{algorithm:?}");
        token.header["typ"] = "JWT".into();
        let answer = ada.me_with(&format!("Bearer {}", sign(&issuer, &token))).await;
        assert_eq!(answer.outcome(), (403, "TOKEN_INVALID"), "{algorithm:?}");
    }
}
