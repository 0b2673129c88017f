//! What do formulas need beside their loops?

use rand::Rng as RandomSource;

use crate::flat_parameters::FlatParameters;
use crate::initializer::Initializer;
use crate::kernel::scratch::with_scratch;
use crate::kernel::{Formula, FormulaKernels, Isa, Program, dispatch};
use crate::scalar::Scalar;

/// A formula at one place.
struct At<'a, F>(&'a F, f64);

impl<F: Formula<0, 0, 0, 1, 0>> Program for At<'_, F> {
    type Output = f64;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> f64 {
        let Self(formula, x) = self;
        let mut values = [x];
        f64::formula_rows(isa, formula, 1, 1, [], [], [], [&mut values], []);
        values[0]
    }
}

/// Returns the value of a function of one number at `x`.
pub fn at<F: Formula<0, 0, 0, 1, 0>>(formula: &F, x: f64) -> f64 {
    dispatch(At(formula, x))
}

/// Draws the weights of a layer, and sets its other parameters to zero.
pub fn draw<T: Scalar, P: FlatParameters<T>, R: RandomSource + ?Sized>(
    parameters: &mut P,
    initializer: Initializer,
    rng: &mut R,
) {
    initializer.fill_tensors(parameters.parameters_mut(), P::TENSORS, rng);
}

/// Calls `use_it` with memory for `len` scalars. Its code exists once, although memory comes from several places.
pub fn scratch<T: Scalar>(len: usize, use_it: &mut dyn FnMut(&mut [T])) {
    with_scratch(len, use_it);
}
