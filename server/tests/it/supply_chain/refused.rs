//! What cargo-deny refuses by our `deny.toml`. Asked for by `cargo xtask test dependencies`, which has the program.

use std::{fs, process::Command};

use super::root;

const DENY: &str = "SESSIONKEEP_TEST_CARGO_DENY";

/// Whether a project with one dependency, a crate of this name and licence that is made for it, is accepted; and what is said.
fn judge(name: &str, licence: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (package, licence, dependencies) in [
        ("project", "MIT", format!("[dependencies]\n{name} = {{ path = \"../{name}\", version = \"1\" }}\n")),
        (name, licence, String::new()),
    ] {
        let package_folder = folder.path().join(package);
        fs::create_dir_all(package_folder.join("src")).expect("made");
        let manifest = format!(
            "[package]\nname = \"{package}\"\nversion = \"1.0.0\"\nedition = \"2024\"\nlicense = \"{licence}\"\n{dependencies}"
        );
        fs::write(package_folder.join("Cargo.toml"), manifest).expect("written");
        fs::write(package_folder.join("src/lib.rs"), "").expect("written");
    }
    let program = std::env::var_os(DENY).unwrap_or_else(|| panic!("{DENY} is not set: cargo xtask test dependencies"));
    let project = folder.path().join("project");
    fs::copy(root().join("deny.toml"), project.join("deny.toml")).expect("copies");
    let mut command = Command::new(program);
    command.current_dir(project).args(["--offline", "check", "bans", "licenses", "sources"]);
    let output = command.output().expect("runs");
    (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// SC-01
#[test]
#[ignore = "cargo xtask test dependencies"]
fn a_second_crypto_library_is_refused_and_another_crate_is_not() {
    let (accepted, said) = judge("harmless", "MIT");
    assert!(accepted, "{said}");
    for banned in ["ring", "openssl", "native-tls", "rsa"] {
        let (accepted, said) = judge(banned, "MIT");
        assert!(!accepted && said.contains("banned") && said.contains(banned), "{said}");
    }
}

/// SC-01
#[test]
#[ignore = "cargo xtask test dependencies"]
fn a_licence_that_binds_those_who_use_us_is_refused() {
    let (accepted, said) = judge("harmless", "GPL-3.0-only");
    assert!(!accepted && said.contains("GPL-3.0-only"), "{said}");
}
