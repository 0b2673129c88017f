//! How does a closure become a callback?

use core::fmt::{self, Debug};
use core::marker::PhantomData;
use core::ops::ControlFlow;

use crate::history::EpochRecord;
use crate::network::Network;
use crate::train::{Callback, StepRecord};

#[diagnostic::do_not_recommend]
impl<N: Network, F: FnMut(&EpochRecord)> Callback<N> for F {
    const WATCHES_STEPS: bool = false;

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        self(record);
        ControlFlow::Continue(())
    }
}

/// A closure as a callback: see [`on_epoch`].
pub struct OnEpoch<N, F> {
    closure: F,
    network: PhantomData<fn(&N)>,
}

/// Creates a callback from a closure that is called after each epoch, with access to the network, and that can stop the
/// training.
///
/// A closure that reads the network must specify its type: `|network: &Line, record| ..`.
///
/// # Example
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
/// use typenet::train::on_epoch;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .epochs(1000)
///     .callback(on_epoch(|line: &Line, _| match line.predict(&[0.0]) {
///         [y] if y > 0.5 => ControlFlow::Break(()),
///         _ => ControlFlow::Continue(()),
///     }))
///     .callback(on_epoch(|_, record| if record.epoch < 500 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert!(history.len() < 500);
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn on_epoch<N, F>(closure: F) -> OnEpoch<N, F>
where
    F: FnMut(&N, &EpochRecord) -> ControlFlow<()>,
{
    OnEpoch { closure, network: PhantomData }
}

impl<N: Network, F: FnMut(&N, &EpochRecord) -> ControlFlow<()>> Callback<N> for OnEpoch<N, F> {
    const WATCHES_STEPS: bool = false;

    fn epoch_end(&mut self, network: &N, record: &EpochRecord) -> ControlFlow<()> {
        (self.closure)(network, record)
    }
}

impl<N, F> Debug for OnEpoch<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnEpoch(..)")
    }
}

/// A closure as a callback: see [`on_step`].
pub struct OnStep<N, F> {
    closure: F,
    network: PhantomData<fn(&N)>,
}

/// Creates a callback from a closure that is called after each step, with access to the network, and that can stop the
/// training.
///
/// # Example
/// Stops after ten steps, in the middle of the first epoch.
/// ```
/// use core::ops::ControlFlow;
/// use typenet::prelude::*;
/// use typenet::train::on_step;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.5]; 64], vec![[1.0]; 64])?;
/// let history = Trainer::new(MeanSquaredError, Sgd::new(0.1))
///     .batch_size(2)
///     .callback(on_step(|_, record| if record.step == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }))
///     .fit(&mut Line::zeroed(), &data)?;
/// assert_eq!(history.last().map(|record| record.samples), Some(20));
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn on_step<N, F>(closure: F) -> OnStep<N, F>
where
    F: FnMut(&N, &StepRecord) -> ControlFlow<()>,
{
    OnStep { closure, network: PhantomData }
}

impl<N: Network, F: FnMut(&N, &StepRecord) -> ControlFlow<()>> Callback<N> for OnStep<N, F> {
    fn step_end(&mut self, network: &N, record: &StepRecord) -> ControlFlow<()> {
        (self.closure)(network, record)
    }
}

impl<N, F> Debug for OnStep<N, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnStep(..)")
    }
}
