//! AT-07: tokens that chance has changed are never accepted, and nothing panics.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
};
use serde_json::{Value, json};
use sessionkeep_verify::Refusal;

use crate::mint::{Mint, NOW, claims, mints, with};

/// Genuine tokens and a stranger's, of one algorithm each. The stranger's key says that it is the genuine one.
struct World {
    mint: &'static Mint,
    genuine: [String; 2],
    stranger: Mint,
}

thread_local! {
    static WORLDS: [World; 4] = [0, 1, 2, 3].map(|index| {
        let mint = &mints()[index];
        let genuine = [mint.token(), mint.says(&with(&claims(NOW), "jti", "another"))];
        World { mint, genuine, stranger: Mint::new(mint.algorithm) }
    });
}

impl World {
    fn judge(&self, token: &str) -> Result<(), Refusal> {
        self.mint.judge(token, NOW).map(|_| ())
    }
}

/// Runs it in a world, and says what must not be.
fn in_world(index: usize, check: impl FnOnce(&World) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    WORLDS.with(|worlds| check(&worlds[index]))
}

/// Bytes that a token has, and some that it has not.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[A-Za-z0-9_.-]{1,12}", 1 => "\\PC{1,6}", 1 => "[=+/ \\t\\n\\x00]{1,3}"]
}

#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    CutBefore(Index),
    Remove(Index),
    Insert(Index, String),
    Swap(Index, Index),
    TheirPart(usize),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    prop_oneof![
        4 => (any::<Index>(), 0_u8..7).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        1 => any::<Index>().prop_map(Mutation::Cut),
        1 => any::<Index>().prop_map(Mutation::CutBefore),
        2 => any::<Index>().prop_map(Mutation::Remove),
        2 => (any::<Index>(), text()).prop_map(|(at, text)| Mutation::Insert(at, text)),
        2 => any::<(Index, Index)>().prop_map(|(a, b)| Mutation::Swap(a, b)),
        2 => (0_usize..3).prop_map(Mutation::TheirPart),
    ]
}

fn mutate(token: &str, other: &str, mutation: &Mutation) -> String {
    let mut letters: Vec<char> = token.chars().collect();
    if letters.is_empty() {
        return token.to_owned();
    }
    let length = letters.len();
    match mutation {
        Mutation::Flip(at, bit) => {
            let letter = &mut letters[at.index(length)];
            *letter = char::from_u32(u32::from(*letter) ^ (1 << bit)).unwrap_or('A');
        }
        Mutation::Cut(at) => letters.truncate(at.index(length)),
        Mutation::CutBefore(at) => letters = letters.split_off(at.index(length)),
        Mutation::Remove(at) => {
            letters.remove(at.index(length));
        }
        Mutation::Insert(at, text) => {
            let at = at.index(length);
            letters.splice(at..at, text.chars());
        }
        Mutation::Swap(a, b) => letters.swap(a.index(length), b.index(length)),
        Mutation::TheirPart(part) => {
            let mut parts: Vec<&str> = token.split('.').collect();
            if let (Some(ours), Some(theirs)) = (parts.get_mut(*part), other.split('.').nth(*part)) {
                *ours = theirs;
            }
            return parts.join(".");
        }
    }
    letters.into_iter().collect()
}

/// Any JSON, of little depth.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        select(["HS256", "EdDSA", "ES256", "RS256", "none", "at+jwt", "rt+jwt", "JWT", "user", "admin"].as_slice())
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            vec(("[a-z]{0,4}", inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn header_name() -> impl Strategy<Value = String> {
    let known: &[&str] = &[
        "alg", "typ", "kid", "crit", "b64", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip", "cty", "enc", "url",
        "nonce", "p2c",
    ];
    prop_oneof![4 => select(known).prop_map(str::to_owned), 1 => "\\PC{0,6}"]
}

fn claim_name() -> impl Strategy<Value = String> {
    let known: &[&str] = &["iss", "aud", "sub", "exp", "iat", "nbf", "jti", "sid", "gen", "ver", "role"];
    select(known).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_token_is_invalid(world in 0_usize..4, mutations in vec(mutation(), 1..5)) {
        in_world(world, |world| {
            let [token, other] = &world.genuine;
            let changed = mutations.iter().fold(token.clone(), |token, mutation| mutate(&token, other, mutation));
            // Mutations can undo each other, and all parts of the other one are that one.
            let genuine = world.genuine.contains(&changed);
            prop_assert_eq!(world.judge(&changed), if genuine { Ok(()) } else { Err(Refusal::Invalid) }, "{}", changed);
            Ok(())
        })?;
    }

    #[test]
    fn any_text_at_all_is_invalid(world in 0_usize..4, text in "\\PC{0,200}", parts in vec("[A-Za-z0-9_-]{0,60}", 0..6)) {
        in_world(world, |world| {
            prop_assert_eq!(world.judge(&text), Err(Refusal::Invalid));
            prop_assert_eq!(world.judge(&parts.join(".")), Err(Refusal::Invalid));
            Ok(())
        })?;
    }

    /// The signature is right: the policy alone refuses it.
    #[test]
    fn a_header_with_a_member_changed_or_more_is_invalid_though_it_is_signed(
        world in 0_usize..4,
        name in header_name(),
        value in any_json(),
    ) {
        in_world(world, |world| {
            let header = with(&world.mint.header(), &name, value);
            let same = header == world.mint.header();
            let token = world.mint.sign(&header, &claims(NOW));
            prop_assert_eq!(world.judge(&token).is_ok(), same, "{}", header);
            Ok(())
        })?;
    }

    /// Neither a panic nor a guess: a claim of another value is taken as it is, or the token is not.
    #[test]
    fn a_claim_is_taken_as_it_is_or_not_at_all(world in 0_usize..4, name in claim_name(), value in any_json()) {
        in_world(world, |world| {
            let says = with(&claims(NOW), &name, value);
            let token = world.mint.says(&says);
            if let Ok(taken) = world.mint.judge(&token, NOW) {
                let role = taken.role.as_str();
                prop_assert_eq!(&says["sub"], taken.user_id.as_str());
                prop_assert_eq!(&says["sid"], taken.session_id.as_str());
                prop_assert_eq!(&says["gen"], &json!(taken.generation));
                prop_assert_eq!(&says["ver"], &json!(taken.ver));
                prop_assert_eq!(&says["role"], role);
                prop_assert_eq!(&says["exp"], &json!(taken.expires_at));
                prop_assert!(says["iss"] == claims(NOW)["iss"] && says["aud"] == claims(NOW)["aud"]);
            }
            Ok(())
        })?;
    }

    /// Bytes of the JSON are changed and signed again: with the right key nothing but what we would have written ourselves is
    /// accepted, with another one nothing at all.
    #[test]
    fn changed_json_is_invalid_under_another_key_and_strict_under_ours(
        world in 0_usize..4,
        in_header in any::<bool>(),
        at in any::<Index>(),
        more in text(),
        replace in any::<bool>(),
    ) {
        in_world(world, |world| {
            let mut objects = [world.mint.header().to_string(), claims(NOW).to_string()];
            let object = &mut objects[usize::from(!in_header)];
            let at = at.index(object.len());
            let end = if replace { object.len().min(at + more.len()) } else { at };
            object.replace_range(at..end, &more);
            let [header, says] = objects.each_ref().map(String::as_bytes);
            prop_assert_eq!(world.judge(&world.stranger.sign_bytes(header, says)), Err(Refusal::Invalid));
            if world.judge(&world.mint.sign_bytes(header, says)).is_ok() {
                prop_assert_eq!(serde_json::from_slice::<Value>(header).expect("JSON"), world.mint.header());
                let says = serde_json::from_slice::<Value>(says).expect("JSON");
                prop_assert!(says["iss"] == claims(NOW)["iss"] && says["aud"] == claims(NOW)["aud"], "{}", says);
            }
            Ok(())
        })?;
    }
}
