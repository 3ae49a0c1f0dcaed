use std::{collections::HashMap, ffi::OsString, fmt, path::Path};

use config::{Config, FileFormat};
use secrecy::SecretString;

use super::{
    Refusal,
    table::{FILE, SETTINGS, Secrecy, Setting},
};

/// Names the optional file.
const CONFIG_FILE: &str = "SESSIONKEEP_CONFIG";

/// The process's environment, as a value: a test has its own.
pub type Environment = HashMap<String, String>;

/// The settings in the process's environment. What is no setting is left alone, whatever it holds.
///
/// # Errors
/// When the value of a setting is not text (it may be a secret, so it is not printed), or `<NAME>_FILE` is set for a setting that
/// is not read from a file: it would be ignored, and the default would take its place.
pub(crate) fn environment(variables: impl Iterator<Item = (OsString, OsString)>) -> Result<Environment, Refusal> {
    let mut environment = Environment::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        if let Some(setting) = name.strip_suffix(FILE).filter(|setting| is_setting(setting))
            && !is_setting(name)
        {
            return Err(Refusal::new(
                name,
                format!("{setting} is not read from a file"),
                format!("Set {setting} itself"),
            ));
        }
        if !is_setting(name) {
            continue;
        }
        let value = value.into_string().map_err(|_| Refusal::new(name, "its value is not text", "Use UTF-8"))?;
        environment.insert(name.to_owned(), value);
    }
    Ok(environment)
}

fn is_setting(name: &str) -> bool {
    name == CONFIG_FILE || SETTINGS.iter().any(|setting| name == setting.name || setting.is_in_file(name))
}

/// Refuses flags that hold a password, whichever setting they are of.
fn without_passwords(flags: &HashMap<&'static str, String>) -> Result<(), Refusal> {
    match flags.iter().find(|(_, value)| holds_password(value)) {
        None => Ok(()),
        Some((name, _)) => Err(password_in_flag(
            &flag(name),
            &if setting(name).secrecy == Secrecy::Address {
                format!("Write the address to a file that {name}{FILE} names, or set the environment variable {name}")
            } else {
                format!("Set the environment variable {name}")
            },
        )),
    }
}

/// Why a flag is not taken. Its value is not printed.
pub(crate) fn password_in_flag(flag: &str, fix: &str) -> Refusal {
    Refusal::new(flag, "its value holds a password, and every user of this machine can read the command line", fix)
}

/// The flag of a setting.
pub(crate) fn flag(name: &str) -> String {
    format!("--{}", name.to_lowercase().replace('_', "-"))
}

/// Whether an address holds a password: `scheme://user:password@host`, or a parameter such as `password=`. Names are compared as
/// the libraries read them that connect: without percent-encoding, tabs and ends of lines.
pub(crate) fn holds_password(value: &str) -> bool {
    let value: String = value.trim().chars().filter(|c| !matches!(c, '\t' | '\n' | '\r')).collect();
    let Some((scheme, rest)) = value.split_once(':') else { return false };
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    // A path, which may have any character.
    if scheme == "sqlite" || scheme.is_empty() || !scheme.chars().all(is_scheme) {
        return false;
    }
    user_has_password(rest) || parameters(rest).any(|(name, value)| names_password(&name) && !value.is_empty())
}

fn user_has_password(rest: &str) -> bool {
    let Some(rest) = rest.strip_prefix("//") else { return false };
    let has_password = |text: &str| {
        let user = text.rsplit_once('@').map_or("", |(user, _)| user);
        user.split_once(':').is_some_and(|(_, password)| !password.is_empty())
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A password that is not encoded may hold a slash.
    has_password(rest) || has_password(&decoded(authority))
}

/// The parameters of an address. What follows `#` is one, too.
fn parameters(rest: &str) -> impl Iterator<Item = (String, &str)> {
    let parameters = rest.find(['?', '#']).map_or("", |at| &rest[at..]);
    parameters.split(['?', '#', '&', ';']).filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        Some((decoded(name).to_lowercase(), value))
    })
}

/// Whether a parameter of this name, in lower case, is a password. The name of a file with a password is not.
fn names_password(name: &str) -> bool {
    ["pass", "pwd", "secret"].iter().any(|part| name.contains(part)) && !name.ends_with("file")
}

/// The text without percent-encoding.
fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (vec![], text.as_bytes());
    while let [first, after @ ..] = rest {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        if let (b'%', Some(high), Some(low)) = (first, digit(0), digit(1)) {
            bytes.extend(u8::try_from(high * 16 + low));
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Where settings come from. A flag beats the environment, the environment beats the file.
#[derive(Default)]
pub struct Sources {
    flags: HashMap<&'static str, String>,
    environment: Environment,
    file: HashMap<String, String>,
}

/// Prints nothing: some of it is secret.
impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sources(redacted)")
    }
}

impl Sources {
    /// Reads the file that the environment names, if it does.
    ///
    /// # Errors
    /// When a flag holds a password, or the file cannot be read, or holds a key that is no setting.
    pub fn new(flags: HashMap<&'static str, String>, environment: Environment) -> Result<Self, Refusal> {
        without_passwords(&flags)?;
        let file = match environment.get(CONFIG_FILE) {
            Some(path) if !path.is_empty() => read_file(Path::new(path))?,
            _ => HashMap::new(),
        };
        Ok(Self { flags, environment, file })
    }

    /// The setting's value or its default; `None` where it has neither, or is set to nothing.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.set(name).or_else(|| setting(name).default.map(str::to_owned)).filter(|value| !value.is_empty())
    }

    /// The configured value, possibly empty, without the default.
    fn set(&self, name: &str) -> Option<String> {
        (self.flags.get(name).or_else(|| self.environment.get(name)))
            .or_else(|| self.file.get(&name.to_lowercase()))
            .map(|value| value.trim().to_owned())
    }

    /// The value of a setting that may hold a password: as [`Self::get`], or what the file named by `<NAME>_FILE` holds.
    pub(super) fn address(&self, name: &str) -> Result<SecretString, Refusal> {
        let Some(bytes) = self.secret(name)? else { return Ok(self.get(name).unwrap_or_default().into()) };
        let text = String::from_utf8(bytes).map_err(|_| Refusal::new(name, "its value is not text", "Use UTF-8"))?;
        Ok(text.trim().into())
    }

    /// The secret's bytes: the setting itself, or what the file named by `<NAME>_FILE` holds. A text loses the white space around it,
    /// so that it is the same key in a variable and in a file; other bytes lose the line's end alone.
    pub(super) fn secret(&self, name: &str) -> Result<Option<Vec<u8>>, Refusal> {
        let from_file = format!("{name}{FILE}");
        let path = (self.environment.get(&from_file)).or_else(|| self.file.get(&from_file.to_lowercase()));
        match (path, self.set(name).filter(|value| !value.is_empty())) {
            (Some(_), Some(_)) => Err(Refusal::new(&from_file, format!("{name} is set, too"), "Keep one of the two")),
            (None, value) => Ok(value.map(String::into_bytes)),
            (Some(path), None) => {
                let bytes = std::fs::read(path).map_err(|error| {
                    Refusal::new(&from_file, format!("the file cannot be read ({error})"), "Name a file that can")
                })?;
                let secret = match str::from_utf8(&bytes) {
                    Ok(text) => text.trim().as_bytes(),
                    Err(_) => {
                        &bytes[..bytes.len() - bytes.iter().rev().take_while(|byte| b"\r\n".contains(byte)).count()]
                    }
                };
                Ok(Some(secret.to_vec()))
            }
        }
    }

    /// The value, parsed. `parse` tells what is wrong and what to do.
    pub(super) fn parse<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, (String, String)>,
    ) -> Result<T, Refusal> {
        parse(&self.get(name).unwrap_or_default()).map_err(|(reason, fix)| Refusal::new(name, reason, fix))
    }

    /// The value, one of a few words.
    pub(super) fn choose<T: Copy>(&self, name: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
        let value = self.get(name).unwrap_or_default();
        choices.iter().find(|(word, _)| *word == value).map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
            Refusal::new(name, format!("`{value}` is none of its values"), format!("Use {}", words.join(" or ")))
        })
    }
}

fn setting(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.name == name).expect("OK because only settings of the table are asked for")
}

fn read_file(path: &Path) -> Result<HashMap<String, String>, Refusal> {
    let refuse = |reason: String| Refusal::new(CONFIG_FILE, reason, "docs/config.md lists the keys");
    let text = std::fs::read_to_string(path)
        .map_err(|error| refuse(format!("`{}` cannot be read ({error})", path.display())))?;
    let values: HashMap<String, config::Value> = Config::builder()
        .add_source(config::File::from_str(&text, FileFormat::Toml))
        .build()
        .and_then(Config::try_deserialize)
        // The parser's message quotes the file, which may hold a secret.
        .map_err(|_| refuse(format!("`{}` is not TOML with one value a key", path.display())))?;
    let mut settings = HashMap::new();
    for (key, value) in values {
        let known = key.to_uppercase();
        if known == CONFIG_FILE || !is_setting(&known) || key != known.to_lowercase() {
            return Err(refuse(format!("`{}` holds `{key}`, which is no setting", path.display())));
        }
        let value = value.into_string().map_err(|_| refuse(format!("`{key}` is not one value")))?;
        settings.insert(key, value);
    }
    Ok(settings)
}
