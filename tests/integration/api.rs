//! What users may rely on in every public type, and what networks say of themselves.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::float_cmp, reason = "these results are exact")]

use std::fmt::{Debug, Display};

use crate::support::digits::DigitClassifier;
use typenet::dataset::{Epoch, SameSample};
use typenet::gradient_check::GradientCheck;
use typenet::kernel::{MomentumStep, Path, Portable};
use typenet::layer::{ElementwisePlan, Head, Reads};
use typenet::metric::Better;
use typenet::network::LayerInfo;
use typenet::prelude::*;
use typenet::readable::{Exact, Percent, Seconds, Share, Significant};
use typenet::tensor::{TableEntry, Tensor};
use typenet::{
    Backward, Classification, EpochRecord, Error, Forward, History, Measure, Mode, MomentumForm, Monitor,
    OptimizerState, Regression, Site, Summary, TensorInfo, TensorKind, TensorTable,
};

/// What every public type is: usable from any thread, movable, and showable in an assertion.
fn ordinary<T: Send + Sync + Unpin + Debug>() {}

/// Values that can be copied by a call.
fn cloneable<T: ordinary_type::Ordinary + Clone>() {}

/// Values that can be compared in an assertion.
fn comparable<T: ordinary_type::Ordinary + Clone + PartialEq>() {}

mod ordinary_type {
    use std::fmt::Debug;

    pub(crate) trait Ordinary: Send + Sync + Unpin + Debug {}
    impl<T: Send + Sync + Unpin + Debug> Ordinary for T {}
}

network!(struct Line = Dense<1, 1>);

#[test]
fn networks_and_what_belongs_to_them_cross_threads_and_show_themselves() {
    ordinary::<DigitClassifier>();
    ordinary::<DigitClassifier<f64>>();
    cloneable::<Box<DigitClassifier>>();
    ordinary::<Gradient<DigitClassifier>>();
    ordinary::<Workspace<'_, DigitClassifier>>();
    ordinary::<Dense<3, 4>>();
    ordinary::<Dense<3, 4, f64>>();
    ordinary::<Backward<'_, f32>>();
    ordinary::<Forward<'_, f32>>();
    ordinary::<Site<'_, (), ()>>();
    ordinary::<ElementwisePlan<Tanh>>();
    comparable::<Reads>();
    comparable::<Head>();
    comparable::<Summary>();
    comparable::<LayerInfo>();
    comparable::<TensorInfo>();
    comparable::<Tensor>();
    comparable::<TensorKind>();
    cloneable::<TensorTable>();
    cloneable::<TableEntry>();
    comparable::<Pass>();
    comparable::<Mode>();
}

#[test]
fn layers_shapes_and_losses_are_values_that_can_be_compared() {
    comparable::<Tanh>();
    comparable::<Relu>();
    comparable::<Sigmoid>();
    comparable::<Identity>();
    comparable::<Softmax>();
    comparable::<Vector<3>>();
    comparable::<Image<1, 2, 3>>();
    comparable::<Probabilities<3>>();
    comparable::<Class<3>>();
    comparable::<Nll>();
    comparable::<CrossEntropy>();
    comparable::<MeanSquaredError>();
    comparable::<Initializer>();
    comparable::<Path>();
    cloneable::<Portable>();
    cloneable::<MomentumStep<f32>>();
    cloneable::<typenet::random::Rng>();
}

#[test]
fn what_training_uses_and_gives_can_be_cloned_and_shown() {
    comparable::<Dataset<Vector<3>, Class<2>>>();
    comparable::<Dataset<Image<1, 2, 3>, Vector<2>, f64>>();
    ordinary::<Epoch<'_, Vector<3>, Class<2>>>();
    comparable::<Standardizer<[f32; 3]>>();
    comparable::<MinMax<[f32; 3]>>();
    comparable::<QuantileTransformer<[f32; 3]>>();
    comparable::<Sgd>();
    comparable::<MomentumForm>();
    cloneable::<OptimizerState<Sgd, f32>>();
    cloneable::<Trainer<Nll, Sgd, f32>>();
    cloneable::<Trainer<Nll, Sgd, f32, &Dataset<Vector<3>, Class<2>>, ((), Progress)>>();
    cloneable::<Progress>();
    comparable::<History>();
    comparable::<EpochRecord>();
    comparable::<Measure>();
    comparable::<Monitor>();
    comparable::<Better>();
    comparable::<Classification>();
    comparable::<Regression>();
    comparable::<GradientCheck>();
    comparable::<Significant<f32>>();
    comparable::<Share>();
    comparable::<Percent>();
    comparable::<Seconds>();
    comparable::<Exact>();
    comparable::<Error>();
}

#[test]
fn errors_are_errors_of_the_standard_library() {
    fn is_error<E: std::error::Error + Send + Sync + 'static>() {}
    fn is_shown<T: Display>() {}
    fn fits<A, B: SameSample<A>>() {}
    is_error::<Error>();
    is_shown::<Summary>();
    is_shown::<History>();
    is_shown::<EpochRecord>();
    is_shown::<Class<3>>();
    fits::<[f32; 3], [f32; 3]>();
    let boxed: Box<dyn std::error::Error + Send + Sync> = Error::Empty { what: "batch" }.into();
    assert!(boxed.downcast_ref::<Error>().is_some());
}

#[test]
fn errors_print_numbers_without_noise_and_rows_of_zeros() {
    let [first, last] = [0.1_f32, f32::MAX].map(f64::from);
    let diverging = Error::StillDiverging { first, last, rate: 0.7 / 100.0 }.to_string();
    assert_eq!(
        diverging,
        "training still diverges with the smallest learning rate that was tried, 0.007000: the loss went from 0.1000 to \
         3.403e38"
    );
    let update = Error::UpdateTooLarge { tensor: "w".into(), update: f64::from(f32::MAX), step: 3 }.to_string();
    assert!(update.starts_with("the update of `w` reaches 3.403e38 at step 3, which"), "{update}");
    // What is out of range is not rounded into it.
    let above = f64::from(1.000_000_1_f32);
    let target = Error::TargetOutOfRange { sample: 1, position: 2, value: above, allowed: "at most 1" }.to_string();
    assert_eq!(target, "target 1 holds 1.0000001 at position 2, but the loss requires values of at most 1");
    let weight = Error::WeightOutOfRange { what: "sample", position: Some(1), value: -1e300 }.to_string();
    assert_eq!(weight, "the weight of sample 1 is -1e300, but must be a finite number of at least 0");
}

#[test]
fn errors_are_small_enough_to_return() {
    // Clippy's `result_large_err` complains from 128 bytes on.
    assert!(size_of::<Error>() < 128, "{}", size_of::<Error>());
}

#[test]
fn the_constants_of_the_digits_network_are_what_a_reader_computes() {
    assert_eq!(DigitClassifier::PARAMETERS, 64 * 32 + 32 + 32 * 10 + 10);
    assert_eq!(DigitClassifier::PARAMETERS, 2410);
    assert_eq!(DigitClassifier::PARAMETER_BYTES, 4 * 2410);
    assert_eq!(DigitClassifier::MULTIPLY_ADDS, 64 * 32 + 32 * 10);
    assert_eq!(DigitClassifier::TILE, 128);
    // Per sample: logits and their gradients; what the two dense layers gave, the second for when the network is a layer of
    // another; and two buffers for gradients between layers.
    assert_eq!(DigitClassifier::WORKSPACE_LEN, 128 * (2 * 10 + 32 + 10 + 2 * 32));
    assert_eq!(size_of::<DigitClassifier>(), 4 * 2410);
}

#[test]
fn the_constants_are_the_same_through_the_trait_and_in_double_precision() {
    fn parameters<N: Network>() -> (usize, usize, u64) {
        (N::PARAMETERS, N::PARAMETER_BYTES, N::MULTIPLY_ADDS)
    }
    assert_eq!(parameters::<DigitClassifier>(), (2410, 9640, 2368));
    assert_eq!(parameters::<DigitClassifier<f64>>(), (2410, 19_280, 2368));
    assert_eq!(<DigitClassifier as Network>::NAME, "DigitClassifier");
    assert_eq!(<DigitClassifier as FlatParameters<f32>>::LEN, 2410);
}

#[test]
fn the_table_of_tensors_says_what_lies_where() {
    let list = DigitClassifier::TENSORS.list();
    let names: Vec<&str> = list.iter().map(|tensor| tensor.name.as_str()).collect();
    assert_eq!(names, ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]);
    let shapes: Vec<&[usize]> = list.iter().map(|tensor| tensor.shape).collect();
    assert_eq!(shapes, [&[32, 64][..], &[32], &[10, 32], &[10]]);
    let ranges: Vec<_> = list.iter().map(|tensor| tensor.range.clone()).collect();
    assert_eq!(ranges, [0..2048, 2048..2080, 2080..2400, 2400..2410]);
    let kinds: Vec<_> = list.iter().map(|tensor| tensor.kind).collect();
    assert_eq!(kinds, [TensorKind::Weight, TensorKind::Bias, TensorKind::Weight, TensorKind::Bias]);
    assert!(list.iter().all(|tensor| !tensor.frozen));

    let mut network = DigitClassifier::zeroed();
    network.hidden.weight[(31, 0)] = 1.0;
    network.hidden.weight[(0, 1)] = 2.0;
    network.output.bias[9] = 3.0;
    let numbers = network.parameters();
    assert_eq!((numbers[31], numbers[32], numbers[2409]), (1.0, 2.0, 3.0), "weights are column-major");
}

#[test]
fn a_summary_prints_a_table() {
    let expected = "\
DigitClassifier
Layer                  Output shape  Parameters  Kept
─────────────────────────────────────────────────────
input                  (64)
hidden: Dense<64, 32>  (32)               2,080    32
tanh: Tanh             (32)                   0     0
output: Dense<32, 10>  (10)                 330    10
softmax: Softmax       (10)                   0     0
─────────────────────────────────────────────────────
2,410 parameters (9.4 KiB)
2,368 multiply-adds per sample, workspace 63.0 KiB (tiles of 128 samples)";
    assert_eq!(DigitClassifier::summary().to_string(), expected);
    let summary = <DigitClassifier<f64> as Network>::summary();
    assert_eq!((summary.parameter_bytes, summary.workspace_bytes), (19_280, 129_024));
}

#[test]
fn a_network_shows_its_layers_and_not_its_numbers() {
    let network = DigitClassifier::init(&mut typenet::rng(1));
    let expected = "DigitClassifier { hidden: Dense<64, 32>, tanh: Tanh, output: Dense<32, 10>, softmax: Softmax }";
    assert_eq!(format!("{network:?}"), expected);
    let gradient = Gradient::<DigitClassifier>::zeroed();
    assert_eq!(format!("{gradient:?}"), format!("Gradient({expected})"));
    let workspace = Workspace::<DigitClassifier>::new();
    assert_eq!(format!("{workspace:?}"), "Workspace { network: \"DigitClassifier\", samples: 128, .. }");
}

#[test]
fn a_cloned_box_is_equal_and_independent() {
    let mut network = DigitClassifier::init(&mut typenet::rng(1));
    let original = network.parameters().to_vec();
    let copy = network.clone();
    assert_eq!(copy.parameters(), original);
    assert_ne!(copy.parameters().as_ptr(), network.parameters().as_ptr());
    network.hidden.weight[(3, 5)] += 1.0;
    network.output.bias[0] = -7.0;
    assert_eq!(copy.parameters(), original, "the copy does not see changes");
    assert_ne!(network.parameters(), original);
}

#[test]
fn copy_from_takes_over_every_number() {
    let network = DigitClassifier::init_with(Initializer::Normal { mean: 1.0, deviation: 0.1 }, &mut typenet::rng(1));
    let mut copy = DigitClassifier::init(&mut typenet::rng(2));
    assert_ne!(copy.parameters(), network.parameters());
    copy.copy_from(&network);
    assert_eq!(copy.parameters(), network.parameters());
    copy.set_to_zero();
    assert!(copy.parameters().iter().all(|&number| number == 0.0));
    assert_ne!(copy.parameters(), network.parameters());
    // Gradients are blocks too.
    let mut gradient = Gradient::<DigitClassifier>::zeroed();
    gradient.hidden.bias[4] = 2.0;
    let mut other = Gradient::<DigitClassifier>::zeroed();
    other.copy_from(&gradient);
    assert_eq!(other.parameters()[2048 + 4], 2.0);
}

#[test]
fn a_network_is_trained_in_one_thread_and_used_in_others() {
    let mut network = Line::init(&mut typenet::rng(1));
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0], [1.0]], vec![[1.0], [3.0]]).unwrap();
    let history = std::thread::spawn(move || {
        Trainer::new(MeanSquaredError, Sgd::new(0.5)).epochs(200).fit(&mut network, &data).map(|_| network)
    });
    let network = history.join().unwrap().unwrap();
    let shared = &network;
    let answers = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4_u8).map(|x| scope.spawn(move || shared.predict(&[f32::from(x)])[0])).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect::<Vec<f32>>()
    });
    // y = 2 x + 1 after 200 steps that halve the distance and more.
    assert!(answers.iter().zip([1.0, 3.0, 5.0, 7.0]).all(|(y, wanted)| (y - wanted).abs() < 1e-4), "{answers:?}");
}
