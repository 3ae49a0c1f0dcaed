//! The examples in `verify/README.md` are run as they stand there, but for the address.

use std::process::Command;

use serde_json::Value;

use super::{ALGORITHMS, Issuer, jwt::Token, service::Keys};

const README: &str = include_str!("../../../../verify/README.md");

/// The example in this language. There is one for public keys and, after it, one for a shared secret.
fn example(language: &str, keys: &Keys) -> String {
    let nth = match keys {
        Keys::Published(_) => 1,
        Keys::Shared(_) => 2,
    };
    let code = README.split(&format!("```{language}\n")).nth(nth).expect("an example").split("```").next();
    let code = code.expect("the part before it").to_owned();
    let code = match keys {
        Keys::Published(address) => code.replace("https://id.example.com/.well-known/jwks.json", address),
        Keys::Shared(secret) => code.replace("the server's ACCESS_TOKEN_SECRET", secret),
    };
    code.replace("https://id.example.com", "http://localhost:3000")
}

/// The example accepts what is good, says that a token has run out, and refuses others. `run` runs it with a token.
pub(super) async fn verifies(language: &str, expired: &str, run: impl Fn(&str, &str) -> Result<String, String>) {
    for algorithm in ALGORITHMS {
        let issuer = Issuer::start(algorithm);
        let example = example(language, &issuer.keys());
        let error = run(&example, &issuer.expired_token().await).expect_err("it has run out");
        assert!(error.contains(expired), "{algorithm:?}: {error}");

        let ada = issuer.ada().await;
        let token = ada.access_token.expect("signed in");
        let claims: Value = serde_json::from_str(&run(&example, &token).expect("verifies")).expect("JSON");
        let read = Token::read(&token);
        assert_eq!(claims, read.claims, "{algorithm:?}");
        let (key, refresh_token) = (issuer.key(), ada.cookie.expect("signed in"));
        for wrong in [
            refresh_token,
            key.sign("JWT", &read.claims),
            key.sign("at+jwt", &read.with("aud", "another")),
            Token::forged(&read.header, &read.with("role", "admin"), &read.signature),
        ] {
            let error = run(&example, &wrong).expect_err("it is not valid");
            assert!(!error.contains(expired), "{algorithm:?}: {error}");
        }
    }
}

/// What a program wrote, or else its complaints.
pub(super) fn outcome(command: &mut Command) -> Result<String, String> {
    let output = command.output().expect("starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}
