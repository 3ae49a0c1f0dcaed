//! A Redis for tests alone: on a free port of this machine, in a folder that goes with it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const LIMIT: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Runs until it is dropped.
pub(crate) struct Redis {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Redis {
    /// Starts one, where every test can have a database of its own.
    pub(crate) fn start(program: &Path) -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("sessionkeep-redis-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?.local_addr()?.port();
        let mut server = Command::new(program);
        server.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--databases", "100000"]);
        // What the server asks for; but nobody pulls this machine's plug in between.
        server.args(["--maxmemory-policy", "noeviction", "--appendonly", "yes", "--appendfsync", "no", "--save", ""]);
        let log = fs::File::create(folder.join("log")).context("cannot write its log")?;
        server.current_dir(&folder).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let mut started = Self { server: server.spawn()?, folder, port };
        started.wait()?;
        Ok(started)
    }

    /// Where it listens. A number at the end is a database.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("Redis ended ({status}): {}", log.trim());
            }
            thread::sleep(LOOK_AGAIN);
        }
        bail!("Redis does not answer")
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // OK because all of it is of no use to anybody any more.
        let _ = self.server.kill();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}
