//! Layers and tensors that are frozen while the program runs.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small numbers of samples and draws")]

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use typenet::prelude::*;
use typenet::{Error, random};

network!(struct Inner = first: Dense<3, 4>, Tanh, second: Dense<4, 3>);
network!(struct Net (Vector<3>) = inner: Inner, Tanh, output: Dense<3, 2>, Softmax);
network!(
    struct Declared (Vector<3>) {
        #[frozen]
        inner: Inner,
        Tanh,
        output: Dense<3, 2>,
        Softmax,
    }
);

fn data() -> Dataset<Vector<3>, Class<2>, f64> {
    let mut rng = typenet::rng(1);
    let mut row = || -> [f64; 3] { std::array::from_fn(|_| random::normal(&mut rng)) };
    Dataset::labelled((0..40).map(|_| row()).collect::<Vec<_>>(), (0..40).map(|i| i % 2)).unwrap()
}

/// The parameters after some steps with tight clipping, of a network that starts as every other.
fn trained<N>(frozen: &[&str]) -> Vec<f64>
where
    N: Network<Scalar = f64, Input = Vector<3>, Output = Probabilities<2>>,
{
    let mut network = N::init(&mut typenet::rng(2));
    let mut trainer = Trainer::new(Nll, Adam::new(0.01)).epochs(3).batch_size(8).accumulate(2).clip_norm(0.05);
    for name in frozen {
        trainer.freeze::<N>(name).unwrap();
    }
    trainer.fit::<N, _, _>(&mut network, &data()).unwrap();
    network.parameters().to_vec()
}

#[test]
fn a_layer_frozen_by_name_is_as_one_frozen_by_its_declaration() {
    let by_name = trained::<Net<f64>>(&["inner"]);
    for (a, b) in by_name.iter().zip(trained::<Declared<f64>>(&[])) {
        assert!((a - b).abs() < 1e-12, "{a} and {b}");
    }
    let start = Net::<f64>::init(&mut typenet::rng(2));
    let (inner, output) = by_name.split_at(Inner::PARAMETERS);
    assert_eq!(inner, &start.parameters()[..Inner::PARAMETERS]);
    assert!(output.iter().zip(&start.parameters()[Inner::PARAMETERS..]).all(|(a, b)| a != b));
    // Whole, or part by part, in any order and twice.
    let parts = ["inner.second", "inner.first.bias", "inner.first.weight", "inner.second.weight"];
    assert_eq!(trained::<Net<f64>>(&parts), by_name);
    assert_eq!(trained::<Declared<f64>>(&["inner"]), trained::<Declared<f64>>(&[]));
}

#[test]
fn what_is_unfrozen_is_learned_again_and_a_reset_freezes_nothing() {
    let free = trained::<Net<f64>>(&[]);
    let run = |prepare: &dyn Fn(&mut Trainer<Nll, Adam, f64>)| {
        let mut network = Net::<f64>::init(&mut typenet::rng(2));
        let mut trainer = Trainer::new(Nll, Adam::new(0.01)).epochs(3).batch_size(8).accumulate(2).clip_norm(0.05);
        prepare(&mut trainer);
        trainer.fit(&mut network, &data()).unwrap();
        network.parameters().to_vec()
    };
    let thawed = run(&|trainer| {
        trainer.freeze::<Net<f64>>("inner").unwrap();
        trainer.unfreeze::<Net<f64>>("inner.first").unwrap();
        trainer.unfreeze::<Net<f64>>("inner").unwrap();
        trainer.unfreeze::<Net<f64>>("output").unwrap();
    });
    assert_eq!(thawed, free);
    let reset = run(&|trainer| {
        trainer.freeze::<Net<f64>>("inner").unwrap();
        trainer.reset();
    });
    assert_eq!(reset, free);
}

#[test]
fn names_that_are_not_there_are_refused_with_those_that_are() {
    let mut optimizer = Sgd::new(0.1).state();
    for name in ["inne", "inner.", "inner.first.weigh", "", "weight"] {
        let error = optimizer.freeze::<Net>(name).unwrap_err();
        let names = "`inner.first.weight`, `inner.first.bias`, `inner.second.weight`, `inner.second.bias`, \
                     `output.weight`, `output.bias`";
        assert_eq!(error.to_string(), format!("no layer or tensor is named `{name}`: the names are {names}"));
        assert_eq!(optimizer.unfreeze::<Net>(name).unwrap_err(), error);
    }
    optimizer.freeze::<Net>("output").unwrap();
    let (expected, given) = (Net::PARAMETERS, Inner::PARAMETERS);
    assert_eq!(optimizer.freeze::<Inner>("first").unwrap_err(), Error::ParameterCount { expected, given });
    let mut other = Inner::zeroed();
    let gradient = Gradient::<Inner>::zeroed();
    assert_eq!(optimizer.step(&mut *other, &*gradient).unwrap_err(), Error::ParameterCount { expected, given });
}

#[test]
fn the_gradient_of_what_is_frozen_is_not_looked_at() {
    let (mut network, mut gradient) = (Net::<f64>::zeroed(), Gradient::<Net<f64>>::zeroed());
    gradient.inner.first.bias[0] = f64::NAN;
    gradient.output.bias[0] = 1.0;
    let mut optimizer = Sgd::new(0.5).state();
    assert!(matches!(
        optimizer.step(&mut *network, &*gradient),
        Err(Error::NonFiniteGradient { tensor, .. }) if tensor == "inner.first.bias"
    ));
    optimizer.freeze::<Net<f64>>("inner").unwrap();
    optimizer.step(&mut *network, &*gradient).unwrap();
    assert_eq!(network.output.bias[0], -0.5);
    // The tensor that is named is a learned one.
    gradient.output.bias[1] = f64::INFINITY;
    assert!(matches!(
        optimizer.step(&mut *network, &*gradient),
        Err(Error::NonFiniteGradient { tensor, .. }) if tensor == "output.bias"
    ));

    gradient.output.bias[1] = 0.0;
    optimizer.clear_frozen(&mut *gradient);
    assert_eq!(gradient.norm(), 1.0);
}

network!(struct Wide = hidden: Dense<256, 300>, Tanh, output: Dense<300, 256>);

/// Large enough for threads to share an update: all but what is frozen moves as in a step where all is learned.
#[test]
fn shared_updates_leave_frozen_tensors_alone() {
    let mut gradient = Gradient::<Wide>::zeroed();
    let mut rng = typenet::rng(3);
    gradient.parameters_mut().iter_mut().for_each(|g| *g = random::normal(&mut rng) as f32);
    let step = |frozen: &[&str]| {
        let mut network = Wide::zeroed();
        let mut optimizer = Adam::new(0.01).state();
        for name in frozen {
            optimizer.freeze::<Wide>(name).unwrap();
        }
        for _ in 0..3 {
            optimizer.step(&mut *network, &*gradient).unwrap();
        }
        network
    };
    let (free, frozen) = (step(&[]), step(&["hidden.bias", "output.weight"]));
    assert_eq!(frozen.hidden.weight, free.hidden.weight);
    assert_eq!(frozen.output.bias, free.output.bias);
    assert!(frozen.hidden.bias.iter().chain(frozen.output.weight.iter()).all(|&x| x == 0.0));
}

const NAMES: [&str; 8] = [
    "inner",
    "inner.first",
    "inner.second",
    "inner.first.weight",
    "inner.second.bias",
    "output",
    "output.weight",
    "output.bias",
];

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(41), ..ProptestConfig::default() })]

    #[test]
    fn exactly_the_frozen_tensors_stay(calls in prop::collection::vec((0..NAMES.len(), any::<bool>()), 0..12)) {
        let mut optimizer = Sgd::new(1.0).state();
        let tensors = Net::<f32>::TENSORS.list();
        let mut frozen = vec![false; tensors.len()];
        for (name, freezes) in calls {
            let name = NAMES[name];
            if freezes { optimizer.freeze::<Net>(name) } else { optimizer.unfreeze::<Net>(name) }.unwrap();
            for (tensor, frozen) in tensors.iter().zip(&mut frozen) {
                if tensor.name == name || tensor.name.starts_with(&format!("{name}.")) {
                    *frozen = freezes;
                }
            }
        }
        let (mut network, mut gradient) = (Net::zeroed(), Gradient::<Net>::zeroed());
        gradient.parameters_mut().fill(-1.0);
        optimizer.step(&mut *network, &*gradient).unwrap();
        for (tensor, frozen) in tensors.iter().zip(&frozen) {
            let expected = if *frozen { 0.0 } else { 1.0 };
            prop_assert!(network.parameters()[tensor.range.clone()].iter().all(|&x| x == expected), "{}", tensor.name);
        }
    }
}

/// One step of a gradient of ones from parameters of one, with decay and factors of layers.
fn step_from_ones(frozen: &[&str]) -> Vec<f64> {
    let (mut network, mut gradient) = (Net::<f64>::zeroed(), Gradient::<Net<f64>>::zeroed());
    network.parameters_mut().fill(1.0);
    gradient.parameters_mut().fill(1.0);
    let mut optimizer = Sgd::new(0.5).weight_decay(WeightDecay::Decoupled(0.25)).state();
    optimizer.set_layer_factor("inner", 0.5);
    for name in frozen {
        optimizer.freeze::<Net<f64>>(name).unwrap();
    }
    optimizer.step(&mut *network, &*gradient).unwrap();
    network.parameters().to_vec()
}

#[test]
fn frozen_weights_do_not_decay_and_others_keep_the_rate_of_their_layer() {
    let (free, part) = (step_from_ones(&[]), step_from_ones(&["inner.first", "output.weight"]));
    for tensor in Net::<f64>::TENSORS.list() {
        // 1 - η λ where it is a weight, less η.
        let rate = if tensor.name.starts_with("inner") { 0.25 } else { 0.5 };
        let decay = if tensor.name.ends_with("weight") { rate * 0.25 } else { 0.0 };
        let frozen = tensor.name.starts_with("inner.first") || tensor.name == "output.weight";
        assert!(free[tensor.range.clone()].iter().all(|&x| x == 1.0 - decay - rate), "{}", tensor.name);
        let expected = if frozen { 1.0 } else { 1.0 - decay - rate };
        assert!(part[tensor.range].iter().all(|&x| x == expected), "{}", tensor.name);
    }
}
