//! What is done within Redis, one file a script.

use redis::Script;

/// The scripts.
pub(super) struct Scripts {
    pub(super) insert: Script,
    pub(super) update: Script,
    pub(super) end_part: Script,
    pub(super) end_these: Script,
    pub(super) task: Script,
    pub(super) known: Script,
    pub(super) confirm: Script,
    pub(super) purge: Script,
}

macro_rules! script {
    ($file:literal) => {
        Script::new(concat!(include_str!("scripts/common.lua"), include_str!($file)))
    };
}

impl Scripts {
    pub(super) fn new() -> Self {
        Self {
            insert: script!("scripts/insert.lua"),
            update: script!("scripts/update.lua"),
            end_part: script!("scripts/end_part.lua"),
            end_these: script!("scripts/end_these.lua"),
            task: script!("scripts/task.lua"),
            known: script!("scripts/known.lua"),
            confirm: script!("scripts/confirm.lua"),
            purge: script!("scripts/purge.lua"),
        }
    }
}
