//! Every setting, once: its name, its default, what it means.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The environment variable. The key in the file is the same in lower case, the flag in kebab case.
    pub name: &'static str,
    /// What it is when nobody sets it; `None`: it has none, or it depends.
    pub default: Option<&'static str>,
    /// Whether it is a secret, or may hold one.
    pub secrecy: Secrecy,
    /// For a person, in Markdown.
    pub meaning: &'static str,
}

/// Whether a setting is a secret. Other users of the machine see flags.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrecy {
    /// It is none.
    Public,
    /// An address that may hold a password. It has a flag for addresses without one, and `<NAME>_FILE`.
    Address,
    /// It has no flag, and can be read from a file named by `<NAME>_FILE`.
    Secret,
}

impl Setting {
    /// The variable that names a file with the value, where the setting has one.
    #[must_use]
    pub fn is_in_file(&self, variable: &str) -> bool {
        self.secrecy != Secrecy::Public && variable.strip_suffix(FILE) == Some(self.name)
    }

    /// Whether it can be given on the command line.
    #[must_use]
    pub fn has_flag(&self) -> bool {
        self.secrecy != Secrecy::Secret
    }
}

/// What the variable for a file ends in.
pub const FILE: &str = "_FILE";

const fn plain(name: &'static str, default: Option<&'static str>, meaning: &'static str) -> Setting {
    Setting { name, default, secrecy: Secrecy::Public, meaning }
}

const fn secret(name: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default: None, secrecy: Secrecy::Secret, meaning }
}

const fn address(name: &'static str, default: Option<&'static str>, meaning: &'static str) -> Setting {
    Setting { name, default, secrecy: Secrecy::Address, meaning }
}

/// The table.
pub const SETTINGS: &[Setting] = &[
    plain("BIND_ADDR", Some("127.0.0.1:3000"), "Where to listen. Port 0 takes a free one and prints it."),
    plain(
        "PUBLIC_ORIGIN",
        Some("http://localhost:3000"),
        "The one browser origin, as in the address bar. `http` only on loopback.",
    ),
    address(
        "DATABASE_URL",
        Some("sqlite://data/sessionkeep.db"),
        "An SQLite file, which is created (0600, its folder 0700) where it is missing, and refused where others can read it; or `postgres://user:password@host/database`, \
         PostgreSQL 15 or newer, for any number of instances. Over a network `sslmode=verify-full` holds unless the address \
         says another.",
    ),
    address(
        "SESSION_STORE",
        None,
        "Where sessions are kept if not in the database: `rediss://user:password@host:6379/0`, Redis 7 or newer that keeps what \
         it is told (`maxmemory-policy noeviction`, `appendonly yes`, better with `appendfsync always`). Accounts and security \
         events stay in the database, which must be PostgreSQL then. `redis://` is not encrypted.",
    ),
    secret(
        "ACCESS_TOKEN_SECRET",
        "Signs access tokens under HS256. The value's bytes are the key: at least 32. On a loopback origin a key is made where \
         there is none; elsewhere it is required, unless KEYS_DIR has a key.",
    ),
    secret(
        "ACCESS_TOKEN_SECRET_PREVIOUS",
        "The previous ACCESS_TOKEN_SECRET. It signs nothing. Its tokens are accepted for as long as it is set; 15 minutes are enough.",
    ),
    secret("REFRESH_TOKEN_SECRET", "Signs refresh tokens. Same format as ACCESS_TOKEN_SECRET; use a different value."),
    secret(
        "REFRESH_TOKEN_SECRET_PREVIOUS",
        "The previous REFRESH_TOKEN_SECRET. If you change that without setting this, all users are signed out. Remove it after \
         SESSION_ABSOLUTE_LIFETIME.",
    ),
    plain(
        "ACCESS_TOKEN_ALGORITHM",
        Some("HS256"),
        "`HS256`, `EdDSA`, `ES256` or `RS256`: the algorithm of new keys. At the start the newest key must have it. The last three sign \
         with a key in KEYS_DIR, and other services verify with the public keys at `/.well-known/jwks.json`.",
    ),
    plain(
        "KEYS_DIR",
        None,
        "The folder of the key ring: `access/*.pem`, `access/*.secret`, `refresh/*.secret`; by default `keys` beside the SQLite file.",
    ),
    plain("ISSUER", None, "`iss` of access tokens; by default the public origin."),
    plain("AUDIENCE", Some("sessionkeep"), "`aud` of access tokens."),
    plain("ACCESS_TOKEN_EXPIRES", Some("15m"), "How long an access token lives; at most 15 minutes."),
    plain(
        "REFRESH_TOKEN_EXPIRES",
        Some("7d"),
        "How long a session lives without being used; at least REFRESH_QUIET_PERIOD, ACCESS_TOKEN_EXPIRES and four minutes together.",
    ),
    plain("SESSION_ABSOLUTE_LIFETIME", Some("30d"), "Maximum lifetime of a session. Nothing extends it."),
    plain(
        "SESSIONS_PER_ACCOUNT",
        Some("100"),
        "Maximum number of active sessions of an account; 1 to 500. A sign-in beyond that ends the least recently used session.",
    ),
    plain(
        "REFRESH_ROTATION",
        Some("confirmed"),
        "`confirmed`, or `strict`: any second use of a refresh token counts as reuse.",
    ),
    plain(
        "REFRESH_QUIET_PERIOD",
        Some("75s"),
        "How long a browser keeps a new refresh token before it can be replaced; 0 to 5 minutes. A cookie that arrives later than this \
         can sign its browser out.",
    ),
    plain(
        "REFRESH_TOLERANCE",
        Some("10s"),
        "How long a browser that does not send `X-Refresh-Attempt` may still present the previous refresh token after the new one was used; 0 to 30 seconds.",
    ),
    plain(
        "ON_THEFT",
        Some("session"),
        "What the reuse of a refresh token ends: its `session`, or all sessions of its `user`.",
    ),
    plain(
        "COOKIE_PREFIX",
        None,
        "`none`, `secure` or `host`; by default `secure` on https, `none` on a loopback http origin. `host` needs \
         `Path=/`, so that the cookie goes with every request. On https its companion has `__Host-` in any case.",
    ),
    plain(
        "COOKIE_SECURE",
        Some("always"),
        "`never` only on a loopback http origin, for browsers that drop `Secure` cookies there (Safari).",
    ),
    plain(
        "TRUSTED_PROXIES",
        Some(""),
        "Networks (CIDR, separated by commas) whose `X-Forwarded-For` is trusted; the client's address is the \
         rightmost hop outside them. A network larger than a /8 (IPv6: a /7) is refused, also if adjacent entries form it, and so are \
         public networks that are larger than that together.",
    ),
    plain(
        "MAX_CONNECTIONS",
        Some("4096"),
        "Maximum number of open connections, at least 1; further ones are closed immediately. The limit of open files is raised to match, where that is allowed.",
    ),
    plain("REGISTRATION", Some("open"), "`open`, or `closed`: only `sessionkeep user create` creates accounts."),
    plain(
        "REFRESHES_PER_MINUTE",
        Some("60"),
        "Maximum number of refreshes of one session from one network per minute and instance, without the rotations that the quiet period limits; 0: no limit. They are never counted by address alone.",
    ),
    plain(
        "REGISTRATIONS_PER_HOUR",
        Some("100"),
        "Maximum number of new accounts from one network (an IPv4 address, or an IPv6 /64; four times as many from a /48) per hour and instance; 0: no limit.",
    ),
    plain(
        "SIGN_INS_AT_ONCE",
        Some("20"),
        "Maximum number of correct passwords of one account from one network in quick succession, and one more every 10 s, on each instance; 0: no limit.",
    ),
    plain(
        "CHANGES_PER_MINUTE",
        Some("60"),
        "Maximum number of changes by one account per minute and instance, and of requests by one session to end sessions, change the \
         password or delete the account; 0: no limit.",
    ),
    plain(
        "PASSWORD_MIN_LENGTH",
        Some("12"),
        "Minimum number of characters in a new password, without invisible characters and loose accents; 8 to 64.",
    ),
    plain("ARGON2_MEMORY_KIB", Some("19456"), "Memory for one password hash; never below OWASP's minimum."),
    plain("ARGON2_ITERATIONS", Some("2"), "Passes over that memory."),
    secret(
        "PASSWORD_PEPPER",
        "A key that goes into every password hash and is never in the database, so that an attacker who has only the database cannot \
         guess passwords. Same format as ACCESS_TOKEN_SECRET; use a different value. Optional. If you lose it, no password can be \
         verified again: keep a copy, apart from the database's backups.",
    ),
    secret(
        "PASSWORD_PEPPER_PREVIOUS",
        "The previous PASSWORD_PEPPER. Set without PASSWORD_PEPPER, it removes the pepper from hashes. A hash is renewed when its owner \
         signs in. Once you remove this setting, users whose hash was not renewed can no longer sign in.",
    ),
    plain("ASSETS_DIR", None, "Directory of the built pages (`dist`). If unset, the server serves only the API."),
    plain(
        "BRAND_NAME",
        Some("Sessionkeep"),
        "The product's name in pages, titles and the API's description; at most 60 characters. A new password must not be \
         made of it. While it is the default and HOME_URL is not set, `/` is the landing page of this project; otherwise `/` leads to HOME_URL or to the account.",
    ),
    plain(
        "BRAND_LOGO",
        None,
        "The path of an SVG, PNG or WebP file of at most 64 KiB, read once at the start: the logo, and the icon in tabs and \
         bookmarks. A square one fits. A PNG is also the icon on phones.",
    ),
    plain(
        "BRAND_ACCENT",
        None,
        "The colour of links and buttons, as `#rrggbb`; by default `#4f46e5`. The shade for each color scheme is derived from it where \
         it lacks contrast (WCAG 4.5:1), so every colour works.",
    ),
    plain(
        "HOME_URL",
        None,
        "URL of the product's start page, to which `/` and the logo lead. This and the next three are https URLs, http URLs on \
         loopback, or paths of this origin.",
    ),
    plain(
        "SUPPORT_URL",
        None,
        "URL where users get help; adds the link \"Help\", and is the contact in `/.well-known/security.txt`. May be `mailto:`.",
    ),
    plain("TERMS_URL", None, "URL of your terms of service; adds the link \"Terms\"."),
    plain("PRIVACY_URL", None, "URL of your privacy policy; adds the link \"Privacy\"."),
    secret(
        "ALERT_WEBHOOK_URL",
        "URL that receives a signed `POST` for each reuse of a refresh token: https, or http on loopback.",
    ),
    secret(
        "ALERT_WEBHOOK_SECRET",
        "Signs these requests by the Standard Webhooks specification: `whsec_` and 24 to 64 bytes in base64.",
    ),
    plain(
        "EVENT_RETENTION",
        Some("90d"),
        "How long security events are kept, which hold addresses and user agents; 1 day to 10 years, or 0: for ever.",
    ),
    plain(
        "METRICS_ADDR",
        Some("127.0.0.1:9464"),
        "Where Prometheus finds `/metrics`, on a listener of its own that nobody else should reach. Port 0 takes a free one and \
         prints it; empty turns it off.",
    ),
    plain("LOG_FORMAT", None, "`pretty` or `json`; by default `pretty` on a terminal."),
    plain("RUST_LOG", Some("info"), "What is logged, as in the crate `tracing-subscriber`."),
];

/// `docs/config.md`.
#[must_use]
pub fn markdown() -> String {
    use std::fmt::Write as _;

    let mut page = String::from(
        "# Settings\n\n\
         Generated from `server/src/config/table.rs`; a test compares the two (`UPDATE_DOCS=1 cargo test -p server` writes \
         it anew).\n\n\
         Each setting is a flag of `sessionkeep serve` (`--bind-addr`), an environment variable (`BIND_ADDR`) and a key of \
         the TOML file that `SESSIONKEEP_CONFIG` names (`bind_addr`). The flag beats the environment, the environment \
         the file. Secrets have no flag, because every user of the machine can read the command line. A secret, DATABASE_URL \
         and SESSION_STORE can also be read from a file: `<NAME>_FILE` names it. A text loses the white space around it, in a variable as in a file. A flag that holds a password is refused, and \
         so is `<NAME>_FILE` for any other setting. Unknown keys in the file are errors. Times are written like `90s`, `15m`, \
         `12h`, `7d`.\n\n\
         A wrong setting ends the start with exit status 78 and one line that names the fix; `sessionkeep config \
         check` says the same without starting.\n\n\
         | variable | default | meaning |\n|---|---|---|\n",
    );
    for Setting { name, default, meaning, .. } in SETTINGS {
        let default = match default {
            None => String::new(),
            Some("") => "empty".to_owned(),
            Some(default) => format!("`{default}`"),
        };
        writeln!(page, "| `{name}` | {default} | {meaning} |").expect("OK because a String takes anything");
    }
    page
}
