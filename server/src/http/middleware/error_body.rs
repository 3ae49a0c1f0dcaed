use axum::{
    Json,
    extract::Request,
    http::{HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use sessionkeep_types::RequestId;

use crate::http::{error::ApiError, extract::accepted_language};

/// Writes the contract's body for every refusal: ours, and those that the framework makes before a handler is reached.
pub(in crate::http) async fn render(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_else(|| RequestId::new(""));
    let head = request.method() == Method::HEAD;
    let language = accepted_language(request.headers());
    let response = next.run(request).await;
    // A page says itself what is wrong.
    if is_html(&response) {
        return response;
    }
    let error = match response.extensions().get::<ApiError>() {
        Some(error) => error.clone(),
        None => match ApiError::of_status(response.status()) {
            Some(error) => error,
            None => return response,
        },
    };
    let body = error.body(id, language);
    let (mut parts, _) = error.into_response().into_parts();
    let own = parts.headers.clone();
    for (name, value) in response.headers() {
        // The old body's description does not fit the new one.
        if name != header::CONTENT_LENGTH && name != header::CONTENT_TYPE && !own.contains_key(name) {
            parts.headers.append(name, value.clone());
        }
    }
    let (json, body) = Json(body).into_response().into_parts();
    parts.headers.extend(json.headers);
    parts.headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    Response::from_parts(parts, if head { axum::body::Body::empty() } else { body })
}

fn is_html(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"))
}
