//! What handlers take from a request. An extractor that refuses does so in the contract's words.
//!
//! Handlers name their extractors in the order in which the contract checks: origin and header rule, content type and
//! body, then the credential.

use std::{
    collections::BTreeSet,
    marker::PhantomData,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    str::FromStr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::{
    body::Bytes,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request},
    http::{Extensions, HeaderMap, header, request::Parts},
};
use ipnet::IpNet;
use serde::{Deserialize, de::DeserializeOwned};
use sessionkeep_types::{ErrorCode, EventKind, Route, SessionId, limits, routes};
use sessionkeep_verify::Rejection;
use tokio::time::timeout;
use utoipa::IntoParams;
use uuid::Uuid;
use words::{Api, Language};

use super::{
    AppState,
    cookie::Read,
    error::{ApiError, JSON, api, refusals},
};
pub(super) use crate::session::Caller;
use crate::{
    auth::{Device, Sent, administrate::Administrator, authenticate::AuthenticateError},
    config::PublicOrigin,
    limits::{Limits, TooOften},
    session::Client,
    storage::StorageError,
    token::access::Claims,
};

/// The request does not come from a page of another origin (the contract's origin rule).
pub(super) struct SameOrigin;

impl FromRequestParts<AppState> for SameOrigin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        check_origin(&parts.headers, &state.edge.origin).map_err(ApiError::csrf)?;
        Ok(Self)
    }
}

/// As [`SameOrigin`], and the header rule: for routes whose credential is the cookie.
pub(super) struct CsrfGate;

impl FromRequestParts<AppState> for CsrfGate {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        check_origin(&parts.headers, &state.edge.origin).map_err(ApiError::csrf)?;
        if parts.headers.contains_key(routes::REQUESTED_BY_HEADER) {
            Ok(Self)
        } else {
            Err(ApiError::csrf(|api| api.requested_by))
        }
    }
}

/// `Sec-Fetch-Site` and `Origin` are the browser's own words, and none may contradict that a page of ours asks. `same-site` is
/// not enough: the cookie does travel from a sibling port or sub-domain. `null` hides the origin (a referrer policy does so) and
/// says nothing beside `same-origin`. A request with neither header comes from no browser's page.
pub(super) fn check_origin(headers: &HeaderMap, ours: &PublicOrigin) -> Result<(), fn(&Api) -> &'static str> {
    let mut sites = headers.get_all("sec-fetch-site").iter();
    let same_origin = match (sites.next(), sites.next()) {
        (Some(site), None) if site == "same-origin" => true,
        (Some(_), _) => return Err(|api| api.fetch_site),
        (None, _) => false,
    };
    let mut origins = headers.get_all(header::ORIGIN).iter();
    match (origins.next(), origins.next()) {
        (None, _) => Ok(()),
        (Some(origin), None) if origin == ours.as_str() || (same_origin && origin == "null") => Ok(()),
        _ => Err(|api| api.origin),
    }
}

/// The language of ours that the client prefers (RFC 9110, 12.5.4).
pub(super) fn accepted_language(headers: &HeaderMap) -> Language {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|accepted| accepted.to_str().ok());
    Language::accepted(accepted.unwrap_or_default())
}

/// What came in the cookies: usually one refresh token and, on https, its companion.
pub(super) struct RefreshCookies(pub(super) Sent);

impl FromRequestParts<AppState> for RefreshCookies {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let Read { sent, look_alike } = state.edge.cookie.read(&parts.headers);
        if look_alike {
            state.audit.look_alike(&caller(&parts.headers, &parts.extensions, &state.edge.trusted_proxies));
        }
        Ok(Self(sent))
    }
}

/// The id of a refresh attempt.
pub(super) struct RefreshAttempt(pub(super) Option<String>);

impl FromRequestParts<AppState> for RefreshAttempt {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(routes::REFRESH_ATTEMPT_HEADER) else { return Ok(Self(None)) };
        let attempt = value.to_str().unwrap_or_default();
        if (1..=limits::ATTEMPT_MAX_LENGTH).contains(&attempt.len()) {
            Ok(Self(Some(attempt.to_owned())))
        } else {
            Err(ApiError::malformed(|api| api.refresh_attempt))
        }
    }
}

impl FromRequestParts<AppState> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        Ok(caller(&parts.headers, &parts.extensions, &state.edge.trusted_proxies))
    }
}

/// Longer than any browser's; what is beyond is cut.
const USER_AGENT_CHARS: usize = 512;

/// The caller of a request that has these.
pub(super) fn caller(headers: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> Caller {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    let ip = peer.map(|peer| client_address(peer, headers, trusted));
    let user_agent = headers.get(header::USER_AGENT).map(|value| String::from_utf8_lossy(value.as_bytes()));
    Caller {
        ip: ip.map(|ip| ip.to_string()).unwrap_or_default(),
        user_agent: user_agent.unwrap_or_default().chars().take(USER_AGENT_CHARS).collect(),
    }
}

/// The way that a request took which has these.
pub(super) fn route(headers: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> Route {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip().to_canonical());
    Route {
        peer: peer.map(|peer| peer.to_string()).unwrap_or_default(),
        peer_trusted: peer.is_some_and(|peer| trusted.iter().any(|network| network.contains(&peer))),
        forwarded_for: hops(headers).map(str::to_owned).collect(),
    }
}

/// What `X-Forwarded-For` says, the client's word first.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    (headers.get_all("x-forwarded-for").iter())
        // What cannot be read is a hop of its own: what a proxy has appended to it counts all the same.
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|hop| str::from_utf8(hop).unwrap_or_default().trim())
}

/// The address of a hop. Some proxies write its port, too, or the brackets of an IPv6 address (RFC 7239, 6).
pub(crate) fn hop_address(hop: &str) -> Option<IpAddr> {
    let with_port = || hop.parse::<SocketAddr>().ok().map(|hop| hop.ip());
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    hop.parse().ok().or_else(with_port).or_else(in_brackets).map(|address: IpAddr| address.to_canonical())
}

/// The proxies that were reported, one log line each: each request through them has the same problem. A few, so that the list cannot grow.
static REPORTED_PROXIES: Mutex<BTreeSet<IpAddr>> = Mutex::new(BTreeSet::new());
const REPORTED_MOST: usize = 16;

fn report_unreadable_hop(proxy: IpAddr) {
    let mut reported = REPORTED_PROXIES.lock().unwrap_or_else(PoisonError::into_inner);
    if reported.len() < REPORTED_MOST && reported.insert(proxy) {
        tracing::warn!(%proxy, "X-Forwarded-For from this trusted proxy ends with no IP address, so all its clients are limited together: configure it to append the client's address");
    }
}

/// The rightmost hop that is none of ours: what stands further left was written by whoever sent it.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let trusts = |ip: &IpAddr| trusted.iter().any(|network| network.contains(ip));
    if !trusts(&peer) {
        return peer;
    }
    let hops: Vec<&str> = hops(headers).collect();
    let mut address = peer;
    for hop in hops.iter().rev() {
        let Some(hop) = hop_address(hop) else {
            // The proxy at `address` wrote it.
            report_unreadable_hop(address);
            return address;
        };
        address = hop;
        if !trusts(&address) {
            return address;
        }
    }
    address
}

/// The device that signs in. `remember_me` is the body's to say.
pub(super) struct SigningIn(pub(super) Device);

impl FromRequestParts<AppState> for SigningIn {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let RefreshAttempt(attempt) = RefreshAttempt::from_request_parts(parts, state).await?;
        let origin = caller(&parts.headers, &parts.extensions, &state.edge.trusted_proxies);
        let browser = parts.headers.contains_key("sec-fetch-site")
            || parts.headers.contains_key(header::ORIGIN)
            || origin.user_agent.starts_with("Mozilla/");
        let client = Client { browser, names_refreshes: attempt.is_some() };
        Ok(Self(Device { client, origin, remember_me: true }))
    }
}

refusals! {
    AuthenticateError {
        AuthenticateError::Expired => UNAUTHORIZED TokenExpired, api(|api| api.token_expired), challenge(INVALID_TOKEN);
        AuthenticateError::Stale => UNAUTHORIZED TokenStale, api(|api| api.token_stale), challenge(INVALID_TOKEN);
        AuthenticateError::Invalid => FORBIDDEN TokenInvalid, api(|api| api.token_invalid);
        AuthenticateError::Revoked => FORBIDDEN TokenRevoked, api(|api| api.ended);
    }
    from { Storage(StorageError) }
}

/// The challenge of a bearer route for a token that does not count (RFC 6750, 3.1).
const INVALID_TOKEN: &str = r#"Bearer error="invalid_token""#;

/// The access token as it was sent, for a route that answers without one, too.
pub(super) struct Bearer(Result<String, ApiError>);

impl FromRequestParts<AppState> for Bearer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, Self::Rejection> {
        Ok(Self::of(&parts.headers))
    }
}

impl Bearer {
    fn of(headers: &HeaderMap) -> Self {
        let token = sessionkeep_verify::bearer(headers).map(str::to_owned).map_err(|rejection| match rejection {
            Rejection::Missing => ApiError::token_missing(),
            _ => ApiError::token_invalid(),
        });
        Self(token)
    }

    /// The token itself.
    pub(super) fn token(&self) -> Option<&str> {
        self.0.as_deref().ok()
    }

    /// Refuses a token that does not verify. A request without one is accepted.
    pub(super) async fn verify_if_sent(self, state: &AppState) -> Result<(), ApiError> {
        match self.0 {
            Err(error) if error.code == ErrorCode::TokenMissing => Ok(()),
            token => Ok(state.auth.authenticate(&token?).await.map(drop)?),
        }
    }
}

/// The signed-in user, whose access token was verified, and the body of the request. The body is read first, so that what is wrong with
/// it is answered before the token is judged. A handler gets [`Claims`] from it alone.
pub(super) struct Authenticated<B = WithoutBody, K = Reads> {
    /// What the token says.
    pub(super) claims: Claims,
    /// The body.
    pub(super) body: B,
    /// The token, to be verified again later.
    pub(super) token: String,
    kind: PhantomData<K>,
}

impl<B: FromRequest<AppState, Rejection = ApiError> + Send, K: Kind> FromRequest<AppState> for Authenticated<B, K> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let Bearer(token) = Bearer::of(request.headers());
        let body = B::from_request(request, state).await?;
        let token = token?;
        let claims = state.auth.authenticate(&token).await?;
        // Checked before the handler asks the store.
        K::allow(&state.auth.limits, &claims).map_err(|error| ApiError::from(error).of(&claims))?;
        Ok(Self { claims, body, token, kind: PhantomData })
    }
}

impl<B, K> Authenticated<B, K> {
    /// The user, if that is an administrator.
    pub(super) async fn administrator(&self, state: &AppState) -> Result<Administrator, ApiError> {
        state.auth.administrator(&self.claims).await.map_err(|error| ApiError::from(error).of(&self.claims))
    }
}

/// What a request does, as far as the allowances of its session are concerned.
pub(super) trait Kind {
    /// Takes it from the allowance.
    fn allow(limits: &Limits, claims: &Claims) -> Result<(), TooOften>;
}

/// It changes nothing.
pub(super) struct Reads;

impl Kind for Reads {
    fn allow(_: &Limits, _: &Claims) -> Result<(), TooOften> {
        Ok(())
    }
}

/// It changes data of the account.
pub(super) struct Changes;

impl Kind for Changes {
    fn allow(limits: &Limits, claims: &Claims) -> Result<(), TooOften> {
        limits.change(&claims.user_id)
    }
}

/// It ends sessions, or changes what guards them.
pub(super) struct Ends;

impl Kind for Ends {
    fn allow(limits: &Limits, claims: &Claims) -> Result<(), TooOften> {
        limits.end(&claims.session_id)
    }
}

/// The body of a request that has none. What is sent all the same is not read.
pub(super) struct WithoutBody;

impl FromRequest<AppState> for WithoutBody {
    type Rejection = ApiError;

    async fn from_request(_: Request, _: &AppState) -> Result<Self, ApiError> {
        Ok(Self)
    }
}

/// Which part of a list is asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    #[param(ignore)]
    before: Option<String>,
    /// How many entries to give. None gives one; more than 200 gives 200.
    #[param(
        required = false,
        nullable = false,
        format = "uint32",
        default = 50,
        minimum = 0,
        maximum = 4_294_967_295_u32
    )]
    limit: Option<u32>,
}

impl PageQuery {
    /// The cursor, as the list's own kind of id.
    pub(super) fn before<T: FromStr>(&self) -> Result<Option<T>, NoCursor> {
        self.before.as_ref().map(|before| before.parse().map_err(|_| NoCursor)).transpose()
    }

    /// The cursor of a list of sessions.
    pub(super) fn before_session(&self) -> Result<Option<SessionId>, NoCursor> {
        Ok(self.before::<Uuid>()?.map(|id| SessionId::new(id.to_string())))
    }

    /// How many entries to give: at least one, so that a cursor gets on.
    pub(super) fn limit(&self) -> u32 {
        self.limit.unwrap_or(limits::PAGE_DEFAULT).clamp(1, limits::PAGE_MAX)
    }
}

/// Which kinds of events are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct KindQuery {
    /// Only events of these kinds, separated by commas. A kind that does not exist has no events.
    #[param(required = false, nullable = false)]
    kind: Option<String>,
}

impl KindQuery {
    /// None: of every kind. Each known kind once and one unknown at most, so that a request cannot make the query long.
    pub(super) fn kinds(&self) -> Vec<EventKind> {
        let mut kinds = Vec::new();
        for kind in self.kind.iter().flat_map(|asked| asked.split(',')) {
            let kind = EventKind::from(kind.trim().to_owned());
            if !kinds.contains(&kind) && (EventKind::ALL.contains(&kind) || kinds.is_empty()) {
                kinds.push(kind);
            }
        }
        kinds
    }
}

/// `before` is nothing that a list gave as `next`.
pub(super) struct NoCursor;

impl From<NoCursor> for ApiError {
    fn from(NoCursor: NoCursor) -> Self {
        Self::invalid().with_field("before", api(|api| api.before))
    }
}

/// The parameters after the question mark. Unknown ones are ignored.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<AppState> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, ApiError> {
        match axum::extract::Query::try_from_uri(&parts.uri) {
            Ok(axum::extract::Query(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(ApiError::malformed(|api| api.parameters)),
        }
    }
}

/// A JSON body.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequest<AppState> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if !is_json(request.headers()) {
            return Err(ApiError::unsupported_media_type(JSON));
        }
        parse(&read(request, state).await?).map(Self).map_err(|error| *error)
    }
}

/// A JSON body that may be left out, or be null.
pub(super) struct OptionalJson<T>(pub(super) Option<T>);

impl<T: DeserializeOwned> FromRequest<AppState> for OptionalJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let bytes = read_json_if_any(request, state).await?;
        let body = if bytes.is_empty() { None } else { parse(&bytes).map_err(|error| *error)? };
        Ok(Self(body))
    }
}

/// No body is needed; one that is there must be JSON all the same, so that no form of another page gets in.
pub(super) struct NoBody;

impl FromRequest<AppState> for NoBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        read_json_if_any(request, state).await.map(|_| Self)
    }
}

/// What a browser reports.
pub(super) struct Report(pub(super) Bytes);

impl FromRequest<AppState> for Report {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        if !is(request.headers(), &["application/csp-report", "application/reports+json"]) {
            return Err(ApiError::unsupported_media_type("application/csp-report or application/reports+json"));
        }
        read(request, state).await.map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    is(headers, &[JSON])
}

/// Whether the body is said to be of one of these types.
fn is(headers: &HeaderMap, types: &[&str]) -> bool {
    let essence = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = essence.split(';').next().unwrap_or_default().trim();
    types.iter().any(|one| essence.eq_ignore_ascii_case(one))
}

/// How long a client may take to send a body; less than a request may take.
const BODY_TIMEOUT: Duration = Duration::from_secs(8);

async fn read(request: Request, state: &AppState) -> Result<Bytes, ApiError> {
    let body = timeout(BODY_TIMEOUT, Bytes::from_request(request, state)).await;
    body.map_err(|_| ApiError::too_slow())?.map_err(|rejection| {
        if rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE {
            ApiError::too_large()
        } else {
            ApiError::malformed(|api| api.not_whole)
        }
    })
}

/// A body that is JSON where there is one.
async fn read_json_if_any(request: Request, state: &AppState) -> Result<Bytes, ApiError> {
    let json = is_json(request.headers());
    if request.headers().contains_key(header::CONTENT_TYPE) && !json {
        return Err(ApiError::unsupported_media_type(JSON));
    }
    let bytes = read(request, state).await?;
    if !bytes.is_empty() && !json {
        return Err(ApiError::unsupported_media_type(JSON));
    }
    Ok(bytes)
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Box<ApiError>> {
    // A derived struct accepts an array in place of an object; the contract does not.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err(Box::new(ApiError::invalid()));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| wrong_json(&error))?;
    deserializer.end().map_err(|_| not_json())?;
    Ok(value)
}

fn not_json() -> ApiError {
    ApiError::malformed(|api| api.not_json)
}

/// The right JSON with a wrong field is the fields' fault; anything else is no JSON of ours.
fn wrong_json(error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    if error.inner().classify() != serde_json::error::Category::Data {
        return not_json();
    }
    let message = error.inner().to_string();
    let missing = message.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    let path = error.path().to_string();
    match missing {
        Some(field) => ApiError::invalid().with_field(field, api(|api| api.field_missing)),
        None if path == "." => ApiError::invalid(),
        None => ApiError::invalid().with_field(&path, api(|api| api.field_type)),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> HeaderMap {
        (pairs.iter())
            .map(|(name, value)| {
                (HeaderName::try_from(*name).expect("a name"), HeaderValue::from_str(value).expect("a value"))
            })
            .collect()
    }

    /// CS-01, attack 13: a page whose name was bound to this machine calls itself the same origin.
    #[test]
    fn the_origin_rule_passes_exactly_these_cells() {
        let sources = crate::config::Sources::new(
            std::collections::HashMap::new(),
            std::collections::HashMap::from([
                ("PUBLIC_ORIGIN".to_owned(), "https://app.example".to_owned()),
                ("ACCESS_TOKEN_SECRET".to_owned(), "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe".to_owned()),
                ("REFRESH_TOKEN_SECRET".to_owned(), "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z".to_owned()),
            ]),
        );
        let ours = crate::config::Settings::load(&sources.expect("sources")).expect("settings").public_origin;
        let sites = [None, Some("same-origin"), Some("same-site"), Some("cross-site"), Some("none"), Some("bogus")];
        let origins = [
            None,
            Some("https://app.example"),
            Some("http://app.example"),
            Some("https://app.example:8443"),
            Some("https://sub.app.example"),
            Some("https://app.example.evil"),
            Some("null"),
        ];
        let mut passed = vec![];
        for site in sites {
            for origin in origins {
                let pairs: Vec<_> = [site.map(|s| ("sec-fetch-site", s)), origin.map(|o| ("origin", o))]
                    .into_iter()
                    .flatten()
                    .collect();
                if check_origin(&headers(&pairs), &ours).is_ok() {
                    passed.push((site, origin));
                }
            }
        }
        let ours = Some("https://app.example");
        let same = Some("same-origin");
        assert_eq!(passed, [(None, None), (None, ours), (same, None), (same, ours), (same, Some("null"))]);
    }

    #[test]
    fn the_clients_address_is_the_rightmost_hop_that_is_none_of_ours() {
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        let of = |peer: &str, forwarded: &[&str]| {
            let pairs: Vec<_> = forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect();
            client_address(peer.parse().expect("an address"), &headers(&pairs), &trusted).to_string()
        };
        assert_eq!(of("203.0.113.9", &["1.1.1.1"]), "203.0.113.9", "a stranger's word is not believed");
        assert_eq!(of("10.0.0.1", &["6.6.6.6, 198.51.100.7, 10.0.0.2"]), "198.51.100.7");
        assert_eq!(of("10.0.0.1", &["6.6.6.6", "198.51.100.7"]), "198.51.100.7");
        assert_eq!(of("10.0.0.1", &["198.51.100.7, junk"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn each_proxy_that_writes_no_address_is_logged_once() {
        use std::io::{Read as _, Seek as _};

        let mut log = tempfile::tempfile().expect("a file");
        let writer = log.try_clone().expect("a file");
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(move || writer.try_clone().expect("a file"))
            .finish();
        let trusted: Vec<IpNet> = vec!["10.0.0.0/8".parse().expect("a network")];
        tracing::subscriber::with_default(subscriber, || {
            for hops in ["junk", "unknown, 10.0.0.2", "unknown, 10.0.0.2", "198.51.100.7, 10.0.0.3"] {
                client_address(IpAddr::from([10, 0, 0, 1]), &headers(&[("x-forwarded-for", hops)]), &trusted);
            }
        });
        let mut text = String::new();
        log.rewind().expect("a file");
        log.read_to_string(&mut text).expect("text");
        let proxies: Vec<_> =
            text.lines().filter_map(|line| line.split_once("proxy=")).map(|(_, proxy)| proxy).collect();
        assert_eq!(proxies, ["10.0.0.1", "10.0.0.2"], "{text}");
    }

    #[test]
    fn a_hop_may_have_a_port_or_brackets() {
        for (hop, address) in [
            ("203.0.113.8", Some("203.0.113.8")),
            ("203.0.113.8:51234", Some("203.0.113.8")),
            ("2001:db8::8", Some("2001:db8::8")),
            ("[2001:db8::8]", Some("2001:db8::8")),
            ("[2001:db8::8]:51234", Some("2001:db8::8")),
            ("[::ffff:203.0.113.8]:1", Some("203.0.113.8")),
            ("203.0.113.8:", None),
            ("203.0.113.8:65536", None),
            ("[203.0.113.8]", None),
            ("[2001:db8::8]x", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(hop_address(hop), address.map(|address| address.parse().expect("an address")), "{hop}");
        }
    }
}
