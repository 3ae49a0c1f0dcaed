//! A Redis that one test has to itself, to stop, kill and fill.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use redis::{FromRedisValue, Pipeline};
use tempfile::TempDir;

/// As `CONTRIBUTING.md` and the server ask for it: what is acknowledged is on the disk.
pub(crate) const SAFE: [&str; 6] =
    ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

pub(crate) struct OwnRedis {
    settings: Vec<String>,
    port: u16,
    folder: TempDir,
    server: Child,
}

impl OwnRedis {
    pub(crate) async fn start(settings: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a folder");
        let settings: Vec<String> = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let server = spawn(&settings, port, &folder);
        let own = Self { settings, port, folder, server };
        own.wait().await;
        own
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The process dies; the machine does not.
    pub(crate) fn kill(&mut self) {
        self.server.kill().expect("killed");
        self.server.wait().expect("ended");
    }

    pub(crate) async fn start_again(&mut self) {
        self.server = spawn(&self.settings, self.port, &self.folder);
        self.wait().await;
    }

    /// `STOP`: it keeps its connections and answers nothing; `CONT`: it goes on.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([format!("-{signal}"), self.server.id().to_string()]).status();
        assert!(sent.expect("runs").success());
    }

    /// What it answers to an operator.
    pub(crate) async fn ask<T: FromRedisValue>(&self, commands: &Pipeline) -> T {
        ask(&self.url(), commands).await
    }

    async fn wait(&self) {
        let answers = async {
            loop {
                let client = redis::Client::open(self.url()).expect("an address");
                if let Ok(mut connection) = client.get_multiplexed_async_connection().await
                    && redis::cmd("PING").exec_async(&mut connection).await.is_ok()
                {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), answers).await.expect("Redis answers");
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// What the Redis at this address answers.
pub(crate) async fn ask<T: FromRedisValue>(url: &str, commands: &Pipeline) -> T {
    let client = redis::Client::open(url).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("Redis is there");
    commands.query_async(&mut connection).await.expect("answers")
}

fn spawn(settings: &[String], port: u16, folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--enable-debug-command", "yes"])
        .args(settings)
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("redis-server is on PATH: cargo xtask test postgres looks for it")
}
