use axum::{extract::State, http::StatusCode};
use sessionkeep_types::{ErrorCode, routes as path};

use super::AppState;
use crate::http::{
    extract::Report,
    openapi::{ALWAYS, refused},
};

refused!(
    Refused: ALWAYS,
    &[
        (StatusCode::BAD_REQUEST, ErrorCode::MalformedRequest),
        (StatusCode::REQUEST_TIMEOUT, ErrorCode::RequestTimeout),
        (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::PayloadTooLarge),
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType),
    ]
);

/// `POST /api/csp-report`: what a browser did not do because a page's policy forbids it. Whatever it says, nothing follows from it
/// but a count, and a line where it is new.
#[utoipa::path(
    post,
    path = path::CSP_REPORT,
    operation_id = "cspReport",
    tag = "service",
    summary = "Report a violation of the content security policy",
    description = "For browsers, which the pages' policy sends here. What is no report is passed over without a word.",
    request_body(
        description = "A report (CSP, 5.3), or several (the Reporting API).",
        content((serde_json::Value = "application/csp-report"), (serde_json::Value = "application/reports+json"))
    ),
    responses((status = NO_CONTENT, description = "It has arrived."), Refused)
)]
pub(in crate::http) async fn report(State(state): State<AppState>, Report(body): Report) -> StatusCode {
    state.violations.reported(&body);
    StatusCode::NO_CONTENT
}
