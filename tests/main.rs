//! What the crates do together, in one binary: a module for each subject.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "tests")]

mod any_endpoint;
mod contract;
mod fragment;
mod killed;
mod list;
mod marketplace_app;
mod mock;
mod raw;
mod requests;
mod values;
