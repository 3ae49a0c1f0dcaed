//! The shape of a page: which nodes there are, and how they are nested.
//!
//! Hydration walks over the server's nodes and panics over one that it does not expect, or takes one for another. Between the server and the
//! program stand extensions that put elements beside fields or wrap them, translators, and proxies that take comments
//! out. The server writes the shape of what it rendered into the document (`Shape::of_html`), and the program compares it
//! with what is there (`Shape::of_children`) before it takes it over. Attributes and words may change.

use std::fmt;

/// What the server calls the attribute of the element that holds the page.
#[cfg(any(feature = "ssr", target_arch = "wasm32"))]
pub(crate) const ATTRIBUTE: &str = "data-shape";

/// Elements that hold nothing and are not closed (HTML, 13.1.2).
#[cfg(any(feature = "ssr", test))]
const VOID: [&str; 13] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"];

/// The FNV-1a hash of a walk over the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape(u32);

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.0)
    }
}

impl Shape {
    const fn new() -> Self {
        Self(0x811c_9dc5)
    }

    fn add(&mut self, byte: u8) {
        self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    }

    /// An element begins. Its name is lower case in HTML and upper case in the DOM.
    fn open(&mut self, name: &str) {
        self.add(b'<');
        name.bytes().for_each(|byte| self.add(byte.to_ascii_lowercase()));
    }

    fn close(&mut self) {
        self.add(b'>');
    }

    fn text(&mut self) {
        self.add(b'#');
    }

    fn comment(&mut self) {
        self.add(b'!');
    }

    /// Of what this node holds.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn of_children(node: &web_sys::Node) -> Self {
        let mut shape = Self::new();
        shape.walk(node);
        shape
    }

    #[cfg(target_arch = "wasm32")]
    fn walk(&mut self, node: &web_sys::Node) {
        let mut next = node.first_child();
        while let Some(child) = next {
            match child.node_type() {
                web_sys::Node::ELEMENT_NODE => {
                    self.open(&child.node_name());
                    self.walk(&child);
                    self.close();
                }
                web_sys::Node::TEXT_NODE => self.text(),
                _ => self.comment(),
            }
            next = child.next_sibling();
        }
    }

    /// Of what an element holds, as Leptos writes it: `html` begins behind its tag. None where it does not end.
    #[cfg(any(feature = "ssr", test))]
    pub(crate) fn of_html(mut html: &str) -> Option<Self> {
        let (mut shape, mut depth) = (Self::new(), 0_usize);
        loop {
            let (text, tag) = html.split_once('<')?;
            if !text.is_empty() {
                shape.text();
            }
            html = if tag.starts_with('/') {
                if depth == 0 {
                    return Some(shape);
                }
                depth -= 1;
                shape.close();
                tag.split_once('>')?.1
            } else if tag.starts_with('!') {
                shape.comment();
                behind_comment(tag)?
            } else {
                let name =
                    tag.split(|character: char| character.is_whitespace() || matches!(character, '/' | '>')).next()?;
                shape.open(name);
                if VOID.contains(&name) {
                    shape.close();
                } else {
                    depth += 1;
                }
                behind_tag(tag)?
            };
        }
    }
}

/// `<!>` is what Leptos writes between two texts.
#[cfg(any(feature = "ssr", test))]
fn behind_comment(tag: &str) -> Option<&str> {
    let end = if tag.starts_with("!--") { "-->" } else { ">" };
    tag.split_once(end).map(|(_, rest)| rest)
}

/// A `>` in a value does not end the tag.
#[cfg(any(feature = "ssr", test))]
fn behind_tag(tag: &str) -> Option<&str> {
    let mut quoted = false;
    let end = tag.find(|character| {
        quoted ^= character == '"';
        character == '>' && !quoted
    })?;
    Some(&tag[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::Shape;

    const FORM: &str =
        r#"<form action="/a?b=c"><label for="x">Email</label><input id="x"><p>One<!>two</p><!--b--></form></div>"#;

    #[test]
    fn attributes_words_and_what_comes_behind_do_not_count() {
        for same in [
            FORM.replace("Email", "Adresse"),
            FORM.replace(r#"id="x""#, r#"id="x" title="a > b" data-extension"#),
            FORM.replace("<!--b-->", "<!---->"),
            FORM.replace("</div>", "</div><script>if (1 < 2) {}</script>"),
        ] {
            assert_eq!(Shape::of_html(&same), Shape::of_html(FORM), "{same}");
        }
    }

    #[test]
    fn whatever_hydration_would_stumble_over_counts() {
        let changed = [
            ("<label", "<x-y></x-y><label"),
            (r#"<input id="x">"#, r#"<input id="x"><x-y></x-y>"#),
            (r#"<input id="x">"#, r#"<x-y><input id="x"></x-y>"#),
            ("Email", "<font><font>Email</font></font>"),
            ("<!>", ""),
            ("<!--b-->", ""),
            ("Email", ""),
            ("label", "span"),
        ];
        for (from, to) in changed {
            let changed = FORM.replace(from, to);
            assert!(Shape::of_html(&changed).is_some(), "{changed}");
            assert_ne!(Shape::of_html(&changed), Shape::of_html(FORM), "{changed}");
        }
    }

    #[test]
    fn what_does_not_end_has_no_shape() {
        for cut in ["", "<p>", "<p", "<!--", "<p></p>", r#"<p title=">"#] {
            assert_eq!(Shape::of_html(cut), None, "{cut}");
        }
    }
}
