//! How fast is the training, and how long will the rest of it take?

use core::time::Duration;
use std::time::Instant;

/// What this process has done since it began, and when. Positions count steps, or epochs, from the begin of training.
///
/// What an earlier process did before training was resumed has taken none of this process's time, so it counts neither as work
/// done nor as time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    begin: (Instant, usize),
    last: (Instant, usize),
}

impl Pace {
    /// That of a process that begins at a position.
    pub(super) fn new(now: Instant, position: usize) -> Self {
        Self { begin: (now, position), last: (now, position) }
    }

    /// Takes note of a position, where it is a new one.
    pub(super) fn record(&mut self, now: Instant, position: usize) {
        if position > self.last.1 {
            self.last = (now, position);
        }
    }

    /// The time until a position is reached, if everything takes as long as it has on average: nothing before the first
    /// position after the begin, when nobody knows.
    pub(super) fn left(&self, now: Instant, end: usize) -> Option<Duration> {
        let ((begin, first), (last, position)) = (self.begin, self.last);
        if position == first {
            return None;
        }
        let one = last.duration_since(begin).as_secs_f64() / (position - first) as f64;
        // More time than a `Duration` holds is unknown, too.
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
    fn nobody_knows_before_the_first_step() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin, 5);
        assert_eq!(pace.left(begin + SECOND, 10), None);
        pace.record(begin + SECOND, 5);
        assert_eq!(pace.left(begin + SECOND, 10), None);
        pace.record(begin + SECOND, 6);
        assert_eq!(pace.left(begin + SECOND, 10), Some(4 * SECOND));
    }

    #[test]
    fn time_runs_down_while_a_long_epoch_goes_on() {
        let begin = Instant::now();
        let mut pace = Pace::new(begin, 0);
        pace.record(begin + 60 * SECOND, 1);
        let left = |seconds: u32| pace.left(begin + (60 + seconds) * SECOND, 3);
        assert_eq!([0, 30, 120, 121].map(left), [120, 90, 0, 0].map(|seconds| Some(seconds * SECOND)));
    }

    #[test]
    fn a_run_that_is_over_or_takes_for_ever_has_a_time_too() {
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
