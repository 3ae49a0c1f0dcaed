use std::{path::Path, process::Stdio};

use anyhow::Context as _;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

/// The server, as it is shipped, on a database of its own. It goes when this does.
pub(crate) struct Server {
    pub(crate) url: String,
    process: Child,
    _folder: TempDir,
}

impl Server {
    pub(crate) async fn start(program: &Path) -> anyhow::Result<Self> {
        // It runs in a folder of its own, from where a relative path would lead elsewhere.
        let program = program.canonicalize().with_context(|| format!("{} is not there", program.display()))?;
        let folder = tempfile::tempdir()?;
        let mut process = Command::new(&program)
            .current_dir(folder.path())
            .env_clear()
            .envs([
                ("BIND_ADDR", "127.0.0.1:0"),
                ("METRICS_ADDR", ""),
                // The flood comes from many addresses.
                ("TRUSTED_PROXIES", "127.0.0.0/8"),
                ("RUST_LOG", "error"),
            ])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("{} does not start", program.display()))?;
        let mut lines = BufReader::new(process.stdout.take().context("it was piped")?).lines();
        let line = lines.next_line().await?.context("the server has ended")?;
        let address = line.strip_prefix("Sessionkeep listens on ").and_then(|rest| rest.split(':').nth(1));
        let port = address.with_context(|| format!("no address in: {line}"))?;
        Ok(Self { url: format!("http://127.0.0.1:{port}"), process, _folder: folder })
    }

    /// Bytes of memory that it has at this moment, and had at most, where the system tells.
    pub(crate) fn memory(&self) -> Option<(u64, u64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()?)).ok()?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
        };
        Some((kib("VmRSS:")?, kib("VmHWM:")?))
    }
}
