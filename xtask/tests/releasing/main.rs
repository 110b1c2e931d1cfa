//! A release of a small workspace, with git and cargo themselves, and how it is published to a registry on loopback.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

#[path = "../environment/mod.rs"]
mod environment;
mod publish;
mod registry;
#[cfg(unix)]
mod release;
mod workspace;
