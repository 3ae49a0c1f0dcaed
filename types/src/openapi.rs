//! What a derive cannot tell about the types in an OpenAPI document.

use utoipa::openapi::{
    KnownFormat, Object, ObjectBuilder, SchemaFormat,
    schema::{SchemaType, Type},
};

use crate::{limits, text};

/// A string that is one of these.
macro_rules! enumerated {
    ($name:ty, $values:expr, $description:expr) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::Type::String)
                    .enum_values(Some($values))
                    .description(Some($description))
                    .into()
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}
pub(crate) use enumerated;

/// A documentation comment without its links to other items of this crate.
pub(crate) fn plain(comment: &str) -> String {
    comment.trim().replace("[`", "`").replace("`]", "`").replace("crate::", "").replace("ErrorBody::", "")
}

/// What the codes are for, and each of them with its meaning.
pub(crate) fn described<'a>(comment: &str, codes: impl Iterator<Item = (&'a str, String)>) -> String {
    let codes: Vec<_> = codes.map(|(code, meaning)| format!("* `{code}`: {meaning}")).collect();
    let comment = plain(comment);
    format!("{comment} A newer server may send others: they must not break a client.\n\n{}", codes.join("\n"))
}

/// Whoever tries the API signs up with these, and in.
pub(crate) fn an_email() -> &'static str {
    "ada@example.com"
}

/// See [`an_email`].
pub(crate) fn a_password() -> &'static str {
    "quiet river under the oak"
}

/// A password that somebody wants to have from now on. What the settings ask for can be more than the floor.
pub(crate) fn new_password() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Password)))
        .min_length(Some(limits::PASSWORD_MIN_FLOOR))
        .max_length(Some(limits::PASSWORD_MAX_LENGTH))
        .examples([a_password()])
        .description(Some(format!(
            "Counted in code points after NFC, without invisible ones and accents by themselves. At least {} characters unless the server is configured otherwise, which it \
             cannot be to fewer than {}; not common, and not made of the name or the email address.",
            limits::PASSWORD_MIN_LENGTH,
            limits::PASSWORD_MIN_FLOOR
        )))
        .build()
}

/// An email address of somebody who wants an account.
pub(crate) fn email() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::IdnEmail)))
        .max_length(Some(limits::EMAIL_MAX_LENGTH))
        .examples([an_email()])
        .description(Some(format!(
            "Counted in bytes. No characters that are invisible or for private use, no mark at the start of a part, and at most {} \
             marks on one letter. Trimmed and compared in lower case and NFC.",
            limits::MARKS_MAX
        )))
        .build()
}

/// What Unicode calls white space; what `\s` stands for is another set in each language.
const WHITE: &str = r"[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]";

/// The [`text::INVISIBLE`] and [`text::UNDEFINED`] characters, for a class of a pattern. Not those beyond U+FFFF, for which each
/// language has its own notation.
fn unreadable() -> String {
    let ranges = text::INVISIBLE.iter().chain(&text::UNDEFINED).filter(|(_, last)| *last <= '\u{ffff}');
    let ranges = ranges.map(|(first, last)| format!(r"\u{:04x}-\u{:04x}", u32::from(*first), u32::from(*last)));
    ranges.collect::<Vec<_>>().concat()
}

/// A name to be shown, or null.
pub(crate) fn display_name() -> Object {
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .examples(["Ada"])
        // Not `maxLength`, which would count what is dropped.
        .pattern(Some(format!(
            r"^{WHITE}*[^{}]{{0,{}}}{WHITE}*$",
            unreadable(),
            limits::DISPLAY_NAME_MAX_LENGTH
        )))
        .description(Some(format!(
            "Shown instead of the email address. At most {} characters, none of them invisible (controls, format characters, \
             what Unicode calls default-ignorable), for private use or a noncharacter, the first one not a mark, at most {} marks on \
             one letter. Stored in NFC. White space around it is dropped \
             and not counted; blank means none.",
            limits::DISPLAY_NAME_MAX_LENGTH,
            limits::MARKS_MAX
        )))
        .build()
}
