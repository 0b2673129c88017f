//! Gate R4 on one thread: the same seed gives the same bits, from run to run, on every instruction set with fused
//! multiply-add, in every profile, and whatever memory and batch a sample is computed in.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/bits.rs"]
mod bits;
#[path = "support/digits.rs"]
mod digits;
#[path = "support/samples.rs"]
mod samples;

use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use bits::{Bits, hash, hash_of};
use digits::{DigitClassifier, Digits};
use typenet::kernel::{Kernels, Path};
use typenet::loss::{Admits, Values};
use typenet::prelude::*;
use typenet::{Optimizer, Scalar};

network! {
    /// Sizes that leave a remainder in every block of the kernels.
    struct Odd {
        hidden: Dense<7, 29>,
        Relu,
        output: Dense<29, 5>,
        Softmax,
    }
}

network! {
    /// Both activations that the digits do without, and the other loss.
    struct Regressor {
        first: Dense<3, 21>,
        Relu,
        second: Dense<21, 6>,
        Sigmoid,
        third: Dense<6, 2>,
    }
}

network! {
    /// Windows, strides and filters that leave a remainder.
    struct Convolutional (Image<1, 8, 8>) {
        first: Conv2d<_, 21, 3>(padding = Same),
        LayerNorm,
        Gelu,
        second: Conv2d<_, 5, 4>(2, 1),
        Tanh,
        Flatten,
        output: Dense<_, 10>,
        Softmax,
    }
}

network! {
    /// Groups, dilation and transposed convolutions.
    struct Grouped (Image<6, 9, 5>) {
        Conv2d<_, 9, 3, 2>(stride = (2, 1), padding = (1, 0), groups = 3),
        Tanh,
        Conv2d<_, 9, 3>(padding = Same, dilation = 2, groups = _),
        ConvTranspose2d<_, 4, 3>(stride = 2, padding = 1),
        Gelu,
        Flatten,
        Dense<_, 3>,
    }
}

network! {
    /// Convolutions of a sequence.
    struct Sequential (Sequence<13, 3>) {
        Conv1d<_, 17, 3>(padding = Causal, dilation = 2),
        Tanh,
        Conv1d<_, 5, 4>(stride = 2),
        Flatten,
        Dense<_, 3>,
    }
}

network! {
    /// Attention to steps before and to all steps, with heads that leave a remainder.
    struct Attended (Sequence<21, 12>) {
        Residual { LayerNorm, SelfAttention<3>(causal = true) },
        SelfAttention<1>(bias = false),
        LastStep,
        Dense<_, 3>,
    }
}

network! {
    /// Pooling of a sequence, with one feature and with several.
    struct PooledSteps (Sequence<19, 1>) {
        MaxPool1d<3>(1, Same),
        Conv1d<_, 17, 3>(padding = Causal),
        Tanh,
        AvgPool1d<2>(padding = 1),
        Conv1d<_, 5, 2>,
        MaxPool1d<3>(1, Causal, 2),
        Parallel { largest: { GlobalMaxPool1d }, mean: { GlobalAvgPool1d } },
        Dense<_, 3>,
    }
}

network! {
    /// All that is done to images without parameters, in sizes that leave a remainder.
    struct Pooled (Image<1, 8, 8>) {
        Conv2d<_, 7, 3>(padding = 1),
        MaxPool2d<3>(2, 1),
        Relu,
        Upsample<3, 2>(mode = Bilinear),
        AvgPool2d<2, 3>(stride = (1, 2), padding = Same),
        Pad<0, 1, 2, 1>(mode = Replicate),
        Conv2d<_, 5, 2>,
        Tanh,
        MaxPool2d<2>(dilation = (3, 1), stride = 1),
        Residual { Reshape<Image<25, 2, 4>>, Pad<1>, Conv2d<_, 25, 3>, Reshape<Image<5, _, 4>> },
        Upsample<2>,
        Residual { GlobalMaxPool2d, Reshape<Image<5, 1, 1>>, Upsample<20, 8> },
        GlobalAvgPool2d,
        output: Dense<_, 10>,
        Softmax,
    }
}

/// `Path::force` is for the whole process: the test that forces holds this lock alone, all others share it.
static PATH: RwLock<()> = RwLock::new(());

fn with_the_best_path() -> RwLockReadGuard<'static, ()> {
    PATH.read().unwrap_or_else(PoisonError::into_inner)
}

/// The machine can multiply and add in one rounding; without, bits are others, as `design.md` names.
fn is_fused() -> bool {
    cfg!(target_arch = "aarch64") || Path::chosen() != Path::Portable
}

/// Asserts golden hashes, all at once so that one run shows all that differ.
#[track_caller]
fn assert_golden<const COUNT: usize>(actual: [(&str, u64); COUNT], golden: [u64; COUNT]) {
    let show = |hashes: [u64; COUNT]| hashes.map(|hash| format!("{hash:#018X}"));
    let names = actual.map(|(name, _)| name);
    assert_eq!(show(actual.map(|(_, hash)| hash)), show(golden), "in the order of {names:?}");
}

/// The digits in numbers of another type.
fn convert<T: Scalar>(data: &Digits) -> Dataset<Vector<64>, Class<10>, T> {
    let inputs = data.inputs().iter().map(|input| input.map(|pixel| T::from_f64(f64::from(pixel)))).collect();
    Dataset::new(inputs, data.targets().to_vec()).unwrap()
}

/// The digits network after three epochs, by the program of the README.
fn trained_digits<T: Kernels>() -> Box<DigitClassifier<T>> {
    let mut rng = typenet::rng(37);
    let train = convert::<T>(&digits::split(&mut rng).train);
    let mut network = DigitClassifier::<T>::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).epochs(3).batch_size(32).fit(&mut network, &train).unwrap();
    network
}

/// The regressor after twenty steps of a loop of one's own, with batches of ten tiles.
fn trained_regressor<T: Kernels>() -> Box<Regressor<T>> {
    let count = 9 * Regressor::<T>::TILE + 50;
    let inputs = samples::normal::<Vector<3>, T>(count, 1);
    let targets: Vec<[T; 2]> = inputs.iter().map(|&[x, y, z]| [x * y, (x + z).tanh()]).collect();
    let mut network = Regressor::<T>::init(&mut typenet::rng(4));
    let mut workspace = Workspace::new();
    let mut gradient = Gradient::<Regressor<T>>::zeroed();
    let mut optimizer = Sgd::new(0.05).momentum(0.8).nesterov().state();
    for step in 0..20 {
        let pass = Pass::training(0, step);
        network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
        optimizer.step(&mut *network, &*gradient).unwrap();
    }
    network
}

/// Some of the digits, as images.
fn images<T: Kernels>() -> Dataset<Image<1, 8, 8>, Class<10>, T> {
    let digits = convert::<T>(&digits::split(&mut typenet::rng(37)).train);
    let rows = |input: &[T; 64]| [std::array::from_fn(|row| std::array::from_fn(|column| input[8 * row + column]))];
    let inputs = digits.inputs()[..200].iter().map(rows).collect();
    Dataset::new(inputs, digits.targets()[..200].to_vec()).unwrap()
}

/// A network of convolutions after three epochs on some of the digits.
fn trained_convolutional<T: Kernels>() -> Box<Convolutional<T>> {
    let mut network = Convolutional::<T>::init(&mut typenet::rng(6));
    Trainer::new(Nll, Sgd::new(0.02).momentum(0.9)).epochs(3).batch_size(32).fit(&mut network, &images()).unwrap();
    network
}

/// A network with pooling after an epoch on some of the digits.
fn trained_pooled<T: Kernels>() -> Box<Pooled<T>> {
    let mut network = Pooled::<T>::init(&mut typenet::rng(6));
    Trainer::new(Nll, Sgd::new(0.02).momentum(0.9)).batch_size(32).fit(&mut network, &images()).unwrap();
    network
}

#[test]
fn two_runs_give_the_same_bits() {
    let _path = with_the_best_path();
    assert_eq!(hash_of(&*trained_digits::<f32>()), hash_of(&*trained_digits::<f32>()));
    assert_eq!(hash_of(&*trained_digits::<f64>()), hash_of(&*trained_digits::<f64>()));
    assert_eq!(hash_of(&*trained_regressor::<f32>()), hash_of(&*trained_regressor::<f32>()));
}

#[test]
fn the_seed_of_the_trainer_and_of_the_network_matter() {
    let _path = with_the_best_path();
    let data = digits::split(&mut typenet::rng(37)).train;
    let run = |network_seed, order_seed| {
        let mut network = DigitClassifier::init(&mut typenet::rng(network_seed));
        Trainer::new(Nll, Sgd::new(0.1)).seed(order_seed).fit(&mut network, &data).unwrap();
        hash_of(&*network)
    };
    let first = run(1, 1);
    assert_eq!(run(1, 1), first);
    assert_ne!(run(2, 1), first);
    assert_ne!(run(1, 2), first);
}

#[test]
fn fitting_twice_is_fitting_once_for_as_many_epochs() {
    let _path = with_the_best_path();
    let data = digits::split(&mut typenet::rng(37)).train;
    let fresh = || DigitClassifier::init(&mut typenet::rng(8));
    let (mut once, mut twice) = (fresh(), fresh());
    Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).epochs(4).fit(&mut once, &data).unwrap();
    let mut trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).epochs(2);
    trainer.fit(&mut twice, &data).unwrap();
    trainer.fit(&mut twice, &data).unwrap();
    assert_eq!(hash_of(&*once), hash_of(&*twice));
    trainer.reset();
    let mut again = fresh();
    trainer.epochs(4).fit(&mut again, &data).unwrap();
    assert_eq!(hash_of(&*once), hash_of(&*again), "a trainer that was reset is as new");
}

/// These hashes are promises to users who repeat an experiment: a release that changes one says so.
#[test]
fn trained_networks_have_their_golden_hash() {
    let _path = with_the_best_path();
    if !is_fused() {
        return;
    }
    assert_golden(
        [
            ("digits in f32", hash_of(&*trained_digits::<f32>())),
            ("digits in f64", hash_of(&*trained_digits::<f64>())),
            ("regressor in f32", hash_of(&*trained_regressor::<f32>())),
            ("regressor in f64", hash_of(&*trained_regressor::<f64>())),
            ("convolutions in f32", hash_of(&*trained_convolutional::<f32>())),
            ("convolutions in f64", hash_of(&*trained_convolutional::<f64>())),
        ],
        [
            0xB23B_AAD1_ED2F_296F,
            0x6C7B_9215_3626_E84F,
            0xC4E3_DDF6_9D76_9012,
            0xDADE_3C18_50A9_48F9,
            0x18C7_1B90_62BE_C069,
            0xDAA4_A04B_FD02_AFE3,
        ],
    );
}

#[test]
fn predictions_and_losses_have_their_golden_hash() {
    let _path = with_the_best_path();
    if !is_fused() {
        return;
    }
    let network = random_network::<Odd>();
    let inputs = samples::normal::<Vector<7>, f32>(300, 2);
    let answers = network.predict_batch(&inputs);
    let data = Dataset::<Vector<7>, Class<5>>::new(inputs, samples::classes(300)).unwrap();
    assert_golden(
        [
            ("predictions", hash(answers.as_flattened())),
            ("logits", hash(&network.logits(&data.inputs()[0]))),
            ("loss", hash(&[network.evaluate(&data, &Nll).loss])),
        ],
        [0x0FB4_68E9_B9A0_106A, 0xBDBB_F5FF_8174_2B19, 0xBF45_C9B5_16A2_C0FE],
    );
}

#[test]
fn fresh_networks_have_their_golden_hash() {
    let _path = with_the_best_path();
    let single = |initializer| hash_of(&*Odd::init_with(initializer, &mut typenet::rng(9)));
    let double = |initializer| hash_of(&*Odd::<f64>::init_with(initializer, &mut typenet::rng(9)));
    let gain = 1.5;
    assert_golden(
        [
            ("init", hash_of(&*Odd::init(&mut typenet::rng(9)))),
            ("init in f64", hash_of(&*Odd::<f64>::init(&mut typenet::rng(9)))),
            ("zeros", single(Initializer::Zeros)),
            ("constant", single(Initializer::Constant(0.1))),
            ("normal", single(Initializer::Normal { mean: 0.5, deviation: 2.0 })),
            ("normal in f64", double(Initializer::Normal { mean: 0.5, deviation: 2.0 })),
            ("uniform", single(Initializer::Uniform { low: -3.0, high: 1.0 })),
            ("Glorot, normal", single(Initializer::GlorotNormal { gain })),
            ("Glorot, uniform", single(Initializer::GlorotUniform { gain })),
            ("He, normal", single(Initializer::HeNormal { gain })),
            ("He, uniform", single(Initializer::HeUniform { gain })),
            ("He, uniform in f64", double(Initializer::HeUniform { gain })),
        ],
        [
            0xCD05_4124_0F08_2743,
            0xCA45_3264_FD70_BFBC,
            0xD127_75E6_7A67_1885,
            0x674D_5E3A_FE05_0FFD,
            0x1205_94ED_427B_AD14,
            0xF471_AC82_7E37_3906,
            0x70C1_A017_FC7B_C0F2,
            0x8810_FD64_B181_F649,
            0x6BC5_182A_ACA4_D790,
            0x412E_3DFA_775D_CA42,
            0x161B_5462_306C_80FF,
            0xAD30_B98A_B0A5_B2EF,
        ],
    );
}

#[test]
fn networks_of_cut_and_orthogonal_weights_have_their_golden_hash() {
    let single = |initializer| hash_of(&*Odd::init_with(initializer, &mut typenet::rng(9)));
    let double = |initializer| hash_of(&*Odd::<f64>::init_with(initializer, &mut typenet::rng(9)));
    let gain = 1.5;
    assert_golden(
        [
            ("truncated normal", single(Initializer::TruncatedNormal { mean: 0.5, deviation: 2.0 })),
            ("truncated normal in f64", double(Initializer::TruncatedNormal { mean: 0.5, deviation: 2.0 })),
            ("orthogonal", single(Initializer::Orthogonal { gain })),
            ("orthogonal in f64", double(Initializer::Orthogonal { gain })),
        ],
        [0x5B2D_B6D8_298F_0BAF, 0x90A2_D8DB_6B72_E346, 0x4FB2_87EB_2E6A_7F53, 0xECC9_2930_A379_AB75],
    );
    // The formulas of He; only the gains that are usual differ.
    assert_eq!(single(Initializer::LeCunNormal { gain }), single(Initializer::HeNormal { gain }));
    assert_eq!(single(Initializer::LeCunUniform { gain }), single(Initializer::HeUniform { gain }));
}

/// Three epochs of 43 steps: rounding differences of 2⁻²⁴ and 2⁻⁵³ that training enlarges a hundred times at most.
/// Portable code without fused multiply-add rounds products, so it cannot do better.
const PORTABLE_TOLERANCE_SINGLE: f64 = 1e-5;
const PORTABLE_TOLERANCE_DOUBLE: f64 = 1e-14;

/// |a - b| / |b|, by the Euclidean norm.
fn relative<T: Scalar>(a: &[T], b: &[T]) -> f64 {
    let norm = |numbers: &mut dyn Iterator<Item = f64>| numbers.map(|x| x * x).sum::<f64>().sqrt();
    let mut differences = a.iter().zip(b).map(|(a, b)| a.to_f64() - b.to_f64());
    norm(&mut differences) / norm(&mut b.iter().map(|b| b.to_f64()))
}

/// A training run on every path of this machine, the plainest first.
fn on_every_path<N>(train: fn() -> Box<N>) -> Vec<(Path, Box<N>)> {
    let run = |path: Path| {
        assert!(path.force());
        assert_eq!(Path::chosen(), path);
        (path, train())
    };
    Path::available().map(run).collect()
}

fn assert_paths_agree<N: Network<Scalar: Bits>>(train: fn() -> Box<N>, tolerance: f64) {
    let networks = on_every_path(train);
    let (best, reference) = networks.last().unwrap();
    for (path, network) in &networks[1..] {
        assert_eq!(hash_of(&**network), hash_of(&**reference), "{path:?} and {best:?}, {}", N::NAME);
    }
    let apart = relative(networks[0].1.parameters(), reference.parameters());
    println!("{} in {}: portable code is {apart:e} away", N::NAME, N::Scalar::NAME);
    assert!(apart <= tolerance, "portable code is {apart:e} away");
}

/// All that forces a path is in this one test, see `PATH`.
#[test]
fn every_path_gives_the_same_bits_and_portable_code_nearly() {
    let _alone = PATH.write().unwrap_or_else(PoisonError::into_inner);
    let best = Path::chosen();
    assert_paths_agree(trained_digits::<f32>, PORTABLE_TOLERANCE_SINGLE);
    assert_paths_agree(trained_digits::<f64>, PORTABLE_TOLERANCE_DOUBLE);
    assert_paths_agree(trained_regressor::<f32>, PORTABLE_TOLERANCE_SINGLE);
    assert_paths_agree(trained_regressor::<f64>, PORTABLE_TOLERANCE_DOUBLE);
    assert_paths_agree(trained_convolutional::<f32>, PORTABLE_TOLERANCE_SINGLE);
    assert_paths_agree(trained_convolutional::<f64>, PORTABLE_TOLERANCE_DOUBLE);
    assert_paths_agree(trained_pooled::<f32>, PORTABLE_TOLERANCE_SINGLE);
    assert_paths_agree(trained_pooled::<f64>, PORTABLE_TOLERANCE_DOUBLE);
    assert!(best.force());
}

/// A network all of whose numbers are random: with the zero biases of `init`, what is added first would not matter.
fn random_network<N: Network>() -> Box<N> {
    let mut network = N::zeroed();
    let mut rng = typenet::rng(5);
    for parameter in network.parameters_mut() {
        *parameter = N::Scalar::from_f64(0.5 * typenet::random::normal(&mut rng));
    }
    network
}

fn every_row_is_the_prediction_of_its_sample<N: Network<Scalar: Bits>>() {
    // Batches whose borders fall before, on and behind those of tiles and of the kernels' blocks.
    let largest_batch = 2 * N::TILE + 20;
    let inputs = samples::normal::<N::Input, N::Scalar>(largest_batch, 3);
    let network = random_network::<N>();
    let bits = |output: &<N::Output as Shape>::Array<N::Scalar>| hash(N::Output::flat(output));
    let singles: Vec<u64> = inputs.iter().map(|input| bits(&network.predict(input))).collect();
    for size in 1..=largest_batch {
        let rows: Vec<u64> = network.predict_batch(&inputs[..size]).iter().map(bits).collect();
        assert_eq!(rows, singles[..size], "a batch of {size}, {} in {}", N::NAME, N::Scalar::NAME);
    }
    // Each sample in each place of a block: batches that start elsewhere.
    for start in 1..20 {
        let rows: Vec<u64> = network.predict_batch(&inputs[start..]).iter().map(bits).collect();
        assert_eq!(rows, singles[start..], "a batch from sample {start} on, {}", N::NAME);
    }
}

#[test]
fn a_prediction_does_not_depend_on_its_batch() {
    let _path = with_the_best_path();
    every_row_is_the_prediction_of_its_sample::<Odd>();
    every_row_is_the_prediction_of_its_sample::<Odd<f64>>();
    every_row_is_the_prediction_of_its_sample::<Regressor>();
    every_row_is_the_prediction_of_its_sample::<DigitClassifier>();
    every_row_is_the_prediction_of_its_sample::<Convolutional>();
    every_row_is_the_prediction_of_its_sample::<Grouped>();
    every_row_is_the_prediction_of_its_sample::<Sequential<f64>>();
    every_row_is_the_prediction_of_its_sample::<PooledSteps>();
    every_row_is_the_prediction_of_its_sample::<Attended>();
    every_row_is_the_prediction_of_its_sample::<Attended<f64>>();
    every_row_is_the_prediction_of_its_sample::<Pooled>();
}

#[test]
fn forward_gives_the_logits_of_each_sample() {
    let _path = with_the_best_path();
    let network = random_network::<Odd>();
    let inputs = samples::normal::<Vector<7>, f32>(Odd::TILE, 3);
    let mut workspace = Workspace::new();
    for size in [1, 5, 6, 7, Odd::TILE] {
        let logits = network.forward(&inputs[..size], &Pass::inference(), &mut workspace).unwrap();
        for (row, input) in logits.iter().zip(&inputs) {
            assert_eq!(hash(row), hash(&network.logits(input)));
        }
    }
}

/// Loss and gradient of a batch in a given workspace, as one hash.
fn gradient_bits<N: Network<Scalar: Bits>, L: Loss<N::Output, Takes: Admits<N::Head>>>(
    network: &N,
    loss: &L,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
    targets: &[Values<L, N::Output, N::Scalar>],
    workspace: &mut Workspace<'_, N>,
) -> (u64, u64) {
    let mut gradient = Gradient::<N>::zeroed();
    // What was there before must not matter.
    gradient.parameters_mut().fill(N::Scalar::from_f64(3.0));
    let value = network.gradient(inputs, targets, loss, &Pass::training(0, 0), workspace, &mut gradient).unwrap();
    (hash(&[value]), hash(gradient.parameters()))
}

#[test]
fn a_gradient_of_many_tiles_does_not_depend_on_the_memory() {
    let _path = with_the_best_path();
    for tiles in [1, 2, 3, 5, 8, 9, 17] {
        let count = tiles * Odd::TILE - 3;
        let (inputs, targets) = (samples::normal::<Vector<7>, f32>(count, 3), samples::classes::<5>(count));
        let network = random_network::<Odd>();
        let bits = |workspace: &mut Workspace<'_, Odd>| gradient_bits(&*network, &Nll, &inputs, &targets, workspace);
        let mut own = Workspace::new();
        let first = bits(&mut own);
        assert_eq!(bits(&mut own), first, "again, {tiles} tiles");
        assert_eq!(bits(&mut Workspace::for_samples(5 * Odd::TILE + 1)), first, "a larger workspace, {tiles} tiles");
        let mut exact = vec![7.0; Odd::WORKSPACE_LEN];
        assert_eq!(bits(&mut Workspace::over(&mut exact).unwrap()), first, "lent memory, {tiles} tiles");
        let mut more = vec![f32::NAN; 3 * Odd::WORKSPACE_LEN + 17];
        assert_eq!(bits(&mut Workspace::over(&mut more).unwrap()), first, "more lent memory, {tiles} tiles");
    }
}

/// `a` ← `a` + `b`.
fn add<T: Scalar>(mut a: Vec<T>, b: &[T]) -> Vec<T> {
    for (a, &b) in a.iter_mut().zip(b) {
        *a += b;
    }
    a
}

/// With 2, 4 or 8 whole tiles of 128 samples the weights 1/n are powers of two, so the gradient of the batch is exactly the
/// documented sum of the gradients of its tiles, over the number of tiles.
#[test]
fn tiles_are_added_in_pairs_of_pairs() {
    let _path = with_the_best_path();
    assert!(Odd::TILE.is_power_of_two());
    let network = random_network::<Odd>();
    let mut workspace = Workspace::new();
    let mut gradient_of = |inputs: &[[f32; 7]], targets: &[Class<5>]| {
        let mut gradient = Gradient::<Odd>::zeroed();
        network.gradient(inputs, targets, &Nll, &Pass::training(0, 0), &mut workspace, &mut gradient).unwrap();
        gradient.parameters().to_vec()
    };
    for tiles in [2, 4, 8] {
        let count = tiles * Odd::TILE;
        let (inputs, targets) = (samples::normal::<Vector<7>, f32>(count, 3), samples::classes::<5>(count));
        let cut = inputs.chunks(Odd::TILE).zip(targets.chunks(Odd::TILE));
        let mut sums: Vec<Vec<f32>> = cut.map(|(inputs, targets)| gradient_of(inputs, targets)).collect();
        while sums.len() > 1 {
            sums = sums.chunks(2).map(|pair| add(pair[0].clone(), &pair[1])).collect();
        }
        let expected: Vec<f32> = sums[0].iter().map(|&g| g / f32::from_count(tiles)).collect();
        assert_eq!(hash(&gradient_of(&inputs, &targets)), hash(&expected), "{tiles} tiles");
    }
}

/// A sum of some thousand terms in another order, each rounded to 2⁻⁵³ or 2⁻²⁴.
const MEAN_TOLERANCE_DOUBLE: f64 = 1e-12;
const MEAN_TOLERANCE_SINGLE: f64 = 1e-5;

/// The gradient of a batch, the loss behind it, against the mean of those of its samples, added in `f64`.
fn distance_to_the_mean_of_samples<N, L>(
    loss: &L,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
    targets: &[Values<L, N::Output, N::Scalar>],
) -> f64
where
    N: Network,
    L: Loss<N::Output, Takes: Admits<N::Head>>,
{
    let network = random_network::<N>();
    let (mut workspace, pass) = (Workspace::new(), Pass::training(0, 0));
    let mut all = |range: std::ops::Range<usize>| -> Vec<f64> {
        let mut gradient = Gradient::<N>::zeroed();
        let (inputs, targets) = (&inputs[range.clone()], &targets[range]);
        let value = network.gradient(inputs, targets, loss, &pass, &mut workspace, &mut gradient).unwrap();
        gradient.parameters().iter().chain([&value]).map(|x| x.to_f64()).collect()
    };
    let batch = all(0..inputs.len());
    let sum = (0..inputs.len()).fold(vec![0.0; batch.len()], |sum, sample| add(sum, &all(sample..sample + 1)));
    let mean: Vec<f64> = sum.iter().map(|x| x / f64::from_count(inputs.len())).collect();
    relative(&batch, &mean)
}

#[test]
fn a_gradient_of_many_tiles_is_the_mean_over_its_samples() {
    fn check<T: Kernels>(tolerance: f64) {
        for tiles in [1, 2, 3, 8, 11] {
            let count = tiles * Odd::TILE - 5;
            let (inputs, targets) = (samples::normal::<Vector<7>, T>(count, 3), samples::classes::<5>(count));
            let apart = distance_to_the_mean_of_samples::<Odd<T>, _>(&Nll, &inputs, &targets);
            assert!(apart < tolerance, "{tiles} tiles of a classifier in {}: {apart:e}", T::NAME);
            let (inputs, targets) =
                (samples::normal::<Vector<3>, T>(count, 3), samples::normal::<Vector<2>, T>(count, 4));
            let apart = distance_to_the_mean_of_samples::<Regressor<T>, _>(&MeanSquaredError, &inputs, &targets);
            assert!(apart < tolerance, "{tiles} tiles of a regressor in {}: {apart:e}", T::NAME);
        }
    }
    let _path = with_the_best_path();
    check::<f64>(MEAN_TOLERANCE_DOUBLE);
    check::<f32>(MEAN_TOLERANCE_SINGLE);
}
