//! With a real Redis, which each test starts: `cargo xtask check redis`.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod bad_input;
mod budget;
mod memory;
mod processes;
mod server;
mod tokens;
