//! What `docs/rotation.md` says of the tests is true: those that it names exist, and none is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// A file of the repository.
fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(super) fn page() -> String {
    text("docs/rotation.md")
}

fn module(name: &str) -> String {
    text(&format!("core/src/session/rotation/{name}.rs"))
}

/// The names that follow a keyword.
fn names_after<'t>(text: &'t str, keyword: &str) -> BTreeSet<&'t str> {
    text.split(keyword)
        .skip(1)
        .map(|rest| rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().expect("a first part"))
        .collect()
}

/// The first function below each `#[test]`, or a like attribute of a runtime.
fn tests_of(text: &str) -> BTreeSet<&str> {
    let mut lines = text.lines().map(str::trim_start);
    let mut tests = BTreeSet::new();
    while lines.by_ref().any(|line| line.starts_with("#[test]") || (line.starts_with("#[") && line.contains("::test")))
    {
        tests.extend(lines.by_ref().find_map(function));
    }
    tests
}

fn function(line: &str) -> Option<&str> {
    let (before, name) = line.split_once("fn ")?;
    if before.starts_with(['#', '/']) { None } else { name.split('(').next() }
}

/// What the page names as `module::test`.
fn named<'p>(page: &'p str, module: &str) -> BTreeSet<&'p str> {
    let prefix = format!("{module}::");
    page.split('`').skip(1).step_by(2).filter_map(|code| code.strip_prefix(&prefix)).collect()
}

#[test]
fn each_promise_names_its_tests_and_no_test_is_left_out() {
    let page = page();
    for name in ["properties", "schedules", "adversaries", "model"] {
        let module = module(name);
        assert_eq!(named(&page, name), tests_of(&module), "{name}");
    }
    let module = module("tests");
    assert!(named(&page, "tests").is_subset(&names_after(&module, "fn ")));
    for (name, files) in
        [("refresh", &["refresh"][..]), ("logout", &["logout"]), ("storage", &["storage/contract", "storage/sqlite"])]
    {
        let texts: String = files.iter().map(|file| text(&format!("server/tests/it/{file}.rs"))).collect();
        let named = named(&page, name);
        assert!(!named.is_empty() && named.is_subset(&names_after(&texts, "fn ")), "{name}: {named:?}");
    }
}

/// Of those that break the program from outside, every test of crashes and slow commits is named.
#[test]
fn the_tests_that_break_the_program_exist() {
    let page = page();
    let mut named_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    // Without a test's name: the module.
    for (module, test) in named(&page, "faults").into_iter().filter_map(|name| name.split_once("::")) {
        named_of.entry(module).or_default().insert(test);
    }
    for (module, named) in &named_of {
        let file = if *module == "soak" { "soak/mod" } else { module };
        let file = text(&format!("server/tests/it/faults/{file}.rs"));
        let missing: Vec<_> = named.difference(&tests_of(&file)).copied().collect();
        assert!(missing.is_empty(), "{module} has no {missing:?}");
    }
    for module in ["crash", "slow_commit"] {
        let file = text(&format!("server/tests/it/faults/{module}.rs"));
        assert_eq!(named_of.get(module), Some(&tests_of(&file)), "{module}");
    }
}

#[test]
fn each_row_of_the_table_has_its_module_of_tests() {
    let page = page();
    let module = module("tests");
    let modules = names_after(&module, "mod ");
    let rows = page.lines().filter(|line| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_numeric()));
    let mut count = 0;
    for row in rows {
        count += 1;
        let tests = row.rsplit('`').nth(1).expect("a name");
        assert!(tests.contains("::") || modules.contains(tests), "row {count}: {tests}");
    }
    assert_eq!(count, 16);
    for name in modules {
        assert!(page.contains(&format!("`{name}`")), "the page does not name {name}");
    }
}
