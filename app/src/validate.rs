//! What a form can say before it sends. The server says it again, and more.

use sessionkeep_types::{
    limits::{DISPLAY_NAME_MAX_LENGTH, EMAIL_MAX_LENGTH, PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH},
    text::check_readable,
};

use crate::words;

/// What is wrong with the email address of a new account. Older accounts may sign in with one that is refused today.
pub(crate) fn new_email(email: &str) -> Option<String> {
    unreadable(email).or_else(|| self::email(email).map(str::to_owned))
}

/// What is wrong with an email address, if anything can be told from its form alone.
pub(crate) fn email(email: &str) -> Option<&'static str> {
    let words = &words::here().fields;
    let email = email.trim();
    if email.is_empty() {
        return Some(words.email_missing);
    }
    if email.len() > EMAIL_MAX_LENGTH {
        return Some(words.email_long);
    }
    let looks_right = email
        .split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !email.contains(char::is_whitespace);
    (!looks_right).then_some(words.email_form)
}

/// What is wrong with the length of a new password.
pub(crate) fn new_password(password: &str) -> Option<String> {
    let words = &words::here().fields;
    match password.chars().count() {
        0 => Some(words.password_choose.to_owned()),
        length if length < PASSWORD_MIN_LENGTH => Some((words.too_short)(PASSWORD_MIN_LENGTH, length)),
        length if length > PASSWORD_MAX_LENGTH => Some((words.too_long)(PASSWORD_MAX_LENGTH, length)),
        _ => None,
    }
}

/// What is wrong with a password that exists already. Its length is nobody's business here.
pub(crate) fn password(password: &str) -> Option<&'static str> {
    password.is_empty().then_some(words::here().fields.password_missing)
}

/// What is wrong with a display name.
pub(crate) fn display_name(name: &str) -> Option<String> {
    let length = name.trim().chars().count();
    unreadable(name).or_else(|| {
        (length > DISPLAY_NAME_MAX_LENGTH).then(|| (words::here().fields.too_long)(DISPLAY_NAME_MAX_LENGTH, length))
    })
}

fn unreadable(text: &str) -> Option<String> {
    check_readable(text).err().map(|found| words::here().fields.unreadable(found))
}

/// How far a new password is, for the line below the field.
pub(crate) fn length_hint(length: usize) -> String {
    let words = &words::here().strength;
    match length {
        0 => (words.empty)(PASSWORD_MIN_LENGTH),
        short if short < PASSWORD_MIN_LENGTH => (words.to_go)(PASSWORD_MIN_LENGTH - short),
        long if long > PASSWORD_MAX_LENGTH => (words.too_long)(PASSWORD_MAX_LENGTH),
        length => (words.length)(length),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_needs_something_on_both_sides_of_one_at_sign() {
        for good in ["a@b", "first.last+tag@example.com", " spaced@example.com "] {
            assert_eq!(email(good), None, "{good}");
        }
        for bad in ["", " ", "a", "a@", "@b", "a@b@c", "a b@c"] {
            assert!(email(bad).is_some(), "{bad}");
        }
        assert!(email(&format!("{}@example.com", "a".repeat(250))).is_some());
    }

    #[test]
    fn invisible_characters_are_named_in_new_addresses_and_names_and_let_old_accounts_sign_in() {
        let sentence = Some("Remove the invisible character U+200B.".to_owned());
        assert_eq!(new_email("ada\u{200b}@example.com"), sentence);
        assert_eq!(email("ada\u{200b}@example.com"), None);
        assert_eq!(display_name("A\u{200b}da"), sentence);
        assert_eq!((new_email(" ada@example.com "), display_name(" Ada ")), (None, None));
    }

    #[test]
    fn a_new_password_has_12_to_256_characters_however_many_bytes_they_take() {
        for (length, is_good) in [(0, false), (11, false), (12, true), (256, true), (257, false)] {
            assert_eq!(new_password(&"é".repeat(length)).is_none(), is_good, "{length}");
        }
    }

    #[test]
    fn the_hint_counts_down() {
        assert_eq!(length_hint(10), "2 more characters to go.");
        assert_eq!(length_hint(11), "1 more character to go.");
        assert_eq!(length_hint(12), "12 characters.");
    }
}
