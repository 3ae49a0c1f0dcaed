use proptest::prelude::*;
use serde_json::{Value, json};
use sessionkeep_types::{Role, SessionId, UserId};
use sessionkeep_verify::{
    Claims, Refusal,
    claims::{LEEWAY, MAX_LIFETIME},
};

use crate::mint::{NOW, claims, mint, mints, with, without};

fn judge(claims: &Value, now: i64) -> Result<Claims, Refusal> {
    mint().judge(&mint().says(claims), now)
}

#[test]
fn a_genuine_token_of_each_algorithm_says_what_it_says() {
    for mint in mints() {
        let says = Claims {
            user_id: UserId::new("u"),
            session_id: SessionId::new("s"),
            generation: 3,
            ver: 1,
            role: Role::User,
            expires_at: NOW + 900,
        };
        assert_eq!(mint.judge(&mint.token(), NOW), Ok(says), "{:?}", mint.algorithm);
    }
}

/// AT-04. No leeway: at `exp` it is over.
#[test]
fn a_token_expires_to_the_second() {
    for mint in mints() {
        let token = mint.token();
        assert!(mint.judge(&token, NOW + 899).is_ok());
        for late in [900, 901, 930, 961, 1_000_000] {
            assert_eq!(mint.judge(&token, NOW + late), Err(Refusal::Expired), "{late}");
        }
    }
}

/// AT-04. A clock may be a little ahead, not more.
#[test]
fn a_token_may_be_a_few_seconds_early() {
    for claim in ["iat", "nbf"] {
        let at = |time: i64| judge(&with(&with(&claims(NOW), "exp", NOW + 600), claim, time), NOW);
        for good in [0, 1, LEEWAY] {
            assert!(at(NOW + good).is_ok(), "{claim} {good}");
        }
        for early in [LEEWAY + 1, 60, 86_400] {
            assert_eq!(at(NOW + early), Err(Refusal::Invalid), "{claim} {early}");
        }
        assert_eq!(at(-1), Err(Refusal::Invalid));
    }
    assert!(judge(&with(&claims(NOW), "nbf", 0), NOW).is_ok());
}

/// AT-04.
#[test]
fn no_token_lives_longer_than_any_of_ours_whatever_it_says() {
    let lives = |seconds: i64| judge(&with(&claims(NOW), "exp", NOW + seconds), NOW);
    assert!(lives(MAX_LIFETIME).is_ok());
    for life in [MAX_LIFETIME + 1, 86_400, i64::MAX - NOW] {
        assert_eq!(lives(life), Err(Refusal::Invalid), "{life}");
    }
    assert_eq!(lives(-1), Err(Refusal::Invalid), "over before it began");
}

/// AT-02.
#[test]
fn every_claim_must_be_there_and_of_its_type() {
    let good = claims(NOW);
    let odd =
        [Value::Null, json!(true), json!([]), json!({}), json!({"$ne": 1}), json!(1.5), json!(1e300), json!(["x"])];
    for name in good.as_object().expect("an object").keys() {
        assert_eq!(judge(&without(&good, name), NOW), Err(Refusal::Invalid), "no {name}");
        let other_type = if good[name].is_string() { json!(1) } else { json!("1") };
        for value in odd.iter().chain([&other_type]) {
            assert_eq!(judge(&with(&good, name, value.clone()), NOW), Err(Refusal::Invalid), "{name} {value}");
        }
    }
    for value in odd {
        assert_eq!(judge(&with(&good, "nbf", value.clone()), NOW), Err(Refusal::Invalid), "nbf {value}");
    }
    for (name, value) in [
        ("sub", json!("")),
        ("sid", json!("")),
        ("jti", json!("")),
        ("gen", json!(-1)),
        ("ver", json!(-1)),
        ("ver", json!(u64::from(u32::MAX) + 1)),
        ("exp", json!(u64::MAX)),
        ("exp", json!((NOW + 900) * 1000)),
    ] {
        assert_eq!(judge(&with(&good, name, value.clone()), NOW), Err(Refusal::Invalid), "{name} {value}");
    }
}

/// AT-02.
#[test]
fn issuer_and_audience_are_compared_to_the_letter() {
    let good = claims(NOW);
    for name in ["iss", "aud"] {
        let own = good[name].as_str().expect("text");
        for other in [
            json!(""),
            json!(own.to_uppercase()),
            json!(format!("{own}/")),
            json!(format!("{own} ")),
            json!(own[1..]),
            json!(own[..own.len() - 1]),
            json!([own]),
            json!(["evil", own]),
            json!("evil"),
        ] {
            assert_eq!(judge(&with(&good, name, other.clone()), NOW), Err(Refusal::Invalid), "{name} {other}");
        }
    }
}

/// A claim that we do not know is nothing to us (RFC 7519, 4): a newer server may add one.
#[test]
fn a_claim_more_does_not_matter() {
    assert!(judge(&with(&claims(NOW), "new", json!({"x": [1]})), NOW).is_ok());
}

#[test]
fn a_claim_stands_once() {
    let good = claims(NOW);
    let text = good.to_string();
    for (name, value) in good.as_object().expect("an object") {
        let doubled = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
        let token = mint().sign_bytes(mint().header().to_string().as_bytes(), doubled.as_bytes());
        assert_eq!(mint().judge(&token, NOW), Err(Refusal::Invalid), "{name}");
    }
}

/// AT-10: nobody learns from it that a forged token is nearly right.
#[test]
fn only_a_token_that_is_right_in_everything_else_has_expired() {
    let late = NOW + 1000;
    let good = claims(NOW);
    assert_eq!(judge(&good, late), Err(Refusal::Expired));
    for (name, value) in [
        ("iss", json!("evil")),
        ("aud", json!("evil")),
        ("sub", json!("")),
        ("sid", json!(1)),
        ("iat", json!(NOW - 1)),
        ("nbf", json!(late + 60)),
        ("role", Value::Null),
    ] {
        assert_eq!(judge(&with(&good, name, value), late), Err(Refusal::Invalid), "{name}");
    }
    for mint in mints() {
        let mut token = mint.token();
        let last = token.pop().expect("a letter");
        token.push(if last == 'A' { 'Q' } else { 'A' });
        assert_eq!(mint.judge(&token, late), Err(Refusal::Invalid));
        assert_eq!(mint.judge(&mint.sign(&with(&mint.header(), "kid", "x"), &good), late), Err(Refusal::Invalid));
    }
}

/// Times near those that matter, and at the ends of what a number can be.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![4 => (NOW - 1000)..(NOW + 1000), 1 => any::<i64>(), 1 => proptest::sample::select(&[i64::MIN, -1, 0, i64::MAX])]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn times_are_judged_as_if_numbers_had_no_end(iat in time(), exp in time(), nbf in proptest::option::of(time()), now in time()) {
        let mut says = with(&with(&claims(NOW), "iat", iat), "exp", exp);
        if let Some(nbf) = nbf {
            says = with(&says, "nbf", nbf);
        }
        let [wide_iat, wide_exp, wide_now] = [iat, exp, now].map(i128::from);
        let begun = |time: i128| time >= 0 && time <= wide_now + 5;
        let ours = begun(wide_iat) && nbf.is_none_or(|nbf| begun(nbf.into())) && (0..=900).contains(&(wide_exp - wide_iat));
        let right = match judge(&says, now) {
            Ok(claims) => ours && wide_exp > wide_now && claims.expires_at == exp,
            Err(Refusal::Expired) => ours && wide_exp <= wide_now,
            Err(Refusal::Invalid) => !ours,
        };
        prop_assert!(right, "{says} at {now}");
    }
}
