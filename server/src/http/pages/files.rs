//! The files of the bundle, each under its own route: what is not in the bundle cannot be asked for.

use super::bundle::{ASSETS_PATH, Client, Kept};
use axum::{
    Router,
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY},
    },
    middleware::Next,
    response::{IntoResponse as _, Response},
    routing::get,
};

/// Their names change with their content.
pub(super) const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// For names that do not.
pub(super) const FOR_A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

pub(super) fn router(client: &Client) -> Router {
    let hashed = client.files().iter().cloned().fold(Router::new(), |router, file| {
        let url = file.url.clone();
        router.route(&url, get(move |asked: HeaderMap| std::future::ready(answer(&file, &asked))))
    });
    by_name_alone(hashed)
        // A page must not stand where a script is expected.
        .route(&format!("{ASSETS_PATH}{{*missing}}"), get(async || StatusCode::NOT_FOUND))
}

/// An address that says more than the name is another one to every cache: a version of it that is not there.
pub(super) fn by_name_alone(files: Router) -> Router {
    files.layer(axum::middleware::from_fn(async |request: Request, next: Next| match request.uri().query() {
        Some(_) => StatusCode::NOT_FOUND.into_response(),
        None => next.run(request).await,
    }))
}

/// In the best encoding that the build made and the browser takes. Where there is none it is compressed as it is sent.
fn answer(file: &Kept, asked: &HeaderMap) -> Response {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(file.content_type)), (CACHE_CONTROL, FOR_EVER)];
    let accepted = |(encoding, _): &&(&'static str, _)| accepts(asked, encoding);
    match file.encoded.iter().find(accepted) {
        Some((encoding, bytes)) => {
            let encoding = [(CONTENT_ENCODING, *encoding), (VARY, ACCEPT_ENCODING.as_str())];
            (headers, encoding, bytes.clone()).into_response()
        }
        None => (headers, file.plain.clone()).into_response(),
    }
}

/// Whether the client takes this encoding (RFC 9110, 12.5.3). Only what names it counts: `*` says little of an old client.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let values = asked.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|offer| {
        let (name, weight) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let refused = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok()) == Some(0.0);
        name.trim().eq_ignore_ascii_case(encoding) && !refused
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_counts_where_it_is_named_and_not_refused() {
        for (header, taken) in [
            ("br", true),
            ("gzip, deflate, br, zstd", true),
            ("gzip;q=1.0, BR ; q=0.5", true),
            ("br;q=0", false),
            ("br; q=0.000, gzip", false),
            ("gzip", false),
            ("*", false),
            ("brotli", false),
            ("", false),
        ] {
            let asked = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(header))]);
            assert_eq!(accepts(&asked, "br"), taken, "{header}");
        }
        assert!(!accepts(&HeaderMap::new(), "br"));
    }
}
