//! The server from outside, over real sockets. One binary; a file a route or a behaviour.

mod access;
mod access_tokens;
mod activity;
mod admin;
mod canaries;
mod cookies;
mod csrf;
mod delete_account;
mod errors;
mod faults;
mod generation;
mod import;
mod instances;
mod interop;
mod keys;
mod login;
mod logout;
mod me;
mod password;
mod program;
mod refresh;
mod register;
mod sessions;
mod storage;
mod support;
mod tidy;
