//! What does a loss know of the last layer of a network?

use proc_macro2::TokenStream;

use super::Names;
use crate::graph::Layer;

impl Names<'_> {
    /// Returns the shape that losses are computed on. A custom last layer, such as a nested network, may be a head.
    pub(super) fn logits(&self) -> TokenStream {
        let (private, shape) = (&self.private, &self.shapes[self.logits_chain()]);
        let head = self.logits_of_head().map(|_| self.apply(&self.alias("Logits")));
        head.unwrap_or_else(|| code!(<#shape as #private::Shape>::Plain))
    }

    /// Returns the logits shape that a custom last layer defines.
    pub(super) fn logits_of_head(&self) -> Option<TokenStream> {
        let (private, last) = (&self.private, self.logits_chain().checked_sub(1)?);
        let (site, input) = (&self.layers[last], &self.underlying_shapes[last]);
        let kind = &site.kind;
        site.is_custom().then(|| code!(<#kind as #private::Layer>::Logits<#input>))
    }

    /// Returns the number of layers up to the logits: all except a final head, unless it is the only layer.
    pub(super) fn logits_chain(&self) -> usize {
        match &self.layers[..] {
            [_, .., last] if last.layer.is_some_and(Layer::is_head) => self.layers.len() - 1,
            layers => layers.len(),
        }
    }

    /// Returns whether the passes of a loss may be others than those of a layer: after a head or a custom layer. Nobody computes the loss
    /// of a block.
    pub(super) fn may_have_head(&self) -> bool {
        let last = &self.layers[self.layers.len() - 1];
        self.network.block.is_none() && (last.is_custom() || last.layer.is_some_and(Layer::is_head))
    }

    /// Returns the type of the head. It is computed from a constant of the last layer, which cannot mention const parameters in a type; the
    /// layers of the library that have arguments are no head.
    pub(super) fn head(&self) -> TokenStream {
        let (private, last) = (&self.private, &self.layers[self.layers.len() - 1]);
        let kind = &last.kind;
        match (self.mentions_parameters(kind), last.is_custom()) {
            (false, _) => code!(#private::EndsInSigmoid<{ #private::chain::ends_in_sigmoid::<#kind>() }>),
            (true, true) => code!(#private::UnknownHead),
            (true, false) => code!(#private::EndsInSigmoid<false>),
        }
    }
}
