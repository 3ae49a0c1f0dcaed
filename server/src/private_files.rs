//! Files that only their owner may read (0600), in folders that only their owner may enter (0700).

use std::{
    fs::{DirBuilder, File, Metadata, OpenOptions},
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

/// Whether only the owner can write the file, and only the owner and its group can read it.
#[cfg(unix)]
pub(crate) fn is_private(file: &Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&file.permissions()) & 0o137 == 0
}

#[cfg(not(unix))]
pub(crate) fn is_private(_file: &Metadata) -> bool {
    true
}

/// Whether others than its owner can put files into a folder, or take them away. With the sticky bit they cannot touch each
/// other's.
#[cfg(unix)]
pub(crate) fn is_open(folder: &Metadata) -> bool {
    let mode = std::os::unix::fs::PermissionsExt::mode(&folder.permissions());
    mode & 0o022 != 0 && mode & 0o1000 == 0
}

#[cfg(not(unix))]
pub(crate) fn is_open(_folder: &Metadata) -> bool {
    false
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
