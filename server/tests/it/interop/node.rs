//! Node: the service in `verify/examples/node-express`, and `jose` by itself.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use super::{
    Issuer, accepts_what_is_signed_elsewhere, readme,
    service::{Keys, Service, holds_for},
};

/// Where `express` and `jose` are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../verify/examples/node-express")
}

fn node() -> Command {
    let folder = folder();
    assert!(folder.join("node_modules").is_dir(), "run `npm ci` in {}, or `cargo xtask test`", folder.display());
    let mut node = Command::new("node");
    node.current_dir(folder).stdin(Stdio::null());
    for setting in ["ISSUER", "AUDIENCE", "JWKS_URL", "ACCESS_TOKEN_SECRET"] {
        node.env_remove(setting);
    }
    node
}

/// What a script of ES modules writes; a script that is given as text finds the packages of the folder that it runs in.
fn run(script: &str, arguments: &[&str]) -> Result<String, String> {
    readme::outcome(node().args(["--input-type=module", "--eval", script, "--"]).args(arguments))
}

struct Express {
    child: Child,
    url: String,
}

impl Service for Express {
    async fn start(keys: &Keys) -> Self {
        let mut node = node();
        match keys {
            Keys::Published(address) => node.env("JWKS_URL", address),
            Keys::Shared(secret) => node.env("ACCESS_TOKEN_SECRET", secret),
        };
        node.arg("server.js").env("BIND_ADDR", "127.0.0.1:0");
        let mut child = node.stdout(Stdio::piped()).spawn().expect("starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut url).expect("a line");
        Self { child, url: url.trim().to_owned() }
    }

    fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Express {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}

holds_for!(Express, ignore = "needs npm packages; `cargo xtask test` gets them");

#[tokio::test]
#[ignore = "needs npm packages; `cargo xtask test` gets them"]
async fn what_jose_signs_with_our_key_is_ours() {
    accepts_what_is_signed_elsewhere(|issuer: &Issuer, token| {
        let file = issuer.key_file().display().to_string();
        run(include_str!("sign.mjs"), &[&file, &token.header.to_string(), &token.claims.to_string()]).expect("signs")
    })
    .await;
}

#[tokio::test]
#[ignore = "needs npm packages; `cargo xtask test` gets them"]
async fn the_readme_verifies_with_jose() {
    let show = "console.log(JSON.stringify(await verify(process.argv[1])));";
    readme::verifies("js", "ERR_JWT_EXPIRED", |script, token| run(&format!("{script}\n{show}"), &[token])).await;
}
