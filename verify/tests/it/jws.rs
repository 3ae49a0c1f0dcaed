use serde_json::{Value, json};
use sessionkeep_verify::{
    claims::{TYPE, Wire},
    jws::{MAX_BYTES, NotGenuine, Unverified},
};

use crate::mint::{Mint, encode, mint, mints, with, without};

/// Whether the form and the header of a token are right.
fn reads(token: &str) -> bool {
    Unverified::read(token, TYPE).is_ok()
}

#[test]
fn a_genuine_token_of_each_algorithm_is_read_and_opened() {
    for mint in mints() {
        let token = mint.token();
        let read = Unverified::read(&token, TYPE).expect("read");
        assert_eq!(read.key_id(), mint.key.id());
        assert_eq!(read.open::<Wire>(&mint.key).expect("genuine").sub.as_str(), "u");
    }
}

#[test]
fn what_is_no_three_parts_of_base64url_is_not_read() {
    let token = mint().token();
    let [h, p, s] = token.split('.').collect::<Vec<_>>().try_into().expect("three parts");
    for bad in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        h.into(),
        format!("{h}.{p}"),
        format!("{token}.{s}"),
        format!(".{p}.{s}"),
        format!("{h}..{s}"),
        format!("{h}=.{p}.{s}"),
        format!("{h}.{p}=.{s}"),
        format!("{token}="),
        format!(" {token}"),
        format!("{token} "),
        format!("{token}\n"),
        format!("{token}\0"),
        format!("{token}+"),
        format!("{token}/"),
        format!("{token}\u{200b}"),
        format!("\"{token}\""),
        ".".repeat(MAX_BYTES),
        json!({"protected": h, "payload": p, "signature": s}).to_string(),
    ] {
        assert!(!reads(&bad), "{bad}");
    }
}

#[test]
fn a_token_is_read_up_to_its_greatest_length_and_not_a_byte_further() {
    let mint = mint();
    let start = format!("{}.{}.", encode(mint.header().to_string()), encode("{}"));
    let of_length = |length: usize| format!("{start}{}", "A".repeat(length - start.len()));
    assert!(reads(&of_length(MAX_BYTES)));
    assert!(!reads(&of_length(MAX_BYTES + 1)));
}

/// The bits that nothing uses must be zero: one token has one text.
#[test]
fn unused_bits_in_base64_are_refused() {
    let mint = mint();
    // `{}` is `e30`, whose last letter has two bits that nothing uses.
    let header = encode(mint.header().to_string());
    let text = |claims: &str| mint.sign_text(&header, claims);
    assert!(reads(&text("e30")));
    for claims in ["e31", "e32", "e33"] {
        assert!(!reads(&text(claims)), "{claims}");
    }
    let token = mint.token();
    let (rest, last) = token.split_at(token.len() - 1);
    // 64 bytes leave four bits, so the last letter is one of these.
    let next = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        "w" => "x",
        _ => panic!("{last}"),
    };
    let read = format!("{rest}{next}");
    let read = Unverified::read(&read, TYPE).expect("the signature is looked at later");
    assert_eq!(read.open::<Wire>(&mint.key).err(), Some(NotGenuine));
}

#[test]
fn a_header_has_three_members_of_text_and_no_other() {
    let mint = mint();
    let header = mint.header();
    let judged = |header: &Value| reads(&mint.sign(header, &json!({})));
    assert!(judged(&header));
    for name in ["typ", "alg", "kid"] {
        assert!(!judged(&without(&header, name)), "no {name}");
        for value in [Value::Null, json!(1), json!(true), json!([header[name]]), json!({"x": header[name]})] {
            assert!(!judged(&with(&header, name, value.clone())), "{name} {value}");
        }
    }
    for name in [
        "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip", "cty", "enc", "url", "nonce", "epk",
        "p2c", "iss", "exp", "", "x", "Alg", "ALG", "kid ",
    ] {
        for value in [Value::Null, json!("x"), json!([]), json!({}), json!(false)] {
            assert!(!judged(&with(&header, name, value.clone())), "{name} {value}");
        }
    }
}

#[test]
fn a_header_member_stands_once() {
    let mint = mint();
    let header = mint.header().to_string();
    for (name, value) in mint.header().as_object().expect("an object") {
        for name in [name.clone(), format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..])] {
            let before = format!("{{\"{name}\":{value},{}", &header[1..]);
            let after = format!("{},\"{name}\":{value}}}", &header[..header.len() - 1]);
            for doubled in [before, after] {
                assert!(!reads(&mint.sign_bytes(doubled.as_bytes(), b"{}")), "{doubled}");
            }
        }
    }
}

#[test]
fn header_and_claims_are_json_objects() {
    let mint = mint();
    let header = mint.header();
    let list = json!([header["alg"], header["typ"], header["kid"]]).to_string();
    let bom = format!("\u{feff}{header}");
    for bad in [list.as_str(), "", "null", "1", "\"x\"", "{", "[]", &bom] {
        assert!(!reads(&mint.sign_bytes(bad.as_bytes(), b"{}")), "header {bad}");
    }
    for bad in ["", "null", "1", "\"x\"", "[]", "[1,2]", " {}", "\u{feff}{}"] {
        assert!(!reads(&mint.sign_bytes(header.to_string().as_bytes(), bad.as_bytes())), "claims {bad}");
    }
}

#[test]
fn the_type_is_compared_to_the_letter() {
    let mint = mint();
    for typ in ["", "JWT", "rt+jwt", "AT+JWT", "at+jwt ", "application/at+jwt", "at+jw", "at+jwtx"] {
        let token = mint.sign(&with(&mint.header(), "typ", typ), &json!({}));
        assert!(!reads(&token), "{typ}");
        assert!(Unverified::read(&token, typ).is_ok(), "as what it is it would be read");
    }
}

/// AT-01: the header's `alg` chooses nothing.
#[test]
fn only_the_key_that_is_named_opens_a_token_and_only_in_its_own_algorithm() {
    for mint in mints() {
        let opens = |token: &str, by: &Mint| Unverified::read(token, TYPE).expect("read").open::<Wire>(&by.key).is_ok();
        assert!(opens(&mint.token(), mint));
        let stranger = Mint::new(mint.algorithm);
        assert!(!opens(&mint.token(), &stranger), "another name");
        let says_ours = stranger.sign(&mint.header(), &crate::mint::claims(crate::mint::NOW));
        assert!(!opens(&says_ours, mint), "another signature");
        for other in mints().iter().filter(|other| other.algorithm != mint.algorithm) {
            assert!(!opens(&mint.token(), other));
            let alg =
                mint.sign(&with(&mint.header(), "alg", other.algorithm.name()), &crate::mint::claims(crate::mint::NOW));
            assert!(!opens(&alg, mint));
            let signed_otherwise = other.sign(&mint.header(), &crate::mint::claims(crate::mint::NOW));
            assert!(!opens(&signed_otherwise, mint));
        }
    }
}
