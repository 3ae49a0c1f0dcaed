//! A checker that finds nothing wrong with anything would let every run pass: each rule must reject a history that breaks it.

use std::time::Duration;

use super::{
    super::{database::Row, token::Token},
    checker::{Rule, Violation, certain_thefts, check, is_unavailable},
    client::email,
    history::{Answer, Broken, Cookie, Fault, History, Operation, Outcome, Party, Verb},
    report::report,
    rows::compare,
};

/// A history that is told one operation after the other, each a second long, a second apart.
#[derive(Default)]
struct Story(History);

/// Refresh tokens of session `s`; another letter, another token of the same generation.
fn token(generation: u64, letter: u8) -> Token {
    Token { session: "s".to_owned(), generation, hash: vec![letter] }
}

fn answer(status: u16, code: &str) -> Answer {
    let (code, reason, cookie) = (code.to_owned(), String::new(), Cookie::Untouched);
    Answer { status, code, reason, cookie, access: None, retry_after: status == 503, request_id: "r".to_owned() }
}

fn given(status: u16, cookie: Token) -> Answer {
    Answer { access: Some(cookie.clone()), cookie: Cookie::Set(cookie), ..answer(status, "") }
}

fn ended(reason: &str) -> Answer {
    Answer { reason: reason.to_owned(), ..answer(403, "SESSION_REVOKED") }
}

fn left() -> Answer {
    Answer { cookie: Cookie::Cleared, ..answer(204, "") }
}

impl Story {
    /// Somebody signed up and got generation 0.
    fn begin() -> Self {
        let mut story = Self::default();
        story.tell(Verb::Register, None, given(201, token(0, b'a')));
        story
    }

    fn tell(&mut self, verb: Verb, presented: Option<Token>, answer: Answer) -> &mut Operation {
        let started = Duration::from_secs(2 * self.0.operations.len() as u64);
        self.0.operations.push(Operation {
            client: 0,
            party: Party::Owner,
            account: 0,
            verb,
            presented,
            attempt: None,
            started,
            ended: Some(started + Duration::from_secs(1)),
            cut: false,
            outcome: Outcome::Answered(answer),
        });
        self.0.operations.last_mut().expect("just pushed")
    }

    fn refresh(&mut self, generation: u64, answer: Answer) -> &mut Operation {
        self.tell(Verb::Refresh, Some(token(generation, b'a')), answer)
    }

    /// A refresh that gives the next generation.
    fn rotate(&mut self, generation: u64) -> &mut Operation {
        self.refresh(generation, given(200, token(generation + 1, b'a')))
    }

    fn use_token(&mut self, generation: u64, answer: Answer) -> &mut Operation {
        self.tell(Verb::Use, Some(token(generation, b'a')), answer)
    }

    /// A use of an access token of this generation, and it is accepted.
    fn is_used(&mut self, generation: u64) -> &mut Operation {
        self.use_token(generation, answer(200, ""))
    }

    /// From this second to that one.
    fn broken(&mut self, broken: Broken, from: u64, until: u64) {
        let [from, until] = [from, until].map(Duration::from_secs);
        self.0.faults.push(Fault { broken, from, until: Some(until) });
    }

    fn log_out(&mut self, answer: Answer) -> &mut Operation {
        self.tell(Verb::Logout, Some(token(0, b'a')), answer)
    }

    fn verdict(&self) -> Vec<Rule> {
        rules(&check(&self.0))
    }

    /// What the rules say when the database has this row at the end.
    fn verdict_on(&self, generation: u64, letter: u8, ended: Option<&str>) -> Vec<Rule> {
        let Token { session, generation, hash: head_hash } = token(generation, letter);
        let row = Row { session, generation, head_hash, last_used_at: 0, ended: ended.map(str::to_owned) };
        rules(&compare(&self.0, &[row], &[email(0)]))
    }
}

impl Operation {
    /// The line cut it off, after this cookie if any.
    fn cut_off(&mut self, cookie: Option<Token>) {
        (self.cut, self.outcome) = (true, silence(cookie));
    }
}

fn silence(cookie: Option<Token>) -> Outcome {
    Outcome::Unknown { why: "cut".to_owned(), timed_out: false, cookie }
}

fn rules(violations: &[Violation]) -> Vec<Rule> {
    violations.iter().map(|violation| violation.rule).collect()
}

#[test]
fn an_ordinary_life_breaks_no_rule() {
    let mut story = Story::begin();
    story.rotate(0);
    story.rotate(1).attempt = Some("x".to_owned());
    story.rotate(1).attempt = Some("x".to_owned());
    story.use_token(2, answer(200, ""));
    story.refresh(2, answer(503, "UNAVAILABLE"));
    story.broken(Broken::Disk, 9, 20);
    story.log_out(left());
    story.refresh(2, ended("SIGNED_OUT"));
    story.use_token(2, answer(403, "TOKEN_REVOKED"));
    assert_eq!(story.verdict(), []);
    assert_eq!(story.verdict_on(2, b'a', Some("SIGNED_OUT")), []);
}

#[test]
fn no_final_code_for_somebody_who_gave_no_reason() {
    let finals = ["REFRESH_MISSING", "REFRESH_INVALID", "SESSION_EXPIRED", "REFRESH_REUSED", "SESSION_REVOKED"];
    for code in finals {
        let mut story = Story::begin();
        story.refresh(0, answer(403, code));
        assert!(story.verdict().contains(&Rule::NobodyIsLoggedOut), "{code}");
    }
    for code in ["TOKEN_REVOKED", "TOKEN_INVALID"] {
        let mut story = Story::begin();
        story.use_token(0, answer(403, code));
        assert!(story.verdict().contains(&Rule::NobodyIsLoggedOut), "{code}");
    }
}

#[test]
fn a_reason_must_come_first_and_be_the_right_one() {
    let mut story = Story::begin();
    story.refresh(0, ended("SIGNED_OUT"));
    story.log_out(left());
    assert_eq!(story.verdict(), [Rule::NobodyIsLoggedOut], "the sign-out came later");

    let mut story = Story::begin();
    story.log_out(left());
    story.refresh(0, answer(403, "REFRESH_REUSED"));
    assert_eq!(story.verdict(), [Rule::NobodyIsLoggedOut], "a sign-out is no theft");

    let mut story = Story::begin();
    story.rotate(0).party = Party::Thief;
    story.refresh(0, ended("SIGNED_OUT"));
    assert_eq!(story.verdict(), [Rule::NobodyIsLoggedOut], "a theft is no sign-out");
    story.0.operations.pop();
    story.refresh(0, answer(403, "REFRESH_REUSED"));
    assert_eq!(story.verdict(), []);
}

#[test]
fn after_an_unknown_sign_out_either_is_fine() {
    for answer in [given(200, token(1, b'a')), ended("SIGNED_OUT")] {
        let mut story = Story::begin();
        story.log_out(left()).cut_off(None);
        story.refresh(0, answer);
        assert_eq!(story.verdict(), []);
    }
}

#[test]
fn who_was_told_that_it_is_over_never_gets_in_again() {
    for end in [answer(403, "REFRESH_REUSED"), ended("REUSE_DETECTED")] {
        let mut story = Story::begin();
        story.rotate(0);
        story.refresh(0, end).party = Party::Thief;
        story.rotate(1);
        assert_eq!(story.verdict(), [Rule::EndedStaysEnded]);
    }
    let mut story = Story::begin();
    story.log_out(left());
    story.rotate(0);
    story.use_token(0, answer(200, ""));
    assert_eq!(story.verdict(), [Rule::EndedStaysEnded, Rule::EndedStaysEnded]);
}

#[test]
fn an_access_token_may_live_for_a_second_longer_and_a_racing_refresh_may_win() {
    let mut story = Story::begin();
    story.log_out(left());
    let over = story.0.operations[1].ended.expect("answered");
    story.use_token(0, answer(200, "")).started = over + Duration::from_millis(900);
    story.rotate(0).started = over.saturating_sub(Duration::from_millis(1));
    assert_eq!(story.verdict(), []);
}

#[test]
fn a_token_whose_successor_was_replaced_is_dead() {
    let mut story = Story::begin();
    story.rotate(0);
    story.rotate(1);
    story.refresh(0, given(200, token(3, b'a')));
    assert_eq!(story.verdict(), [Rule::EndedStaysEnded]);
}

#[test]
fn an_acknowledged_account_is_there_and_there_once() {
    let mut story = Story::begin();
    story.tell(Verb::Login, None, answer(401, "INVALID_CREDENTIALS"));
    let other = Token { session: "t".to_owned(), ..token(0, b'b') };
    story.tell(Verb::Register, None, given(201, other));
    assert_eq!(story.verdict(), [Rule::AcknowledgedIsKept, Rule::AcknowledgedIsKept]);

    let mut story = Story::default();
    story.tell(Verb::Register, None, answer(409, "EMAIL_TAKEN"));
    assert_eq!(story.verdict(), [Rule::AcknowledgedIsKept], "nobody had asked for it");
    assert_eq!(rules(&compare(&Story::begin().0, &[], &[])), [Rule::AcknowledgedIsKept, Rule::AcknowledgedIsKept]);
}

#[test]
fn the_same_attempt_gives_the_same_successor() {
    let mut story = Story::begin();
    story.rotate(0).attempt = Some("x".to_owned());
    story.refresh(0, given(200, token(2, b'a'))).attempt = Some("x".to_owned());
    assert_eq!(story.verdict(), [Rule::OneLineage]);
}

#[test]
fn a_cookie_that_arrived_without_the_rest_counts_as_given() {
    let mut story = Story::begin();
    story.rotate(0).cut_off(Some(token(1, b'a')));
    story.refresh(0, given(200, token(1, b'b')));
    assert_eq!(story.verdict(), [Rule::OneLineage]);
}

#[test]
fn a_generation_has_one_token_and_a_session_one_owner() {
    let mut story = Story::begin();
    story.rotate(0);
    story.refresh(0, given(200, token(1, b'b')));
    assert_eq!(story.verdict(), [Rule::OneLineage]);

    let mut story = Story::begin();
    story.tell(Verb::Login, None, given(200, token(0, b'a'))).account = 1;
    assert_eq!(story.verdict(), [Rule::OneLineage]);
}

#[test]
fn a_successor_is_of_the_same_session_and_newer() {
    for successor in [token(0, b'b'), Token { session: "t".to_owned(), ..token(1, b'a') }] {
        let mut story = Story::default();
        story.refresh(0, given(200, successor));
        assert!(story.verdict().contains(&Rule::OneLineage));
    }
}

#[test]
fn generations_never_go_back() {
    let mut story = Story::begin();
    story.rotate(0);
    let quiet = Answer { access: Some(token(0, b'a')), ..answer(200, "") };
    story.refresh(1, quiet);
    assert_eq!(story.verdict(), [Rule::OneLineage]);
}

#[test]
fn a_sign_in_may_be_turned_away_where_the_server_logged_that_it_had_too_much_to_hash() {
    for (shed, verb, verdict) in [
        ("r", Verb::Login, vec![]),
        ("another", Verb::Login, vec![Rule::HonestFailure]),
        ("r", Verb::Refresh, vec![Rule::HonestFailure]),
    ] {
        let mut story = Story::begin();
        story.0.shed.insert(shed.to_owned());
        story.tell(verb, (verb == Verb::Refresh).then(|| token(0, b'a')), answer(503, "UNAVAILABLE"));
        assert_eq!(story.verdict(), verdict, "{shed} {verb:?}");
    }
}

#[test]
fn trouble_is_said_to_be_trouble() {
    let cleared = Answer { cookie: Cookie::Cleared, ..answer(503, "UNAVAILABLE") };
    let hurried = Answer { retry_after: false, ..answer(503, "UNAVAILABLE") };
    let without_a_token = answer(200, "");
    let late_copy = answer(409, "REFRESH_DUPLICATE");
    for wrong in [answer(500, "INTERNAL"), answer(429, "RATE_LIMITED"), cleared, hurried, without_a_token, late_copy] {
        let mut story = Story::begin();
        story.broken(Broken::Disk, 0, 9);
        story.refresh(0, wrong.clone());
        assert_eq!(story.verdict(), [Rule::HonestFailure], "{wrong:?}");
    }
    let mut story = Story::begin();
    story.use_token(0, answer(200, "SOMEBODY_ELSE"));
    assert_eq!(story.verdict(), [Rule::HonestFailure]);
}

#[test]
fn trouble_has_a_cause() {
    // The refresh takes from the second second to the third.
    let told = |outcome: Outcome, verb: Verb, fault: Option<(Broken, u64, u64)>| {
        let mut story = Story::begin();
        let refresh = story.refresh(0, answer(200, ""));
        (refresh.outcome, refresh.verb) = (outcome, verb);
        if let Some((broken, from, until)) = fault {
            story.broken(broken, from, until);
        }
        story.verdict()
    };
    let unavailable = || Outcome::Answered(answer(503, "UNAVAILABLE"));
    for (broken, other) in [(Broken::Disk, Broken::Process), (Broken::Process, Broken::Disk)] {
        let outcome = || if broken == Broken::Disk { unavailable() } else { silence(None) };
        for touches in [(0, 2), (2, 3), (3, 9), (0, 9)] {
            assert_eq!(told(outcome(), Verb::Refresh, Some((broken, touches.0, touches.1))), [], "{touches:?}");
        }
        for elsewhere in [None, Some((broken, 0, 1)), Some((broken, 4, 9)), Some((other, 0, 9))] {
            assert_eq!(told(outcome(), Verb::Refresh, elsewhere), [Rule::HonestFailure], "{elsewhere:?}");
        }
    }
    let lost_patience = Outcome::Unknown { why: "timed out".to_owned(), timed_out: true, cookie: None };
    assert_eq!(told(lost_patience, Verb::Refresh, Some((Broken::Process, 0, 9))), [Rule::HonestFailure]);
    assert_eq!(told(unavailable(), Verb::Use, Some((Broken::Disk, 0, 9))), [], "the first use is written");
    let mut story = Story::begin();
    story.is_used(0);
    story.use_token(0, answer(503, "UNAVAILABLE"));
    story.broken(Broken::Disk, 0, 9);
    assert_eq!(story.verdict(), [Rule::HonestFailure], "reads go on");

    let mut story = Story::begin();
    story.rotate(0).cut_off(None);
    assert_eq!(story.verdict(), []);
    story.rotate(0).outcome = silence(None);
    assert_eq!(story.verdict(), [Rule::HonestFailure], "another request was cut off");
}

#[test]
fn a_full_disk_is_told_from_whatever_else_refuses_a_sign_in() {
    assert!(is_unavailable(&Outcome::Answered(answer(503, "UNAVAILABLE"))));
    let others =
        [(200, ""), (401, "INVALID_CREDENTIALS"), (429, "RATE_LIMITED"), (500, "INTERNAL"), (503, "NOT_READY")];
    for (status, code) in others {
        assert!(!is_unavailable(&Outcome::Answered(answer(status, code))), "{status}");
    }
    assert!(!is_unavailable(&silence(None)));
}

/// Somebody rotated and used the new access token, and then the old refresh token is presented.
fn robbed(kind: usize, presented: impl FnOnce(&mut Story)) -> (Vec<Rule>, usize) {
    let mut story = Story::begin();
    story.rotate(0).attempt = Some("x".to_owned());
    story.is_used(1);
    presented(&mut story);
    story.0.operations.iter_mut().for_each(|operation| operation.client = kind);
    (story.verdict(), certain_thefts(&story.0))
}

#[test]
fn a_replaced_token_whose_successor_was_used_is_theft() {
    let successor = || given(200, token(1, b'a'));
    let missed = (vec![Rule::TheftIsCaught], 1);
    for kind in [0, 1, 3] {
        assert_eq!(robbed(kind, |story| story.refresh(0, successor()).party = Party::Thief), missed);
        let quiet = Answer { cookie: Cookie::Untouched, ..successor() };
        assert_eq!(robbed(kind, |story| story.refresh(0, quiet).attempt = Some("y".to_owned())), missed);
        let late_copy = answer(409, "REFRESH_DUPLICATE");
        assert_eq!(robbed(kind, |story| story.refresh(0, late_copy).attempt = Some("y".to_owned())), missed);
        let caught = |code| move |story: &mut Story| story.refresh(0, answer(403, code)).party = Party::Thief;
        assert_eq!(robbed(kind, caught("REFRESH_REUSED")), (vec![], 1));
    }
    let later = |story: &mut Story| {
        let operation = story.refresh(0, successor());
        (operation.started, operation.ended) = (Duration::from_secs(16), Some(Duration::from_secs(17)));
    };
    assert_eq!(robbed(2, later), missed, "after the tolerance of a browser that names no attempts");
    let unanswered = |story: &mut Story| story.refresh(0, successor()).cut_off(None);
    assert_eq!(robbed(0, unanswered), (vec![], 0));
}

/// A thief who is given access token after access token while the owner rotates as often as this.
fn shared(rotations: u64) -> Vec<Rule> {
    let mut story = Story::begin();
    for generation in 0..=rotations {
        let theft =
            story.refresh(generation, Answer { cookie: Cookie::Untouched, ..given(200, token(generation, b'a')) });
        (theft.party, theft.attempt) = (Party::Thief, Some("theft.0".to_owned()));
        if generation < rotations {
            story.rotate(generation);
        }
    }
    story.verdict()
}

#[test]
fn a_thief_who_goes_on_after_the_owners_third_rotation_is_beyond_the_promise() {
    assert_eq!(shared(2), []);
    assert_eq!(shared(3), [Rule::ThiefIsBounded]);
}

#[test]
fn a_head_that_is_quiet_for_long_is_beyond_the_promise() {
    for (seconds, verdict) in [(100, vec![]), (200, vec![Rule::ThiefIsBounded])] {
        let mut story = Story::begin();
        story.rotate(0);
        let quiet = story.refresh(1, Answer { cookie: Cookie::Untouched, ..given(200, token(1, b'a')) });
        (quiet.started, quiet.ended) = (Duration::from_secs(seconds), Some(Duration::from_secs(seconds + 1)));
        assert_eq!(story.verdict(), verdict, "{seconds}");
    }
}

#[test]
fn it_is_no_theft_for_certain() {
    let successor = || given(200, token(1, b'a'));
    let again = |story: &mut Story| story.refresh(0, successor()).attempt = Some("x".to_owned());
    assert_eq!(robbed(0, again), (vec![], 0), "in an attempt that was made before");
    let in_flight = |story: &mut Story| story.refresh(0, successor()).attempt = None;
    assert_eq!(robbed(2, in_flight), (vec![], 0), "within the tolerance of a browser that names no attempts");
    for second in 2..8 {
        let killed = |story: &mut Story| {
            story.refresh(0, successor());
            story.broken(Broken::Process, second, second);
        };
        assert_eq!(robbed(0, killed), (vec![Rule::TheftIsCaught], 1), "a kill forgets no use that was answered");
    }

    let full_disk = |story: &mut Story| {
        story.refresh(0, successor());
        story.broken(Broken::Disk, 0, 9);
    };
    assert_eq!(robbed(0, full_disk), (vec![Rule::TheftIsCaught], 1), "nor does a full disk");

    let head = |story: &mut Story| story.rotate(1).attempt = None;
    assert_eq!(robbed(0, head), (vec![], 0), "the access token must be of a successor");
    let mut story = Story::begin();
    story.rotate(0);
    story.is_used(1).cut_off(None);
    story.refresh(0, successor());
    assert_eq!(certain_thefts(&story.0), 0, "the use must have been accepted");

    let mut story = Story::begin();
    story.rotate(0);
    let late = story.is_used(1);
    (late.started, late.ended) = (Duration::from_secs(13), Some(Duration::from_secs(14)));
    let theft = story.refresh(0, successor());
    (theft.started, theft.ended) = (Duration::from_secs(15), Some(Duration::from_secs(16)));
    assert_eq!(certain_thefts(&story.0), 0, "somebody may have superseded the successor before it was used");
}

#[test]
fn when_nothing_is_broken_everybody_is_answered() {
    let mut story = Story::begin();
    story.refresh(0, answer(503, "UNAVAILABLE"));
    story.broken(Broken::Disk, 0, 9);
    story.0.calm_since = Some(Duration::from_secs(4));
    assert_eq!(story.verdict(), []);
    story.refresh(0, answer(503, "UNAVAILABLE"));
    story.rotate(0).cut_off(None);
    story.0.complaints.push((Duration::from_secs(9), 0, "a freed disk is not written to".to_owned()));
    assert_eq!(story.verdict(), [Rule::Recovers; 3]);
}

#[test]
fn the_database_agrees_with_what_was_told() {
    let mut story = Story::begin();
    story.rotate(0);
    assert_eq!(story.verdict_on(1, b'a', None), []);
    assert_eq!(story.verdict_on(2, b'b', None), [], "an unanswered rotation may have been the last");
    assert_eq!(story.verdict_on(0, b'a', None), [Rule::AcknowledgedIsKept]);
    assert_eq!(story.verdict_on(1, b'b', None), [Rule::OneLineage]);
    assert_eq!(story.verdict_on(1, b'a', Some("REUSE_DETECTED")), [Rule::NobodyIsLoggedOut]);
    assert_eq!(rules(&compare(&story.0, &[], &[email(0)])), [Rule::AcknowledgedIsKept]);
    story.log_out(left());
    assert_eq!(story.verdict_on(1, b'a', None), [Rule::EndedStaysEnded]);
}

#[test]
fn a_report_shows_what_led_to_it() {
    let mut story = Story::begin();
    story.refresh(0, answer(401, "SESSION_EXPIRED"));
    let text = report(&story.0, &check(&story.0));
    for part in ["NobodyIsLoggedOut at 3.000", "Register -> 201", "Refresh s/0#61 -> 401 SESSION_EXPIRED"] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
}
