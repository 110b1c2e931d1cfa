//! Guides: how to do something from beginning to end; and the operations as a table. There is nothing here to call.

#[doc = include_str!("../docs/testing.md")]
pub mod testing {}

#[doc = include_str!("../docs/duplicates.md")]
pub mod duplicates {}

#[doc = include_str!("../docs/finding.md")]
pub mod finding {}

#[doc = include_str!("../docs/many-contacts.md")]
pub mod many_contacts {}

#[doc = include_str!("../docs/running.md")]
pub mod running {}

#[doc = include_str!("../docs/marketplace.md")]
#[cfg(feature = "oauth")]
pub mod marketplace {}

#[doc = include_str!("../docs/operations.md")]
pub mod operations {}
