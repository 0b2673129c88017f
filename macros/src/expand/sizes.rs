//! How are sizes written in generated code? Sizes that only the compiler knows become constants, so that a mistake in one is
//! one error at its source.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;

use crate::fallback;
use crate::generated;
use crate::graph::{BuiltIn, Layer, Network};
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
        sizes
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
        self.named.push(Named { constant, size: size.clone() });
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
        let mut constant = named.constant.clone();
        constant.set_span(constant.span().located_at(size.place().span()));
        constant.into_token_stream()
    }

    /// Returns the constants.
    pub(super) fn items(&self, private: &TokenStream) -> TokenStream {
        let items = self.named.iter().map(|Named { constant, size }| {
            let value = self.value(size, private);
            code!(#[doc(hidden)] const #constant: #private::usize = #value;)
        });
        items.collect()
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

/// Returns every size in the code of a layer.
fn of_layer(layer: &Layer) -> Vec<&Size> {
    let mut sizes = Vec::new();
    if let Some(BuiltIn { sizes: written, settings, arguments, parameters, requires, .. }) = layer.built_in() {
        sizes.extend(written);
        sizes.extend(settings.iter().filter_map(|value| match value {
            Value::Size(size) => Some(size),
            Value::Expression(_) | Value::Word(_) => None,
        }));
        let parameters = parameters.iter().flat_map(|parameters| &parameters.arguments);
        sizes.extend(arguments.iter().chain(parameters).flat_map(Argument::sizes));
        sizes.extend(requires.iter().flat_map(|required| [&required.window, &required.room]));
    }
    sizes.extend(layer.output.sizes());
    sizes
}
