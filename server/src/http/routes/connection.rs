use axum::{
    Json as Answer,
    extract::{FromRequestParts, State},
    http::{HeaderMap, header, request::Parts},
    response::IntoResponse,
};
use sessionkeep_types::{Connection, ConnectionRequest, routes as path};

use super::{ApiError, AppState, api, rfc3339};
use crate::{
    http::{
        extract::{self, Bearer, Json},
        openapi::{ALWAYS, BEARER, BODY, refused},
    },
    token::doctor,
};

refused!(Refused: ALWAYS, BEARER, BODY);

/// What arrived, before anybody took it for anything.
pub(in crate::http) struct Arrived {
    headers: HeaderMap,
    address: String,
    route: sessionkeep_types::Route,
}

impl FromRequestParts<AppState> for Arrived {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let trusted = &state.edge.trusted_proxies;
        Ok(Self {
            address: extract::caller(&parts.headers, &parts.extensions, trusted).ip,
            route: extract::route(&parts.headers, &parts.extensions, trusted),
            headers: parts.headers.clone(),
        })
    }
}

/// `POST /api/auth/connection`
#[utoipa::path(
    post,
    path = path::CONNECTION,
    operation_id = "connection",
    tag = "service",
    summary = "Check how your requests arrive",
    description = "Finds what breaks a session: a proxy that removes cookies or headers, a second cookie of the same name, a wrong \
                   clock. The answer describes the request alone, so it needs no sign-in.",
    request_body = ConnectionRequest,
    security((), ("accessToken" = [])),
    responses((status = OK, description = "What the server saw.", body = Connection, headers(("set-cookie" = String, description = "`sessionProbe`, with the nonce, for a minute."))), Refused)
)]
pub(in crate::http) async fn connection(
    State(state): State<AppState>,
    arrived: Arrived,
    bearer: Bearer,
    Json(request): Json<ConnectionRequest>,
) -> Result<impl IntoResponse, ApiError> {
    let by_operator = bearer
        .token()
        .is_some_and(|token| doctor::recognise(&state.refresh_keys, token, state.auth.clock.now()).is_ok());
    if !by_operator {
        bearer.verify_if_sent(&state).await?;
    }
    let nonce = request.nonce;
    if !(1..=64).contains(&nonce.len()) || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(ApiError::invalid().with_field("nonce", api(|api| api.nonce)));
    }
    let Arrived { headers, address, route } = arrived;
    let text = |name| headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let cookies = state.edge.cookie.seen(&headers);
    let sent = state.edge.cookie.read(&headers).sent;
    let language = extract::accepted_language(&headers);
    let connection = Connection {
        now: rfc3339(state.auth.clock.now()),
        address,
        origin: text(header::ORIGIN.as_str()),
        sec_fetch_site: text("sec-fetch-site"),
        refused: extract::check_origin(&headers, &state.edge.origin)
            .err()
            .map(|sentence| sentence(language.api()).to_owned()),
        refresh_cookies: cookies.refresh,
        refresh_counting: state.auth.how_many_count(&sent),
        generation_cookies: cookies.generation,
        probes: cookies.probes,
        route: by_operator.then_some(route),
    };
    Ok((state.edge.cookie.probe(&nonce), Answer(connection)))
}
