use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::Jwk;
use serde_json::{Value, json};
use sessionkeep_verify::{Algorithm, KeyError, Refusal, VerifyingKey};

use crate::mint::{Mint, NOW, encode, mints, with, without};

/// What becomes of a key in a document. `None`: it is not even one that we can read.
fn read(jwk: &Value) -> Option<Result<VerifyingKey, KeyError>> {
    let jwk: Jwk = serde_json::from_value(jwk.clone()).ok()?;
    Some(VerifyingKey::from_jwk(&jwk))
}

fn refused(jwk: &Value) -> bool {
    read(jwk).is_none_or(|key| key.is_err())
}

/// Those that have a public part.
fn public() -> impl Iterator<Item = &'static Mint> {
    mints().iter().filter(|mint| mint.algorithm != Algorithm::HS256)
}

/// KM-01.
#[test]
fn a_secret_has_at_least_as_many_bytes_as_the_hash() {
    for length in [0, 1, 31] {
        assert_eq!(VerifyingKey::from_secret(&vec![7; length]).err(), Some(KeyError::ShortSecret), "{length}");
    }
    assert_eq!(VerifyingKey::from_secret(&[7; 32]).expect("long enough").algorithm(), Algorithm::HS256);
}

/// Another implementation must find the same name, or no token would be good there: the first twelve bytes of SHA-256 of SHA-256.
#[test]
fn a_secrets_name_is_its_own_and_tells_nothing() {
    let id = |secret: &[u8]| VerifyingKey::from_secret(secret).expect("long enough").id().to_owned();
    assert_eq!(id(&[7; 32]), id(&[7; 32]));
    assert_ne!(id(&[7; 32]), id(&[7; 33]));
    assert_eq!(id(&[7; 32]).len(), 16);
}

#[test]
fn a_keys_name_is_its_thumbprint() {
    // RFC 7638, 3.1.
    let example = json!({
        "kty": "RSA", "e": "AQAB", "alg": "RS256", "kid": "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs\
              tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn\
              1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
            .replace(' ', ""),
    });
    let key = read(&example).expect("a key").expect("a good one");
    assert_eq!(key.id(), example["kid"]);
}

#[test]
fn a_key_of_each_kind_is_taken_with_and_without_what_need_not_be_said() {
    for mint in public() {
        for jwk in [mint.jwk.clone(), without(&mint.jwk, "kid"), without(&mint.jwk, "use"), without(&mint.jwk, "alg")] {
            let key = read(&jwk).expect("a key").expect("a good one");
            assert_eq!((key.id(), key.algorithm()), (mint.key.id(), mint.algorithm), "{jwk}");
        }
    }
}

/// KM-05.
#[test]
fn a_key_that_says_something_else_of_itself_is_refused() {
    for mint in public() {
        for (name, value) in [
            ("kid", json!("another")),
            ("kid", json!("")),
            ("use", json!("enc")),
            ("use", json!("")),
            ("use", json!("tls")),
            ("alg", json!("HS256")),
            ("alg", json!("PS256")),
            ("alg", json!("ES384")),
            ("alg", json!("none")),
            ("alg", json!("RSA-OAEP")),
        ] {
            assert!(refused(&with(&mint.jwk, name, value.clone())), "{name} {value}");
        }
        let others = public().filter(|other| other.algorithm != mint.algorithm);
        for other in others {
            assert!(refused(&with(&mint.jwk, "alg", other.algorithm.name())));
        }
    }
}

/// KM-05: a secret has no place in a public document, and what we do not sign with is no key of ours.
#[test]
fn a_key_of_another_kind_or_curve_is_refused() {
    let number = encode([7; 32]);
    for jwk in [
        json!({"kty": "oct", "k": encode([7; 48])}),
        json!({"kty": "oct", "k": encode([7; 48]), "alg": "HS256", "use": "sig"}),
        json!({"kty": "EC", "crv": "P-384", "x": encode([7; 48]), "y": encode([7; 48])}),
        json!({"kty": "EC", "crv": "P-521", "x": encode([7; 66]), "y": encode([7; 66])}),
        json!({"kty": "EC", "crv": "secp256k1", "x": number, "y": number}),
        json!({"kty": "EC", "crv": "Ed25519", "x": number, "y": number}),
        json!({"kty": "OKP", "crv": "Ed448", "x": encode([7; 57])}),
        json!({"kty": "OKP", "crv": "X25519", "x": number}),
        json!({"kty": "OKP", "crv": "P-256", "x": number}),
        json!({"kty": "AKP", "alg": "ML-DSA-44", "pub": number}),
        json!({"kty": "none"}),
        json!({"kty": "RSA"}),
        json!({}),
        json!([]),
    ] {
        assert!(refused(&jwk), "{jwk}");
    }
}

/// KM-01.
#[test]
fn an_rsa_key_that_can_be_broken_is_refused() {
    let rsa =
        |n: &[u8], e: &[u8]| read(&json!({"kty": "RSA", "n": encode(n), "e": encode(e)})).expect("a key").map(|_| ());
    let modulus = |bits: usize| {
        let mut bytes = vec![0xff; bits.div_ceil(8)];
        bytes[0] = 0xff >> ((8 - bits % 8) % 8);
        bytes
    };
    let usual: &[u8] = &[1, 0, 1];
    for bits in [8, 512, 1024, 2040, 2047] {
        assert_eq!(rsa(&modulus(bits), usual), Err(KeyError::SmallRsa), "{bits}");
    }
    for bits in [2048, 3072, 4096] {
        assert_eq!(rsa(&modulus(bits), usual), Ok(()), "{bits}");
    }
    let padded = [vec![0; 256], modulus(1024)].concat();
    assert_eq!(rsa(&padded, usual), Err(KeyError::SmallRsa), "zeros are no bits");
    assert_eq!(rsa(&[0; 256], usual), Err(KeyError::SmallRsa));
    assert_eq!(rsa(&[], usual), Err(KeyError::SmallRsa));
    for e in [[].as_slice(), &[1], &[2], &[3], &[17], &[0, 1, 0, 1], &[1, 0, 0], &[1, 0, 1, 0]] {
        assert_eq!(rsa(&modulus(2048), e), Err(KeyError::RsaExponent), "{e:?}");
    }
    let read = read(&json!({"kty": "RSA", "n": "!", "e": "AQAB"})).expect("a key");
    assert_eq!(read.err(), Some(KeyError::Malformed));
}

/// Whether the numbers are a key at all shows when a token comes, and then nothing is good.
#[test]
fn numbers_that_are_no_key_verify_nothing() {
    for mint in public() {
        for (name, value) in [
            ("x", encode([0; 32])),
            ("x", encode([0xff; 32])),
            ("x", encode([1; 5])),
            ("x", String::new()),
            ("x", "!".into()),
        ] {
            if mint.algorithm == Algorithm::RS256 {
                continue;
            }
            let jwk = without(&with(&mint.jwk, name, value.clone()), "kid");
            let Some(Ok(key)) = read(&jwk) else { continue };
            let forged = Mint { algorithm: mint.algorithm, signing: mint.signing.clone(), key, jwk };
            let token = forged.token();
            assert_eq!(forged.judge(&token, NOW), Err(Refusal::Invalid), "{name} {value}");
        }
    }
}

/// KM-06.
#[test]
fn a_key_prints_its_name_and_nothing_else() {
    for mint in mints() {
        let printed = format!("{:?}", mint.key);
        assert!(printed.contains(mint.key.id()) && printed.len() < 120, "{printed}");
        for member in ["n", "x", "y"] {
            assert!(mint.jwk[member].as_str().is_none_or(|number| !printed.contains(number)));
        }
    }
    let secret = URL_SAFE_NO_PAD.encode(crate::mint::SECRET);
    assert!(!format!("{:?}", mints()[0].key).contains(&secret));
}
