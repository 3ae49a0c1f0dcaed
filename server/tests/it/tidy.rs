//! Conventions as failures: which module may know which library. Which module may know which other is in `xtask/src/arrows.rs`.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The Rust files below `folder`, with their text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    files(folder, "rs")
}

/// The files below `folder` with this extension, with their text. Paths have slashes on every system.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = vec![];
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let text = fs::read_to_string(&path).expect("text");
                found.push((path.to_string_lossy().replace('\\', "/").into(), text));
            }
        }
    }
    assert!(!found.is_empty(), "{folder}");
    found
}

#[track_caller]
fn forbid(folder: &str, words: &[&str], except: &str) {
    for (path, text) in sources(folder) {
        if !except.is_empty() && path.to_string_lossy().contains(except) {
            continue;
        }
        for word in words {
            assert!(!text.contains(word), "{} knows {word}", path.display());
        }
    }
}

/// The crates that a manifest depends on, on any target.
fn dependencies(manifest: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(manifest)).expect("a manifest");
    let mut found = vec![];
    let mut listed = false;
    for line in text.lines() {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            listed = section.ends_with("dependencies") && !section.ends_with("dev-dependencies");
        } else if listed && line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            found.extend(line.split(['.', ' ', '=']).next().map(str::to_owned));
        }
    }
    assert!(!found.is_empty(), "{manifest}");
    found
}

#[test]
fn the_contract_depends_on_serde_alone() {
    let optional = ["utoipa"];
    assert_eq!(dependencies("types/Cargo.toml"), [&["serde"][..], &optional].concat());
    let manifest = fs::read_to_string(root().join("types/Cargo.toml")).expect("a manifest");
    for name in optional {
        assert!(manifest.contains(&format!("{name} = {{ workspace = true, optional = true }}")), "{name}");
    }
    assert!(!manifest.contains("default ="), "a client gets what it does not ask for");
}

/// What is routed in another way stands in no document: the page's own files, what is not there, and a test's routes.
#[test]
fn routes_are_added_with_their_description() {
    let source = fs::read_to_string(root().join("server/src/http/mod.rs")).expect("text");
    let others: Vec<_> =
        source.lines().filter_map(|line| line.trim().strip_prefix(".route(\"")?.split('"').next()).collect();
    assert_eq!(others, ["/api/docs/{file}", "/api", "/api/{*rest}"]);
    assert_eq!(source.matches(".route(").count(), others.len());
}

#[test]
fn the_client_never_knows_the_server() {
    for crate_name in ["server", "sqlx", "tokio", "axum", "jsonwebtoken"] {
        for folder in ["client", "app", "frontend"] {
            let used = dependencies(&format!("{folder}/Cargo.toml"));
            assert!(!used.iter().any(|name| name == crate_name), "{folder}: {crate_name}");
        }
    }
}

#[test]
fn only_the_module_that_mounts_the_pages_knows_the_client() {
    forbid("server/src", &["use app::", "app::", "sessionkeep_client", "leptos"], "http/pages");
}

#[test]
fn deciding_on_a_session_or_an_account_is_pure() {
    assert_eq!(dependencies("core/Cargo.toml"), ["secrecy", "sessionkeep-types"]);
    forbid("core/src", &["sqlx", "tokio", "axum", "async ", "SystemTime", "Instant"], "");
}

#[test]
fn use_cases_know_neither_http_nor_sql() {
    forbid("server/src/auth", &["axum", "sqlx", "sqlite"], "");
}

#[test]
fn http_never_reaches_into_a_store_and_a_store_never_knows_http() {
    forbid("server/src/http", &["sqlx", "SqliteStore", "crate::storage::sqlite"], "");
    forbid("server/src/storage", &["axum"], "");
    forbid("server/src/token", &["axum", "sqlx"], "");
}

/// DR-03
#[test]
fn sql_is_never_put_together_from_strings() {
    forbid("server/src", &["AssertSqlSafe", "format!(\"SELECT", "format!(\"UPDATE", "format!(\"DELETE"], "");
}

/// A column that a newer version adds breaks `SELECT *` in the versions that run beside it.
#[test]
fn sql_names_the_columns_that_it_reads() {
    forbid("server/src", &["\"SELECT * FROM", "INSERT INTO users VALUES", "INSERT INTO sessions VALUES"], "");
}

/// ER-02: a request that panics is answered because its thread unwinds.
#[test]
fn a_panic_of_the_released_server_unwinds() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("text");
    let (_, release) = manifest.split_once("[profile.release]\n").expect("a release profile");
    let release = release.split("\n[").next().expect("a section");
    assert!(!release.contains("panic"), "{release}");
}

/// What people read stands in `words/`, where it is translated. What a developer reads (`api`) stays where it is.
#[test]
fn what_people_read_stands_in_one_place() {
    for (path, text) in ["client/src", "app/src"].into_iter().flat_map(sources) {
        let name = path.to_string_lossy();
        if name.contains("/api/") || name.contains("/tests/") || name.ends_with("fake.rs") {
            continue;
        }
        let program = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in program.lines().map(str::trim) {
            let is_for_developers = line.starts_with("//") || line.contains("reason = ") || line.contains("expect(\"");
            let said = line.split('"').skip(1).step_by(2).find(|literal| is_sentence(literal));
            assert!(is_for_developers || said.is_none(), "{name} says {said:?}");
        }
    }
}

/// Whether it begins as a sentence does, and goes on.
fn is_sentence(literal: &str) -> bool {
    let mut letters = literal.chars();
    letters.next().is_some_and(char::is_uppercase)
        && letters.next().is_some_and(|second| second.is_lowercase() || second == ' ')
        && literal.contains(' ')
        // A header's value.
        && !literal.starts_with("Bearer ")
}

#[test]
fn only_the_default_brand_says_whose_product_this_is() {
    forbid("app/src", &["Sessionkeep"], "brand.rs");
    forbid("client/src", &["Sessionkeep"], "lib.rs");
}

#[test]
fn nothing_writes_html_by_hand() {
    for folder in ["client/src", "app/src"] {
        forbid(folder, &["inner_html", "set_inner_html"], "");
    }
}

/// What a command prints may hold other people's text, which `cli/output.rs` makes printable.
#[test]
fn commands_print_in_one_place() {
    forbid("server/src/cli", &["stdout()", " println!(", " print!("], "output.rs");
}

/// `docs/checklist.md` has a row for each id that a comment of a test or a source names, and each proof in it exists and names the id.
#[test]
fn the_checklist_explains_every_id_and_shows_where_it_is_proven() {
    let page = fs::read_to_string(root().join("docs/checklist.md")).expect("text");
    let rows: Vec<(&str, Vec<&str>)> = (page.lines())
        .filter(|line| line.starts_with("| ") && !line.starts_with("| id |"))
        .map(|line| {
            let id = line.split('|').nth(1).expect("a column").trim();
            (id, line.split('`').skip(1).step_by(2).filter(|text| text.contains('/')).collect())
        })
        .collect();
    for (id, proofs) in &rows {
        assert!((1..=3).contains(&proofs.len()), "{id}: {} proofs", proofs.len());
        for proof in proofs {
            let (path, function) = proof.split_once("::").unwrap_or((proof, ""));
            let text = fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{id}: {path}: {error}"));
            assert!(function.is_empty() || text.contains(&format!("fn {function}(")), "{id}: {proof} has gone");
            let comments = if path.starts_with("docs/") { text } else { comments(&text) };
            assert!(ids(&comments).iter().any(|named| named == id), "{id}: {path} does not name it");
        }
    }
    let rust = ["client", "app", "core", "server", "verify", "password-rules", "types"].into_iter().flat_map(sources);
    let browser = ["end2end/tests", "end2end/fixtures"].into_iter().flat_map(|folder| files(folder, "ts"));
    for (path, text) in rust.chain(browser) {
        for id in ids(&comments(&text)) {
            assert!(rows.iter().any(|(row, _)| *row == id), "{}: docs/checklist.md has no {id}", path.display());
        }
    }
}

/// The ids that a text names: a group and two digits, an experiment, a crash point or an invariant and its number, and the number of a class.
fn ids(text: &str) -> Vec<String> {
    let is_number = |text: &str| (1..=2).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    let is_group = |group: &str| group.len() == 2 && group.bytes().all(|letter| letter.is_ascii_uppercase());
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let found = words.iter().enumerate().filter_map(|(at, word)| {
        let of_group =
            word.split_once('-').is_some_and(|(group, row)| is_group(group) && row.len() == 2 && is_number(row));
        let of_series = word.strip_prefix(['E', 'F', 'I']).is_some_and(is_number);
        let class = (*word == "Class").then(|| words.get(at + 1)).flatten().filter(|number| is_number(number));
        if of_group || of_series { Some((*word).to_owned()) } else { class.map(|number| format!("Class {number}")) }
    });
    found.collect()
}

/// The rows of the checklist, by their groups, and the experiments that a single instance can meet. A row counts where a test says
/// that it proves it, or where `docs/security.md` says why it does not hold. One row is the crypto library's own affair.
#[test]
fn every_row_of_the_checklist_is_named_where_it_is_proven_or_why_it_is_not() {
    const GROUPS: [(&str, u32); 15] = [
        ("PW", 13),
        ("AT", 16),
        ("RT", 22),
        ("CK", 6),
        ("CS", 7),
        ("XS", 13),
        ("SM", 8),
        ("RL", 9),
        ("LG", 5),
        ("KM", 6),
        ("CF", 6),
        ("DR", 5),
        ("ER", 3),
        ("DS", 8),
        ("SC", 4),
    ];
    let rows = GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |row| format!("{group}-{row:02}")));
    let experiments = ["E1", "E2", "E3", "E4", "E6", "E12", "E13", "E14", "E17", "E19"].map(str::to_owned);
    let mut texts = String::new();
    for (path, text) in ["server/tests/it", "server/src", "core/src", "client/src", "verify/src", "password-rules/src"]
        .into_iter()
        .flat_map(sources)
    {
        if !path.ends_with("tidy.rs") {
            texts.push_str(&comments(&text));
        }
    }
    for folder in ["end2end/tests", "end2end/fixtures"] {
        for entry in fs::read_dir(root().join(folder)).expect("a folder") {
            texts.push_str(&comments(&fs::read_to_string(entry.expect("an entry").path()).expect("text")));
        }
    }
    let reasons = fs::read_to_string(root().join("docs/security.md")).expect("text");
    texts.extend(
        reasons
            .lines()
            .filter_map(|line| line.strip_prefix("* **")?.split_once("**"))
            .map(|(row, _)| row.to_owned() + " "),
    );
    let named: std::collections::HashSet<&str> =
        texts.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    let missing: Vec<_> =
        rows.chain(experiments).filter(|row| row != "AT-08" && !named.contains(row.as_str())).collect();
    assert!(missing.is_empty(), "no test names {missing:?}");
}

/// The lines of a source that are nothing but a comment.
fn comments(text: &str) -> String {
    let is_comment = |line: &&str| ["//", "/*", "*"].iter().any(|begin| line.trim_start().starts_with(begin));
    text.lines().filter(is_comment).flat_map(|line| [line, "\n"]).collect()
}
