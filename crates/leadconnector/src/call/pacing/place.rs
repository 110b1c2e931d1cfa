//! The place of one request in the budget, from before it is sent until it has ended.

use std::mem::ManuallyDrop;

use super::{AnyPacing, BudgetAnswer, PacingError};
use crate::LocationId;

/// A place in the budget. It is released with what an answer says, or else when it is dropped.
pub(crate) struct Place<'a> {
    pacing: &'a dyn AnyPacing,
    location: &'a LocationId,
}

impl<'a> Place<'a> {
    pub(crate) async fn acquire(pacing: &'a dyn AnyPacing, location: &'a LocationId) -> Result<Self, PacingError> {
        pacing.take_place(location).await?;
        Ok(Self { pacing, location })
    }

    pub(crate) fn answered(self, answer: BudgetAnswer<'_>) {
        let place = ManuallyDrop::new(self);
        place.pacing.give_back(place.location, Some(answer));
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.pacing.give_back(self.location, None);
    }
}
