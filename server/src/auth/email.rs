//! Email addresses: the one form in which they are stored and compared, and the forms in which older accounts have them.

use sessionkeep_types::{limits, text::check_readable};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use super::{Auth, marks, wrong_field::WrongField};
use crate::account::Account;
use crate::storage::StorageError;

/// An email address as a user entered it.
#[derive(Clone, Debug)]
pub(crate) struct Email {
    /// Trimmed, in lower case, NFC.
    canonical: String,
    /// The forms in which an account may be stored, the likeliest to be meant first.
    forms: Vec<String>,
}

impl Email {
    pub(crate) fn entered(text: &str) -> Self {
        let entered = text.trim().to_lowercase();
        let canonical: String = entered.nfc().collect();
        let mut forms = vec![canonical.clone(), canonical.nfd().collect()];
        forms.retain(|form| *form != entered);
        forms.insert(0, entered);
        forms.dedup();
        Self { canonical, forms }
    }

    /// The form in which a new account is stored and password tries are counted.
    pub(crate) fn as_str(&self) -> &str {
        &self.canonical
    }

    pub(super) fn into_string(self) -> String {
        self.canonical
    }

    /// Checks that a new account may have this address.
    ///
    /// # Errors
    /// [`WrongField`].
    pub(super) fn check(&self) -> Result<(), WrongField> {
        check_readable(&self.canonical)?;
        if marks::too_many(&self.canonical) {
            return Err(WrongField::TooManyMarks);
        }
        if is_email(&self.canonical) { Ok(()) } else { Err(WrongField::NoEmail) }
    }
}

impl Auth {
    /// The account with this address. Accounts that are older than the rule of NFC are found in the form in which the address
    /// was entered then. How many queries this takes depends on the address alone, not on whether there is an account.
    pub(crate) async fn account_of(&self, email: &Email) -> Result<Option<Account>, StorageError> {
        let mut found = None;
        for form in &email.forms {
            let account = self.accounts.by_email(form).await?;
            found = found.or(account);
        }
        Ok(found)
    }

    /// Whether an older account has this address in another form than a new one would.
    pub(super) async fn is_taken_in_an_older_form(&self, email: &Email) -> Result<bool, StorageError> {
        Ok(email.forms.len() > 1 && self.account_of(email).await?.is_some())
    }
}

/// Whether mail could be sent there. Only a mail can prove it, so this refuses what is certainly no address.
fn is_email(email: &str) -> bool {
    let Some((local, domain)) = email.rsplit_once('@') else { return false };
    // A mark at the start would be drawn on the character before it.
    let plain =
        |text: &str| !text.is_empty() && !text.contains(char::is_whitespace) && !text.starts_with(is_combining_mark);
    email.len() <= limits::EMAIL_MAX_LENGTH
        && plain(local)
        && !local.contains('@')
        && plain(domain)
        && domain.split('.').all(|label| plain(label) && !label.starts_with('-') && !label.ends_with('-'))
        && domain.contains('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_certainly_no_email_address_is_refused() {
        for good in ["a@b.c", "ada.lovelace+x@sub.example.co.uk", "用户@例子.公司", "é@example.com", "राम@उदाहरण.भारत"]
        {
            assert_eq!(Email::entered(good).check(), Ok(()), "{good}");
        }
        let long = format!("{}@example.com", "a".repeat(250));
        let heap = format!("a{}@b.c", "\u{301}".repeat(9));
        for bad in [
            "",
            "a",
            "@b.c",
            "a@",
            "a@b",
            "a b@c.d",
            "a\u{a0}b@c.d",
            "a@b..c",
            "a@-b.c",
            "a@b@c.d",
            "a\r\n@b.c",
            "\u{301}a@b.c",
            "a@\u{301}b.c",
            "a@b.\u{93f}c",
            "a\u{e000}@b.c",
            "a@\u{fffc}.c",
            &heap,
            &long,
        ] {
            assert!(Email::entered(bad).check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_address_is_looked_up_as_it_was_entered_and_in_both_forms_of_its_letters() {
        let forms = |text| Email::entered(text).forms;
        assert_eq!(forms(" Ada@Example.com "), ["ada@example.com"]);
        assert_eq!(forms("\u{c9}@b.c"), ["\u{e9}@b.c", "e\u{301}@b.c"]);
        assert_eq!(forms("E\u{301}@b.c"), ["e\u{301}@b.c", "\u{e9}@b.c"]);
        assert_eq!(forms("\u{ea}\u{301}@b.c").len(), 3, "neither composed nor decomposed");
        assert_eq!(Email::entered("E\u{301}@b.c").as_str(), "\u{e9}@b.c");
    }
}
