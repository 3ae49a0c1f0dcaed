//! A person's sign: their initials on a disc.

use leptos::prelude::*;
use sessionkeep_types::User;

/// How many colours there are (`disc-0` and so on in the style sheet).
const COLOURS: usize = 6;

/// What a person is called: by their name, or else by their address.
pub(crate) fn name_of(user: &User) -> &str {
    user.display_name.as_deref().unwrap_or(&user.email)
}

/// The first letters of the first and the last word.
pub(crate) fn initials(user: &User) -> String {
    let letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let words: Vec<char> = match &user.display_name {
        Some(name) => name.split_whitespace().filter_map(letter).collect(),
        None => letter(&user.email).into_iter().collect(),
    };
    let ends = [words.first(), words.last().filter(|_| words.len() > 1)];
    ends.into_iter().flatten().flat_map(|letter| letter.to_uppercase()).collect()
}

/// The same colour for the same account, everywhere.
fn colour(user: &User) -> usize {
    user.id.as_str().bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % COLOURS
}

/// The disc. Screen readers skip it, because the name is beside it.
#[component]
pub(crate) fn Disc(
    /// Whose.
    #[prop(into)]
    user: Signal<User>,
    /// Whether it is the large one.
    #[prop(optional)]
    large: bool,
) -> impl IntoView {
    let size = if large { " large" } else { "" };
    view! {
        <span
            class=move || user.with(|user| format!("disc disc-{}{size}", colour(user)))
            data-initials=move || user.with(initials)
            aria-hidden="true"
        ></span>
    }
}

#[cfg(test)]
mod tests {
    use sessionkeep_types::{Role, UserId};

    use super::*;

    fn user(name: Option<&str>) -> User {
        User {
            id: UserId::new("1"),
            email: "ada@example.com".to_owned(),
            display_name: name.map(str::to_owned),
            role: Role::User,
            created_at: String::new(),
            password_changed_at: None,
            review: None,
        }
    }

    #[test]
    fn initials_are_those_of_the_first_and_the_last_name() {
        for (name, letters) in [
            (Some("Ada Lovelace"), "AL"),
            (Some("ada king lovelace"), "AL"),
            (Some("Ada"), "A"),
            (Some("(Ada) <b>"), "AB"),
            (Some("éva ß"), "ÉSS"),
            (Some("…"), ""),
            (None, "A"),
        ] {
            assert_eq!(initials(&user(name)), letters, "{name:?}");
        }
    }

    #[test]
    fn a_person_without_a_name_is_called_by_their_address() {
        assert_eq!(name_of(&user(None)), "ada@example.com");
        assert_eq!(name_of(&user(Some("Ada"))), "Ada");
    }
}
