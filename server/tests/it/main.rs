//! The server from outside, over real sockets. One binary; a file a route or a behaviour.

mod activity;
mod canaries;
mod cookies;
mod csrf;
mod errors;
mod login;
mod logout;
mod me;
mod program;
mod refresh;
mod register;
mod storage;
mod support;
mod tidy;
