//! The configuration that is shipped, run by an nginx of this test's own.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{Certificate, Client, ClientBuilder};
use tempfile::TempDir;

use crate::support::{
    Person,
    tls::{CERTIFICATE, KEY},
};

const SHIPPED: &str = include_str!("../../../../deploy/nginx.conf");
/// The file around it.
const MAIN: &str = include_str!("../../../../deploy/nginx-main.conf");
/// One process, in the foreground, that writes into `folder` alone. A test may say which address a request comes from: a machine for
/// tests need not have IPv6.
const HERE: [(&str, &str); 5] = [
    ("worker_processes auto;", "daemon off; master_process off;"),
    ("pid /run/nginx.pid;", "pid folder/pid;"),
    ("error_log /var/log/nginx/error.log warn;", "error_log folder/log;"),
    (
        "access_log /var/log/nginx/access.log combined;",
        "access_log off; client_body_temp_path folder/body; proxy_temp_path folder/proxy; fastcgi_temp_path folder/fastcgi; \
         uwsgi_temp_path folder/uwsgi; scgi_temp_path folder/scgi; \
         set_real_ip_from 127.0.0.1; real_ip_header X-Test-Address;",
    ),
    ("include /etc/nginx/conf.d/*.conf;", "include folder/site.conf;"),
];

/// Runs until it is dropped.
pub(super) struct Nginx {
    process: Child,
    folder: TempDir,
    pub(super) tls: SocketAddr,
    pub(super) plain: SocketAddr,
}

impl Nginx {
    /// Starts one before these instances, and waits until it listens.
    pub(super) async fn before(instances: [SocketAddr; 2]) -> Self {
        let program = std::env::var_os("SESSIONKEEP_TEST_NGINX")
            .expect("SESSIONKEEP_TEST_NGINX names no nginx; `cargo xtask test proxy` finds one");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().display().to_string();
        let [tls, plain] = free_addresses();
        let mut site = SHIPPED.to_owned();
        for (shipped, here) in [
            ("listen 443 ", format!("listen {tls} ")),
            ("listen 80;", format!("listen {plain};")),
            // A machine for tests need not have IPv6.
            ("    listen [::]:443 ssl http2;\n", String::new()),
            ("    listen [::]:80;\n", String::new()),
            ("sessionkeep-1:3000", instances[0].to_string()),
            ("sessionkeep-2:3000", instances[1].to_string()),
            ("/etc/nginx/tls/fullchain.pem", format!("{path}/localhost.pem")),
            ("/etc/nginx/tls/privkey.pem", format!("{path}/localhost.key")),
        ] {
            site = replaced(&site, shipped, &here);
        }
        let main = HERE
            .iter()
            .fold(MAIN.to_owned(), |main, (shipped, here)| replaced(&main, shipped, &here.replace("folder", &path)));
        for (name, text) in
            [("site.conf", &*site), ("nginx.conf", &main), ("localhost.pem", CERTIFICATE), ("localhost.key", KEY)]
        {
            fs::write(folder.path().join(name), text).expect("written");
        }
        let log = File::create(folder.path().join("output")).expect("a file");
        let process = Command::new(program)
            .args(["-e", &format!("{path}/log"), "-p", &path, "-c", &format!("{path}/nginx.conf")])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("starts");
        let mut nginx = Self { process, folder, tls, plain };
        nginx.until_it_listens().await;
        nginx
    }

    async fn until_it_listens(&mut self) {
        let connecting = async {
            while tokio::net::TcpStream::connect(self.tls).await.is_err() {
                let ended = self.process.try_wait().expect("it can be asked");
                assert_eq!(ended, None, "{}", self.log());
            }
        };
        let listening = tokio::time::timeout(Duration::from_secs(30), connecting).await;
        assert!(listening.is_ok(), "{}", self.log());
    }

    /// What it has complained about.
    pub(super) fn log(&self) -> String {
        ["output", "log"].map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default()).concat()
    }

    /// Somebody who comes through it.
    pub(super) fn person(&self) -> Person {
        self.person_with(Client::builder())
    }

    /// The same, from an address of this machine's.
    pub(super) fn person_from(&self, address: Ipv4Addr) -> Person {
        self.person_with(Client::builder().local_address(std::net::IpAddr::from(address)))
    }

    fn person_with(&self, client: ClientBuilder) -> Person {
        let certificate = Certificate::from_pem(CERTIFICATE.as_bytes()).expect("a certificate");
        // Redirects are for the test to see.
        let client = client.redirect(reqwest::redirect::Policy::none());
        let client = client.resolve("localhost", self.tls).tls_certs_only([certificate]).build().expect("a client");
        Person::at_https(&self.url(), client)
    }

    pub(super) fn url(&self) -> String {
        format!("https://localhost:{}", self.tls.port())
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _status = self.process.wait();
    }
}

#[track_caller]
fn replaced(text: &str, shipped: &str, here: &str) -> String {
    assert_eq!(text.matches(shipped).count(), 1, "{shipped}");
    text.replace(shipped, here)
}

/// Free a moment ago. Both are held until both are chosen, so that they differ.
fn free_addresses() -> [SocketAddr; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("an address"))
}
