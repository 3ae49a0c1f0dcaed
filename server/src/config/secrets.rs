use secrecy::SecretSlice;

use super::{Refusal, Sources, parse};
use crate::{
    audit::webhook::Receiver,
    keys::{
        Kind,
        source::{Inline, Reserved},
    },
};

/// The settings that hold a secret, with what it is for and whether it is out of use.
const SECRETS: &[(&str, Kind, bool)] = &[
    ("ACCESS_TOKEN_SECRET", Kind::Access, false),
    ("ACCESS_TOKEN_SECRET_PREVIOUS", Kind::Access, true),
    ("REFRESH_TOKEN_SECRET", Kind::Refresh, false),
    ("REFRESH_TOKEN_SECRET_PREVIOUS", Kind::Refresh, true),
];

pub(super) const PEPPER: &str = "PASSWORD_PEPPER";
pub(super) const PEPPER_PREVIOUS: &str = "PASSWORD_PEPPER_PREVIOUS";

/// The secrets that stand in the settings. Whether they are any good is judged where all keys are.
pub(super) fn load(sources: &Sources) -> Result<Vec<Inline>, Refusal> {
    let found = SECRETS.iter().map(|&(name, kind, retired)| {
        let secret: Option<SecretSlice<u8>> = sources.secret(name)?.map(Into::into);
        Ok(secret.map(|secret| Inline { name, kind, retired, secret }))
    });
    found.filter_map(Result::transpose).collect()
}

/// The secrets that go into password hashes, and sign nothing.
pub(super) fn peppers(sources: &Sources) -> Result<Vec<Reserved>, Refusal> {
    let found = [PEPPER, PEPPER_PREVIOUS].into_iter().map(|name| {
        let secret: Option<SecretSlice<u8>> = sources.secret(name)?.map(Into::into);
        Ok(secret.map(|secret| Reserved { name, secret }))
    });
    found.filter_map(Result::transpose).collect()
}

/// `ALERT_WEBHOOK_URL` and `ALERT_WEBHOOK_SECRET`: both or none.
pub(super) fn alert_webhook(sources: &Sources) -> Result<Option<Receiver>, Refusal> {
    const URL: &str = "ALERT_WEBHOOK_URL";
    const SECRET: &str = "ALERT_WEBHOOK_SECRET";
    let text = |name: &str| {
        let text = sources.secret(name)?.map(String::from_utf8).transpose();
        text.map_err(|_| Refusal::new(name, "its value is not text", "Use UTF-8"))
    };
    let refused = |name: &'static str| move |(reason, fix): (String, String)| Refusal::new(name, reason, fix);
    match (text(URL)?, text(SECRET)?) {
        (None, None) => Ok(None),
        (Some(url), Some(key)) => Ok(Some(Receiver {
            url: parse::webhook(&url).map_err(refused(URL))?,
            key: parse::webhook_key(&key).map_err(refused(SECRET))?,
        })),
        (Some(_), None) => Err(Refusal::new(
            SECRET,
            "it is required with ALERT_WEBHOOK_URL: the receiver could not tell who writes",
            "Make one: echo whsec_$(openssl rand -base64 32)",
        )),
        (None, Some(_)) => Err(Refusal::new(URL, "ALERT_WEBHOOK_SECRET is set without it", "Set both, or none")),
    }
}
