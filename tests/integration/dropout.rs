//! Dropout leaves out what it says, the same in every tile, thread and pass, and nothing when it predicts.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use typenet::Shape;
use typenet::prelude::*;

/// Tiles of the usual size, of one sample and of seven.
macro_rules! tiles {
    ($usual:ident, $one:ident, $seven:ident, $(#[$attribute:meta])* $input:ty, $($layers:tt)*) => {
        network!(struct $usual ($input) = $($layers)*);
        network!(#[tile(1)] struct $one ($input) = $($layers)*);
        network!(#[tile(7)] struct $seven ($input) = $($layers)*);
    };
}

tiles!(Alone, AloneOne, AloneSeven, Vector<101>, Dropout(0.3));
network!(struct Twice (Vector<101>) = Dropout(0.3), Dropout(0.3));
network!(struct Keep (Image<2, 3, 5>) = Dropout(0.0));

/// What a training pass makes of samples of ones.
fn outputs<N: Network<Input = Vector<101>, Output = Vector<101>, Logits = Vector<101>, Scalar = f32>>(
    count: usize,
    pass: &Pass,
) -> Vec<[f32; 101]> {
    let mut workspace = Workspace::<N>::for_samples(count);
    N::zeroed().forward(&vec![[1.0; 101]; count], pass, &mut workspace).unwrap().to_vec()
}

#[test]
fn the_share_that_is_left_out_is_the_rate_and_the_rest_is_scaled() {
    let outputs = outputs::<Alone>(1000, &Pass::training(37, 0));
    let values = outputs.as_flattened();
    assert!(values.iter().all(|&y| y == 0.0 || y == 1.0 / 0.7), "{:?}", &values[..5]);
    let share = values.iter().filter(|&&y| y == 0.0).count() as f64 / values.len() as f64;
    // Five standard deviations of 101,000 draws.
    assert!((share - 0.3).abs() < 5.0 * (0.21 / 101_000.0_f64).sqrt(), "{share}");
    for position in [0, 1, 50, 100] {
        let share = outputs.iter().filter(|y| y[position] == 0.0).count() as f64 / 1000.0;
        assert!((share - 0.3).abs() < 5.0 * (0.21 / 1000.0_f64).sqrt(), "{share} at {position}");
    }
}

#[test]
fn draws_of_neighbours_are_independent() {
    let outputs = outputs::<Alone>(1000, &Pass::training(37, 0));
    let left = |y: f32| f64::from(u8::from(y == 0.0)) - 0.3;
    let correlation = |pairs: &mut dyn Iterator<Item = (f32, f32)>| {
        let (sum, count) = pairs.fold((0.0, 0.0), |(sum, count), (a, b)| (sum + left(a) * left(b), count + 1.0));
        sum / count / 0.21 * f64::sqrt(count)
    };
    let numbers = correlation(&mut outputs.iter().flat_map(|y| y.windows(2).map(|pair| (pair[0], pair[1]))));
    let samples = correlation(&mut outputs.windows(2).flat_map(|pair| pair[0].into_iter().zip(pair[1])));
    // Both are standard normal.
    assert!(numbers.abs() < 5.0 && samples.abs() < 5.0, "{numbers} {samples}");
}

#[test]
fn seeds_steps_samples_and_layers_have_masks_of_their_own() {
    let first = outputs::<Alone>(2, &Pass::training(37, 0));
    assert_eq!(first, outputs::<Alone>(2, &Pass::training(37, 0)));
    assert_ne!(first, outputs::<Alone>(2, &Pass::training(38, 0)));
    assert_ne!(first, outputs::<Alone>(2, &Pass::training(37, 1)));
    assert_ne!(first[0], first[1]);
    let both = outputs::<Twice>(1, &Pass::training(37, 0));
    let left_out = both[0].iter().filter(|&&y| y == 0.0).count();
    assert!(left_out > 35, "two masks that were one would leave out 30, not 51: {left_out}");
}

#[test]
fn masks_do_not_depend_on_tiles_nor_on_the_rest_of_the_batch() {
    let gradient_of = |count| {
        let inputs: Vec<_> = (0_u8..100).cycle().take(count).map(|k| [f32::from(k) / 50.0; 101]).collect();
        let targets = vec![[0.0; 101]; count];
        let pass = Pass::training(1, 5);
        [
            loss::<Alone>(&inputs, &targets, &pass),
            loss::<AloneOne>(&inputs, &targets, &pass),
            loss::<AloneSeven>(&inputs, &targets, &pass),
        ]
    };
    let [usual, one, seven] = gradient_of(300);
    assert!((usual - one).abs() < 1e-6 && (usual - seven).abs() < 1e-6, "{usual} {one} {seven}");
    let few = outputs::<Alone>(3, &Pass::training(1, 5));
    assert_eq!(outputs::<Alone>(100, &Pass::training(1, 5))[..3], few[..]);
}

fn loss<N: Network<Input = Vector<101>, Output = Vector<101>, Logits = Vector<101>, Scalar = f32>>(
    inputs: &[[f32; 101]],
    targets: &[[f32; 101]],
    pass: &Pass,
) -> f32 {
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::<N>::zeroed());
    N::zeroed().gradient(inputs, targets, &MeanSquaredError, pass, &mut workspace, &mut gradient).unwrap()
}

#[test]
fn predictions_and_a_rate_of_zero_leave_nothing_out() {
    let input = [1.0; 101];
    assert_eq!(Alone::zeroed().predict(&input), input);
    assert_eq!(outputs::<Alone>(2, &Pass::inference()), [input; 2]);
    let image = <Image<2, 3, 5> as Shape>::zero::<f32>();
    let mut workspace = Workspace::new();
    assert_eq!(Keep::zeroed().forward(&[image], &Pass::training(1, 1), &mut workspace).unwrap(), [image]);
}

#[test]
fn a_number_that_is_not_finite_is_not_hidden() {
    let outputs =
        Alone::zeroed().forward(&[[f32::NAN; 101]], &Pass::training(1, 1), &mut Workspace::new()).unwrap().to_vec();
    assert!(outputs[0].iter().all(|y| y.is_nan()));
}

#[test]
fn whole_channels_are_dropped_or_scaled() {
    network!(struct Channels (Image<7, 3, 5>) = Dropout2d(0.3));
    let inputs = vec![[[[1.0_f32; 5]; 3]; 7]; 1000];
    let mut workspace = Workspace::<Channels>::for_samples(inputs.len());
    let network = Channels::zeroed();
    let outputs = network.forward(&inputs, &Pass::training(37, 0), &mut workspace).unwrap().to_vec();
    let channels = outputs.as_flattened();
    let whole = |value: f32| move |channel: &&[[f32; 5]; 3]| channel.as_flattened().iter().all(|&y| y == value);
    let dropped = channels.iter().filter(whole(0.0)).count();
    assert_eq!(dropped + channels.iter().filter(whole(1.0 / 0.7)).count(), channels.len());
    // Five standard deviations of 7,000 draws.
    let share = dropped as f64 / channels.len() as f64;
    assert!((share - 0.3).abs() < 5.0 * (0.21 / 7000.0_f64).sqrt(), "{share}");
    assert_eq!(network.predict(&inputs[0]), inputs[0]);
}
