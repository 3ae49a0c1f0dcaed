//! `PyJWT` verifies our tokens, and signs some of its own with our key.

use std::process::{Command, Stdio};

use super::{Issuer, accepts_what_is_signed_elsewhere, readme};

/// What a script writes. The Python has the packages of `requirements.txt`.
fn run(script: &str, arguments: &[&str]) -> Result<String, String> {
    let python = std::env::var_os("SESSIONKEEP_TEST_PYTHON")
        .expect("SESSIONKEEP_TEST_PYTHON names no Python that has the packages; `cargo xtask test` makes one");
    readme::outcome(Command::new(python).arg("-c").arg(script).args(arguments).stdin(Stdio::null()))
}

#[tokio::test]
#[ignore = "needs Python packages; `cargo xtask test` gets them"]
async fn what_pyjwt_signs_with_our_key_is_ours() {
    accepts_what_is_signed_elsewhere(|issuer: &Issuer, token| {
        let file = issuer.key_file().display().to_string();
        run(include_str!("sign.py"), &[&file, &token.header.to_string(), &token.claims.to_string()]).expect("signs")
    })
    .await;
}

#[tokio::test]
#[ignore = "needs Python packages; `cargo xtask test` gets them"]
async fn the_readme_verifies_with_pyjwt() {
    let show = "import json, sys; print(json.dumps(verify(sys.argv[1])))";
    readme::verifies("python", "ExpiredSignatureError", |script, token| run(&format!("{script}\n{show}"), &[token]))
        .await;
}
