//! Networks that read a sequence one step at a time: the same bits as for the whole sequence.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::kernel::Kernels;
use typenet::prelude::*;
use typenet::{Error, Shape, Stream};

use crate::support::samples::normal;

network!(struct Simple (Sequence<9, 3>) = Rnn<_, 5>, LayerNorm, Dense<_, 19>, Gelu, Dense<_, 4>, Softmax);
network!(struct Gated (Sequence<6, 1>) = Gru<_, 17>, Dropout(0.5), Gru<_, 2>);
network!(struct Reset (Sequence<7, 3>) = Gru<_, 17>(reset = Before), Tanh, Gru<_, 3>(Forward, Before));
network!(struct Single (Sequence<5, 4>) = Lstm<_, 3>);
network! {
    struct Deep<const H: usize> (Sequence<35, 2>) {
        Dense<_, H>,
        SinePositionEncoding,
        Repeat<3> { Residual { RmsNorm, Lstm<H, H> } },
        Residual(Dense<_, 7>) { Tanh, Rnn<_, 7> },
        BatchNorm,
        PRelu,
        Parallel { ahead: { Gru<_, 3> }, skip: {}, scores: { Dense<7, 4>, Softmax } },
        Parallel(Add) { a: { Lstm<_, 5> }, b: { Dense<_, 5>, Identity } },
    }
}
network! {
    struct Transformer<const N: usize> (Sequence<21, N>) {
        Repeat<2> {
            Residual { LayerNorm, SelfAttention<2>(causal = true) },
            Residual { LayerNorm, Dense<N, 40>, Gelu, Dense<40, N> },
        },
        SelfAttention<1>(causal = true, bias = false),
    }
}
network! {
    struct Convolved<const CO: usize> (Sequence<23, 6>) {
        Conv1d<_, CO, 3>(padding = Causal),
        Conv1d<_, 5, 2>(padding = Causal, dilation = 4, bias = false),
        Residual { Conv1d<_, 5, 4>(1, Causal, 3), Tanh },
        Conv1d<_, 7, 1>(padding = Causal, dilation = 2),
    }
}
network! {
    struct Grouped (Sequence<9, 6>) {
        Conv1d<_, 4, 3>(padding = Causal, groups = 2),
        Repeat<2> { Conv1d<4, 4, 5>(padding = Causal, dilation = DILATION, groups = _), Relu },
        Gru<_, 3>,
        Conv1d<_, 2, 9>(padding = Causal, stride = 1),
    }
}
/// A dilation that only the compiler knows.
const DILATION: usize = 2;
network!(struct Rotary (Sequence<37, 6>) = Repeat<2> { Residual { SelfAttention<3>(causal = true, rotary = true) }, Tanh });
network!(struct RotaryWide (Sequence<19, 34>) = SelfAttention<1>(true, true, bias = false));
network!(struct Inner (Sequence<4, 3>) = Gru<_, 4>, PositionEmbedding);
network!(struct Outer (Sequence<4, 2>) = Dense<_, 3>, Inner, Lstm<4, 2>);

/// Asserts that the outputs of a stream have the bits of the whole prediction.
fn agrees<T: Kernels, N>(seed: u64)
where
    N: Network<Scalar = T>,
    <N::Input as Shape>::Array<T>: AsRef<[<<N::Input as Shape>::Step as Shape>::Array<T>]>,
    <N::Output as Shape>::Array<T>: AsRef<[<<N::Output as Shape>::Step as Shape>::Array<T>]>,
{
    let mut network = N::init(&mut typenet::rng(seed));
    for (index, parameter) in network.parameters_mut().iter_mut().enumerate() {
        *parameter += T::from_f64(0.1 + (index as f64).sin() / 9.0);
    }
    let mut stream = Stream::new(&*network);
    for sample in normal::<N::Input, T>(3, seed) {
        let whole = typenet::Predict::predict(&*network, &sample);
        for (step, expected) in sample.as_ref().iter().zip(whole.as_ref()) {
            assert_eq!(stream.push(*step), *expected, "{} at {}", N::NAME, stream.position());
        }
        stream.restart();
    }
}

#[test]
fn streams_have_the_bits_of_whole_sequences() {
    agrees::<f32, Simple>(1);
    agrees::<f64, Simple<f64>>(2);
    agrees::<f32, Gated>(3);
    agrees::<f64, Gated<f64>>(4);
    agrees::<f32, Single>(5);
    agrees::<f32, Deep<6>>(6);
    agrees::<f64, Deep<3, f64>>(7);
    agrees::<f32, Outer>(8);
    agrees::<f32, Transformer<34>>(9);
    agrees::<f64, Transformer<6, f64>>(10);
    agrees::<f32, Reset>(11);
    agrees::<f64, Reset<f64>>(12);
    agrees::<f32, Convolved<8>>(13);
    agrees::<f64, Convolved<33, f64>>(14);
    agrees::<f32, Grouped>(15);
    agrees::<f64, Grouped<f64>>(16);
    agrees::<f32, Rotary>(17);
    agrees::<f64, Rotary<f64>>(18);
    agrees::<f32, RotaryWide>(19);
}

#[test]
fn the_last_step_of_a_stream_is_the_latest() {
    network!(struct Model (Tokens<4, 9>) = Embedding<_, 3>, Lstm<_, 5>, LastStep, Dense<_, 2>, Softmax);
    network!(struct Shorter (Tokens<2, 9>) = Embedding<_, 3>, Lstm<_, 5>, LastStep, Dense<_, 2>, Softmax);
    let model = Model::init(&mut typenet::rng(3));
    let mut shorter = Shorter::zeroed();
    shorter.parameters_mut().copy_from_slice(model.parameters());
    let tokens = Tokens::<4, 9>::sample([8_u8, 0, 3, 3]).unwrap();
    let mut stream = model.start();
    let [_, second, _, last] = tokens.map(|token| stream.push(token));
    assert_eq!(last, model.predict(&tokens));
    assert_eq!(second, shorter.predict(&[tokens[0], tokens[1]]));
    // Recurrent networks read on.
    assert_eq!(stream.steps_left(), None);
    for _ in 0..100 {
        stream.push(tokens[0]);
    }
    assert_eq!(stream.position(), 104);
}

#[test]
fn convolutions_read_any_number_of_steps() {
    network!(struct Sum (Sequence<4, 1>) = conv: Conv1d<_, 1, 3>(padding = Causal, dilation = 2));
    let mut sum = Sum::zeroed();
    sum.conv.weight[0] = [[1.0].into(), [10.0].into(), [100.0].into()];
    let mut stream = sum.start();
    assert_eq!(stream.steps_left(), None);
    for _ in 0..2 {
        let found: Vec<_> = (1..=9_u8).map(|step| stream.push([f32::from(step)])[0]).collect();
        assert_eq!(found, [100.0, 200.0, 310.0, 420.0, 531.0, 642.0, 753.0, 864.0, 975.0]);
        stream.restart();
    }
}

#[test]
fn clones_go_on_by_themselves() {
    let network = Single::init(&mut typenet::rng(1));
    let [sample] = normal::<Sequence<5, 4>, f32>(1, 2)[..] else { unreachable!("one sample") };
    let mut first = network.start();
    first.push(sample[0]);
    let mut second = first.clone();
    let (one, other) = (first.push(sample[1]), second.push(sample[2]));
    assert_ne!(one, other);
    second.clone_from(&first);
    assert_eq!(second.push(sample[3]), first.push(sample[3]));
    assert_eq!(format!("{second:?}"), "Stream { network: Single, position: 3 }");
}

#[test]
fn positions_end_where_the_sequence_ends() {
    let network = Outer::zeroed();
    let mut stream = network.start();
    for left in (0..4).rev() {
        stream.push([1.0, 2.0]);
        assert_eq!(stream.steps_left(), Some(left));
    }
    let before = stream.clone();
    assert_eq!(stream.try_push([1.0, 2.0]), Err(Error::TooManySteps { steps: 4 }));
    assert_eq!(stream.position(), before.position());
    stream.restart();
    assert!(stream.try_push([1.0, 2.0]).is_ok());
}

#[test]
#[should_panic(expected = "the network reads 4 steps")]
fn a_step_too_many_panics() {
    let network = Outer::zeroed();
    let mut stream = network.start();
    for _ in 0..5 {
        stream.push([0.0; 2]);
    }
}
