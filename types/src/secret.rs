//! Values that must reach the other side but never a log: their `Debug` prints nothing of them.

use serde::{Deserialize, Serialize};

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Password))]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Wraps the secret.
            pub fn new(secret: impl Into<String>) -> Self {
                Self(secret.into())
            }

            /// The secret itself. The name is long so that each use stands out in a review.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }
    };
}

secret! {
    /// A password as it was typed. The server normalises it to NFC before anything else.
    Password
}
secret! {
    /// A signed access token (a JWT of type `at+jwt`, RFC 9068) for the `Authorization: Bearer` header. A client keeps it in memory and
    /// nowhere else.
    AccessToken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_output_never_holds_the_secret() {
        assert_eq!(format!("{:?}", Password::new("hunter2")), "Password(redacted)");
        assert_eq!(format!("{:?}", AccessToken::new("eyJ")), "AccessToken(redacted)");
    }
}
