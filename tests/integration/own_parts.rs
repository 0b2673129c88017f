//! Layers and optimizers of one's own, written in safe code alone: what the library asks of them, and what it refuses.
#![forbid(unsafe_code)]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::sync::Mutex;

use nalgebra::{SMatrix, SVector};
use typenet::kernel::{Isa, Kernels};
use typenet::optimizer::{OptimizerState, Slot};
use typenet::prelude::*;
use typenet::{Backward, Error, Forward, Plan, Result, Scalar, Site, TensorKind};

/// Multiplies every number by a weight of its own; the parameters are an nalgebra vector.
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
        for (position, (y, &x)) in memory.output.iter_mut().zip(memory.input).enumerate() {
            *y = site.parameters[position % N] * x;
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, SVector<T, N>, ()>,
        memory: Backward<'_, T>,
        gradient: &mut SVector<T, N>,
    ) {
        for (position, (&g, &x)) in memory.grad_output.iter().zip(memory.input).enumerate() {
            gradient[position % N] += g * x;
        }
        if let Some(grad_input) = memory.grad_input {
            for (position, (dx, &g)) in grad_input.iter_mut().zip(&*memory.grad_output).enumerate() {
                *dx = site.parameters[position % N] * g;
            }
        }
    }
}

impl<const N: usize> Takes<Vector<N>> for Scale<N> {}

network!(struct Scaled = Dense<2, 3>, Tanh, scale: Scale<3>, Dense<3, 2>, Softmax);

#[test]
fn an_nalgebra_vector_is_initialised_named_checked_and_trained() {
    let mut network = Scaled::<f64>::init(&mut typenet::rng(3));
    assert!(network.scale.iter().all(|&w| w != 0.0));
    assert_eq!(Scaled::TENSORS.list()[2].name, "scale.weight");
    let targets = [Class::new(1).unwrap(), Class::new(0).unwrap()];
    let check = gradient_check(&mut *network, &[[0.5, -1.0], [2.0, 0.1]], &targets, &Nll).unwrap();
    assert!(check.relative_error < 1e-7, "{check:?}");

    let data: Dataset<Vector<2>, Class<2>> = Dataset::labelled([[0.5, -1.0], [2.0, 0.1]], [1, 0]).unwrap();
    let mut network = Scaled::init(&mut typenet::rng(3));
    let before = network.scale;
    Trainer::new(Nll, Sgd::new(0.5)).epochs(50).fit(&mut network, &data).unwrap();
    assert_ne!(network.scale, before);
    network.scale[1] = f32::INFINITY;
    assert_eq!(network.non_finite_tensor().as_deref(), Some("scale.weight"));
}

/// Parameters of several kinds, some in a struct of their own.
#[derive(FlatParameters)]
#[repr(C)]
struct NormalParameters<T, const N: usize> {
    scale: SVector<T, N>,
    inner: Moments<T, N>,
    mix: SMatrix<T, N, 2>,
}

#[derive(FlatParameters)]
#[repr(C)]
struct Moments<T, const N: usize> {
    #[tensor(bias)]
    shift: SVector<T, N>,
    #[tensor(statistic)]
    mean: SVector<T, N>,
}

/// y = scale · (x - mean) + shift
struct Normal<const N: usize>;

impl<const N: usize> Layer for Normal<N> {
    type Output<In: Shape> = Vector<N>;
    type Logits<In: Shape> = Vector<N>;
    type With<T: Scalar> = NormalParameters<T, N>;
    type Settings = ();
    type Plan<In: Shape> = ScalePlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, NormalParameters<T, N>, ()>,
        memory: Forward<'_, T>,
    ) {
        for (position, (y, &x)) in memory.output.iter_mut().zip(memory.input).enumerate() {
            let i = position % N;
            *y = site.parameters.scale[i] * (x - site.parameters.inner.mean[i]) + site.parameters.inner.shift[i];
        }
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, NormalParameters<T, N>, ()>,
        memory: Backward<'_, T>,
        gradient: &mut NormalParameters<T, N>,
    ) {
        for (position, (&g, &x)) in memory.grad_output.iter().zip(memory.input).enumerate() {
            let i = position % N;
            gradient.scale[i] += g * (x - site.parameters.inner.mean[i]);
            gradient.inner.shift[i] += g;
        }
        if let Some(grad_input) = memory.grad_input {
            for (position, (dx, &g)) in grad_input.iter_mut().zip(&*memory.grad_output).enumerate() {
                *dx = site.parameters.scale[position % N] * g;
            }
        }
    }
}

impl<const N: usize> Takes<Vector<N>> for Normal<N> {}

network!(struct Normalized = Dense<2, 3>, normal: Normal<3>, Dense<3, 2>, Softmax);

#[test]
fn derived_parameters_are_named_after_their_fields_and_trained_by_their_kind() {
    let tensors = Normalized::TENSORS.list();
    let names: Vec<_> = tensors.iter().map(|tensor| (tensor.name.as_str(), tensor.shape, tensor.kind)).collect();
    let expected = [
        ("normal.scale", &[3][..], TensorKind::Weight),
        ("normal.inner.shift", &[3], TensorKind::Bias),
        ("normal.inner.mean", &[3], TensorKind::Statistic),
        ("normal.mix", &[3, 2], TensorKind::Weight),
    ];
    assert_eq!(names[2..6], expected);

    let mut network = Normalized::init(&mut typenet::rng(3));
    assert!(network.normal.scale.iter().all(|&w| w != 0.0) && network.normal.mix.iter().all(|&w| w != 0.0));
    assert_eq!(network.normal.inner.parameters(), [0.0; 6]);
    network.normal.inner.mean.fill(0.25);
    let before = network.clone();
    let data: Dataset<Vector<2>, Class<2>> = Dataset::labelled([[0.5, -1.0], [2.0, 0.1]], [1, 0]).unwrap();
    Trainer::new(Nll, Sgd::new(0.5)).epochs(50).fit(&mut network, &data).unwrap();
    assert_ne!(network.normal.scale, before.normal.scale);
    assert_ne!(network.normal.inner.shift, before.normal.inner.shift);
    assert_eq!(network.normal.inner.mean, before.normal.inner.mean);
    assert_eq!(network.evaluate(&data, &Nll).accuracy, 1.0);
}

/// Which layers were called, by the number that the pass has for each.
static SEEN: Mutex<Vec<u64>> = Mutex::new(Vec::new());

/// Remembers which layer it is.
struct Witness;

impl Layer for Witness {
    type Output<In: Shape> = In::Plain;
    type Logits<In: Shape> = In::Plain;
    type With<T: Scalar> = ();
    type Settings = ();
    type Plan<In: Shape> = ScalePlan;

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), ()>, memory: Forward<'_, T>) {
        SEEN.lock().unwrap().push(site.pass.layer);
        memory.output.copy_from_slice(memory.input);
    }

    fn backward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), ()>, memory: Backward<'_, T>, (): &mut ()) {
        SEEN.lock().unwrap().push(site.pass.layer);
        if let Some(grad_input) = memory.grad_input {
            grad_input.copy_from_slice(memory.grad_output);
        }
    }
}

impl<In: Shape> Takes<In> for Witness {}

network!(struct Inner (Vector<2>) = Witness, Witness);
network!(struct Outer (Vector<2>) = Witness, inner: Inner, Witness, again: Inner, Dense<2, 2>);

#[test]
fn every_layer_of_nested_networks_has_a_number_of_its_own_the_same_in_both_directions() {
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let pass = Pass::training(1, 0);
    let data = [[0.5_f32, 1.0]];
    let network = Outer::zeroed();
    network.gradient(&data, &[[0.0_f32, 0.0]], &MeanSquaredError, &pass, &mut workspace, &mut gradient).unwrap();
    let seen = SEEN.lock().unwrap().clone();
    let (forward, backward) = seen.split_at(6);
    let mut distinct = forward.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), 6, "{forward:?}");
    assert!(forward.iter().eq(backward.iter().rev()), "{forward:?} {backward:?}");
}

/// A custom layer with the name of one of the library, which squashes nothing.
mod linear {
    use typenet::kernel::{Isa, Kernels};
    use typenet::prelude::*;
    use typenet::{Elementwise, Reads, Site};

    pub(crate) struct Sigmoid;

    impl Elementwise for Sigmoid {
        type Settings = ();

        const READS: Reads = Reads::Nothing;

        fn map<In: Shape, T: Kernels, I: Isa>(_: I, _: Site<'_, (), ()>, values: &mut [T]) {
            for x in values {
                *x *= T::from_f64(2.0);
            }
        }

        fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
            _: I,
            _: Site<'_, (), ()>,
            _: &[T],
            gradient: &mut [T],
        ) {
            for g in gradient {
                *g *= T::from_f64(2.0);
            }
        }
    }
}

network!(struct Named = Dense<2, 1>, linear::Sigmoid);

#[test]
fn a_loss_of_raw_scores_asks_what_the_last_layer_is_and_not_its_name() {
    let inputs = vec![[0.0, 1.0], [1.0, 0.0], [0.5, -2.0], [-1.0, 1.0]];
    let data = Dataset::<Vector<2>, Vector<1>>::new(inputs, vec![[1.0], [0.0], [0.0], [1.0]]).unwrap();
    let mut network = Named::init(&mut typenet::rng(37));
    Trainer::new(BinaryCrossEntropy, Sgd::new(0.5)).epochs(50).fit(&mut network, &data).unwrap();
    assert!(network.evaluate(&data, &BinaryCrossEntropy).loss < 0.2);
    let targets = data.targets();
    let check =
        gradient_check(&mut *Named::<f64>::init(&mut typenet::rng(37)), &[[0.5, 1.0]], &[[1.0]], &BinaryCrossEntropy);
    assert!(check.unwrap().relative_error < 1e-8 && targets.len() == 4);
}

/// Asks for these slots.
#[derive(Clone)]
struct Remembers(&'static [Slot]);

impl Optimizer for Remembers {
    fn slots(&self) -> &'static [Slot] {
        self.0
    }

    fn check<T: Scalar>(&self) -> Result<()> {
        Ok(())
    }

    fn largest_update(&self, largest_gradient: f64) -> f64 {
        largest_gradient
    }

    fn update<T: Kernels, I: Isa>(&self, _: I, _: u64, _: &mut [T], _: &[T], _: &mut [&mut [T]]) {}
}

#[test]
fn an_optimizer_with_too_many_slots_or_two_of_one_name_is_refused() {
    const SLOTS: [Slot; 5] =
        [Slot::signed("a"), Slot::signed("b"), Slot::signed("c"), Slot::signed("d"), Slot::signed("e")];
    let refused = |optimizer: &mut OptimizerState<Remembers, f32>| {
        let error = optimizer.step_slice(&mut [1.0], &[1.0]).unwrap_err();
        assert!(matches!(error, Error::Setting { name: "number of optimizer slots", .. }), "{error}");
        error.to_string()
    };
    assert!(refused(&mut Remembers(&SLOTS).state()).contains("is 5, but must be at most 4"));
    // Those that other settings needed count too.
    let mut optimizer = Remembers(&SLOTS[..3]).state();
    optimizer.step_slice(&mut [1.0], &[1.0]).unwrap();
    optimizer.optimizer_mut().0 = &SLOTS[2..4];
    optimizer.step_slice(&mut [1.0], &[1.0]).unwrap();
    optimizer.optimizer_mut().0 = &SLOTS[4..];
    assert!(refused(&mut optimizer).contains("is 5, but must be at most 4"));
    let twice = const { &[Slot::signed("velocity"), Slot::nonnegative("velocity")] };
    assert!(refused(&mut Remembers(twice).state()).contains("number of distinct slot names"));
}

#[test]
fn a_batch_is_answered_where_the_caller_wants_it() {
    let network = Scaled::init(&mut typenet::rng(3));
    let inputs = [[0.5, -1.0], [2.0, 0.1], [0.0, 0.0]];
    let mut outputs = [[0.0; 2]; 3];
    network.predict_batch_into(&inputs, &mut outputs).unwrap();
    assert_eq!(outputs.to_vec(), network.predict_batch(&inputs));
    let error = network.predict_batch_into(&inputs, &mut outputs[..2]).unwrap_err();
    assert_eq!(error.to_string(), "there are 3 inputs but 2 outputs");
}
