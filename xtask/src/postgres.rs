//! A PostgreSQL for tests alone: on a free port of this machine, in a folder that goes with it.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process;
use crate::setup::executable;
use crate::steps::Step;

const LIMIT: Duration = Duration::from_mins(2);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// It refuses to run as root; Debian's package brings somebody to run it as.
const OWNER: &str = "postgres";

/// Runs until it is dropped.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes and starts one with the programs in `bin`.
    pub(crate) fn start(step: &mut Step, bin: &Path) -> Result<Self> {
        let as_owner = is_root();
        let folder = std::env::temp_dir().join(format!("sessionkeep-postgres-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if as_owner {
            process::run(step, Command::new("chown").arg(OWNER).arg(&folder), LIMIT)?;
        }
        let run = |program: &str| command(&executable(bin, program), as_owner, &folder);
        let mut initdb = run("initdb");
        initdb.args([
            "--username=test",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            "--pgdata=data",
        ]);
        process::run(step, &mut initdb, LIMIT)?;
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port")?.local_addr()?.port();
        let mut server = run("postgres");
        server.args(["-D", "data", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        // Many tests, each with a database and pools of its own; and nobody pulls this machine's plug in between.
        server.args(["-c", "max_connections=300", "-c", "fsync=off", "-p", &port.to_string()]);
        let log = fs::File::create(folder.join("log")).context("cannot write its log")?;
        let server = server.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).spawn()?;
        let mut started = Self { server, folder, port };
        started.wait(bin)?;
        Ok(started)
    }

    /// Where it listens, for whoever may make databases.
    pub(crate) fn url(&self) -> String {
        format!("postgres://test@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self, bin: &Path) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            let mut ready = Command::new(executable(bin, "pg_isready"));
            if process::answer(ready.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()])).is_some() {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait()? {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                bail!("PostgreSQL ended ({status}): {}", log.trim());
            }
            thread::sleep(LOOK_AGAIN);
        }
        bail!("PostgreSQL does not answer")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // OK because all of it is of no use to anybody any more.
        let _ = Command::new("kill").args(["-INT", &self.server.id().to_string()]).status();
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}

/// Root has it run by somebody else, and ended when this ends.
fn command(program: &Path, as_owner: bool, folder: &Path) -> Command {
    let mut command = if as_owner {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", OWNER, "--regid", OWNER, "--clear-groups", "--pdeathsig", "INT", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder);
    command
}
