use std::{
    fs::OpenOptions,
    net::TcpListener,
    process::Command,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::json;
use sqlx::{Connection as _, SqliteConnection};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::spawn_blocking,
};

use crate::support::{EMAIL, Person, program};

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

/// CF-01
#[test]
fn a_wrong_setting_ends_with_status_78_and_one_line() {
    let folder = folder();
    for arguments in [&["config", "check"][..], &["serve"], &[]] {
        let output = program::output(folder.path(), arguments, &[("PUBLIC_ORIGIN", "http://example.com")]);
        assert_eq!(output.status.code(), Some(78), "{arguments:?}");
        let line = String::from_utf8(output.stderr).expect("text");
        assert!(line.starts_with("sessionkeep: PUBLIC_ORIGIN: ") && line.lines().count() == 1, "{line}");
    }
}

#[test]
fn a_bundle_that_is_not_there_is_refused_and_does_not_matter_for_managing_accounts() {
    let folder = folder();
    for arguments in [&["config", "check"][..], &["serve", "--bind-addr", "127.0.0.1:0"]] {
        let output = program::output(folder.path(), arguments, &[("ASSETS_DIR", "nowhere")]);
        assert_eq!(output.status.code(), Some(78), "{output:?}");
        assert!(String::from_utf8(output.stderr).expect("text").contains("sessionkeep: ASSETS_DIR: "));
    }
    assert!(program::output(folder.path(), &["user", "list"], &[("ASSETS_DIR", "nowhere")]).status.success());
}

/// It has one page of accounts in memory, however many there are: what came before a row that cannot be read is printed.
#[tokio::test]
async fn accounts_are_listed_while_they_are_read() {
    let folder = folder();
    assert!(program::output(folder.path(), &["user", "list"], &[]).status.success(), "makes the database");
    let file = format!("sqlite://{}", folder.path().join("data/sessionkeep.db").display());
    let mut database = SqliteConnection::connect(&file).await.expect("opens");
    let accounts = "WITH RECURSIVE numbers (n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1449) \
                    INSERT INTO users (id, email, role, password_hash, password_changed_at, created_at) \
                    SELECT 'id-' || n, iif(n = 1000, CAST(x'ff' AS TEXT), n || '@example.com'), 'user', '', 0, 0 FROM numbers";
    sqlx::query(accounts).execute(&mut database).await.expect("filled");
    let output = program::output(folder.path(), &["user", "list"], &[]);
    let printed = String::from_utf8(output.stdout).expect("text");
    assert!(!output.status.success());
    assert_eq!(printed.lines().count(), 400, "two pages: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(printed.lines().next(), Some("id-1449\tuser\tenabled\t1449@example.com"));
}

#[test]
fn accepted_settings_are_said_to_be() {
    let folder = folder();
    let output = program::output(folder.path(), &["config", "check"], &[]);
    assert!(output.status.success());
    assert!(String::from_utf8(output.stdout).expect("text").contains("accepted"));
}

#[test]
fn an_occupied_port_is_one_line_and_the_database_is_not_touched() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let folder = folder();
    let output = program::output(folder.path(), &[], &[("BIND_ADDR", &address)]);
    assert_eq!(output.status.code(), Some(1));
    let line = String::from_utf8(output.stderr).expect("text");
    assert!(line.contains(&format!("cannot listen on {address}")) && line.lines().count() == 1, "{line}");
    assert!(!folder.path().join("data/sessionkeep.db").exists());
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_stops_it_in_order_and_a_restart_signs_nobody_out() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let (status, log) = server.stop("-TERM");
    assert_eq!(status, Some(0), "{log}");
    let server = program::Program::start(folder.path(), &[]);
    ada.url.clone_from(&server.url);
    assert_eq!(ada.me().await.status, 200, "the development secrets are kept");
    assert_eq!(ada.refresh().await.status, 200);
    assert_eq!(server.stop("-INT").0, Some(0));
}

#[cfg(unix)]
#[tokio::test]
async fn after_a_stop_in_order_the_database_file_alone_has_everything() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let data = folder.path().join("data");
    assert!(
        std::fs::metadata(data.join("sessionkeep.db-wal")).is_ok_and(|log| log.len() > 0),
        "it was in the log alone"
    );
    assert_eq!(server.stop("-TERM").0, Some(0));
    for beside in ["sessionkeep.db-wal", "sessionkeep.db-shm"] {
        let _gone_already = std::fs::remove_file(data.join(beside));
    }
    let server = program::Program::start(folder.path(), &[]);
    ada.url.clone_from(&server.url);
    assert_eq!(ada.refresh().await.status, 200);
}

/// How long a stop may take.
#[cfg(unix)]
const STOPS_WITHIN: Duration = Duration::from_secs(10);

/// Waits for its end after SIGTERM. The second part is what it logged.
#[cfg(unix)]
async fn stopped_in_time(server: program::Program) -> String {
    let asked = Instant::now();
    let (status, log) = spawn_blocking(|| server.stop("-TERM")).await.expect("runs");
    assert!(status == Some(0) && asked.elapsed() <= STOPS_WITHIN, "{status:?} after {:?}: {log}", asked.elapsed());
    log
}

/// Whoever balances the load is told before anybody is turned away.
#[cfg(unix)]
#[tokio::test]
async fn before_it_stops_it_says_that_it_is_not_ready_and_serves_on() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let url = server.url.clone();
    let probe = async |path: &str| Some(reqwest::get(format!("{url}{path}")).await.ok()?.status().as_u16());
    let stopping = tokio::spawn(stopped_in_time(server));
    while probe("/readyz").await == Some(200) {}
    assert_eq!(probe("/readyz").await, Some(503));
    assert_eq!(probe("/healthz").await, Some(200));
    let answer = ada.me().await;
    assert_eq!((answer.status, answer.header("connection")), (200, "close"), "who keeps connections goes, too");
    while probe("/readyz").await.is_some() {}
    stopping.await.expect("in time");
}

/// E18: connections on which nobody asks for anything, or only begins to, keep it from nothing, and what it has acknowledged is
/// there after a restart.
#[cfg(unix)]
#[tokio::test]
async fn a_stop_waits_for_slow_requests_and_not_for_idle_connections() {
    let folder = folder();
    let slow = [("ARGON2_ITERATIONS", "100")];
    let server = program::Program::start(folder.path(), &slow);
    let address = server.url.trim_start_matches("http://").to_owned();
    let mut open = vec![];
    for sent in ["", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /api/auth/login HTTP/1.1\r\nHost: loc"] {
        for _ in 0..10 {
            let mut connection = TcpStream::connect(&address).await.expect("connects");
            connection.write_all(sent.as_bytes()).await.expect("sent");
            open.push(connection);
        }
    }
    let mut ada = Person::at(&server.url);
    let (answer, _log) = tokio::join!(ada.register(), stopped_in_time(server));
    assert_eq!(answer.status, 201);
    drop(open);
    let server = program::Program::start(folder.path(), &slow);
    ada.url.clone_from(&server.url);
    assert_eq!(ada.refresh().await.status, 200);
}

/// As one in the network that has gone.
#[cfg(unix)]
#[tokio::test]
async fn a_key_that_cannot_be_read_to_its_end_does_not_keep_it_from_stopping() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let key = folder.path().join("data/keys/access/20200101T000000Z-hangs.secret");
    assert!(Command::new("mkfifo").args(["-m", "600"]).arg(&key).status().expect("runs").success());
    // Opens as soon as the server reads, which it does until this is closed.
    let held = spawn_blocking(|| OpenOptions::new().write(true).open(key)).await.expect("runs").expect("opens");
    stopped_in_time(server).await;
    drop(held);
}

/// E4: what was ended stays ended, however the process ends.
#[cfg(unix)]
#[tokio::test]
async fn a_stolen_session_is_still_dead_after_kill_9() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let mut thief = ada.copy();
    ada.refresh().await;
    ada.refresh().await;
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
    server.stop("-KILL");
    let server = program::Program::start(folder.path(), &[]);
    ada.url.clone_from(&server.url);
    assert_eq!(ada.me().await.outcome(), (403, "TOKEN_REVOKED"));
    assert_eq!(ada.refresh().await.outcome(), (403, "SESSION_REVOKED"));
}

/// RT-10: a token that was replaced and whose successor was used is dead after a crash, too.
#[cfg(unix)]
#[tokio::test]
async fn a_replaced_token_is_still_dead_after_kill_9() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let mut thief = ada.copy();
    ada.refresh().await;
    // Presenting the successor says that it has arrived; a use of the access token alone is written half a second later.
    ada.refresh().await;
    server.stop("-KILL");
    let server = program::Program::start(folder.path(), &[]);
    thief.url.clone_from(&server.url);
    assert_eq!(thief.refresh().await.outcome(), (403, "REFRESH_REUSED"));
}

/// RL-06: whoever brings the program down gets no guess for it.
#[cfg(unix)]
#[tokio::test]
async fn whoever_has_guessed_too_often_is_still_held_after_kill_9() {
    let folder = folder();
    let mut server = program::Program::start(folder.path(), &[]);
    Person::at(&server.url).register().await;
    let wrong = async |server: &program::Program| {
        let wrong = json!({"email": EMAIL, "password": "a wrong one"});
        Person::at(&server.url).post("/api/auth/login", wrong).await
    };
    for wait in [0, 0, 0, 0, 0, 1, 2, 4, 8] {
        server.advance(wait).await;
        assert_eq!(wrong(&server).await.status, 401);
    }
    assert_eq!(wrong(&server).await.outcome(), (429, "RATE_LIMITED"));
    server.stop("-KILL");
    // Its clock goes back by what the test has moved it.
    server = program::Program::start(folder.path(), &[]);
    assert_eq!(wrong(&server).await.outcome(), (429, "RATE_LIMITED"));
}

#[tokio::test]
async fn an_operator_lists_and_ends_sessions_beside_the_running_server() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut phone = Person::at(&server.url);
    phone.register().await;
    let mut laptop = Person::at(&server.url).header("user-agent", "laptop/1");
    laptop.login().await;
    let sessions = |arguments: &[&str]| {
        let output = program::output(folder.path(), &[&["sessions"], arguments].concat(), &[]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    let list = sessions(&["list", "--user", "ADA@example.com"]);
    assert_eq!(list.lines().count(), 2);
    assert_eq!(list, sessions(&["list"]));
    let line = list.lines().find(|line| line.ends_with("laptop/1")).expect("the laptop's");
    assert!(line.contains("\tada@example.com\tbegun 2") && line.contains("\t127.0.0.1\t"), "{line}");

    let laptops = line.split('\t').next().expect("an id");
    assert!(sessions(&["revoke", laptops]).contains("is ended"));
    until_revoked(&laptop).await;
    assert_eq!(laptop.refresh().await.body["reason"], "ADMIN");
    assert_eq!(phone.me().await.status, 200);
    assert!(sessions(&["revoke", laptops]).contains("had ended before"));

    assert!(sessions(&["revoke", "--before", "2020-01-01T00:00:00Z"]).starts_with("0 sessions"));
    assert!(sessions(&["revoke", "--before", "now"]).starts_with("1 session is"));
    until_revoked(&phone).await;
    phone.login().await;
    assert_eq!(phone.me().await.status, 200, "who signs in afterwards is not concerned");
    assert!(sessions(&["revoke", "--user", "ada@example.com"]).starts_with("1 session is"));
    until_revoked(&phone).await;

    for wrong in [&["revoke"][..], &["revoke", "x"], &["revoke", "--before", "x"], &["list", "--user", "x"]] {
        assert!(!program::output(folder.path(), &[&["sessions"], wrong].concat(), &[]).status.success(), "{wrong:?}");
    }
}

/// What another process ends is seen within a second.
async fn until_revoked(person: &Person) {
    let asking = async { while person.me().await.outcome() != (403, "TOKEN_REVOKED") {} };
    tokio::time::timeout(Duration::from_secs(1), asking).await.expect("it is seen within a second");
}

#[tokio::test]
async fn an_operator_manages_accounts_beside_the_running_server() {
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let user = |arguments: &[&str]| {
        let output = program::output(folder.path(), &[&["user"], arguments].concat(), &[]);
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("text")
    };
    assert!(user(&["set-role", "ADA@example.com", "admin"]).contains("ada@example.com is admin now"));
    assert!(user(&["list"]).contains("\tadmin\tenabled\tada@example.com"));
    ada.login().await;
    assert_eq!(ada.me().await.body["role"], "admin");
    user(&["disable", "ada@example.com"]);
    assert_eq!(ada.login().await.outcome(), (401, "INVALID_CREDENTIALS"));
    assert!(user(&["enable", "ada@example.com"]).contains("is enabled"));
    assert_eq!(ada.login().await.status, 200);
    let unknown = program::output(folder.path(), &["user", "disable", "nobody@example.com"], &[]);
    assert_eq!(unknown.status.code(), Some(1));
}

#[tokio::test]
async fn a_healthcheck_fails_before_the_server_runs_and_succeeds_while_it_does() {
    let folder = folder();
    let address = program::free_address();
    let check = || program::output(folder.path(), &["healthcheck"], &[("BIND_ADDR", &address)]);
    let before = check();
    assert_eq!(before.status.code(), Some(1), "{before:?}");
    assert!(String::from_utf8_lossy(&before.stderr).contains("no server answers"), "{before:?}");
    let _server = program::Program::start_at(&address, folder.path(), &[]);
    let during = check();
    assert!(during.status.success() && during.stdout.is_empty(), "{during:?}");
}

/// CK-05
#[cfg(unix)]
#[tokio::test]
async fn a_cookie_without_secure_is_warned_of_at_the_start() {
    for (value, secure) in [("always", true), ("never", false)] {
        let folder = folder();
        let server = program::Program::start(folder.path(), &[("COOKIE_SECURE", value)]);
        let answer = Person::at(&server.url).register().await;
        assert!(answer.header("set-cookie").starts_with("refreshToken="), "{answer:?}");
        assert_eq!(answer.header("set-cookie").contains("Secure"), secure);
        let (_, log) = server.stop("-TERM");
        assert_eq!(log.lines().any(|line| line.contains("WARN") && line.contains("COOKIE_SECURE")), !secure, "{log}");
    }
}

/// DS-07: where the system gives fewer files than `MAX_CONNECTIONS` wants, so many fewer connections are taken: nobody who has one
/// loses it, and there are files left for everything else.
#[cfg(unix)]
#[tokio::test]
async fn where_there_are_few_files_there_are_few_connections_and_who_has_one_is_served() {
    let folder = folder();
    let server = program::Program::start_after("ulimit -n 320", folder.path(), &[]);
    let mut ada = Person::at(&server.url);
    ada.register().await;
    let address = server.url.trim_start_matches("http://");
    let mut crowd = vec![];
    let mut taken = 0;
    for _ in 0..400 {
        let mut connection = TcpStream::connect(address).await.expect("connects");
        // One that was closed at once takes nothing.
        let _either = connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
        let mut byte = [0];
        if connection.read(&mut byte).await.is_ok_and(|read| read > 0) {
            taken += 1;
        }
        crowd.push(connection);
        if crowd.len() % 100 == 0 {
            assert_eq!(ada.me().await.status, 200);
            assert_eq!(ada.refresh().await.status, 200, "it has a file for the database");
        }
    }
    assert_eq!(taken, 320 - 256 - 1, "she has one of the places");
    drop(crowd);
    while Person::at(&server.url).request(Method::GET, "/healthz").send().await.is_err() {}
    let (_, log) = server.stop("-TERM");
    let warned = |line: &&str| line.contains("WARN") && line.contains("MAX_CONNECTIONS is more than");
    assert_eq!(log.lines().filter(warned).count(), 1, "{log}");
}

/// DR-02: whatever the umask of whoever starts it.
#[cfg(unix)]
#[test]
fn every_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    let server = program::Program::start_after("umask 000", folder.path(), &[]);
    let mode = |path: &std::path::Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let mut folders = vec![folder.path().join("data")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        assert_eq!(mode(&folder), 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(mode(&path), 0o600, "{}", path.display());
                files += 1;
            }
        }
    }
    assert!(files >= 5, "a database, its log and its index, and two keys at least");
    drop(server);
}

/// Attack 12: where the file is not heeded, the server makes an SQLite file of its own.
#[test]
fn the_databases_address_is_read_from_a_file_and_never_from_the_default() {
    let folder = folder();
    std::fs::write(folder.path().join("address"), "postgres://u:canary@127.0.0.1:1/x\n").expect("written");
    let output = program::output(folder.path(), &["user", "list"], &[("DATABASE_URL_FILE", "address")]);
    let line = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(1), "{line}");
    assert!(line.contains("x on 127.0.0.1:1 cannot be used") && !line.contains("canary"), "{line}");
    assert!(!folder.path().join("data/sessionkeep.db").exists());
    let output = program::output(folder.path(), &["user", "list"], &[("AUDIENCE_FILE", "address")]);
    assert_eq!(output.status.code(), Some(78));
    assert!(!folder.path().join("data/sessionkeep.db").exists());
}

/// Attack 12: everybody on the machine can read the line of a command.
#[test]
fn a_password_on_the_command_line_is_refused_by_every_command() {
    let folder = folder();
    let address = "postgres://u:canary@127.0.0.1:1/x";
    let sqlite = "sqlite://data/sessionkeep.db";
    for arguments in [
        &["--database-url", address][..],
        &["serve", "--database-url", address],
        &["user", "list", "--session-store", "redis://:canary@127.0.0.1:1"],
        &["import", "--from", sqlite, "--to", address],
        &["import", "--from", address, "--to", "postgres://u@127.0.0.1:1/x"],
    ] {
        let output = program::output(folder.path(), arguments, &[]);
        let line = String::from_utf8(output.stderr).expect("text");
        assert_eq!(output.status.code(), Some(78), "{arguments:?}: {line}");
        assert!(line.contains("its value holds a password") && line.lines().count() == 1, "{line}");
        assert!(!line.contains("canary"), "{line}");
    }
    std::fs::write(folder.path().join("address"), address).expect("written");
    let output = program::output(folder.path(), &["import", "--from", sqlite], &[("DATABASE_URL_FILE", "address")]);
    let line = String::from_utf8(output.stderr).expect("text");
    assert!(line.contains("the source cannot be read") && !line.contains("canary"), "its target is accepted: {line}");
}

/// Attack 13: the database refuses, or takes the connection and says nothing.
#[test]
fn a_command_answers_in_three_seconds_whatever_the_database_does() {
    let mute = TcpListener::bind("127.0.0.1:0").expect("a port");
    let mute = format!("postgres://u@{}/x", mute.local_addr().expect("an address"));
    let settings = |address: &str| [("DATABASE_URL", address.to_owned()), ("BIND_ADDR", "127.0.0.1:0".to_owned())];
    for (address, why) in [("postgres://u@127.0.0.1:1/x", "refused"), (&*mute, "it does not answer")] {
        for arguments in [&["user", "list"][..], &["sessions", "list"], &["serve"], &["doctor"]] {
            let folder = folder();
            // The doctor and the server want keys first.
            assert!(program::output(folder.path(), &["config", "check"], &[]).status.success());
            let settings = settings(address);
            let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let asked = Instant::now();
            let output = program::output(folder.path(), arguments, &settings);
            let took = asked.elapsed();
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8(said).expect("text");
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
            assert!(said.contains("cannot be used") && said.contains(why), "{arguments:?}: {said}");
            assert!(took < Duration::from_secs(3), "{arguments:?} after {took:?}");
        }
    }
}

/// Attack 13: the database's file, what SQLite has beside it, and the folder, each by itself.
#[cfg(unix)]
#[tokio::test]
async fn a_database_that_others_can_read_is_refused_with_the_command_that_fixes_it() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let folder = folder();
    let server = program::Program::start(folder.path(), &[]);
    Person::at(&server.url).register().await;
    // So that what is beside the database stays.
    server.stop("-KILL");
    let path = |name: &str| folder.path().join(name);
    let set = |name: &str, mode| fs::set_permissions(path(name), fs::Permissions::from_mode(mode)).expect("changed");
    for (name, open, closed) in [
        ("data/sessionkeep.db", 0o644, 0o600),
        ("data/sessionkeep.db", 0o660, 0o640),
        ("data/sessionkeep.db-wal", 0o604, 0o600),
        ("data/sessionkeep.db-shm", 0o644, 0o600),
        ("data", 0o777, 0o755),
        ("data", 0o770, 0o700),
    ] {
        set(name, open);
        for arguments in [&["serve", "--bind-addr", "127.0.0.1:0"][..], &["user", "list"], &["config", "check"]] {
            let output = program::output(folder.path(), arguments, &[]);
            let line = String::from_utf8(output.stderr).expect("text");
            assert_eq!(output.status.code(), Some(78), "{name} {open:o} {arguments:?}: {line}");
            assert!(line.contains("DATABASE_URL: others can ") && line.contains("Run `chmod "), "{line}");
            assert!(line.trim_end().ends_with(&format!("{name}`")), "{line}");
        }
        set(name, closed);
        assert!(program::output(folder.path(), &["config", "check"], &[]).status.success(), "{name} {closed:o}");
    }
    assert!(program::output(folder.path(), &["user", "list"], &[]).status.success());
}

/// Attack 13: keys and passwords are in its memory.
#[cfg(target_os = "linux")]
#[test]
fn a_process_that_serves_leaves_no_core() {
    let folder = folder();
    let server = program::Program::start_after("ulimit -c unlimited", folder.path(), &[]);
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", server.id())).expect("told");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a line");
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
}
