//! Makes ids: `UUIDv7` (RFC 9562, 5.7), which sort by the time they were made.

use uuid::Builder;

use crate::{
    random::{self, Random},
    session::UnixMillis,
};

/// A new id.
pub(crate) fn new(now: UnixMillis, random: &dyn Random) -> String {
    let millis = u64::try_from(now.0).unwrap_or_default();
    Builder::from_unix_timestamp_millis(millis, &random::bytes(random)).into_uuid().to_string()
}
