//! Gate R4 for batches of many tiles: gradients of tiles are added in the documented order, and threads change no bit.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::bits::{Bits, hash, hash_of};
use crate::support::samples;
use nalgebra::SVector;
use typenet::kernel::{Isa, Kernels};
use typenet::loss::AnyOutput;
use typenet::prelude::*;
use typenet::{Backward, Forward, Plan, Scalar, Site};

/// Multiplies every number by a weight of its own. It does what a layer does that knows nothing of tiles: it adds to its
/// gradient sample by sample, so its plan cannot say `SUMS_FROM_ZERO`.
struct Scale<const N: usize>;

struct ScalePlan;

impl Plan for ScalePlan {
    const READS_OUTPUT: bool = false;
}

impl<const N: usize> Layer for Scale<N> {
    type Output<In: Shape> = Vector<N>;
    type Logits<In: Shape> = Vector<N>;
    type With<T: Scalar> = SVector<T, N>;
    type Settings = ();
    type Plan<In: Shape> = ScalePlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, SVector<T, N>, ()>, memory: Forward<'_, T>) {
        for (y, x) in memory.output.chunks_exact_mut(N).zip(memory.input.chunks_exact(N)) {
            y.iter_mut().zip(x).zip(site.parameters).for_each(|((y, &x), &w)| *y = w * x);
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, SVector<T, N>, ()>,
        memory: Backward<'_, T>,
        gradient: &mut SVector<T, N>,
    ) {
        assert!(memory.accumulate, "a layer that can only add is asked for nothing else");
        for (x, g) in memory.input.chunks_exact(N).zip(memory.grad_output.chunks_exact(N)) {
            gradient.iter_mut().zip(x).zip(g).for_each(|((dw, &x), &g)| *dw += g * x);
        }
        if let Some(grad_input) = memory.grad_input {
            for (dx, g) in grad_input.chunks_exact_mut(N).zip(memory.grad_output.chunks_exact(N)) {
                dx.iter_mut().zip(g).zip(site.parameters).for_each(|((dx, &g), &w)| *dx = w * g);
            }
        }
    }
}

impl<const N: usize> Takes<Vector<N>> for Scale<N> {}

// Large enough that threads share its batches: about 10,000 multiplications or more a sample.
network!(struct Plain = Dense<64, 256>, Tanh, Dense<256, 10>, Softmax);
// Layers that can only add stand first, between and last.
network!(struct Adding (Vector<64>) = Scale<64>, Dense<64, 200>, Tanh, Scale<200>, Dense<200, 10>, Scale<10>, Softmax);
network!(struct Inner = Dense<64, 128>, Scale<128>, Sigmoid);
// All tiles meet at the barriers, also around layers that can only add.
network!(struct Normalized (Vector<64>) = Dense<_, 200>, BatchNorm, Relu, Dense<_, 10>, BatchNorm, Softmax);
network!(struct Mixing (Vector<64>) = Dense<64, 200>, BatchNorm, Relu, Scale<200>, Residual { Dense<_, 200>, BatchNorm, Tanh }, Dense<_, 10>, Softmax);
network!(struct Outer (Vector<64>) = Inner, Dense<128, 10>, Softmax);

typenet::layer! {
    struct Excite { down: Matrix<2, 4>, up: Matrix<4, 2> }
    fn forward(x: Image<4, 4, 4>) -> Image<4, 4, 4> {
        let factors = sigmoid(up * tanh(down * each(x, |channel| mean(channel))));
        each(x, factors, |channel, factor| channel * factor)
    }
}
typenet::layer! {
    struct Attention { query: Matrix<8, 8>, key: Matrix<8, 8>, value: Matrix<8, 8> }
    fn forward(x: Sequence<8, 8>) -> Sequence<8, 8> {
        let scores = (x * transpose(query)) * transpose(x * transpose(key)) / sqrt(8);
        each(scores, |row| softmax(row)) * (x * transpose(value))
    }
}
typenet::layer! {
    /// A loop, which adds to its gradients in every repetition.
    struct Elman<const L: usize> { input: Matrix<64, 8>, state: Matrix<64, 64>, bias: Vector<64> }
    fn forward(x: Sequence<L, 8>) -> Vector<64> {
        let mut h = 0 * bias;
        for step in 0..L {
            h = tanh(input * x[step] + state * h + bias);
        }
        h
    }
}
network! {
    #[tile(16)]
    struct Formulas (Vector<64>) = Reshape<Image<4, 4, 4>>, Excite, Reshape<Sequence<8, 8>>, Attention, Elman<8>, Dense<64, 10>, Softmax
}

/// The loss Σ_c x_c t_c, by whose gradient, t, the gradient of a tile does not depend on the size of the batch.
struct Projection;

impl Loss<Probabilities<10>> for Projection {
    type Target = Vector<10>;
    type Takes = AnyOutput;

    fn evaluate<T: Kernels, I: Isa>(
        &self,
        _: I,
        logits: &[T],
        targets: &[[T; 10]],
        _: T,
        gradient: Option<&mut [T]>,
    ) -> T {
        let targets = targets.as_flattened();
        if let Some(gradient) = gradient {
            gradient.copy_from_slice(targets);
        }
        logits.iter().zip(targets).fold(T::ZERO, |sum, (&x, &t)| sum + x * t)
    }
}

/// A network all of whose numbers are random.
fn random_network<N: Network>() -> Box<N> {
    let mut network = N::zeroed();
    let mut rng = typenet::rng(5);
    for parameter in network.parameters_mut() {
        *parameter = N::Scalar::from_f64(0.2 * typenet::random::normal(&mut rng));
    }
    network
}

/// The sum of shards `start..start + sums.len()` as documented, ((0+1)+(2+3))+((4+5)+(6+7)).
fn in_pairs<T: Scalar>(mut sums: Vec<Vec<T>>) -> Vec<T> {
    while sums.len() > 1 {
        let add = |(a, &b): (&T, &T)| *a + b;
        sums = sums
            .chunks(2)
            .map(|pair| match pair {
                [first, second] => first.iter().zip(second).map(add).collect(),
                single => single[0].clone(),
            })
            .collect();
    }
    sums.remove(0)
}

/// Loss and gradient of a batch of whole tiles, from the public passes over single tiles.
fn sum_of_tiles<N>(network: &N, inputs: &[[N::Scalar; 64]], targets: &[[N::Scalar; 10]]) -> (N::Scalar, Vec<N::Scalar>)
where
    N: Network<Input = Vector<64>, Output = Probabilities<10>, Logits = Vector<10>>,
{
    let (pass, mut workspace) = (Pass::training(0, 0), Workspace::new());
    let tiles = inputs.len() / N::TILE;
    let shards = tiles.min(8);
    let (mut losses, mut gradients) = (Vec::new(), Vec::new());
    for shard in 0..shards {
        let (mut loss, mut gradient) = (N::Scalar::ZERO, Gradient::<N>::zeroed());
        for tile in (0..tiles).filter(|tile| tile * shards / tiles == shard) {
            let range = tile * N::TILE..(tile + 1) * N::TILE;
            let (inputs, targets) = (&inputs[range.clone()], &targets[range]);
            let mut unused = Gradient::<N>::zeroed();
            let mean = network.gradient(inputs, targets, &Projection, &pass, &mut workspace, &mut unused).unwrap();
            // Exact: a tile here is a power of two.
            loss += mean * N::Scalar::from_count(N::TILE);
            network.forward(inputs, &pass, &mut workspace).unwrap();
            network.backward(inputs, targets, &pass, &mut workspace, &mut gradient).unwrap();
        }
        losses.push(vec![loss]);
        gradients.push(gradient.parameters().to_vec());
    }
    (in_pairs(losses)[0], in_pairs(gradients))
}

fn tiles_are_added_as_documented<N>()
where
    N: Network<Scalar = f32, Input = Vector<64>, Output = Probabilities<10>, Logits = Vector<10>>,
{
    assert!(N::TILE.is_power_of_two());
    let network = random_network::<N>();
    for tiles in [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 16, 17] {
        let count = tiles * N::TILE;
        let inputs = samples::normal::<Vector<64>, N::Scalar>(count, 1);
        let targets = samples::normal::<Vector<10>, N::Scalar>(count, 2);
        let (loss, expected) = sum_of_tiles(&*network, &inputs, &targets);
        let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
        gradient.parameters_mut().fill(N::Scalar::from_f64(f64::NAN));
        let pass = Pass::training(0, 0);
        let mean = network.gradient(&inputs, &targets, &Projection, &pass, &mut workspace, &mut gradient).unwrap();
        assert!(gradient.parameters() == expected, "gradient of {tiles} tiles, {}", N::NAME);
        let weight = N::Scalar::ONE / N::Scalar::from_count(count);
        assert!(mean == loss * weight, "loss of {tiles} tiles, {}", N::NAME);
    }
}

#[test]
fn tiles_are_added_in_pairs_of_pairs() {
    tiles_are_added_as_documented::<Plain>();
    tiles_are_added_as_documented::<Formulas>();
}

#[test]
fn tiles_of_layers_that_can_only_add_are_added_in_pairs_of_pairs() {
    tiles_are_added_as_documented::<Adding>();
    tiles_are_added_as_documented::<Outer>();
}

#[test]
fn only_layers_that_say_so_sum_from_zero() {
    const fn sums_from_zero<N: Network>() -> bool {
        <<N::Architecture as Layer>::Plan<N::Input> as Plan>::SUMS_FROM_ZERO
    }
    const { assert!(sums_from_zero::<Plain>() && !sums_from_zero::<Adding>()) };
    const { assert!(!sums_from_zero::<Inner>() && !sums_from_zero::<Outer>()) };
}

/// What a stencil of five points reaches.
const GRADIENT_TOLERANCE: f64 = 1e-7;

#[test]
fn layers_that_can_only_add_have_right_gradients() {
    fn check<N: Network<Scalar = f64, Input = Vector<64>, Output = Probabilities<10>>>() {
        let mut network = random_network::<N>();
        // Beside one tile: two, and a third with a single sample.
        let count = 2 * N::TILE + 1;
        let inputs = samples::normal::<Vector<64>, f64>(count, 1);
        let targets = samples::classes::<10>(count);
        let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
        let mut loss = |network: &N, gradient: &mut Gradient<N>| {
            network.gradient(&inputs, &targets, &Nll, &Pass::training(0, 0), &mut workspace, gradient).unwrap()
        };
        loss(&network, &mut gradient);
        let mut unused = Gradient::<N>::zeroed();
        for position in (0..N::PARAMETERS).step_by(N::PARAMETERS / 23) {
            let here = network.parameters()[position];
            let mut at = |offset: f64| {
                network.parameters_mut()[position] = here + offset;
                loss(&network, &mut unused)
            };
            let step = 1e-3;
            let slope = (8.0 * (at(step) - at(-step)) - (at(2.0 * step) - at(-2.0 * step))) / (12.0 * step);
            at(0.0);
            let found = gradient.parameters()[position];
            assert!((found - slope).abs() <= GRADIENT_TOLERANCE, "parameter {position}: {found} and {slope}");
        }
    }
    check::<Adding<f64>>();
    check::<Outer<f64>>();
}

/// Everything that a batch goes through, as hashes.
fn bits_of<N>(tiles: usize) -> [u64; 4]
where
    N: Network<Scalar: Bits, Input = Vector<64>, Output = Probabilities<10>>,
{
    let count = tiles * N::TILE - 3;
    let network = random_network::<N>();
    let data = Dataset::<Vector<64>, Class<10>, N::Scalar>::new(
        samples::normal::<Vector<64>, _>(count, 1),
        samples::classes(count),
    )
    .unwrap();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    let pass = Pass::training(0, 0);
    let loss = network.gradient(data.inputs(), data.targets(), &Nll, &pass, &mut workspace, &mut gradient).unwrap();
    let result = network.evaluate(&data, &Nll);
    let answers = network.predict_batch(data.inputs());
    [hash(&[loss]), hash_of(&**gradient), hash(&[result.loss, result.accuracy]), hash(answers.as_flattened())]
}

#[test]
fn predictions_of_a_batch_are_those_of_its_samples() {
    let network = random_network::<Adding>();
    let inputs = samples::normal::<Vector<64>, f32>(20 * Adding::TILE - 3, 1);
    let answers = network.predict_batch(&inputs);
    for (input, answer) in inputs.iter().zip(&answers) {
        assert_eq!(hash(&network.predict(input)), hash(answer));
    }
}

#[test]
fn lent_memory_gives_the_same_bits() {
    let count = 9 * Plain::TILE - 3;
    let (inputs, targets) = (samples::normal::<Vector<64>, f32>(count, 1), samples::classes::<10>(count));
    let network = random_network::<Plain>();
    let mut gradient = Gradient::<Plain>::zeroed();
    let mut memory = vec![f32::NAN; Plain::WORKSPACE_LEN];
    let mut workspace = Workspace::over(&mut memory).unwrap();
    let pass = Pass::training(0, 0);
    let loss = network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
    assert_eq!([hash(&[loss]), hash(gradient.parameters())], bits_of::<Plain>(9)[..2]);
}

/// Threads share the work.
#[cfg(feature = "rayon")]
mod threads {
    use std::cell::Cell;
    use std::ops::ControlFlow;
    use std::rc::Rc;
    use std::thread;

    use rayon::{ThreadPool, ThreadPoolBuilder};
    use typenet::prelude::*;
    use typenet::train::TrainingPlan;
    use typenet::{Adam, EpochRecord, Error, Optimizer, Scalar};

    use super::{Adding, Formulas, Mixing, Normalized, Outer, Plain, bits_of, samples};
    use crate::support::bits::{Bits, hash, hash_of};

    const COUNTS: [usize; 4] = [1, 2, 3, 8];

    fn pool(threads: usize) -> ThreadPool {
        ThreadPoolBuilder::new().num_threads(threads).build().unwrap()
    }

    fn any_number_of_threads_gives_the_same_bits<N>()
    where
        N: Network<Scalar: Bits, Input = Vector<64>, Output = Probabilities<10>>,
    {
        for tiles in [1, 2, 3, 5, 9, 20] {
            let global = bits_of::<N>(tiles);
            for threads in COUNTS {
                let shared = pool(threads).install(|| bits_of::<N>(tiles));
                assert_eq!(shared, global, "{threads} threads, {tiles} tiles, {}", N::NAME);
            }
        }
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits_in_batches() {
        any_number_of_threads_gives_the_same_bits::<Plain>();
        any_number_of_threads_gives_the_same_bits::<Plain<f64>>();
        any_number_of_threads_gives_the_same_bits::<Formulas>();
    }

    #[test]
    fn any_number_of_threads_gives_the_same_bits_for_layers_that_can_only_add() {
        any_number_of_threads_gives_the_same_bits::<Adding>();
        any_number_of_threads_gives_the_same_bits::<Outer>();
        any_number_of_threads_gives_the_same_bits::<Mixing>();
        any_number_of_threads_gives_the_same_bits::<Normalized>();
    }

    #[test]
    fn a_workspace_serves_pools_of_different_sizes() {
        let count = 20 * Plain::TILE;
        let (inputs, targets) = (samples::normal::<Vector<64>, f32>(count, 1), samples::classes::<10>(count));
        let network = Plain::init(&mut typenet::rng(1));
        let mut workspace = Workspace::new();
        let mut bits = |threads| {
            let mut gradient = Gradient::<Plain>::zeroed();
            let pass = Pass::training(0, 0);
            pool(threads).install(|| {
                network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
            });
            hash(gradient.parameters())
        };
        let serial = bits(1);
        assert_eq!([8, 2, 3, 1, 8].map(&mut bits), [serial; 5]);
    }

    /// Parameters after some steps that are large enough to be shared.
    fn steps_in_pieces<O: Optimizer>(optimizer: &O) -> u64 {
        let count = 700_001;
        let mut rng = typenet::rng(1);
        let mut draw = || (0..count).map(|_| f32::from_f64(typenet::random::normal(&mut rng))).collect::<Vec<_>>();
        let (mut parameters, gradient) = (draw(), draw());
        let mut state = optimizer.clone().state();
        for _ in 0..3 {
            state.step_slice(&mut parameters, &gradient).unwrap();
        }
        hash(&parameters)
    }

    #[test]
    fn any_number_of_threads_makes_the_same_steps() {
        fn check<O: Optimizer>(optimizer: &O) {
            let expected = pool(1).install(|| steps_in_pieces(optimizer));
            assert_eq!(COUNTS.map(|threads| pool(threads).install(|| steps_in_pieces(optimizer))), [expected; 4]);
        }
        check(&Sgd::new(0.1));
        check(&Sgd::new(0.1).momentum(0.9).nesterov());
        check(&Adam::torch());
    }

    #[test]
    fn a_gradient_that_is_not_finite_is_found_in_every_piece() {
        let count = 700_001;
        pool(3).install(|| {
            let mut parameters = vec![1.0_f32; count];
            for position in [0, 350_000, count - 1] {
                let mut gradient = vec![1.0; count];
                gradient[position] = f32::NAN;
                let error = Sgd::new(0.1).state().step_slice(&mut parameters, &gradient).unwrap_err();
                assert!(matches!(error, Error::NonFiniteGradient { .. }), "{error}");
                gradient[position] = f32::MAX;
                let error = Sgd::new(0.1).state().step_slice(&mut parameters, &gradient).unwrap_err();
                assert!(matches!(error, Error::UpdateTooLarge { .. }), "{error}");
            }
            assert!(parameters.iter().all(|&parameter| parameter == 1.0));
        });
    }

    fn data(count: usize) -> Dataset<Vector<64>, Class<10>> {
        Dataset::new(samples::normal::<Vector<64>, _>(count, 1), samples::classes(count)).unwrap()
    }

    #[test]
    fn a_training_run_gives_the_same_bits_on_any_number_of_threads() {
        let data = data(3_000);
        let train = |threads: Option<usize>| {
            let mut network = Plain::init(&mut typenet::rng(1));
            let trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).epochs(2).batch_size(1_000).validation(&data);
            let mut trainer = match threads {
                Some(threads) => trainer.threads(threads),
                None => trainer,
            };
            let history = trainer.fit(&mut network, &data).unwrap();
            (hash_of(&*network), history.final_loss().map(f64::to_bits))
        };
        let current = train(None);
        assert_eq!(COUNTS.map(|threads| train(Some(threads))), [current; 4]);
        assert_eq!(pool(3).install(|| train(None)), current);
    }

    #[test]
    fn dropout_accumulation_and_clipping_give_the_same_bits_on_any_number_of_threads() {
        network!(struct Dropped = Dense<64, 256>, Gelu, Dropout(0.3), Dense<256, 10>, Softmax);
        let data = data(3_000);
        let train = |threads| {
            let mut network = Dropped::init(&mut typenet::rng(1));
            let mut trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9))
                .batch_size(600)
                .accumulate(2)
                .clip_value(0.05)
                .clip_norm(0.5)
                .callback(|_: &EpochRecord| ())
                .threads(threads);
            trainer.fit(&mut network, &data).unwrap();
            hash_of(&*network)
        };
        let alone = train(1);
        assert_eq!(COUNTS.map(train), [alone; 4]);
    }

    #[test]
    fn networks_of_images_train_to_the_same_bits_on_any_number_of_threads() {
        network! {
            struct Convolutional (Image<1, 8, 8>) {
                Conv2d<_, 8, 3>, LayerNorm, Gelu, Dropout(0.1), Conv2d<_, 5, 3>(2, Same), Tanh, Flatten, Dense<_, 10>, Softmax
            }
        }
        let inputs = samples::normal::<Image<1, 8, 8>, f32>(1_000, 1);
        let data = Dataset::<Image<1, 8, 8>, Class<10>>::new(inputs, samples::classes(1_000)).unwrap();
        let train = |threads| {
            let mut network = Convolutional::init(&mut typenet::rng(1));
            let mut trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).batch_size(500).threads(threads);
            trainer.fit(&mut network, &data).unwrap();
            hash_of(&*network)
        };
        let alone = train(1);
        assert_eq!(COUNTS.map(train), [alone; 4]);
    }

    #[test]
    fn networks_of_sequences_train_to_the_same_bits_on_any_number_of_threads() {
        network! {
            struct Sequential (Sequence<8, 8>) {
                Residual { RmsNorm, SelfAttention<2>(causal = true, rotary = true, bias = false) },
                SelfAttention<4>,
                Gru<_, 7>(reset = Before),
                Lstm<_, 5>(direction = Backward),
                LastStep,
                Dense<_, 10>,
                Softmax,
            }
        }
        let inputs = samples::normal::<Sequence<8, 8>, f32>(1_000, 1);
        let data = Dataset::<Sequence<8, 8>, Class<10>>::new(inputs, samples::classes(1_000)).unwrap();
        let train = |threads| {
            let mut network = Sequential::init(&mut typenet::rng(1));
            let mut trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).batch_size(500).threads(threads);
            trainer.fit(&mut network, &data).unwrap();
            hash_of(&*network)
        };
        let alone = train(1);
        assert_eq!(COUNTS.map(train), [alone; 4]);
    }

    #[test]
    fn no_threads_and_more_than_any_machine_has_are_refused_before_anything_starts() {
        for threads in [0, 100_000, usize::MAX] {
            let (mut network, begins) = (Plain::init(&mut typenet::rng(1)), Rc::new(Cell::new(0)));
            let seen = Rc::clone(&begins);
            let mut trainer = Trainer::new(Nll, Sgd::new(0.1)).callback(Begins(seen)).threads(threads);
            let error = trainer.fit(&mut network, &data(3)).unwrap_err();
            assert!(
                error.to_string().ends_with("at least 1, and at most 1024 or the number of threads of the machine"),
                "{error}"
            );
            assert_eq!(begins.get(), 0);
        }
    }

    /// Counts the runs that it saw begin.
    struct Begins(Rc<Cell<usize>>);

    impl<N: Network> Callback<N> for Begins {
        fn begin(&mut self, _: &N, _: &TrainingPlan) -> typenet::Result<ControlFlow<()>> {
            self.0.set(self.0.get() + 1);
            Ok(ControlFlow::Continue(()))
        }
    }

    #[test]
    fn callbacks_stay_on_the_thread_of_their_caller() {
        let data = data(1_000);
        for threads in [1, 2] {
            let calls = Rc::new(Cell::new(0));
            let (counter, caller) = (Rc::clone(&calls), thread::current().id());
            let mut network = Plain::init(&mut typenet::rng(1));
            Trainer::new(Nll, Sgd::new(0.1))
                .epochs(2)
                .batch_size(500)
                .callback(move |_: &EpochRecord| {
                    assert_eq!(thread::current().id(), caller);
                    counter.set(counter.get() + 1);
                })
                .threads(threads)
                .fit(&mut network, &data)
                .unwrap();
            assert_eq!(calls.get(), 2);
        }
    }
}
