//! Layers that move windows over images and sequences or change the sizes of images: where their sizes come from.

use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Backward, Forward, Plan, Scalar, Site};

const POOL: usize = 2;
const COLUMNS: usize = 3;
const ONE: usize = 1;
const ZERO: usize = 0;

/// A custom layer that keeps its input: only the compiler knows what it gives.
struct Keep;

struct KeepPlan;

impl Plan for KeepPlan {
    const READS_INPUT: bool = false;
    const READS_OUTPUT: bool = false;
}

impl Layer for Keep {
    type Output<In: Shape> = In;
    type Logits<In: Shape> = In;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = KeepPlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Forward<'_, T>) {
        memory.output.copy_from_slice(memory.input);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut ()) {
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }
}

impl<In: Shape> Takes<In> for Keep {}

/// An image of one channel whose elements are numbered.
fn numbered<const H: usize, const W: usize>() -> [[[f32; W]; H]; 1] {
    [std::array::from_fn(|row| std::array::from_fn(|column| (row * W + column) as f32))]
}

/// The output shapes are written out, so that a wrong one does not compile.
#[test]
fn sizes_follow_from_numbers_constants_and_shapes_that_only_the_compiler_knows() {
    network!(struct Numbers (Image<1, 4, 6>) -> Image<1, 2, 2> = MaxPool2d<2, 3>);
    network!(struct Constants (Image<1, 4, 6>) -> Image<1, 2, 2> = MaxPool2d<POOL, COLUMNS>);
    network!(struct Foreign (Image<1, 4, 6>) -> Image<1, 2, 2> = Keep, MaxPool2d<2, COLUMNS>);
    let expected = [[[8.0, 11.0], [20.0, 23.0]]];
    assert_eq!(Numbers::zeroed().predict(&numbered()), expected);
    assert_eq!(Constants::zeroed().predict(&numbered()), expected);
    assert_eq!(Foreign::zeroed().predict(&numbered()), expected);

    network!(struct Overlapping (Image<1, 5, 5>) -> Image<1, 3, 5> = Keep, AvgPool2d<3>(stride = (POOL, ONE), padding = ONE));
    assert_eq!(Overlapping::zeroed().predict(&[[[9.0; 5]; 5]])[0][1], [6.0, 9.0, 9.0, 9.0, 6.0]);
    network!(struct Same (Image<1, 5, 5>) -> Image<1, 3, 2> = Keep, AvgPool2d<3>(stride = (POOL, COLUMNS), padding = Same));
    assert_eq!(Same::zeroed().predict(&[[[9.0; 5]; 5]]), [[[9.0; 2]; 3]]);

    network!(struct Framed (Image<1, 2, 2>) -> Image<1, 5, 3> = Keep, Pad<ONE, ZERO, POOL, 1>);
    let framed = [[[0.0; 3], [0.0, 1.0, 0.0], [2.0, 3.0, 0.0], [0.0; 3], [0.0; 3]]];
    assert_eq!(Framed::zeroed().predict(&numbered()), framed);
    network!(struct Larger (Image<1, 1, 2>) -> Image<1, 2, 6> = Keep, Upsample<POOL, COLUMNS>);
    assert_eq!(Larger::zeroed().predict(&numbered()), [[[0.0, 0.0, 0.0, 1.0, 1.0, 1.0]; 2]]);

    network!(struct Arranged (Image<1, 2, 6>) -> Image<2, 3, 2> = Keep, Reshape<Image<_, COLUMNS, 2>>);
    assert_eq!(Arranged::zeroed().predict(&numbered())[1], [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]);
    network!(struct Flat (Image<1, 2, 3>) -> Vector<6> = Reshape<Vector<{ POOL * COLUMNS }>>);
    assert_eq!(Flat::zeroed().predict(&numbered()), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
    network!(struct Inferred (Image<1, 2, 3>) -> Vector<6> = Keep, Reshape<Vector<_>>);
    assert_eq!(Inferred::zeroed().predict(&numbered()), [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);

    network!(struct Mean (Image<1, 2, 3>) -> Vector<1> = Keep, GlobalAvgPool2d);
    network!(struct Largest (Image<1, 2, 3>) -> Vector<1> = Keep, GlobalMaxPool2d);
    assert_eq!((Mean::zeroed().predict(&numbered()), Largest::zeroed().predict(&numbered())), ([2.5], [5.0]));
}

#[test]
fn windows_of_sequences_follow_in_the_same_ways() {
    let rows: [[f32; 2]; 6] = std::array::from_fn(|step| [step as f32, -(step as f32)]);
    network!(struct Numbers (Sequence<6, 2>) -> Sequence<2, 2> = MaxPool1d<3>);
    network!(struct Constants (Sequence<6, 2>) -> Sequence<2, 2> = MaxPool1d<COLUMNS>);
    network!(struct Foreign (Sequence<6, 2>) -> Sequence<2, 2> = Keep, MaxPool1d<COLUMNS>);
    let expected = [[2.0, 0.0], [5.0, -3.0]];
    assert_eq!(Numbers::zeroed().predict(&rows), expected);
    assert_eq!(Constants::zeroed().predict(&rows), expected);
    assert_eq!(Foreign::zeroed().predict(&rows), expected);

    network!(struct Padded (Sequence<6, 2>) -> Sequence<4, 2> = Keep, AvgPool1d<POOL>(padding = ONE));
    assert_eq!(Padded::zeroed().predict(&rows), [[0.0, 0.0], [1.5, -1.5], [3.5, -3.5], [2.5, -2.5]]);
    network!(struct Same (Sequence<6, 2>) -> Sequence<3, 2> = Keep, AvgPool1d<3>(stride = POOL, padding = Same));
    assert_eq!(Same::zeroed().predict(&[[9.0, 3.0]; 6]), [[9.0, 3.0]; 3]);
    network!(struct Counted (Sequence<3, 1>) -> Sequence<3, 1> = AvgPool1d<2>(ONE, Causal, divisor = Window));
    assert_eq!(Counted::zeroed().predict(&[[4.0], [6.0], [8.0]]), [[2.0], [5.0], [7.0]]);
    network!(struct Mean (Sequence<6, 2>) -> Vector<2> = Keep, GlobalAvgPool1d);
    network!(struct Largest (Sequence<6, 2>) -> Vector<2> = Keep, GlobalMaxPool1d);
    assert_eq!((Mean::zeroed().predict(&rows), Largest::zeroed().predict(&rows)), ([2.5, -2.5], [5.0, 0.0]));
}

#[test]
fn windows_that_begin_follow_in_the_same_ways() {
    const UP: usize = 5;
    network!(struct Numbers (Image<1, 5, 7>) -> Image<1, 3, 3> = MaxPool2d<2, 3>(rounding = Up));
    network!(struct Constants (Image<1, 5, 7>) -> Image<1, 3, 3> = MaxPool2d<POOL, COLUMNS>(rounding = Up));
    network!(struct Foreign (Image<1, 5, 7>) -> Image<1, 3, 3> = Keep, MaxPool2d<2, COLUMNS>(rounding = Up));
    let expected = [[[9.0, 12.0, 13.0], [23.0, 26.0, 27.0], [30.0, 33.0, 34.0]]];
    assert_eq!(Numbers::zeroed().predict(&numbered()), expected);
    assert_eq!(Constants::zeroed().predict(&numbered()), expected);
    assert_eq!(Foreign::zeroed().predict(&numbered()), expected);

    // The fourth window would begin in the padding behind the image.
    network!(struct Less (Image<1, 1, 5>) -> Image<1, 1, 3> = Keep, AvgPool2d<1, COLUMNS>((1, 2), padding = (0, ONE), rounding = Up));
    network!(struct Within (Image<1, 1, 5>) -> Image<1, 1, 3> = AvgPool2d<1, 3>((1, 2), padding = (0, 1)));
    assert_eq!(Less::zeroed().predict(&numbered()), Within::zeroed().predict(&numbered()));
    // The only window is larger than the sequence.
    network!(struct Larger (Sequence<3, 1>) -> Sequence<1, 1> = Keep, AvgPool1d<UP>(rounding = Up));
    assert_eq!(Larger::zeroed().predict(&[[1.0], [2.0], [6.0]]), [[3.0]]);
    // The padding of words is as much as all windows need.
    network!(struct Same (Image<1, 5, 7>) -> Image<1, 3, 4> = AvgPool2d<2>(padding = Same, rounding = Up));
    network!(struct Down (Image<1, 5, 7>) -> Image<1, 3, 4> = AvgPool2d<2>(padding = Same, rounding = Down));
    assert_eq!(Same::zeroed().predict(&numbered()), Down::zeroed().predict(&numbered()));
}

/// The layers of sequences see each feature as those of images see a channel of one row.
#[test]
fn sequences_are_pooled_as_images_of_one_row() {
    network!(struct Max (Sequence<11, 3>) -> Sequence<5, 3> = MaxPool1d<3>(2, 1, 2));
    network!(struct MaxOfRows (Image<3, 1, 11>) -> Image<3, 1, 5> = MaxPool2d<1, 3>((1, 2), (0, 1), (1, 2)));
    network!(struct Average (Sequence<11, 3>) -> Sequence<4, 3> = AvgPool1d<4>(3, Same));
    network!(struct AverageOfRows (Image<3, 1, 11>) -> Image<3, 1, 4> = AvgPool2d<1, 4>((1, 3), Same));
    let steps: [[f32; 3]; 11] = std::array::from_fn(|step| [7, 5, 3].map(|by| (step * step * by % 11) as f32));
    let rows: [[[f32; 11]; 1]; 3] = std::array::from_fn(|channel| [steps.map(|step| step[channel])]);
    let (max, of_rows) = (Max::zeroed().predict(&steps), MaxOfRows::zeroed().predict(&rows));
    assert!((0..3).all(|channel| max.map(|step| step[channel]) == of_rows[channel][0]), "{max:?}, {of_rows:?}");
    let (average, of_rows) = (Average::zeroed().predict(&steps), AverageOfRows::zeroed().predict(&rows));
    assert!((0..3).all(|channel| average.map(|step| step[channel]) == of_rows[channel][0]), "{average:?}, {of_rows:?}");
}

/// No output of a causal window depends on a later step.
#[test]
fn causal_windows_do_not_see_later_steps() {
    network!(struct Causal (Sequence<7, 2>) = MaxPool1d<3>(1, Causal, 2), AvgPool1d<2>(1, Causal));
    let network = Causal::zeroed();
    let first = [[1.0, -1.0]; 7];
    for place in 0..7 {
        let mut changed = first;
        changed[place] = [5.0; 2];
        let (before, after) = (network.predict(&first), network.predict(&changed));
        assert_eq!(before[..place], after[..place]);
        assert!((before[place][0], before[place][1]) < (after[place][0], after[place][1]));
    }
}

#[test]
fn the_number_of_features_may_be_a_parameter() {
    network! {
        struct Generic<const N: usize> (Sequence<9, 2>) {
            Conv1d<_, N, 3>(padding = Same),
            MaxPool1d<2>,
            AvgPool1d<3>(1, Causal),
            Parallel(Add) { largest: { GlobalMaxPool1d }, mean: { GlobalAvgPool1d, Dense<N, N> } },
            Identity,
        }
    }
    fn sum<const N: usize>() -> f32 {
        Generic::<N>::init(&mut typenet::rng(3)).predict(&[[1.0, 2.0]; 9]).iter().sum()
    }
    assert!([sum::<1>(), sum::<7>()].iter().all(|sum| sum.is_finite()));
}

#[test]
fn the_number_of_channels_may_be_a_parameter() {
    network! {
        struct Generic<const C: usize, const H: usize> (Image<1, 9, 8>) {
            Conv2d<_, C, 3>(padding = 1),
            Relu,
            MaxPool2d<2>,
            Pad<1>,
            Upsample<2, 1>,
            Conv2d<_, C, 3>,
            AvgPool2d<3>(2, Same),
            GlobalAvgPool2d,
            Reshape<Vector<C>>,
            Dense<C, H>,
            Tanh,
            Dense<H, 10>,
            Softmax,
        }
    }
    fn sum<const C: usize, const H: usize>() -> f32 {
        Generic::<C, H>::init(&mut typenet::rng(3)).predict(&numbered()).iter().sum()
    }
    assert!([sum::<1, 2>(), sum::<7, 5>(), sum::<16, 32>()].iter().all(|sum| (sum - 1.0).abs() < 1e-6));
}

#[test]
fn nan_in_a_window_reaches_the_output() {
    network!(struct Max (Image<1, 2, 4>) = MaxPool2d<2>);
    network!(struct Average (Image<1, 2, 4>) = AvgPool2d<2>);
    network!(struct Whole (Image<1, 2, 4>) = GlobalMaxPool2d);
    let mut image = numbered::<2, 4>();
    image[0][0][1] = f32::NAN;
    let [max, average] = [Max::zeroed().predict(&image), Average::zeroed().predict(&image)];
    assert!(max[0][0][0].is_nan() && average[0][0][0].is_nan() && Whole::zeroed().predict(&image)[0].is_nan());
    assert_eq!((max[0][0][1], average[0][0][1]), (7.0, 4.5));

    network!(struct Steps (Sequence<4, 2>) = MaxPool1d<2>);
    network!(struct All (Sequence<4, 2>) = GlobalMaxPool1d);
    let mut steps = [[1.0, 2.0]; 4];
    steps[1][0] = f32::NAN;
    let (max, all) = (Steps::zeroed().predict(&steps), All::zeroed().predict(&steps));
    assert!(max[0][0].is_nan() && all[0].is_nan());
    assert_eq!((max[0][1], max[1], all[1]), (2.0, [1.0, 2.0], 2.0));
}

#[test]
fn descriptions_leave_out_what_follows() {
    network! {
        struct Described (Image<1, 8, 9>) {
            MaxPool2d<2, 2>,
            Pad<1, 2, 1, 2>,
            AvgPool2d<2, 3>(padding = 1),
            Reshape<Image<3, _, 1>>,
        }
    }
    let text = Described::summary().to_string();
    for layer in ["MaxPool2d<2>", "Pad<1, 2>", "AvgPool2d<2, 3>(padding = 1)", "Reshape<Image<3, 4, 1>>"] {
        assert!(text.contains(layer), "{layer} in {text}");
    }
}
