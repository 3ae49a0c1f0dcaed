//! AT-02, AT-04: claims that are missing, of another type, or not true. All but one of these tokens are signed with the server's own key.

use serde_json::{Value, json};

use super::forge::{Case, Forge, encode, now, on_every_algorithm, parts, with, without};

/// Values that no claim of any type of ours has, with whatever else this claim must not be.
fn odd(more: impl IntoIterator<Item = Value>) -> Vec<Value> {
    let odd = [
        Value::Null,
        json!(true),
        json!([]),
        json!({}),
        json!({"$ne": 1}),
        json!([[]]),
        json!(1e300),
        json!(1.5),
        json!(-1.5),
    ];
    odd.into_iter().chain(more).collect()
}

fn each_invalid(forge: &Forge, claim: &str, values: Vec<Value>) -> Vec<Case> {
    let mut cases = vec![];
    if forge.claims.get(claim).is_some() {
        cases.push(Case::invalid(format!("no {claim}"), forge.signed(&forge.header, &without(&forge.claims, claim))));
    }
    for value in values {
        cases.push(Case::invalid(format!("{claim} {value}"), forge.claims_with(claim, value)));
    }
    cases
}

/// Class 13.
#[tokio::test]
async fn an_expiry_that_is_none_or_too_far_is_invalid() {
    on_every_algorithm(|forge| {
        let iat = forge.claims["iat"].as_i64().expect("a time");
        let numbers = [
            -1,
            0,
            i64::MIN,
            i64::MAX,
            iat - 1,
            iat + 901,
            now() + 86_400,
            now() + 365 * 86_400,
            (now() + 600) * 1000,
            4_102_444_800,
        ];
        let others = [
            json!("never"),
            json!(""),
            json!((iat + 600).to_string()),
            json!(format!("{}.0", iat + 600)),
            json!([iat + 600]),
            json!({"exp": iat + 600}),
            json!(u64::MAX),
            json!(f64::from(u32::MAX)),
            json!("2027-01-01T00:00:00Z"),
        ];
        let mut cases = each_invalid(forge, "exp", odd(numbers.map(Value::from).into_iter().chain(others)));
        // A number that is whole, but not written so.
        for written in [
            format!("{}.0", iat + 600),
            format!("{}.5", iat + 600),
            format!("{}e0", iat + 600),
            "9".repeat(40),
            "Infinity".into(),
        ] {
            let claims = without(&forge.claims, "exp").to_string();
            let claims = format!("{},\"exp\":{written}}}", &claims[..claims.len() - 1]);
            cases.push(Case::invalid(
                format!("exp {written}"),
                forge.signed_bytes(forge.header.to_string().as_bytes(), claims.as_bytes()),
            ));
        }
        cases
    })
    .await;
}

/// Class 13: the one thing that a genuine token may be and still be refused with 401.
#[tokio::test]
async fn a_genuine_token_past_its_expiry_has_expired() {
    on_every_algorithm(|forge| {
        let ago = |seconds: i64| {
            let claims = with(&forge.claims, "exp", now() - seconds);
            let claims = with(&claims, "iat", now() - seconds - 900);
            Case::expired(format!("{seconds} seconds ago"), forge.signed(&forge.header, &claims))
        };
        [0, 1, 5, 30, 61, 3600, 365 * 86_400].map(ago).into()
    })
    .await;
}

/// Class 14.
#[tokio::test]
async fn a_token_of_the_future_is_invalid() {
    on_every_algorithm(|forge| {
        let text = now().to_string();
        let mut cases = vec![];
        for claim in ["iat", "nbf"] {
            let numbers = [now() + 60, now() + 600, now() + 86_400, i64::MAX, i64::MIN, -1];
            let others = [json!(text), json!("now"), json!(""), json!(u64::MAX), json!([now()])];
            cases.extend(each_invalid(forge, claim, odd(numbers.map(Value::from).into_iter().chain(others))));
        }
        // A life that is too long, or none, however true its ends are.
        for (iat, exp) in [(0, now() + 600), (now() - 901, now() + 1), (now() - 3600, now() + 60), (now(), now() - 1)] {
            let claims = with(&with(&forge.claims, "iat", iat), "exp", exp);
            cases.push(Case::invalid(format!("from {iat} to {exp}"), forge.signed(&forge.header, &claims)));
        }
        cases
    })
    .await;
}

/// Class 15.
#[tokio::test]
async fn a_token_of_another_issuer_or_for_another_audience_is_invalid() {
    on_every_algorithm(|forge| {
        let mut cases = vec![];
        for claim in ["iss", "aud"] {
            let own = forge.claims[claim].as_str().expect("text");
            let others = [
                String::new(),
                format!("{own}/"),
                format!("{own}.evil.example"),
                format!("{own}@evil.example"),
                format!("{own} "),
                format!(" {own}"),
                format!("{own}\0"),
                format!("{own},evil"),
                own.to_uppercase(),
                own[..own.len() - 1].to_owned(),
                own[1..].to_owned(),
                "evil".into(),
                "*".into(),
                ".*".into(),
                "null".into(),
            ];
            let lists = [
                json!([own]),
                json!(["evil", own]),
                json!([own, "evil"]),
                json!(["evil"]),
                json!({"0": own}),
                json!([[own]]),
            ];
            cases.extend(each_invalid(forge, claim, odd(others.map(Value::from).into_iter().chain(lists))));
        }
        let both = [json!({"iss": forge.claims["aud"], "aud": forge.claims["iss"]})];
        for swapped in both {
            let claims = with(&with(&forge.claims, "iss", swapped["iss"].clone()), "aud", swapped["aud"].clone());
            cases.push(Case::invalid("swapped", forge.signed(&forge.header, &claims)));
        }
        cases
    })
    .await;
}

/// Class 15, Class 16: claims of which no query may be made before their type is known.
#[tokio::test]
async fn a_claim_of_another_type_is_invalid() {
    on_every_algorithm(|forge| {
        let mut cases = vec![];
        for claim in ["sub", "sid", "jti"] {
            cases.extend(each_invalid(forge, claim, odd([json!(""), json!(1), json!(["x"])])));
        }
        for claim in ["gen", "ver"] {
            cases.extend(each_invalid(forge, claim, odd([json!("0"), json!(-1), json!(1e2), json!("x"), json!([0])])));
        }
        cases.push(Case::invalid("ver too great", forge.claims_with("ver", u64::from(u32::MAX) + 1)));
        cases.extend(each_invalid(forge, "role", odd([json!(1), json!(["admin"]), json!({"role": "admin"})])));
        cases
    })
    .await;
}

/// Class 16.
#[tokio::test]
async fn what_is_changed_without_the_key_is_invalid() {
    on_every_algorithm(|forge| {
        let [header, _, signature] = parts(forge.token());
        let changes = [
            ("role", json!("admin")),
            ("sub", json!("00000000-0000-7000-8000-000000000000")),
            ("sid", json!("00000000-0000-7000-8000-000000000000")),
            ("exp", json!(now() + 899)),
            ("ver", json!(1)),
            ("gen", json!(1)),
            ("jti", json!("x")),
            ("admin", json!(true)),
        ];
        (changes.into_iter())
            .map(|(claim, value)| {
                let claims = encode(with(&forge.claims, claim, value).to_string());
                Case::invalid(format!("another {claim}"), format!("{header}.{claims}.{signature}"))
            })
            .collect()
    })
    .await;
}

/// Class 16, signed by us: nobody but this server makes such tokens, so an account that is not there was deleted since.
#[tokio::test]
async fn a_signed_token_of_an_account_that_is_not_there_is_revoked() {
    on_every_algorithm(|forge| {
        ["00000000-0000-7000-8000-000000000000", "x", "' OR '1'='1", "../..", "\0", "ada@example.com"]
            .map(|sub| Case::new(format!("sub {sub:?}"), forge.claims_with("sub", sub), 403, "TOKEN_REVOKED"))
            .into()
    })
    .await;
}

/// Class 16, signed by us. No query is made for the session (AT-05), by design: the memory of what was ended decides. Only this
/// server's key can name a session, and it names those that it has stored; one that is not there any more ended longer ago than a
/// token lives. So this is no way in without the key, and with the key there is no need of one. Where the memory is out of date the
/// store is asked, and then the session counts as ended. It is neither a fault of the server nor of use to anybody's later requests.
#[tokio::test]
async fn a_signed_token_of_an_unknown_session_harms_nothing() {
    for algorithm in super::forge::ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        for sid in ["00000000-0000-7000-8000-000000000000", "x", "' OR '1'='1", "\0"] {
            let answer = super::forge::bearer(&forge.app.url, forge.claims_with("sid", sid).as_bytes()).await;
            let answer = answer.expect("an answer");
            assert!(
                [(200, ""), (403, "TOKEN_REVOKED")].contains(&(answer.0, answer.1.as_str())),
                "{sid:?}: {answer:?}"
            );
        }
        let latest = forge.claims_with("gen", u64::MAX);
        let answer = super::forge::bearer(&forge.app.url, latest.as_bytes()).await.expect("an answer");
        assert_eq!(answer.0, 200, "a generation that no store can hold: {answer:?}");
        assert_eq!(forge.ada.me().await.status, 200);
        assert_eq!(forge.ada.copy().refresh().await.status, 200);
    }
}

/// Class 17. Which of the two is meant?
#[tokio::test]
async fn a_member_that_stands_twice_is_invalid() {
    on_every_algorithm(|forge| {
        let mut cases = vec![];
        let escaped = |name: &str| format!("\\u{:04x}{}", u32::from(name.as_bytes()[0]), &name[1..]);
        for (object, in_header) in [(&forge.header, true), (&forge.claims, false)] {
            let text = object.to_string();
            for (name, value) in object.as_object().expect("an object") {
                for name in [name.clone(), escaped(name)] {
                    for value in [value.clone(), json!("x"), json!(4_102_444_800_u64), Value::Null] {
                        let before = format!("{{\"{name}\":{value},{}", &text[1..]);
                        let after = format!("{},\"{name}\":{value}}}", &text[..text.len() - 1]);
                        for doubled in [before, after] {
                            let token = if in_header {
                                forge.signed_bytes(doubled.as_bytes(), forge.claims.to_string().as_bytes())
                            } else {
                                forge.signed_bytes(forge.header.to_string().as_bytes(), doubled.as_bytes())
                            };
                            cases.push(Case::invalid(format!("{name} twice: {doubled}"), token));
                        }
                    }
                }
            }
        }
        cases
    })
    .await;
}
