//! Identifiers. To a client they are opaque strings; the server makes them `UUIDv7`.

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = "uuid"))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps an id that was received or has just been made. Nothing is checked: an id that does not exist is
            /// answered with "not found" by whoever looks it up.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// The id as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id! {
    /// A person's account.
    UserId
}
id! {
    /// One sign-in on one device, however often its refresh token is rotated (RFC 9700 calls it the token family).
    SessionId
}
id! {
    /// One request, as in the `x-request-id` header of its answer and in the server's log.
    RequestId
}
