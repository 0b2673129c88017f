//! Are the derivatives right? The chain rule compared with differences of the loss itself.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::{self, Display};

use crate::error::Result;
use crate::flat_parameters::FlatParameters;
use crate::gradient::Gradient;
use crate::layer::Pass;
use crate::loss::{Admits, Loss, Values};
use crate::network::{Differentiate, Network, Sample, Workspace};
use crate::readable::Significant;
use crate::tensor::TensorTable;

/// The step of the stencil, relative to the magnitude of a parameter above 1. With this step, the rounding error of the
/// differences is around 10⁻¹² of the loss. The truncation error, proportional to the fourth power of the step, stays below
/// 10⁻⁷ of the gradient even for steep networks, in which a change of a parameter changes pre-activations by ten times as much.
const STEP: f64 = 2e-4;

/// The distance between the gradient of backpropagation and that of differences. `Display` prints the relative error and the
/// tensor.
///
/// # Example
/// ```
/// use typenet::gradient_check::GradientCheck;
///
/// let check = GradientCheck { relative_error: 2.5e-11, worst: "hidden.weight".into(), differences: vec![0.5, -1.0] };
/// assert_eq!(check.to_string(), "relative error 2.500e-11 over 2 parameters, the largest difference in `hidden.weight`");
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GradientCheck {
    /// |g - d| / max(|g|, |d|) over all parameters, with the Euclidean norm; 0 if both are zero.
    pub relative_error: f64,
    /// The dotted name of the tensor with the largest single difference.
    pub worst: String,
    /// The derivatives computed by differences, in the order of the parameters.
    pub differences: Vec<f64>,
}

impl Display for GradientCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (relative_error, count) = (Significant(self.relative_error), self.differences.len());
        write!(f, "relative error {relative_error} over {count} parameters, the largest difference in `{}`", self.worst)
    }
}

/// Compares the gradient of the mean loss with differences of the loss, for every parameter, in `f64`.
///
/// dL/dθ ≈ (L(θ-2h) - 8 L(θ-h) + 8 L(θ+h) - L(θ+2h)) / 12h
///
/// All passes are those of the same training step, so layers that draw random numbers draw the same ones in each. Statistics,
/// such as a running mean, have no derivative and are left out: their difference is 0.
///
/// # Units
/// A correct network of smooth layers has a relative error below 10⁻⁷. Two cases make the differences inaccurate, but not the
/// gradient. One is a kink within the reach of the stencil, such as that of ReLU, or a kink of the slope, such as that of ELU.
/// The other is a gradient with a norm below 10⁻³, as for samples that the network has learned, since differences have rounding
/// errors of up to 10⁻¹⁰.
///
/// # Errors
/// The same as [`Differentiate::gradient`].
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// network!(struct Classifier = Dense<2, 5>, Tanh, Dense<5, 3>, Softmax);
///
/// let mut network = Classifier::<f64>::init(&mut typenet::rng(37));
/// let targets = [Class::new(2)?, Class::new(0)?];
/// let check = gradient_check(&mut *network, &[[0.5, -1.0], [2.0, 0.1]], &targets, &Nll)?;
/// assert!(check.relative_error < 1e-7);
/// # Ok::<(), typenet::Error>(())
/// ```
pub fn gradient_check<N, L>(
    network: &mut N,
    inputs: &[Sample<N, N::Input>],
    targets: &[Values<L, N::Output, f64>],
    loss: &L,
) -> Result<GradientCheck>
where
    N: Network<Scalar = f64>,
    L: Loss<N::Output, Takes: Admits<N::Head>>,
{
    let mut workspace = Workspace::new();
    let mut gradient = Gradient::<N>::zeroed();
    let mut scratch = Gradient::<N>::zeroed();
    let pass = Pass::training(0, 0);
    network.gradient(inputs, targets, loss, &pass, &mut workspace, &mut gradient)?;
    let mut is_statistic = vec![false; N::PARAMETERS];
    N::TENSORS.for_each_statistic(&mut |range| {
        gradient.parameters_mut()[range.clone()].fill(0.0);
        is_statistic[range].fill(true);
    });
    let parameters = network.parameters().to_vec();
    let differences = differences(&parameters, &is_statistic, &mut |position, value| {
        network.parameters_mut()[position] = value;
        let loss = network.gradient(inputs, targets, loss, &pass, &mut workspace, &mut scratch);
        network.parameters_mut()[position] = parameters[position];
        loss
    })?;
    Ok(compare(&N::TENSORS, gradient.parameters(), differences))
}

/// Returns the differences of a loss, which `at` returns for one parameter that has another value.
fn differences(
    parameters: &[f64],
    is_statistic: &[bool],
    at: &mut dyn FnMut(usize, f64) -> Result<f64>,
) -> Result<Vec<f64>> {
    let mut differences = vec![0.0; parameters.len()];
    for (position, &parameter) in parameters.iter().enumerate().filter(|&(position, _)| !is_statistic[position]) {
        let step = STEP * parameter.abs().max(1.0);
        let mut at = |offset: f64| at(position, parameter + offset * step);
        differences[position] = (at(-2.0)? - 8.0 * at(-1.0)? + 8.0 * at(1.0)? - at(2.0)?) / (12.0 * step);
    }
    Ok(differences)
}

fn compare(tensors: &TensorTable, gradient: &[f64], differences: Vec<f64>) -> GradientCheck {
    let norm = |values: &mut dyn Iterator<Item = f64>| libm::sqrt(values.map(|x| x * x).sum());
    let distances: Vec<f64> = gradient.iter().zip(&differences).map(|(g, d)| (g - d).abs()).collect();
    let scale = norm(&mut gradient.iter().copied()).max(norm(&mut differences.iter().copied()));
    let relative_error = if scale == 0.0 { 0.0 } else { norm(&mut distances.iter().copied()) / scale };
    let worst = crate::metric::argmax(&distances);
    let tensor = tensors.list().into_iter().find(|tensor| tensor.range.contains(&worst));
    GradientCheck { relative_error, worst: tensor.map_or_else(String::new, |tensor| tensor.name), differences }
}
