//! The program itself, as an operator starts it.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Output, Stdio},
    thread::{self, JoinHandle},
};

use serde_json::{Value, json};
use server::config::table::SETTINGS;

const PROGRAM: &str = env!("CARGO_BIN_EXE_sessionkeep");

fn command(folder: &Path) -> Command {
    prepared(Command::new(PROGRAM), folder)
}

fn prepared(mut command: Command, folder: &Path) -> Command {
    for setting in SETTINGS {
        command.env_remove(setting.name);
    }
    // Several run at once, perhaps beside one that listens where they do by default.
    command.env("METRICS_ADDR", "").env("BIND_ADDR", "127.0.0.1:0");
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Out of the range from which the system takes ports for outgoing connections: nobody else gets it by chance, and nobody
/// who calls while the program is down is connected to himself.
const PORTS: std::ops::Range<u32> = 20_000..32_000;

/// An address that is free now, and the same for every start.
pub(crate) fn free_address() -> String {
    let count = PORTS.end - PORTS.start;
    (0..count)
        .map(|offset| PORTS.start + (std::process::id() * 37 + offset) % count)
        .map(|port| format!("127.0.0.1:{port}"))
        .find(|address| TcpListener::bind(address).is_ok())
        .expect("one of twelve thousand ports is free")
}

/// Runs to its end.
pub(crate) fn output(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(folder).args(arguments).envs(environment.iter().copied()).output().expect("starts")
}

/// Runs to its end, with `input` for what it asks.
pub(crate) fn answered(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = command(folder);
    command.args(arguments).envs(environment.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it listens");
    child.wait_with_output().expect("ends")
}

/// Runs, and is ended by the caller.
pub(crate) fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    command(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("starts")
}

/// A running server. Killed when it is dropped.
pub(crate) struct Program {
    child: Child,
    log: Option<JoinHandle<String>>,
    pub(crate) url: String,
    /// What it printed first.
    pub(crate) line: String,
}

impl Program {
    /// Its process.
    #[cfg(target_os = "linux")]
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Starts on a free port, in `folder`, and waits until it listens.
    pub(crate) fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_at("127.0.0.1:0", folder, environment)
    }

    /// The same at an address of the caller's, which a restart keeps.
    pub(crate) fn start_at(address: &str, folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::listening(command(folder), address, environment)
    }

    /// The same on a free port, in a shell that does this first: a process inherits some of what it is.
    #[cfg(unix)]
    pub(crate) fn start_after(first: &str, folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut shell = prepared(Command::new("sh"), folder);
        shell.args(["-c", &format!("{first} && exec \"$0\" \"$@\""), PROGRAM]);
        Self::listening(shell, "127.0.0.1:0", environment)
    }

    fn listening(mut command: Command, address: &str, environment: &[(&str, &str)]) -> Self {
        let mut child = command
            .args(["serve", "--bind-addr", address])
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut line).expect("a line");
        let address = line.split_whitespace().find(|word| word.starts_with("127.0.0.1:"));
        let url =
            format!("http://{}", address.unwrap_or_else(|| panic!("no address in {line:?}")).trim_end_matches(':'));
        // Read all along: a full pipe would stop the server in the middle of a line.
        let mut stderr = child.stderr.take().expect("piped");
        let log = thread::spawn(move || {
            let mut log = String::new();
            stderr.read_to_string(&mut log).expect("text");
            log
        });
        Self { child, log: Some(log), url, line }
    }

    /// What it tells Prometheus, where it does.
    pub(crate) async fn metrics(&self) -> String {
        let url = self.line.split_whitespace().find(|word| word.ends_with("/metrics")).expect("it has metrics");
        reqwest::get(url).await.expect("sent").text().await.expect("arrives")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success());
    }

    /// What is left of it after a signal: its status and all that it logged.
    pub(crate) fn stop(mut self, signal: &str) -> (Option<i32>, String) {
        self.signal(signal);
        let log = self.log.take().expect("stopped once").join().expect("read");
        (self.child.wait().expect("ends").code(), log)
    }

    /// Pulls the plug: the process gets no chance to finish anything.
    pub(crate) fn kill(mut self) -> String {
        assert_eq!(self.child.try_wait().expect("it can be asked"), None, "it ended before anybody wanted it to");
        self.child.kill().expect("it runs");
        self.end()
    }

    /// All that it logged, after it has ended by itself.
    pub(crate) fn end(mut self) -> String {
        let log = self.log.take().expect("stopped once").join().expect("read");
        self.child.wait().expect("ends");
        log
    }

    /// Switches a fault on or off, see `POST /test/faults`.
    pub(crate) async fn fault(&self, fault: Value) {
        self.control("faults", fault).await;
    }

    /// Moves the server's clock; a negative number moves it back.
    pub(crate) async fn advance(&self, seconds: i64) {
        self.control("clock", json!({"advanceMs": seconds * 1000})).await;
    }

    async fn control(&self, what: &str, body: Value) {
        let request = reqwest::Client::new().post(format!("{}/test/{what}", self.url)).json(&body);
        assert_eq!(request.send().await.expect("sent").status(), 204);
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }
}
