//! The part of an address after the question mark.

/// Which part of a list that is newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    before: Option<&'a str>,
    limit: Option<u32>,
}

impl<'a> Part<'a> {
    /// Where the list begins.
    pub const NEWEST: Part<'static> = Part { before: None, limit: None };

    /// What comes after a part whose `next` was this.
    #[must_use]
    pub fn before(next: &'a str) -> Self {
        Self { before: Some(next), limit: None }
    }

    /// The same, with as many entries as that; else as many as [`sessionkeep_types::limits::PAGE_DEFAULT`].
    #[must_use]
    pub fn at_most(self, limit: u32) -> Self {
        Self { limit: Some(limit), ..self }
    }
}

/// An address that is being put together.
pub(crate) struct Address(String);

impl Address {
    pub(crate) fn of(path: &str) -> Self {
        Self(path.to_owned())
    }

    /// Adds a parameter, where there is a value.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.contains('?') { '&' } else { '?' });
            self.0.push_str(name);
            self.0.push('=');
            escape(value, &mut self.0);
        }
        self
    }

    pub(crate) fn part(self, Part { before, limit }: Part<'_>) -> String {
        let limit = limit.map(|limit| limit.to_string());
        self.with("before", before).with("limit", limit.as_deref()).finish()
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }
}

/// The text as a value: whatever could mean something is escaped.
fn escape(text: &str, to: &mut String) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            to.push(char::from(byte));
        } else {
            let digits = [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            to.extend(digits.map(char::from));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_stays_and_everything_else_is_escaped() {
        let address = |text| Address::of("/x").with("a", Some(text)).part(Part::NEWEST);
        assert_eq!(address("019ab-cd_ef.g~"), "/x?a=019ab-cd_ef.g~");
        assert_eq!(address("a&b=c d%é"), "/x?a=a%26b%3Dc%20d%25%C3%A9");
    }

    #[test]
    fn only_what_is_asked_for_stands_in_the_address() {
        let address = |part| Address::of("/x").with("a", None).part(part);
        assert_eq!(address(Part::NEWEST), "/x");
        assert_eq!(address(Part::NEWEST.at_most(5)), "/x?limit=5");
        assert_eq!(address(Part::before("c").at_most(5)), "/x?before=c&limit=5");
    }
}
