//! The pages, one a file. What is public is in the first HTML; what is private only ever comes after it.

mod account;
mod landing;
mod not_found;
mod sign_in;
mod sign_up;

pub(crate) use account::Account;
pub(crate) use landing::Landing;
pub(crate) use not_found::NotFound;
pub(crate) use sign_in::SignIn;
pub(crate) use sign_up::SignUp;
