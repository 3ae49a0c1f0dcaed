//! Server-sent events, read from a body as its pieces come. (`EventSource` cannot send an access token.)

/// Keeps what has come of a line and of an event.
#[derive(Default)]
pub(super) struct Reader {
    line: Vec<u8>,
    data: Vec<String>,
}

impl Reader {
    /// The data of each event that this piece completes.
    pub(super) fn read(&mut self, piece: &[u8]) -> Vec<String> {
        let mut events = Vec::new();
        for &byte in piece {
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = core::mem::take(&mut self.line);
            let line = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(&line));
            if let Some(data) = line.strip_prefix("data:") {
                self.data.push(data.strip_prefix(' ').unwrap_or(data).to_owned());
            } else if line.is_empty() && !self.data.is_empty() {
                events.push(core::mem::take(&mut self.data).join("\n"));
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = ": hello\n\nid: 1\ndata: {\"a\":\"é\"}\n\n:\n\nid: 2\r\ndata:b\r\ndata: c\r\n\r\ndata: not yet";

    #[test]
    fn events_are_the_same_however_their_body_is_cut() {
        for size in 1..=BODY.len() {
            let mut reader = Reader::default();
            let events: Vec<_> = BODY.as_bytes().chunks(size).flat_map(|piece| reader.read(piece)).collect();
            assert_eq!(events, ["{\"a\":\"é\"}", "b\nc"], "in pieces of {size}");
        }
    }

    #[test]
    fn what_keeps_the_line_open_is_no_event() {
        assert!(Reader::default().read(b":\n\n\n\nevent: x\n\n").is_empty());
    }
}
