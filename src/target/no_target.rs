//! Samples without targets.

use core::iter;

use crate::scalar::Scalar;
use crate::target::Target;

/// No target: a `Dataset<X, NoTarget>` has samples for which a network predicts, such as those of a competition or of a sensor.
///
/// [`Dataset::of_inputs`](crate::Dataset::of_inputs) and [`of_rows`](crate::Dataset::of_rows) create it, and files of tables are read
/// with it as the kind of target. Scalers transform it as any data set. No loss compares with it, so training does not compile.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[10.0], [30.0]], vec![[1.0], [3.0]])?;
/// let scaler = Standardizer::fit(data.inputs());
///
/// let new: Dataset<Vector<1>, NoTarget> = Dataset::of_inputs(vec![[20.0], [40.0], [50.0]])?;
/// let new = scaler.transform(new);
/// assert_eq!(new.inputs(), [[0.0], [2.0], [3.0]]);
/// assert_eq!(Line::zeroed().predict_batch(new.inputs()).len(), 3);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NoTarget;

impl Target for NoTarget {
    type Value<T: Scalar> = ();

    fn elements<T: Scalar>((): &()) -> impl Iterator<Item = (usize, T)> {
        iter::empty()
    }
}
