//! Whose product it is. The server knows, and writes it into the head of each document; the browser reads it there.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use crate::{paths, words::Frame};

/// The name of the `<meta>` element that brings the brand to the browser. Everybody may read it.
const META: &str = "brand";

/// The operator's name, logo and links. The server has checked them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Brand {
    /// The product's name.
    pub name: String,
    /// Where the logo is fetched from.
    pub logo: String,
    /// The page that the logo leads to.
    pub home: String,
    /// Where users get help.
    pub support: Option<String>,
    /// The terms of service.
    pub terms: Option<String>,
    /// The privacy policy.
    pub privacy: Option<String>,
}

/// The brand of a deployment that sets none.
impl Default for Brand {
    fn default() -> Self {
        Self {
            name: "Sessionkeep".to_owned(),
            logo: "/favicon.svg".to_owned(),
            home: paths::LANDING.to_owned(),
            support: None,
            terms: None,
            privacy: None,
        }
    }
}

impl Brand {
    /// The one that was provided.
    #[must_use]
    pub(crate) fn here() -> Self {
        use_context().unwrap_or_default()
    }

    /// For all pages. On the server it has been provided already.
    pub(crate) fn provide() {
        if use_context::<Self>().is_none() {
            provide_context(Self::of_the_document().unwrap_or_default());
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn of_the_document() -> Option<Self> {
        None
    }

    #[cfg(target_arch = "wasm32")]
    fn of_the_document() -> Option<Self> {
        let meta = document().query_selector(&format!("meta[name={META}]")).ok()??;
        serde_json::from_str(&meta.get_attribute("content")?).ok()
    }

    /// For the header of the document.
    #[cfg(feature = "ssr")]
    pub(crate) fn meta(&self) -> impl IntoView + use<> {
        let content = serde_json::to_string(self).expect("OK because texts are always JSON");
        view! { <meta name=META content=content /> }
    }

    /// The links that every page ends with.
    pub(crate) fn links(&self, words: &Frame) -> Vec<(&'static str, String)> {
        let support = self.support.clone().map(|link| (words.help, link));
        support.into_iter().chain(self.accepted(words)).collect()
    }

    /// What a person accepts with an account.
    pub(crate) fn accepted(&self, words: &Frame) -> Vec<(&'static str, String)> {
        [(words.privacy, &self.privacy), (words.terms, &self.terms)]
            .into_iter()
            .filter_map(|(name, link)| Some((name, link.clone()?)))
            .collect()
    }
}

/// The title of a page, which ends in the product's name.
#[component]
pub(crate) fn PageTitle(
    /// The page's own name.
    text: &'static str,
) -> impl IntoView {
    view! { <Title text=format!("{text} · {}", Brand::here().name) /> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole() -> Brand {
        Brand {
            name: "\"><script>A & B's".to_owned(),
            support: Some("mailto:help@example.com".to_owned()),
            terms: Some("/terms".to_owned()),
            ..Brand::default()
        }
    }

    #[test]
    fn the_browser_reads_what_the_server_writes() {
        let text = serde_json::to_string(&whole()).expect("JSON");
        assert_eq!(serde_json::from_str::<Brand>(&text).expect("a brand"), whole());
    }

    /// A tab that was loaded before an update has a document of the older version.
    #[test]
    fn what_an_older_document_lacks_has_its_default() {
        let read: Brand = serde_json::from_str(r#"{"name":"Acme","later":1}"#).expect("a brand");
        assert_eq!(read, Brand { name: "Acme".to_owned(), ..Brand::default() });
    }

    #[test]
    fn only_links_that_are_set_are_shown() {
        let words = &crate::words::here().frame;
        let names: Vec<_> = whole().links(words).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["Help", "Terms"]);
        assert!(Brand::default().links(words).is_empty());
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_name_cannot_leave_its_attribute() {
        let html = whole().meta().to_html();
        assert_eq!(html.matches('>').count(), 1, "{html}");
        assert!(!html.contains("\"\\\""), "{html}");
    }
}
