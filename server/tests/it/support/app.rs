use std::{
    collections::HashMap,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Output,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::SeqCst},
    },
    time::Duration,
};

use secrecy::ExposeSecret as _;
use serde_json::json;
use server::{
    account::{AccountChange, AccountRequest},
    boot::Server,
    clock::{Clock as _, SystemClock},
    config::{Settings, Sources},
    session::{Caller, EventKind, SecurityEvent, Session, UnixMillis},
    storage::{AccountTransacted, Stores},
};
use sessionkeep_types::{Role, SessionId};
use sqlx::{ConnectOptions as _, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Answer, Person, database, program};

/// What makes an instance one of an https origin.
pub(crate) const HTTPS: [(&str, &str); 3] = [
    ("PUBLIC_ORIGIN", "https://id.example.com"),
    ("ACCESS_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
    ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
];

/// A server in this process, with a database of its own.
pub(crate) struct TestApp {
    pub(crate) url: String,
    metrics: String,
    folder: TempDir,
    environment: HashMap<String, String>,
    /// How far the clock was moved, in seconds.
    ahead: AtomicI64,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl TestApp {
    /// What is answered to a path as it is written: a client of HTTP would tidy it up.
    pub(crate) async fn raw(&self, path: &str) -> String {
        use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
        let address = self.url.trim_start_matches("http://");
        let mut connection = tokio::net::TcpStream::connect(address).await.expect("connects");
        let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        connection.write_all(request.as_bytes()).await.expect("sent");
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.expect("text");
        answer
    }

    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these settings beside the defaults.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let stores = database::fresh(folder.path()).await;
        Self::on_stores(folder, stores, settings).await
    }

    /// With these settings beside those of an https origin.
    pub(crate) async fn on_https(settings: &[(&str, &str)]) -> Self {
        Self::with(&[&HTTPS, settings].concat()).await
    }

    /// On PostgreSQL, whatever the other tests run on.
    pub(crate) async fn on_postgres(settings: &[(&str, &str)]) -> Self {
        Self::on_stores(tempfile::tempdir().expect("a folder"), database::several().await, settings).await
    }

    /// On SQLite, whatever the other tests run on.
    pub(crate) async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let database = format!("sqlite://{}/sessionkeep.db", folder.path().display());
        Self::on(folder, &database, &[]).await
    }

    /// On this database, whose SQLite file lies in `folder` or is to be kept by the caller.
    pub(crate) async fn on(folder: TempDir, database: &str, settings: &[(&str, &str)]) -> Self {
        Self::on_stores(folder, vec![("DATABASE_URL", database.to_owned())], settings).await
    }

    /// On a database that is there already.
    pub(crate) async fn on_database(database: &str) -> Self {
        Self::on(tempfile::tempdir().expect("a folder"), database, &[]).await
    }

    async fn on_stores(folder: TempDir, stores: Vec<(&'static str, String)>, settings: &[(&str, &str)]) -> Self {
        let keys = folder.path().join("keys").display().to_string();
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned()));
        let environment = stores
            .into_iter()
            .chain([("KEYS_DIR", keys)])
            .chain(settings)
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let Started { url, metrics, stop, running } = run(&environment).await;
        Self { url, metrics, folder, environment, ahead: AtomicI64::new(0), stop, running }
    }

    /// Another instance on the same database and with the same keys.
    pub(crate) async fn beside(&self) -> Self {
        self.beside_with(&[]).await
    }

    /// Another instance with the same keys and another database.
    pub(crate) async fn beside_on(&self, database: &str) -> Self {
        self.beside_with(&[("DATABASE_URL", database)]).await
    }

    /// The same with other values of some settings.
    pub(crate) async fn beside_with(&self, settings: &[(&str, &str)]) -> Self {
        let mut environment = self.environment.clone();
        environment.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let Started { url, metrics, stop, running } = run(&environment).await;
        let folder = tempfile::tempdir().expect("a folder");
        Self { url, metrics, folder, environment, ahead: AtomicI64::new(0), stop, running }
    }

    /// How often requests have asked the store so far; what goes on in the background does not count.
    pub(crate) async fn questions(&self) -> u64 {
        let answer = reqwest::get(format!("{}/test/questions", self.url)).await.expect("sent");
        Answer::of(answer).await.body.as_u64().expect("a number")
    }

    /// What it tells Prometheus.
    pub(crate) async fn metrics(&self) -> Answer {
        Answer::of(reqwest::get(self.metrics_url()).await.expect("sent")).await
    }

    pub(crate) fn metrics_url(&self) -> String {
        format!("{}/metrics", self.metrics)
    }

    /// The sum of all of a metric's values whose labels include these, as `name="value"`.
    pub(crate) async fn metric(&self, name: &str, labels: &[&str]) -> f64 {
        let text = self.metrics().await.text;
        let values = text.lines().filter_map(|line| {
            let (series, value) = line.rsplit_once(' ')?;
            let rest = series.strip_prefix(name)?;
            let right = (rest.is_empty() || rest.starts_with('{')) && labels.iter().all(|label| rest.contains(label));
            right.then(|| value.parse::<f64>().expect("a number"))
        });
        values.sum()
    }

    /// How many passwords it has hashed so far, or pretended to.
    pub(crate) async fn hashes(&self) -> u64 {
        let text = self.metrics().await.text;
        let counted =
            text.lines().find_map(|line| line.strip_prefix("sessionkeep_password_hash_duration_seconds_count "));
        counted.map_or(0, |count| count.parse().expect("a number"))
    }

    /// The address of its database.
    pub(crate) fn database(&self) -> &str {
        &self.environment["DATABASE_URL"]
    }

    /// A connection to its database, as its operator has one.
    pub(crate) async fn postgres(&self) -> PgConnection {
        let options: PgConnectOptions = self.database().parse().expect("an address");
        options.connect().await.expect("PostgreSQL is there")
    }

    /// Stops the server, as for good. What it kept stays while `self` does.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        (&mut self.running).await.expect("runs").expect("stops");
    }

    /// Stops the server and starts another one on the same database.
    pub(crate) async fn restart(&mut self) {
        self.stop().await;
        self.ahead = AtomicI64::new(0);
        let Started { url, metrics, stop, running } = run(&self.environment).await;
        (self.url, self.metrics, self.stop, self.running) = (url, metrics, stop, running);
    }

    /// The folder of the database and of what lies beside it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What an operator's command on the same settings says. It succeeds.
    pub(crate) fn command(&self, arguments: &[&str]) -> String {
        let output = self.try_command(arguments);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// The same, whether it succeeds or not.
    pub(crate) fn try_command(&self, arguments: &[&str]) -> Output {
        program::output(self.folder(), arguments, &self.environment())
    }

    /// What a command says that asks for something. It succeeds.
    pub(crate) fn command_with_input(&self, arguments: &[&str], input: &str) -> String {
        let output = program::answered(self.folder(), arguments, &self.environment(), input);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Begins to stop; what runs is finished.
    pub(crate) fn begin_to_stop(&self) {
        self.stop.cancel();
    }

    /// Restarts with another value of a setting.
    pub(crate) async fn configure(&mut self, name: &str, value: &str) {
        self.set(name, value);
        self.restart().await;
    }

    /// Another value of a setting, from the next start on.
    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.insert(name.to_owned(), value.to_owned());
    }

    /// Where the keys of tokens of this kind lie.
    pub(crate) fn keys_folder(&self, kind: &str) -> PathBuf {
        self.folder.path().join("keys").join(kind)
    }

    /// The file of [`Self::on_sqlite`].
    pub(crate) fn sqlite_file(&self) -> PathBuf {
        self.folder.path().join("sessionkeep.db")
    }

    /// A second process on the same database, as an operator's command is.
    pub(crate) async fn store(&self) -> Stores {
        let settings = Settings::load(&Sources::new(HashMap::new(), self.environment.clone()).expect("sources"));
        Stores::open(&settings.expect("settings").database, &Arc::default()).await.expect("opens")
    }

    pub(crate) async fn password_hash(&self, email: &str) -> String {
        self.store()
            .await
            .accounts
            .by_email(email)
            .await
            .expect("works")
            .expect("there")
            .password_hash
            .expose_secret()
            .to_owned()
    }

    /// Puts another hash of the same password in its place.
    pub(crate) async fn replace_password_hash(&self, email: &str, new: &str) {
        let accounts = self.store().await.accounts;
        let account = accounts.by_email(email).await.expect("works").expect("there");
        accounts.rehash_password(&account.id, account.password_hash.expose_secret(), new).await.expect("works");
    }

    pub(crate) async fn set_role(&self, email: &str, role: &str) {
        let event = SecurityEvent::new(EventKind::RoleChanged, &Caller::default(), self.now());
        let change = AccountChange { role: Some((Role::from(role.to_owned()), event)), ..AccountChange::default() };
        self.change(email, &change).await;
    }

    pub(crate) async fn disable(&self, email: &str) {
        let event = SecurityEvent::new(EventKind::AccountDisabled, &Caller::default(), self.now());
        let change = AccountChange { disabled: Some((true, event)), ..AccountChange::default() };
        self.change(email, &change).await;
    }

    async fn change(&self, email: &str, change: &AccountChange) {
        let store = self.store().await;
        let account = store.accounts.by_email(email).await.expect("works").expect("there");
        let changed = store
            .accounts
            .transact_account(&AccountRequest::Change { id: &account.id, change }, self.now())
            .await
            .expect("works");
        assert!(matches!(changed, AccountTransacted::Done { .. }), "{changed:?}");
    }

    /// What was reported, oldest first.
    pub(crate) async fn events(&self) -> Vec<SecurityEvent> {
        let events = self.store().await.events.after(0, 1000).await.expect("works");
        events.into_iter().map(|stored| stored.event).collect()
    }

    /// The row as it is stored.
    pub(crate) async fn session(&self, id: &str) -> Session {
        self.store().await.sessions.find(&SessionId::new(id)).await.expect("works").expect("there")
    }

    /// Deletes what ended before this many days from now.
    pub(crate) async fn purge(&self, days: u64) {
        let before = SystemClock.now().plus(Duration::from_hours(24 * days));
        self.store().await.sessions.purge(before).await.expect("works");
    }

    /// Asks until it is so. What another process does is seen within a second, on a machine that has the time.
    pub(crate) async fn until(&self, so: impl AsyncFn() -> bool) {
        let asking = async { while !so().await {} };
        tokio::time::timeout(Duration::from_secs(5), asking).await.expect("it is so before long");
    }

    /// A program that sends no attempt ids.
    pub(crate) fn direct(&self) -> Person {
        Person::at(&self.url)
    }

    /// Our own client in a browser.
    pub(crate) fn browser(&self) -> Person {
        Person::at(&self.url).header("sec-fetch-site", "same-origin").attempt("sign-in")
    }

    /// A browser whose client sends no attempt ids.
    pub(crate) fn plain_browser(&self) -> Person {
        Person::at(&self.url).header("sec-fetch-site", "same-origin")
    }

    /// What the server takes for now: an operator's command on the same machine has the same clock.
    pub(crate) fn now(&self) -> UnixMillis {
        UnixMillis(SystemClock.now().0 + self.ahead.load(SeqCst) * 1000)
    }

    pub(crate) async fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, SeqCst);
        self.control("clock", json!({"advanceMs": seconds * 1000})).await;
    }

    pub(crate) async fn store_down(&self, down: bool) {
        self.control("faults", json!({"storeDown": down})).await;
    }

    /// From now on transactions wait before they commit, or go on.
    pub(crate) async fn hold_commits(&self, held: bool) {
        self.control("faults", json!({"holdCommits": held})).await;
    }

    /// Returns as soon as one waits.
    pub(crate) async fn commit_is_held(&self) {
        self.control("faults", json!({"awaitHeldCommit": true})).await;
    }

    pub(crate) async fn lose_refresh_answers(&self, count: u32) {
        self.control("faults", json!({"loseRefreshAnswers": count})).await;
    }

    pub(crate) async fn break_down(&self, faults: serde_json::Value) {
        self.control("faults", faults).await;
    }

    async fn control(&self, what: &str, body: serde_json::Value) {
        let request = reqwest::Client::new().post(format!("{}/test/{what}", self.url)).json(&body);
        let answer = Answer::of(request.send().await.expect("sent")).await;
        assert_eq!(answer.status, 204, "{answer:?}");
    }
}

struct Started {
    url: String,
    metrics: String,
    stop: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

async fn run(environment: &HashMap<String, String>) -> Started {
    let sources = Sources::new(HashMap::new(), environment.clone()).expect("sources");
    let settings = Settings::load(&sources).expect("settings");
    let [listener, metrics] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    let [url, metrics_url] =
        [&listener, &metrics].map(|listener| format!("http://{}", listener.local_addr().expect("an address")));
    let server = Server::build(&settings).await.expect("builds");
    let stop = CancellationToken::new();
    let running = tokio::spawn(server.run(listener, Some(metrics), stop.clone()));
    Started { url, metrics: metrics_url, stop, running }
}
