use super::*;

const LIFE: i64 = 900;

fn at(second: i64) -> UnixMillis {
    UnixMillis(second * 1000)
}

fn secret(byte: u8) -> Key {
    Key::from_secret(&vec![byte; 32].into()).expect("long enough")
}

fn ed25519() -> Key {
    use aws_lc_rs::signature::Ed25519KeyPair;
    let der = Ed25519KeyPair::generate().and_then(|key| key.to_pkcs8v1()).expect("a key");
    Key::from_pem(pem::encode(&pem::Pem::new("PRIVATE KEY", der.as_ref())).as_bytes()).expect("read")
}

fn ring(keys: Vec<Dated>) -> Ring {
    Ring::new(keys, Duration::from_secs(LIFE.unsigned_abs())).expect("one signs")
}

fn states(ring: &Ring, second: i64) -> Vec<State> {
    ring.states(at(second)).map(|(_, state)| state).collect()
}

fn verifies(ring: &Ring, key: &Key, second: i64) -> bool {
    ring.find(key.id()).expect("it is in the ring").verifies(at(second))
}

#[test]
fn a_key_is_published_signs_verifies_and_is_done() {
    let ring = ring(vec![Dated::new(secret(2), at(2000)), Dated::new(secret(1), at(1000))]);
    for (second, first, second_key) in [
        // Before the time of the first there is no other.
        (0, State::Signs, State::Published(at(2000))),
        (1999, State::Signs, State::Published(at(2000))),
        (2000, State::Verifies(Some(at(2900))), State::Signs),
        (2899, State::Verifies(Some(at(2900))), State::Signs),
        (2900, State::Done, State::Signs),
    ] {
        assert_eq!(states(&ring, second), [first, second_key], "at {second}");
        assert_eq!(verifies(&ring, &secret(1), second), first != State::Done, "at {second}");
        assert!(verifies(&ring, &secret(2), second), "at {second}: known before its first token");
        let signs = if second < 2000 { secret(1) } else { secret(2) };
        assert_eq!(ring.signing(at(second)).id(), signs.id(), "at {second}");
    }
}

#[test]
fn a_retired_key_never_signs_and_verifies_for_as_long_as_it_is_there() {
    let ring = ring(vec![Dated::new(secret(1), at(0)), Dated::retired(secret(2))]);
    assert_eq!(ring.signing(at(1_000_000)).id(), secret(1).id());
    assert!(verifies(&ring, &secret(2), 1_000_000));
    assert!(Ring::new(vec![Dated::retired(secret(2))], Duration::ZERO).is_none());
}

#[test]
fn a_key_of_another_algorithm_follows_like_any_other() {
    let (before, after) = (secret(1), ed25519());
    let ring = ring(vec![Dated::new(before.clone(), at(0)), Dated::new(after.clone(), at(1000))]);
    assert_eq!(ring.signing(at(999)).id(), before.id());
    assert_eq!(ring.newest().key.id(), after.id());
    let published: Vec<_> = ring.published(at(999)).filter_map(|key| key.common.key_id.clone()).collect();
    assert_eq!(published, [after.id()], "before it signs");
    assert_eq!(ring.signing(at(1000)).id(), after.id());
    assert!(verifies(&ring, &before, 1000 + LIFE - 1) && !verifies(&ring, &before, 1000 + LIFE));
}

/// KM-05.
#[test]
fn what_is_published_has_no_private_part_and_a_secret_is_not_published_at_all() {
    let ring = ring(vec![Dated::new(secret(1), at(0)), Dated::new(ed25519(), at(0))]);
    let published = serde_json::to_value(ring.published(at(0)).collect::<Vec<_>>()).expect("JSON");
    assert_eq!(published.as_array().map(Vec::len), Some(1));
    let mut members: Vec<_> = published[0].as_object().expect("an object").keys().collect();
    members.sort();
    assert_eq!(members, ["alg", "crv", "kid", "kty", "use", "x"]);
}

/// KM-06.
#[test]
fn a_key_prints_its_name_and_nothing_else() {
    let key = secret(77);
    let printed = format!("{key:?} {:?}", ring(vec![Dated::new(key.clone(), at(0))]));
    assert!(printed.contains(key.id()) && !printed.contains("77, 77") && !printed.contains("MMMM"), "{printed}");
}
