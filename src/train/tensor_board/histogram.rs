//! How are the elements of a tensor distributed?

use alloc::vec;
use alloc::vec::Vec;

use crate::scalar::Scalar;
use crate::train::tensor_board::message::Message;

/// The number of buckets, as in TensorFlow.
const BUCKETS: usize = 30;

/// The counts of values in buckets of the same width, from the smallest value to the largest.
#[derive(Clone, Debug)]
pub(super) struct Histogram {
    smallest: f64,
    largest: f64,
    sum: f64,
    sum_of_squares: f64,
    counts: Vec<u64>,
}

impl Histogram {
    /// Counts the finite values, or returns `None` if there are none. Equal values have one bucket.
    pub(super) fn of<T: Scalar>(values: &[T]) -> Option<Self> {
        let finite = || values.iter().map(|value| value.to_f64()).filter(|value| value.is_finite());
        let (smallest, largest) = finite().fold((f64::INFINITY, f64::NEG_INFINITY), |(smallest, largest), value| {
            (smallest.min(value), largest.max(value))
        });
        if smallest > largest {
            return None;
        }
        let mut counts = vec![0; if smallest < largest { BUCKETS } else { 1 }];
        // Halves, since the difference of two finite values may be infinite.
        let width = largest / 2.0 - smallest / 2.0;
        let (mut sum, mut sum_of_squares, last) = (0.0, 0.0, counts.len() - 1);
        for value in finite() {
            let share = if width > 0.0 { (value / 2.0 - smallest / 2.0) / width } else { 0.0 };
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the number of buckets")]
            let bucket = (share * counts.len() as f64) as usize;
            counts[bucket.min(last)] += 1;
            sum += value;
            sum_of_squares += value * value;
        }
        Some(Self { smallest, largest, sum, sum_of_squares, counts })
    }

    /// Returns the upper end of each bucket. The last one is the largest value.
    fn limits(&self) -> impl Iterator<Item = f64> {
        let Self { smallest, largest, counts, .. } = self;
        let share = |bucket: usize| (bucket + 1) as f64 / counts.len() as f64;
        let inner = (0..counts.len() - 1).map(move |bucket| smallest * (1.0 - share(bucket)) + largest * share(bucket));
        inner.chain([*largest])
    }

    /// Returns the message `HistogramProto`.
    pub(super) fn message(&self) -> Message {
        let counts = || self.counts.iter().map(|&count| count as f64);
        Message::default()
            .double(1, self.smallest)
            .double(2, self.largest)
            .double(3, counts().sum())
            .double(4, self.sum)
            .double(5, self.sum_of_squares)
            .doubles(6, self.limits())
            .doubles(7, counts())
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Histogram;

    #[test]
    fn every_finite_value_is_in_one_bucket() {
        let values: Vec<f64> = (0..=60).map(|index| f64::from(index) / 2.0).chain([f64::NAN, f64::INFINITY]).collect();
        let histogram = Histogram::of(&values).unwrap();
        assert_eq!((histogram.smallest, histogram.largest, histogram.sum), (0.0, 30.0, 915.0));
        // Each has its lower end, and the last one its upper end too.
        assert_eq!(histogram.counts[..], [[2; 29].as_slice(), &[3]].concat());
        let limits: Vec<_> = histogram.limits().collect();
        assert!((limits[0] - 1.0).abs() < 1e-12 && limits[29] == 30.0 && limits.is_sorted());
    }

    #[test]
    fn extreme_and_equal_values_have_buckets() {
        let extreme = Histogram::of(&[-f64::MAX, 0.0, f64::MAX]).unwrap();
        assert_eq!((extreme.counts[0], extreme.counts[15], extreme.counts[29]), (1, 1, 1));
        assert!(extreme.limits().all(f64::is_finite));
        assert_eq!(Histogram::of(&[0.5_f32; 7]).unwrap().counts, [7]);
        // Their half is 0.
        assert_eq!(Histogram::of(&[0.0, f64::from_bits(1)]).unwrap().counts.iter().sum::<u64>(), 2);
        assert!(Histogram::of(&[f64::NAN]).is_none() && Histogram::of::<f32>(&[]).is_none());
    }
}
