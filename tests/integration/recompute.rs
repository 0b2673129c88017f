//! `#[recompute]`: the bits of the network without it, and less memory.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use crate::support::samples;
use typenet::Scalar;
use typenet::layer::{Layer, Plan};
use typenet::prelude::*;

/// Declares a network twice, as `Keeps` and as `Recomputes` with the attribute above the block in the middle.
macro_rules! twice {
    ($module:ident ($($input:tt)*) { $($before:tt)* } { $($block:tt)* } { $($after:tt)* }) => {
        mod $module {
            use typenet::prelude::*;

            network! {
                #[tile(4)]
                pub(super) struct Keeps ($($input)*) { $($before)* blocks: $($block)*, $($after)* }
            }
            network! {
                #[tile(4)]
                pub(super) struct Recomputes ($($input)*) { $($before)* #[recompute] blocks: $($block)*, $($after)* }
            }
        }
    };
}

twice!(dense(Vector<4>) { Dense<4, 6>, } { Repeat<5> { Residual { Dense<6, 3>, Tanh, Dropout(0.3), Dense<3, 6> }, Relu } } {
    Relu, Dense<6, 2>
});
twice!(transformer(Sequence<5, 8>) {} { Repeat<3> {
    attention: Residual { LayerNorm, SelfAttention<2>(causal = true), Dropout(0.2) },
    feed: Residual { LayerNorm, Dense<8, 16>, Gelu, Dropout(0.2), Dense<16, 8> },
} } { LastStep, Dense<8, 2> });
twice!(recurrent(Sequence<5, 4>) { Lstm<4, 6>, } { Repeat<3> { Lstm<6, 6>, Residual { Gru<6, 6>, Dropout(0.4) } } } { LastStep, Dense<6, 2> });
twice!(branches(Vector<6>) {} { Repeat<2> {
    Parallel { left: { Dense<6, 2>, Softmax }, right: { Residual { PRelu }, Dense<6, 4> } }, Tanh,
} } { Dense<6, 2> });
twice!(once(Vector<6>) { Tanh, } { Repeat<1> { Dense<6, 6>, Tanh } } { Dense<6, 2> });

network!(struct Cell (Vector<6>) = Dense<6, 4>, Tanh, Dropout(0.3), Dense<4, 6>, Softmax);
twice!(nested(Vector<4>) { Dense<4, 6>, } { Repeat<4> { super::Cell, Silu } } { Dense<6, 2> });

/// Blocks within blocks: outer repetitions of inner ones, of which both, the outer or the inner ones are computed again.
mod levels {
    use typenet::prelude::*;

    network! {
        #[tile(4)]
        pub(super) struct Keeps (Vector<6>) {
            Repeat<3> { Repeat<4> { Residual { Dense<6, 5>, Dropout(0.2), Tanh, Dense<5, 6> } } }, Dense<6, 2>
        }
    }
    network! {
        #[tile(4)]
        pub(super) struct Both (Vector<6>) {
            #[recompute]
            Repeat<3> { #[recompute] Repeat<4> { Residual { Dense<6, 5>, Dropout(0.2), Tanh, Dense<5, 6> } } }, Dense<6, 2>
        }
    }
    network! {
        #[tile(4)]
        pub(super) struct Outer (Vector<6>) {
            #[recompute]
            Repeat<3> { Repeat<4> { Residual { Dense<6, 5>, Dropout(0.2), Tanh, Dense<5, 6> } } }, Dense<6, 2>
        }
    }
    network! {
        #[tile(4)]
        pub(super) struct Inner (Vector<6>) {
            Repeat<3> { #[recompute] Repeat<4> { Residual { Dense<6, 5>, Dropout(0.2), Tanh, Dense<5, 6> } } }, Dense<6, 2>
        }
    }
}

/// The number of samples: two whole tiles and a part of one.
const SAMPLES: usize = 11;

/// The bits of everything that a network computes: the gradient of a batch, a forward and a backward pass, the gradient of an input,
/// and predictions.
fn bits<N: Network<Output = Vector<2>, Logits = Vector<2>>>() -> Vec<u64>
where
    N::Input: typenet::shape::Values,
{
    let mut network = N::init(&mut typenet::rng(37));
    for parameter in network.parameters_mut() {
        *parameter += N::Scalar::from_f64(0.01);
    }
    let inputs = samples::normal::<N::Input, N::Scalar>(SAMPLES, 5);
    let targets = samples::normal::<Vector<2>, N::Scalar>(SAMPLES, 6);
    let (mut workspace, mut gradient, pass) = (Workspace::new(), Gradient::zeroed(), Pass::training(3, 1));
    let loss = network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    let mut numbers = vec![loss];
    numbers.extend(gradient.parameters());
    let some = &inputs[..3];
    numbers.extend(network.forward(some, &pass, &mut workspace).unwrap().as_flattened());
    network.backward(some, &targets[..3], &pass, &mut workspace, &mut gradient).unwrap();
    numbers.extend(gradient.parameters());
    let saliency = network.input_gradient(&inputs[0], &targets[0]);
    numbers.extend(N::Input::flat(&saliency));
    numbers.extend(network.predict_batch(&inputs).as_flattened());
    assert!(numbers.iter().all(|number| number.is_finite()));
    numbers.into_iter().map(|number| number.to_f64().to_bits()).collect()
}

/// Asserts that two networks compute the same bits.
fn assert_same<A, B>(what: &str)
where
    A: Network<Output = Vector<2>, Logits = Vector<2>, Input: typenet::shape::Values>,
    B: Network<Output = Vector<2>, Logits = Vector<2>, Input: typenet::shape::Values>,
{
    assert!(bits::<A>() == bits::<B>(), "{what}");
    assert!(B::WORKSPACE_LEN <= A::WORKSPACE_LEN, "{what}");
}

/// Asserts for every network that the attribute changes no bit, in `f32` and `f64`.
fn assert_all_same() {
    macro_rules! same {
        ($($module:ident)*) => {$(
            assert_same::<$module::Keeps, $module::Recomputes>(stringify!($module));
            assert_same::<$module::Keeps<f64>, $module::Recomputes<f64>>(stringify!($module));
        )*};
    }
    same!(dense transformer recurrent branches once nested);
    assert_same::<levels::Keeps, levels::Both>("both levels");
    assert_same::<levels::Keeps<f64>, levels::Both<f64>>("both levels");
    assert_same::<levels::Keeps, levels::Outer>("the outer level");
    assert_same::<levels::Keeps, levels::Inner>("the inner level");
}

#[test]
fn recomputing_changes_no_bit() {
    assert_all_same();
}

#[cfg(feature = "rayon")]
#[test]
fn recomputing_changes_no_bit_with_threads() {
    for threads in [1, 2] {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(assert_all_same);
    }
}

/// The elements per sample that a training pass of a network keeps.
fn kept<N: Network>() -> usize {
    <<N::Architecture as Layer>::Plan<N::Input> as Plan>::CACHE_LEN
}

#[test]
fn memory_grows_with_the_levels_and_not_with_the_repetitions() {
    // A repetition of `levels`: `Dense` writes 5 elements, in which the next two layers work, and `Dropout` keeps its mask apart;
    // `Residual` keeps a gradient. `Repeat<4>` keeps 4 outputs of 6 elements, and `Repeat<3>` 3 of them.
    let one = <<typenet::Repeat<Body, 1> as Layer>::Plan<Vector<6>> as Plan>::CACHE_LEN - 6;
    network!(struct Body (Vector<6>) = Residual { Dense<6, 5>, Dropout(0.2), Tanh, Dense<5, 6> });
    let gradients = 2 * 6;
    assert_eq!(kept::<levels::Keeps>(), 3 * (4 * (one + 6) + 6) + 6 + gradients);
    assert_eq!(kept::<levels::Outer>(), (4 * (one + 6) + 3 * 6) + 6 + gradients);
    assert_eq!(kept::<levels::Inner>(), 3 * (one + 4 * 6 + 6) + 6 + gradients);
    assert_eq!(kept::<levels::Both>(), (one + 4 * 6 + 3 * 6) + 6 + gradients);
}

#[test]
fn memory_of_a_deep_network_falls_at_the_same_tile() {
    network!(struct Keeps (Vector<16>) = Repeat<64> { Residual { Dense<16, 64>, Tanh, Dense<64, 16> } });
    network!(struct Square (Vector<16>) = #[recompute] Repeat<8> { Repeat<8> { Residual { Dense<16, 64>, Tanh, Dense<64, 16> } } });
    network!(struct Around (Vector<16>) = square: Square, Dense<16, 2>);
    network!(struct Within (Vector<16>) = Residual { Square }, Parallel(Add) { a: { Square }, b: { Residual(Square) { Dense<16, 16> } } });
    network!(struct WithinKeeps (Vector<16>) = Residual { Keeps8 }, Parallel(Add) { a: { Keeps8 }, b: { Residual(Keeps8) { Dense<16, 16> } } });
    network!(struct Keeps8 (Vector<16>) = Repeat<8> { Repeat<8> { Residual { Dense<16, 64>, Tanh, Dense<64, 16> } } });
    network!(struct AroundKeeps (Vector<16>) = square: Keeps8, Dense<16, 2>);
    // 64 activations, two gradients of 64 and one of 16 elements in each repetition, and its output.
    let one = 3 * 64 + 16 + 16;
    assert_eq!((kept::<Keeps>(), kept::<Square>()), (64 * one, 8 * one + 8 * 16));
    assert_eq!((Keeps::TILE, Keeps8::TILE, Square::TILE), (8, 8, 8));
    assert_eq!(Keeps::WORKSPACE_LEN, 8 * (64 * one + 2 * 16));
    assert_eq!(Square::WORKSPACE_LEN, 8 * (8 * one + 8 * 16 + 2 * 16));
    // Nested networks and blocks around them pass on what their tiles follow from.
    assert_eq!(Around::TILE, AroundKeeps::TILE);
    assert_eq!(Within::TILE, WithinKeeps::TILE);
    const { assert!(6 * Within::WORKSPACE_LEN < WithinKeeps::WORKSPACE_LEN) };
}

#[test]
fn summaries_and_pictures_show_what_is_recomputed() {
    network! {
        struct Deep (Vector<4>) {
            #[frozen]
            #[recompute]
            blocks: Repeat<3> { hidden: Dense<4, 4>, Tanh, inner: Repeat<2> { Dense<4, 4> } },
            #[recompute]
            more: Repeat<2> { #[recompute] Repeat<5> { Dense<4, 4> } },
        }
    }
    let table = Deep::summary().to_string();
    let rows: Vec<_> =
        table.lines().skip(4).take(8).map(|row| row.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    assert_eq!(
        rows,
        [
            "blocks: Repeat<3> (frozen) (recomputed) (4) 36",
            "hidden: Dense<4, 4> (4) 3 × 20 4",
            "tanh: Tanh (4) 0 0",
            "inner: Repeat<2> (4) 8",
            "dense: Dense<4, 4> (4) 3 × 2 × 20 0",
            "more: Repeat<2> (recomputed) (4) 28",
            "repeat: Repeat<5> (recomputed) (4) 20",
            "dense: Dense<4, 4> (4) 2 × 5 × 20 0",
        ],
        "{table}"
    );
    let picture = Deep::summary().dot().to_string();
    assert!(picture.contains("label=\"blocks: Repeat<3>\\n180 parameters, frozen, recomputed\";"), "{picture}");
}

#[test]
fn names_weights_and_streams_are_those_without_the_attribute() {
    use transformer::{Keeps, Recomputes};
    let list = |table: typenet::TensorTable| table.list().into_iter().map(|tensor| tensor.name).collect::<Vec<_>>();
    assert_eq!(list(Keeps::TENSORS), list(Recomputes::TENSORS));
    assert_eq!(<Keeps as Network>::STREAM_LEN, <Recomputes as Network>::STREAM_LEN);
}

#[test]
fn networks_with_const_parameters_recompute() {
    network!(struct Deep<const N: usize, const D: usize> (Vector<N>) = #[recompute] Repeat<D> { Residual { Dense<N, N>, Tanh } }, Dense<N, 2>);
    network!(struct Plain (Vector<3>) = Repeat<7> { Residual { Dense<3, 3>, Tanh } }, Dense<3, 2>);
    assert_same::<Plain, Deep<3, 7>>("const parameters");
}

twice!(memories(Sequence<3, 4>) {} { Repeat<3> { Lstm<4, 4>, Residual { Gru<4, 4>, Gru<4, 4>(reset = Before) }, Rnn<4, 4> } } { Dense<4, 2> });

/// Returns the gradients of windows that carry their states, and the states at the end.
fn bits_of_windows<N>() -> Vec<f64>
where
    N: Network<Input = Sequence<3, 4>, Output = Sequence<3, 2>>,
{
    let network = N::init(&mut typenet::rng(5));
    let (mut workspace, mut gradient) = (Workspace::new().carrying(SAMPLES), Gradient::<N>::zeroed());
    let mut all = Vec::new();
    for window in 0..3 {
        let inputs = samples::normal::<Sequence<3, 4>, N::Scalar>(SAMPLES, window);
        let targets = samples::normal::<Sequence<3, 2>, N::Scalar>(SAMPLES, 7 + window);
        let pass = Pass::training(1, window);
        network.gradient(&inputs, &targets, &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
        all.extend(gradient.parameters().iter().chain(workspace.carried_state()).map(|value| value.to_f64()));
    }
    all
}

#[test]
fn recomputing_begins_at_the_carried_state() {
    assert_eq!(bits_of_windows::<memories::Recomputes>(), bits_of_windows::<memories::Keeps>());
    assert_eq!(bits_of_windows::<memories::Recomputes<f64>>(), bits_of_windows::<memories::Keeps<f64>>());
}

twice!(beside_batches(Vector<4>) { Dense<4, 6>, BatchNorm, } { Repeat<3> { Dense<6, 6>, Tanh, Dropout(0.3) } } { BatchNorm, Dense<6, 2> });

#[test]
fn layers_that_mix_samples_may_stand_before_and_after() {
    assert_same::<beside_batches::Keeps, beside_batches::Recomputes>("beside layers that mix samples");
}
