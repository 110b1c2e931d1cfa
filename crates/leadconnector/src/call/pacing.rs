//! How fast a location is asked.
//!
//! Here is what the rest of the crate sees. [`SlidingWindow`] keeps a line for each location, where requests wait for its
//! budget: the places in an interval, the allowance of a day, and a share of the places while others use the budget as well.

mod budget;
mod budget_answer;
mod daily_allowance;
#[cfg(test)]
mod for_tests;
mod interval;
mod share;
mod sliding_window;
mod waiting_line;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

pub use budget_answer::BudgetAnswer;
pub(crate) use daily_allowance::DAY;
pub use sliding_window::{SlidingWindow, WindowPermit};

use crate::{BoxError, LocationId, RateLimit};

/// The budget of each location: how many requests may be sent to it, and when.
///
/// [`SlidingWindow`] is the one that comes with this crate, and keeps the budget in the memory of a client and its clones.
/// Hand in another with [`ClientBuilder::pacing`](crate::ClientBuilder::pacing) to keep it in a store that several processes
/// share; or [`NoPacing`].
pub trait Pacing: Send + Sync + 'static {
    /// The place of one request in the budget.
    type Permit: Permit;

    /// Waits until a request for this location may be sent, and takes its place in the budget.
    ///
    /// The future may be dropped while it waits; then nothing must be taken.
    fn acquire(&self, location: &LocationId) -> impl Future<Output = Result<Self::Permit, PacingError>> + Send;

    /// How much of a location's allowance is left, as far as that is known here, without asking anybody:
    /// [`Client::allowance`](crate::Client::allowance). None if it is not, which is the default.
    fn allowance(&self, _location: &LocationId) -> Option<RateLimit> {
        None
    }
}

/// Clients that share a budget have a clone each.
impl<P: Pacing> Pacing for Arc<P> {
    type Permit = P::Permit;

    fn acquire(&self, location: &LocationId) -> impl Future<Output = Result<Self::Permit, PacingError>> + Send {
        (**self).acquire(location)
    }

    fn allowance(&self, location: &LocationId) -> Option<RateLimit> {
        (**self).allowance(location)
    }
}

/// The place of one request in the budget: [`Pacing::acquire`] gives it. If it is dropped, the request ended without an answer,
/// and the server may have counted it.
pub trait Permit: Send + 'static {
    /// The server has answered, and this is what the answer says of the budget.
    fn answered(self, answer: BudgetAnswer<'_>);

    /// Nothing was sent: the place is free.
    fn unused(self);
}

/// Why no request may be sent now.
#[derive(Debug)]
#[non_exhaustive]
pub enum PacingError {
    /// The day's allowance of the location is used up; a request may be sent again after this time.
    DayUsedUp {
        /// Counted from the error.
        again_in: Duration,
    },
    /// The server has asked to wait, with `Retry-After`; a request may be sent again after this time.
    Held {
        /// Counted from the error.
        again_in: Duration,
    },
    /// The store of the budget failed. The source of this error is what it said.
    Store(BoxError),
}

impl PacingError {
    /// How long to wait from the error on until a request may be sent again; none if that is not known.
    pub fn again_in(&self) -> Option<Duration> {
        match self {
            Self::DayUsedUp { again_in } | Self::Held { again_in } => Some(*again_in),
            Self::Store(_) => None,
        }
    }
}

/// Of what a store said, the words alone are cloned, with those of its sources.
impl Clone for PacingError {
    fn clone(&self) -> Self {
        match self {
            Self::DayUsedUp { again_in } => Self::DayUsedUp { again_in: *again_in },
            Self::Held { again_in } => Self::Held { again_in: *again_in },
            Self::Store(error) => {
                let first: &dyn std::error::Error = &**error;
                let chain = std::iter::successors(Some(first), |error| error.source());
                Self::Store(chain.map(ToString::to_string).collect::<Vec<_>>().join(": ").into())
            }
        }
    }
}

impl fmt::Display for PacingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DayUsedUp { again_in } => {
                let minutes = again_in.as_secs().div_ceil(60);
                write!(
                    f,
                    "the location's allowance of the day is used up; nothing was sent, try again in {minutes} min"
                )
            }
            Self::Held { again_in } => {
                let seconds = again_in.as_secs_f64().ceil();
                write!(f, "the server has asked this location to wait; nothing was sent, try again in {seconds} s")
            }
            Self::Store(_) => f.write_str("the store of the location's budget failed; nothing was sent"),
        }
    }
}

impl std::error::Error for PacingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DayUsedUp { .. } | Self::Held { .. } => None,
            Self::Store(error) => Some(&**error),
        }
    }
}

/// Does not wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPacing;

impl Pacing for NoPacing {
    type Permit = ();

    async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
        Ok(())
    }
}

/// The place in a budget that is not counted.
impl Permit for () {
    fn answered(self, _: BudgetAnswer<'_>) {}

    fn unused(self) {}
}

/// A [`Pacing`] whose type does not show.
pub(crate) trait AnyPacing: Send + Sync {
    fn acquire<'a>(&'a self, location: &'a LocationId) -> AnyAcquire<'a>;
    fn allowance(&self, location: &LocationId) -> Option<RateLimit>;
}

type AnyAcquire<'a> = Pin<Box<dyn Future<Output = Result<Box<dyn AnyPermit>, PacingError>> + Send + 'a>>;

impl<P: Pacing> AnyPacing for P {
    fn acquire<'a>(&'a self, location: &'a LocationId) -> AnyAcquire<'a> {
        Box::pin(async move {
            let permit = Pacing::acquire(self, location).await?;
            Ok(Box::new(permit) as Box<dyn AnyPermit>)
        })
    }

    fn allowance(&self, location: &LocationId) -> Option<RateLimit> {
        Pacing::allowance(self, location)
    }
}

/// A [`Permit`] whose type does not show.
pub(crate) trait AnyPermit: Send {
    fn answered(self: Box<Self>, answer: BudgetAnswer<'_>);
    fn unused(self: Box<Self>);
}

impl<P: Permit> AnyPermit for P {
    fn answered(self: Box<Self>, answer: BudgetAnswer<'_>) {
        Permit::answered(*self, answer);
    }

    fn unused(self: Box<Self>) {
        Permit::unused(*self);
    }
}

impl fmt::Debug for dyn AnyPacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pacing(…)")
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;
    use crate::Error;

    #[test]
    fn a_clone_says_the_same() {
        let disk: BoxError = std::io::Error::other("the disk is full").into();
        let store = crate::error::TokenError::new(disk);
        for error in [
            PacingError::DayUsedUp { again_in: Duration::from_secs(60) },
            PacingError::Held { again_in: Duration::from_secs(7) },
            PacingError::Store(store.into()),
        ] {
            let clone = error.clone();
            assert_eq!((clone.to_string(), clone.again_in()), (error.to_string(), error.again_in()));
            let said = Error::Pacing(clone).source().map(ToString::to_string);
            let chain =
                error.source().map(|_| "the token source had no token; nothing was sent: the disk is full".to_owned());
            assert_eq!(said, chain);
        }
    }
}
