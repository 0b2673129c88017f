//! Batch normalization: the same gradient for any tiles and threads, what a step does to running statistics, and wrong batches.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::samples::normal;
use typenet::Error;
use typenet::dataset::Batches;
use typenet::prelude::*;
use typenet::tensor::TensorKind;

/// Networks that differ only in their tiles.
macro_rules! tiled {
    ($($name:ident $tile:literal)*) => {
        $(network! {
            #[tile($tile)]
            struct $name (Image<2, 3, 4>) = conv: Conv2d<_, 3, 2>, norm: BatchNorm(momentum = 0.3), Tanh,
                block: Residual { BatchNorm(1e-3, momentum = 0.5), Conv2d<_, 3, 1>, Silu },
                twice: Repeat<2> { BatchNorm, Gelu },
                Parallel { a: { Conv2d<_, 2, 1>, BatchNorm }, b: { BatchNorm, Sigmoid }, c: {} },
                Flatten, Dense<_, 4>, last: BatchNorm, Dense<4, 2>
        })*
    };
}

tiled!(Whole 64 Three 3 Single 1);

const SAMPLES: usize = 37;

type Inputs = Vec<[[[f64; 4]; 3]; 2]>;

fn batch() -> (Inputs, Vec<[f64; 2]>) {
    let mut inputs = normal::<Image<2, 3, 4>, f64>(SAMPLES, 5);
    // Far from 0, where sums of squares would cancel.
    inputs.iter_mut().flatten().flatten().flatten().for_each(|x| *x += 50.0);
    (inputs, normal::<Vector<2>, f64>(SAMPLES, 6))
}

fn gradient<N>(seed: u64) -> (f64, Vec<f64>)
where
    N: Network<Scalar = f64, Input = Image<2, 3, 4>, Output = Vector<2>>,
{
    let (inputs, targets) = batch();
    let (network, mut gradient) = (N::init(&mut typenet::rng(seed)), Gradient::zeroed());
    let (pass, mut workspace) = (Pass::training(37, 0), Workspace::new());
    let loss = network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    // A second batch, smaller and then again as large, finds memory that is in use.
    network.gradient(&inputs[3..9], &targets[3..9], &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    let again = network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    assert_eq!(again.to_bits(), loss.to_bits());
    (loss, gradient.parameters().to_vec())
}

#[test]
fn tiles_change_only_the_rounding() {
    let (loss, whole) = gradient::<Whole<f64>>(37);
    for (other_loss, other) in [gradient::<Three<f64>>(37), gradient::<Single<f64>>(37)] {
        assert!((other_loss - loss).abs() < 1e-13 * loss, "{other_loss} and {loss}");
        let norm = whole.iter().map(|g| g * g).sum::<f64>().sqrt();
        let apart = whole.iter().zip(&other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt();
        assert!(apart < 1e-12 * norm, "{apart:e} of {norm:e}");
    }
}

#[test]
fn forward_and_backward_treat_their_samples_as_one_batch() {
    let (inputs, targets) = batch();
    let (network, pass) = (Three::<f64>::init(&mut typenet::rng(37)), Pass::training(37, 0));
    let mut workspace = Workspace::for_samples(SAMPLES);
    let outputs = network.forward(&inputs, &pass, &mut workspace).unwrap().to_vec();
    let grad: Vec<[f64; 2]> =
        outputs.iter().zip(&targets).map(|(y, t)| core::array::from_fn(|i| (y[i] - t[i]) / SAMPLES as f64)).collect();
    let mut gradient = Gradient::<Three<f64>>::zeroed();
    network.backward(&inputs, &grad, &pass, &mut workspace, &mut gradient).unwrap();
    let (_, whole) = self::gradient::<Whole<f64>>(37);
    for (index, (a, b)) in gradient.parameters().iter().zip(&whole).enumerate() {
        assert!((a - b).abs() < 1e-11 * (1.0 + b.abs()), "{index}: {a} and {b}");
    }
}

network!(struct Only (Vector<2>) = norm: BatchNorm(momentum = 0.25));

#[test]
fn a_step_moves_the_running_statistics_toward_those_of_the_batch() {
    let mut network = Only::<f64>::init(&mut typenet::rng(37));
    assert_eq!(network.norm.running_var.as_slice(), [1.0, 1.0]);
    // Means 3 and -1, variances of the population 4 and 16.
    let inputs = [[1.0, -5.0], [3.0, -1.0], [5.0, 3.0]];
    let mut gradient = Gradient::zeroed();
    let (pass, mut workspace) = (Pass::training(37, 0), Workspace::new());
    network.gradient(&inputs, &[[0.0; 2]; 3], &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    assert_eq!(network.norm.running_mean.as_slice(), [0.0, 0.0], "a gradient changes nothing yet");
    assert_eq!(gradient.norm.running_mean.as_slice(), [0.75, -0.25]);
    let mut optimizer = Sgd::new(1e-30).state();
    optimizer.step(&mut *network, &*gradient).unwrap();
    assert_eq!(network.norm.running_mean.as_slice(), [0.75, -0.25]);
    let expected = [0.75 + 0.25 * 4.0, 0.75 + 0.25 * 16.0];
    for (variance, expected) in network.norm.running_var.iter().zip(expected) {
        assert!((variance - expected).abs() < 1e-12, "{variance} and {expected}");
    }
    // A prediction uses them.
    let [first, _] = network.predict(&[2.75, 0.0]);
    assert!((first - 2.0 / (expected[0] + 1e-5).sqrt()).abs() < 1e-12);
}

#[test]
fn a_prediction_does_not_depend_on_other_samples() {
    let inputs = normal::<Image<2, 3, 4>, f32>(SAMPLES, 5);
    let mut network = Three::init(&mut typenet::rng(37));
    let (data, mut gradient) = (normal::<Vector<2>, f32>(SAMPLES, 6), Gradient::zeroed());
    let mut optimizer = Adam::new(0.01).state();
    for step in 0..3 {
        let pass = Pass::training(37, step);
        network.gradient(&inputs, &data, &MeanSquaredError, &pass, &mut Workspace::new(), &mut gradient).unwrap();
        optimizer.step(&mut *network, &*gradient).unwrap();
    }
    let single: Vec<_> = inputs.iter().map(|input| network.predict(input)).collect();
    assert_eq!(network.predict_batch(&inputs), single);
    assert_eq!(inputs.iter().map(|input| network.logits(input)).collect::<Vec<_>>(), single);
    let mut workspace = Workspace::for_samples(SAMPLES);
    assert_eq!(network.forward(&inputs, &Pass::inference(), &mut workspace).unwrap(), single);
    // In training it does.
    let alone = network.forward(&inputs[..2], &Pass::training(0, 0), &mut workspace).unwrap()[0];
    let together = network.forward(&inputs, &Pass::training(0, 0), &mut workspace).unwrap()[0];
    assert_ne!(alone, together);
}

#[test]
fn the_gradient_of_an_input_in_inference_is_that_of_the_prediction() {
    let mut network = Only::<f64>::init(&mut typenet::rng(37));
    (network.norm.weight[0], network.norm.running_var[0], network.norm.running_mean[1]) = (3.0, 4.0, 7.0);
    let [a, b] = network.input_gradient(&[5.0, -2.0], &[1.0, 10.0]);
    assert!((a - 3.0 / 4.00001_f64.sqrt()).abs() < 1e-12 && (b - 10.0 / 1.00001_f64.sqrt()).abs() < 1e-12);
}

#[test]
fn a_batch_of_a_single_value_per_channel_is_an_error() {
    let (network, pass, mut gradient) = (Only::zeroed(), Pass::training(0, 0), Gradient::zeroed());
    let mut workspace = Workspace::new();
    let mut learn = |samples: usize| {
        let (inputs, targets) = (vec![[1.0, 2.0]; samples], vec![[0.0; 2]; samples]);
        network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient)
    };
    let error = learn(1).unwrap_err();
    assert!(matches!(error, Error::BatchTooSmall { samples: 1, needed: 2 }));
    assert_eq!(
        error.to_string(),
        "a batch has 1 sample, but a layer that normalizes over the batch learns from at least 2: if it is the last batch \
         of an epoch, choose another batch size"
    );
    assert!(learn(2).is_ok());
    // The same without a gradient; in inference one sample is enough.
    let mut workspace = Workspace::new();
    let result = network.forward(&[[1.0, 2.0]], &pass, &mut workspace);
    assert!(matches!(result, Err(Error::BatchTooSmall { samples: 1, needed: 2 })));
    let inference = Pass::inference();
    assert_eq!(network.forward(&[], &inference, &mut workspace).unwrap().len(), 0);
    let (one, target) = ([[1.0, 2.0]], [[0.0; 2]]);
    let mut gradient = Gradient::zeroed();
    network.gradient(&one, &target, &MeanSquaredError, &inference, &mut workspace, &mut gradient).unwrap();
    // An image has many values per channel.
    network!(struct Pixels (Image<1, 1, 2>) = BatchNorm, Flatten);
    let (pixels, mut gradient) = (Pixels::init(&mut typenet::rng(37)), Gradient::zeroed());
    let (one, target) = ([[[[1.0, 2.0]]]], [[0.0, 0.0]]);
    assert!(pixels.gradient(&one, &target, &MeanSquaredError, &pass, &mut Workspace::new(), &mut gradient).is_ok());
}

#[test]
fn a_last_batch_of_one_sample_is_refused_before_training() {
    let train = |samples: usize, batch_size: usize| {
        let data = Dataset::<Vector<2>, Vector<2>>::new(vec![[1.0, 2.0]; samples], vec![[0.0; 2]; samples]).unwrap();
        let mut network = Only::init(&mut typenet::rng(37));
        let trained = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(batch_size).fit(&mut network, &data);
        (trained.map(drop), network.norm.running_mean[0])
    };
    for (samples, batch_size) in [(33, 32), (1, 32), (4, 1)] {
        let (trained, mean) = train(samples, batch_size);
        assert!(matches!(trained, Err(Error::BatchTooSmall { samples: 1, needed: 2 })), "{trained:?}");
        assert_eq!(mean, 0.0);
    }
    assert!(train(34, 32).0.is_ok() && train(32, 32).0.is_ok());
}

#[test]
fn lent_memory_holds_whole_tiles() {
    network! {
        #[tile(4)]
        struct Small (Vector<3>) = Dense<_, 5>, BatchNorm, Dense<_, 2>
    }
    let (inputs, targets) = (normal::<Vector<3>, f32>(9, 1), normal::<Vector<2>, f32>(9, 2));
    let (network, pass) = (Small::init(&mut typenet::rng(37)), Pass::training(0, 0));
    let mut gradients = [Gradient::<Small>::zeroed(), Gradient::zeroed()];
    let [own, lent] = &mut gradients;
    network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut Workspace::new(), own).unwrap();
    let mut memory = vec![f32::NAN; 4 * Small::WORKSPACE_LEN];
    let mut workspace = Workspace::over(&mut memory).unwrap();
    network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, lent).unwrap();
    assert_eq!(own.parameters(), lent.parameters());
    let mut memory = vec![0.0; 2 * Small::WORKSPACE_LEN];
    let mut workspace = Workspace::over(&mut memory).unwrap();
    let result = network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, lent);
    assert!(matches!(result, Err(Error::WorkspaceTooSmall { length, needed }) if needed > length), "{result:?}");
    assert_eq!(own.parameters(), lent.parameters(), "nothing was written");
}

#[test]
fn statistics_are_no_part_of_norms_checks_and_decay() {
    let tensors = Only::<f32>::TENSORS.list();
    let kinds: Vec<_> = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("norm.weight", TensorKind::Scale),
            ("norm.bias", TensorKind::Bias),
            ("norm.running_mean", TensorKind::Statistic),
            ("norm.running_var", TensorKind::Variance),
        ]
    );
    let network = Only::<f32>::init_with(Initializer::Constant(0.5), &mut typenet::rng(37));
    assert_eq!(network.parameters(), [1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0]);
    let mut gradient = Gradient::<Only>::zeroed();
    gradient.norm.running_mean.fill(1e9);
    assert_eq!(gradient.norm(), 0.0);
    gradient.clip_value(1.0).unwrap();
    assert_eq!(gradient.norm.running_mean[0], 1e9);
    gradient.norm.running_mean[1] = f32::NAN;
    let mut network = Only::init(&mut typenet::rng(37));
    let error = Sgd::new(0.1).state().step(&mut *network, &*gradient).unwrap_err();
    assert!(error.to_string().contains("norm.running_mean"), "{error}");
    assert_eq!(network.norm.running_mean.as_slice(), [0.0, 0.0], "nothing changes");
}

#[test]
fn frozen_layers_keep_their_running_statistics() {
    network!(struct Frozen (Vector<2>) = #[frozen] norm: BatchNorm, dense: Dense<2, 1>);
    let data = Dataset::<Vector<2>, Vector<1>>::new(vec![[1.0, 2.0], [3.0, 5.0]], vec![[1.0], [2.0]]).unwrap();
    let mut network = Frozen::init(&mut typenet::rng(37));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(2).epochs(3);
    trainer.fit(&mut network, &data).unwrap();
    assert_eq!(network.norm.running_mean.as_slice(), [0.0, 0.0]);
    network!(struct Free (Vector<2>) = norm: BatchNorm, dense: Dense<2, 1>);
    let mut network = Free::init(&mut typenet::rng(37));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(2).epochs(3);
    trainer.freeze::<Free>("norm.running_mean").unwrap();
    trainer.fit(&mut network, &data).unwrap();
    assert_eq!(network.norm.running_mean.as_slice(), [0.0, 0.0]);
    assert!(network.norm.running_var[0] > 1.0);
}

#[test]
fn batches_that_are_accumulated_change_the_statistics_once() {
    let inputs = vec![[0.0, 4.0], [2.0, 8.0], [10.0, 0.0], [20.0, 0.0]];
    let data = Dataset::<Vector<2>, Vector<2>>::new(inputs, vec![[0.0; 2]; 4]).unwrap();
    let mut network = Only::init(&mut typenet::rng(37));
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-30)).epochs(1).batch_size(2).accumulate(2);
    trainer.fit(&mut network, &data).unwrap();
    // A quarter of the mean of both means, in whatever order the samples come.
    assert_eq!(network.norm.running_mean[0], 2.0);
    assert_eq!(network.norm.running_mean[1], 0.75);
}

#[test]
fn constant_values_far_from_zero_are_normalized_to_the_bias() {
    network!(struct Batch (Vector<3>) = BatchNorm);
    network!(struct Images (Image<2, 7, 11>) = BatchNorm, Flatten);
    network!(struct Layers (Vector<77>) = LayerNorm);
    network!(struct Groups (Image<2, 7, 11>) = GroupNorm<2>, Flatten);
    fn outputs<N: Network<Scalar = f32>>() -> Vec<f32> {
        let mut input = N::Input::zero::<f32>();
        N::Input::flat_mut(&mut input).fill(1234.567);
        let mut workspace = Workspace::for_samples(77);
        let network = N::init(&mut typenet::rng(37));
        let inputs = vec![input; 77];
        let outputs = network.forward(&inputs, &Pass::training(0, 0), &mut workspace).unwrap();
        outputs.iter().flat_map(N::Logits::flat).copied().collect()
    }
    for outputs in [outputs::<Batch>(), outputs::<Images>(), outputs::<Layers>(), outputs::<Groups>()] {
        assert!(outputs.iter().all(|&output| output == 0.0), "{outputs:?}");
    }
}

/// A source of unknown length, one sample after the other.
struct Counted {
    next: usize,
    samples: usize,
}

impl Batches<f64> for Counted {
    type Input = Vector<2>;
    type Target = Vector<2>;
    type Error = core::convert::Infallible;

    fn begin(&mut self, _: u64, _: u64) -> Result<(), Self::Error> {
        self.next = 0;
        Ok(())
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<[f64; 2]>,
        targets: &mut Vec<[f64; 2]>,
    ) -> Result<(), Self::Error> {
        let end = self.samples.min(self.next + count);
        inputs.extend((self.next..end).map(|sample| [sample as f64, 8.0]));
        targets.resize(inputs.len(), [0.0; 2]);
        self.next = end;
        Ok(())
    }
}

#[test]
fn batches_of_unknown_number_change_the_statistics_by_their_mean() {
    // The last of three batches has two samples of four.
    for (samples, accumulate) in [(12, 3), (10, 4)] {
        let mut network = Only::<f64>::init(&mut typenet::rng(37));
        let mut source = Counted { next: 0, samples };
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-30)).epochs(1).batch_size(4);
        trainer = trainer.accumulate(accumulate);
        trainer.fit_batches(&mut network, &mut source).unwrap();
        // A quarter of the mean of 0, 1, 2 and so on, and of 8.
        let expected = [(samples - 1) as f64 / 8.0, 2.0];
        for (mean, expected) in network.norm.running_mean.iter().zip(expected) {
            assert!((mean - expected).abs() < 1e-12, "{mean} and {expected}");
        }
        // The variance of each channel of 8s is 0, so a quarter of the distance from 1 to 0.
        assert!((network.norm.running_var[1] - 0.75).abs() < 1e-12);
    }
}

/// Asserts that a network gives the same predictions without the batch normalization that was folded into its first layer.
macro_rules! assert_folds {
    ($shape:ty, $channels:literal, $($layer:tt)*) => {{
        network!(struct Before ($shape) = layer: $($layer)*, norm: BatchNorm(1e-3), Flatten, Dense<_, 2>);
        network!(struct After ($shape) = layer: $($layer)*, Flatten, Dense<_, 2>);
        let mut before = Before::<f64>::init(&mut typenet::rng(37));
        for (place, &value) in before.parameters_mut().iter_mut().zip(&normal::<Vector<1000>, f64>(1, 3)[0]) {
            *place += 0.1 * value;
        }
        let mut after = After::<f64>::zeroed();
        after.layer.copy_from(&before.layer);
        after.dense.copy_from(&before.dense);
        before.norm.fold_into(&mut after.layer, 1e-3);
        for input in normal::<$shape, f64>(5, 7) {
            for (a, b) in before.predict(&input).into_iter().zip(after.predict(&input)) {
                assert!((a - b).abs() < 1e-12 * (1.0 + a.abs()), "{}: {a} and {b}", stringify!($($layer)*));
            }
        }
        let _: &BatchNorm<$channels, f64> = &before.norm;
    }};
}

#[test]
fn batch_normalization_folds_into_every_layer_of_weighted_sums() {
    assert_folds!(Vector<5>, 7, Dense<_, 7>);
    assert_folds!(Image<4, 5, 3>, 6, Conv2d<_, 6, 2, 3>(groups = 2));
    assert_folds!(Sequence<6, 3>, 5, Conv1d<_, 5, 2>);
    assert_folds!(Image<4, 3, 2>, 6, ConvTranspose2d<_, 6, 2>(stride = 2, groups = 2));
}
