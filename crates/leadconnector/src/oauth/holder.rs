//! Whose tokens they are.

use std::fmt;

use crate::LocationId;
use crate::newtypes::CompanyId;

/// Who a token is for: a location, or an agency with its locations.
///
/// As text, which a store can have for a key, it is `location:` or `company:` with the id behind it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holder {
    /// A location: its token calls the endpoints of contacts.
    Location(LocationId),
    /// An agency, the vendor's company: its token makes tokens for its locations.
    Company(CompanyId),
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Location(id) => write!(f, "location:{id}"),
            Self::Company(id) => write!(f, "company:{id}"),
        }
    }
}

impl From<LocationId> for Holder {
    fn from(id: LocationId) -> Self {
        Self::Location(id)
    }
}

impl From<CompanyId> for Holder {
    fn from(id: CompanyId) -> Self {
        Self::Company(id)
    }
}

/// Which kind of token an app asks for: `user_type` in the vendor's specification.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum UserType {
    /// A token for one location.
    #[default]
    Location,
    /// A token for an agency, the vendor's company, with which tokens for its locations are made.
    Company,
}

impl UserType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Location => "Location",
            Self::Company => "Company",
        }
    }
}
