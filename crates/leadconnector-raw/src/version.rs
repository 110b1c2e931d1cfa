use std::fmt;

use crate::types;

/// As it is written in the header.
impl fmt::Display for types::Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DocumentedVersion(version) => version.fmt(f),
            Self::OtherVersion(version) => f.write_str(version),
        }
    }
}
