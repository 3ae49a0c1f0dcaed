//! Limits that a form can check before it sends. The server checks them again.

/// Fewest characters in a password, unless the server is configured otherwise: Unicode code points after NFC, of which
/// invisible ones and accents by themselves are not counted. ASVS 5.0 asks for 8 at least and recommends 15 (6.2.1).
pub const PASSWORD_MIN_LENGTH: usize = 12;
/// No setting makes a password shorter than this acceptable (ASVS 5.0, 6.2.1).
pub const PASSWORD_MIN_FLOOR: usize = 8;
/// Most characters in a password (ASVS 5.0 6.2.9 asks that at least 64 are accepted).
pub const PASSWORD_MAX_LENGTH: usize = 256;
/// Most characters in a display name.
pub const DISPLAY_NAME_MAX_LENGTH: usize = 64;
/// Most accents, points and other marks on one letter of a display name or an email address, in NFD. Unicode's stream-safe text has
/// 30 for any technical use (UAX #15, 13); Hebrew with points and cantillation, Burmese and Tibetan, which stack most, need six.
pub const MARKS_MAX: usize = 8;
/// Most bytes in an email address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const EMAIL_MAX_LENGTH: usize = 254;
/// Most characters in a refresh attempt's id.
pub const ATTEMPT_MAX_LENGTH: usize = 64;
/// Entries on a page of a list, unless `limit` asks for fewer or more.
pub const PAGE_DEFAULT: u32 = 50;
/// Most entries on a page; a larger `limit` gives this many.
pub const PAGE_MAX: u32 = 200;
