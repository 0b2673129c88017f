//! What is told to the subscribers of the crate `tracing`?
//!
//! A call of `fit` is the span `fit`, and each epoch in it the span `epoch`. An event at the end of an epoch has its record. The names of
//! fields are fixed, and those of measures are not, so all measures are in one field, as `name=value`.

use alloc::string::String;
use core::fmt::Write;

use tracing::span::EnteredSpan;
use tracing::{error, info, info_span};

use crate::error::Error;
use crate::history::EpochRecord;
use crate::network::Network;

/// The target of spans and events, by which subscribers filter.
const TARGET: &str = "typenet::train";

/// Enters the span of a call of `fit`.
pub(super) fn fit<N: Network>(epochs: usize, batch_size: usize, seed: u64) -> EnteredSpan {
    let (network, parameters) = (N::NAME, N::PARAMETERS);
    info_span!(target: TARGET, "fit", network, parameters, epochs, batch_size, seed).entered()
}

/// Enters the span of an epoch.
pub(super) fn epoch(epoch: usize) -> EnteredSpan {
    info_span!(target: TARGET, "epoch", epoch).entered()
}

/// Tells the record of an epoch.
pub(super) fn record(record: &EpochRecord) {
    if !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
        return;
    }
    let EpochRecord { epoch, loss, samples, seconds, .. } = *record;
    let mut measures = String::new();
    for (name, value) in record.measures() {
        // Writing to a string cannot fail.
        let _ = write!(measures, "{}{name}={value}", if measures.is_empty() { "" } else { " " });
    }
    info!(target: TARGET, epoch, loss, samples, seconds, %measures, "epoch");
}

/// Tells the error that ended a call of `fit`.
pub(super) fn failed(error: &Error) {
    error!(target: TARGET, %error, "training failed");
}
