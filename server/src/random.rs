//! Randomness, as a parameter.

/// Fills a buffer with unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills `buffer`. A source that cannot must not return.
    fn fill(&self, buffer: &mut [u8]);
}

/// The operating system's generator, through AWS-LC.
#[derive(Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, buffer: &mut [u8]) {
        aws_lc_rs::rand::fill(buffer).expect("OK because without randomness no token may be made");
    }
}

/// `N` unpredictable bytes.
pub fn bytes<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}
