//! A PostgreSQL of one test alone, which may be stopped in the middle of its work.

use std::{
    fs::{self, File},
    net::TcpListener,
    os::unix::{
        fs::{MetadataExt as _, chown},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{database, tls};

/// Stopped and removed when it is dropped.
pub(crate) struct Cluster {
    programs: Programs,
    folder: TempDir,
    port: u16,
    settings: Vec<String>,
    server: Option<Child>,
}

/// Those of the server that the other tests run on, and whom it runs as: it refuses to run as root.
#[derive(Clone)]
struct Programs {
    folder: PathBuf,
    user: u32,
    group: u32,
    /// Whether that is not who runs the tests.
    as_another: bool,
}

impl Programs {
    async fn of_the_tests_server() -> Self {
        let mut connection = database::server().await;
        let ask = async |query, connection: &mut PgConnection| -> String {
            sqlx::query_scalar(query).fetch_one(connection).await.expect("a superuser may ask")
        };
        let folder = ask("SELECT setting FROM pg_config WHERE name = 'BINDIR'", &mut connection).await;
        let data = ask("SELECT current_setting('data_directory')", &mut connection).await;
        let owner = fs::metadata(data).expect("it runs on this machine");
        let mine = fs::metadata(tempfile::tempdir().expect("a folder").path()).expect("there");
        let as_another = owner.uid() != mine.uid();
        Self { folder: folder.into(), user: owner.uid(), group: owner.gid(), as_another }
    }

    fn command(&self, program: &str, folder: &Path) -> Command {
        let mut command = Command::new(self.folder.join(program));
        command.current_dir(folder).stdin(Stdio::null());
        if self.as_another {
            command.uid(self.user).gid(self.group);
        }
        command
    }
}

impl Cluster {
    /// A new one that keeps what it acknowledges, whatever happens to it.
    pub(crate) async fn start() -> Self {
        Self::with(|_, _| vec![]).await
    }

    /// One that speaks TLS to whoever wants it, as `localhost`.
    pub(crate) async fn start_with_tls() -> Self {
        Self::with(|programs, folder| {
            let (certificate, key) = tls::files(folder);
            if programs.as_another {
                chown(&key, Some(programs.user), Some(programs.group)).expect("root may");
            }
            let files = [("ssl_cert_file", certificate), ("ssl_key_file", key)];
            let files = files.map(|(name, file)| format!("{name}={}", file.display()));
            [vec!["ssl=on".to_owned()], files.into()].concat()
        })
        .await
    }

    async fn with(settings: impl FnOnce(&Programs, &Path) -> Vec<String>) -> Self {
        let (programs, folder) = Self::folder().await;
        let mut initdb = programs.command("initdb", folder.path());
        initdb.args([
            "--username=test",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--no-sync",
            "--pgdata=data",
        ]);
        done(&initdb.output().expect("starts"));
        let settings = settings(&programs, folder.path());
        Self::running(programs, folder, settings).await
    }

    /// One that follows the one at this address, and is told of what is committed afterwards.
    pub(crate) async fn standby_of(primary: &str) -> Self {
        let (programs, folder) = Self::folder().await;
        let mut copy = programs.command("pg_basebackup", folder.path());
        copy.args(["--checkpoint=fast", "--write-recovery-conf", "--pgdata=data", "--dbname", primary]);
        // On a thread of its own: the line to the primary may be one of this test's.
        done(&spawn_blocking(move || copy.output()).await.expect("runs").expect("starts"));
        Self::running(programs, folder, vec![]).await
    }

    async fn folder() -> (Programs, TempDir) {
        let (programs, folder) = (Programs::of_the_tests_server().await, tempfile::tempdir().expect("a folder"));
        if programs.as_another {
            chown(folder.path(), Some(programs.user), Some(programs.group)).expect("root may");
        }
        (programs, folder)
    }

    async fn running(programs: Programs, folder: TempDir, settings: Vec<String>) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
        let mut cluster = Self { programs, folder, port, settings, server: None };
        cluster.begin().await;
        cluster
    }

    /// Where it listens, for whoever may do anything.
    pub(crate) fn url(&self) -> String {
        self.url_at("127.0.0.1")
    }

    /// The same by another name of this machine.
    pub(crate) fn url_at(&self, host: &str) -> String {
        format!("postgres://test@{host}:{}/postgres", self.port)
    }

    /// Starts it after it was stopped, and waits until it answers.
    pub(crate) async fn begin(&mut self) {
        let log = File::create(self.folder.path().join("log")).expect("made");
        let mut server = self.programs.command("postgres", self.folder.path());
        server.args(["-D", "data", "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
        server.args(self.settings.iter().flat_map(|setting| ["-c", setting]));
        server.args(["-p", &self.port.to_string()]).stdout(log.try_clone().expect("a file")).stderr(log);
        self.server = Some(server.spawn().expect("starts"));
        let options: PgConnectOptions = self.url().parse().expect("an address");
        while options.connect().await.is_err() {
            let server = self.server.as_mut().expect("started");
            if let Some(status) = server.try_wait().expect("it can be asked") {
                let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
                panic!("PostgreSQL ended ({status}): {log}");
            }
        }
    }

    /// What `pg_ctl stop -m immediate` does: it ends in the middle of whatever it does, and tidies up at the next start.
    pub(crate) fn crash(&mut self) {
        let mut server = self.server.take().expect("it runs");
        kill("-QUIT", &[server.id()]);
        server.wait().expect("ends");
    }

    /// Nothing of it goes on, and nobody is told.
    pub(crate) fn freeze(&self) {
        kill("-STOP", &self.processes());
    }

    /// All of it goes on.
    pub(crate) fn thaw(&self) {
        kill("-CONT", &self.processes());
    }

    /// Turns a standby into a server of its own.
    pub(crate) fn promote(&self) {
        let mut promote = self.programs.command("pg_ctl", self.folder.path());
        done(&promote.args(["promote", "--wait", "--pgdata=data"]).output().expect("starts"));
    }

    /// The server and each process that it has made.
    fn processes(&self) -> Vec<u32> {
        let server = self.server.as_ref().expect("it runs").id();
        let all = Command::new("ps").args(["-A", "-o", "pid=,ppid="]).output().expect("ps");
        let all = String::from_utf8(all.stdout).expect("text");
        let children = all.lines().filter_map(|line| {
            let (id, parent) = line.trim().split_once(char::is_whitespace)?;
            (parent.trim() == server.to_string()).then(|| id.parse().expect("a number"))
        });
        [server].into_iter().chain(children).collect()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.server.is_some() {
            // A frozen one would not hear.
            self.thaw();
            self.crash();
        }
    }
}

fn kill(signal: &str, processes: &[u32]) {
    let processes: Vec<String> = processes.iter().map(u32::to_string).collect();
    // One that has ended meanwhile needs no signal.
    let _status = Command::new("kill").arg(signal).args(processes).stderr(Stdio::null()).status().expect("kill");
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
