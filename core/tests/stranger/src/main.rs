//! Refresh tokens that rotate, over a `HashMap`: what a program of its own adds to the rules of `sessionkeep-core`.

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use hmac::{Hmac, Mac};
use sessionkeep_core::session::{Client, Decision, NewHead, Policy, Presented, Session, UnixMillis, apply, decide};
use sessionkeep_types::{SessionId, UserId};
use sha2::{Digest, Sha256};

/// A token is `session.generation.random.mac`. Only what this key has signed is looked up.
struct Sessions {
    rows: HashMap<String, Session>,
    key: [u8; 32],
    policy: Policy,
}

impl Sessions {
    fn new_token(&self, id: &str, generation: u64) -> String {
        let body = format!("{id}.{generation}.{}", hex::encode(random()));
        format!("{body}.{}", hex::encode(self.mac(&body).finalize().into_bytes()))
    }

    fn mac(&self, body: &str) -> Hmac<Sha256> {
        <Hmac<Sha256> as KeyInit>::new_from_slice(&self.key).expect("any length").chain_update(body)
    }

    fn sign_in(&mut self, user: &str, now: UnixMillis) -> String {
        let id = hex::encode(random());
        let token = self.new_token(&id, 0);
        let client = Client { browser: true, attempts: true };
        let row = Session::begin(SessionId::new(&id), UserId::new(user), hash(&token), client, &self.policy, now);
        self.rows.insert(id, row);
        token
    }

    /// The refresh token for the answer, if there is one: `Err` says why the client gets nothing.
    fn refresh(&mut self, token: &str, attempt: &str, now: UnixMillis) -> Result<Option<String>, Option<Decision>> {
        let (body, mac) = token.rsplit_once('.').ok_or(None)?;
        self.mac(body).verify_slice(&hex::decode(mac).map_err(|_| None)?).map_err(|_| None)?;
        let [id, generation, _] = body.split('.').collect::<Vec<_>>()[..] else { return Err(None) };
        let row = self.rows.get(id).ok_or(None)?;
        let presented = Presented { generation: generation.parse().map_err(|_| None)?, hash: hash(token) };
        let decision = decide(row, presented, Some(attempt), &self.policy, now);
        let head = decision.makes_head().then(|| self.new_token(id, row.generation + 1));
        let new_head = head.as_ref().map(|head| NewHead { hash: hash(head), sealed: seal(head, token) });
        let next = apply(row, &decision, Some(attempt), new_head, &self.policy, now).unwrap_or_else(|| row.clone());
        let sealed = next.sealed_head.clone();
        self.rows.insert(id.to_owned(), next);
        match decision {
            Decision::Quiet => Ok(None),
            Decision::Rotate | Decision::Supersede => Ok(head),
            Decision::Repeat | Decision::LostAnswer | Decision::InFlight => {
                Ok(sealed.map(|sealed| open(&sealed, token)))
            }
            refused => Err(Some(refused)),
        }
    }
}

fn random() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes
}

fn hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

/// Whoever has the presented token can open its successor, and nobody else.
fn cipher(parent: &str) -> Aes256Gcm {
    Aes256Gcm::new(&Sha256::digest(format!("seal {parent}")))
}

fn seal(head: &str, parent: &str) -> Vec<u8> {
    let nonce = &random()[..12];
    let sealed = cipher(parent).encrypt(nonce.try_into().expect("12 bytes"), head.as_bytes()).expect("short");
    [nonce, &sealed].concat()
}

fn open(sealed: &[u8], parent: &str) -> String {
    let (nonce, sealed) = sealed.split_at(12);
    let head = cipher(parent).decrypt(nonce.try_into().expect("12 bytes"), sealed).expect("sealed by us");
    String::from_utf8(head).expect("a token")
}

fn main() {
    let since_1970 = UNIX_EPOCH.elapsed().expect("after 1970").as_millis();
    let now = UnixMillis(i64::try_from(since_1970).expect("not for long yet"));
    let later = |minutes: u64| now.plus(Duration::from_secs(60 * minutes));
    let mut sessions = Sessions { rows: HashMap::new(), key: [7; 32], policy: Policy::default() };
    let first = sessions.sign_in("ada", now);

    let second = sessions.refresh(&first, "a", later(15)).expect("granted").expect("rotated");
    assert_eq!(
        sessions.refresh(&first, "a", later(15)),
        Ok(Some(second.clone())),
        "the answer was lost: the same again"
    );
    assert_eq!(sessions.refresh(&second, "b", later(16)), Ok(None), "too soon for another: the client keeps it");
    let third = sessions.refresh(&second, "c", later(30)).expect("granted").expect("rotated");
    assert_eq!(
        sessions.refresh(&first, "thief", later(31)),
        Err(Some(Decision::Reuse)),
        "a replaced token is in two hands"
    );
    assert!(
        matches!(sessions.refresh(&third, "d", later(32)), Err(Some(Decision::Ended(_)))),
        "so the session has ended"
    );
    assert_eq!(sessions.refresh("x.0.y.00", "e", now), Err(None), "forged");
    println!("rotation over a HashMap: what must hold, holds");
}
