//! The part of an address after the question mark.

/// The text as a value there: whatever could mean something is escaped.
pub(super) fn escaped(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut value = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            value.push(char::from(byte));
        } else {
            let digits = [b'%', DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]];
            value.extend(digits.map(char::from));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn an_id_stays_and_everything_else_is_escaped() {
        assert_eq!(escaped("019ab-cd_ef.g~"), "019ab-cd_ef.g~");
        assert_eq!(escaped("a&b=c d%é"), "a%26b%3Dc%20d%25%C3%A9");
    }
}
