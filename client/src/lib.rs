#![doc = include_str!("../README.md")]

pub mod api;
pub mod session;

/// The API types, exported again so that an application needs no second dependency.
pub use sessionkeep_types as types;

#[cfg(test)]
mod tests {
    #[test]
    fn the_application_in_the_documents_is_the_one_that_is_compiled() {
        let (document, example) = (include_str!("../../docs/client.md"), include_str!("../examples/thirty_lines.rs"));
        assert!(document.contains(&format!("```rust\n{example}```\n")), "docs/client.md has another text");
    }
}
