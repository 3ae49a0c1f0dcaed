use std::{fmt, fs::File, io::Read as _, path::Path};

use axum::{body::Bytes, http::HeaderValue};

/// The largest logo. It is part of every first visit.
pub const LOGO_MAX_BYTES: usize = 64 * 1024;

/// A picture that was read once, when the settings were loaded.
#[derive(Clone)]
pub struct Logo {
    /// The file's bytes.
    pub bytes: Bytes,
    /// What it is.
    pub format: Format,
    /// The icon on the home screen of a phone, a PNG, where there is one.
    pub touch_icon: Option<Bytes>,
}

/// Our own mark.
impl Default for Logo {
    fn default() -> Self {
        Self {
            bytes: Bytes::from_static(include_bytes!("../../../style/favicon.svg")),
            format: Format::Svg,
            touch_icon: Some(Bytes::from_static(include_bytes!("../../../style/apple-touch-icon.png"))),
        }
    }
}

/// The formats that every browser shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Scalable.
    Svg,
    /// Pixels.
    Png,
    /// Pixels.
    WebP,
}

impl Format {
    /// As its content tells, whatever the file is called.
    fn of(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::WebP)
        } else {
            // Without its namespace a browser shows it as text.
            let text = std::str::from_utf8(bytes).ok()?;
            (text.contains("<svg") && text.contains("http://www.w3.org/2000/svg")).then_some(Self::Svg)
        }
    }

    /// What its file name ends in.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png => "png",
            Self::WebP => "webp",
        }
    }

    /// Its media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Svg => "image/svg+xml",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
        }
    }
}

impl Logo {
    /// The policy of a logo that is opened by itself. An SVG may hold scripts; here it is a picture and nothing else.
    pub const POLICY: HeaderValue = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; sandbox");

    /// Reads and recognises a file.
    ///
    /// # Errors
    /// Why it is no logo, as the end of a sentence.
    pub fn read(path: &Path) -> Result<Self, String> {
        let mut bytes = vec![];
        // A device or a pipe may have no end.
        let limit = u64::try_from(LOGO_MAX_BYTES).unwrap_or(u64::MAX) + 1;
        File::open(path)
            .and_then(|file| file.take(limit).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot be read ({error})"))?;
        if bytes.len() > LOGO_MAX_BYTES {
            return Err(format!("is larger than {} KiB", LOGO_MAX_BYTES / 1024));
        }
        let format = Format::of(&bytes).ok_or("is neither an SVG (with its `xmlns`) nor a PNG nor a WebP")?;
        let bytes = Bytes::from(bytes);
        Ok(Self { touch_icon: (format == Format::Png).then(|| bytes.clone()), bytes, format })
    }
}

/// The size of a PNG as a manifest names it. Its first chunk begins with both numbers (ISO 15948, 11.2.2).
#[must_use]
pub fn png_size(png: &[u8]) -> Option<String> {
    let number = |at| Some(u32::from_be_bytes(png.get(at..at + 4)?.try_into().ok()?));
    Some(format!("{}x{}", number(16)?, number(20)?))
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({:?}, {} bytes)", self.format, self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Logo, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("logo");
        std::fs::write(&path, bytes).expect("written");
        Logo::read(&path)
    }

    #[test]
    fn a_logo_is_known_by_its_content() {
        for (bytes, format) in [
            (&b"\x89PNG\r\n\x1a\n...."[..], Format::Png),
            (b"RIFF....WEBPVP8 ", Format::WebP),
            (b"<?xml version='1.0'?>\n<svg xmlns='http://www.w3.org/2000/svg'/>", Format::Svg),
        ] {
            assert_eq!(read(bytes).expect("a logo").format, format);
        }
    }

    #[test]
    fn a_png_tells_its_size() {
        let header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\0\0\0\x01\0";
        assert_eq!(png_size(header).as_deref(), Some("512x256"));
        assert_eq!(png_size(&header[..20]), None);
        assert_eq!(Logo::default().touch_icon.as_deref().and_then(png_size).as_deref(), Some("180x180"));
    }

    #[test]
    fn what_no_browser_shows_is_refused() {
        for bytes in
            [&b""[..], b"<html><script></script></html>", b"<svg/>", b"GIF89a", b"RIFF....WAVE", b"\xff\xfe<svg"]
        {
            assert!(read(bytes).expect_err("refused").starts_with("is neither"));
        }
        assert_eq!(read(&vec![b' '; LOGO_MAX_BYTES + 1]).expect_err("refused"), "is larger than 64 KiB");
        assert!(Logo::read(Path::new("/nowhere/logo.svg")).expect_err("refused").starts_with("cannot be read ("));
    }
}
