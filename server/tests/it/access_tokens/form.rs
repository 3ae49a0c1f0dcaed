//! AT-06: what is no compact token of three parts of base64url, and what is not the JSON that it should be.

use serde_json::{Value, json};

use super::forge::{Case, encode, now, on_every_algorithm, parts, with};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Other texts that a careless decoder takes for the same bytes: the bits that nothing uses are not zero.
fn with_unused_bits(part: &str) -> Vec<String> {
    let unused = match part.len() % 4 {
        2 => 4,
        3 => 2,
        _ => return vec![],
    };
    let (rest, last) = part.split_at(part.len() - 1);
    let last = ALPHABET.iter().position(|letter| *letter == last.as_bytes()[0]).expect("base64url");
    (1..1 << unused).map(|bits| format!("{rest}{}", char::from(ALPHABET[last | bits]))).collect()
}

/// Class 18. One token has one form: another form of it could be unknown to whoever looks for the first.
#[tokio::test]
async fn another_spelling_of_the_same_token_is_invalid() {
    on_every_algorithm(|forge| {
        let token = forge.token();
        let [h, p, s] = parts(token);
        let mut cases = vec![];
        for spelling in with_unused_bits(h) {
            cases.push(Case::invalid("unused bits in the header", forge.signed_text(&spelling, p)));
        }
        // A payload whose length leaves unused bits, whatever the genuine one's does.
        for pad in ["j", "jj", "jjj"] {
            let claims = encode(with(&forge.claims, "jti", pad).to_string());
            for spelling in with_unused_bits(&claims) {
                cases.push(Case::invalid("unused bits in the claims", forge.signed_text(h, &spelling)));
            }
        }
        for spelling in with_unused_bits(s) {
            cases.push(Case::invalid("unused bits in the signature", format!("{h}.{p}.{spelling}")));
        }
        for more in
            ["=", "==", "A", "AA", "%00", "%3D", "+", "/", "-", "_", "\u{200b}", "\u{feff}", "\u{a0}", "*", "~", "!"]
        {
            cases.push(Case::invalid(format!("{more:?} after the signature"), format!("{token}{more}")));
            cases.push(Case::invalid(
                format!("{more:?} after the header, signed"),
                forge.signed_text(&format!("{h}{more}"), p),
            ));
            cases.push(Case::invalid(
                format!("{more:?} after the claims, signed"),
                forge.signed_text(h, &format!("{p}{more}")),
            ));
            cases.push(Case::invalid(format!("{more:?} first"), format!("{more}{token}")));
        }
        for inside in [" ", "\t"] {
            cases.push(Case::invalid("space", format!("{h}{inside}.{p}.{s}")));
            cases.push(Case::invalid("space", format!("{h}.{inside}{p}.{s}")));
            cases.push(Case::invalid("space", format!("{}{inside}{}", &token[..9], &token[9..])));
            cases.push(Case::invalid("space before", format!("{inside}{token}")));
            cases.push(Case::invalid("space in a signed header", forge.signed_text(&format!("{h}{inside}"), p)));
        }
        let standard = base64::engine::general_purpose::STANDARD;
        for claims in ["???>>>", "~~~"] {
            let text = with(&forge.claims, "jti", claims).to_string();
            let spelling = base64::Engine::encode(&standard, text).trim_end_matches('=').to_owned();
            if spelling.contains(['+', '/']) {
                cases.push(Case::invalid("the other alphabet", forge.signed_text(h, &spelling)));
            }
        }
        cases.push(Case::invalid("other dots", token.replace('.', "\u{ff0e}")));
        cases.push(Case::invalid("upper case", token.to_uppercase()));
        cases.push(Case::invalid("quoted", format!("\"{token}\"")));
        cases.push(Case::invalid("twice", format!("{token}, {token}")));
        cases.push(Case::invalid("twice", format!("{token} {token}")));
        cases.push(Case::invalid("twice", format!("{token},Bearer {token}")));
        cases
    })
    .await;
}

/// Class 18: characters that no header may have.
#[tokio::test]
async fn a_token_with_control_characters_is_refused() {
    on_every_algorithm(|forge| {
        let (first, rest) = forge.token().split_at(20);
        ["\0", "\n", "\r", "\r\n ", "\r\n\t", "\n ", "\u{7f}", "\u{1}", "\u{8}", "\u{b}"]
            .into_iter()
            .flat_map(|inside| {
                [format!("{first}{inside}{rest}"), format!("{inside}{first}{rest}")]
                    .map(|token| Case::refused_somehow(format!("{inside:?}"), token))
            })
            .collect()
    })
    .await;
}

/// Class 19.
#[tokio::test]
async fn a_token_in_another_serialization_is_invalid() {
    on_every_algorithm(|forge| {
        let token = forge.token();
        let [h, p, s] = parts(token);
        let flattened = json!({"protected": h, "payload": p, "signature": s});
        let general = json!({"payload": p, "signatures": [{"protected": h, "signature": s}]});
        let unprotected = json!({"payload": p, "header": forge.header, "signature": s});
        let forms =
            [flattened, general, unprotected, json!(token), json!([token]), json!({"token": token}), json!([h, p, s])];
        let mut cases = vec![];
        for form in &forms {
            cases.push(Case::invalid(format!("{form}"), form.to_string()));
            cases.push(Case::invalid(format!("{form} in base64"), encode(form.to_string())));
            cases.push(Case::invalid(
                format!("{form} as the payload"),
                forge.signed_bytes(forge.header.to_string().as_bytes(), form.to_string().as_bytes()),
            ));
        }
        // JSON that has a compact token in it for who splits at dots.
        cases.push(Case::invalid("spliced", format!("{{\"protected\":\"{h}.{p}.{s}\"}}")));
        cases.push(Case::invalid("form encoded", format!("access_token={token}")));
        cases
    })
    .await;
}

/// Class 19: parts of different tokens, each of them genuine.
#[tokio::test]
async fn a_token_of_the_parts_of_others_is_invalid() {
    on_every_algorithm(|forge| {
        let other = forge.claims_with("jti", "another");
        let refresh = forge.ada.cookie.clone().expect("a cookie");
        let tokens = [forge.token(), &other, &refresh].map(parts);
        let mut cases = vec![];
        for h in 0..3 {
            for p in 0..3 {
                for s in 0..3 {
                    // The headers of the first two are the same, so those of one payload and signature are whole.
                    let whole = h < 2 && p < 2 && p == s;
                    if !whole {
                        cases.push(Case::invalid(
                            "parts",
                            format!("{}.{}.{}", tokens[h][0], tokens[p][1], tokens[s][2]),
                        ));
                    }
                }
            }
        }
        let [h, p, s] = tokens[0];
        for [a, b, c] in [[p, h, s], [h, s, p], [s, p, h], [h, h, s], [h, p, p], [h, p, h]] {
            cases.push(Case::invalid("another order", format!("{a}.{b}.{c}")));
        }
        cases
    })
    .await;
}

/// Class 20.
#[tokio::test]
async fn what_would_keep_a_parser_busy_is_refused() {
    on_every_algorithm(|forge| {
        let token = forge.token();
        let header = forge.header.to_string();
        let signed = |payload: &[u8]| forge.signed_bytes(header.as_bytes(), payload);
        let deep = |depth: usize| format!("{{\"x\":{}", "[".repeat(depth));
        let wide = |entries: usize| format!("{{{}}}", vec!["\"x\":1"; entries].join(","));
        let mut cases = vec![
            Case::invalid("8000 dots", ".".repeat(8000)),
            Case::invalid("dots within the bound", ".".repeat(4096)),
            Case::invalid("a dot after each letter", "a.".repeat(2000)),
            Case::invalid("4097 letters", "A".repeat(4097)),
            Case::invalid("long, signed", forge.claims_with("jti", "j".repeat(4096))),
            Case::invalid("20 KB", format!("{token}{}", "A".repeat(20_000))),
            Case::refused_somehow("200 KB", "A".repeat(200_000)),
            Case::refused_somehow("200 KB, signed", forge.claims_with("jti", "j".repeat(200_000))),
            Case::refused_somehow("20000 deep", signed(deep(20_000).as_bytes())),
            Case::invalid("a deep payload", signed(deep(2500).as_bytes())),
            Case::invalid("a wide payload", signed(wide(400).as_bytes())),
            Case::invalid(
                "a deep header",
                forge.signed_bytes(deep(2500).as_bytes(), forge.claims.to_string().as_bytes()),
            ),
            Case::invalid(
                "a wide header",
                forge.signed_bytes(wide(400).as_bytes(), forge.claims.to_string().as_bytes()),
            ),
        ];
        let number = format!("{}.5e-999999", "9".repeat(1500));
        let claims = forge.claims.to_string();
        cases.push(Case::invalid(
            "a long number",
            signed(format!("{},\"exp\":{number}}}", &claims[..claims.len() - 1]).as_bytes()),
        ));
        cases
    })
    .await;
}

/// Class 20: a payload or a header that is no JSON object, or more than one.
#[tokio::test]
async fn a_part_that_is_no_json_object_is_invalid() {
    on_every_algorithm(|forge| {
        let (header, claims) = (forge.header.to_string(), forge.claims.to_string());
        let order = ["iss", "aud", "sub", "exp", "iat", "jti", "sid", "gen", "ver", "role"];
        let as_list: Vec<Value> = order.iter().map(|name| forge.claims[*name].clone()).collect();
        let as_list_with_nbf: Vec<Value> = [&as_list[..5], &[json!(now())], &as_list[5..]].concat();
        let header_as_list = json!([forge.header["alg"], forge.header["typ"], forge.header["kid"]]).to_string();
        let mangled = |object: &str| -> Vec<Vec<u8>> {
            vec![
                format!("{object}x").into(),
                format!("{object}{object}").into(),
                format!("{object}\0").into(),
                format!(" {object}").into(),
                format!("\u{feff}{object}").into(),
                format!("[{object}]").into(),
                format!("//\n{object}").into(),
                object[..object.len() - 1].into(),
                format!("{},}}", &object[..object.len() - 1]).into(),
                object.replace('"', "'").into(),
                [b"\xff\xfe".as_slice(), &object.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()]
                    .concat(),
                [&object.as_bytes()[..object.len() - 2], b"\xff\"}"].concat(),
                [&object.as_bytes()[..object.len() - 2], b"\\ud800\"}"].concat(),
            ]
        };
        let junk: [&[u8]; 11] =
            [b"", b"{}", b"[]", b"null", b"true", b"1", b"\"x\"", b"{", b"foo", b"\0", b"\xff\xff\xff"];
        let mut cases = vec![];
        for part in junk.iter().map(|part| part.to_vec()).chain(mangled(&claims)) {
            let name = String::from_utf8_lossy(&part).into_owned();
            cases.push(Case::invalid(format!("claims {name}"), forge.signed_bytes(header.as_bytes(), &part)));
        }
        for part in junk.iter().map(|part| part.to_vec()).chain(mangled(&header)) {
            let name = String::from_utf8_lossy(&part).into_owned();
            cases.push(Case::invalid(format!("header {name}"), forge.signed_bytes(&part, claims.as_bytes())));
        }
        for list in [as_list, as_list_with_nbf] {
            cases.push(Case::invalid(
                "claims as a list",
                forge.signed_bytes(header.as_bytes(), json!(list).to_string().as_bytes()),
            ));
        }
        cases.push(Case::invalid("header as a list", forge.signed_bytes(header_as_list.as_bytes(), claims.as_bytes())));
        for token in
            ["", ".", "..", "...", "a", "a.b", "a.b.c", "A.A.A", "AA.AA.AA", "undefined", "null", "[object Object]"]
        {
            cases.push(Case::invalid(format!("{token:?}"), token));
        }
        cases
    })
    .await;
}
