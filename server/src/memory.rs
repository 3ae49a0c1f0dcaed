//! What becomes of the memory of this process, which holds keys and passwords.

/// Keeps it out of core dumps, and from being read by other processes of the same user: no core file, and not dumpable, which a
/// program that collects dumps honours, too. Where the system does not let it, the process goes on: an operator may have
/// turned dumps off elsewhere.
pub(crate) fn keep_out_of_dumps() {
    #[cfg(unix)]
    let _kept_as_it_was = rlimit::setrlimit(rlimit::Resource::CORE, 0, 0);
    #[cfg(target_os = "linux")]
    let _kept_as_it_was = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    use super::*;

    #[test]
    fn the_process_is_not_dumpable_and_its_limit_is_zero() {
        keep_out_of_dumps();
        assert_eq!(rlimit::getrlimit(rlimit::Resource::CORE).expect("told"), (0, 0));
        assert_eq!(dumpable_behavior().expect("told"), DumpableBehavior::NotDumpable);
    }
}
