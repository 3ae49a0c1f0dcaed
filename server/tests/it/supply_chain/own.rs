//! Our own crates.

use super::text;

/// SC-03: `forbid` in the workspace's lints cannot be taken back by an attribute, and every crate has these lints.
#[test]
fn no_crate_of_ours_may_have_unsafe_code() {
    let workspace = text("Cargo.toml");
    assert!(workspace.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\""));
    let members = workspace.lines().find_map(|line| line.strip_prefix("members = [")?.strip_suffix(']'));
    let members: Vec<_> = members.expect("members").split(", ").map(|name| name.trim_matches('"')).collect();
    assert!(members.len() >= 8, "{members:?}");
    for member in members {
        let manifest = text(&format!("{member}/Cargo.toml"));
        assert!(manifest.contains("[lints]\nworkspace = true"), "{member}");
    }
    assert!(
        text("verify/fuzz/Cargo.toml").contains("[lints.rust]\nunsafe_code = \"forbid\""),
        "a workspace of its own"
    );
}
