use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

/// What a token says, read without a key as anybody can.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) header: Value,
    pub(super) claims: Value,
    /// As it stands in the token.
    pub(super) signature: String,
}

impl Token {
    pub(super) fn read(token: &str) -> Self {
        let [header, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("no JWT: {token}") };
        let json = |part: &str| {
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("base64url");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        Self { header: json(header), claims: json(claims), signature: signature.to_owned() }
    }

    /// The same claims but for this one.
    pub(super) fn with(&self, claim: &str, value: impl Into<Value>) -> Value {
        let mut claims = self.claims.clone();
        claims[claim] = value.into();
        claims
    }

    /// The token of this header and these claims with this signature, which need not fit.
    pub(super) fn forged(header: &Value, claims: &Value, signature: &str) -> String {
        let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
        format!("{}.{}.{signature}", part(header), part(claims))
    }
}
