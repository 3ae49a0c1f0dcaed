use std::{
    io::{self, IsTerminal as _, Write as _},
    time::{Duration, Instant},
};

use clap::{Arg, ArgMatches, Command};

use super::output::say;
use crate::{
    config::{
        self, Settings,
        sources::{holds_password, password_in_flag},
    },
    refusal::Refusal,
    storage::{
        Database,
        import::{Progress, import},
    },
};

/// How often a line that stays is written, where nobody watches.
const SIGN_OF_LIFE: Duration = Duration::from_secs(5);
/// How often the line that a person watches is written anew.
const REDRAW: Duration = Duration::from_millis(100);

pub(super) fn command() -> Command {
    let url = |name: &'static str| Arg::new(name).long(name).value_name("URL");
    Command::new("import")
        .about("Moves everything from an SQLite file that no server uses to an empty PostgreSQL database")
        .arg(url("from").required(true).help("Such as sqlite://data/sessionkeep.db"))
        .arg(url("to").help(
            "Such as postgres://user@host/database, without a password [default: the database of DATABASE_URL or \
             DATABASE_URL_FILE]",
        ))
}

/// `sessionkeep import --from sqlite://... --to postgres://...`
pub(super) async fn run(settings: &Settings, arguments: &ArgMatches) -> anyhow::Result<()> {
    let named = |flag: &'static str| match arguments.get_one::<String>(flag.trim_start_matches('-')) {
        Some(url) if holds_password(url) => Err(password_in_flag(
            flag,
            "Leave --to out and name the file with the address in DATABASE_URL_FILE, or put the password into PGPASSWORD",
        )),
        Some(url) => config::database(flag, url),
        None => Ok(settings.database.clone()),
    };
    let Database::Sqlite(from) = named("--from")? else {
        return Err(
            Refusal::new("--from", "only SQLite can be imported from", "Use sqlite://data/sessionkeep.db").into()
        );
    };
    let to = named("--to")?;
    let Database::Postgres(server) = &to else {
        let fix = "Use postgres://user@host/database";
        return Err(Refusal::new("--to", "only PostgreSQL can be imported to", fix).into());
    };
    let mut shown = Shown::new(io::stderr().is_terminal());
    let counts = import(&from, server, &mut |progress| shown.show(progress)).await?;
    say!(
        "{} accounts, {} sessions, {} tombstones of sessions and {} events were moved to {to}.",
        counts.accounts,
        counts.sessions,
        counts.tombstones,
        counts.events
    );
    say!(
        "People stay signed in if the new servers have the keys of the old one: the same KEYS_DIR, ACCESS_TOKEN_SECRET and \
         REFRESH_TOKEN_SECRET."
    );
    say!("Do not start the old server again: {} knows nothing of what happens from now on.", from.display());
    Ok(())
}

/// What a person, or a log, is shown meanwhile.
struct Shown {
    on_a_terminal: bool,
    what: &'static str,
    begun: Instant,
    last: Instant,
}

impl Shown {
    fn new(on_a_terminal: bool) -> Self {
        let now = Instant::now();
        Self { on_a_terminal, what: "", begun: now, last: now }
    }

    fn show(&mut self, progress: Progress) {
        let now = Instant::now();
        if self.what != progress.what {
            (self.what, self.begun) = (progress.what, self.last);
        }
        let over = progress.done == progress.of;
        let pause = if self.on_a_terminal { REDRAW } else { SIGN_OF_LIFE };
        if !over && now.duration_since(self.last) < pause {
            return;
        }
        let line = line(progress, now.duration_since(self.begun));
        if self.on_a_terminal {
            eprint!("\r\x1b[K{line}{}", if over { "\n" } else { "" });
            // OK because a line that is not seen changes nothing.
            let _ = io::stderr().flush();
        } else {
            eprintln!("{line}");
        }
        self.last = now;
    }
}

fn line(Progress { what, done, of }: Progress, took: Duration) -> String {
    let percent = (done * 100).checked_div(of).unwrap_or(100);
    let rate = u128::from(done) * 1000 / took.as_millis().max(1);
    format!("{what}: {done} of {of} ({percent} %), {rate} a second")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_how_far_it_is_and_how_fast() {
        let progress = Progress { what: "sessions", done: 2000, of: 8000 };
        assert_eq!(line(progress, Duration::from_millis(500)), "sessions: 2000 of 8000 (25 %), 4000 a second");
        let none = Progress { what: "sessions", done: 1, of: 1 };
        assert_eq!(line(none, Duration::ZERO), "sessions: 1 of 1 (100 %), 1000 a second");
    }
}
