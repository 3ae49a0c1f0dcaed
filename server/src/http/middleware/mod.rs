//! What happens to every request and answer.

pub(super) mod error_body;
pub(super) mod head;
pub(super) mod headers;
pub(super) mod keys;
pub(super) mod log;
pub(super) mod request_id;
pub(super) mod to_its_end;
