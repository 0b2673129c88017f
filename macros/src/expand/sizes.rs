//! How are sizes written in generated code? Sizes that only the compiler knows become constants, so that a mistake in one is
//! one error at its source.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident};

use crate::fallback;
use crate::generated;
use crate::graph::{self, Array, Block, BuiltIn, Layer, Network};
use crate::layer::Argument;
use crate::setting::Value;
use crate::shape::Shape;
use crate::size::Size;

/// The sizes that have constants.
pub(super) struct Sizes {
    /// The constants in order.
    named: Vec<Named>,
    /// The stand-in for sizes that only the compiler knows, if the network contains a mistake.
    unknown: Option<Size>,
}

/// A size with its constant.
struct Named {
    /// The name of the constant.
    constant: Ident,
    /// The size at its first position in the source.
    size: Size,
    /// The arrays with this size that need a check, because no later constant is one of their sizes.
    arrays: Vec<Array>,
}

impl Sizes {
    /// Creates one constant for each different expression, in blocks too.
    pub(super) fn new(network: &Network, mistaken: bool) -> Self {
        let unknown = mistaken.then(|| fallback::size(&network.name));
        let mut sizes = Self { named: Vec::new(), unknown };
        let declared = network.declared_output.iter().map(|(shape, _)| shape);
        let header = [&network.input].into_iter().chain(declared).flat_map(Shape::sizes);
        header.for_each(|size| sizes.name(network, size));
        for layer in network.every_layer() {
            for size in of_layer(layer) {
                sizes.name(network, size);
            }
        }
        for array in graph::arrays(network) {
            sizes.limit(array);
        }
        sizes
    }

    /// Makes the last of the constants in an array check that the array can exist.
    fn limit(&mut self, array: Array) {
        let same = |other: &Array| {
            let pairs = array.sizes.len() == other.sizes.len();
            pairs && array.sizes.iter().zip(&other.sizes).all(|(size, other)| size.same(other))
        };
        let contained = |named: &&mut Named| {
            matches!(named.size, Size::Opaque(..)) && array.sizes.iter().any(|size| size.same(&named.size))
        };
        if let Some(named) = self.named.iter_mut().rev().find(contained)
            && !named.arrays.iter().any(same)
        {
            named.arrays.push(array);
        }
    }

    /// Gives a size its constant, after the sizes that it is computed from.
    fn name(&mut self, network: &Network, size: &Size) {
        if !size.is_open() || size.is_unknown() || self.named(size).is_some() {
            return;
        }
        if let Size::Computed(computed, _) = size {
            computed.arguments.iter().for_each(|argument| self.name(network, argument));
        }
        let constant = generated::name(&network.name, &format!("Size{}", self.named.len()));
        self.named.push(Named { constant, size: size.clone(), arrays: Vec::new() });
    }

    /// Returns the stand-in for sizes that only the compiler knows, if the network contains a mistake.
    pub(super) fn unknown(&self) -> Option<&Size> {
        self.unknown.as_ref()
    }

    fn named(&self, size: &Size) -> Option<&Named> {
        self.named.iter().find(|named| named.size.same(size))
    }

    /// Returns a size as a generic argument at its source position. The argument is an expression too.
    pub(super) fn tokens(&self, size: &Size) -> TokenStream {
        if let Some(unknown) = size.unknown() {
            return unknown.to_token_stream();
        }
        let Some(named) = self.named(size) else {
            return size.tokens();
        };
        let mut constant = named.limited().unwrap_or_else(|| named.constant.clone());
        constant.set_span(constant.span().located_at(size.place().span()));
        constant.into_token_stream()
    }

    /// Returns the constants.
    pub(super) fn items(&self, private: &TokenStream) -> TokenStream {
        let items = self.named.iter().map(|named| {
            let (Named { constant, size, .. }, limited) = (named, named.limited());
            let value = self.value(size, private);
            let checks = named.arrays.iter().map(|array| self.check(array, size, private));
            let limited =
                limited.map(|name| code!(#[doc(hidden)] const #name: #private::usize = { #(#checks)* #constant };));
            code!(#[doc(hidden)] const #constant: #private::usize = #value; #limited)
        });
        items.collect()
    }

    /// Returns the assertion that an array can exist, at the position of one of its sizes. A size that is not known here is at
    /// least 1.
    fn check(&self, array: &Array, at: &Size, private: &TokenStream) -> TokenStream {
        let sizes = array.sizes.iter().filter_map(|size| match size {
            Size::Number(..) => Some(size.tokens()),
            Size::Opaque(..) => self.named(size).map(|named| named.constant.to_token_stream()),
            Size::Parameter(_) | Size::Computed(..) | Size::Unknown(_) => None,
        });
        let message = &array.message;
        super::at(at.place().span(), code!(#private::require_array(&[#(#sizes),*], #message);))
    }

    /// Returns the expression that the compiler evaluates.
    fn value(&self, size: &Size, private: &TokenStream) -> TokenStream {
        match size {
            Size::Opaque(tokens, _) => tokens.clone(),
            Size::Computed(computed, _) => {
                let function = Ident::new(computed.function.name, proc_macro2::Span::mixed_site());
                let shape = computed.shape.as_ref().map(|shape| code!(::<#shape>));
                let arguments = computed.arguments.iter().map(|argument| self.tokens(argument));
                if computed.function.takes_list {
                    return code!(#private::#function(&[#(#arguments),*]));
                }
                code!(#private::#function #shape(#(#arguments),*))
            }
            other => other.tokens(),
        }
    }
}

impl Named {
    /// Returns the name of the same size as a constant that does not compile if an array is too large.
    fn limited(&self) -> Option<Ident> {
        (!self.arrays.is_empty()).then(|| format_ident!("{}Fits", self.constant))
    }
}

/// Returns every size in the code of a layer.
fn of_layer(layer: &Layer) -> Vec<&Size> {
    let mut sizes = Vec::new();
    if let Some(BuiltIn { sizes: written, settings, arguments, parameters, requires, .. }) = layer.built_in() {
        sizes.extend(written);
        sizes.extend(settings.iter().flat_map(Value::sizes));
        let parameters = parameters.iter().flat_map(|parameters| &parameters.arguments);
        sizes.extend(arguments.iter().chain(parameters).flat_map(Argument::sizes));
        sizes.extend(requires.iter().flat_map(|required| [&required.takes, &required.gives]));
    }
    sizes.extend(layer.block().into_iter().flat_map(Block::sizes));
    sizes.extend(layer.output.sizes());
    sizes
}
