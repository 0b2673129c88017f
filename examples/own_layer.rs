//! A custom layer with parameters and a setting, in a network with layers of the library: a parametric rectifier, whose slope
//! for negative values is learned.
//!
//! ```text
//! cargo run --release --example own_layer
//! ```

use nalgebra::SVector;
use typenet::kernel::{Isa, Kernels};
use typenet::prelude::*;
use typenet::{Backward, Forward, Plan, Scalar, Site};

/// f(x) = x if x > 0, else a x, with a slope `a` for each of `N` neurons.
///
/// K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into rectifiers", 2015, equation 1.
struct ParametricRelu<const N: usize>;

/// The parameters: one slice of elements, named after the fields.
#[derive(FlatParameters)]
#[repr(C)]
struct Slopes<T, const N: usize> {
    slope: SVector<T, N>,
}

/// The initial slope of all neurons.
#[derive(Clone, Copy)]
struct Start(f64);

impl<const N: usize> ParametricRelu<N> {
    /// Creates the settings of `ParametricRelu<N>(start)`, at compile time.
    const fn settings(start: f64) -> Start {
        assert!(start >= 0.0 && start <= 1.0, "the first slope of `ParametricRelu` is from 0 to 1");
        Start(start)
    }
}

/// The backward pass reads the input, not the output.
struct FromInput;

impl Plan for FromInput {
    const READS_OUTPUT: bool = false;
}

impl<const N: usize> Layer for ParametricRelu<N> {
    type Output<In: Shape> = Vector<N>;
    type Logits<In: Shape> = Vector<N>;
    type With<T: Scalar> = Slopes<T, N>;
    type Settings = Start;
    type Plan<In: Shape> = FromInput;

    fn initialize<T: Scalar, R: rand::Rng + ?Sized>(
        parameters: &mut Slopes<T, N>,
        start: &Start,
        _: Initializer,
        _: &mut R,
    ) {
        parameters.slope.fill(T::from_f64(start.0));
    }

    fn forward<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, Slopes<T, N>, Start>, memory: Forward<'_, T>) {
        for (x, y) in memory.input.chunks_exact(N).zip(memory.output.chunks_exact_mut(N)) {
            for ((y, &x), &slope) in y.iter_mut().zip(x).zip(&site.parameters.slope) {
                *y = if x > T::ZERO { x } else { slope * x };
            }
        }
    }

    // dL/da is the sum of g x over the negative x; dL/dx = g or a g.
    fn backward<In: Shape, T: Kernels, I: Isa>(
        _: I,
        site: Site<'_, Slopes<T, N>, Start>,
        memory: Backward<'_, T>,
        gradient: &mut Slopes<T, N>,
    ) {
        for (x, g) in memory.input.chunks_exact(N).zip(memory.grad_output.chunks_exact(N)) {
            for ((&x, &g), sum) in x.iter().zip(g).zip(&mut gradient.slope) {
                *sum += if x > T::ZERO { T::ZERO } else { g * x };
            }
        }
        if let Some(grad_input) = memory.grad_input {
            let inputs = memory.input.iter().zip(&*memory.grad_output);
            for ((dx, (&x, &g)), &slope) in grad_input.iter_mut().zip(inputs).zip(site.parameters.slope.iter().cycle())
            {
                *dx = if x > T::ZERO { g } else { slope * g };
            }
        }
    }
}

impl<const N: usize> Takes<Vector<N>> for ParametricRelu<N> {}

network! {
    struct DigitClassifier {
        hidden: Dense<64, 32>,
        rectifier: ParametricRelu<32>(0.25),
        output: Dense<32, 10>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.85);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    // Is the derivative right? Compared in `f64` with differences of the loss.
    let mut exact = DigitClassifier::<f64>::init(&mut rng);
    let inputs: Vec<[f64; 64]> = train.inputs()[..4].iter().map(|input| input.map(f64::from)).collect();
    let check = gradient_check(&mut *exact, &inputs, &train.targets()[..4], &Nll)?;
    println!("the gradient compared with differences of the loss: {check}");
    assert!(check.relative_error < 1e-7);

    let mut network = DigitClassifier::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.1).momentum(0.9)).epochs(30).fit(&mut network, &train)?;
    println!("{}", DigitClassifier::summary());
    println!("test accuracy {:.4}", network.evaluate(&test, &Nll).accuracy);
    let slopes = &network.rectifier.slope;
    println!("slopes: all started at 0.25, and are now from {:.2} to {:.2}", slopes.min(), slopes.max());
    assert!(slopes.iter().any(|&slope| slope != 0.25));
    Ok(())
}
