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

fn ring(keys: Vec<Dated>, signs: Algorithm) -> Ring {
    Ring::new(keys, signs, Duration::from_secs(LIFE.unsigned_abs()), at(5000)).expect("one signs")
}

fn states(ring: &Ring, second: i64) -> Vec<State> {
    ring.states(at(second)).map(|(_, state)| state).collect()
}

#[test]
fn a_key_is_published_signs_verifies_and_is_done() {
    let ring = ring(vec![Dated::new(secret(2), at(2000)), Dated::new(secret(1), at(1000))], Algorithm::HS256);
    for (second, first, second_key) in [
        // Before the time of the first there is no other.
        (0, State::Signs, State::Published(at(2000))),
        (1999, State::Signs, State::Published(at(2000))),
        (2000, State::Verifies(Some(at(2900))), State::Signs),
        (2899, State::Verifies(Some(at(2900))), State::Signs),
        (2900, State::Done, State::Signs),
    ] {
        assert_eq!(states(&ring, second), [first, second_key], "at {second}");
        let verifies = |key: &Key| ring.verifying(key.id(), at(second)).is_some();
        assert_eq!(verifies(&secret(1)), first != State::Done, "at {second}");
        assert!(verifies(&secret(2)), "at {second}: known before its first token");
        let signs = if second < 2000 { secret(1) } else { secret(2) };
        assert_eq!(ring.signing(at(second)).id(), signs.id(), "at {second}");
    }
}

#[test]
fn a_retired_key_never_signs_and_verifies_for_as_long_as_it_is_there() {
    let ring = ring(vec![Dated::new(secret(1), at(0)), Dated::retired(secret(2))], Algorithm::HS256);
    assert_eq!(ring.signing(at(1_000_000)).id(), secret(1).id());
    assert!(ring.verifying(secret(2).id(), at(1_000_000)).is_some());
    assert!(Ring::new(vec![Dated::retired(secret(2))], Algorithm::HS256, Duration::ZERO, at(0)).is_none());
}

/// Whoever chooses another algorithm restarts the server: what was signed until then lives on.
#[test]
fn a_key_of_the_algorithm_before_verifies_until_its_last_token_has_ended() {
    let (before, now) = (secret(1), ed25519());
    let ring = ring(vec![Dated::new(before.clone(), at(0)), Dated::new(now.clone(), at(1000))], Algorithm::EdDSA);
    assert_eq!(ring.signing(at(0)).id(), now.id(), "never in an algorithm that was not chosen");
    assert!(ring.verifying(before.id(), at(5000 + LIFE - 1)).is_some());
    assert!(ring.verifying(before.id(), at(5000 + LIFE)).is_none());
}

#[test]
fn a_key_of_an_algorithm_that_is_not_chosen_yet_is_published() {
    let (now, next) = (secret(1), ed25519());
    let ring = ring(vec![Dated::new(now.clone(), at(0)), Dated::new(next.clone(), at(1000))], Algorithm::HS256);
    assert_eq!(ring.signing(at(100_000)).id(), now.id());
    let published: Vec<_> = ring.published(at(100_000)).filter_map(|key| key.common.key_id.clone()).collect();
    assert_eq!(published, [next.id()]);
}

/// KM-05.
#[test]
fn what_is_published_has_no_private_part_and_a_secret_is_not_published_at_all() {
    let ring = ring(vec![Dated::new(secret(1), at(0)), Dated::new(ed25519(), at(0))], Algorithm::EdDSA);
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
    let printed = format!("{key:?} {:?}", ring(vec![Dated::new(key.clone(), at(0))], Algorithm::HS256));
    assert!(printed.contains(key.id()) && !printed.contains("77, 77") && !printed.contains("MMMM"), "{printed}");
}
