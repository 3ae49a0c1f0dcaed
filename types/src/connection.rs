//! What arrives of a request, for whoever looks for what is in the way.

use serde::{Deserialize, Serialize};

/// Body of [`crate::routes::CONNECTION`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRequest {
    /// Is set as the value of a cookie, so that a second request shows whether it comes back. 1 to 64 letters and digits.
    #[cfg_attr(feature = "openapi", schema(pattern = "^[A-Za-z0-9]{1,64}$"))]
    pub nonce: String,
}

/// What the server saw of the request that it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// The server's clock.
    #[cfg_attr(feature = "openapi", schema(format = DateTime))]
    pub now: String,
    /// The address that it takes for the client's; empty where it is not known.
    pub address: String,
    /// The header `Origin`, where it came.
    pub origin: Option<String>,
    /// The header `Sec-Fetch-Site`, where it came. Browsers send it.
    pub sec_fetch_site: Option<String>,
    /// Why a sign-in like this would be refused as one of another site; null where it would not.
    pub refused: Option<String>,
    /// How many refresh tokens came: one in a browser that is signed in.
    pub refresh_cookies: usize,
    /// How many of them count: one in a browser that is signed in. Others may have been set by a neighbouring site.
    pub refresh_counting: usize,
    /// How many cookies `sessionGen` came: as many.
    pub generation_cookies: usize,
    /// What came in the cookie that an earlier answer has set: the nonce of that request.
    pub probes: Vec<String>,
    /// The way that the request took. For the operator alone.
    pub route: Option<Route>,
}

/// The way that a request took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Route {
    /// The address that the connection to the server came from: the client's or a proxy's.
    pub peer: String,
    /// Whether `TRUSTED_PROXIES` has it.
    pub peer_trusted: bool,
    /// What came in `X-Forwarded-For`, hop by hop.
    pub forwarded_for: Vec<String>,
}
