//! The trait `Network`, and the inherent functions and constants of a network.

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;

use super::Names;
use crate::shape::Shape;

/// Returns `impl Network`.
pub(super) fn network(names: &Names) -> TokenStream {
    let Names { network, private, scalar, isa, .. } = names;
    let (parameters, generic, architecture) = (names.parameters(), names.generic(), names.architecture());
    let name = &network.title;
    let (first, last) = (names.sample_shape(), &names.shapes[names.layers.len()]);
    let (logits, head) = (names.logits(), names.head());
    let layers = super::summary::layers(names);
    let trace = super::forward::trace(names);
    let [activations_type, activations] = super::activations::function(names);
    let (derived, tile) = (names.derived(), super::settings::tile(names));
    let (stream_len, carried_len) = (super::stream::len(names), super::stream::carried_len(names));
    code! {
        #derived
        impl<#parameters #scalar: #private::Kernels> #private::Network for #generic {
            type Scalar = #scalar;
            type Architecture = #architecture;
            type Input = #first;
            type Output = #last;
            type Logits = #logits;
            type Head = #head;
            #activations_type
            const NAME: &'static #private::str = #name;
            const LAYERS: &'static [#private::LayerInfo] = &[#layers];
            const STREAM_LEN: #private::usize = #stream_len;
            const CARRIED_LEN: #private::usize = #carried_len;
            #tile

            #[inline(always)]
            fn trace<#isa: #private::Isa>(
                &self,
                __isa: #isa,
                __input: &[#scalar],
                __output: &mut [#scalar],
                __scratch: &mut [#scalar],
                mut __phase: #private::Phase<'_, #scalar>,
                __visit: &mut impl #private::core::ops::FnMut(&'static #private::str, &[#scalar]),
            ) {
                #trace
            }

            #activations
        }
    }
}

/// Returns `initialization` and `initialize`: the weights of each layer are initialized for the layers after it.
pub(super) fn initialization(names: &Names) -> TokenStream {
    let Names { private, scalar, random, .. } = names;
    let count = names.layers.len();
    // The initializer that the layers from each index on prefer for the weights before them, the last index first. A layer that
    // keeps magnitudes passes on the preference of the layers after it.
    let wishes = (0..count).rev().map(|index| {
        let (site, wish, next) = (&names.layers[index], wish(index), wish(index + 1));
        let (kind, settings) = (&site.kind, &site.settings);
        code!(let #wish = <#kind as #private::Layer>::initialization(#settings, #next);)
    });
    let wishes: Vec<_> = wishes.collect();
    let calls = names.layers.iter().enumerate().map(|(index, site)| {
        let (kind, field, settings) = (&site.kind, &site.field, &site.settings);
        let wanted = super::settings::initializer(names, index, site);
        let wanted = wanted.unwrap_or_else(|| wish(index + 1).into_token_stream());
        code! {
            <#kind as #private::Layer>::initialize::<#scalar, #random>(
                &mut __parameters.#field,
                #settings,
                #wanted,
                __rng,
            );
        }
    });
    let (first, last) = (wish(0), wish(count));
    let behind_first = &wishes[..count - 1];
    code! {
        fn initialization(_: &(), #last: #private::Initializer) -> #private::Initializer {
            #(#wishes)*
            #first
        }

        fn initialize<#scalar: #private::Scalar, #random: #private::RandomSource + ?#private::core::marker::Sized>(
            __parameters: &mut Self::With<#scalar>,
            _: &(),
            #last: #private::Initializer,
            __rng: &mut #random,
        ) {
            #(#behind_first)*
            #(#calls)*
        }
    }
}

/// Returns the name of the initializer that the layers from `index` on prefer for the weights before them.
fn wish(index: usize) -> Ident {
    Ident::new(&format!("__initializer_{index}"), Span::mixed_site())
}

/// Returns the impls for further inputs: a network also takes the shapes whose plain form it takes, such as `Probabilities<N>`
/// for `Vector<N>`.
pub(super) fn also_takes(names: &Names) -> TokenStream {
    let derived = names.derived();
    let (library, private) = (&names.library, &names.private);
    let Shape::Known(spec, sizes) = &names.network.input else { return TokenStream::new() };
    let (parameters, architecture) = (names.parameters(), names.architecture());
    let sizes: Vec<_> = sizes.iter().map(|size| names.sizes.tokens(size)).collect();
    let accepted = spec.accepted().map(|accepted| {
        let name = Ident::new(accepted.name, Span::call_site());
        code! {
            #derived
            impl<#parameters> #private::Takes<#library::#name<#(#sizes),*>> for #architecture {}
        }
    });
    accepted.collect()
}

/// Returns constructors and constants of the `f32` network, so that they need no type argument, and methods of all instances.
pub(super) fn inherent(names: &Names) -> TokenStream {
    // A block is used only through its network.
    if names.network.block.is_some() {
        return TokenStream::new();
    }
    let mut inherent = constants(names);
    inherent.extend(constructors(names));
    inherent.extend(loading(names));
    inherent.extend(methods(names));
    inherent
}

/// Returns the name of a public function. The compiler and editors show the name of the network as its definition.
fn function(names: &Names, name: &str) -> Ident {
    Ident::new(name, Span::mixed_site().located_at(names.network.name.span()))
}

/// Returns the constants of the `f32` network.
fn constants(names: &Names) -> TokenStream {
    let private = &names.private;
    let (parameters, architecture, allowed) = (names.parameters(), names.architecture(), names.allowed());
    code! {
        #allowed
        impl<#parameters> #architecture {
            /// The number of parameters.
            pub const PARAMETERS: #private::usize = <Self as #private::Network>::PARAMETERS;
            /// The bytes that the parameters take in `f32`.
            pub const PARAMETER_BYTES: #private::usize = <Self as #private::Network>::PARAMETER_BYTES;
            /// The number of multiply-add operations for one prediction.
            pub const MULTIPLY_ADDS: #private::u64 = <Self as #private::Network>::MULTIPLY_ADDS;
            /// The number of samples that pass through the whole network together, forward and backward.
            pub const TILE: #private::usize = <Self as #private::Network>::TILE;
            /// The length of the workspace of a training step in `f32`, for any batch size.
            pub const WORKSPACE_LEN: #private::usize = <Self as #private::Network>::WORKSPACE_LEN;
            /// The position of each tensor in the slice of parameters.
            pub const TENSORS: #private::TensorTable = <Self as #private::FlatParameters<#private::f32>>::TENSORS;
        }
    }
}

/// Returns the constructors of the `f32` network.
fn constructors(names: &Names) -> TokenStream {
    let Names { private, random, .. } = names;
    let (parameters, architecture, allowed) = (names.parameters(), names.architecture(), names.allowed());
    let [init, init_with, zeroed, summary] =
        ["init", "init_with", "zeroed", "summary"].map(|name| function(names, name));
    let [rng, initializer] = ["rng", "initializer"].map(|word| names.argument(word));
    code! {
        #allowed
        #[allow(clippy::unnecessary_box_returns)]
        impl<#parameters> #architecture {
            /// Returns a network with random weights and zero biases, on the heap. A `*` before the call moves a small one onto the stack.
            #[must_use]
            pub fn #init<#random: #private::RandomSource + ?#private::core::marker::Sized>(#rng: &mut #random) -> #private::Box<Self> {
                <Self as #private::Network>::init(#rng)
            }

            /// Returns a network on the heap with weights from one initializer and zero biases.
            #[must_use]
            pub fn #init_with<#random: #private::RandomSource + ?#private::core::marker::Sized>(
                #initializer: #private::Initializer,
                #rng: &mut #random,
            ) -> #private::Box<Self> {
                <Self as #private::Network>::init_with(#initializer, #rng)
            }

            /// Returns a network whose parameters are all zero, on the heap.
            #[must_use]
            pub fn #zeroed() -> #private::Box<Self> {
                <Self as #private::FlatParameters<#private::f32>>::zeroed()
            }

            /// Returns a table of the layers, their output shapes and their numbers of parameters.
            #[must_use]
            pub fn #summary() -> #private::Summary {
                <Self as #private::Network>::summary()
            }
        }
    }
}

/// Returns the constructors that read files. A macro of the library generates them, because only the library knows whether that
/// feature is enabled.
fn loading(names: &Names) -> TokenStream {
    let library = &names.library;
    let (parameters, architecture, allowed) = (names.parameters(), names.architecture(), names.allowed());
    let loading = [
        "load",
        "load_with_scaler",
        "load_with_scalers",
        "from_safetensors",
        "from_safetensors_with_scaler",
        "from_safetensors_with_scalers",
    ]
    .map(|name| function(names, name));
    let [file, bytes] = ["file", "bytes"].map(|word| names.argument(word));
    code! {
        #library::loading! {
            #allowed [#parameters] #architecture: #(#loading)* #file #bytes
        }
    }
}

/// Returns the methods of all instances of the network.
fn methods(names: &Names) -> TokenStream {
    let Names { private, scalar, .. } = names;
    let (parameters, generic, allowed) = (names.parameters(), names.generic(), names.allowed());
    let numbers = scalar.to_token_stream();
    let input_array = array(names, 0, &numbers);
    let output_array = array(names, names.layers.len(), &numbers);
    let scores = scores(names);
    let [predict, predict_into, predict_batch, logits, activations] =
        ["predict", "predict_into", "predict_batch", "logits", "activations"].map(|name| function(names, name));
    let [input, output, inputs] = ["input", "output", "inputs"].map(|word| names.argument(word));
    code! {
        #allowed
        impl<#parameters #scalar: #private::Kernels> #generic {
            /// Predicts one sample. Allocates nothing, except a thread's first scratch buffer above 64 KiB.
            #[must_use]
            #[inline]
            pub fn #predict(&self, #input: &#input_array) -> #output_array {
                #private::Predict::predict(self, #input)
            }

            /// Predicts one sample and writes the prediction into `output`. Allocates like `predict`.
            #[inline]
            pub fn #predict_into(&self, #input: &#input_array, #output: &mut #output_array) {
                #private::Predict::predict_into(self, #input, #output);
            }

            /// Predicts a batch. Each prediction has the same bits as that of `predict`.
            #[must_use]
            pub fn #predict_batch(&self, #inputs: &[#input_array]) -> #private::Vec<#output_array> {
                #private::Predict::predict_batch(self, #inputs)
            }

            /// Returns the output of each layer for one sample, as a struct with a field per layer.
            #[must_use]
            pub fn #activations(&self, #input: &#input_array) -> <Self as #private::Network>::Activations {
                #private::Network::activations(self, #input)
            }

            /// Returns the logits of one sample, the values before a final `Softmax`. Allocates like `predict`.
            #[must_use]
            pub fn #logits(&self, #input: &#input_array) -> #scores {
                #private::Predict::logits(self, #input)
            }
        }
    }
}

/// Returns the array type of the logits.
fn scores(names: &Names) -> TokenStream {
    let Names { private, scalar, .. } = names;
    let numbers = scalar.to_token_stream();
    match names.logits_chain().checked_sub(1).and_then(|last| names.layers.get(last)) {
        Some(site) if site.is_custom() => {
            let logits = names.logits();
            code!(<#logits as #private::Shape>::Array<#numbers>)
        }
        _ => array(names, names.logits_chain(), &numbers),
    }
}

/// Returns the array type of the shape before layer `index`. It is written out if the macro knows the sizes, for error messages
/// and rustdoc.
fn array(names: &Names, index: usize, scalar: &TokenStream) -> TokenStream {
    let (private, network) = (&names.private, names.network);
    if index == 0 && names.padded.is_some() {
        let shape = names.sample_shape();
        let shape = code!(<#shape as #private::Shape>);
        return code!(#shape::Array<#scalar>);
    }
    let shape = match index.checked_sub(1) {
        None => Some(&network.input),
        Some(before) => network.layers.get(before).map(|layer| &layer.output),
    };
    shape.and_then(|shape| written_array(names, shape, scalar)).unwrap_or_else(|| {
        let shape = &names.shapes[index];
        let shape = code!(<#shape as #private::Shape>);
        code!(#shape::Array<#scalar>)
    })
}

/// Returns the array type of a shape of values, or of a pair, if the macro knows the sizes.
fn written_array(names: &Names, shape: &Shape, scalar: &TokenStream) -> Option<TokenStream> {
    let (library, private) = (&names.library, &names.private);
    match shape {
        // The last axis is the innermost.
        Shape::Known(spec, sizes) if spec.has_values => Some(sizes.iter().rev().fold(scalar.clone(), |inner, size| {
            let size = names.sizes.tokens(size);
            code!([#inner; #size])
        })),
        Shape::Pair(parts, _) => {
            let parts = parts.iter().map(|part| {
                written_array(names, part, scalar).unwrap_or_else(|| {
                    let shape = names.shape(part);
                    let shape = code!(<#shape as #private::Shape>);
                    code!(#shape::Array<#scalar>)
                })
            });
            Some(code!(#library::Both<#(#parts),*>))
        }
        Shape::Known(..) | Shape::Custom(..) | Shape::Steps(..) | Shape::Unknown(_) => None,
    }
}
