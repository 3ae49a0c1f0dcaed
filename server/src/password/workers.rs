//! Threads for hashing alone, which give way to everything else: whoever only has to be recognised does not wait for those whose
//! passwords are looked at.

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

/// How far these stand back behind other threads, as `nice` counts it: a tenth of their share is left where everything is busy, so that
/// people can still sign in.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// There is no lower priority.
#[cfg(target_os = "linux")]
const LOWEST: i32 = 19;

/// Some threads, which come when there is work and go when there is none.
pub(super) struct Workers(Option<Runtime>);

impl Workers {
    /// At most so many.
    pub(super) fn new(count: usize) -> Self {
        let mut builder = Builder::new_current_thread();
        builder.thread_name("passwords").max_blocking_threads(count).on_thread_start(stand_back);
        Self(Some(builder.build().expect("OK because it has neither a network nor a clock, which could fail")))
    }

    /// Does the work in one of them. Whoever goes away does not stop it.
    pub(super) fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> JoinHandle<T> {
        let Self(Some(runtime)) = self else { unreachable!("it is there until the drop") };
        runtime.spawn_blocking(work)
    }
}

impl Drop for Workers {
    /// It may happen where nobody may wait for the work, and nobody has to.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// Linux has a priority for each thread. Elsewhere it is the process's, which is not to be lowered.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::getpriority_process(None)
        .and_then(|ours| rustix::process::setpriority_process(None, (ours + NICE).min(LOWEST)))
    {
        tracing::debug!(%error, "passwords are hashed at the priority of everything else");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn what_hashes_stands_back_and_nothing_else_does() {
        let nice = || rustix::process::getpriority_process(None).expect("Linux tells");
        let ours = nice();
        let workers = Workers::new(1);
        assert_eq!(workers.run(nice).await.expect("it runs"), (ours + NICE).min(LOWEST));
        assert_eq!(tokio::task::spawn_blocking(nice).await.expect("it runs"), ours);
    }

    #[tokio::test]
    async fn no_more_at_once_than_there_are_threads() {
        let workers = Workers::new(2);
        let name = || std::thread::current().id();
        let ids: std::collections::BTreeSet<_> = futures::future::join_all((0..50).map(|_| workers.run(name)))
            .await
            .into_iter()
            .map(|id| format!("{:?}", id.expect("it runs")))
            .collect();
        assert!(ids.len() <= 2, "{ids:?}");
    }
}
