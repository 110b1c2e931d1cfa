//! A server on loopback that behaves as HighLevel's contacts endpoint does.
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap().block_on(async {
//! let server = leadconnector_mock::Server::start().await?;
//! println!("send requests to {}", server.url());
//! assert!(server.requests().is_empty());
//! # std::io::Result::Ok(())
//! # }).unwrap();
//! ```

mod contact;
mod endpoint;
mod request;
mod server;

pub use request::Request;
pub use server::Server;
