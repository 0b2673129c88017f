//! Which code does a network become? Straight-line calls of its layers, no formula.
//!
//! Nothing here fails: after a mistake the same code is written for what could be resolved, and its assertions are left
//! out, so that uses of the network elsewhere bring no errors of their own.

/// Tokens whose names are the macro's own: variables do not meet the user's.
macro_rules! code {
    ($($tokens:tt)*) => {
        quote::quote_spanned!(proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}
use code;

mod assertions;
mod backward;
mod constants;
mod forward;
mod plan;
mod types;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};

use crate::check::Judges;
use crate::graph::{Kind, Layer, Network};
use crate::shape::{Shape, Size};
use crate::signature::BuiltIn;

/// The whole expansion.
pub(crate) fn expand(network: &Network, judges: &Judges, library: &TokenStream) -> TokenStream {
    let names = Names::new(network, library);
    let parts = [
        types::aliases(&names),
        types::structure(&names),
        types::block(&names),
        plan::plan(&names),
        layer(&names),
        constants::network(&names),
        constants::inherent(&names),
        types::traits(&names),
        assertions::assertions(&names, judges),
    ];
    parts.into_iter().collect()
}

/// Everything that the generated code calls by name.
struct Names<'a> {
    /// The network.
    network: &'a Network,
    /// The path of the library.
    library: TokenStream,
    /// The path of the names for generated code.
    private: TokenStream,
    /// The layers, in order; one stands in for the layers of an empty network.
    layers: Vec<Site<'a>>,
    /// The shape before each layer, and after the last.
    shapes: Vec<TokenStream>,
    /// The name of the scalar parameter.
    scalar: Ident,
    /// The name of the parameter for the shape of an input.
    input: Ident,
    /// The name of the parameter for the instruction set.
    isa: Ident,
    /// The name of the parameter for the source of random numbers.
    random: Ident,
}

/// A layer in generated code.
struct Site<'a> {
    /// The layer; nothing for the stand-in of an empty network.
    layer: Option<&'a Layer>,
    /// Its field.
    field: Ident,
    /// Its type as written in the language of architectures.
    kind: TokenStream,
    /// The type of its field.
    with: TokenStream,
    /// A reference to its settings.
    settings: TokenStream,
    /// The name of the slice that holds its output.
    output: Ident,
    /// The name of the slice that holds its cache.
    cache: Ident,
}

impl<'a> Names<'a> {
    fn new(network: &'a Network, library: &TokenStream) -> Self {
        let used = used_words(network);
        let fresh = |word: &str| {
            let word = if used.contains(word) { format!("__{word}") } else { word.to_owned() };
            Ident::new(&word, Span::mixed_site())
        };
        let mut names = Self {
            network,
            library: library.clone(),
            private: code!(#library::private),
            layers: Vec::new(),
            shapes: Vec::new(),
            scalar: fresh("T"),
            input: fresh("In"),
            isa: fresh("I"),
            random: fresh("R"),
        };
        names.shapes.push(match &network.input {
            Shape::Unknown => code!(#library::Vector<1>),
            known => known.tokens(library),
        });
        for (index, layer) in network.layers.iter().enumerate() {
            let site = names.site(index, layer);
            names.layers.push(site);
            names.shapes.push(match &layer.output {
                Shape::Unknown => names.apply(&names.shape_alias(index)),
                known => known.tokens(library),
            });
        }
        if names.layers.is_empty() {
            names.stand_in();
        }
        names
    }

    /// A chain of one layer that passes everything on, for a network whose layers could not be read.
    fn stand_in(&mut self) {
        let library = &self.library;
        let identity = code!(#library::Identity);
        self.layers.push(Site {
            layer: None,
            field: format_ident!("identity"),
            kind: identity.clone(),
            with: identity,
            settings: code!(&()),
            output: format_ident!("identity_output"),
            cache: format_ident!("identity_cache"),
        });
        let shape = self.shapes.clone();
        self.shapes.extend(shape);
    }

    fn site(&self, index: usize, layer: &'a Layer) -> Site<'a> {
        let (library, private, scalar) = (&self.library, &self.private, &self.scalar);
        let alias = self.apply(&self.layer_alias(index));
        let (kind, with) = match &layer.kind {
            Kind::BuiltIn { layer: built_in, sizes } => {
                let name = Ident::new(built_in.name(), Span::call_site());
                let sizes: Vec<_> = sizes.iter().map(|size| self.size(index, size)).collect();
                match built_in {
                    BuiltIn::Dense => {
                        (code!(#library::#name<#(#sizes),*>), code!(#library::#name<#(#sizes,)* #scalar>))
                    }
                    _ => (code!(#library::#name), code!(#library::#name)),
                }
            }
            Kind::Own { .. } => (alias.clone(), code!(<#alias as #private::Layer>::With<#scalar>)),
        };
        let settings = match &layer.kind {
            Kind::Own { settings: Some(settings), .. } => code!(&const { <#alias>::settings(#(#settings),*) }),
            _ => code!(&()),
        };
        let word = layer.field.to_string();
        let word = word.trim_start_matches("r#");
        Site {
            layer: Some(layer),
            field: layer.field.clone(),
            kind,
            with,
            settings,
            // No two of these names are equal: what follows the last underscore tells outputs from caches.
            output: Ident::new(&format!("{word}_output"), Span::mixed_site()),
            cache: Ident::new(&format!("{word}_cache"), Span::mixed_site()),
        }
    }

    /// A size as a generic argument.
    fn size(&self, index: usize, size: &Size) -> TokenStream {
        match (size, self.shapes.get(index)) {
            (Size::FromProducer(_), Some(shape)) => {
                let private = &self.private;
                code!({ <#shape as #private::Shape>::LEN })
            }
            (size, _) => size.tokens(),
        }
    }

    /// The name of the alias for the user's own type of a layer.
    fn layer_alias(&self, index: usize) -> Ident {
        format_ident!("__{}Layer{index}", plain(&self.network.name), span = Span::mixed_site())
    }

    /// The name of the alias for the shape after a layer, where only the compiler knows it.
    fn shape_alias(&self, index: usize) -> Ident {
        format_ident!("__{}Shape{index}", plain(&self.network.name), span = Span::mixed_site())
    }

    /// A name with the const parameters of the network as its arguments.
    fn apply(&self, name: &Ident) -> TokenStream {
        let parameters = &self.network.parameters;
        if parameters.is_empty() { name.to_token_stream() } else { code!(#name<#(#parameters),*>) }
    }

    /// The const parameters as a declaration, each with a comma behind it.
    fn parameters(&self) -> TokenStream {
        let parameters = &self.network.parameters;
        code!(#(const #parameters: usize,)*)
    }

    /// The network in numbers of type `scalar`.
    fn of(&self, scalar: &TokenStream) -> TokenStream {
        let (name, parameters) = (&self.network.name, &self.network.parameters);
        code!(#name<#(#parameters,)* #scalar>)
    }

    /// The network in its own parameter's numbers.
    fn generic(&self) -> TokenStream {
        self.of(&self.scalar.to_token_stream())
    }

    /// The network as a layer: its `f32` form.
    fn architecture(&self) -> TokenStream {
        self.of(&code!(f32))
    }

    /// How many numbers the shape before layer `index` has.
    fn len(&self, index: usize) -> TokenStream {
        let (shape, private) = (&self.shapes[index], &self.private);
        code!(<#shape as #private::Shape>::LEN)
    }

    /// The largest number of values between two of the first `count` layers.
    fn widest(&self, count: usize) -> TokenStream {
        let private = &self.private;
        let lengths = (1..count).map(|index| self.len(index));
        code!(#private::chain::largest(&[#(#lengths),*]))
    }

    /// The layers up to the logits: all but a final `Softmax`, unless it is alone.
    fn logits_chain(&self) -> usize {
        let softmax = |site: &Site| site.layer.and_then(Layer::built_in) == Some(BuiltIn::Softmax);
        match &self.layers[..] {
            [_, .., last] if softmax(last) => self.layers.len() - 1,
            layers => layers.len(),
        }
    }

    /// The type of layer `index`, its input's shape, the type of the layer before it and that one's input's shape.
    fn link(&self, index: usize) -> TokenStream {
        let (kind, shape) = (&self.layers[index].kind, &self.shapes[index]);
        let (before, before_shape) = (&self.layers[index - 1].kind, &self.shapes[index - 1]);
        code!(#kind, #shape, #before, #before_shape)
    }
}

/// An identifier without `r#`.
fn plain(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

/// Every word that the user wrote where a generic parameter of ours could capture it.
fn used_words(network: &Network) -> HashSet<String> {
    let mut words: HashSet<String> = network.parameters.iter().map(ToString::to_string).collect();
    words.insert(network.name.to_string());
    let mut collect = |tokens: TokenStream| collect_words(tokens, &mut words);
    let shapes = network.layers.iter().flat_map(|layer| [&layer.input, &layer.output]).chain([&network.input]);
    for shape in shapes {
        collect(shape.tokens(&TokenStream::new()));
    }
    for layer in &network.layers {
        match &layer.kind {
            Kind::BuiltIn { sizes, .. } => sizes.iter().for_each(|size| collect(size.tokens())),
            Kind::Own { path, settings } => {
                collect(path.to_token_stream());
                settings.iter().flatten().for_each(|setting| collect(setting.to_token_stream()));
            }
        }
    }
    words
}

fn collect_words(tokens: TokenStream, words: &mut HashSet<String>) {
    for tree in tokens {
        match tree {
            TokenTree::Ident(ident) => {
                words.insert(ident.to_string());
            }
            TokenTree::Group(group) => collect_words(group.stream(), words),
            _ => {}
        }
    }
}

/// `impl Layer`: the network as a layer, for training passes and as a part of other networks.
fn layer(names: &Names) -> TokenStream {
    let Names { private, scalar, input, isa, .. } = names;
    let parameters = names.parameters();
    let (architecture, generic) = (names.architecture(), names.generic());
    let (first, last) = (&names.shapes[0], &names.shapes[names.layers.len()]);
    let logits = &names.shapes[names.logits_chain()];
    let logits = code!(<#logits as #private::Shape>::Plain);
    let initialization = constants::initialization(names);
    let passes = [forward::passes(names), backward::passes(names)];
    let also_probabilities = constants::also_takes_probabilities(names);
    code! {
        #[automatically_derived]
        impl<#parameters> #private::Layer for #architecture {
            type Output<#input: #private::Shape> = #last;
            type Logits<#input: #private::Shape> = #logits;
            type With<#scalar: #private::Scalar> = #generic;
            type Settings = ();
            type Plan<#input: #private::Shape> = Self;

            #initialization

            #(#passes)*

            #[inline(always)]
            fn infer<#input: #private::Shape, #scalar: #private::Kernels, #isa: #private::Isa>(
                isa: #isa,
                parameters: &Self::With<#scalar>,
                _: &(),
                input: &[#scalar],
                output: &mut [#scalar],
                scratch: &mut [#scalar],
            ) {
                #private::Network::trace(parameters, isa, input, output, scratch, &mut |_, _| {});
            }
        }

        #[automatically_derived]
        impl<#parameters> #private::Takes<#first> for #architecture {}
        #also_probabilities
    }
}
