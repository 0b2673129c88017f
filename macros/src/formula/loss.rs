//! `loss!`: a function of a prediction and its target, of any shape or of declared shapes.

mod item;

mod any_shape;
mod declared_shapes;

use proc_macro2::TokenStream;
use quote::quote;
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, Token, Visibility};

#[cfg(test)]
pub(crate) use self::any_shape::read;
#[cfg(test)]
pub(crate) use self::declared_shapes::read_shaped;
use super::derivative::derivatives;
use super::graph::{Graph, Value};
use super::shared::function_tokens;

/// Returns the items of a loss, or the errors in its declaration.
pub(crate) fn loss(tokens: TokenStream, library: &TokenStream) -> TokenStream {
    if is_struct(tokens.clone()) {
        return declared_shapes::loss(tokens, library);
    }
    any_shape::loss(tokens, library)
}

/// Returns whether tokens declare a struct, maybe after imported functions: a loss of declared shapes.
fn is_struct(tokens: TokenStream) -> bool {
    let start = |input: ParseStream<'_>| {
        while input.peek(Token![fn]) {
            function_tokens(input)?;
        }
        input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        let is_struct = input.peek(Token![struct]);
        input.parse::<TokenStream>()?;
        Ok(is_struct)
    };
    start.parse2(tokens).unwrap_or(false)
}

/// Adds the gradient of the prediction, times the weight of the sample, which is among the constants of the code.
fn weighted_gradient(graph: &mut Graph, loss: Value, prediction: Value) -> Value {
    let weight = graph.constant("the weight of the sample", quote!(self.0.weight));
    let [gradient] = derivatives(graph, loss, weight, [prediction]);
    gradient
}
