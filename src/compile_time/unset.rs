//! Which settings does a layer have if none are written?

/// The settings of a layer that is written without settings.
#[diagnostic::on_unimplemented(
    message = "this layer has settings, and none are written",
    label = "needs its settings",
    note = "write them in parentheses after the layer: its function `settings` takes them"
)]
pub trait Unset {
    /// The settings.
    const VALUE: Self;
}

impl Unset for () {
    const VALUE: Self = ();
}
