//! Whether something must be built again: a fingerprint of what went in and of what came out.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anyhow::{Context, Result};

/// Says of one output folder whether it still is what its inputs make.
pub(crate) struct Stamp {
    file: PathBuf,
    output: PathBuf,
    inputs: u64,
}

impl Stamp {
    /// `words` are inputs that are not files: the profile, the versions of the tools.
    pub(crate) fn new(file: PathBuf, output: PathBuf, inputs: &[PathBuf], words: &[&str]) -> Result<Self> {
        let mut hash = DefaultHasher::new();
        words.hash(&mut hash);
        for path in files(inputs)? {
            path.hash(&mut hash);
            fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?.hash(&mut hash);
        }
        Ok(Self { file, output, inputs: hash.finish() })
    }

    /// Nothing changed, on either side, since `write`.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|text| self.text().is_ok_and(|now| text == now))
    }

    pub(crate) fn write(&self) -> Result<()> {
        if let Some(folder) = self.file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&self.file, self.text()?).with_context(|| format!("cannot write {}", self.file.display()))
    }

    /// Two numbers: the inputs by content, the output by name, size and time (it is large, and only we write it).
    fn text(&self) -> Result<String> {
        let mut hash = DefaultHasher::new();
        for path in files(std::slice::from_ref(&self.output))? {
            let about = fs::metadata(&path)?;
            (path, about.len(), about.modified().unwrap_or(SystemTime::UNIX_EPOCH)).hash(&mut hash);
        }
        Ok(format!("{:016x} {:016x}\n", self.inputs, hash.finish()))
    }
}

/// Every file under the paths, in a fixed order. Hidden files are an editor's, not ours.
pub(crate) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in paths {
        collect(path, &mut found)?;
    }
    found.sort();
    Ok(found)
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_dir() {
        for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
            let entry = entry?;
            if !entry.file_name().to_string_lossy().starts_with('.') {
                collect(&entry.path(), found)?;
            }
        }
    } else if path.exists() {
        found.push(path.to_path_buf());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("xtask-stamp-{name}-{}", std::process::id()));
            fs::create_dir_all(path.join("source/deep")).unwrap();
            fs::create_dir_all(path.join("output")).unwrap();
            let folder = Self(path);
            folder.put("source/deep/main.rs", "fn main() {}");
            folder.put("output/page.html", "<p>");
            folder
        }

        fn put(&self, path: &str, text: &str) {
            fs::write(self.0.join(path), text).unwrap();
        }

        fn stamp(&self, words: &[&str]) -> Stamp {
            Stamp::new(self.0.join("stamp"), self.0.join("output"), &[self.0.join("source")], words).unwrap()
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn what_was_never_built_is_not_fresh() {
        assert!(!Folder::new("never").stamp(&[]).is_fresh());
    }

    #[test]
    fn nothing_changed_is_fresh() {
        let folder = Folder::new("same");
        folder.stamp(&["release"]).write().unwrap();
        folder.put("source/deep/.main.rs.swp", "an editor's");
        assert!(folder.stamp(&["release"]).is_fresh());
    }

    #[test]
    fn a_changed_source_a_new_source_and_another_profile_are_not_fresh() {
        let folder = Folder::new("source");
        folder.stamp(&["release"]).write().unwrap();
        assert!(!folder.stamp(&["debug"]).is_fresh());
        folder.put("source/deep/main.rs", "fn main() { }");
        assert!(!folder.stamp(&["release"]).is_fresh());
        folder.put("source/deep/main.rs", "fn main() {}");
        assert!(folder.stamp(&["release"]).is_fresh());
        folder.put("source/lib.rs", "");
        assert!(!folder.stamp(&["release"]).is_fresh());
    }

    #[test]
    fn a_changed_or_missing_output_is_not_fresh() {
        let folder = Folder::new("output");
        folder.stamp(&[]).write().unwrap();
        folder.put("output/page.html", "<p>more");
        assert!(!folder.stamp(&[]).is_fresh());
        fs::remove_dir_all(folder.0.join("output")).unwrap();
        assert!(!folder.stamp(&[]).is_fresh());
    }
}
