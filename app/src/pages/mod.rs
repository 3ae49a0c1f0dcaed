//! The pages, one a file. What is public is in the first HTML; what is private only ever comes after it.

mod activity;
mod change_password;
mod connection_check;
mod data;
mod delete_account;
mod devices;
mod landing;
mod not_found;
mod profile;
mod security;
mod sign_in;
mod sign_out;
mod sign_up;
mod signed_out;

pub(crate) use activity::Activity;
pub(crate) use change_password::ChangePassword;
pub(crate) use connection_check::ConnectionCheck;
pub(crate) use data::Data;
pub(crate) use delete_account::DeleteAccount;
pub(crate) use devices::Devices;
pub(crate) use landing::Landing;
pub(crate) use not_found::NotFound;
pub(crate) use profile::Profile;
pub(crate) use security::Security;
pub(crate) use sign_in::SignIn;
pub(crate) use sign_out::SignOut;
pub(crate) use sign_up::SignUp;
pub(crate) use signed_out::SignedOut;
