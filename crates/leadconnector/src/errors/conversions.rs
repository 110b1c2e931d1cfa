//! Each error that stands for one variant becomes an [`Error`].

use super::{
    BuildError, Duplicate, Error, HttpSetupError, RateLimited, TagsNotAdded, TokenError, Undecodable, Unreconciled,
    Validation,
};
use crate::{InvalidValue, PacingError};

macro_rules! becomes {
    ($($error:ident => $variant:ident $(, in $boxed:ident)?;)*) => {
        $(impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::$variant($($boxed::new)?(error))
            }
        })*
    };
}
becomes! {
    InvalidValue => Invalid;
    HttpSetupError => Setup;
    TokenError => Token;
    PacingError => Pacing;
    Duplicate => Duplicate, in Box;
    Validation => Validation, in Box;
    RateLimited => RateLimited, in Box;
    Undecodable => Undecodable, in Box;
    Unreconciled => Unreconciled, in Box;
    TagsNotAdded => TagsNotAdded, in Box;
}

impl From<BuildError> for Error {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Invalid(error) => error.into(),
            BuildError::Http(error) => error.into(),
        }
    }
}
