use reqwest::header::{CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

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
    let files: Vec<_> = html.split('"').filter(|word| word.starts_with("/api/docs/")).collect();
    assert_eq!(files.len(), 3);
    for file in files {
        let answer = get(file).await;
        assert_eq!(answer.status(), 200, "{file}");
        let packed = answer.headers().get(CONTENT_ENCODING).is_some();
        assert_eq!(packed, file.contains("swagger-ui"), "{file}");
        let begins: &[u8] = if packed { &[0x1f, 0x8b] } else { b"//" };
        assert!(answer.bytes().await.expect("a body").starts_with(begins), "{file}");
    }
    assert_eq!(get("/api/docs/index.html").await.status(), 404);
}
