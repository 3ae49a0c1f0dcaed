use reqwest::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use crate::support::TestApp;

#[tokio::test]
async fn the_page_to_try_the_api_has_all_its_files_and_a_policy_of_its_own() {
    let app = TestApp::start().await;
    let get = async |path: &str| reqwest::get(format!("{}{path}", app.url)).await.expect("sent");
    let page = get("/api/docs").await;
    assert_eq!(
        (page.status().as_u16(), &page.headers()[CONTENT_TYPE]),
        (200, &"text/html; charset=utf-8".parse().expect("a value"))
    );
    let policy = page.headers()[CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains(&format!("script-src {}/api/docs/;", app.url)), "its own programs alone: {policy}");
    let others = policy.replace(&app.url, "");
    assert!(!policy.contains("unsafe") && !others.contains("http") && !policy.contains('*'), "{policy}");
    let html = page.text().await.expect("a page");
    assert!(!html.contains("<style") && !html.contains("http"), "{html}");
    let mut files: Vec<_> = html.split('"').filter(|word| word.starts_with("/api/docs/")).collect();
    files.dedup();
    assert_eq!(files.len(), 6, "{files:?}");
    for file in files {
        let answer = get(file).await;
        assert_eq!(answer.status(), 200, "{file}");
        assert!(answer.headers()[CACHE_CONTROL].to_str().expect("text").contains("immutable"), "{file}");
        let packed = answer.headers().get(CONTENT_ENCODING).is_some();
        assert_eq!(packed, file.contains("swagger-ui"), "{file}");
        assert_eq!(answer.bytes().await.expect("a body").starts_with(&[0x1f, 0x8b]), packed, "{file}");
    }
    for missing in ["/api/docs/start.js", "/api/docs/docs-0123456789abcdef.css"] {
        let answer = get(missing).await;
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()[CACHE_CONTROL]),
            (404, &"no-store".parse().expect("a value"))
        );
    }
    assert_eq!(get("/api/docs/index.html").await.status(), 404);
}

#[tokio::test]
async fn the_page_to_try_the_api_is_the_operators() {
    let settings =
        [("BRAND_NAME", "Acme & \"Söhne\""), ("BRAND_ACCENT", "#ffd600"), ("HOME_URL", "https://example.com/a?b&c")];
    let app = TestApp::with(&settings).await;
    let text =
        async |path: &str| reqwest::get(format!("{}{path}", app.url)).await.expect("sent").text().await.expect("text");
    let html = text("/api/docs").await;
    assert!(html.contains("<title>Acme &amp; &quot;Söhne&quot; API</title>"), "{html}");
    assert!(html.contains(r#"href="https://example.com/a?b&amp;c""#), "{html}");
    assert!(!html.contains("Sessionkeep") && !html.contains('{'), "{html}");
    let style = html.split('"').find(|word| word.starts_with("/api/docs/docs-")).expect("a style sheet");
    assert!(text(style).await.contains(":root{--accent:light-dark(#"), "{style}");
    assert!(text("/api/openapi.json").await.contains(r#""title": "Acme & \"Söhne\"""#));
}
