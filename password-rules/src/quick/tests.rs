use crate::{Advice, Estimate, PasswordRules, Person, Strength, normalise};

const RULES: PasswordRules = PasswordRules { min_length: 12 };
const ADA: Person<'static> =
    Person { email: "ada.lovelace@example.com", display_name: Some("Countess Ada"), service: "Brightwell Books" };
const WORDS: &str = include_str!("../../common/english.txt");

fn estimate(password: &str) -> Estimate {
    RULES.estimate(&normalise(password), ADA)
}

fn is_accepted(password: &str) -> bool {
    RULES.check(&normalise(password), ADA).is_ok()
}

/// PW-04: a refused password is never called strong, an accepted one never weak.
#[test]
fn the_estimate_agrees_with_the_servers_decision() {
    use Strength::{Fair, Strong, Weak};
    for (password, accepted, strength) in [
        // Common, or close to it.
        ("password1234", false, Weak),
        ("PolniyPizdec0211", false, Weak),
        ("sojdlg123aljg", false, Weak),
        ("QWERTY123456", false, Weak),
        ("iloveyou1234", false, Weak),
        ("p4ssw0rd-p4ssw0rd", false, Weak),
        ("passwordqwerty", false, Weak),
        ("Football2024!", false, Weak),
        ("drowssapdrowssap", false, Weak),
        // Patterns.
        ("aaaaaaaaaaaaaaaa", false, Weak),
        ("bvbvbvbvbvbvbv", false, Weak),
        ("abcdefghijklmnop", false, Weak),
        ("123456789012", false, Weak),
        ("987654321098", false, Weak),
        ("qwertyuiop12", false, Weak),
        ("asdfghjkl;'asd", false, Weak),
        ("1-2-3-4-5-6-7-8-9", false, Weak),
        ("01.01.1990 01.01.1990", false, Weak),
        ("summer2024!!", false, Weak),
        // The person's own data and the service's name.
        ("lovelace.ada.2026!", false, Weak),
        ("1ov3l@ce2026!", false, Weak),
        ("ecalevol.ada!", false, Weak),
        ("sessionkeep.ada.2026", false, Weak),
        ("Brightwell2026", false, Weak),
        ("8r1ghtw3ll-b00ks", false, Weak),
        // Other scripts and keyboards.
        ("ｐａｓｓｗｏｒｄ１２３４", false, Weak),
        ("р\u{430}\u{455}\u{455}w\u{43e}rd1234", false, Weak),
        ("парольпароль", false, Weak),
        ("привет-привет", false, Weak),
        ("йцукенгшщзхъ", false, Weak),
        ("абвгдежзийкл", false, Weak),
        ("비밀번호12345678", false, Weak),
        ("我爱你我爱你我爱你我爱你", false, Weak),
        ("gfhjkm123456789", false, Weak),
        // Rarer words and numbers: the browser does not know them.
        ("789456123000", false, Fair),
        ("harbour lantern", false, Fair),
        ("Compassionate2002!", false, Fair),
        ("harbourx lantern", true, Fair),
        // Random letters could be rare words.
        ("xkqzvwpmtrgb", true, Fair),
        // Words and characters enough.
        ("quiet river under the oak", true, Strong),
        ("plum tent arcs dusty", true, Strong),
        ("harbour lantern tin", true, Strong),
        ("seven lanterns by the harbour", true, Strong),
        ("brightwell sells purple umbrellas", true, Strong),
        ("correcthorsebatterystaple", true, Strong),
        ("x9#K!2$v%Q&z", true, Strong),
        ("xK9qzT2mPw4L", true, Strong),
        ("тихая река под старым дубом", true, Strong),
        ("樫の木の下を流れる静かな川", true, Strong),
        ("शांत नदी बरगद के नीचे", true, Strong),
        ("🔑🌊🍀🎲🚲🧦🪁🥨🛶🦉🎻🏔", true, Strong),
    ] {
        assert_eq!((is_accepted(password), estimate(password).strength), (accepted, strength), "{password}");
    }
}

/// What people make of common passwords and frequent words, and what a program makes.
#[test]
fn the_estimate_is_wrong_about_few_of_many_passwords() {
    const OF_EACH: usize = 25;
    let nth = |of: &[&'static str], at: usize| of[at * 7919 % of.len()];
    let shorter: Vec<&str> =
        include_str!("../../common/passwords.txt").lines().filter(|password| password.chars().count() < 12).collect();
    let words: Vec<&str> = WORDS.split_whitespace().filter(|word| word.len() > 3).collect();
    let random = |alphabet: &str, seed: usize| -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let mut state = seed * 0x9e37_79b9 + 1;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            letters[(state >> 33) % letters.len()]
        };
        (0..14).map(|_| next()).collect()
    };
    let of_each = |at: usize| {
        let [one, two, three, four] = [1, 2, 3, 5].map(|step| nth(&words, at * step + step));
        [
            format!("{}2024!", nth(&shorter, at)),
            format!("{0}{0}", nth(&shorter, at)),
            format!("{one}{two}{}", at % 100),
            format!("{one} {two} {three}"),
            format!("{one}-{two}-{three}-{four}"),
            random("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", at),
            random("abcdefghijklmnopqrstuvwxyz", at),
        ]
    };
    let (mut all, mut agreed, mut too_strong) = (0, 0, vec![]);
    for password in (0..OF_EACH).flat_map(of_each).filter(|password| password.chars().count() >= 12) {
        let (accepted, strength) = (is_accepted(&password), estimate(&password).strength);
        assert!(!accepted || strength != Strength::Weak, "{password} is accepted");
        all += 1;
        agreed += usize::from(accepted == (strength != Strength::Weak));
        if !accepted && strength == Strength::Strong {
            too_strong.push(password);
        }
    }
    assert!(too_strong.len() * 100 <= all, "{too_strong:?}");
    assert!(agreed * 100 >= all * 85, "{agreed} of {all}");
}

#[test]
fn what_is_weak_or_fair_comes_with_advice() {
    for (password, advice) in [
        ("PolniyPizdec0211", Advice::Common),
        ("computer-x7q", Advice::Common),
        ("lovelace.ada.2026!", Advice::OwnData),
        ("brightwell2026", Advice::OwnData),
        ("bvbvbvbvbvbvbv", Advice::Repeats),
        ("fghjklkjhgfdsd", Advice::Keyboard),
        ("mnopqrstuvwxab", Advice::Sequence),
        ("summer winter", Advice::More),
        ("harbour lantern", Advice::More),
    ] {
        assert_eq!(estimate(password).advice, Some(advice), "{password}");
    }
    assert_eq!(estimate("seven lanterns by the harbour"), Estimate { strength: Strength::Strong, advice: None });
}

#[test]
fn only_the_beginning_of_a_long_password_is_judged() {
    let long = "seven lanterns by the harbour ".repeat(8);
    assert_eq!(estimate(&long).strength, Strength::Strong);
}

#[test]
fn frequent_words_are_known_to_the_server_by_the_same_rank() {
    for line in WORDS.lines() {
        let mut words = line.split(' ');
        let rank: u64 = words.next().and_then(|rank| rank.parse().ok()).expect("a rank");
        assert!(words.clone().is_sorted_by(|one, next| one < next));
        for word in words {
            assert!(word.bytes().all(|letter| letter.is_ascii_lowercase()) && word.len() > 2, "{word}");
            assert!(zxcvbn::zxcvbn(word, &[]).guesses() <= rank + 1, "{word}");
        }
    }
}
