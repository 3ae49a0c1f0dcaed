//! Whose product it is: the operator's name, logo, colour and links, which the pages, their titles and the API's
//! description show.

mod accent;
mod logo;
mod tokens;

pub use accent::Accent;
use aws_lc_rs::digest::{SHA256, digest};
pub use logo::{Format, LOGO_MAX_BYTES, Logo, png_size};
pub(crate) use tokens::{TOKENS, colour as token};

/// The product's own name, which an operator replaces.
pub const DEFAULT_NAME: &str = "Sessionkeep";

/// The operator's brand. Every text and link was checked when the settings were loaded.
#[derive(Clone, Debug)]
pub struct Brand {
    /// The product's name.
    pub name: String,
    /// The logo, which is also the icon.
    pub logo: Logo,
    /// The operator's colour; `None`: the one in `style/tokens.css`.
    pub accent: Option<Accent>,
    /// Where `/` leads.
    pub home: Option<String>,
    /// Where users get help.
    pub support: Option<String>,
    /// The terms of service.
    pub terms: Option<String>,
    /// The privacy policy.
    pub privacy: Option<String>,
}

/// A piece of the digest of a file's content, for its name: where the content changes, so does the name.
pub(crate) fn fingerprint(content: &[u8]) -> String {
    let digest = digest(&SHA256, content);
    let (first, _) = digest.as_ref().split_first_chunk().expect("OK because a digest has 32 bytes");
    format!("{:016x}", u64::from_be_bytes(*first))
}

impl Brand {
    /// Whether nobody has made it theirs. Only then `/` is the landing page, which presents this project.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.name == DEFAULT_NAME && self.home.is_none()
    }
}
