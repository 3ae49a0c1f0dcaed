//! What pages are made of.

mod account_nav;
mod advice;
mod confirm;
mod connection;
mod cookies;
mod device;
mod event;
mod field;
mod footer;
mod form;
mod header;
mod heading;
mod loading;
mod moment;
mod notice;
mod password_field;
mod proof;
mod username;

pub(crate) use account_nav::AccountNav;
pub(crate) use advice::Explained;
pub(crate) use confirm::Confirm;
pub(crate) use connection::Connection;
pub(crate) use cookies::CookieNotice;
pub(crate) use device::DeviceRow;
pub(crate) use event::EventRow;
pub(crate) use field::{FieldError, FieldState, TextField};
pub(crate) use footer::Footer;
pub(crate) use form::{FormAlert, Submission, SubmitButton};
pub(crate) use header::Header;
pub(crate) use heading::{FirstPage, Heading};
pub(crate) use loading::{LoadAlert, Loaded, Loading};
pub(crate) use moment::{Clock, When, moment};
pub(crate) use notice::{NotReadyNotice, SignInNotice};
pub(crate) use password_field::{PasswordField, Words, wrong_current};
pub(crate) use proof::Proof;
pub(crate) use username::{Username, account_user};
