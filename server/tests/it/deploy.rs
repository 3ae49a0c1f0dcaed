//! What is shipped for Docker, which cannot run here: the files are read as text.

const COMPOSE: &str = include_str!("../../../deploy/compose.yaml");
const DOCKERFILE: &str = include_str!("../../../deploy/Dockerfile");

/// The lines of a block without their comments: what is indented deeper than its name.
fn block(text: &str, name: &str) -> Vec<String> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let first = lines.find(|line| line.trim_start().starts_with(name)).unwrap_or_else(|| panic!("no {name}"));
    lines.take_while(|line| indent(line) > indent(first)).map(str::to_owned).collect()
}

/// Each service, with what it takes over from the common part.
fn services() -> Vec<(String, Vec<String>)> {
    let services = block(COMPOSE, "services:");
    let names = services.iter().filter(|line| line.len() - line.trim_start().len() == 2).cloned();
    let whole = services.join("\n");
    names
        .map(|name| {
            let mut lines = block(&whole, name.trim());
            if lines.iter().any(|line| line.trim() == "<<: *instance") {
                lines.extend(block(COMPOSE, "x-instance:"));
            }
            (name, lines)
        })
        .collect()
}

/// The version in an image's tag has three numbers, or a date.
fn is_pinned(image: &str) -> bool {
    let tag = image.rsplit_once(':').map_or("", |(_, tag)| tag);
    let version = tag.trim_start_matches("bookworm-").split('-').next().unwrap_or_default();
    let numbers: Vec<&str> = version.split('.').collect();
    let all = numbers.iter().all(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
    // PostgreSQL has two.
    all && (numbers.len() >= 2 + usize::from(!image.starts_with("postgres:")) || version.len() == 8)
}

/// Attack 13
#[test]
fn every_service_is_confined() {
    let services = services();
    assert_eq!(services.len(), 4, "{services:?}");
    for (name, lines) in services {
        for line in ["read_only: true", "cap_drop: [ALL]", r#"security_opt: ["no-new-privileges:true"]"#] {
            assert!(lines.iter().any(|there| there.trim() == line), "{name} lacks {line}");
        }
        assert!(!lines.iter().any(|line| line.contains("privileged: true")), "{name}");
    }
}

/// Attack 13: whoever may use Docker reads the environment of every container.
#[test]
fn secrets_are_files_and_none_stands_in_an_environment() {
    let known: Vec<String> = COMPOSE
        .rsplit_once("\nsecrets:\n")
        .expect("at the end")
        .1
        .lines()
        .map(|line| line.split(':').next().unwrap_or_default().trim().to_owned())
        .collect();
    for (name, lines) in services() {
        for line in &lines {
            let (key, value) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
            let is_secret = ["PASSWORD", "SECRET", "DATABASE_URL", "PEPPER"].iter().any(|word| key.contains(word));
            assert!(
                !is_secret || (key.ends_with("_FILE") && value.trim().starts_with("/run/secrets/")),
                "{name}: {line}"
            );
            assert!(!value.contains("PASSWORD") && !value.contains("SECRET"), "{name}: {line}");
            if let Some(file) = value.trim().strip_prefix("/run/secrets/") {
                assert!(known.iter().any(|known| known == file), "{name}: nobody gives it {file}");
                let given = lines.iter().filter(|line| line.trim().starts_with("secrets: ["));
                assert!(given.into_iter().any(|line| line.contains(file)), "{name}: it is not given {file}");
            }
        }
    }
}

/// Attack 13: a tag that moves is another program tomorrow.
#[test]
fn images_are_pinned() {
    let images = COMPOSE.lines().filter_map(|line| line.trim().strip_prefix("image: "));
    let built = DOCKERFILE.lines().filter_map(|line| line.strip_prefix("FROM ")?.split(' ').next());
    let copied = DOCKERFILE.lines().filter_map(|line| line.strip_prefix("COPY --from=")?.split(' ').next());
    let images: Vec<&str> = images.chain(built).chain(copied).filter(|image| image.contains(':')).collect();
    assert!(images.len() >= 5, "{images:?}");
    for image in images {
        assert!(is_pinned(image), "{image}");
    }
    for moving in ["nginx:stable", "postgres:15", "rust:1.95-bookworm", "debian:bookworm-slim", "node:22-bookworm-slim"]
    {
        assert!(!is_pinned(moving), "{moving}");
    }
}
