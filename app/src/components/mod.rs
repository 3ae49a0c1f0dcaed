//! What pages are made of.

mod connection;
mod field;
mod footer;
mod form;
mod header;
mod heading;
mod notice;
mod password_field;

pub(crate) use connection::Connection;
pub(crate) use field::{FieldState, TextField};
pub(crate) use footer::Footer;
pub(crate) use form::{FormAlert, SubmitButton};
pub(crate) use header::Header;
pub(crate) use heading::{FirstPage, Heading};
pub(crate) use notice::SignInNotice;
pub(crate) use password_field::PasswordField;
