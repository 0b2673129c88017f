//! What comes from outside and is wrong is an error in words, and leaves everything usable.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::bits::{self, hash_of};
use crate::support::samples;
use typenet::kernel::Path;
use typenet::prelude::*;
use typenet::{Error, Optimizer, Result};

network! {
    struct Classifier {
        hidden: Dense<3, 8>,
        Tanh,
        output: Dense<8, 4>,
        Softmax,
    }
}
network!(struct Other = Dense<3, 4>, Softmax);

/// A network, and all that a step of it needs.
struct Bench {
    network: Box<Classifier>,
    workspace: Workspace<'static, Classifier>,
    gradient: Box<Gradient<Classifier>>,
    inputs: Vec<[f32; 3]>,
    targets: Vec<Class<4>>,
}

const PASS: Pass = Pass::training(0, 0);

impl Bench {
    fn new() -> Self {
        Self {
            network: Classifier::init(&mut typenet::rng(1)),
            workspace: Workspace::new(),
            gradient: Gradient::zeroed(),
            inputs: samples::normal::<Vector<3>, f32>(400, 1),
            targets: samples::classes(400),
        }
    }

    fn loss_of(&mut self, inputs: usize, targets: usize) -> Result<f32> {
        let (inputs, targets) = (&self.inputs[..inputs], &self.targets[..targets]);
        self.network.gradient(inputs, targets, &Nll, &PASS, &mut self.workspace, &mut self.gradient)
    }

    fn forward(&mut self, inputs: usize) -> Result<usize> {
        self.network.forward(&self.inputs[..inputs], &PASS, &mut self.workspace).map(<[_]>::len)
    }

    fn backward(&mut self, inputs: usize, gradients: usize) -> Result<()> {
        let (inputs, gradients) = (&self.inputs[..inputs], vec![[0.25; 4]; gradients]);
        self.network.backward(inputs, &gradients, &PASS, &mut self.workspace, &mut self.gradient)
    }

    fn hash(&self) -> (u64, u64) {
        (hash_of(&*self.network), bits::hash(self.gradient.parameters()))
    }

    /// The error says this, nothing has changed, and the next call works.
    #[track_caller]
    fn refuses<R: std::fmt::Debug>(&mut self, call: impl FnOnce(&mut Self) -> Result<R>, message: &str) {
        let before = self.hash();
        assert_eq!(call(self).unwrap_err().to_string(), message);
        assert_eq!(self.hash(), before, "after: {message}");
        let good = self.loss_of(10, 10).unwrap();
        let fresh = Self::new().loss_of(10, 10).unwrap();
        assert!(good.to_bits() == fresh.to_bits(), "after: {message}");
        assert!(self.network.predict(&[1.0; 3]).iter().all(|p| p.is_finite()));
    }
}

#[test]
fn an_empty_batch_has_no_gradient() {
    let mut bench = Bench::new();
    bench.refuses(|bench| bench.loss_of(0, 0), "the batch is empty: it needs at least one sample");
}

#[test]
fn a_batch_needs_a_target_per_input() {
    let mut bench = Bench::new();
    bench.refuses(|bench| bench.loss_of(5, 4), "there are 5 inputs but 4 targets");
    bench.refuses(|bench| bench.loss_of(0, 1), "there are 0 inputs but 1 targets");
    bench.refuses(|bench| bench.loss_of(300, 301), "there are 300 inputs but 301 targets");
}

#[test]
fn an_empty_batch_has_no_predictions_and_is_no_error_there() {
    let mut bench = Bench::new();
    assert!(bench.network.predict_batch(&[]).is_empty());
    assert_eq!(bench.forward(0), Ok(0));
    assert_eq!(bench.backward(0, 0), Ok(()));
    assert!(bench.gradient.parameters().iter().all(|&g| g == 0.0), "the gradient of nothing is zero");
}

#[test]
fn forward_takes_no_more_samples_than_the_workspace_holds() {
    let mut bench = Bench::new();
    let limit = bench.workspace.samples();
    assert_eq!(limit, Classifier::TILE);
    bench.refuses(
        |bench| bench.forward(129),
        "129 samples do not fit into a workspace for 128 samples: create one with `Workspace::for_samples(129)`",
    );
    assert_eq!(bench.forward(limit), Ok(limit));
    // What the message says helps.
    bench.workspace = Workspace::for_samples(129);
    assert_eq!(bench.forward(129), Ok(129));
    assert_eq!(bench.backward(129, 129), Ok(()));
    assert_eq!(bench.forward(130).unwrap_err(), Error::TooManySamples { samples: 130, limit: 129 });
}

#[test]
fn backward_wants_the_forward_of_the_same_samples_before_it() {
    let mut bench = Bench::new();
    bench.refuses(
        |bench| bench.backward(5, 5),
        "`backward` was called with 5 samples, but the last `forward` call with this workspace had 0",
    );
    bench.refuses(
        |bench| bench.forward(6).and_then(|_| bench.backward(5, 5)),
        "`backward` was called with 5 samples, but the last `forward` call with this workspace had 6",
    );
    bench.refuses(
        |bench| bench.forward(5).and_then(|_| bench.backward(5, 4)),
        "there are 5 inputs but 4 gradients with respect to the logits",
    );
    // Whatever else used the workspace has overwritten what `forward` left.
    bench.refuses(
        |bench| {
            bench.forward(5)?;
            let data = Dataset::<Vector<3>, Class<4>>::new(vec![[0.0; 3]], samples::classes(1))?;
            let _ = bench.network.evaluate_with(&data, &Nll, &mut bench.workspace);
            bench.backward(5, 5)
        },
        "`backward` was called with 5 samples, but the last `forward` call with this workspace had 0",
    );
}

#[test]
fn a_forward_that_was_refused_leaves_no_trace_of_the_one_before() {
    let mut bench = Bench::new();
    bench.forward(5).unwrap();
    bench.forward(200).unwrap_err();
    // The workspace still holds the pass of five samples: the refused call wrote nothing.
    let count = bench.backward(5, 5);
    let once = bench.hash().1;
    let mut fresh = Bench::new();
    fresh.forward(5).unwrap();
    fresh.backward(5, 5).unwrap();
    assert_eq!((count, once), (Ok(()), fresh.hash().1));
}

/// Sums of ten products of numbers around 1, in another order.
const SUM_TOLERANCE: f32 = 1e-5;

#[test]
fn backward_adds_to_the_gradient() {
    let mut bench = Bench::new();
    bench.forward(5).unwrap();
    bench.backward(5, 5).unwrap();
    let once = bench.gradient.parameters().to_vec();
    bench.forward(5).unwrap();
    bench.backward(5, 5).unwrap();
    let doubled =
        bench.gradient.parameters().iter().zip(&once).all(|(&two, &one)| (two - 2.0 * one).abs() < SUM_TOLERANCE);
    assert!(doubled && once.iter().any(|&g| g.abs() > 0.1));
}

#[test]
fn lent_memory_must_be_long_enough() {
    let needed = Classifier::WORKSPACE_LEN;
    let mut memory = vec![0.0; needed];
    let error = Workspace::<Classifier>::over(&mut memory[1..]).unwrap_err();
    assert_eq!(error, Error::WorkspaceTooSmall { length: needed - 1, needed });
    assert_eq!(
        error.to_string(),
        format!("the slice for the workspace has length {}, but a length of {needed} is required", needed - 1)
    );
    assert!(Workspace::<Classifier>::over(&mut []).is_err());
    let mut bench = Bench::new();
    let expected = bench.loss_of(10, 10).unwrap();
    let mut lent = Workspace::<Classifier>::over(&mut memory).unwrap();
    assert_eq!(lent.samples(), Classifier::TILE);
    let (inputs, targets) = (&bench.inputs[..10], &bench.targets[..10]);
    let loss = bench.network.gradient(inputs, targets, &Nll, &PASS, &mut lent, &mut bench.gradient).unwrap();
    assert!(loss.to_bits() == expected.to_bits());
}

#[test]
fn the_state_of_an_optimizer_belongs_to_one_network() {
    for optimizer in [Sgd::new(0.1), Sgd::new(0.1).momentum(0.9)] {
        let mut bench = Bench::new();
        bench.loss_of(10, 10).unwrap();
        let mut optimizer = optimizer.state();
        optimizer.step(&mut *bench.network, &*bench.gradient).unwrap();
        let mut other = Other::init(&mut typenet::rng(1));
        let before = hash_of(&*other);
        let error = optimizer.step(&mut *other, &*Gradient::<Other>::zeroed()).unwrap_err();
        assert_eq!(error, Error::ParameterCount { expected: Classifier::PARAMETERS, given: Other::PARAMETERS });
        assert_eq!(
            error.to_string(),
            "the optimizer holds state for 68 parameters, but was given 16 parameters: call `reset` first"
        );
        assert_eq!((hash_of(&*other), optimizer.steps()), (before, 1));
        optimizer.step(&mut *bench.network, &*bench.gradient).unwrap();
        optimizer.reset();
        assert_eq!(optimizer.steps(), 0);
        optimizer.step(&mut *other, &*Gradient::<Other>::zeroed()).unwrap();
    }
}

#[test]
fn a_trainer_that_has_learned_one_network_refuses_another_until_it_is_reset() {
    let bench = Bench::new();
    let data = Dataset::<Vector<3>, Class<4>>::new(bench.inputs, bench.targets).unwrap();
    let (mut network, mut other) = (bench.network, Other::init(&mut typenet::rng(1)));
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1));
    trainer.fit(&mut network, &data).unwrap();
    let before = hash_of(&*other);
    let error = trainer.fit(&mut other, &data).unwrap_err();
    assert_eq!(error, Error::ParameterCount { expected: 68, given: 16 });
    assert_eq!(hash_of(&*other), before);
    trainer.reset();
    trainer.fit(&mut other, &data).unwrap();
}

#[test]
fn a_gradient_on_slices_has_a_number_per_parameter() {
    let mut optimizer = Sgd::new(0.5).momentum(0.5).state();
    let mut parameters = [1.0_f64, 2.0];
    let error = optimizer.step_slice(&mut parameters, &[1.0]).unwrap_err();
    assert_eq!(error.to_string(), "there are 2 parameters but 1 gradients");
    assert_eq!((parameters, optimizer.steps()), ([1.0, 2.0], 0));
    let error = optimizer.step_slice(&mut parameters, &[1.0, f64::NAN]).unwrap_err();
    assert!(error.to_string().starts_with("the gradient of `parameters` is not finite at step 0"), "{error}");
    optimizer.step_slice(&mut parameters, &[2.0, 4.0]).unwrap();
    assert_eq!(parameters, [0.0, 0.0]);
    assert_eq!(optimizer.step_slice(&mut [], &[]).unwrap_err(), Error::ParameterCount { expected: 2, given: 0 });
}

#[test]
fn a_block_of_no_parameters_can_make_steps() {
    let mut optimizer = Sgd::new(0.5).momentum(0.5).state::<f32>();
    assert_eq!(optimizer.step_slice(&mut [], &[]), Ok(()));
    assert_eq!(optimizer.steps(), 1);
}

#[test]
fn a_batch_size_of_zero_is_refused() {
    let bench = Bench::new();
    let data = Dataset::<Vector<3>, Class<4>>::new(bench.inputs, bench.targets).unwrap();
    let mut network = bench.network;
    let before = hash_of(&*network);
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).batch_size(0);
    let error = trainer.fit(&mut network, &data).unwrap_err();
    assert!(matches!(error, Error::Setting { name: "batch size", .. }));
    assert_eq!(error.to_string(), "the batch size is 0, but must be at least 1");
    assert_eq!(hash_of(&*network), before);
    trainer.batch_size(1).fit(&mut network, &data).unwrap();
    assert_eq!(data.batches(0).err().unwrap().to_string(), "the batch size is 0, but must be at least 1");
}

#[test]
fn a_batch_size_above_the_number_of_samples_is_the_whole_data_set() {
    let bench = Bench::new();
    let data = Dataset::<Vector<3>, Class<4>>::new(bench.inputs, bench.targets).unwrap();
    let run = |batch_size| {
        let mut network = bench.network.clone();
        let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).epochs(2).batch_size(batch_size);
        trainer.fit(&mut network, &data).unwrap();
        (hash_of(&*network), trainer.optimizer().steps())
    };
    assert_eq!(run(data.len()), run(usize::MAX));
    assert_eq!(run(usize::MAX).1, 2);
}

#[test]
fn no_epochs_are_a_run_of_no_steps() {
    let bench = Bench::new();
    let data = Dataset::<Vector<3>, Class<4>>::new(bench.inputs, bench.targets).unwrap();
    let mut network = bench.network.clone();
    let history = Trainer::new(Nll, Sgd::new(0.1)).epochs(0).fit(&mut network, &data).unwrap();
    assert!(history.is_empty() && history.final_loss().is_none());
    assert_eq!(history.to_string(), format!("seed 0, {:?}", Path::chosen()));
    assert_eq!(hash_of(&*network), hash_of(&*bench.network));
}

/// "Until the callback says stop".
#[test]
fn a_number_of_epochs_without_end_is_no_reason_to_panic() {
    struct Once;
    impl<N: Network> Callback<N> for Once {
        fn epoch_end(&mut self, _: &N, _: &typenet::EpochRecord) -> std::ops::ControlFlow<()> {
            std::ops::ControlFlow::Break(())
        }
    }
    let bench = Bench::new();
    let data = Dataset::<Vector<3>, Class<4>>::new(bench.inputs, bench.targets).unwrap();
    let mut network = bench.network;
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).epochs(usize::MAX).callback(Once);
    assert_eq!(trainer.fit(&mut network, &data).unwrap().len(), 1);
}

type Labelled = Dataset<Vector<2>, Class<3>>;

#[test]
fn classes_and_data_sets_are_checked_where_they_are_made() {
    assert_eq!(Class::<4>::new(4).unwrap_err().to_string(), "label 4 is out of range: there are 4 classes, 0 to 3");
    let message = |result: Result<Labelled>| result.unwrap_err().to_string();
    let rows = [[1.0_f32, 2.0], [3.0, 4.0]];
    assert_eq!(
        message(Labelled::labelled(rows, [0, 7])),
        "label 7 of sample 1 is out of range: there are 3 classes, 0 to 2"
    );
    assert_eq!(message(Labelled::labelled(rows, [0])), "there are 2 inputs but 1 targets");
    assert_eq!(message(Labelled::new(vec![], vec![])), "the data set is empty: it needs at least one sample");
    assert_eq!(
        message(Labelled::labelled([[1.0_f32].as_slice()], [0])),
        "input 0 has length 1, but its shape requires length 2"
    );
    assert_eq!(
        message(Labelled::labelled([[1.0, f32::NEG_INFINITY]], [0])),
        "input 0 holds -inf at position 1: data must be finite"
    );
}
