//! How can a training be watched, paused and stopped in a browser?

mod request;
mod state;

mod server;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::ops::ControlFlow;
use core::sync::atomic::Ordering;

use crate::error::{Error, Result};
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::history::{EpochRecord, History};
use crate::network::Network;
use crate::train::{Callback, StepRecord, TrainingPlan};

use server::Server;
use state::{Epoch, Shared, State, Step};

/// Serves a page that shows a training while it runs, and that can pause and stop it.
///
/// The page has curves of all measures by epoch, the learning rate, the samples per second, and, while it is open, the norm of the
/// gradient of each layer. [`url`](Self::url) is its address. It is served from [`at`](Self::at) until the dashboard is dropped with
/// its trainer, so the curves can still be read when the training has ended.
///
/// A pause holds the training after its current step. A stop ends the epoch at the current step, as [`TimeLimit`](crate::TimeLimit)
/// does: with checkpoints, `Trainer::resume` and `fit` continue with the same bits.
///
/// Only programs on this machine can reach the page. Requests that pages of other sites make a browser send are refused. Every user
/// of this machine can open the page.
///
/// The training has the same bits. A step reads two flags, and only while the page is open does it also compute norms, about once a
/// second.
///
/// # Example
/// ```
/// use typenet::prelude::*;
/// use typenet::train::Dashboard;
///
/// network!(struct Line = Dense<1, 1>);
/// let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]])?;
///
/// // The port 0 is any that is free.
/// let dashboard = Dashboard::at("127.0.0.1:0")?;
/// println!("{}", dashboard.url());
/// Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(20).callback(dashboard).fit(&mut Line::zeroed(), &data)?;
///
/// assert!(Dashboard::at("0.0.0.0:0").is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Debug)]
pub struct Dashboard {
    server: Server,
    shared: Arc<Shared>,
    /// The learning rate of the last step.
    learning_rate: Option<f64>,
}

impl Dashboard {
    /// Starts to serve the page at a loopback address with a port, such as `127.0.0.1:8080`, `[::1]:0` or `localhost:0`. The port 0
    /// is any that is free.
    ///
    /// # Errors
    /// [`Error::AddressUnavailable`] if the address cannot be read, is none of this machine alone, or is in use.
    pub fn at(address: &str) -> Result<Self> {
        let shared = Arc::new(Shared::default());
        let server = Server::start(address, Arc::clone(&shared))
            .map_err(|error| Error::AddressUnavailable { address: address.to_string(), reason: error.to_string() })?;
        Ok(Self { server, shared, learning_rate: None })
    }

    /// Returns the address, with the port that was free.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Returns the address of the page, for a browser.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}/", self.server.address())
    }
}

/// Returns the norm of the gradient of each layer: the length of the norms of its tensors, whose names without the last part are
/// its name.
fn layer_norms<N: Network>(gradient: &Gradient<N>) -> (Vec<String>, Vec<f64>) {
    let (mut layers, mut lengths) = (Vec::<String>::new(), Vec::<f64>::new());
    let tensors = <N as FlatParameters<N::Scalar>>::TENSORS.list();
    // The gradient has changes in place of statistics.
    let learned = tensors.iter().zip(gradient.norms()).filter(|(tensor, _)| !tensor.kind.is_statistic());
    for (_, (tensor, norm)) in learned {
        let layer = tensor.rsplit_once('.').map_or(&tensor[..], |(layer, _)| layer);
        if layers.last().is_none_or(|last| last != layer) {
            layers.push(layer.to_owned());
            lengths.push(0.0);
        }
        if let Some(length) = lengths.last_mut() {
            *length = libm::hypot(*length, norm);
        }
    }
    (layers, lengths)
}

impl<N: Network> Callback<N> for Dashboard {
    const PAUSES: bool = true;

    fn begin(&mut self, _: &N, plan: &TrainingPlan) -> Result<ControlFlow<()>> {
        self.shared.change(|state| {
            *state = State {
                training: state.training + 1,
                is_training: true,
                network: N::NAME,
                measures: plan.measures.iter().map(|measure| measure.name.clone()).collect(),
                planned: (plan.epochs, plan.steps),
                ..State::default()
            };
        });
        Ok(ControlFlow::Continue(()))
    }

    fn step_gradient(&mut self, _: &N, gradient: &Gradient<N>, record: &StepRecord) {
        self.learning_rate = record.learning_rate;
        // A plain load in nearly every step.
        if self.shared.is_asked.load(Ordering::Relaxed) && self.shared.is_asked.swap(false, Ordering::Relaxed) {
            let StepRecord { epoch, step: number, total_steps: total, loss, learning_rate, .. } = *record;
            let (layers, norms) = layer_norms(gradient);
            let mut state = self.shared.state();
            (state.layers, state.step) = (layers, Some(Step { epoch, number, total, loss, learning_rate, norms }));
        }
    }

    fn step_end(&mut self, _: &N, _: &StepRecord) -> ControlFlow<()> {
        if self.shared.waits_to_stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn epoch_end(&mut self, _: &N, record: &EpochRecord) -> ControlFlow<()> {
        let mut state = self.shared.state();
        // A resumed training has epochs that an earlier process performed.
        for past in record.history().epochs().skip(state.epochs.len()) {
            state.epochs.push(Epoch {
                number: past.epoch,
                samples_per_second: past.samples as f64 / past.seconds,
                learning_rate: self.learning_rate.filter(|_| past.epoch == record.epoch),
                measures: past.measures().map(|(_, value)| value).collect(),
            });
        }
        ControlFlow::Continue(())
    }

    fn end(&mut self, _: &mut N, _: &History) {
        self.shared.change(|state| state.is_training = false);
    }
}
