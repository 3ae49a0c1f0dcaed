use std::{fs, time::Duration};

use tempfile::TempDir;

use super::*;
use crate::random::SystemRandom;

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);
const ALL: [Algorithm; 4] = [Algorithm::HS256, Algorithm::EdDSA, Algorithm::ES256, Algorithm::RS256];

fn source(folder: &TempDir, algorithm: Algorithm) -> KeySource {
    KeySource { folder: folder.path().join("keys"), algorithm, inline: vec![], reserved: vec![], make_missing: true }
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

/// Puts a file among the keys of access tokens and says why it is refused.
fn refused(name: &str, content: &[u8]) -> String {
    let folder = folder();
    let source = source(&folder, Algorithm::HS256);
    source.prepare(NOW, &SystemRandom).expect("good so far");
    write(&source.folder_of(Kind::Access).join(name), content);
    let refusal = source.load().expect_err(name).to_string();
    assert!(refusal.starts_with("KEYS_DIR: ") && refusal.contains(name) && refusal.lines().count() == 1, "{refusal}");
    refusal
}

fn write(path: &Path, content: &[u8]) {
    use std::io::Write as _;
    crate::private_files::create_new(path).and_then(|mut file| file.write_all(content)).expect("written");
}

#[test]
fn a_key_of_each_algorithm_is_made_read_again_and_signs() {
    for algorithm in ALL {
        let folder = folder();
        let source = source(&folder, algorithm);
        let made = source.prepare(NOW, &SystemRandom).expect("made");
        assert_eq!(made.access.signing(NOW).algorithm(), algorithm);
        assert_eq!(made.refresh.signing(NOW).algorithm(), Algorithm::HS256);
        let again = source.prepare(NOW, &SystemRandom).expect("read");
        assert_eq!((again.access.ids(), again.refresh.ids()), (made.access.ids(), made.refresh.ids()));
    }
}

#[cfg(unix)]
#[test]
fn keys_are_private_and_one_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let source = source(&folder, Algorithm::EdDSA);
    let made = source.prepare(NOW, &SystemRandom).expect("made");
    let Place::File(file) = &made.places[made.access.signing(NOW).id()] else { panic!("a file") };
    let bits = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    assert_eq!((bits(file), bits(&source.folder_of(Kind::Access))), (0o600, 0o700));
    for (mode, accepted) in [(0o640, true), (0o644, false), (0o660, false), (0o700, false)] {
        fs::set_permissions(file, fs::Permissions::from_mode(mode)).expect("set");
        assert_eq!(source.load().is_ok(), accepted, "{mode:o}");
    }
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).expect("set");
    for (mode, accepted) in [(0o755, true), (0o775, false), (0o757, false), (0o1777, true)] {
        fs::set_permissions(source.folder_of(Kind::Access), fs::Permissions::from_mode(mode)).expect("set");
        assert_eq!(source.load().is_ok(), accepted, "{mode:o}");
    }
}

/// KM-01.
#[test]
fn what_is_no_good_key_is_refused() {
    for (name, content, reason) in [
        ("short.secret", b"too short".as_slice(), "fewer than 32 bytes"),
        ("empty.secret", b"", "fewer than 32 bytes"),
        ("zero.secret", &[0; 64], "repeats"),
        ("sample.secret", b"your_very_long_random_secret_for_access_tokens", "sample"),
        ("jwt-io.secret", b"a-string-secret-at-least-256-bits-long", "sample"),
        ("fastapi.secret", b"09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7", "sample"),
        ("spring.secret", b"404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970", "sample"),
        ("none.pem", b"", "cannot be read as a key"),
        ("text.pem", b"-----BEGIN PRIVATE KEY-----\nhello\n-----END PRIVATE KEY-----\n", "cannot be read as a key"),
    ] {
        let refusal = refused(name, content);
        assert!(refusal.contains(reason), "{refusal}");
    }
}

/// KM-01: with 1024 bits, and one bit less than what is needed.
#[test]
fn a_small_rsa_key_is_refused() {
    for pem in [include_bytes!("tests/rsa-1024.pem").as_slice(), include_bytes!("tests/rsa-2047.pem")] {
        let refusal = refused("rsa.pem", pem);
        assert!(refusal.contains("2048 bits"), "{refusal}");
    }
}

/// KM-01: RFC 8037, A.1, and jwt.io's key for ES256.
#[test]
fn a_key_that_is_printed_somewhere_is_refused() {
    for key in [
        "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g",
        "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G",
    ] {
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
        let refusal = refused("printed.pem", pem.as_bytes());
        assert!(refusal.contains("printed"), "{refusal}");
    }
}

/// KM-01: of another curve, public, encrypted, or a certificate.
#[test]
fn what_is_no_private_key_of_ours_is_refused() {
    for (name, pem) in [
        ("p384.pem", include_bytes!("tests/p384.pem").as_slice()),
        ("ed448.pem", include_bytes!("tests/ed448.pem")),
        ("public.pem", include_bytes!("tests/ed25519-public.pem")),
        ("rsa-public.pem", include_bytes!("tests/rsa-public.pem")),
        ("encrypted.pem", include_bytes!("tests/encrypted.pem")),
        ("certificate.pem", include_bytes!("tests/certificate.pem")),
    ] {
        refused(name, pem);
    }
}

/// KM-02.
#[test]
fn one_key_at_two_places_is_refused() {
    let folder = folder();
    let source = source(&folder, Algorithm::HS256);
    let made = source.prepare(NOW, &SystemRandom).expect("made");
    let Place::File(access) = &made.places[made.access.signing(NOW).id()] else { panic!("a file") };
    let copies =
        [source.folder_of(Kind::Refresh).join("copy.secret"), source.folder_of(Kind::Access).join("copy.secret")];
    for copy in copies {
        fs::copy(access, &copy).expect("copied");
        let refusal = source.load().expect_err("refused").to_string();
        assert!(refusal.contains("the same"), "{refusal}");
        fs::remove_file(&copy).expect("removed");
    }
    source.load().expect("good again");
}

/// As when two servers replace the last key at once.
#[test]
fn two_keys_that_were_dated_alike_are_in_the_same_order_for_everybody() {
    let folder = folder();
    let source = source(&folder, Algorithm::EdDSA);
    source.prepare(NOW, &SystemRandom).expect("made");
    let later = source.create(Kind::Access, NOW.plus(Duration::from_secs(1)), &SystemRandom).expect("made");
    let Place::File(file) = &source.load().expect("read").places[later.key.id()] else { panic!("a file") };
    let name = file.file_name().and_then(|name| name.to_str()).expect("text");
    let first = source.load().expect("read").access.ids()[0].clone();
    let Place::File(other) = &source.load().expect("read").places[&first] else { panic!("a file") };
    let alike = other.file_name().and_then(|name| name.to_str()).expect("text");
    fs::rename(file, file.with_file_name(format!("{}{}", &alike[..16], &name[16..]))).expect("renamed");
    assert_eq!(source.load().expect("both are taken").access.ids().len(), 2);
}

/// Which of them signs, and for how long the other one verifies, would be chance.
#[test]
fn two_keys_that_begin_at_the_same_time_are_refused() {
    const OTHER: &[u8] = b"q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe";
    let folder = folder();
    let secret = |bytes: &[u8], retired| Inline {
        name: "ACCESS_TOKEN_SECRET",
        kind: Kind::Access,
        retired,
        secret: bytes.to_vec().into(),
    };
    let mut source = source(&folder, Algorithm::HS256);
    source.inline = vec![secret(b"Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z", false)];
    source.prepare(NOW, &SystemRandom).expect("one undated key");
    fs::create_dir_all(source.folder_of(Kind::Access)).expect("made");
    write(&source.folder_of(Kind::Access).join("mine.secret"), OTHER);
    let refusal = source.load().expect_err("refused").to_string();
    assert!(refusal.contains("at the same time") && refusal.contains("mine.secret"), "{refusal}");
    source.inline[0].retired = true;
    source.load().expect("one that only verifies begins at no time");
}

#[test]
fn refresh_tokens_are_signed_with_secrets_alone() {
    let folder = folder();
    let source = source(&folder, Algorithm::EdDSA);
    let made = source.prepare(NOW, &SystemRandom).expect("made");
    let Place::File(access) = &made.places[made.access.signing(NOW).id()] else { panic!("a file") };
    source.create(Kind::Access, NOW, &SystemRandom).expect("another one stays");
    fs::rename(access, source.folder_of(Kind::Refresh).join("a.pem")).expect("moved");
    let refusal = source.load().expect_err("refused").to_string();
    assert!(refusal.contains("signed with a secret"), "{refusal}");
}

#[test]
fn the_time_of_a_keys_first_use_stands_in_its_files_name() {
    let folder = folder();
    let source = source(&folder, Algorithm::EdDSA);
    let first = source.prepare(NOW, &SystemRandom).expect("made").access.signing(NOW).id().to_owned();
    let later = NOW.plus(Duration::from_mins(10));
    let second = source.create(Kind::Access, later, &SystemRandom).expect("made");
    let ring = source.load().expect("read").access;
    assert_eq!((ring.signing(NOW).id(), ring.signing(later).id()), (first.as_str(), second.key.id()));
    // A file that an operator has put there under another name signs from the beginning.
    let Place::File(file) = &source.load().expect("read").places[&first] else { panic!("a file") };
    fs::rename(file, source.folder_of(Kind::Access).join("mine.pem")).expect("renamed");
    assert_eq!(source.load().expect("read").access.signing(UnixMillis(0)).id(), first);
}

#[test]
fn of_two_keys_that_are_made_in_one_second_the_second_one_follows_the_first() {
    for _ in 0..8 {
        let folder = folder();
        let source = source(&folder, Algorithm::EdDSA);
        let made = [(); 3].map(|()| source.create(Kind::Access, NOW, &SystemRandom).expect("made").key.id().to_owned());
        source.create(Kind::Refresh, NOW, &SystemRandom).expect("made");
        assert_eq!(source.load().expect("read").access.ids(), made);
    }
}

#[test]
fn the_algorithm_that_is_set_needs_a_key_that_is_newer_than_all_others() {
    let folder = folder();
    let secret = source(&folder, Algorithm::HS256);
    secret.prepare(NOW, &SystemRandom).expect("made");
    let mut pair = KeySource { make_missing: false, ..source(&folder, Algorithm::EdDSA) };
    let refusal = pair.prepare(NOW, &SystemRandom).expect_err("refused").to_string();
    assert!(refusal.contains("EdDSA") && refusal.contains("newer"), "{refusal}");
    pair.make_missing = true;
    let made = pair.prepare(NOW, &SystemRandom).expect("made");
    assert_eq!(made.access.newest().key.algorithm(), Algorithm::EdDSA);
    assert!(secret.load().is_err(), "the secret is older");
}

/// Both of them wait for their time, and the one that is set must be the last.
#[test]
fn a_new_key_of_the_algorithm_that_is_set_comes_after_one_that_is_only_published() {
    let folder = folder();
    let later = NOW.plus(Duration::from_mins(10));
    source(&folder, Algorithm::EdDSA).prepare(NOW, &SystemRandom).expect("made");
    source(&folder, Algorithm::EdDSA).create(Kind::Access, later, &SystemRandom).expect("made");
    let made = source(&folder, Algorithm::ES256).prepare(NOW, &SystemRandom).expect("starts");
    assert_eq!(made.access.ids().len(), 3);
    assert!(made.access.newest().first_use > later);
}

#[test]
fn a_setting_whose_secret_another_key_has_followed_is_known() {
    let folder = folder();
    let mut source = source(&folder, Algorithm::HS256);
    source.inline = vec![Inline {
        name: "ACCESS_TOKEN_SECRET",
        kind: Kind::Access,
        retired: false,
        secret: b"q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe".to_vec().into(),
    }];
    assert_eq!(source.prepare(NOW, &SystemRandom).expect("made").overtaken(), Vec::<&str>::new());
    source.create(Kind::Access, NOW, &SystemRandom).expect("made");
    assert_eq!(source.load().expect("read").overtaken(), ["ACCESS_TOKEN_SECRET"]);
    source.inline[0].retired = true;
    assert_eq!(source.load().expect("read").overtaken(), Vec::<&str>::new());
}

#[test]
fn what_is_missing_is_made_on_a_developers_machine_alone() {
    let folder = folder();
    for algorithm in ALL {
        let source = KeySource { make_missing: false, ..source(&folder, algorithm) };
        assert!(source.prepare(NOW, &SystemRandom).is_err());
        assert!(!source.folder.exists());
    }
}
