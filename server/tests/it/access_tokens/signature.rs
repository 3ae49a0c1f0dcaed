//! AT-01: signatures that are none, or not the key's.

use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

use super::forge::{Case, Forge, decode, encode, on_every_algorithm, parts, with, without};

/// Class 1.
#[tokio::test]
async fn a_token_that_names_no_algorithm_is_invalid() {
    on_every_algorithm(|forge| {
        let [_, claims, signature] = parts(forge.token());
        let mut cases = vec![];
        for alg in ["none", "None", "NONE", "nOnE", "none ", " none", "", "null", "plain"] {
            let header = encode(with(&forge.header, "alg", alg).to_string());
            for signature in ["", signature, "AA"] {
                cases.push(Case::invalid(
                    format!("alg {alg:?}, signature {signature}"),
                    format!("{header}.{claims}.{signature}"),
                ));
            }
            cases.push(Case::invalid(format!("alg {alg:?}, signed"), forge.header_with("alg", alg)));
        }
        cases.push(Case::invalid("no alg", forge.signed(&without(&forge.header, "alg"), &forge.claims)));
        cases
    })
    .await;
}

/// Class 2.
#[tokio::test]
async fn a_token_without_a_signature_is_invalid() {
    on_every_algorithm(|forge| {
        let [h, p, s] = parts(forge.token());
        [
            format!("{h}.{p}."),
            format!("{h}.{p}"),
            format!("{h}.{p}.."),
            format!("{h}.{p}..{s}"),
            h.into(),
            format!("{h}."),
            format!("{h}.."),
        ]
        .into_iter()
        .map(|token| Case::invalid("no signature", token))
        .collect()
    })
    .await;
}

/// Class 3.
#[tokio::test]
async fn a_token_with_a_part_of_its_signature_is_invalid() {
    on_every_algorithm(|forge| {
        let signature = decode(parts(forge.token())[2]);
        let mut cases = vec![];
        for length in [0, 1, 8, 16, 31, signature.len() / 2, signature.len() - 1] {
            if length < signature.len() {
                cases.push(Case::invalid(format!("the first {length} bytes"), forge.signature(&signature[..length])));
                cases.push(Case::invalid(
                    format!("the last {length} bytes"),
                    forge.signature(&signature[signature.len() - length..]),
                ));
            }
        }
        cases.push(Case::invalid("a byte more", forge.signature(&[&signature[..], &[0]].concat())));
        cases.push(Case::invalid("a byte before", forge.signature(&[&[0], &signature[..]].concat())));
        cases.push(Case::invalid("twice", forge.signature(&[&signature[..], &signature].concat())));
        cases
    })
    .await;
}

/// What an attacker tries first, and what is in every list of secrets.
const SECRETS: &[&[u8]] = &[
    // HMAC fills a key up with zeros: the empty key, too.
    b"\0",
    b"1",
    b"secret",
    b"Secret",
    b"password",
    b"changeme",
    b"your-256-bit-secret",
    b"a-string-secret-at-least-256-bits-long",
    b"your_very_long_random_secret",
    b"your_very_long_random_secret_for_access_tokens",
    b"sessionkeep",
    b"super-secret-jwt-token-with-at-least-32-characters-long",
    &[0; 32],
    &[0xff; 32],
];

fn with_secrets<'a>(forge: &Forge, secrets: impl Iterator<Item = &'a [u8]>) -> Vec<Case> {
    let mut cases = vec![];
    for secret in secrets {
        for (algorithm, alg) in [(Algorithm::HS256, "HS256"), (Algorithm::HS384, "HS384"), (Algorithm::HS512, "HS512")]
        {
            let name = format!("{alg} under {}", String::from_utf8_lossy(secret));
            let key = EncodingKey::from_secret(secret).expect("a secret");
            cases.push(Case::invalid(&name, forge.signed_with(&with(&forge.header, "alg", alg), &key, algorithm)));
            // The header as it is, with a MAC in the place of the signature.
            cases.push(Case::invalid(&name, forge.signed_with(&forge.header, &key, algorithm)));
            cases.push(Case::invalid(&name, forge.signed_with(&json!({"typ": "at+jwt", "alg": alg}), &key, algorithm)));
        }
    }
    cases
}

/// Class 4.
#[tokio::test]
async fn a_token_signed_with_a_secret_that_everybody_knows_is_invalid() {
    on_every_algorithm(|forge| with_secrets(forge, SECRETS.iter().copied())).await;
}

/// Class 5.
#[tokio::test]
async fn a_token_signed_with_the_public_key_as_a_secret_is_invalid() {
    on_every_algorithm(|forge| with_secrets(forge, forge.public.iter().map(Vec::as_slice))).await;
}

/// Class 6. A key is for one algorithm: another one of its family is as foreign as any.
#[tokio::test]
async fn a_token_in_another_algorithm_is_invalid() {
    on_every_algorithm(|forge| {
        let own = format!("{:?}", forge.algorithm);
        let names = [
            "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES256K",
            "ES384", "ES512", "EdDSA", "Ed25519", "Ed448", "dir", "A256KW", "RSA-OAEP", "ECDH-ES",
        ];
        let mut cases: Vec<Case> = (names.into_iter().filter(|name| *name != own))
            .map(|name| Case::invalid(format!("alg {name}"), forge.header_with("alg", name)))
            .collect();
        let odd: [Value; 9] = [
            own.to_lowercase().into(),
            format!("{own} ").into(),
            format!("{own}\0").into(),
            json!([own]),
            json!([own, "none"]),
            json!({"alg": own}),
            json!(256),
            json!(true),
            Value::Null,
        ];
        for alg in odd {
            if alg != json!(own) {
                cases.push(Case::invalid(format!("alg {alg}"), forge.header_with("alg", alg)));
            }
        }
        // Really signed that way with the same key.
        let family: &[Algorithm] = match forge.algorithm {
            Algorithm::HS256 => &[Algorithm::HS384, Algorithm::HS512],
            Algorithm::RS256 => {
                &[Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512]
            }
            _ => &[],
        };
        for algorithm in family {
            let header = with(&forge.header, "alg", format!("{algorithm:?}"));
            cases.push(Case::invalid(format!("{algorithm:?}"), forge.signed_with(&header, &forge.key, *algorithm)));
            let name = format!("{algorithm:?} that says {own}");
            cases.push(Case::invalid(name, forge.signed_with(&forge.header, &forge.key, *algorithm)));
        }
        cases.push(Case::invalid("another key", forge.signed_with(&forge.header, &forge.stranger, forge.algorithm)));
        cases
    })
    .await;
}

/// Class 23, and its like of the other algorithms: numbers that a careless verifier takes for a signature of anything.
#[tokio::test]
async fn a_signature_of_special_numbers_is_invalid() {
    on_every_algorithm(|forge| {
        let genuine = decode(parts(forge.token())[2]);
        let mut signatures: Vec<(&str, Vec<u8>)> = vec![
            ("zero", vec![0; genuine.len()]),
            ("ones", vec![0xff; genuine.len()]),
            ("one byte", vec![0]),
            ("one", [vec![0; genuine.len() - 1], vec![1]].concat()),
            ("too long", [genuine.clone(), vec![0; 64]].concat()),
            ("reversed", genuine.iter().rev().copied().collect()),
        ];
        match forge.algorithm {
            Algorithm::ES256 => {
                let mut below = P256_ORDER;
                below[31] -= 1;
                let one = [[0; 31].as_slice(), &[1]].concat();
                let numbers: [&[u8]; 5] = [&[0; 32], &one, &below, &P256_ORDER, &[0xff; 32]];
                for r in numbers {
                    for s in numbers {
                        signatures.push(("special r and s", [r, s].concat()));
                    }
                    signatures.push(("special r", [r, &genuine[32..]].concat()));
                    signatures.push(("special s", [&genuine[..32], r].concat()));
                }
                signatures.push(("DER", der_signature(&genuine)));
                signatures.push(("swapped", [&genuine[32..], &genuine[..32]].concat()));
                signatures.push(("longer numbers", [&[0], &genuine[..32], &[0], &genuine[32..]].concat()));
            }
            Algorithm::EdDSA => {
                // S + L is the same number to who does not look (RFC 8032, 5.1.7).
                signatures
                    .push(("S + L", [&genuine[..32], &add_little_endian(&genuine[32..], &ED25519_ORDER)].concat()));
                for point in [[0; 32], identity(), [0xff; 32]] {
                    signatures.push(("a point of small order", [point, [0; 32]].concat()));
                    signatures.push(("a point of small order", [point.as_slice(), &genuine[32..]].concat()));
                }
                signatures.push(("S = L", [&genuine[..32], &ED25519_ORDER].concat()));
            }
            Algorithm::RS256 => {
                let padded = [&[0, 1], vec![0xff; genuine.len() - 35].as_slice(), &[0], &[0; 32]].concat();
                signatures.push(("an unsigned block", padded));
                signatures.push(("a leading zero", [&[0], genuine.as_slice()].concat()));
            }
            _ => signatures.push(("half of SHA-512", vec![0x55; 32])),
        }
        signatures.into_iter().map(|(name, signature)| Case::invalid(name, forge.signature(&signature))).collect()
    })
    .await;
}

/// The order of P-256 (FIPS 186-5; SEC 2, 2.4.2).
pub(super) const P256_ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The order of the base point of Ed25519, least byte first (RFC 8032, 5.1).
const ED25519_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

fn identity() -> [u8; 32] {
    let mut point = [0; 32];
    point[0] = 1;
    point
}

fn add_little_endian(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut carry = 0;
    (a.iter().zip(b))
        .map(|(a, b)| {
            let sum = u16::from(*a) + u16::from(*b) + carry;
            carry = sum >> 8;
            sum.to_le_bytes()[0]
        })
        .collect()
}

/// As other protocols write ECDSA signatures.
fn der_signature(fixed: &[u8]) -> Vec<u8> {
    let integer = |bytes: &[u8]| [&[2, 33, 0], bytes].concat();
    let body = [integer(&fixed[..32]), integer(&fixed[32..])].concat();
    [vec![0x30, body.len().try_into().expect("short")], body].concat()
}
