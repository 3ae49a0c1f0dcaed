//! How many bytes the browser downloads of the released client, in brotli, and how many it may.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// What is downloaded together, and the most bytes of it.
const BUDGETS: [(&str, &[&str], u64); 2] = [
    ("the worker that estimates passwords", &["strength.js", "strength_bg.wasm"], 80_000),
    ("the program of the pages", &["frontend.js", "frontend_bg.wasm"], 488_000),
];

/// Those that are too large, and a line about each.
pub(crate) fn judge(client: &Path) -> Result<(Vec<&'static str>, Vec<String>)> {
    let (mut too_large, mut lines) = (vec![], vec![]);
    for (name, files, most) in BUDGETS {
        let size = files.iter().map(|file| compressed(client, file)).sum::<Result<u64>>()?;
        lines.push(format!("{name}: {size} of {most} bytes"));
        if size > most {
            too_large.push(name);
        }
    }
    Ok((too_large, lines))
}

fn compressed(client: &Path, file: &str) -> Result<u64> {
    let file = client.join(format!("{file}.br"));
    Ok(fs::metadata(&file).with_context(|| format!("{} is missing", file.display()))?.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_downloaded_together_counts_together() {
        let folder = crate::workspace::target().join("tmp").join("sizes");
        fs::create_dir_all(&folder).expect("a folder");
        for file in ["frontend.js", "frontend_bg.wasm"] {
            fs::write(folder.join(format!("{file}.br")), [0; 1000]).expect("written");
        }
        let size_of_the_worker = |wasm: usize| {
            fs::write(folder.join("strength.js.br"), [0; 1000]).expect("written");
            fs::write(folder.join("strength_bg.wasm.br"), vec![0; wasm]).expect("written");
            judge(&folder).expect("both are there")
        };
        assert_eq!(size_of_the_worker(79_000).0, Vec::<&str>::new());
        let (too_large, lines) = size_of_the_worker(79_001);
        assert_eq!(too_large, ["the worker that estimates passwords"]);
        assert_eq!(
            lines,
            [
                "the worker that estimates passwords: 80001 of 80000 bytes",
                "the program of the pages: 2000 of 488000 bytes"
            ]
        );
    }
}
