//! The operator's brand, as the pages know it, and the files that it is made of.

use app::{Brand, Head, Icon, paths};
use axum::{
    Router,
    body::Bytes,
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    },
    routing::{MethodRouter, get},
};
use serde_json::Value;

use super::{
    discovery,
    files::{FOR_A_DAY, FOR_EVER, by_name_alone},
};
use crate::brand::{self, Format, Logo, fingerprint, png_size, token};

/// Apart from the bundle: what is below `/assets/` may be run as a script.
const PATH: &str = "/brand/";
const CSS: &str = "text/css; charset=utf-8";
/// Phones ask for it by themselves.
const TOUCH_ICON: &str = "/apple-touch-icon.png";

/// What every page is given.
#[derive(Clone, Debug)]
pub(super) struct Branding {
    pub(super) brand: Brand,
    pub(super) head: Head,
    logo: Logo,
    css: Option<(String, Bytes)>,
}

impl Branding {
    pub(super) fn new(settings: &brand::Brand) -> Self {
        let logo = settings.logo.clone();
        let icon = Icon { url: url("logo", &logo.bytes, logo.format.extension()), kind: logo.format.content_type() };
        let css = settings.accent.map(|accent| {
            let css = Bytes::from(format!(":root{{{}}}", accent.css()));
            (url("accent", &css, "css"), css)
        });
        let page = token("page");
        let home = match &settings.home {
            Some(home) => home.as_str(),
            None if settings.is_demo() => paths::LANDING,
            None => paths::ACCOUNT,
        };
        Self {
            brand: Brand {
                name: settings.name.clone(),
                logo: icon.url.clone(),
                home: home.to_owned(),
                support: settings.support.clone(),
                terms: settings.terms.clone(),
                privacy: settings.privacy.clone(),
            },
            head: Head {
                icon,
                touch_icon: logo.touch_icon.as_ref().map(|_| TOUCH_ICON.to_owned()),
                css: css.as_ref().map(|(url, _)| url.clone()),
                theme: [page.light, page.dark].map(|colour| format!("#{colour:x}")),
            },
            logo,
            css,
        }
    }

    /// Where `/` leads on to. The landing page is the demo's.
    pub(super) fn home(&self) -> Option<&str> {
        (self.brand.home != paths::LANDING).then_some(self.brand.home.as_str())
    }

    /// For a bookmark on a phone.
    pub(super) fn manifest(&self) -> Value {
        let Head { icon, theme, .. } = &self.head;
        let sizes = (self.logo.format == Format::Svg).then(|| "any".to_owned());
        let touch_icon =
            self.logo.touch_icon.as_deref().map(|png| (TOUCH_ICON, Format::Png.content_type(), png_size(png)));
        // A PNG is both.
        let icon = (self.logo.format != Format::Png).then_some((icon.url.as_str(), icon.kind, sizes));
        discovery::manifest(&self.brand.name, &theme[0], icon.into_iter().chain(touch_icon))
    }

    /// Its files, under names of their content, and those that browsers ask for by themselves.
    pub(super) fn router(&self) -> Router {
        let Logo { bytes, format, touch_icon } = &self.logo;
        let picture = |kept| answer(format.content_type(), bytes, kept);
        let mut kept = Router::new().route(&self.head.icon.url, picture(FOR_EVER));
        let mut named = Router::new().route("/favicon.ico", picture(FOR_A_DAY));
        if let Some((url, css)) = &self.css {
            kept = kept.route(url, answer(CSS, css, FOR_EVER));
        }
        if *format == Format::Svg {
            named = named.route("/favicon.svg", picture(FOR_A_DAY));
        }
        if let Some(png) = touch_icon {
            named = named.route(TOUCH_ICON, answer(Format::Png.content_type(), png, FOR_A_DAY));
        }
        by_name_alone(kept).merge(named)
    }
}

/// A name that changes with the content.
fn url(name: &str, content: &[u8], extension: &str) -> String {
    let version = fingerprint(content);
    format!("{PATH}{name}-{version}.{extension}")
}

fn answer(kind: &'static str, content: &Bytes, kept: HeaderValue) -> MethodRouter {
    let (kind, content) = (HeaderValue::from_static(kind), content.clone());
    get(async || ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept), (CONTENT_SECURITY_POLICY, Logo::POLICY)], content))
}
