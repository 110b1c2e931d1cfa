//! Randomness to spread what many would do at the same time. Not for secrets.

use std::hash::{BuildHasher, Hasher, RandomState};

/// A number from 0 up to but not including 1, from the randomness of the standard library's hash maps.
pub(crate) fn random() -> f64 {
    // The 53 bits that a fraction can hold.
    (RandomState::new().build_hasher().finish() >> 11) as f64 / (1_u64 << 53) as f64
}
