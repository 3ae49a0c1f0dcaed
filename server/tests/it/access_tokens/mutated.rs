//! AT-07: tokens that chance has changed.

use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree as _,
    test_runner::TestRunner,
};

use super::forge::{ALGORITHMS, Forge, bearer, encode, sign};

/// How many for each algorithm; more with `MUTATIONS`.
fn how_many() -> usize {
    std::env::var("MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(250)
}

#[derive(Clone, Debug)]
enum Mutation {
    Flip(Index, u8),
    Cut(Index),
    CutBefore(Index),
    Remove(Index, Index),
    Insert(Index, Vec<u8>),
    Replace(Index, Vec<u8>),
    Repeat(Index, Index),
    SwapPart(usize),
    /// Letters of a part's JSON, signed by somebody else.
    Json(usize, Index, Vec<u8>),
}

/// What a header value may hold, so that it is the token that is judged, not HTTP.
fn visible() -> impl Strategy<Value = u8> {
    prop_oneof![8 => select(b"ABCabcXYZxyz0123456789-_.".as_slice()), 1 => 0x21_u8..0x7f, 1 => 0x80_u8..=0xff]
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let text = || vec(visible(), 1..8);
    prop_oneof![
        (any::<Index>(), 0_u8..6).prop_map(|(at, bit)| Mutation::Flip(at, bit)),
        any::<Index>().prop_map(Mutation::Cut),
        any::<Index>().prop_map(Mutation::CutBefore),
        any::<(Index, Index)>().prop_map(|(from, to)| Mutation::Remove(from, to)),
        (any::<Index>(), text()).prop_map(|(at, text)| Mutation::Insert(at, text)),
        (any::<Index>(), text()).prop_map(|(at, text)| Mutation::Replace(at, text)),
        any::<(Index, Index)>().prop_map(|(from, to)| Mutation::Repeat(from, to)),
        (0_usize..3).prop_map(Mutation::SwapPart),
        (0_usize..2, any::<Index>(), text()).prop_map(|(part, at, text)| Mutation::Json(part, at, text)),
    ]
}

fn mutate(forge: &Forge, token: &[u8], other: &[u8], mutation: &Mutation) -> Vec<u8> {
    let mut token = token.to_vec();
    if token.is_empty() {
        return token;
    }
    let range = |from: &Index, to: &Index| {
        let (from, to) = (from.index(token.len()), to.index(token.len()));
        from.min(to)..from.max(to) + 1
    };
    match mutation {
        Mutation::Flip(at, bit) => {
            let at = at.index(token.len());
            let flipped = token[at] ^ (1 << bit);
            // Others are HTTP's to refuse.
            token[at] = if flipped <= b' ' || flipped == 0x7f { b'A' } else { flipped };
        }
        Mutation::Cut(at) => token.truncate(at.index(token.len())),
        Mutation::CutBefore(at) => token = token.split_off(at.index(token.len())),
        Mutation::Remove(from, to) => {
            token.drain(range(from, to));
        }
        Mutation::Insert(at, text) => {
            let at = at.index(token.len());
            token.splice(at..at, text.iter().copied());
        }
        Mutation::Replace(at, text) => {
            let at = at.index(token.len());
            let end = token.len().min(at + text.len());
            token.splice(at..end, text.iter().copied());
        }
        Mutation::Repeat(from, to) => {
            let range = range(from, to);
            let copy = token[range.clone()].to_vec();
            token.splice(range.end..range.end, copy);
        }
        Mutation::SwapPart(part) => {
            let theirs: Vec<&[u8]> = other.split(|byte| *byte == b'.').collect();
            let mut ours: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
            if let (Some(ours), Some(theirs)) = (ours.get_mut(*part), theirs.get(*part)) {
                *ours = theirs;
            }
            token = ours.join(b".".as_slice());
        }
        Mutation::Json(part, at, text) => {
            let mut objects = [forge.header.to_string().into_bytes(), forge.claims.to_string().into_bytes()];
            let object = &mut objects[*part];
            let at = at.index(object.len());
            let end = object.len().min(at + text.len());
            object.splice(at..end, text.iter().copied());
            let [header, claims] = objects.map(encode);
            token = sign(&header, &claims, &forge.stranger, forge.algorithm).into_bytes();
        }
    }
    token
}

#[tokio::test]
async fn a_token_that_chance_has_changed_is_never_accepted_and_never_a_fault() {
    let mut runner = TestRunner::default();
    for algorithm in ALGORITHMS {
        let forge = Forge::start(algorithm).await;
        let genuine = forge.token().as_bytes().to_vec();
        let other = forge.claims_with("jti", "another").into_bytes();
        let mutations = vec(mutation(), 1..4);
        for _ in 0..how_many() {
            let mutations = mutations.new_tree(&mut runner).expect("a value").current();
            let token =
                mutations.iter().fold(genuine.clone(), |token, mutation| mutate(&forge, &token, &other, mutation));
            // Mutations can undo each other, and all parts of `other` make `other`.
            if [&genuine, &other].contains(&&token) {
                continue;
            }
            let answer = bearer(&forge.app.url, &token).await;
            let shown = String::from_utf8_lossy(&token);
            let status = answer.map(|(status, _)| status);
            assert!(matches!(status, Some(400 | 401 | 403 | 431)), "{algorithm:?} {mutations:?}: {status:?}: {shown}");
        }
        assert_eq!(forge.ada.me().await.status, 200, "{algorithm:?}");
    }
}
