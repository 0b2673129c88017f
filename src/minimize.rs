//! At which parameters does a function have its minimum?
//!
//! Gradient descent without a network: the caller's function returns a value and a gradient, and any optimizer follows it. A
//! function of one or two parameters shows what a network does with its loss.

use alloc::vec;
use alloc::vec::Vec;

use crate::error::{Error, Result};
use crate::kernel::Kernels;
use crate::optimizer::{Optimizer, OptimizerState};
use crate::schedule::Schedule;

/// Gradient descent on a function of a slice of parameters.
///
/// θ ← θ - η dL/dθ, repeated until the value or the parameters change by less than a threshold, or for a fixed number of steps.
/// Any optimizer can replace this formula.
///
/// # Errors
/// [`minimize`](Self::minimize) refuses parameters that are not finite and settings out of range. A value or gradient that is
/// not finite is an error that names the step; the parameters are then those of the last finite value.
///
/// # Source
/// The lecture, "Implementing Gradient Descent".
///
/// # Example
/// The lecture's game of guessing a number, 42: the error is a parabola with its minimum there. [`gradient_of!`](crate::gradient_of)
/// derives its gradient.
/// ```
/// use typenet::minimize::{Descent, Stopped};
/// use typenet::{Sgd, gradient_of};
///
/// gradient_of! { fn error([guess]: Vector<1>) -> Scalar { (guess - 42).powi(2) } }
///
/// let mut guess = [0.0_f64];
/// let found = Descent::new(Sgd::new(0.25)).until_value_changes_less(1e-12).minimize(&mut guess, error)?;
/// assert!((guess[0] - 42.0).abs() < 1e-5);
/// assert_eq!(found.stopped, Stopped::Value);
/// # Ok::<(), typenet::Error>(())
/// ```
///
/// Any function that writes its gradient will do. Two parameters and the path to the minimum of L(x, y) = x² + 10 y²:
/// ```
/// use typenet::minimize::Descent;
/// use typenet::Sgd;
///
/// let mut point = [8.0_f64, 1.0];
/// let found = Descent::new(Sgd::new(0.0625)).steps(200).keep_path().minimize(&mut point, |p, gradient| {
///     gradient.copy_from_slice(&[2.0 * p[0], 20.0 * p[1]]);
///     p[0] * p[0] + 10.0 * p[1] * p[1]
/// })?;
/// // (1 - 0.0625 · 2) 8 and (1 - 0.0625 · 20) 1: the step in y overshoots.
/// assert_eq!(found.path[..2], [vec![8.0, 1.0], vec![7.0, -0.25]]);
/// assert_eq!((found.steps, found.path.len()), (200, 201));
/// assert!(found.value < 1e-20);
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a descent does nothing until `minimize` is called"]
pub struct Descent<O, S = crate::schedule::Constant> {
    optimizer: O,
    schedule: S,
    steps: u64,
    value_threshold: Option<f64>,
    parameter_threshold: Option<f64>,
    keeps_path: bool,
}

/// Why a descent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stopped {
    /// The last step changed the value by less than the threshold.
    Value,
    /// The last step changed every parameter by less than the threshold.
    Parameters,
    /// The number of steps was reached.
    Steps,
}

/// The result of a descent.
#[derive(Clone, Debug, PartialEq)]
pub struct Minimum<T> {
    /// The value at the parameters.
    pub value: T,
    /// The number of steps made.
    pub steps: u64,
    /// Why the descent stopped.
    pub stopped: Stopped,
    /// The parameters at the start and after each step, if [`Descent::keep_path`] was set.
    pub path: Vec<Vec<T>>,
    /// The value at each point of the path, if [`Descent::keep_path`] was set.
    pub values: Vec<T>,
}

impl<O: Optimizer> Descent<O> {
    /// Creates a descent of at most 1000 steps, without thresholds.
    pub fn new(optimizer: O) -> Self {
        let (value_threshold, parameter_threshold) = (None, None);
        let schedule = crate::schedule::Constant;
        Self { optimizer, schedule, steps: 1000, value_threshold, parameter_threshold, keeps_path: false }
    }
}

impl<O: Optimizer, S: Schedule> Descent<O, S> {
    /// Sets the maximum number of steps. The default is 1000.
    pub fn steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// Stops after a step that changed the value by less than `threshold`. By default, nothing but the number of steps stops
    /// it. A step whose factor is 0, as at the start of some schedules, is not judged.
    pub fn until_value_changes_less(self, threshold: f64) -> Self {
        Self { value_threshold: Some(threshold), ..self }
    }

    /// Stops after a step that changed every parameter by less than `threshold`. By default, nothing but the number of steps
    /// stops it. A step whose factor is 0 is not judged.
    pub fn until_parameters_change_less(self, threshold: f64) -> Self {
        Self { parameter_threshold: Some(threshold), ..self }
    }

    /// Records the parameters and the value of every step, in [`Minimum::path`] and [`Minimum::values`].
    pub fn keep_path(self) -> Self {
        Self { keeps_path: true, ..self }
    }

    /// Multiplies the learning rate of each step by the factor of a schedule.
    pub fn schedule<A: Schedule>(self, schedule: A) -> Descent<O, A> {
        let Self { optimizer, steps, value_threshold, parameter_threshold, keeps_path, .. } = self;
        Descent { optimizer, schedule, steps, value_threshold, parameter_threshold, keeps_path }
    }

    /// Descends from `parameters`, which change in place. `function` returns the value at its first argument, and writes the
    /// gradient to its second argument, which holds zeros.
    ///
    /// # Errors
    /// [`Error::Setting`], also if there are no parameters; [`Error::NonFiniteParameter`]; [`Error::NonFiniteLoss`] if a value
    /// is infinite or NaN; [`Error::NonFiniteGradient`]; [`Error::UpdateTooLarge`].
    pub fn minimize<T: Kernels>(
        &self,
        parameters: &mut [T],
        mut function: impl FnMut(&[T], &mut [T]) -> T,
    ) -> Result<Minimum<T>> {
        self.check(parameters)?;
        let mut optimizer = OptimizerState::<O, T>::new(self.optimizer.clone());
        let (mut gradient, mut before) = (vec![T::ZERO; parameters.len()], parameters.to_vec());
        let value = evaluate(0, parameters, &mut gradient, &mut function)?;
        let mut found = Minimum { value, steps: 0, stopped: Stopped::Steps, path: Vec::new(), values: Vec::new() };
        self.record(&mut found, parameters);
        while found.steps < self.steps {
            before.copy_from_slice(parameters);
            let factor = self.schedule.factor(found.steps);
            optimizer.set_factor(factor);
            optimizer.step_slice(parameters, &gradient)?;
            let value = match evaluate(found.steps + 1, parameters, &mut gradient, &mut function) {
                Ok(value) => value,
                Err(error) => {
                    parameters.copy_from_slice(&before);
                    return Err(error);
                }
            };
            let change = (value - found.value).to_f64().abs();
            (found.value, found.steps) = (value, found.steps + 1);
            self.record(&mut found, parameters);
            // A step of length 0 that changed nothing says nothing about the function.
            if let Some(stopped) = self.judge(change, &before, parameters).filter(|_| factor != 0.0) {
                found.stopped = stopped;
                break;
            }
        }
        Ok(found)
    }

    /// Returns why a step from `before` to `after` that changed the value by `change` is the last, if it is.
    fn judge<T: Kernels>(&self, change: f64, before: &[T], after: &[T]) -> Option<Stopped> {
        if self.value_threshold.is_some_and(|threshold| change < threshold) {
            return Some(Stopped::Value);
        }
        let still = |threshold| before.iter().zip(after).all(|(&a, &b)| (b - a).to_f64().abs() < threshold);
        self.parameter_threshold.is_some_and(still).then_some(Stopped::Parameters)
    }

    fn record<T: Kernels>(&self, found: &mut Minimum<T>, parameters: &[T]) {
        if self.keeps_path {
            found.path.push(parameters.to_vec());
            found.values.push(found.value);
        }
    }

    fn check<T: Kernels>(&self, parameters: &[T]) -> Result<()> {
        if parameters.is_empty() {
            return Err(Error::Setting { name: "number of parameters", value: 0.0, allowed: "at least 1" });
        }
        if !parameters.iter().all(|parameter| parameter.is_finite()) {
            return Err(Error::NonFiniteParameter { tensor: "parameters".into() });
        }
        let thresholds = [
            ("threshold of the value", self.value_threshold),
            ("threshold of the parameters", self.parameter_threshold),
        ];
        for (name, value) in thresholds {
            if let Some(value) = value.filter(|&value| !(value.is_finite() && value > 0.0)) {
                return Err(Error::Setting { name, value, allowed: "a finite number above 0" });
            }
        }
        self.schedule.check()
    }
}

/// Computes the value and the gradient at the given parameters.
fn evaluate<T: Kernels>(
    step: u64,
    parameters: &[T],
    gradient: &mut [T],
    function: &mut impl FnMut(&[T], &mut [T]) -> T,
) -> Result<T> {
    gradient.fill(T::ZERO);
    let value = function(parameters, gradient);
    if !value.is_finite() {
        return Err(Error::NonFiniteLoss { value: value.to_f64(), culprit: None, step });
    }
    if !gradient.iter().all(|g| g.is_finite()) {
        return Err(Error::NonFiniteGradient { tensor: "parameters".into(), step });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::{Descent, Stopped};
    use crate::error::Error;
    use crate::optimizer::{Adam, Sgd};
    use crate::schedule::Exponential;

    /// L = θ² for each parameter.
    fn parabola(x: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.iter_mut().zip(x).for_each(|(g, x)| *g += 2.0 * x);
        x.iter().map(|x| x * x).sum()
    }

    #[test]
    fn each_rule_stops_at_its_threshold() {
        let descent = || Descent::new(Sgd::new(0.25)).keep_path();
        // θ is halved in each step, the value quartered.
        let (mut x, mut y, mut z) = ([1.0], [1.0], [1.0]);
        let by_value = descent().until_value_changes_less(0.05).minimize(&mut x, parabola).unwrap();
        assert_eq!((by_value.stopped, by_value.steps, x), (Stopped::Value, 3, [0.125]));
        assert_eq!(by_value.values, [1.0, 0.25, 0.0625, 0.015_625]);
        let by_parameters = descent().until_parameters_change_less(0.125).minimize(&mut y, parabola).unwrap();
        assert_eq!((by_parameters.stopped, by_parameters.steps, y), (Stopped::Parameters, 4, [0.0625]));
        let by_steps = descent().steps(2).minimize(&mut z, parabola).unwrap();
        assert_eq!((by_steps.stopped, by_steps.steps, z), (Stopped::Steps, 2, [0.25]));
        assert_eq!(by_steps.path, [[1.0], [0.5], [0.25]]);
        let none = descent().steps(0).minimize(&mut z, parabola).unwrap();
        assert_eq!((none.value, none.steps, none.path.len()), (0.0625, 0, 1));
    }

    #[test]
    fn a_step_of_factor_0_is_not_judged() {
        let descent = || Descent::new(Sgd::new(0.25)).schedule(|step: u64| if step < 3 { 0.0 } else { 1.0 });
        let (mut x, mut y) = ([1.0], [1.0]);
        let by_value = descent().until_value_changes_less(0.05).minimize(&mut x, parabola).unwrap();
        assert_eq!((by_value.stopped, by_value.steps, x), (Stopped::Value, 6, [0.125]));
        let by_parameters = descent().until_parameters_change_less(0.125).minimize(&mut y, parabola).unwrap();
        assert_eq!((by_parameters.stopped, by_parameters.steps, y), (Stopped::Parameters, 7, [0.0625]));
    }

    #[test]
    fn any_optimizer_and_schedule_can_make_the_steps() {
        let mut x = [3.0, -2.0];
        let descent = Descent::new(Adam::new(0.5)).schedule(Exponential::new(0.98)).steps(500);
        let found = descent.minimize(&mut x, parabola).unwrap();
        assert!(found.value < 1e-6 && found.path.is_empty(), "{found:?}");
    }

    #[test]
    fn divergence_and_bad_settings_are_errors_and_leave_finite_parameters() {
        let mut x = [1.0];
        // Steps three times as long as the distance to the minimum.
        let error = Descent::new(Sgd::new(2.0)).minimize(&mut x, parabola).unwrap_err();
        assert!(matches!(error, Error::NonFiniteLoss { .. } | Error::UpdateTooLarge { .. }), "{error}");
        assert!(x[0].is_finite() && x[0].abs() > 1e100);
        let log = |x: &[f64], gradient: &mut [f64]| {
            gradient[0] = 1.0 / x[0];
            x[0].ln()
        };
        let mut x = [1.0];
        let error = Descent::new(Sgd::new(2.0)).minimize(&mut x, log).unwrap_err();
        assert!(matches!(error, Error::NonFiniteLoss { step: 1, .. }), "{error}");
        assert_eq!(x, [1.0]);
        let bad_gradient = |_: &[f64], gradient: &mut [f64]| {
            gradient[0] = f64::NAN;
            0.0
        };
        let error = Descent::new(Sgd::new(0.1)).minimize(&mut x, bad_gradient).unwrap_err();
        assert!(matches!(error, Error::NonFiniteGradient { step: 0, .. }), "{error}");
        let descent = Descent::new(Sgd::new(0.1));
        assert!(matches!(descent.minimize(&mut [], parabola), Err(Error::Setting { .. })));
        assert!(matches!(descent.minimize(&mut [f64::NAN], parabola), Err(Error::NonFiniteParameter { .. })));
        assert!(descent.clone().until_value_changes_less(0.0).minimize(&mut x, parabola).is_err());
        assert!(descent.until_parameters_change_less(f64::NAN).minimize(&mut x, parabola).is_err());
        assert!(Descent::new(Sgd::new(-1.0)).minimize(&mut x, parabola).is_err());
    }
}
