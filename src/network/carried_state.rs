//! How does a long sequence go through a network in windows? Each pass begins at the state in which the one before ended.

use alloc::vec;
use alloc::vec::Vec;
use core::mem;

use crate::error::{Error, Result};
use crate::network::Network;
use crate::scalar::Scalar;

/// The state of each sequence of a batch, which is carried from window to window; empty if nothing is carried.
///
/// A forward pass begins at the states before and writes those after, so that the backward pass of the same window still reads the
/// former. The next forward pass takes the latter for the former.
#[derive(Clone, Debug)]
#[cfg_attr(not(feature = "std"), allow(unreachable_pub, reason = "it is in a signature of `train` alone"))]
pub struct CarriedState<T> {
    before: Vec<T>,
    after: Vec<T>,
    sequences: usize,
    /// Whether a pass has written the states after.
    is_written: bool,
}

impl<T: Scalar> CarriedState<T> {
    /// Returns no state: each pass begins and ends its sequences.
    pub(crate) const fn none() -> Self {
        Self { before: Vec::new(), after: Vec::new(), sequences: 0, is_written: false }
    }

    /// Returns the states of a network at the beginning of some sequences. Does not compile for a network that cannot carry them.
    pub(crate) fn of<N: Network<Scalar = T>>(sequences: usize) -> Self {
        let zeros = vec![T::ZERO; sequences * N::CARRIED_LEN];
        Self { before: zeros.clone(), after: zeros, sequences, is_written: false }
    }

    /// Returns to the beginning of the sequences.
    pub(crate) fn restart(&mut self) {
        self.before.fill(T::ZERO);
        self.is_written = false;
    }

    /// Returns the states in which the last windows ended.
    pub(super) fn latest(&self) -> &[T] {
        if self.is_written { &self.after } else { &self.before }
    }

    /// As [`latest`](Self::latest), to replace them.
    pub(super) fn latest_mut(&mut self) -> &mut [T] {
        if mem::take(&mut self.is_written) {
            mem::swap(&mut self.before, &mut self.after);
        }
        &mut self.before
    }

    /// Begins a forward pass over the next window of each sequence.
    pub(super) fn begin(&mut self, windows: usize) -> Result<()> {
        if self.sequences > 0 && self.sequences != windows {
            let (first, second) = ("windows in the batch", "sequences with a carried state");
            return Err(Error::CountMismatch { first, first_count: windows, second, second_count: self.sequences });
        }
        self.next();
        Ok(())
    }

    /// As [`begin`](Self::begin), for as many windows as there are sequences. Returns the states before these windows, and the
    /// memory for those after.
    pub(super) fn next(&mut self) -> (&[T], &mut [T]) {
        self.latest_mut();
        self.is_written = true;
        self.parts()
    }

    /// Forgets the last forward pass, so that the next one goes over the same windows.
    pub(super) fn undo(&mut self) {
        self.is_written = false;
    }

    /// Returns the states before the last windows, and the memory for those after.
    pub(super) fn parts(&mut self) -> (&[T], &mut [T]) {
        (&self.before, &mut self.after)
    }
}
