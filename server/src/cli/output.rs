//! What commands answer on standard output. Everything passes through here, so that text of other people, which any column
//! may hold, cannot deceive the operator who reads it: see [`printable`].

use std::{
    fmt,
    io::{self, Write as _},
};

use serde::Serialize;

use crate::printable::{is_deceptive, printable};

/// Prints one line. Unlike `println!` it does not panic when nobody reads any more.
macro_rules! say {
    ($($text:tt)*) => {
        $crate::cli::output::line(format_args!($($text)*))?
    };
}
pub(super) use say;

/// One line, whatever is in it. See [`say`].
pub(super) fn line(text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(io::stdout(), "{}", printable(&text.to_string()))
}

/// One row of a table, with a tab between its cells and nowhere else.
pub(super) fn row(cells: &[&dyn fmt::Display]) -> io::Result<()> {
    writeln!(io::stdout(), "{}", joined(cells))
}

fn joined(cells: &[&dyn fmt::Display]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| printable(&cell.to_string())).collect();
    cells.join("\t")
}

/// A JSON document.
pub(super) fn json(document: &impl Serialize) -> anyhow::Result<()> {
    Ok(writeln!(io::stdout(), "{}", escaped(&serde_json::to_string_pretty(document)?))?)
}

/// JSON in which deceptive characters are escaped: they stand in strings alone, but for the ends of lines.
fn escaped(json: &str) -> String {
    use fmt::Write as _;

    json.chars().fold(String::with_capacity(json.len()), |mut text, c| {
        if is_deceptive(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(text, "\\u{unit:04x}").expect("OK because a String takes anything");
            }
        } else {
            text.push(c);
        }
        text
    })
}

/// A document of our own, as it is.
pub(super) fn document(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_ends_its_row_or_begins_another_cell() {
        assert_eq!(joined(&[&"a\tb", &1, &"c\nd\u{202e}"]), "a\\u{9}b\t1\tc\\u{a}d\\u{202e}");
    }

    #[test]
    fn json_says_the_same_with_deceptive_characters_escaped() {
        let document = serde_json::json!({"found": "a\u{202e}b\u{e0041}\n\u{7f}"});
        let text = escaped(&serde_json::to_string_pretty(&document).expect("JSON"));
        assert_eq!(text, "{\n  \"found\": \"a\\u202eb\\udb40\\udc41\\n\\u007f\"\n}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).expect("JSON"), document);
    }
}
