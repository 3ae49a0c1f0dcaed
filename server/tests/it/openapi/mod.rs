//! The OpenAPI document, and whether the server keeps to it.

mod docs;
mod document;
mod schemathesis;
