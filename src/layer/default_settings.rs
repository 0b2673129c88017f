//! Which settings does a custom layer have if none are written?

/// The settings that a custom layer has without any by position.
///
/// A type of settings that implements it makes parentheses optional: `Custom` has the settings `DEFAULT`, and
/// `Custom(depth = 3)` has `DEFAULT.depth(3)`. `()` implements it, for layers without settings.
///
/// # Example
/// x² by default, and another power by name.
/// ```
/// use typenet::kernel::{Isa, Kernels};
/// use typenet::prelude::*;
/// use typenet::{DefaultSettings, Elementwise, Reads, Site};
///
/// struct Power;
///
/// #[derive(Clone, Copy)]
/// struct PowerSettings {
///     exponent: i32,
/// }
///
/// impl DefaultSettings for PowerSettings {
///     const DEFAULT: Self = Self { exponent: 2 };
/// }
///
/// impl PowerSettings {
///     const fn exponent(self, exponent: i32) -> Self {
///         assert!(exponent >= 1, "the exponent of `Power` is at least 1");
///         Self { exponent }
///     }
/// }
///
/// impl Elementwise for Power {
///     type Settings = PowerSettings;
///     const READS: Reads = Reads::Input;
///
///     fn map<In: Shape, T: Kernels, I: Isa>(_: I, site: Site<'_, (), PowerSettings>, values: &mut [T]) {
///         for x in values {
///             *x = (1..site.settings.exponent).fold(*x, |power, _| power * *x);
///         }
///     }
///
///     fn multiply_by_derivative<In: Shape, T: Kernels, I: Isa>(
///         _: I, site: Site<'_, (), PowerSettings>, input: &[T], gradient: &mut [T],
///     ) {
///         for (g, &x) in gradient.iter_mut().zip(input) {
///             let exponent = site.settings.exponent;
///             *g *= (1..exponent).fold(T::from_f64(exponent.into()), |product, _| product * x);
///         }
///     }
/// }
///
/// network!(struct Square (Vector<1>) = Power);
/// network!(struct Cube (Vector<1>) = Power(exponent = 3));
///
/// assert_eq!(Square::zeroed().predict(&[-2.0]), [4.0]);
/// assert_eq!(Cube::zeroed().predict(&[-2.0]), [-8.0]);
/// ```
#[diagnostic::on_unimplemented(
    message = "this layer has settings, and none are written by position",
    label = "needs its settings",
    note = "write them first in parentheses after the layer: its function `settings` takes them",
    note = "a layer whose settings implement `DefaultSettings` can do without them"
)]
pub trait DefaultSettings {
    /// The settings.
    const DEFAULT: Self;
}

impl DefaultSettings for () {
    const DEFAULT: Self = ();
}
