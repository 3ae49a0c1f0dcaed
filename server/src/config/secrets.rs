use secrecy::SecretSlice;

use super::{Refusal, Sources};
use crate::keys::{
    Kind,
    source::{Inline, Reserved},
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
