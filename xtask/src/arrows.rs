//! Which crate and which module uses which, read from the sources. ARCHITECTURE.md shows the arrows that are allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::iter::Peekable;
use std::path::Path;

use anyhow::{Context, Result, bail};
use proc_macro2::{TokenStream, TokenTree, token_stream};

use crate::workspace;

/// From a name to the names that it uses.
pub(crate) type Arrows = BTreeMap<String, BTreeSet<String>>;

/// The arrows between the workspace's crates, without those of their tests.
pub(crate) fn of_crates() -> Result<Arrows> {
    let mut arrows = Arrows::new();
    let root = workspace::root();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).context("Cargo.toml")?;
    let members = folders(&manifest);
    let names: BTreeMap<String, &str> =
        (members.iter()).map(|folder| Ok((package(&root.join(folder))?, folder.as_str()))).collect::<Result<_>>()?;
    for (name, folder) in &names {
        let manifest =
            fs::read_to_string(root.join(folder).join("Cargo.toml")).with_context(|| (*folder).to_owned())?;
        let used = dependencies(&manifest).into_iter().filter(|used| names.contains_key(used)).collect();
        arrows.insert(name.clone(), used);
    }
    Ok(arrows)
}

/// The folders in `members = [..]`.
fn folders(manifest: &str) -> Vec<String> {
    let list =
        manifest.split_once("members = [").and_then(|(_, rest)| rest.split_once(']')).map_or("", |(list, _)| list);
    list.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn package(folder: &Path) -> Result<String> {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).with_context(|| folder.display().to_string())?;
    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"'));
    Ok(name.context("a package has a name")?.to_owned())
}

/// The crates that a manifest names as dependencies, on any target, but not for tests or build scripts.
fn dependencies(manifest: &str) -> Vec<String> {
    let mut found = vec![];
    let mut is_list = false;
    for line in manifest.lines() {
        if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            is_list = section == "dependencies" || section.ends_with(".dependencies");
            // `[dependencies.axum]` is a table of its own.
            let table =
                section.rsplit_once('.').filter(|(list, _)| *list == "dependencies" || list.ends_with(".dependencies"));
            found.extend(table.map(|(_, name)| name.to_owned()));
        } else if is_list && line.starts_with(|first: char| first.is_ascii_alphabetic()) {
            found.extend(line.split(['.', ' ', '=']).next().map(str::to_owned));
        }
    }
    found
}

/// The folders of these crates and of all that they use.
pub(crate) fn folders_below(roots: &[&str]) -> Result<BTreeSet<String>> {
    let arrows = of_crates()?;
    let mut reached: BTreeSet<String> = roots.iter().map(|root| (*root).to_owned()).collect();
    loop {
        let next: BTreeSet<String> = reached.iter().flat_map(|name| &arrows[name]).chain(&reached).cloned().collect();
        if next == reached {
            break;
        }
        reached = next;
    }
    // A published crate has the name of its folder behind that of the project.
    Ok(reached.iter().map(|name| name.strip_prefix("sessionkeep-").unwrap_or(name).to_owned()).collect())
}

/// The arrows between the modules at the top of a crate, without those of its tests. A type that the crate's root re-exports has to be
/// used by the name of its module.
pub(crate) fn of_modules(source: &Path) -> Result<Arrows> {
    let mut arrows = Arrows::new();
    let mut files = vec![];
    for entry in fs::read_dir(source).with_context(|| source.display().to_string())? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() || (path.extension().is_some_and(|extension| extension == "rs") && !is_root(&name)) {
            arrows.insert(name.clone(), BTreeSet::new());
            collect(&path, vec![name], &mut files)?;
        }
    }
    for (module, text) in files {
        let stream: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{}: {error}", module.join("::")))?;
        let mut used = BTreeSet::new();
        read(stream, module.len(), &mut used);
        let own = &module[0];
        let is_type = |name: &str| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase);
        if let Some(name) = used.iter().find(|name| is_type(name) || *name == "self" || *name == "*") {
            bail!("{} uses `crate::{name}`, which hides an arrow: name the module", module.join("::"));
        }
        used.retain(|name| name != own && arrows.contains_key(name));
        arrows.entry(own.clone()).or_default().extend(used);
    }
    Ok(arrows)
}

fn is_root(name: &str) -> bool {
    matches!(name, "lib" | "main")
}

/// The files of a module and below, each with the path of its module.
fn collect(path: &Path, module: Vec<String>, files: &mut Vec<(Vec<String>, String)>) -> Result<()> {
    if !path.is_dir() {
        files.push((module, fs::read_to_string(path).with_context(|| path.display().to_string())?));
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() || path.extension().is_some_and(|extension| extension == "rs") {
            let is_test = name == "tests" || name.ends_with("_tests");
            let below = if name == "mod" { module.clone() } else { [module.clone(), vec![name]].concat() };
            if !is_test {
                collect(&path, below, files)?;
            }
        }
    }
    Ok(())
}

/// Adds what stands after `crate::`, and after as many `super::` as lead to the root. `depth`: how many modules this is below it.
fn read(stream: TokenStream, depth: usize, used: &mut BTreeSet<String>) {
    let mut tokens = stream.into_iter().peekable();
    let mut opened_module = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let is_of_file = is_mark(tokens.peek(), '!');
                if is_of_file {
                    tokens.next();
                }
                let Some(TokenTree::Group(attribute)) = tokens.peek() else { continue };
                let attribute = attribute.stream();
                tokens.next();
                match attribute.to_string().replace(' ', "") == "cfg(test)" {
                    true if is_of_file => return,
                    true => skip_item(&mut tokens),
                    false => read_attribute(attribute, depth, used),
                }
            }
            TokenTree::Ident(word) if word == "crate" => path(&mut tokens, 0, used),
            TokenTree::Ident(word) if word == "super" => path(&mut tokens, depth - 1, used),
            TokenTree::Ident(word) => {
                opened_module = word == "mod" || opened_module && tokens.peek().is_some_and(is_brace);
            }
            TokenTree::Group(group) => {
                read(group.stream(), depth + usize::from(opened_module), used);
                opened_module = false;
            }
            _ => {}
        }
    }
}

/// Also reads the paths in its texts, such as `with = "crate::time"`.
fn read_attribute(attribute: TokenStream, depth: usize, used: &mut BTreeSet<String>) {
    for token in attribute.clone() {
        match token {
            TokenTree::Literal(literal) => {
                // OK because a text that is no Rust names no path.
                if let Ok(text) = literal.to_string().trim_matches('"').parse() {
                    read(text, depth, used);
                }
            }
            TokenTree::Group(group) => read_attribute(group.stream(), depth, used),
            _ => {}
        }
    }
    read(attribute, depth, used);
}

fn is_brace(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(_))
}

/// To the end of the item that an attribute stands before.
fn skip_item(tokens: &mut Peekable<token_stream::IntoIter>) {
    for token in tokens.by_ref() {
        match token {
            TokenTree::Punct(mark) if mark.as_char() == ';' => return,
            TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace => return,
            _ => {}
        }
    }
}

fn is_mark(token: Option<&TokenTree>, mark: char) -> bool {
    matches!(token, Some(TokenTree::Punct(it)) if it.as_char() == mark)
}

/// Reads the rest of a path, and of each path in braces, up to its first name at the root, which it adds. `above`: how many modules
/// below the root the path has led to. A `super` above the root is no path.
fn path(tokens: &mut Peekable<token_stream::IntoIter>, above: usize, used: &mut BTreeSet<String>) {
    let is_separator = is_mark(tokens.peek(), ':');
    if is_separator {
        tokens.next();
        if is_mark(tokens.peek(), ':') {
            tokens.next();
            rest_of_path(tokens, above, used);
        }
    }
}

fn rest_of_path(tokens: &mut Peekable<token_stream::IntoIter>, above: usize, used: &mut BTreeSet<String>) {
    match tokens.peek() {
        Some(TokenTree::Ident(name)) if *name == "super" => {
            tokens.next();
            if let Some(above) = above.checked_sub(1) {
                path(tokens, above, used);
            }
        }
        Some(TokenTree::Ident(name)) if above == 0 => {
            used.insert(name.to_string());
        }
        Some(TokenTree::Punct(mark)) if above == 0 && mark.as_char() == '*' => {
            used.insert("*".to_owned());
        }
        Some(TokenTree::Group(group)) => {
            let mut tokens = group.stream().into_iter().peekable();
            while tokens.peek().is_some() {
                rest_of_path(&mut tokens, above, used);
                // To the next path.
                for token in tokens.by_ref() {
                    if is_mark(Some(&token), ',') {
                        break;
                    }
                }
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "<!-- arrows: ";

    /// The tables of ARCHITECTURE.md, by the name in the mark above each.
    fn allowed() -> BTreeMap<String, Arrows> {
        let text = fs::read_to_string(workspace::root().join("ARCHITECTURE.md")).expect("the document");
        let tables = text.split(START).skip(1).map(|part| {
            let (name, rest) = part.split_once(" -->").expect("the mark ends");
            let rows =
                rest.lines().skip_while(|line| !line.starts_with("| `")).take_while(|line| line.starts_with("| `"));
            let arrows = rows.map(|row| {
                let words: Vec<_> = row.split('`').skip(1).step_by(2).map(str::to_owned).collect();
                (words[0].clone(), words[1..].iter().cloned().collect())
            });
            (name.to_owned(), arrows.collect())
        });
        tables.collect()
    }

    fn actual() -> BTreeMap<String, Arrows> {
        let source = |krate: &str| of_modules(&workspace::root().join(krate).join("src")).expect("sources");
        [("crates".to_owned(), of_crates().expect("manifests"))]
            .into_iter()
            .chain(["core", "client", "server", "app"].map(|krate| (krate.to_owned(), source(krate))))
            .collect()
    }

    fn rows(arrows: &Arrows) -> String {
        let names =
            |used: &BTreeSet<String>| used.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        arrows.iter().map(|(name, used)| format!("| `{name}` | {} |", names(used))).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn every_arrow_of_the_sources_is_one_that_the_architecture_allows() {
        let (allowed, actual) = (allowed(), actual());
        assert_eq!(allowed.keys().collect::<Vec<_>>(), actual.keys().collect::<Vec<_>>());
        for (name, arrows) in actual {
            assert!(
                allowed[&name] == arrows,
                "ARCHITECTURE.md, arrows of {name}. The sources have:\n{}",
                rows(&arrows)
            );
        }
    }

    #[test]
    fn no_arrow_leads_back() {
        for (name, mut arrows) in actual() {
            // What uses nothing that is left is taken away, until nothing is.
            loop {
                let ends: Vec<_> =
                    arrows.iter().filter(|(_, used)| used.is_empty()).map(|(name, _)| name.clone()).collect();
                if ends.is_empty() {
                    break;
                }
                for end in &ends {
                    arrows.remove(end);
                }
                for used in arrows.values_mut() {
                    used.retain(|name| !ends.contains(name));
                }
            }
            assert!(arrows.is_empty(), "{name}: a ring in or above\n{}", rows(&arrows));
        }
    }

    #[test]
    fn an_arrow_is_found_however_it_is_written() {
        let text = r#"
            use crate::{audit::Audit, auth::{Auth, crate_words}, self as root};
            // use crate::comment;
            fn one() -> crate::boot::Server { format!("crate::text {}", crate::cli::command()) }
            use super::{clock, clock::Clock};
            #[cfg(test)]
            mod tests { use crate::faults::Faults; }
            mod below { use super::super::config; use super::{own, super::{http, ids::Id}}; }
            #[serde(with = "crate::keys::text")]
            #[derive(crate::limits::Bounded)]
            struct Two;
        "#;
        assert_eq!(
            arrows_in(text),
            ["audit", "auth", "boot", "cli", "clock", "config", "http", "ids", "keys", "limits", "self"]
        );
    }

    #[test]
    fn what_only_tests_use_is_no_arrow() {
        assert_eq!(arrows_in("use crate::audit; #[cfg(test)] mod tests { use crate::faults::Faults; }"), ["audit"]);
        assert!(arrows_in("#![cfg(test)] use crate::faults::Faults;").is_empty());
    }

    #[test]
    fn a_dependency_is_found_in_every_form_of_a_manifest() {
        let manifest = "[dependencies]\none = \"1\"\ntwo.workspace = true\n[dependencies.three]\npath = \"..\"\n\
                        [target.'cfg(unix)'.dependencies]\nfour = \"1\"\n[target.'cfg(unix)'.dependencies.five]\nversion = \"1\"\n\
                        [dev-dependencies]\nsix = \"1\"\n[dev-dependencies.seven]\nversion = \"1\"\n[build-dependencies]\neight = \"1\"";
        assert_eq!(dependencies(manifest), ["one", "two", "three", "four", "five"]);
    }

    fn arrows_in(text: &str) -> Vec<String> {
        let mut used = BTreeSet::new();
        read(text.parse().expect("tokens"), 1, &mut used);
        used.into_iter().collect()
    }
}
