//! How fast is the training, and how long will the rest of it take?

use core::time::Duration;
use std::time::Instant;

/// The progress of this process and its times. Positions count steps, or epochs, from the beginning of training.
///
/// The work of an earlier process, before training was resumed, took no time in this process, so it counts neither as work nor
/// as time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    begin: (Instant, usize),
    last: (Instant, usize),
}

impl Pace {
    /// Creates the pace of a process that begins at `position`.
    pub(super) fn new(now: Instant, position: usize) -> Self {
        Self { begin: (now, position), last: (now, position) }
    }

    /// Records a position, if it is new.
    pub(super) fn record(&mut self, now: Instant, position: usize) {
        if position > self.last.1 {
            self.last = (now, position);
        }
    }

    /// Estimates the time until the position `end` from the mean duration so far. Returns `None` before the first position
    /// after the beginning, when there is no estimate.
    pub(super) fn left(&self, now: Instant, end: usize) -> Option<Duration> {
        let ((begin, first), (last, position)) = (self.begin, self.last);
        if position == first {
            return None;
        }
        let one = last.duration_since(begin).as_secs_f64() / (position - first) as f64;
        // A time that exceeds the range of `Duration` is unknown, too.
        let left = Duration::try_from_secs_f64(one * end.saturating_sub(position) as f64).ok()?;
        Some(left.saturating_sub(now.duration_since(last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_an_earlier_process_did_counts_neither_as_work_nor_as_time() {
        let begin = Instant::now();
        for before in [0, 1_000_000] {
            let mut pace = Pace::new(begin, before);
            pace.record(begin + 30 * SECOND, before + 10);
            assert_eq!(pace.left(begin + 30 * SECOND, before + 30), Some(60 * SECOND));
        }
    }

    #[test]
    fn there_is_no_estimate_before_the_first_step() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin, 5);
        assert_eq!(pace.left(begin + SECOND, 10), None);
        pace.record(begin + SECOND, 5);
        assert_eq!(pace.left(begin + SECOND, 10), None);
        pace.record(begin + SECOND, 6);
        assert_eq!(pace.left(begin + SECOND, 10), Some(4 * SECOND));
    }

    #[test]
    fn the_remaining_time_decreases_during_a_long_epoch() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin, 0);
        pace.record(begin + 60 * SECOND, 1);
        let left = |seconds: u32| pace.left(begin + (60 + seconds) * SECOND, 3);
        assert_eq!([0, 30, 120, 121].map(left), [120, 90, 0, 0].map(|seconds| Some(seconds * SECOND)));
    }

    #[test]
    fn training_past_its_end_has_no_time_left_and_an_overflow_has_no_estimate() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin, 0);
        pace.record(begin + SECOND, 3);
        assert_eq!(pace.left(begin + SECOND, 2), Some(Duration::ZERO));
        assert_eq!(
            Pace { begin: (begin, 0), last: (begin + Duration::from_secs(1 << 20), 1) }
                .left(begin + Duration::from_secs(1 << 20), usize::MAX),
            None
        );
    }
}
