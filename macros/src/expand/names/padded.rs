//! Which layers of a network see the steps of padded sequences?

use proc_macro2::{Ident, TokenStream};

use super::Names;
use crate::graph::{Block, Layer};
use crate::shape::Shape;

/// A declared network whose input is padded, or may be.
#[derive(Clone)]
pub(in super::super) struct MayBePadded<'a> {
    /// The name of the network.
    pub(in super::super) network: &'a Ident,
    /// The shape of a sample.
    pub(in super::super) sample: TokenStream,
    /// The parts of a sample that have the steps of the input.
    pub(in super::super) origins: TokenStream,
}

impl<'a> Names<'a> {
    /// Returns the network, unless it is known that its input is not padded.
    pub(super) fn may_be_padded(&self) -> Option<MayBePadded<'a>> {
        let private = &self.private;
        let may_be = matches!(self.network.input, Shape::Custom(..)) || self.network.is_padded();
        may_be.then(|| MayBePadded {
            network: &self.network.name,
            sample: self.sample_shape(),
            origins: code!(#private::Origins::SAME),
        })
    }

    /// Returns which steps the block at `index` reads, if the input of the network is padded or may be.
    pub(super) fn padded_within(&self, index: usize) -> Option<MayBePadded<'a>> {
        let (private, padded) = (&self.private, self.padded.as_ref()?);
        let mut origins = self.origins_before(index)?;
        let block = self.network.layers.get(index).and_then(Layer::block);
        if let Some(Block::Repeat { .. }) = block {
            let (kind, shape) = (&self.layers[index].kind, &self.shapes[index]);
            origins = code!(#origins.repeated(#private::chain::origins::<#kind, #shape>()));
        }
        Some(MayBePadded { origins, ..padded.clone() })
    }

    /// Returns the parts of a sample that have the steps before layer `index`, if the input of the network is padded or may be.
    pub(in super::super) fn origins_before(&self, index: usize) -> Option<TokenStream> {
        let MayBePadded { origins, .. } = self.padded.as_ref()?;
        let joint = self.joint_origins(index);
        Some(code!(#origins.then(#joint)))
    }

    /// Returns the parts of the input that have the steps before layer `index`.
    pub(in super::super) fn joint_origins(&self, index: usize) -> TokenStream {
        let private = &self.private;
        let before = self.layers.iter().zip(&self.shapes).take(index).map(|(site, shape)| (&site.kind, shape));
        let before = before.map(|(kind, shape)| code!(#private::chain::origins::<#kind, #shape>()));
        code!(#private::chain::joint_origins(&[#(#before),*]))
    }

    /// Returns the type of a sample's shape, in which sequences may be padded.
    pub(in super::super) fn sample_shape(&self) -> TokenStream {
        // A block has the steps of the network around it.
        if let (Shape::Custom(..), None) = (&self.network.input, &self.network.block) {
            return self.apply(&self.alias("Sample"));
        }
        if !self.network.is_padded() {
            return self.shapes[0].clone();
        }
        let mut padded = self.network.padded.iter().copied();
        self.network.input.padded_tokens(&mut padded, &self.library, &|size| self.sizes.tokens(size))
    }

    /// Returns whether layers may see other steps than those of the input: whether a pair, or a shape without steps beside one that has
    /// them, is among the shapes between them, as far as the macro knows.
    pub(in super::super) fn changes_steps(&self) -> bool {
        let has_steps = self.all_shapes().any(Shape::may_have_steps);
        self.all_shapes()
            .any(|shape| shape.is_foreign() || shape.parts().len() > 1 || has_steps && !shape.may_have_steps())
    }

    /// Returns whether a sample or a part of it may have steps between layers, as far as the macro knows.
    pub(in super::super) fn has_steps(&self) -> bool {
        self.all_shapes().any(|shape| shape.parts().into_iter().any(Shape::may_have_steps))
    }

    /// Returns the shape before the first layer, and that after each.
    fn all_shapes(&self) -> impl Iterator<Item = &'a Shape> {
        let outputs = self.network.layers.iter().map(|layer| &layer.output);
        std::iter::once(&self.network.input).chain(outputs)
    }
}
