//! What do the settings of a custom layer start from if none are written by position, and which layers take none?

use core::marker::PhantomData;

use crate::layer::{DefaultSettings, Layer};

/// What the settings `S` of a layer `L` start from if only settings by name are written.
///
/// Generated code calls `start_of_settings` with [`WithoutSettings`] in scope. If `S` is `()`, the call reaches the method of the
/// trait, which is found first because it takes `self`, and the bound of that method is the error. For any other `S`, it
/// reaches the constant method of the type, which takes `&self`.
#[derive(Clone, Copy, Debug)]
pub struct SettingsOf<L, S>(PhantomData<(L, S)>);

/// Returns the value whose `start_of_settings` is what the settings of `L` start from.
#[must_use]
pub const fn settings_of<L: Layer>() -> SettingsOf<L, L::Settings> {
    SettingsOf(PhantomData)
}

impl<L, S> SettingsOf<L, S> {
    /// Returns the settings that the layer has if none are written.
    #[must_use]
    pub const fn start_of_settings(&self) -> S
    where
        S: DefaultSettings,
    {
        S::DEFAULT
    }
}

/// The start of the settings of a layer that has none.
pub trait WithoutSettings<L>: Sized {
    /// Is never called, because no layer satisfies the bound.
    fn start_of_settings(self) -> L::Settings
    where
        L: TakesSettings;
}

impl<L> WithoutSettings<L> for SettingsOf<L, ()> {
    fn start_of_settings(self) -> L::Settings
    where
        L: TakesSettings,
    {
        unreachable!("no type implements `TakesSettings`")
    }
}

/// A layer that has settings. No type implements it: generated code asks for it where a layer whose settings are `()` has
/// parentheses.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no settings",
    label = "not expected here",
    note = "leave the parentheses out: a network takes no settings, and a custom layer takes those of its type `Settings`"
)]
pub trait TakesSettings {
    /// The settings.
    type Settings;
}

/// A layer that has a function `settings`. No type implements it: generated code asks for it where a layer has settings by
/// position but no such function.
#[diagnostic::on_unimplemented(
    message = "`{Self}` takes no settings by position",
    label = "not expected here",
    note = "leave the parentheses out after a network; a custom layer takes settings by position in its function `settings`"
)]
pub trait TakesSettingsByPosition {
    /// The settings.
    type Settings;
}
