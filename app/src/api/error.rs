//! What can come back instead of what was asked for.

use core::{fmt, time::Duration};

use sessionkeep_types::{ErrorBody, ErrorCode};

use super::transport::Response;

/// Why a call has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiError {
    /// Nobody answered. Try later.
    NoAnswer,
    /// The server refused, in the contract's words.
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server says about it.
        body: Box<ErrorBody>,
        /// When to come back, where the server said so.
        retry_after: Option<Duration>,
    },
    /// An answer that is not the contract's: a proxy's error page, most likely. Try later.
    Garbled {
        /// The HTTP status.
        status: u16,
        /// When to come back, where somebody said so.
        retry_after: Option<Duration>,
    },
    /// There is no session, or it ended before the answer came.
    SignedOut,
}

impl ApiError {
    /// The error in an answer that is not a success.
    pub(super) fn from_response(response: &Response) -> Self {
        let Response { status, retry_after, ref body } = *response;
        match serde_json::from_str(body) {
            Ok(body) => Self::Refused { status, body: Box::new(body), retry_after },
            Err(_) => Self::Garbled { status, retry_after },
        }
    }

    /// The contract's code, where there is one.
    #[must_use]
    pub fn code(&self) -> Option<&ErrorCode> {
        match self {
            Self::Refused { body, .. } => Some(&body.code),
            Self::NoAnswer | Self::Garbled { .. } | Self::SignedOut => None,
        }
    }

    /// Whether the request may have had its effect although it was not granted: no refusal says that it had none.
    #[must_use]
    pub fn is_unclear(&self) -> bool {
        match self {
            Self::NoAnswer | Self::Garbled { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::SignedOut => false,
        }
    }

    /// How long the server asked us to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused { retry_after, .. } | Self::Garbled { retry_after, .. } => *retry_after,
            Self::NoAnswer | Self::SignedOut => None,
        }
    }

    /// What the server says about one field of the form.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Refused { body, .. } => body.fields.as_ref()?.get(name).map(String::as_str),
            Self::NoAnswer | Self::Garbled { .. } | Self::SignedOut => None,
        }
    }
}

/// One sentence for a person.
impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAnswer => "The server could not be reached. Check your connection and try again.",
            Self::Garbled { .. } => "The server is not available right now. Please try again in a moment.",
            Self::SignedOut => "You are signed out.",
            Self::Refused { body, .. } => &body.error,
        })
    }
}

impl core::error::Error for ApiError {}
