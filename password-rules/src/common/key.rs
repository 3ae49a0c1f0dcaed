use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

/// What a password is in the filter. The build script and the crate are compiled with one standard library, so they agree.
pub(crate) fn of(password: &str) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one(password)
}
