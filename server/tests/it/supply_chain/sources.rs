//! The files that name every dependency, with its checksum.

use serde_json::Value;

use super::text;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM: &str = "https://registry.npmjs.org/";

/// Packages of a `Cargo.lock` that come neither from us nor from crates.io, or without a checksum.
fn foreign_crates(lock: &str) -> Vec<&str> {
    let packages = lock.split("[[package]]").skip(1);
    let field = |package: &str, name: &str| {
        let line = package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'));
        line.map(str::to_owned)
    };
    packages
        .filter(|package| match field(package, "source") {
            None => field(package, "checksum").is_some(),
            Some(source) => source != CRATES_IO || field(package, "checksum").is_none_or(|sum| sum.len() != 64),
        })
        .filter_map(|package| package.lines().find(|line| line.starts_with("name = ")))
        .collect()
}

/// Crates whose earlier versions have a published weakness that would be ours, or do less than the server relies on.
const AT_LEAST: [(&str, Version); 7] = [
    ("jsonwebtoken", [10, 3, 0]),
    ("sqlx", [0, 8, 1]),
    ("tracing-subscriber", [0, 3, 20]),
    ("time", [0, 3, 47]),
    ("bytes", [1, 11, 1]),
    ("h2", [0, 4, 16]),
    ("rustls-webpki", [0, 103, 13]),
];

type Version = [u64; 3];

fn version(text: &str) -> Version {
    let numbers = text.split(['+', '-']).next().unwrap_or_default().split('.');
    let numbers: Vec<u64> = numbers.map(|number| number.parse().expect("a number")).collect();
    numbers.try_into().expect("three numbers")
}

/// The packages of a `Cargo.lock` and their versions.
fn versions(lock: &str) -> Vec<(&str, Version)> {
    let packages = lock.split("[[package]]\n").skip(1);
    packages
        .map(|package| {
            let mut lines = package.lines();
            let mut value = |name: &str| {
                let line =
                    lines.next().and_then(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'));
                line.unwrap_or_else(|| panic!("a {name}: {package}"))
            };
            (value("name"), version(value("version")))
        })
        .collect()
}

/// Those that are older than they may be.
fn outdated(lock: &str) -> Vec<(&str, Version)> {
    let too_old = |(name, version): &(&str, Version)| AT_LEAST.iter().any(|(of, least)| of == name && version < least);
    versions(lock).into_iter().filter(too_old).collect()
}

/// Packages of a `package-lock.json` that come from elsewhere than a registry by their name, or without a checksum. Which mirror of
/// npm's registry serves them is the machine's business, and left out: the checksum is what was published.
fn foreign_packages(lock: &Value) -> Vec<&str> {
    let packages = lock["packages"].as_object().expect("packages");
    packages
        .iter()
        .filter(|(path, _)| !path.is_empty())
        .filter(|(_, package)| {
            let at_npm = package["resolved"].as_str().is_none_or(|address| address.starts_with(NPM));
            !at_npm || !package["integrity"].as_str().is_some_and(|sum| sum.starts_with("sha512-"))
        })
        .map(|(path, _)| path.as_str())
        .collect()
}

/// SC-02
#[test]
fn every_crate_is_from_crates_io_with_its_checksum() {
    for file in ["Cargo.lock", "verify/fuzz/Cargo.lock"] {
        let lock = text(file);
        assert!(lock.contains(CRATES_IO), "{file}");
        assert_eq!(foreign_crates(&lock), Vec::<&str>::new(), "{file}");
    }
}

/// SC-02
#[test]
fn every_npm_package_is_from_npms_registry_with_its_checksum() {
    for file in ["end2end/package-lock.json", "verify/examples/node-express/package-lock.json"] {
        let lock: Value = serde_json::from_str(&text(file)).expect("JSON");
        assert!(lock["packages"].as_object().is_some_and(|packages| packages.len() > 1), "{file}");
        assert_eq!(foreign_packages(&lock), Vec::<&str>::new(), "{file}");
    }
}

/// SC-02
#[test]
fn a_crate_from_elsewhere_or_without_a_checksum_is_found() {
    let sum = "a".repeat(64);
    for (source, checksum, found) in [
        (CRATES_IO, Some(sum.as_str()), false),
        (CRATES_IO, None, true),
        (CRATES_IO, Some(""), true),
        ("git+https://github.com/somebody/serde#0123", None, true),
        ("registry+https://example.com/index", Some(&sum), true),
    ] {
        let checksum = checksum.map(|sum| format!("checksum = \"{sum}\"\n")).unwrap_or_default();
        let lock = format!("[[package]]\nname = \"serde\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n{checksum}");
        assert_eq!(!foreign_crates(&lock).is_empty(), found, "{lock}");
    }
    assert!(foreign_crates("[[package]]\nname = \"server\"\nversion = \"0.1.0\"\n").is_empty(), "our own");
}

/// SC-02
#[test]
fn an_npm_package_from_elsewhere_or_without_a_checksum_is_found() {
    for (address, sum, found) in [
        ("https://registry.npmjs.org/a/-/a-1.0.0.tgz", "sha512-x", false),
        ("", "sha512-x", false),
        ("https://registry.npmjs.org/a/-/a-1.0.0.tgz", "", true),
        ("https://registry.npmjs.org.example.com/a.tgz", "sha512-x", true),
        ("http://registry.npmjs.org/a/-/a-1.0.0.tgz", "sha512-x", true),
        ("git+ssh://git@github.com/somebody/a.git#0123", "sha512-x", true),
    ] {
        let resolved = Some(address).filter(|address| !address.is_empty());
        let package = serde_json::json!({"resolved": resolved, "integrity": sum});
        let lock = serde_json::json!({"packages": {"": {}, "node_modules/a": package}});
        assert_eq!(!foreign_packages(&lock).is_empty(), found, "{lock}");
    }
}

/// SC-01: without the network, and whatever the database of weaknesses says of other versions.
#[test]
fn no_crate_is_older_than_what_the_server_relies_on() {
    for file in ["Cargo.lock", "verify/fuzz/Cargo.lock"] {
        assert_eq!(outdated(&text(file)), [], "{file}");
    }
    let lock = text("Cargo.lock");
    let there: Vec<_> = versions(&lock).into_iter().map(|(name, _)| name).collect();
    for (name, _) in AT_LEAST {
        assert!(there.contains(&name), "nothing depends on {name} any more, or it has another name");
    }
}

/// SC-01
#[test]
fn a_crate_that_is_too_old_is_found() {
    let lock = |version: &str| {
        format!(
            "version = 4\n\n[[package]]\nname = \"jsonwebtoken\"\nversion = \"{version}\"\nsource = \"{CRATES_IO}\"\n"
        )
    };
    for (version, found) in
        [("10.2.9", true), ("9.10.0", true), ("10.3.0-beta.1", false), ("10.3.0", false), ("11.0.0", false)]
    {
        assert_eq!(!outdated(&lock(version)).is_empty(), found, "{version}");
    }
}
