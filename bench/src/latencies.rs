use std::time::Duration;

/// How long requests took.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Duration>);

impl Latencies {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn count(&self) -> usize {
        self.0.len()
    }

    /// So many of a thousand took no longer. Zero where there is none.
    pub(crate) fn per_mille(&self, part: usize) -> Duration {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * part).div_ceil(1000).saturating_sub(1);
        sorted.get(place).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_times_that_were_taken() {
        let mut latencies = Latencies::default();
        assert_eq!(latencies.per_mille(990), Duration::ZERO);
        for ms in (1..=200).rev() {
            latencies.add(Duration::from_millis(ms));
        }
        assert_eq!([500, 990, 1000].map(|part| latencies.per_mille(part).as_millis()), [100, 198, 200]);
    }
}
