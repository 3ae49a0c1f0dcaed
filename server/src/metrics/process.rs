//! The process, under the names that Prometheus's own libraries use.

use super::Metrics;

/// What Linux tells of it. What it does not tell is left out.
#[cfg(target_os = "linux")]
pub(super) fn sample(metrics: &Metrics) {
    use procfs::{WithCurrentSystemInfo as _, process::LimitValue};

    use super::{count, table};

    let Ok(process) = procfs::process::Process::myself() else { return };
    if let Ok(stat) = process.stat() {
        let ticks = procfs::ticks_per_second().max(1);
        metrics.counter(table::CPU, []).absolute((stat.utime + stat.stime) / ticks);
        metrics.gauge(table::MEMORY, []).set(whole(stat.rss_bytes().get()));
        metrics.gauge(table::THREADS, []).set(whole(stat.num_threads.unsigned_abs()));
        if let Ok(booted) = procfs::boot_time_secs() {
            metrics.gauge(table::STARTED, []).set(whole(booted + stat.starttime / ticks));
        }
    }
    if let Ok(open) = process.fd_count() {
        metrics.gauge(table::FDS, []).set(count(open));
    }
    if let Ok(limits) = process.limits()
        && let LimitValue::Value(most) = limits.max_open_files.soft_limit
    {
        metrics.gauge(table::FDS_MAX, []).set(whole(most));
    }
}

#[cfg(target_os = "linux")]
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 of them")]
fn whole(number: u64) -> f64 {
    number as f64
}

#[cfg(not(target_os = "linux"))]
pub(super) fn sample(_: &Metrics) {}
