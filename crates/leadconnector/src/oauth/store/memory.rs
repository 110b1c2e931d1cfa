use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::{Record, TokenStore};
use crate::BoxError;
use crate::oauth::Holder;

/// Tokens in memory, for tests: they are lost with the process, and then every user has to consent again.
#[derive(Debug, Default)]
pub struct MemoryStore(Mutex<HashMap<Holder, Record>>);

impl MemoryStore {
    /// A store without any tokens.
    pub fn new() -> Self {
        Self::default()
    }
}

impl TokenStore for MemoryStore {
    async fn load(&self, holder: &Holder) -> Result<Option<Record>, BoxError> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(holder).cloned())
    }

    async fn compare_and_swap(
        &self,
        holder: &Holder,
        expected: Option<&Record>,
        new: Option<&Record>,
    ) -> Result<bool, BoxError> {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.get(holder).map(Record::revision) != expected.map(Record::revision) {
            return Ok(false);
        }
        match new {
            Some(record) => records.insert(holder.clone(), record.clone()),
            None => records.remove(holder),
        };
        Ok(true)
    }
}
