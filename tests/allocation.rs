//! Gate R5, the first half: after warm-up no training step, prediction or evaluation allocates, and what `fit` allocates
//! does not grow with the number of steps.
#![allow(unsafe_code, reason = "allocations are counted by a global allocator, which is an unsafe trait")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/digits.rs"]
mod digits;
#[path = "support/samples.rs"]
mod samples;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
#[cfg(feature = "rayon")]
use std::sync::atomic::{AtomicU64, Ordering};

use digits::DigitClassifier;
use typenet::loss::{Admits, Values};
use typenet::metric::{Measured, number};
use typenet::prelude::*;
use typenet::schedule::Schedule;
use typenet::{Optimizer, Scalar, Target};

/// The system's allocator, which counts the calls of each thread apart: the harness allocates in its own.
struct Counting;

thread_local! {
    static COUNT: Cell<u64> = const { Cell::new(0) };
    /// The thread belongs to the pool whose threads are counted together.
    #[cfg(feature = "rayon")]
    static IN_POOL: Cell<bool> = const { Cell::new(false) };
}

/// The calls of all threads of the pool.
#[cfg(feature = "rayon")]
static POOL_COUNT: AtomicU64 = AtomicU64::new(0);

// SAFETY: everything is handed on to the system's allocator; the counter is a thread-local without destructor or lazy
// initialization, so that counting allocates nothing. Reallocation is the provided one, which calls `alloc`.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        #[cfg(feature = "rayon")]
        if IN_POOL.get() {
            POOL_COUNT.fetch_add(1, Ordering::Relaxed);
        }
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(start, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How many allocations this thread makes in `work`.
fn allocations<R>(work: impl FnOnce() -> R) -> u64 {
    let before = COUNT.get();
    black_box(work());
    COUNT.get() - before
}

#[test]
fn the_counter_sees_boxes_and_growing_vectors() {
    assert_eq!(allocations(|| black_box(Box::new(1_u64))), 1);
    assert_eq!(allocations(|| vec![0_u8; 10]), 1);
    let mut vector = Vec::with_capacity(1);
    vector.push(1_u64);
    assert_eq!(allocations(|| vector.push(2)), 1);
    assert_eq!(allocations(|| 1 + 1), 0);
}

network! {
    /// Sigmoids and a squared error.
    struct Regressor {
        Dense<3, 7>,
        Sigmoid,
        Dense<7, 5>,
        Relu,
        Dense<5, 2>,
    }
}

network! {
    /// Two buffers of 12,000 numbers for a prediction: 96 KB in `f32`, more than what comes from the stack.
    struct Wide {
        Dense<16, 12_000>,
        Relu,
        Dense<12_000, 4>,
        Softmax,
    }
}

network! {
    /// A network of networks.
    struct Nested (Vector<3>) {
        front: Regressor,
        Tanh,
        back: Dense<2, 3>,
        Softmax,
    }
}

network! {
    /// Repetitions that the backward pass computes again.
    struct Recomputed (Vector<3>) {
        #[recompute]
        Repeat<3> { Residual { Dense<3, 4>, Tanh, Dense<4, 3> } },
        Softmax,
    }
}

network! {
    /// Images on the way to classes.
    struct Convolutional (Image<2, 6, 5>) {
        Conv2d<_, 3, 3>(padding = 1),
        LayerNorm,
        Relu,
        Conv2d<_, 4, 3>(stride = 2),
        Flatten,
        Dense<_, 3>,
        Softmax,
    }
}

network! {
    /// Groups of channels, and images that grow.
    struct Separable (Image<4, 6, 5>) {
        Conv2d<_, 4, 3>(padding = 1, groups = _),
        Relu,
        Conv2d<_, 6, 1>,
        ConvTranspose2d<_, 2, 2>(stride = 2, groups = 2),
        Flatten,
        Dense<_, 3>,
        Softmax,
    }
}

network! {
    /// Steps on the way to classes.
    struct Signal (Sequence<9, 2>) {
        Conv1d<_, 4, 3>(padding = Causal),
        Tanh,
        Conv1d<_, 3, 2>(stride = 2),
        MaxPool1d<2>(1, Causal),
        AvgPool1d<2>(padding = Same),
        Parallel { largest: { GlobalMaxPool1d }, mean: { GlobalAvgPool1d } },
        Dense<_, 3>,
        Softmax,
    }
}

network! {
    /// Attention of steps to others, and a mean of all.
    struct Attended (Sequence<9, 6>) {
        Residual { LayerNorm, SelfAttention<2>(causal = true) },
        SelfAttention<3>(bias = false),
        GlobalAvgPool1d,
        Dense<_, 3>,
        Softmax,
    }
}

network! {
    /// All that is done to images without parameters.
    struct Pooled (Image<2, 6, 5>) {
        Conv2d<_, 3, 3>(padding = 1),
        MaxPool2d<2>,
        Pad<1>(mode = Reflect),
        Upsample<2>(mode = Bilinear),
        AvgPool2d<3>(2, Same),
        Reshape<Image<_, 2, 5>>,
        Upsample<2, 1>,
        GlobalMaxPool2d,
        Reshape<Image<_, 3, 1>>,
        GlobalAvgPool2d,
        Dense<_, 3>,
        Softmax,
    }
}

network! {
    /// Blocks of every kind, around layers that keep the activations of the whole batch.
    struct Blocks (Image<2, 6, 5>) {
        Residual(Conv2d<_, 3, 1>(stride = 2)) { Conv2d<_, 3, 3>(2, 1), BatchNorm, Tanh, Conv2d<_, 3, 3>(padding = Same) },
        Repeat<2> { Residual { BatchNorm, Relu, Conv2d<_, 3, 1> } },
        Parallel { left: { Conv2d<_, 2, 1>, Tanh }, skip: {} },
        Flatten,
        Parallel(Add) { left: { Dense<_, 3>, Sigmoid }, right: { Dense<_, 3> } },
        Softmax,
    }
}

/// The input, the output and the loss are of a shape that is no vector.
mod picture {
    typenet::network!(pub(crate) struct Picture (Image<2, 3, 4>) = Tanh, Identity, Sigmoid);
}
use picture::Picture;

/// More samples than nine tiles of the largest kind hold: with nine tiles, three sums of gradients wait.
const SAMPLES: usize = 9 * 128 + 5;

/// The sizes of batches: smaller than a tile, a tile, and several tiles, which need waiting sums of gradients.
fn batch_sizes<N: Network>() -> [usize; 5] {
    [1, N::TILE.div_ceil(2), N::TILE, 3 * N::TILE + 1, (9 * N::TILE + 5).min(SAMPLES)]
}

/// Everything that promises not to allocate, for one network. Not in the global pool, which is entered from outside.
fn nothing_is_allocated<N, L>(
    loss: &L,
    inputs: Vec<<N::Input as Shape>::Array<N::Scalar>>,
    targets: Vec<Values<L, N::Output, N::Scalar>>,
) where
    N: Network,
    L: Loss<N::Output, Takes: Admits<N::Head>, Target: Measured>,
{
    inside_a_pool(|| nothing_is_allocated_here::<N, L>(loss, inputs, targets));
}

fn nothing_is_allocated_here<N, L>(
    loss: &L,
    inputs: Vec<<N::Input as Shape>::Array<N::Scalar>>,
    targets: Vec<Values<L, N::Output, N::Scalar>>,
) where
    N: Network,
    L: Loss<N::Output, Takes: Admits<N::Head>, Target: Measured>,
{
    let name = format!("{} in {}", N::NAME, N::Scalar::NAME);
    let data = Dataset::<N::Input, L::Target, N::Scalar>::new(inputs, targets).unwrap();
    let mut network = N::init(&mut typenet::rng(3));
    predictions_allocate_nothing(&*network, data.inputs(), &name);

    let mut workspace = Workspace::new();
    black_box(network.evaluate_with(&data, loss, &mut workspace));
    let count = allocations(|| network.evaluate_with(&data, loss, &mut workspace));
    assert_eq!(count, 0, "evaluate_with, {name}");

    passes_allocate_nothing(&*network, data.inputs(), &mut workspace, &name);
    let batches = batch_sizes::<N>().map(|size| (&data.inputs()[..size], &data.targets()[..size]));
    for (inputs, targets) in batches {
        steps_allocate_nothing(&mut *network, loss, inputs, targets, &name);
    }
}

fn predictions_allocate_nothing<N: Network>(network: &N, inputs: &[<N::Input as Shape>::Array<N::Scalar>], name: &str) {
    let mut output = N::Output::zero();
    // The first use of more than 64 KiB of scratch makes the thread's buffer.
    let _ = black_box((network.predict(&inputs[0]), network.logits(&inputs[0])));
    assert_eq!(allocations(|| network.predict(&inputs[1])), 0, "predict, {name}");
    assert_eq!(allocations(|| network.predict_into(&inputs[1], &mut output)), 0, "predict_into, {name}");
    assert_eq!(allocations(|| network.logits(&inputs[1])), 0, "logits, {name}");
    black_box(network.predict_batch(inputs));
    assert_eq!(allocations(|| network.predict_batch(inputs)), 1, "predict_batch: only the answers, {name}");
}

fn passes_allocate_nothing<N: Network>(
    network: &N,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
    workspace: &mut Workspace<'_, N>,
    name: &str,
) {
    let inputs = &inputs[..workspace.samples().min(inputs.len())];
    let grad_logits = vec![N::Logits::zero(); inputs.len()];
    let mut gradient = Gradient::<N>::zeroed();
    let pass = Pass::training(1, 0);
    let forward = allocations(|| network.forward(inputs, &pass, workspace).unwrap().len());
    assert_eq!(forward, 0, "forward, {name}");
    let backward = allocations(|| network.backward(inputs, &grad_logits, &pass, workspace, &mut gradient).unwrap());
    assert_eq!(backward, 0, "backward, {name}");
}

fn steps_allocate_nothing<N, L>(
    network: &mut N,
    loss: &L,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
    targets: &[Values<L, N::Output, N::Scalar>],
    name: &str,
) where
    N: Network,
    L: Loss<N::Output, Takes: Admits<N::Head>>,
{
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    let mut optimizer = Sgd::new(1e-3).momentum(0.9).state();
    let mut step = || {
        let pass = Pass::training(1, optimizer.steps());
        network.gradient(inputs, targets, loss, &pass, &mut workspace, &mut gradient).unwrap();
        optimizer.step(network, &*gradient).unwrap();
    };
    assert!(allocations(&mut step) > 0, "the first step allocates the velocity, {name}");
    for _ in 0..3 {
        assert_eq!(allocations(&mut step), 0, "a step with {} samples, {name}", inputs.len());
    }
}

fn classifier_allocates_nothing<N, L, Y, const K: usize>(loss: &L)
where
    N: Network,
    Y: Target<Value<N::Scalar> = Class<K>> + Measured,
    L: Loss<N::Output, Takes: Admits<N::Head>, Target = Y>,
{
    let inputs = samples::normal::<N::Input, N::Scalar>(SAMPLES, 1);
    nothing_is_allocated::<N, L>(loss, inputs, samples::classes::<K>(SAMPLES));
}

#[test]
fn the_digits_network_allocates_nothing() {
    classifier_allocates_nothing::<DigitClassifier, _, _, 10>(&Nll);
    classifier_allocates_nothing::<DigitClassifier<f64>, _, _, 10>(&Nll);
}

#[test]
fn a_network_whose_scratch_does_not_fit_the_stack_allocates_nothing_after_its_first_prediction() {
    assert!(2 * 12_000 * size_of::<f32>() > 64 << 10);
    classifier_allocates_nothing::<Wide, _, _, 4>(&Nll);
}

#[test]
fn the_first_prediction_beyond_64_kib_of_scratch_makes_the_buffer_of_its_thread() {
    let network = Wide::init(&mut typenet::rng(3));
    assert_eq!(allocations(|| network.predict(&[1.0; 16])), 1);
    assert_eq!(allocations(|| network.predict(&[1.0; 16])), 0);
}

#[test]
fn a_network_of_networks_allocates_nothing() {
    classifier_allocates_nothing::<Nested, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Nested<f64>, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Recomputed, _, _, 3>(&Nll);
}

#[test]
fn a_network_of_convolutions_or_attention_allocates_nothing() {
    classifier_allocates_nothing::<Convolutional, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Convolutional<f64>, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Separable, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Signal<f64>, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Pooled, _, _, 3>(&Nll);
    classifier_allocates_nothing::<Pooled<f64>, _, _, 3>(&Nll);
    // Large enough that a call from outside of a pool would enter the global one, and rayon may allocate for that.
    inside_a_pool(|| classifier_allocates_nothing::<Blocks, _, _, 3>(&Nll));
    inside_a_pool(|| classifier_allocates_nothing::<Attended, _, _, 3>(&Nll));
    inside_a_pool(|| classifier_allocates_nothing::<Attended<f64>, _, _, 3>(&Nll));
}

#[test]
fn a_regression_allocates_nothing() {
    fn check<T: typenet::kernel::Kernels>() {
        let (inputs, targets) =
            (samples::normal::<Vector<3>, T>(SAMPLES, 1), samples::normal::<Vector<2>, T>(SAMPLES, 2));
        nothing_is_allocated::<Regressor<T>, _>(&MeanSquaredError, inputs, targets);
    }
    check::<f32>();
    check::<f64>();
}

#[test]
fn a_network_on_images_allocates_nothing() {
    type Shape = typenet::Image<2, 3, 4>;
    let inputs = samples::normal::<Shape, f32>(SAMPLES, 1);
    let data = Dataset::<Shape, Shape>::new(inputs.clone(), inputs).unwrap();
    let network = Picture::<f32>::zeroed();
    predictions_allocate_nothing(&*network, data.inputs(), "Picture");
    let mut workspace = Workspace::new();
    assert_eq!(allocations(|| network.evaluate_with(&data, &MeanSquaredError, &mut workspace)), 0);
    passes_allocate_nothing(&*network, data.inputs(), &mut workspace, "Picture");
}

#[test]
fn decay_layer_factors_schedules_and_averages_allocate_nothing_in_a_step() {
    let (mut network, gradient) = (DigitClassifier::<f32>::zeroed(), Gradient::<DigitClassifier>::zeroed());
    let mut optimizer = AdamW::new(1e-3, 0.1).state();
    optimizer.set_layer_factor("hidden", 0.5);
    optimizer.set_layer_factor("output.bias", 2.0);
    let mut average = typenet::Average::exponential(0.9);
    let schedule = typenet::schedule::Exponential::new(0.99);
    let mut step = || {
        optimizer.set_factor(schedule.factor(optimizer.steps()));
        optimizer.step(&mut *network, &*gradient).unwrap();
        average.update(&*network).unwrap();
        average.with(&mut *network, |network| network.hidden.bias[0]).unwrap();
    };
    assert!(allocations(&mut step) > 0, "the first step allocates the moments and the average");
    assert_eq!(allocations(&mut step), 0);
}

/// What one whole `fit` of a fresh network allocates.
fn fit_allocations<N, const K: usize>(
    data: &Dataset<N::Input, Class<K>, N::Scalar>,
    epochs: usize,
    batch_size: usize,
) -> u64
where
    N: Network<Output = Probabilities<K>>,
{
    let mut network = N::init(&mut typenet::rng(5));
    let mut trainer = Trainer::new(Nll, Sgd::new(0.01).momentum(0.9))
        .epochs(epochs)
        .batch_size(batch_size)
        .schedule(typenet::schedule::Exponential::new(0.999))
        .reduce_on_plateau(typenet::schedule::ReduceOnPlateau::new().patience(1))
        .metric(Accuracy)
        .metric(number("macro_f1", ConfusionMatrix::<K>::default(), ConfusionMatrix::macro_f1).larger_is_better())
        .validation(data)
        .callback(EarlyStopping::patience(epochs).monitor("val_macro_f1").restore_best());
    allocations(|| trainer.fit::<N, _, _>(&mut network, data).unwrap())
}

fn fit_allocates_the_same_for_any_number_of_steps<T, N>()
where
    T: Scalar,
    N: Network<Scalar = T, Input = Vector<64>, Output = Probabilities<10>>,
{
    let inputs = samples::normal::<Vector<64>, T>(700, 1);
    let data = Dataset::<Vector<64>, Class<10>, T>::new(inputs, samples::classes(700)).unwrap();
    let few = fit_allocations::<N, 10>(&data, 2, 32);
    assert!(few > 0);
    assert_eq!(fit_allocations::<N, 10>(&data, 20, 32), few, "ten times the epochs");
    assert_eq!(fit_allocations::<N, 10>(&data, 20, 8), few, "forty times the steps");
    let tiles = fit_allocations::<N, 10>(&data, 2, 512);
    assert_eq!(fit_allocations::<N, 10>(&data, 20, 512), tiles, "ten times the epochs, batches of several tiles");
    assert!(tiles > few, "sums of gradients wait when a batch has several tiles");
}

/// In a pool of one thread where there are pools: the way into one from outside, once an epoch, allocates now and then.
fn inside_a_pool(work: impl FnOnce() + Send) {
    #[cfg(feature = "rayon")]
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(work);
    #[cfg(not(feature = "rayon"))]
    work();
}

#[test]
fn what_fit_allocates_does_not_grow_with_the_number_of_steps() {
    inside_a_pool(fit_allocates_the_same_for_any_number_of_steps::<f32, DigitClassifier>);
    inside_a_pool(fit_allocates_the_same_for_any_number_of_steps::<f64, DigitClassifier<f64>>);
}

/// Threads share batches and updates. All that stands in one test, since all threads of the pool are counted.
#[cfg(feature = "rayon")]
mod shared {
    use super::*;

    network! {
        /// Wide enough for batches of several tiles, and for updates, to be shared.
        struct Heavy {
            Dense<64, 1024>,
            Relu,
            Dense<1024, 256>,
            Relu,
            Dense<256, 10>,
            Softmax,
        }
    }

    /// How many allocations all threads of the pool make in `work`.
    fn pool_allocations<R>(work: impl FnOnce() -> R) -> u64 {
        let before = POOL_COUNT.load(Ordering::SeqCst);
        black_box(work());
        POOL_COUNT.load(Ordering::SeqCst) - before
    }

    /// Steps and measurements until nothing is allocated any more: each thread makes its queue longer once it needs to.
    fn becomes_quiet(mut work: impl FnMut()) -> bool {
        (0..20).any(|_| pool_allocations(|| (0..5).for_each(|_| work())) == 0)
    }

    #[test]
    fn shared_steps_predictions_and_measurements_allocate_nothing_when_warm() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).start_handler(|_| IN_POOL.set(true)).build().unwrap();
        let data =
            Dataset::<Vector<64>, Class<10>>::new(samples::normal::<Vector<64>, _>(1200, 1), samples::classes(1200))
                .unwrap();
        let (inputs, targets) = (data.inputs(), data.targets());
        pool.install(|| {
            assert_eq!(pool_allocations(|| Box::new(1_u64)), 1, "the threads are counted");
            let mut network = Heavy::init(&mut typenet::rng(3));
            let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<Heavy>::zeroed());
            let mut optimizer = Sgd::new(1e-3).momentum(0.9).state();
            let mut answers = vec![[0.0; 10]; inputs.len()];
            let first = pool_allocations(|| network.evaluate_with(&data, &Nll, &mut workspace));
            assert!(first >= 3, "three threads need the memory of three tiles, but {first} were made");
            assert!(becomes_quiet(|| {
                let pass = Pass::training(1, optimizer.steps());
                network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
                optimizer.step(&mut *network, &*gradient).unwrap();
            }));
            assert!(becomes_quiet(|| {
                let _ = black_box(network.evaluate_with(&data, &Nll, &mut workspace));
            }));
            assert!(becomes_quiet(|| network.predict_batch_into(inputs, &mut answers).unwrap()));
            let mut fit = |epochs| {
                let mut trainer = Trainer::new(Nll, Sgd::new(0.01)).epochs(epochs).batch_size(600).validation(&data);
                pool_allocations(|| trainer.fit::<Heavy, _, _>(&mut network, &data).unwrap())
            };
            assert_eq!(fit(2), fit(8), "four times the steps");
        });
    }
}

#[test]
fn a_source_of_batches_allocates_the_same_for_any_number_of_steps() {
    network!(struct Narrow = Dense<2, 2>, Softmax);
    let data = Dataset::<Vector<2>, Class<2>>::labelled(vec![[1.0, 2.0]; 300], vec![0; 300]).unwrap();
    inside_a_pool(|| {
        let run = |epochs| {
            let mut network = Narrow::zeroed();
            let mut source = data.augmented(|input: &mut [f32; 2], _| input[0] = 0.5);
            let mut validation = data.augmented(|input: &mut [f32; 2], _| input[1] = 0.5);
            let trainer = Trainer::new(Nll, Sgd::new(0.01)).epochs(epochs).batch_size(7).accumulate(3);
            let mut trainer = trainer.metric(TopK::<1>).validation_batches(&mut validation);
            allocations(|| trainer.fit_batches::<Narrow, _>(&mut network, &mut source).unwrap())
        };
        assert_eq!(run(2), run(20));
    });
}

#[test]
fn measuring_allocates_nothing_per_batch() {
    network!(struct Narrow = Dense<1, 2>, Softmax);
    let network = Narrow::zeroed();
    let counts = [Narrow::TILE, 40 * Narrow::TILE].map(|samples| {
        let data = Dataset::<Vector<1>, Class<2>>::labelled(vec![[1.0]; samples], vec![0; samples]).unwrap();
        let metrics = || (Accuracy, TopK::<1>, ConfusionMatrix::<2>::default());
        black_box(network.measure(&data, metrics()));
        allocations(|| network.measure(&data, metrics()))
    });
    // The predictions of a batch, once.
    assert_eq!(counts, [1, 1]);
}

#[test]
fn a_step_of_a_stream_allocates_nothing() {
    network!(struct Model (Tokens<40, 30>) = Embedding<_, 24>, Repeat<2> { Residual { LayerNorm, Lstm<24, 24> } }, Dense<_, 30>, Softmax);
    let network = Model::init(&mut typenet::rng(37));
    let mut stream = network.start();
    let mut fork = stream.clone();
    let tokens: Vec<Token<30>> = (0..40).map(|step| Token::new(step * 7 % 30).unwrap()).collect();
    let steps = allocations(|| {
        for &token in &tokens {
            black_box(stream.push(token));
        }
        fork.clone_from(&stream);
        stream.restart();
        black_box(fork.push(tokens[0]));
    });
    assert_eq!(steps, 0);
    network!(struct Causal (Sequence<8, 6>) = SelfAttention<2>(causal = true));
    let network = Causal::init(&mut typenet::rng(37));
    let mut stream = network.start();
    let steps = allocations(|| {
        for _ in 0..8 {
            black_box(stream.push([0.5; 6]));
        }
    });
    assert_eq!(steps, 0);
}
