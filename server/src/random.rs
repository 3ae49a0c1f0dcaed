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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// RT-01: what refresh tokens are made unguessable with. At each of the 32 places every byte is as frequent as any
    /// other: chi-squared with 255 degrees of freedom stays below what one run in ten million exceeds.
    #[test]
    fn a_hundred_thousand_random_values_differ_and_favour_no_byte() {
        const VALUES: u32 = 100_000;
        let mut seen = HashSet::new();
        let mut counts = vec![[0_u32; 256]; 32];
        for _ in 0..VALUES {
            let value: [u8; 32] = bytes(&SystemRandom);
            for (place, byte) in value.iter().enumerate() {
                counts[place][usize::from(*byte)] += 1;
            }
            assert!(seen.insert(value));
        }
        let expected = f64::from(VALUES) / 256.0;
        for (place, counts) in counts.iter().enumerate() {
            let chi_squared: f64 = counts.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
            assert!(chi_squared < 420.0, "place {place}: {chi_squared}");
        }
    }
}
