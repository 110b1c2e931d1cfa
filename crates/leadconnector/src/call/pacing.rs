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
mod place;
mod share;
mod sliding_window;
mod waiting_line;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub use budget_answer::BudgetAnswer;
pub(crate) use place::Place;
pub use sliding_window::SlidingWindow;

use crate::{BoxError, LocationId};

/// The budget of requests of each location.
///
/// [`SlidingWindow`] is the one that comes with this crate, and keeps the budget in the memory of a client and its clones.
/// Hand in another with [`ClientBuilder::pacing`](crate::ClientBuilder::pacing) to keep it in a store that several processes
/// share; or [`NoPacing`].
pub trait Pacing: Send + Sync + 'static {
    /// Waits until a request for this location may be sent, and takes its place in the budget.
    ///
    /// The future may be dropped while it waits; then nothing must be taken.
    fn acquire(&self, location: &LocationId) -> impl Future<Output = Result<(), PacingError>> + Send;

    /// The request has ended for which `acquire` had taken a place; called once for each. `answer` is what the answer said of
    /// the budget; none if there was no answer.
    fn release(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>);
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
    /// The store of the budget failed. The source of this error is what it said.
    Store(BoxError),
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
            Self::Store(_) => f.write_str("the store of the location's budget failed; nothing was sent"),
        }
    }
}

impl std::error::Error for PacingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::DayUsedUp { .. } => None,
            Self::Store(error) => Some(&**error),
        }
    }
}

/// Does not wait.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPacing;

impl Pacing for NoPacing {
    async fn acquire(&self, _: &LocationId) -> Result<(), PacingError> {
        Ok(())
    }

    fn release(&self, _: &LocationId, _: Option<BudgetAnswer<'_>>) {}
}

/// A [`Pacing`] whose type does not show.
pub(crate) trait AnyPacing: Send + Sync {
    fn take_place<'a>(
        &'a self,
        location: &'a LocationId,
    ) -> Pin<Box<dyn Future<Output = Result<(), PacingError>> + Send + 'a>>;
    fn give_back(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>);
}

impl<P: Pacing> AnyPacing for P {
    fn take_place<'a>(
        &'a self,
        location: &'a LocationId,
    ) -> Pin<Box<dyn Future<Output = Result<(), PacingError>> + Send + 'a>> {
        Box::pin(Pacing::acquire(self, location))
    }

    fn give_back(&self, location: &LocationId, answer: Option<BudgetAnswer<'_>>) {
        Pacing::release(self, location, answer);
    }
}

impl fmt::Debug for dyn AnyPacing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pacing(…)")
    }
}
