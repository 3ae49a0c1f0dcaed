//! Whose product it is, as the pages show it.

use std::fs;

use reqwest::{Client, Response, redirect::Policy};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::support::{HTTPS, TestApp, bundle};

const SECURITY: &str = "/.well-known/security.txt";

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n....";
const SVG: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";

/// A server with pages, and these settings.
struct Pages {
    app: TestApp,
    http: Client,
    _bundle: tempfile::TempDir,
}

impl Pages {
    async fn with(settings: &[(&str, &str)]) -> Self {
        let bundle = bundle("0123456789");
        let assets = [("ASSETS_DIR", bundle.path().to_str().expect("text"))];
        let app = TestApp::with(&[&assets, settings].concat()).await;
        let http = Client::builder().redirect(Policy::none()).build().expect("a client");
        Self { app, http, _bundle: bundle }
    }

    /// With this file as its logo.
    async fn with_logo(content: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let logo = folder.path().join("logo");
        fs::write(&logo, content).expect("written");
        Self::with(&[("BRAND_LOGO", logo.to_str().expect("text"))]).await
    }

    async fn get(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.app.url)).send().await.expect("sent")
    }

    async fn text(&self, path: &str) -> String {
        self.get(path).await.text().await.expect("text")
    }

    /// Where a path leads on to, and with which status.
    async fn leads(&self, path: &str) -> (u16, Option<String>) {
        let answer = self.get(path).await;
        (answer.status().as_u16(), header(&answer, "location").map(str::to_owned))
    }
}

fn header<'answer>(answer: &'answer Response, name: &str) -> Option<&'answer str> {
    answer.headers().get(name).map(|value| value.to_str().expect("text"))
}

/// The address below `/brand/` that a document names.
fn named(html: &str, what: &str) -> String {
    let (_, rest) = html.split_once(&format!("\"/brand/{what}-")).unwrap_or_else(|| panic!("no {what} in {html}"));
    format!("/brand/{what}-{}", rest.split('"').next().expect("a part"))
}

#[tokio::test]
async fn every_page_carries_the_operators_name() {
    let pages = Pages::with(&[("BRAND_NAME", "Acme & \"Söhne\"")]).await;
    for path in ["/sign-in", "/account/password", "/signed-out", "/nowhere"] {
        let html = pages.text(path).await;
        assert!(html.contains(" · Acme & \"Söhne\"</title>"), "{path}: {html}");
        assert!(!html.contains("Sessionkeep"), "{path}: {html}");
        assert!(
            html.contains(r#"content="{&quot;name&quot;:&quot;Acme &amp; \&quot;Söhne\&quot;&quot;,"#),
            "{path}: {html}"
        );
    }
}

#[tokio::test]
async fn only_links_that_are_set_are_in_the_footer() {
    let pages = Pages::with(&[]).await;
    let html = pages.text("/sign-in").await;
    let footer = html.split_once("<footer").map_or("", |(_, footer)| footer);
    assert!(!["Help", "Terms", "Privacy"].iter().any(|link| footer.contains(link)), "{footer}");
    let pages = Pages::with(&[("SUPPORT_URL", "mailto:help@example.com"), ("TERMS_URL", "/terms?a=\"b")]).await;
    let html = pages.text("/sign-in").await;
    let (_, footer) = html.split_once("<footer").expect("a footer");
    assert!(
        footer.contains(r#"href="mailto:help@example.com""#) && footer.contains(r#"href="/terms?a=%22b""#),
        "{footer}"
    );
    assert!(!footer.contains("Privacy"), "{footer}");
}

#[tokio::test]
async fn the_start_page_is_the_demos_or_the_operators() {
    let demo = Pages::with(&[("BRAND_ACCENT", "#ffd600")]).await;
    assert_eq!(demo.leads("/").await, (200, None));
    let own = Pages::with(&[("BRAND_NAME", "Acme")]).await;
    assert_eq!(own.leads("/").await, (307, Some("/account".to_owned())));
    let elsewhere = Pages::with(&[("HOME_URL", "https://example.com/a")]).await;
    assert_eq!(elsewhere.leads("/").await, (307, Some("https://example.com/a".to_owned())));
    assert_eq!(header(&elsewhere.get("/").await, "cache-control"), Some("no-store"));
    assert!(
        elsewhere.text("/sign-in").await.contains(r#"<a href="https://example.com/a" rel="external" class="brand">"#)
    );
}

#[tokio::test]
async fn a_logo_is_a_picture_whatever_it_holds() {
    for (content, kind) in [(SVG, "image/svg+xml"), (PNG, "image/png")] {
        let pages = Pages::with_logo(content).await;
        let logo = named(&pages.text("/sign-in").await, "logo");
        for path in [logo.as_str(), "/favicon.ico"] {
            let answer = pages.get(path).await;
            assert_eq!(header(&answer, "content-type"), Some(kind), "{path}");
            assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"), "{path}");
            let policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox";
            assert_eq!(header(&answer, "content-security-policy"), Some(policy), "{path}");
            let for_ever = header(&answer, "cache-control").is_some_and(|kept| kept.contains("immutable"));
            assert_eq!(for_ever, path == logo, "{path}");
            assert_eq!(answer.bytes().await.expect("bytes"), content, "{path}");
        }
    }
}

#[tokio::test]
async fn the_accent_is_a_style_sheet_after_all_others() {
    let pages = Pages::with(&[("BRAND_ACCENT", "#4f46e5")]).await;
    let html = pages.text("/sign-in").await;
    let accent = named(&html, "accent");
    let last = html.rfind(r#"rel="stylesheet""#).expect("style sheets");
    assert!(html[last..].contains(&accent), "{html}");
    let answer = pages.get(&accent).await;
    assert_eq!(header(&answer, "content-type"), Some("text/css; charset=utf-8"));
    assert!(answer.text().await.expect("text").starts_with(":root{--accent:light-dark(#4f46e5,#"));
    assert!(!Pages::with(&[]).await.text("/sign-in").await.contains("/brand/accent-"));
}

#[tokio::test]
async fn only_public_pages_are_for_search_engines() {
    let pages = Pages::with(&[]).await;
    for path in ["/", "/sign-in", "/sign-up"] {
        assert_eq!(header(&pages.get(path).await, "x-robots-tag"), None, "{path}");
    }
    for path in ["/account", "/account/password", "/signed-out", "/nowhere"] {
        assert_eq!(header(&pages.get(path).await, "x-robots-tag"), Some("noindex"), "{path}");
    }
    assert_eq!(pages.text("/robots.txt").await, "User-agent: *\nDisallow: /api/\n");
}

#[tokio::test]
async fn security_txt_names_the_contact_and_expires() {
    let https = |support| [&HTTPS[..], &[("SUPPORT_URL", support)]].concat();
    for (support, contact) in
        [("/help", "https://id.example.com/help"), ("mailto:help@example.com", "mailto:help@example.com")]
    {
        let pages = Pages::with(&https(support)).await;
        let text = pages.text(SECURITY).await;
        assert!(text.starts_with(&format!("Contact: {contact}\nExpires: ")), "{text}");
        assert!(text.ends_with("Canonical: https://id.example.com/.well-known/security.txt\n"), "{text}");
        pages.app.advance(365 * 86_400).await;
        let (before, after) = (expires(&text), expires(&pages.text(SECURITY).await));
        let year = time::Duration::days(365);
        assert!((after - before - year).abs() < time::Duration::minutes(1), "{before} {after}");
    }
}

/// A contact in the clear is none (RFC 9116, 2.5.3).
#[tokio::test]
async fn without_a_contact_there_is_no_security_txt() {
    for settings in [&[][..], &[("SUPPORT_URL", "/help")], &[("SUPPORT_URL", "http://localhost/help")]] {
        assert_eq!(Pages::with(settings).await.leads(SECURITY).await, (404, None));
    }
}

fn expires(text: &str) -> OffsetDateTime {
    let (_, rest) = text.split_once("Expires: ").expect("an end");
    OffsetDateTime::parse(rest.lines().next().expect("a line"), &Rfc3339).expect("a time")
}

#[tokio::test]
async fn the_manifest_has_the_name_and_the_icons() {
    let pages = Pages::with(&[("BRAND_NAME", "Acme \"Söhne\"")]).await;
    let manifest: Value = pages.get("/site.webmanifest").await.json().await.expect("JSON");
    assert_eq!(manifest["name"], "Acme \"Söhne\"");
    assert_eq!(manifest["icons"][1], json!({"src": "/apple-touch-icon.png", "type": "image/png", "sizes": "180x180"}));
    let own = Pages::with_logo(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x02\0").await;
    let manifest: Value = own.get("/site.webmanifest").await.json().await.expect("JSON");
    assert_eq!(manifest["icons"], json!([{"src": "/apple-touch-icon.png", "type": "image/png", "sizes": "512x512"}]));
    assert_eq!(own.get("/apple-touch-icon.png").await.status(), 200);
    assert_eq!(Pages::with_logo(SVG).await.get("/apple-touch-icon.png").await.status(), 404, "no mark of ours");
}

#[tokio::test]
async fn usual_paths_lead_to_our_pages() {
    let pages = Pages::with(&[]).await;
    for (path, page) in [
        ("/login", "/sign-in"),
        ("/login/", "/sign-in"),
        ("/login?next=/account/activity", "/sign-in?next=/account/activity"),
        ("/register", "/sign-up"),
        ("/logout", "/sign-out"),
        ("/settings", "/account"),
        ("/account/", "/account"),
        ("/account/password/?a=b&c", "/account/password?a=b&c"),
    ] {
        assert_eq!(pages.leads(path).await, (308, Some(page.to_owned())), "{path}");
    }
    assert_eq!(pages.leads("/.well-known/change-password?x").await, (302, Some("/account/password".to_owned())));
    let posted =
        pages.http.post(format!("{}/login", pages.app.url)).body("password=canary").send().await.expect("sent");
    assert_eq!(posted.status(), 405, "a password goes nowhere else");
}

/// A redirect names one of our pages, whatever was asked for.
#[tokio::test]
async fn no_address_decides_where_a_redirect_goes() {
    let pages = Pages::with(&[]).await;
    for path in [
        "//evil.example/",
        "//evil.example/login/",
        "///evil.example",
        "/\\evil.example/",
        "/%2fevil.example/",
        "/%5cevil.example/",
        "/login//evil.example/",
        "/account//",
        "/account/..//evil.example/",
        "/http://evil.example/",
        "/account/%2e%2e/",
        "/.evil.example/",
        "/@evil.example/",
    ] {
        let answer = pages.app.raw(path).await;
        assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(!answer.to_lowercase().contains("\nlocation:"), "{path}: {answer}");
    }
    let answer = pages.app.raw("/login?next=//evil.example&x=%0d%0aset-cookie:a=b").await;
    assert!(answer.contains("\nlocation: /sign-in?next=//evil.example&x=%0d%0aset-cookie:a=b\r\n"), "{answer}");
}
