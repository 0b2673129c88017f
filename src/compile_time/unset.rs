//! Which settings does a layer have if none are written, and what if it has none at all?

use crate::layer::Shortcut;

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

/// A residual block that is written as a type has the settings that its shortcut has if none are written.
#[diagnostic::do_not_recommend]
impl<S: Unset> Unset for Shortcut<S> {
    const VALUE: Self = Self { settings: S::VALUE, initializer: None };
}

/// A layer that has a function `settings`. No type implements it: generated code asks for it where a layer has settings in
/// parentheses but no such function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no settings",
    label = "not expected here",
    note = "leave the parentheses out: a network takes no settings, and a custom layer takes those of its function `settings`"
)]
pub trait TakesSettings {
    /// The settings.
    type Settings;
}
