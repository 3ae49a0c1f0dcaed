//! AT-03, AT-05: headers that ask something of the server. Nearly all of these tokens are signed with its own key.

use std::{collections::HashMap, net::TcpListener};

use jsonwebtoken::{Algorithm, EncodingKey, jwk::Jwk};
use serde_json::{Value, json};

use super::forge::{Case, Forge, encode, on_every_algorithm, parts, with, without};

/// The genuine token with these header members more: signed with the server's key, and with a stranger's.
fn asks(forge: &Forge, members: &Value) -> [Case; 2] {
    let mut header = forge.header.clone();
    header.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    [
        Case::invalid(format!("{members}, signed"), forge.signed(&header, &forge.claims)),
        Case::invalid(
            format!("{members}, by a stranger"),
            forge.signed_with(&header, &forge.stranger, forge.algorithm),
        ),
    ]
}

fn jwk(key: &EncodingKey, algorithm: Algorithm) -> Value {
    serde_json::to_value(Jwk::from_encoding_key(key, algorithm).expect("a key")).expect("JSON")
}

/// Class 7.
#[tokio::test]
async fn a_key_in_the_token_itself_is_never_used() {
    on_every_algorithm(|forge| {
        let stranger = jwk(&forge.stranger, forge.algorithm);
        let mut cases: Vec<Case> =
            [stranger.clone(), jwk(&forge.key, forge.algorithm), json!({}), Value::Null, json!("x")]
                .into_iter()
                .flat_map(|jwk| asks(forge, &json!({ "jwk": jwk })))
                .collect();
        // Named after itself, and not named at all.
        for header in [with(&forge.header, "kid", "mine"), without(&forge.header, "kid")] {
            let header = with(&header, "jwk", stranger.clone());
            cases.push(Case::invalid("jwk", forge.signed_with(&header, &forge.stranger, forge.algorithm)));
        }
        cases
    })
    .await;
}

/// Class 8.
#[tokio::test]
async fn no_address_in_a_token_is_ever_visited() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let there = format!("http://{}/keys.json", listener.local_addr().expect("an address"));
    on_every_algorithm(|forge| {
        let certificate = "MIIBszCCAVmgAwIBAgIUZ2VudWluZSBhcyBhIHRocmVlLWRvbGxhciBiaWxs";
        let mut cases: Vec<Case> = [
            json!({"jku": there}),
            json!({"x5u": there}),
            json!({"url": there}),
            json!({"jku": there, "x5u": there}),
            json!({"jku": "file:///etc/passwd"}),
            json!({"jku": format!("{}@evil.example/keys.json", forge.app.url)}),
            json!({"jku": format!("{}/.well-known/jwks.json", forge.app.url)}),
            json!({"x5c": [certificate]}),
            json!({"x5c": []}),
            json!({"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"}),
            json!({"x5t#S256": encode([0; 32])}),
            json!({"jku": Value::Null}),
        ]
        .iter()
        .flat_map(|members| asks(forge, members))
        .collect();
        for kid in [there.as_str(), "x"] {
            let header = with(&with(&forge.header, "kid", kid), "jku", there.as_str());
            cases.push(Case::invalid("jku", forge.signed_with(&header, &forge.stranger, forge.algorithm)));
        }
        // Issuers are addresses, too: of a document that names the keys.
        let claims = with(&forge.claims, "iss", there.as_str());
        cases.push(Case::invalid("iss", forge.signed(&forge.header, &claims)));
        cases
    })
    .await;
    let visit = listener.accept().expect_err("nobody has come");
    assert_eq!(visit.kind(), std::io::ErrorKind::WouldBlock);
}

/// Class 9. A key's name chooses among the keys that are there, and does nothing else.
#[tokio::test]
async fn a_keys_name_is_no_path_no_query_and_no_command() {
    on_every_algorithm(|forge| {
        let own = forge.header["kid"].as_str().expect("a name");
        let folder = forge.app.keys_folder("access");
        let names = [
            String::new(),
            "../../dev/null".into(),
            "../../../../../../../dev/null".into(),
            "/dev/null".into(),
            "file:///dev/null".into(),
            folder.display().to_string(),
            super::forge::only_file(&folder).display().to_string(),
            "/proc/sys/kernel/randomize_va_space".into(),
            "x' UNION SELECT '1';--".into(),
            "' OR '1'='1".into(),
            "1; DROP TABLE users".into(),
            "|sleep 10".into(),
            "$(sleep 10)".into(),
            "`sleep 10`".into(),
            "http://127.0.0.1:1/key".into(),
            "${jndi:ldap://127.0.0.1:1/x}".into(),
            "{{7*7}}".into(),
            "%00".into(),
            "\0".into(),
            format!("{own}\0"),
            format!("{own} "),
            format!(" {own}"),
            format!("{own}\n"),
            format!("{own}\u{200b}"),
            format!("{own}{own}"),
            own.to_lowercase(),
            own.to_uppercase(),
            own[..own.len() - 1].to_owned(),
            format!("{own}="),
            "k".repeat(2000),
            "k".repeat(4096),
        ];
        let odd = [
            Value::Null,
            json!(0),
            json!(1.5),
            json!(true),
            json!([]),
            json!([own]),
            json!({"kid": own}),
            json!({"$ne": 1}),
        ];
        let names = names.into_iter().filter(|name| name != own).map(Value::from);
        let mut cases = vec![];
        for kid in names.chain(odd) {
            let header = with(&forge.header, "kid", kid.clone());
            cases.push(Case::invalid(format!("kid {kid}, signed"), forge.signed(&header, &forge.claims)));
            // What a key would be that was read from nothing, or from a query that gives a 1, or a 2 and a newline.
            // HMAC fills a key up with zeros, so the first one makes the signatures of an empty key, too.
            for secret in [b"\0".as_slice(), b"1", b"2\n", b"0\n"] {
                let header = with(&header, "alg", "HS256");
                let key = EncodingKey::from_secret(secret).expect("a secret");
                let token = forge.signed_with(&header, &key, Algorithm::HS256);
                cases.push(Case::invalid(format!("kid {kid}, signed with {secret:?}"), token));
            }
        }
        cases.push(Case::invalid("no kid", forge.signed(&without(&forge.header, "kid"), &forge.claims)));
        cases
    })
    .await;
}

/// Class 10. Whoever does not understand what is critical must refuse it (RFC 7515, 4.1.11).
#[tokio::test]
async fn what_a_token_calls_critical_refuses_it() {
    on_every_algorithm(|forge| {
        [
            json!({"crit": ["x"], "x": "1"}),
            json!({"crit": ["x"], "x": 1}),
            json!({"crit": ["x"]}),
            json!({"crit": ["exp"], "exp": 1}),
            json!({"crit": ["exp"]}),
            json!({"crit": ["alg"]}),
            json!({"crit": ["kid"]}),
            json!({"crit": ["b64"], "b64": true}),
            json!({"crit": ["b64"], "b64": false}),
            json!({"b64": false}),
            json!({"b64": true}),
            json!({"crit": []}),
            json!({"crit": "x"}),
            json!({"crit": {}}),
            json!({"crit": Value::Null}),
            json!({"crit": [1]}),
            json!({"Crit": ["x"]}),
        ]
        .iter()
        .flat_map(|members| asks(forge, members))
        .collect()
    })
    .await;
}

/// Class 10: an unencoded payload (RFC 7797) is not base64 at all.
#[tokio::test]
async fn an_unencoded_payload_is_invalid() {
    on_every_algorithm(|forge| {
        let mut header = with(&forge.header, "b64", false);
        header["crit"] = json!(["b64"]);
        let raw = forge.signed_text(&encode(header.to_string()), &forge.claims.to_string().replace('.', "%2e"));
        let genuine = parts(forge.token())[1];
        vec![
            Case::invalid("as it is", raw),
            Case::invalid("text", forge.signed_text(&encode(header.to_string()), genuine)),
        ]
    })
    .await;
}

/// Class 11.
#[tokio::test]
async fn a_compressed_nested_or_encrypted_token_is_invalid() {
    on_every_algorithm(|forge| {
        let good = forge.token();
        let mut cases: Vec<Case> = [
            json!({"zip": "DEF"}),
            json!({"zip": ""}),
            json!({"cty": "JWT"}),
            json!({"cty": "at+jwt"}),
            json!({"cty": ""}),
            json!({"enc": "A128CBC-HS256"}),
            json!({"enc": "A256GCM"}),
            json!({"epk": {}}),
            json!({"p2c": 2_000_000_000, "p2s": "AAAA"}),
            json!({"nonce": "x"}),
            json!({"iss": "x"}),
            json!({"": ""}),
            json!({"x": 1}),
        ]
        .iter()
        .flat_map(|members| asks(forge, members))
        .collect();
        let nested = with(&forge.header, "cty", "JWT").to_string();
        for payload in [good.to_owned(), json!(good).to_string(), json!({"jwt": good}).to_string()] {
            cases.push(Case::invalid("nested", forge.signed_bytes(nested.as_bytes(), payload.as_bytes())));
            let header = forge.header.to_string();
            cases.push(Case::invalid("nested, unsaid", forge.signed_bytes(header.as_bytes(), payload.as_bytes())));
        }
        for more in [".a", ".a.b", ".", "..", ".a.b.c"] {
            cases.push(Case::invalid(format!("more parts: {more}"), format!("{good}{more}")));
            cases
                .push(Case::invalid(format!("more parts: {more}"), format!("{}.{good}", more.trim_start_matches('.'))));
        }
        let jwe = [
            json!({"alg": "dir", "enc": "A256GCM"}),
            json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 2_000_000_000, "p2s": "AAAAAAAAAAA"}),
            json!({"alg": "RSA1_5", "enc": "A128CBC-HS256"}),
        ];
        for header in jwe {
            let mut header = header;
            header["typ"] = json!("at+jwt");
            header["kid"] = forge.header["kid"].clone();
            let token =
                format!("{}.AAAA.AAAAAAAAAAAAAAAA.{}.AAAAAAAAAAAAAAAAAAAAAA", encode(header.to_string()), encode(good));
            cases.push(Case::invalid(format!("encrypted: {header}"), token));
        }
        cases
    })
    .await;
}

/// Class 12; RT-18: each kind of token has a type and keys of its own.
#[tokio::test]
async fn a_token_of_another_kind_is_no_access_token() {
    on_every_algorithm(|forge| {
        let mut cases = vec![Case::invalid("typ absent", forge.signed(&without(&forge.header, "typ"), &forge.claims))];
        let others = [
            "",
            "JWT",
            "jwt",
            "rt+jwt",
            "reset+jwt",
            "csrf+jwt",
            "id+jwt",
            "logout+jwt",
            "secevent+jwt",
            "dpop+jwt",
            "at+JWT",
            "AT+JWT",
            "at",
            "at+jwt ",
            " at+jwt",
            "at+jwt\0",
            "application/at+jwt",
            "at+jwt+rt+jwt",
        ];
        for typ in others.into_iter().map(Value::from).chain([Value::Null, json!(["at+jwt"]), json!({}), json!(1)]) {
            cases.push(Case::invalid(format!("typ {typ}"), forge.header_with("typ", typ)));
        }
        cases.push(Case::invalid("the refresh token", forge.ada.cookie.clone().expect("a cookie")));
        let refresh = forge.ada.cookie.as_deref().expect("a cookie");
        let [refresh_header, refresh_claims, _] = parts(refresh).map(str::to_owned);
        let refresh_header: HashMap<String, Value> =
            serde_json::from_slice(&super::forge::decode(&refresh_header)).expect("JSON");
        // The secret of the other kind, under either name.
        let header = with(&forge.header, "alg", "HS256");
        cases.push(Case::invalid("refresh key", forge.signed_with(&header, &forge.refresh_key, Algorithm::HS256)));
        let header = with(&header, "kid", refresh_header["kid"].clone());
        cases.push(Case::invalid("refresh key", forge.signed_with(&header, &forge.refresh_key, Algorithm::HS256)));
        // What a refresh token says, signed as an access token is.
        let genuine = parts(forge.token())[0];
        cases.push(Case::invalid("refresh claims", forge.signed_text(genuine, &refresh_claims)));
        cases
    })
    .await;
}

/// Class 12, the other way; RT-18: with its own key, and with the key of refresh tokens, too.
#[tokio::test]
async fn an_access_token_is_no_refresh_token() {
    for algorithm in super::forge::ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        let refresh = forge.ada.cookie.clone().expect("a cookie");
        let [header, claims, _] = parts(&refresh);
        let rt = |text: &str| serde_json::from_slice::<Value>(&super::forge::decode(text)).expect("JSON");
        let claims_of_refresh = rt(claims);
        let as_access = with(&rt(header), "typ", "at+jwt");
        let sign = |header: &Value, claims: &Value, key: &EncodingKey, algorithm| {
            super::forge::sign(&encode(header.to_string()), &encode(claims.to_string()), key, algorithm)
        };
        for (name, token) in [
            ("as it is", forge.token().to_owned()),
            ("of that type, with the access key", forge.header_with("typ", "rt+jwt")),
            (
                "the other's claims, with the access key",
                forge.signed(&with(&forge.header, "typ", "rt+jwt"), &claims_of_refresh),
            ),
            ("under the other's name", sign(&rt(header), &claims_of_refresh, &forge.key, algorithm)),
            (
                "of this type, with the refresh key",
                sign(&as_access, &claims_of_refresh, &forge.refresh_key, Algorithm::HS256),
            ),
            (
                "an access token with the refresh key",
                sign(&as_access, &forge.claims, &forge.refresh_key, Algorithm::HS256),
            ),
        ] {
            let mut thief = forge.ada.copy();
            thief.cookie = Some(token);
            assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_INVALID"), "{algorithm:?}: {name}");
        }
        let mut ada = forge.ada.copy();
        assert_eq!(ada.refresh().await.status, 200, "{algorithm:?}: nothing was revoked");
        assert_eq!(ada.me().await.status, 200);
    }
}
