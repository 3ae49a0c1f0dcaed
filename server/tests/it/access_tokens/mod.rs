//! Access tokens that somebody else has made, or that are over: the classes of attack that are known, each in all four
//! algorithms, against a running server. Where a token is signed with the server's own key, only its policy can refuse it.
//!
//! AT-01 to AT-07: every answer is what the contract says, none is a success or a fault of the server, and the genuine token
//! works before and after.

mod claims;
mod contract;
mod dump;
mod ended;
mod forge;
mod form;
mod header;
mod mutated;
mod signature;
