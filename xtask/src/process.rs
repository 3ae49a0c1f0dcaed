//! Other programs: run with their output shown or kept, with a limit of time, and stopped politely.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::interrupt;
use crate::steps::{self, Step};

const LOOK_AGAIN: Duration = Duration::from_millis(30);
const HEARTBEAT: Duration = Duration::from_secs(20);
/// How long a server may take to end after it was asked to.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs a long command inside a step. On a terminal its output is passed through; elsewhere it is kept, a line says
/// now and then how far it is, and the whole is shown only if it fails.
pub(crate) fn run(step: &mut Step, command: &mut Command, limit: Duration) -> Result<()> {
    if !steps::watched() {
        return Running::begin(command)?.finish(step, limit);
    }
    step.make_room();
    let mut child = spawn(command.stdin(Stdio::null()))?;
    let status = wait(&mut child, &name(command), limit, || {})?;
    success(&name(command), status)
}

/// A long command that was begun and whose output is kept. Whoever loses interest stops it by dropping it.
pub(crate) struct Running {
    name: String,
    child: Child,
    lines: Lines,
    readers: Vec<thread::JoinHandle<()>>,
}

impl Running {
    pub(crate) fn begin(command: &mut Command) -> Result<Self> {
        let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()))?;
        let lines = Lines::default();
        let readers =
            [child.stdout.take().map(|pipe| lines.read(pipe)), child.stderr.take().map(|pipe| lines.read(pipe))];
        Ok(Self { name: name(command), child, lines, readers: readers.into_iter().flatten().collect() })
    }

    /// Waits for its end inside a step.
    pub(crate) fn finish(mut self, step: &mut Step, limit: Duration) -> Result<()> {
        let mut last = Instant::now();
        let lines = self.lines.clone();
        let status = wait(&mut self.child, &self.name, limit, || {
            if last.elapsed() >= HEARTBEAT {
                last = Instant::now();
                step.heartbeat(lines.last().trim());
            }
        });
        if status.is_ok() {
            for reader in self.readers.drain(..) {
                let _ = reader.join();
            }
        }
        if !status.as_ref().is_ok_and(ExitStatus::success) {
            step.make_room();
            lines.show();
        }
        success(&self.name, status?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            // OK because nobody waits for it any more.
            let _ = stop(&mut self.child);
        }
    }
}

/// Runs a command whose output is the point (tests, lints) and tells whether it succeeded.
pub(crate) fn show(command: &mut Command) -> Result<bool> {
    Ok(command.stdin(Stdio::null()).status().with_context(|| cannot_run(command))?.success())
}

/// The same in a process group of its own, of which nothing is left afterwards: a command may end before what it has started.
pub(crate) fn show_as_group(command: &mut Command, limit: Duration) -> Result<bool> {
    // A Ctrl-C reaches this process alone.
    interrupt::listen()?;
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    let mut child = spawn(command.stdin(Stdio::null()))?;
    let status = wait(&mut child, &name(command), limit, || {});
    if cfg!(unix) {
        let group = format!("-{}", child.id());
        // OK because it fails only where nothing is left.
        let _ = Command::new("kill").args(["-KILL", "--", &group]).stderr(Stdio::null()).status();
    }
    Ok(status?.success())
}

/// Runs a command whose output is the point, and keeps a copy of what it wrote to standard output.
pub(crate) fn show_and_keep(command: &mut Command) -> Result<(bool, String)> {
    let mut child = spawn(command.stdin(Stdio::null()).stdout(Stdio::piped()))?;
    let mut kept = String::new();
    if let Some(pipe) = child.stdout.take() {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            pass_on(&line);
            kept.push_str(&line);
            kept.push('\n');
        }
    }
    Ok((child.wait()?.success(), kept))
}

#[expect(clippy::print_stdout, reason = "another program's standard output, passed on")]
fn pass_on(line: &str) {
    println!("{line}");
}

/// What a short command writes to standard output; nothing if it is missing or fails.
pub(crate) fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Asks a child to end, and makes it end if it does not. Waits for it.
pub(crate) fn stop(child: &mut Child) -> Result<ExitStatus> {
    // The standard library can only kill; the command that asks politely is on every Unix.
    let asked = cfg!(unix) && Command::new("kill").arg(child.id().to_string()).status().is_ok_and(|s| s.success());
    let begun = Instant::now();
    while asked && begun.elapsed() < PATIENCE {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        thread::sleep(LOOK_AGAIN);
    }
    child.kill()?;
    Ok(child.wait()?)
}

fn spawn(command: &mut Command) -> Result<Child> {
    command.spawn().with_context(|| cannot_run(command))
}

fn wait(child: &mut Child, name: &str, limit: Duration, mut meanwhile: impl FnMut()) -> Result<ExitStatus> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if interrupt::asked() {
            stop(child)?;
            bail!("interrupted");
        }
        if begun.elapsed() > limit {
            stop(child)?;
            bail!("`{name}` took longer than {} and was stopped", steps::seconds(limit));
        }
        meanwhile();
        thread::sleep(LOOK_AGAIN);
    }
}

fn success(name: &str, status: ExitStatus) -> Result<()> {
    if status.success() {
        return Ok(());
    }
    bail!("`{name}` failed ({status})")
}

fn cannot_run(command: &Command) -> String {
    format!("cannot run `{}`", name(command))
}

/// The program and its first argument, which is what a person calls it.
fn name(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args().take(1));
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<String>>>);

impl Lines {
    fn read(&self, pipe: impl Read + Send + 'static) -> thread::JoinHandle<()> {
        let lines = self.clone();
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                lines.lock().push(String::from_utf8_lossy(&line).into_owned());
            }
        })
    }

    fn last(&self) -> String {
        self.lock().last().cloned().unwrap_or_else(|| "still at it".to_owned())
    }

    /// Everything that explains a failure: all but the lines that only say which crate is next.
    fn show(&self) {
        let noise = ["Compiling ", "Downloaded ", "Downloading ", "Checking ", "Adding "];
        for line in self.lock().iter().filter(|line| !noise.iter().any(|word| line.trim_start().starts_with(word))) {
            eprintln!("{line}");
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
