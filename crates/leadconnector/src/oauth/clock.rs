//! What time it is.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A moment by both clocks: one that no setting of the time of day moves, and one that means the same after a restart and on another
/// machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) steady: Instant,
    /// Seconds since 1970.
    pub(super) unix: u64,
}

/// The clocks of the machine; in a test, as far ahead as it says.
#[derive(Clone, Debug, Default)]
pub(super) struct Clock {
    #[cfg(test)]
    pub(super) ahead: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Clock {
    pub(super) fn now(&self) -> Now {
        let ahead = Duration::from_secs(self.ahead());
        // Before 1970 it is 0: the clock has not been set.
        let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + ahead;
        let steady = Instant::now();
        Now { steady: steady.checked_add(ahead).unwrap_or(steady), unix: unix.as_secs() }
    }

    #[cfg(test)]
    fn ahead(&self) -> u64 {
        self.ahead.load(std::sync::atomic::Ordering::Relaxed)
    }

    #[cfg(not(test))]
    fn ahead(&self) -> u64 {
        0
    }
}
