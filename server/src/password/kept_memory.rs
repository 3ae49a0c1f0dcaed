//! argon2 (RFC 9106) in memory that each thread keeps. Taken anew for each password and given back after it, it leaves holes
//! between what stays, and the process grows to many times what it needs.

use std::cell::{Cell, RefCell};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::{
        self, CustomizedPasswordHasher, PasswordHasher,
        phc::{Output, ParamsString, PasswordHash, Salt},
    },
};

use super::Pepper;

thread_local! {
    static MEMORY: RefCell<Vec<Block>> = const { RefCell::new(Vec::new()) };
}

/// As [`Argon2`] in all else. That it verifies comes with what it implements.
pub(super) struct KeptMemory<'key> {
    algorithm: Algorithm,
    version: Version,
    params: Params,
    pepper: Option<&'key Pepper>,
    work: &'key Cell<u64>,
}

impl<'key> KeptMemory<'key> {
    /// argon2id in its current version. `work` counts the KiB that are gone through, once for each pass.
    pub(super) fn new(params: Params, pepper: Option<&'key Pepper>, work: &'key Cell<u64>) -> Self {
        Self { algorithm: Algorithm::Argon2id, version: Version::V0x13, params, pepper, work }
    }

    fn compute(&self, password: &[u8], salt: &[u8], output: &mut [u8]) -> argon2::Result<()> {
        let (algorithm, version, params) = (self.algorithm, self.version, self.params.clone());
        let blocks = params.block_count();
        self.work.set(self.work.get() + blocks as u64 * u64::from(params.t_cost()));
        let argon2 = match self.pepper {
            None => Argon2::new(algorithm, version, params),
            Some(pepper) => Argon2::new_with_secret(pepper.secret(), algorithm, version, params)?,
        };
        MEMORY.with_borrow_mut(|memory| {
            if memory.len() < blocks {
                memory.resize(blocks, Block::default());
            }
            argon2.hash_password_into_with_memory(password, salt, output, &mut memory[..blocks])
        })
    }
}

impl PasswordHasher<PasswordHash> for KeptMemory<'_> {
    fn hash_password_with_salt(&self, password: &[u8], salt: &[u8]) -> password_hash::Result<PasswordHash> {
        let mut output = [0; Output::MAX_LENGTH];
        let length = self.params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let output = output.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
        self.compute(password, salt, output)?;
        Ok(PasswordHash {
            algorithm: self.algorithm.ident(),
            version: Some(self.version.into()),
            params: ParamsString::try_from(&self.params)?,
            salt: Some(Salt::new(salt)?),
            hash: Some(Output::new(output)?),
        })
    }
}

impl CustomizedPasswordHasher<PasswordHash> for KeptMemory<'_> {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> password_hash::Result<PasswordHash> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        Self { algorithm, version, params, ..*self }.hash_password_with_salt(password, salt)
    }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::PasswordVerifier as _;

    use super::*;

    const SALT: &[u8] = b"a salt of its own";

    /// Whatever was in the memory before, and however much of it there is.
    #[test]
    fn it_agrees_with_the_library_on_every_algorithm_and_size() {
        for memory in [64, 256, 8, 128] {
            for algorithm in [Algorithm::Argon2id, Algorithm::Argon2i, Algorithm::Argon2d] {
                for version in [Version::V0x13, Version::V0x10] {
                    let params = Params::new(memory, 2, 1, None).expect("they are fine");
                    let theirs = Argon2::new(algorithm, version, params.clone());
                    let work = Cell::default();
                    let ours = KeptMemory { algorithm, version, params, pepper: None, work: &work };
                    let made = theirs.hash_password_with_salt(b"a", SALT).expect("it can be hashed");
                    assert_eq!(ours.hash_password_with_salt(b"a", SALT), Ok(made.clone()));
                    let other = KeptMemory::new(Params::new(16, 1, 1, None).expect("they are fine"), None, &work);
                    assert_eq!(other.verify_password(b"a", &made), Ok(()));
                    assert!(other.verify_password(b"b", &made).is_err());
                    assert_eq!(work.get(), 3 * 2 * u64::from(memory), "of the hash's own cost each time");
                }
            }
        }
    }
}
