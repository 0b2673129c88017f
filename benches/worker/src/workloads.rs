//! Which workloads are there?
//!
//! A: one sample through a network. B: one step of training, forward, mean negative log likelihood, backward, gradient
//! descent with momentum. C: one step of Adam. D: one step of training a convolutional network. S: steps of training over a
//! range of batch sizes and of widths.

use std::hint::black_box;

use typenet::prelude::*;
use typenet::{Predict, Scalar, random};

use crate::networks::{Deep784, LeNet, Net4, Net64, Net784, Normalized, Residuals, Separable, Wide};

/// Runs the given number of steps.
pub(crate) type Steps = Box<dyn FnMut(usize) + Send>;

/// A workload with its name, such as `B2/typenet`.
pub(crate) struct Workload {
    pub(crate) name: String,
    /// Creates the network and its data.
    pub(crate) make: Box<dyn Fn() -> Steps>,
}

impl Workload {
    fn new(key: &str, make: impl Fn() -> Steps + 'static) -> Self {
        Self { name: format!("{key}/typenet"), make: Box::new(make) }
    }
}

/// Returns every workload, those of the tables first.
pub(crate) fn all() -> Vec<Workload> {
    let mut all = vec![
        Workload::new("A1", prediction::<Net4>),
        Workload::new("A2", prediction::<Net64>),
        Workload::new("A3", prediction::<Net784>),
        Workload::new("A4", prediction::<Deep784>),
        Workload::new("A5", prediction::<LeNet>),
        Workload::new("B1", || training::<Net64, 10>(32)),
        Workload::new("B2", || training::<Net784, 10>(32)),
        Workload::new("B3", || training::<Net784, 10>(64)),
        Workload::new("B4", || training::<Net784, 10>(256)),
        Workload::new("B5", || training::<Deep784, 10>(128)),
        Workload::new("C1", adam),
        Workload::new("D1", || training::<LeNet, 10>(64)),
        Workload::new("D2", || training::<LeNet, 10>(2048)),
        Workload::new("H1", || training::<Separable, 10>(64)),
        Workload::new("H2", || training::<Residuals, 10>(64)),
        Workload::new("H3", || training::<Normalized, 10>(64)),
    ];
    let batches = [1, 2, 4, 7, 8, 16, 32, 33, 64, 100, 128, 256, 512, 1024, 2048, 4096];
    all.extend(batches.map(|batch| Workload::new(&format!("S-batch-{batch}"), move || training::<Net784, 10>(batch))));
    all.extend([
        width::<8>(),
        width::<16>(),
        width::<32>(),
        width::<64>(),
        width::<128>(),
        width::<256>(),
        width::<512>(),
        width::<1024>(),
        width::<2048>(),
        width::<4096>(),
    ]);
    all
}

fn width<const W: usize>() -> Workload {
    Workload::new(&format!("S-width-{W}"), || training::<Wide<W>, 10>(64))
}

/// Fills `values` with normally distributed values of this standard deviation.
fn noise(seed: u64, deviation: f64, values: &mut [f32]) {
    let mut rng = typenet::rng(seed);
    values.fill_with(|| Scalar::from_f64(deviation * random::normal(&mut rng)));
}

fn samples<S: Shape>(count: usize) -> Vec<S::Array<f32>> {
    let mut samples = vec![S::zero(); count];
    noise(5, 1.0, S::flat_batch_mut(&mut samples));
    samples
}

fn prediction<N: Network<Scalar = f32> + Send + 'static>() -> Steps
where
    <N::Input as Shape>::Array<f32>: Send,
{
    let network = N::init(&mut typenet::rng(1));
    let input = samples::<N::Input>(1);
    Box::new(move |steps| {
        for _ in 0..steps {
            black_box(Predict::predict(&*network, black_box(&input[0])));
        }
    })
}

fn training<N, const K: usize>(batch: usize) -> Steps
where
    N: Network<Scalar = f32, Output = Probabilities<K>> + Send + 'static,
{
    let mut rng = typenet::rng(6);
    let mut network = N::init(&mut rng);
    let inputs = samples::<N::Input>(batch);
    let targets: Vec<Class<K>> = (0..batch).filter_map(|_| Class::new(random::below(&mut rng, K)).ok()).collect();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let mut optimizer = Sgd::new(0.01).momentum(0.9).state();
    Box::new(move |steps| {
        for _ in 0..steps {
            let pass = Pass::training(0, optimizer.steps());
            let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient);
            black_box(loss.expect("small steps on few samples do not diverge"));
            optimizer.step(&mut *network, &*gradient).expect("gradients were finite, or the loss had not been");
        }
    })
}

/// The number of parameters of 784-512-512-10.
const ADAM_PARAMETERS: usize = 669_706;

fn adam() -> Steps {
    let [mut parameters, mut gradient] = [(); 2].map(|()| vec![0.0_f32; ADAM_PARAMETERS]);
    noise(3, 0.1, &mut parameters);
    noise(4, 1e-3, &mut gradient);
    let mut optimizer = Adam::new(1e-3).state();
    Box::new(move |steps| {
        for _ in 0..steps {
            optimizer.step_slice(&mut parameters, black_box(&gradient)).expect("the gradient is finite and small");
        }
    })
}
