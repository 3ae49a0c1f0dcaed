use std::collections::HashMap;

use super::*;
use crate::{random::SystemRandom, session::UnixMillis};

const NOW: UnixMillis = UnixMillis(1_800_000_000_000);

fn environment(settings: &[(&str, &str)]) -> Environment {
    settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn load(settings: &[(&str, &str)]) -> Result<Settings, Refusal> {
    let mut all = environment(&[
        ("ACCESS_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
        ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
    ]);
    all.extend(environment(settings));
    Settings::load(&Sources::new(HashMap::new(), all)?)
}

fn refused(settings: &[(&str, &str)]) -> String {
    load(settings).expect_err(&format!("{settings:?} is refused")).to_string()
}

#[test]
fn without_any_setting_the_defaults_of_the_table_hold() {
    let settings = load(&[]).expect("defaults are accepted");
    assert_eq!(settings.bind_addr.to_string(), "127.0.0.1:3000");
    assert_eq!(settings.public_origin.as_str(), "http://localhost:3000");
    assert_eq!(settings.issuer, "http://localhost:3000");
    assert_eq!(settings.cookie, CookieSettings { prefix: CookiePrefix::None, secure: true, companion: false });
    assert_eq!(settings.policy.quiet_period, Duration::from_secs(75));
    assert_eq!(settings.access_token_lifetime, Duration::from_mins(15));
}

/// CF-01
#[test]
fn every_wrong_setting_is_refused_by_name() {
    let every_second_network =
        (0..256).step_by(2).map(|first| format!("{first}.0.0.0/8")).collect::<Vec<_>>().join(",");
    for (name, value) in [
        ("BIND_ADDR", "localhost"),
        ("BIND_ADDR", "127.0.0.1:70000"),
        ("PUBLIC_ORIGIN", "http://example.com"),
        ("PUBLIC_ORIGIN", "https://example.com/path"),
        ("PUBLIC_ORIGIN", "https://user@example.com"),
        ("PUBLIC_ORIGIN", "https://example.com:99999"),
        ("PUBLIC_ORIGIN", "example.com"),
        ("PUBLIC_ORIGIN", "ftp://localhost"),
        ("DATABASE_URL", "postgres://user:pw@db:port/x"),
        ("DATABASE_URL", "postgres://user:pw@db/x?sslmode=prefer"),
        ("DATABASE_URL", "postgres://user:pw@db/x?sslmode=allow"),
        ("DATABASE_URL", "sqlite://:memory:"),
        ("DATABASE_URL", "mysql://x"),
        ("SESSION_STORE", "redis://localhost"),
        ("SESSION_STORE", "memcached://localhost"),
        ("SESSION_STORE", "rediss://localhost/0#insecure"),
        ("ALERT_WEBHOOK_URL", "http://alerts.example.com/x"),
        ("ALERT_WEBHOOK_URL", "ftp://alerts.example.com/x"),
        ("ALERT_WEBHOOK_URL", "alerts"),
        ("ALERT_WEBHOOK_SECRET", "whsec_c2hvcnQ="),
        ("ALERT_WEBHOOK_SECRET", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        ("EVENT_RETENTION", "1h"),
        ("EVENT_RETENTION", "11y"),
        ("METRICS_ADDR", "9464"),
        ("ACCESS_TOKEN_ALGORITHM", "none"),
        ("ACCESS_TOKEN_ALGORITHM", "HS512"),
        ("ACCESS_TOKEN_EXPIRES", "16m"),
        ("ACCESS_TOKEN_EXPIRES", "0"),
        ("ACCESS_TOKEN_EXPIRES", "soon"),
        ("REFRESH_TOKEN_EXPIRES", "31d"),
        ("REFRESH_TOKEN_EXPIRES", "1214s"),
        ("SESSION_ABSOLUTE_LIFETIME", "-1d"),
        ("REFRESH_ROTATION", "Strict"),
        ("REFRESH_QUIET_PERIOD", "1h"),
        ("REFRESH_TOLERANCE", "31s"),
        ("ON_THEFT", "nothing"),
        ("COOKIE_PREFIX", "__Host-"),
        ("COOKIE_SECURE", "no"),
        ("TRUSTED_PROXIES", "0.0.0.0/0"),
        ("TRUSTED_PROXIES", "::/0"),
        ("TRUSTED_PROXIES", "0.0.0.0/1,128.0.0.0/1"),
        ("TRUSTED_PROXIES", "::/1, 8000::/1"),
        ("TRUSTED_PROXIES", "0.0.0.0/2,64.0.0.0/2,128.0.0.0/2,192.0.0.0/2"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,11.0.0.0/8"),
        ("TRUSTED_PROXIES", "2000::/3"),
        ("TRUSTED_PROXIES", "16.0.0.0/8,32.0.0.0/8"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,16.0.0.0/8,33.1.1.1"),
        ("TRUSTED_PROXIES", &every_second_network),
        ("TRUSTED_PROXIES", "2000::/7,2400::/7"),
        ("TRUSTED_PROXIES", "proxy"),
        ("MAX_CONNECTIONS", "0"),
        ("REGISTRATION", "maybe"),
        ("PASSWORD_MIN_LENGTH", "7"),
        ("PASSWORD_MIN_LENGTH", "twelve"),
        ("ARGON2_MEMORY_KIB", "1024"),
        ("ARGON2_MEMORY_KIB", "4294967295"),
        ("BRAND_NAME", "Ac\u{202e}me"),
        ("BRAND_NAME", &"a".repeat(61)),
        ("BRAND_LOGO", "/nowhere/logo.svg"),
        ("BRAND_LOGO", env!("CARGO_MANIFEST_DIR")),
        ("BRAND_ACCENT", "indigo"),
        ("BRAND_ACCENT", "#4f46e"),
        ("HOME_URL", "http://example.com"),
        ("HOME_URL", "/"),
        ("HOME_URL", "/account/.."),
        ("HOME_URL", "http://localhost:3000"),
        ("SUPPORT_URL", "mailto:nobody"),
        ("TERMS_URL", "javascript:alert(1)"),
        ("PRIVACY_URL", "//example.com"),
        ("LOG_FORMAT", "xml"),
        ("RUST_LOG", "server=loud"),
        ("ACCESS_TOKEN_SECRET", "too short"),
        ("ACCESS_TOKEN_SECRET", "your_very_long_random_secret_for_access_tokens"),
        ("ACCESS_TOKEN_SECRET", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
        ("ACCESS_TOKEN_SECRET_PREVIOUS", "too short"),
        ("REFRESH_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe "),
        ("REFRESH_TOKEN_SECRET_PREVIOUS", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
        ("PASSWORD_PEPPER", "too short"),
        ("PASSWORD_PEPPER", "your_very_long_random_secret_for_passwords"),
        ("PASSWORD_PEPPER", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
        ("PASSWORD_PEPPER_PREVIOUS", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
    ] {
        let webhook = [("ALERT_WEBHOOK_URL", WEBHOOK.0), ("ALERT_WEBHOOK_SECRET", WEBHOOK.1)];
        let line = refused(&[&webhook[..], &[(name, value)]].concat());
        assert!(line.starts_with(&format!("{name}: ")), "{name}={value}: {line}");
        assert_eq!(line.lines().count(), 1, "{line}");
    }
}

const WEBHOOK: (&str, &str) = ("https://alerts.example.com/canary", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

#[test]
fn a_webhook_needs_a_secret_and_a_secret_a_webhook() {
    assert!(refused(&[("ALERT_WEBHOOK_URL", WEBHOOK.0)]).starts_with("ALERT_WEBHOOK_SECRET: "));
    assert!(refused(&[("ALERT_WEBHOOK_SECRET", WEBHOOK.1)]).starts_with("ALERT_WEBHOOK_URL: "));
    let loopback = [("ALERT_WEBHOOK_URL", "http://127.0.0.1:9/x"), ("ALERT_WEBHOOK_SECRET", WEBHOOK.1)];
    assert!(load(&loopback).expect("accepted").alert_webhook.is_some());
    let settings = load(&[("ALERT_WEBHOOK_URL", WEBHOOK.0), ("ALERT_WEBHOOK_SECRET", WEBHOOK.1)]).expect("accepted");
    let printed = format!("{settings:?}");
    assert!(!printed.contains("canary") && !printed.contains("MfKQ"), "{printed}");
}

#[test]
fn a_refusal_never_prints_a_secret() {
    for name in ["ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_SECRET"] {
        let line =
            refused(&[("ALERT_WEBHOOK_URL", WEBHOOK.0), ("ALERT_WEBHOOK_SECRET", WEBHOOK.1), (name, "canary-8675309")]);
        assert!(!line.contains("canary"), "{line}");
    }
    for name in ["ACCESS_TOKEN_SECRET", "REFRESH_TOKEN_SECRET", "PASSWORD_PEPPER"] {
        assert!(!refused(&[(name, "canary-8675309")]).contains("canary"));
    }
    assert!(!refused(&[("DATABASE_URL", "mysql://root:canary@db")]).contains("canary"));
    assert!(!refused(&[("SESSION_STORE", "redis://root:canary@db:port")]).contains("canary"));
    let settings = load(&[("PASSWORD_PEPPER", "Hn4bQ9xT2vLs7KdW0cYmZ6Ue8rJ3pF5g")]).expect("accepted");
    let printed = format!("{settings:?}");
    assert!(!printed.contains("q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe") && !printed.contains("Hn4bQ9xT2vLs7KdW0cYmZ6"));
}

/// CK-05
#[test]
fn an_origin_that_others_can_reach_needs_secrets_and_gets_the_secure_prefix() {
    let https = ("PUBLIC_ORIGIN", "https://ID.example.com:443/");
    let settings = load(&[https]).expect("accepted");
    assert_eq!(settings.public_origin.as_str(), "https://id.example.com");
    assert_eq!(settings.cookie, CookieSettings { prefix: CookiePrefix::Secure, secure: true, companion: true });
    for name in ["ACCESS_TOKEN_SECRET", "REFRESH_TOKEN_SECRET"] {
        let settings = load(&[https, (name, ""), ("KEYS_DIR", "nowhere")]).expect("accepted, as far as that goes");
        let refusal = settings.keys.prepare(NOW, &SystemRandom).expect_err("refused").to_string();
        assert!(refusal.starts_with(name) && refusal.contains("required"), "{refusal}");
    }
    assert!(refused(&[https, ("COOKIE_SECURE", "never")]).starts_with("COOKIE_SECURE"));
}

/// CK-05
#[test]
fn a_cookie_without_secure_is_for_a_loopback_http_origin_and_has_no_prefix() {
    for origin in ["http://localhost:3000", "http://127.0.0.1:8080", "http://[::1]:3000"] {
        let settings = load(&[("PUBLIC_ORIGIN", origin), ("COOKIE_SECURE", "never")]).expect("accepted");
        assert_eq!(settings.cookie, CookieSettings { prefix: CookiePrefix::None, secure: false, companion: false });
    }
    for prefix in ["secure", "host"] {
        assert!(refused(&[("COOKIE_SECURE", "never"), ("COOKIE_PREFIX", prefix)]).starts_with("COOKIE_PREFIX"));
    }
}

#[test]
fn a_flag_beats_the_environment_and_the_environment_beats_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sessionkeep.toml");
    std::fs::write(&path, "audience = 'file'\nissuer = 'file'\nregistration = 'closed'\npassword_min_length = 14\n")
        .expect("written");
    let environment = environment(&[
        ("SESSIONKEEP_CONFIG", path.to_str().expect("text")),
        ("AUDIENCE", "environment"),
        ("ISSUER", "environment"),
        ("ACCESS_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
        ("REFRESH_TOKEN_SECRET", "Re9w7tYh5hJ3fGs1dKp0nLb6vC4cXm2Z"),
    ]);
    let flags = HashMap::from([("AUDIENCE", "flag".to_owned())]);
    let settings = Settings::load(&Sources::new(flags, environment).expect("readable")).expect("accepted");
    assert_eq!((settings.audience.as_str(), settings.issuer.as_str()), ("flag", "environment"));
    assert_eq!((settings.registration_open, settings.password_min_length), (false, 14));
}

#[test]
fn an_unknown_key_in_the_file_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("sessionkeep.toml");
    std::fs::write(&path, "bind_adress = '127.0.0.1:1'\n").expect("written");
    let environment = environment(&[("SESSIONKEEP_CONFIG", path.to_str().expect("text"))]);
    let line = Sources::new(HashMap::new(), environment).expect_err("refused").to_string();
    assert!(line.contains("bind_adress"), "{line}");
}

#[cfg(unix)]
#[test]
fn a_value_that_is_no_text_is_refused_without_being_printed_and_only_where_it_is_a_setting() {
    use std::{ffi::OsString, os::unix::ffi::OsStringExt as _};
    let odd = || OsString::from_vec(b"\xff\xfecanary".to_vec());
    let read = |name: &str| sources::environment([(OsString::from(name), odd())].into_iter());
    for name in ["ACCESS_TOKEN_SECRET", "REFRESH_TOKEN_SECRET_FILE", "SESSIONKEEP_CONFIG"] {
        let line = read(name).expect_err("refused").to_string();
        assert!(line.starts_with(name) && !line.contains("canary"), "{line}");
    }
    assert!(read("LS_COLORS").expect("left alone").is_empty());
}

/// CF-02
#[test]
fn a_secret_is_the_same_key_in_a_file_and_in_a_variable() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("secret");
    std::fs::write(&path, "  q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe \r\n").expect("written");
    let path = path.to_str().expect("text");
    let line = refused(&[("ACCESS_TOKEN_SECRET_FILE", path)]);
    assert!(line.contains("is set, too"), "{line}");
    // Equal to the refresh secret only if the same is cut off both.
    let line = refused(&[
        ("ACCESS_TOKEN_SECRET", ""),
        ("ACCESS_TOKEN_SECRET_FILE", path),
        ("REFRESH_TOKEN_SECRET", "q8Z2mXc4vB6nL0pK1sD3fG5hJ7tY9wRe"),
    ]);
    assert!(line.contains("the same"), "{line}");
}

/// CF-02
#[test]
fn a_secret_that_is_no_text_loses_its_line_end_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let files = [("a", &b" \t\xff\x00\xfe \r\n"[..]), ("b", b" \t\xff\x00\xfe ")].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path.to_str().expect("text").to_owned()
    });
    for path in files {
        let sources =
            Sources::new(HashMap::new(), environment(&[("ACCESS_TOKEN_SECRET_FILE", &path)])).expect("sources");
        assert_eq!(sources.secret("ACCESS_TOKEN_SECRET").expect("read"), Some(b" \t\xff\x00\xfe ".to_vec()));
    }
}

/// CF-02, attack 12: without the file the server would start on an SQLite file of its own.
#[test]
fn the_addresses_of_the_stores_can_stand_in_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let [database, sessions] = ["database", "sessions"].map(|name| folder.path().join(name));
    std::fs::write(&database, "postgres://user:canary@localhost/x\n").expect("written");
    std::fs::write(&sessions, "redis://user:canary@localhost:6379/0\n").expect("written");
    let [database, sessions] = [&database, &sessions].map(|path| path.to_str().expect("text"));
    let files = [("DATABASE_URL_FILE", database), ("SESSION_STORE_FILE", sessions)];
    let settings = load(&files).expect("accepted");
    assert!(matches!(settings.database, Database::PostgresAndRedis(..)), "{settings:?}");
    assert!(!format!("{settings:?}").contains("canary"));
    let line = refused(&[files[0], ("DATABASE_URL", "sqlite://x.db")]);
    assert!(line.starts_with("DATABASE_URL_FILE: DATABASE_URL is set, too"), "{line}");
    std::fs::write(database, "mysql://user:canary@localhost/x\n").expect("written");
    let line = refused(&files);
    assert!(line.starts_with("DATABASE_URL: ") && !line.contains("canary"), "{line}");
}

/// A client that refreshed whenever its access token ended was signed out in the middle of its work.
#[test]
fn a_session_may_end_no_sooner_than_a_client_in_use_rotates_its_token() {
    let settings = |idle| load(&[("REFRESH_TOKEN_EXPIRES", idle), ("ACCESS_TOKEN_EXPIRES", "1m")]);
    assert!(settings("375s").is_ok());
    let refused = settings("374s").expect_err("it is too short");
    assert!(refused.to_string().contains("REFRESH_TOKEN_EXPIRES"), "{refused}");
}

#[test]
fn private_networks_and_lists_of_public_proxies_may_be_trusted() {
    for networks in [
        "10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 127.0.0.0/8, 100.64.0.0/10, 169.254.0.0/16",
        "fc00::/7, fe80::/10, ::1",
        "10.0.0.0/8, 16.0.0.0/8, fc00::/7, 2400::/7",
        "173.245.48.0/20, 103.21.244.0/22, 104.16.0.0/13, 104.24.0.0/14, 172.64.0.0/13, 2400:cb00::/32, 2a06:98c0::/29",
        "203.0.113.9, 2001:db8::9",
    ] {
        assert!(load(&[("TRUSTED_PROXIES", networks)]).is_ok(), "{networks}");
    }
}

/// CF-02, attack 12: each setting that has a flag, and each way to write a password.
#[test]
fn a_flag_that_holds_a_password_is_refused_and_not_printed() {
    let refused = |name: &'static str, value: &str| {
        let flags = HashMap::from([(name, value.to_owned())]);
        Sources::new(flags, Environment::new()).map(|_| ()).map_err(|refusal| refusal.to_string())
    };
    for setting in table::SETTINGS.iter().filter(|setting| setting.has_flag()) {
        for value in [
            "postgres://user:canary@host/x",
            "postgresql://:canary@host/x",
            "postgres://user:ca@nary@host/x",
            "postgres://host/x?user=u&password=canary",
            "redis://:canary@host:6379/0",
            "redis+unix:///socket?pass=canary",
            "https://user:canary@host",
            // As the libraries read them that connect.
            "postgres://host/x?%70assword=canary",
            "postgres://host/x?user=u&%50%41%53%53word=canary",
            "postgres://host/x?sslpassword=canary",
            "postgres://host/x?ssl%70assword=canary",
            "postgres://host/x?pa\tss\nword=canary",
            "postgres:/x?password=canary",
            "postgres:x?password=canary",
            "POSTGRES://host/x?PASSWORD=canary",
            "postgres://user%3Acanary@host/x",
            "postgres://user%3acanary%40host/x",
            "postgres://user:canary%40host/x",
            "postgres://user:ca/nary@host/x",
            "redis+unix:///socket?user=u&%70ass=canary",
            "redis://host/0#password=canary",
            "https://host/x?a=b;secret=canary",
            " \tpostgres://user:canary@host/x",
            "po\tstgres://user:canary@host/x",
        ] {
            let line = refused(setting.name, value).expect_err(value);
            assert!(line.starts_with("--") && line.contains(setting.name) && !line.contains("nary"), "{line}");
        }
    }
    for value in [
        "postgres://user@host:5432/x?sslmode=verify-full",
        "postgres://host/x?passfile=/run/pgpass",
        "rediss://host:6379/0",
        "sqlite://data/a:b@c.db",
        "sqlite:data/a?password=b",
        "[::1]:3000",
        "localhost:3000",
        "postgres://host:5432/x?user=u%40example.com&sslmode=require",
        "postgres://host:5432/x?options=-c%20search_path%3Da",
        "postgres://%2Frun%2Fpostgresql:5432/x",
        "postgres://host/x?100%=a&%zz=b&%7=c",
        "https://alerts.example.com/%70assword=x",
    ] {
        assert_eq!(refused("DATABASE_URL", value), Ok(()), "{value}");
    }
}

/// Attack 12: it would be passed over, and the setting's default would hold.
#[test]
fn a_file_for_a_setting_that_takes_none_is_refused() {
    let read = |name: &str| sources::environment([(name.into(), "/run/secrets/x".into())].into_iter());
    for setting in table::SETTINGS {
        let name = format!("{}_FILE", setting.name);
        let read = read(&name);
        if setting.secrecy == table::Secrecy::Public {
            let line = read.expect_err(&name).to_string();
            assert!(line.starts_with(&format!("{name}: {} is not read from a file", setting.name)), "{line}");
        } else {
            assert!(read.expect("read").contains_key(&name), "{name}");
        }
    }
    for name in ["SESSIONKEEP_CONFIG_FILE", "ACCESS_TOKEN_SECRET_FILE_FILE"] {
        assert!(read(name).is_err(), "{name}");
    }
    assert!(read("SSL_CERT_FILE").expect("left alone").is_empty());
}

#[test]
fn the_keys_of_a_developers_machine_are_made_once_beside_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/data/sessionkeep.db", folder.path().display());
    let settings = [("DATABASE_URL", url.as_str()), ("ACCESS_TOKEN_SECRET", ""), ("REFRESH_TOKEN_SECRET", "")];
    let keys = load(&settings).expect("accepted").keys;
    assert_eq!(keys.folder, folder.path().join("data/keys"));
    let ids = || {
        let loaded = keys.prepare(NOW, &SystemRandom).expect("made");
        (loaded.access.ids(), loaded.refresh.ids())
    };
    assert_eq!(ids(), ids());
}

#[test]
fn the_documentation_lists_what_the_table_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/config.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, table::markdown()).expect("written");
    }
    assert_eq!(std::fs::read_to_string(path).expect("docs/config.md"), table::markdown());
}

#[test]
fn over_a_network_postgresql_is_encrypted_and_known_unless_somebody_says_otherwise() {
    use sqlx::postgres::PgSslMode::{Disable, Prefer, VerifyCa, VerifyFull};
    for (address, mode) in [
        ("postgres://user:pw@db.example.com/x", VerifyFull),
        ("postgresql://user:pw@db.example.com/x", VerifyFull),
        ("postgres://user:pw@db.example.com/x?sslmode=verify-ca", VerifyCa),
        ("postgres://user:pw@db.example.com/x?sslmode=disable", Disable),
        ("postgres://user:pw@127.0.0.1/x", Prefer),
        ("postgres://user:pw@localhost/x", Prefer),
        ("postgres://user:pw@%2Frun%2Fpostgresql/x", Prefer),
    ] {
        let Database::Postgres(server) = load(&[("DATABASE_URL", address)]).expect(address).database else {
            panic!("{address} is PostgreSQL")
        };
        assert_eq!(format!("{:?}", server.get_ssl_mode()), format!("{mode:?}"), "{address}");
        assert!(!format!("{:?}", Database::Postgres(server)).contains("pw"), "{address}");
    }
}
