use reqwest::{Response, header::HeaderMap};
use serde_json::Value;

/// What the server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of(response: Response) -> Self {
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let text = response.text().await.expect("the body arrives");
        let body = serde_json::from_str(&text).unwrap_or_default();
        Self { status, headers, body, text }
    }

    /// Status and code in one, for comparing: `(403, "REFRESH_REUSED")`. A success has no code.
    pub(crate) fn outcome(&self) -> (u16, &str) {
        (self.status, self.body["code"].as_str().unwrap_or_default())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
    }

    /// Every `Set-Cookie`: that of the refresh token, that of its generation and, on https, the companion.
    pub(crate) fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all("set-cookie").iter().map(|value| value.to_str().expect("text")).collect()
    }

    /// The generation that scripts can read, in the second `Set-Cookie`.
    pub(crate) fn generation(&self) -> Option<&str> {
        let (name, value) = self.set_cookies().get(1)?.split(';').next()?.split_once('=')?;
        (name == "sessionGen" && !value.is_empty()).then_some(value)
    }

    /// The companion in the third `Set-Cookie`.
    pub(crate) fn companion(&self) -> Option<&str> {
        let (name, value) = self.set_cookies().get(2)?.split(';').next()?.split_once('=')?;
        (name == "__Host-Http-sessionCompanion" && !value.is_empty()).then_some(value)
    }

    /// The refresh token in the first `Set-Cookie`.
    pub(crate) fn cookie(&self) -> Option<&str> {
        let value = self.header("set-cookie").split(';').next()?.split_once('=')?.1;
        (!value.is_empty()).then_some(value)
    }
}
