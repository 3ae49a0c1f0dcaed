//! Files that only their owner may read (0600), in folders that only their owner may enter (0700).

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io,
    path::Path,
};

/// Creates a folder and what is missing above it. A folder that exists keeps its mode: it is its owner's business.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Opens a file for reading and writing; creates it where it is missing.
pub(crate) fn open(file: &Path) -> io::Result<File> {
    options().create(true).truncate(false).open(file)
}

/// Creates a file that does not exist yet.
pub(crate) fn create_new(file: &Path) -> io::Result<File> {
    options().create_new(true).open(file)
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
