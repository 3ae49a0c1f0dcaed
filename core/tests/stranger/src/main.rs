//! Refresh tokens that rotate, over a `HashMap`: what a program of its own adds to the rules of `sessionkeep-core`.

mod tokens;

use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use sessionkeep_core::session::{Client, Decision, NewHead, Policy, Presented, Session, UnixMillis, apply, decide};
use sessionkeep_core::types::{SessionId, UserId};
use tokens::{Tokens, hash, open, random, seal};

struct Sessions {
    rows: HashMap<String, Session>,
    tokens: Tokens,
    policy: Policy,
}

impl Sessions {
    fn sign_in(&mut self, user: &str, now: UnixMillis) -> String {
        let id = hex::encode(random::<16>());
        let token = self.tokens.issue(&id, 0);
        let client = Client { browser: true, names_refreshes: true };
        let row = Session::begin(SessionId::new(&id), UserId::new(user), hash(&token), client, &self.policy, now);
        self.rows.insert(id, row);
        token
    }

    /// The refresh token for the answer, if it has one. An error says why the client gets nothing; `None`: no token of ours.
    fn refresh(&mut self, token: &str, attempt: &str, now: UnixMillis) -> Result<Option<String>, Option<Decision>> {
        let (id, generation) = self.tokens.read(token).ok_or(None)?;
        let row = self.rows.get_mut(id).ok_or(None)?;
        let decision = decide(row, Presented { generation, hash: hash(token) }, Some(attempt), &self.policy, now);
        let head = decision.makes_head().then(|| self.tokens.issue(id, row.generation + 1));
        let about = format!("{id}.{}", row.generation + u64::from(head.is_some()));
        let new_head = head.as_ref().map(|head| NewHead { hash: hash(head), sealed: seal(head, token, &about) });
        // One transaction of a real store. It commits refusals, too.
        if let Some(next) = apply(row, &decision, Some(attempt), new_head, &self.policy, now) {
            *row = next;
        }
        match decision {
            Decision::Quiet => Ok(None),
            Decision::Rotate | Decision::Supersede => Ok(head),
            Decision::Repeat | Decision::LostAnswer | Decision::InFlight => {
                Ok(row.sealed_head.as_deref().and_then(|sealed| open(sealed, token, &about)))
            }
            refused => Err(Some(refused)),
        }
    }

    /// An access token of this generation was used. To be stored before that request is answered.
    fn used(&mut self, id: &str, generation: u64, now: UnixMillis) {
        if let Some(row) = self.rows.get_mut(id) {
            row.confirm(generation, now);
        }
    }
}

fn main() {
    let since_1970 = UNIX_EPOCH.elapsed().expect("after 1970").as_millis();
    let now = UnixMillis(i64::try_from(since_1970).expect("not for long yet"));
    let later = |minutes: u64| now.plus(Duration::from_secs(60 * minutes));
    let mut sessions = Sessions { rows: HashMap::new(), tokens: Tokens::new(random()), policy: Policy::default() };
    let first = sessions.sign_in("ada", now);
    let id = first.split('.').next().expect("an id").to_owned();

    let second = sessions.refresh(&first, "a", later(15)).expect("granted").expect("rotated");
    assert_eq!(
        sessions.refresh(&first, "a", later(15)),
        Ok(Some(second.clone())),
        "the response was lost: the same again"
    );
    assert_eq!(sessions.refresh(&second, "b", later(16)), Ok(None), "too soon for another one");
    sessions.used(&id, 1, later(17));
    let third = sessions.refresh(&second, "c", later(30)).expect("granted").expect("rotated");
    assert_eq!(sessions.refresh("x.0.y.00", "d", later(30)), Err(None), "forged");
    assert_eq!(sessions.refresh(&third.to_uppercase(), "e", later(30)), Err(None), "edited, and ends nothing");
    assert_eq!(sessions.refresh(&first, "f", later(31)), Err(Some(Decision::Reuse)), "reuse of a replaced token");
    assert!(matches!(sessions.refresh(&third, "g", later(32)), Err(Some(Decision::Ended(_)))), "the session has ended");
    println!("rotation over a HashMap: all checks passed");
}
