//! Gate R5, the second half: no value of a network's size is ever on the stack, in debug builds too.
//!
//! The build without optimization is the one that matters, since an optimizer removes copies. An overflow ends the whole test
//! process.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

#[path = "support/digits.rs"]
mod digits;
#[path = "support/samples.rs"]
mod samples;

use std::thread;

use digits::DigitClassifier;
use typenet::Optimizer;
use typenet::generate::Sampling;
use typenet::prelude::*;

/// What embedded systems and thread pools give; the network below has six times as many bytes of parameters.
const STACK: usize = 512 << 10;

network! {
    /// 814,090 parameters.
    struct Large {
        hidden: Dense<784, 1024>,
        Relu,
        output: Dense<1024, 10>,
        Softmax,
    }
}

network! {
    /// The large network as a part of another.
    struct Nested (Vector<784>) {
        large: Large,
        Dense<10, 3>,
        Softmax,
    }
}

network! {
    /// A convolution with more parameters than the stack has bytes for.
    struct Convolutional (Image<1, 8, 8>) {
        Conv2d<_, 64, 3>,
        LayerNorm,
        Relu,
        Conv2d<_, 128, 5>,
        Flatten,
        Dense<_, 10>,
        Softmax,
    }
}

network! {
    /// Blocks whose parameters and outputs are larger than the stack.
    struct Blocks (Vector<64>) {
        Dense<_, 256>,
        repeated: Repeat<4> { Residual { Dense<256, 256>, Tanh } },
        Parallel { left: { Dense<_, 256>, Relu }, right: { Dense<_, 256> }, skip: {} },
        Residual(Dense<_, 128>) { Dense<_, 512>, Relu, Dense<_, 128> },
        Parallel(Add) { left: { Dense<_, 10> }, right: { Dense<_, 10> } },
        Softmax,
    }
}

network! {
    /// A transformer with more parameters, and more of what a training pass keeps, than the stack has bytes for.
    struct Gpt (Tokens<48, 50>) -> ProbabilitySequence<48, 50> {
        Embedding<_, 128>,
        PositionEmbedding,
        Repeat<2> {
            Residual { LayerNorm, SelfAttention<4>(causal = true) },
            Residual { LayerNorm, Dense<128, 256>, Gelu, Dense<256, 128> },
        },
        Lstm<_, 128>,
        Dense<_, 50>,
        Softmax,
    }
}

network!(struct Small = Dense<3, 6>, Tanh, Dense<6, 4>, Softmax);

network! {
    /// A hundred layers, each so small that optimized code for it is written out.
    struct Tower {
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh, Dense<4, 4>, Tanh,
        Softmax,
    }
}

network!(struct Step = Dense<4, 4>, Tanh);
network!(struct Steps = Dense<4, 4>, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Step, Softmax);

fn in_a_small_thread(work: impl FnOnce() + Send + 'static) {
    thread::Builder::new().stack_size(STACK).spawn(work).unwrap().join().unwrap();
}

/// Everything that a user does with a network, in the own thread or in one with a small stack.
fn life_of_a_network<N, const K: usize>(samples: usize)
where
    N: Network<Output = Probabilities<K>>,
    Box<N>: Clone,
{
    let inputs = samples::normal::<N::Input, N::Scalar>(samples, 1);
    let data = Dataset::<N::Input, Class<K>, N::Scalar>::new(inputs, samples::classes(samples)).unwrap();
    let mut network = N::init(&mut typenet::rng(37));
    let before = network.clone();

    let history = Trainer::new(Nll, Sgd::new(0.01).momentum(0.9))
        .epochs(2)
        .batch_size(samples / 2)
        .validation(&data)
        .fit::<N, _, _>(&mut network, &data)
        .unwrap();
    assert!(history.final_loss().is_some_and(f64::is_finite));
    assert!(network.parameters() != before.parameters(), "it learned");

    own_loop(&mut *network, data.inputs(), data.targets());
    assert!(network.evaluate(&data, &Nll).loss.is_finite());
    let answers = network.predict_batch(data.inputs());
    assert_eq!(answers[1], network.predict(&data.inputs()[1]));
    let mut copy = N::init_with(Initializer::HE, &mut typenet::rng(1));
    copy.copy_from(&network);
    assert_eq!(copy.parameters(), network.parameters());
    assert_eq!(copy.logits(&data.inputs()[0]), network.logits(&data.inputs()[0]));
    assert_eq!(network.non_finite_tensor(), None);
    assert!(N::summary().to_string().contains("Softmax"));
}

fn own_loop<N: Network<Output = Probabilities<K>>, const K: usize>(
    network: &mut N,
    inputs: &[<N::Input as Shape>::Array<N::Scalar>],
    targets: &[Class<K>],
) {
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    let mut optimizer = Sgd::new(0.01).state();
    let pass = Pass::training(0, 0);
    network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
    optimizer.step(network, &*gradient).unwrap();
    let count = workspace.samples().min(inputs.len());
    let grad_logits = vec![N::Logits::zero(); count];
    network.forward(&inputs[..count], &pass, &mut workspace).unwrap();
    network.backward(&inputs[..count], &grad_logits, &pass, &mut workspace, &mut gradient).unwrap();
}

#[test]
fn a_network_of_800_000_parameters_lives_in_a_small_thread() {
    const { assert!(Large::PARAMETERS >= 800_000 && Large::PARAMETER_BYTES > 6 * STACK) };
    in_a_small_thread(|| life_of_a_network::<Large, 10>(12));
}

#[test]
fn a_network_of_800_000_double_parameters_lives_in_a_small_thread() {
    in_a_small_thread(|| life_of_a_network::<Large<f64>, 10>(12));
}

#[test]
fn a_network_with_a_large_network_inside_lives_in_a_small_thread() {
    in_a_small_thread(|| life_of_a_network::<Nested, 3>(6));
}

#[test]
fn a_network_with_a_large_convolution_lives_in_a_small_thread() {
    const { assert!(Convolutional::PARAMETER_BYTES > STACK) };
    in_a_small_thread(|| life_of_a_network::<Convolutional, 10>(6));
    in_a_small_thread(|| life_of_a_network::<Convolutional<f64>, 10>(6));
}

#[test]
fn a_network_of_blocks_lives_in_a_small_thread() {
    const { assert!(Blocks::PARAMETER_BYTES > 6 * STACK) };
    in_a_small_thread(|| life_of_a_network::<Blocks, 10>(6));
    in_a_small_thread(|| life_of_a_network::<Blocks<f64>, 10>(6));
}

#[test]
fn a_transformer_lives_in_a_small_thread() {
    const { assert!(Gpt::PARAMETER_BYTES > 2 * STACK) };
    in_a_small_thread(|| {
        let tokens: Vec<Token<50>> = (0..200).map(|index| Token::new(index * index % 50).unwrap()).collect();
        let data = Dataset::<Tokens<48, 50>, [Class<50>; 48]>::next_tokens(&tokens, 48).unwrap();
        let mut network = Gpt::init(&mut typenet::rng(37));
        Trainer::new(Nll, Adam::new(0.01)).epochs(1).validation(&data).fit(&mut network, &data).unwrap();
        let output = network.predict(&data.inputs()[0]);
        let mut stream = network.start();
        assert!(data.inputs()[0].iter().zip(&output).all(|(&token, output)| stream.push(token) == *output));
        stream.restart();
        let mut rng = typenet::rng(1);
        let written = stream.generate(&tokens[..3], Sampling::new(), &mut rng).unwrap();
        assert_eq!(written.take(60).count(), 60);
    });
}

#[test]
fn the_digits_network_lives_in_a_small_thread() {
    in_a_small_thread(|| {
        life_of_a_network::<DigitClassifier, 10>(300);
        let split = digits::split(&mut typenet::rng(37));
        let mut network = DigitClassifier::init(&mut typenet::rng(37));
        let mut trainer = Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).validation(&split.validation);
        trainer.fit(&mut network, &split.train).unwrap();
        assert!(network.evaluate(&split.test, &Nll).accuracy > 0.5);
    });
}

#[test]
fn a_hundred_layers_live_in_a_small_thread() {
    in_a_small_thread(|| life_of_a_network::<Tower, 4>(300));
    in_a_small_thread(|| life_of_a_network::<Tower<f64>, 4>(300));
}

#[test]
fn twenty_networks_in_a_network_live_in_a_small_thread() {
    in_a_small_thread(|| life_of_a_network::<Steps, 4>(300));
}

#[test]
fn a_gradient_check_runs_in_a_small_thread() {
    in_a_small_thread(|| {
        let mut network = Small::<f64>::init(&mut typenet::rng(2));
        let (inputs, targets) = (samples::normal::<Vector<3>, f64>(5, 1), samples::classes(5));
        let check = gradient_check(&mut *network, &inputs, &targets, &Nll).unwrap();
        // What `gradient_check` documents for smooth layers.
        assert!(check.relative_error < 1e-7, "{check:?}");
    });
}

#[cfg(feature = "safetensors")]
#[test]
fn a_large_network_is_saved_and_loaded_in_a_small_thread() {
    in_a_small_thread(|| {
        let mut network = Large::init(&mut typenet::rng(37));
        let scaler = Standardizer::fit(&[[0.0_f32; 784]; 2]);
        let bytes = network.to_safetensors_with_scaler(&scaler).unwrap();
        let (loaded, loaded_scaler) = Large::from_safetensors_with_scaler::<Standardizer<_>>(&bytes).unwrap();
        assert!(loaded.parameters() == network.parameters() && loaded_scaler == scaler);

        let path = std::env::temp_dir().join(format!("typenet-small-stack-{}", std::process::id()));
        let mut trainer = Trainer::new(Nll, Adam::new(0.01));
        let inputs = samples::normal::<Vector<784>, f32>(10, 1);
        let data = Dataset::<Vector<784>, Class<10>>::new(inputs, samples::classes(10)).unwrap();
        trainer.fit(&mut network, &data).unwrap();
        trainer.save_checkpoint(&network, &path).unwrap();
        let mut resumed = Large::zeroed();
        trainer.resume(&mut resumed, &path).unwrap();
        assert!(resumed.parameters() == network.parameters());
        std::fs::remove_file(&path).unwrap();
    });
}
