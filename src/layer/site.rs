//! What does a layer receive in a pass?

use crate::layer::{Layer, Pass};

/// What a layer receives in a pass: its parameters `P`, its settings `S` and a description of the pass.
#[derive(Debug)]
pub struct Site<'a, P, S> {
    /// The parameters.
    pub parameters: &'a P,
    /// The settings.
    pub settings: &'a S,
    /// The pass.
    pub pass: &'a Pass,
}

impl<P, S> Clone for Site<'_, P, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<P, S> Copy for Site<'_, P, S> {}

/// The site of a layer `L` whose elements are of type `T`.
pub type SiteOf<'a, L, T> = Site<'a, <L as Layer>::With<T>, <L as Layer>::Settings>;
