//! Which names and types does the generated code of a network use?

mod padded;

pub(super) use padded::MayBePadded;

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, format_ident};

use super::blocks;
use super::hygiene::{fresh, user_words};
use super::settings;
use super::sizes::Sizes;
use crate::generated;
use crate::graph::{Block, Kind, Layer, Network};
use crate::identifier::{collect as collect_words, plain};
use crate::layer::Argument;
use crate::shape::Shape;
use crate::size::Size;

/// Every name that the generated code uses.
pub(super) struct Names<'a> {
    /// The network.
    pub(super) network: &'a Network,
    /// The path of the library.
    pub(super) library: TokenStream,
    /// The path of the names for generated code.
    pub(super) private: TokenStream,
    /// The layers in order; a stand-in if the network is empty.
    pub(super) layers: Vec<Site<'a>>,
    /// How sizes are written, in blocks in the same way as in the network around them.
    pub(super) sizes: Rc<Sizes>,
    /// The shape before each layer, and the shape after the last.
    pub(super) shapes: Vec<TokenStream>,
    /// The same shapes through the types that define them, which may be less visible than the network. Later shapes are built
    /// from these: an alias built from the visible ones would add one trait query for each layer before it, and the compiler
    /// limits their depth.
    pub(super) underlying_shapes: Vec<TokenStream>,
    /// The path of the block with `#[recompute]` that these layers are in.
    pub(super) recomputed: Option<String>,
    /// The declared network, if its input is padded or may be.
    pub(super) padded: Option<MayBePadded<'a>>,
    /// The name of the scalar parameter.
    pub(super) scalar: Ident,
    /// The name of the parameter for the input shape.
    pub(super) input: Ident,
    /// The name of the parameter for the instruction set.
    pub(super) isa: Ident,
    /// The name of the parameter for the source of random numbers.
    pub(super) random: Ident,
}

/// What is around a network in a block.
pub(super) struct Around<'a> {
    /// The shape of its input, and the same through the types that define it.
    input: [TokenStream; 2],
    /// The name of the scalar parameter, if it has to be the same.
    scalar: Option<Ident>,
    /// The path of the block with `#[recompute]`, if the network is in one.
    recomputed: Option<String>,
    /// The declared network, if its input is padded or may be.
    padded: Option<MayBePadded<'a>>,
}

/// A layer in generated code.
pub(super) struct Site<'a> {
    /// The layer; `None` for the stand-in of an empty network.
    pub(super) layer: Option<&'a Layer>,
    /// Its field.
    pub(super) field: Ident,
    /// Its type, as an architecture.
    pub(super) kind: TokenStream,
    /// The type of its field.
    pub(super) with: TokenStream,
    /// A reference to its settings.
    pub(super) settings: TokenStream,
    /// The name of the slice that holds its output.
    pub(super) output: Ident,
    /// The name of the slice that holds its cache.
    pub(super) cache: Ident,
}

impl Site<'_> {
    /// Returns whether the layer is a type that only the compiler knows.
    pub(super) fn is_custom(&self) -> bool {
        self.layer.is_some_and(|layer| matches!(layer.kind, Kind::Custom { .. }))
    }
}

impl<'a> Names<'a> {
    /// Returns the names of a network, or of one in a block with what is around it.
    pub(super) fn new(
        network: &'a Network,
        library: &TokenStream,
        sizes: &Rc<Sizes>,
        around: Option<Around<'a>>,
    ) -> Self {
        let used = user_words(network);
        let fresh = |word: &str| fresh(word, &used);
        let mut names = Self {
            network,
            library: library.clone(),
            private: code!(#library::private),
            layers: Vec::new(),
            sizes: Rc::clone(sizes),
            shapes: Vec::new(),
            underlying_shapes: Vec::new(),
            recomputed: around.as_ref().and_then(|around| around.recomputed.clone()),
            padded: around.as_ref().and_then(|around| around.padded.clone()),
            scalar: around.as_ref().and_then(|around| around.scalar.clone()).unwrap_or_else(|| fresh("T")),
            input: fresh("In"),
            isa: fresh("I"),
            random: fresh("R"),
        };
        let header = names.shape(&network.input);
        let [input, underlying_input] = around.map_or_else(|| [header.clone(), header], |around| around.input);
        names.shapes.push(input);
        names.underlying_shapes.push(underlying_input);
        if network.block.is_none() {
            names.padded = names.may_be_padded();
        }
        for (index, layer) in network.layers.iter().enumerate() {
            let site = names.site(index, layer);
            names.layers.push(site);
            let [shape, underlying_shape] = match layer.output.alias() {
                Some(alias) => [alias.clone(), names.underlying_shape_alias(index)].map(|name| names.apply(&name)),
                None => [names.shape(&layer.output), names.shape(&layer.output)],
            };
            names.shapes.push(shape);
            names.underlying_shapes.push(underlying_shape);
        }
        if names.layers.is_empty() {
            names.stand_in();
        }
        names
    }

    /// Returns the names of a network in the block at `index`.
    pub(super) fn within(&self, index: usize, network: &'a Network) -> Self {
        let mut input = [&self.shapes[index], &self.underlying_shapes[index]].map(TokenStream::clone);
        let block = self.network.layers.get(index).and_then(Layer::block);
        if let Some(Block::Repeat { .. }) = block {
            // From the second repetition on, the input is an output.
            let private = &self.private;
            input = match &network.input {
                Shape::Known(..) | Shape::Pair(..) => [self.shape(&network.input), self.shape(&network.input)],
                Shape::Custom(..) | Shape::Steps(..) | Shape::Unknown(_) => {
                    input.map(|shape| code!(<#shape as #private::Shape>::Plain))
                }
            };
        }
        // The type of a shortcut is part of that of its block.
        let shares = block.is_some_and(|block| blocks::is_shortcut(block, network));
        let recomputed = self.network.layers.get(index).filter(|layer| layer.recomputed);
        let recomputed = recomputed.map(|layer| layer.path.clone()).or_else(|| self.recomputed.clone());
        let around = Around {
            input,
            scalar: shares.then(|| self.scalar.clone()),
            recomputed,
            padded: self.padded_within(index),
        };
        Self::new(network, &self.library, &self.sizes, Some(around))
    }

    /// Adds an identity layer, for a network whose layers could not be parsed.
    pub(super) fn stand_in(&mut self) {
        let library = &self.library;
        let identity = code!(#library::Identity);
        self.layers.push(Site {
            layer: None,
            field: format_ident!("identity"),
            kind: identity,
            with: code!(()),
            settings: code!(&()),
            output: format_ident!("__identity_output"),
            cache: format_ident!("__identity_cache"),
        });
        for shapes in [&mut self.shapes, &mut self.underlying_shapes] {
            shapes.extend(shapes.clone());
        }
    }

    pub(super) fn site(&self, index: usize, layer: &'a Layer) -> Site<'a> {
        let (private, scalar) = (&self.private, &self.scalar);
        let alias = self.apply(&self.layer_alias(index));
        let (kind, with) = match &layer.kind {
            Kind::BuiltIn(built_in) => {
                let kind = self.library_type(built_in.spec.name, &built_in.arguments, None);
                let parameters = built_in.parameters.as_ref();
                let with = parameters.map(|with| self.library_type(with.name, &with.arguments, Some(scalar)));
                (kind, with.unwrap_or_else(|| code!(())))
            }
            Kind::Block(block) => {
                let [kind, with] = blocks::types(self, index, block);
                (kind, with)
            }
            Kind::Custom { .. } => (alias.clone(), code!(<#alias as #private::Layer>::With<#scalar>)),
        };
        let settings = settings::reference(self, index, layer, &kind);
        let word = plain(&layer.field);
        Site {
            layer: Some(layer),
            field: layer.field.clone(),
            kind,
            with,
            settings,
            // All of these names are different, and no other variable of generated code has these endings.
            output: Ident::new(&format!("__{word}_output"), Span::mixed_site()),
            cache: Ident::new(&format!("__{word}_cache"), Span::mixed_site()),
        }
    }

    /// Returns a type of the library with its arguments. The scalar type is one of them if it is given, and `f32` in place of it
    /// where another argument follows.
    pub(super) fn library_type(&self, name: &str, arguments: &[Argument], scalar: Option<&Ident>) -> TokenStream {
        self.library_type_with(name, arguments, scalar, &|size| self.sizes.tokens(size))
    }

    /// Does the same with sizes formatted by `size`.
    pub(super) fn library_type_with(
        &self,
        name: &str,
        arguments: &[Argument],
        scalar: Option<&Ident>,
        size: &dyn Fn(&Size) -> TokenStream,
    ) -> TokenStream {
        let (library, private, name) = (&self.library, &self.private, Ident::new(name, Span::call_site()));
        let last = scalar.filter(|_| !arguments.iter().any(|argument| matches!(argument, Argument::Scalar)));
        let arguments = arguments.iter().map(|argument| match argument {
            Argument::Size(written) => size(written),
            Argument::Shape(shape) => self.shape_with(shape, size),
            Argument::Flag(value) => code!(#value),
            Argument::Scalar => scalar.map_or_else(|| code!(#private::f32), ToTokens::to_token_stream),
        });
        let arguments: Vec<_> = arguments.chain(last.map(ToTokens::to_token_stream)).collect();
        if arguments.is_empty() { code!(#library::#name) } else { code!(#library::#name<#(#arguments),*>) }
    }

    /// Returns the name of an item that belongs to the network.
    pub(super) fn alias(&self, name: &str) -> Ident {
        generated::name(&self.network.name, name)
    }

    /// Returns the name of the alias for the custom type of a layer.
    pub(super) fn layer_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Layer{index}"))
    }

    /// Returns the name of the alias for the same shape through the types that define it.
    pub(super) fn underlying_shape_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Shape{index}Type"))
    }

    /// Returns a shape as a type. A shape that only the compiler knows has an alias.
    pub(super) fn shape(&self, shape: &Shape) -> TokenStream {
        self.shape_with(shape, &|size| self.sizes.tokens(size))
    }

    /// Does the same with sizes formatted by `size`.
    pub(super) fn shape_with(&self, shape: &Shape, size: &dyn Fn(&Size) -> TokenStream) -> TokenStream {
        match shape.alias() {
            Some(alias) => self.apply(alias),
            None => shape.tokens(&self.library, size),
        }
    }

    /// Returns whether the tokens of a custom type mention a const parameter.
    pub(super) fn mentions_parameters(&self, tokens: impl ToTokens) -> bool {
        let mut words = HashSet::new();
        collect_words(tokens.into_token_stream(), &mut words);
        self.network.parameters.iter().any(|parameter| words.contains(&parameter.to_string()))
    }

    /// Returns a name with the const parameters of the network as its arguments.
    pub(super) fn apply(&self, name: &Ident) -> TokenStream {
        let parameters = &self.network.parameters;
        if parameters.is_empty() { name.to_token_stream() } else { code!(#name<#({ #parameters }),*>) }
    }

    /// Returns the declaration of the const parameters, each followed by a comma.
    pub(super) fn parameters(&self) -> TokenStream {
        let parameters = &self.network.parameters;
        let private = &self.private;
        code!(#(const #parameters: #private::usize,)*)
    }

    /// Returns the type of the network with the scalar type `scalar`.
    pub(super) fn of(&self, scalar: &TokenStream) -> TokenStream {
        let (name, parameters) = (&self.network.name, &self.network.parameters);
        code!(#name<#({ #parameters },)* #scalar>)
    }

    /// Returns the type of the network with its generic scalar type.
    pub(super) fn generic(&self) -> TokenStream {
        self.of(&self.scalar.to_token_stream())
    }

    /// Returns the network as an architecture: its `f32` form.
    pub(super) fn architecture(&self) -> TokenStream {
        let private = &self.private;
        self.of(&code!(#private::f32))
    }

    /// Returns the name of an argument of a public function. A const parameter may have this name too.
    pub(super) fn argument(&self, word: &str) -> Ident {
        let mut word = word.to_owned();
        while self.network.parameters.iter().any(|parameter| plain(parameter) == word) {
            word.push('_');
        }
        Ident::new(&word, Span::mixed_site())
    }

    /// Returns the number of elements of the shape before layer `index`.
    pub(super) fn len(&self, index: usize) -> TokenStream {
        let (shape, private) = (&self.shapes[index], &self.private);
        code!(<#shape as #private::Shape>::LEN)
    }

    /// Returns the attributes of the implementation of a trait.
    pub(super) fn derived(&self) -> TokenStream {
        let allowed = self.allowed();
        code!(#[automatically_derived] #allowed)
    }

    /// Returns the attribute of an item that mentions the network or its fields, if the user marked one of them as deprecated.
    pub(super) fn allowed(&self) -> Option<TokenStream> {
        let layers = self.network.layers.iter().flat_map(|layer| &layer.attributes);
        let mut words = HashSet::new();
        let attributes = layers.chain(&self.network.attributes);
        attributes.for_each(|attribute| collect_words(attribute.to_token_stream(), &mut words));
        words.contains("deprecated").then(|| code!(#[allow(deprecated)]))
    }

    /// Returns the largest number of values between two of the first `count` layers.
    pub(super) fn widest(&self, count: usize) -> TokenStream {
        let private = &self.private;
        let lengths = (1..count).map(|index| self.len(index));
        code!(#private::chain::largest(&[#(#lengths),*]))
    }

    /// Returns the largest number of elements of a step between two layers.
    pub(super) fn widest_step(&self) -> TokenStream {
        let private = &self.private;
        let between = self.shapes.get(1..self.layers.len()).unwrap_or_default();
        code!(#private::chain::largest(&[#(#private::chain::step_len::<#between>()),*]))
    }

    /// Returns the slice that layer `index` reads: the output of the layer before it, or the input of the network.
    pub(super) fn before(&self, index: usize) -> TokenStream {
        index.checked_sub(1).map_or_else(|| code!(__input), |before| self.layers[before].output.to_token_stream())
    }

    /// Returns the type of layer `index`, the shape of its input, the type of the layer before it and the shape of that layer's
    /// input.
    pub(super) fn link(&self, index: usize) -> TokenStream {
        let (kind, shape) = (&self.layers[index].kind, &self.shapes[index]);
        let (before, before_shape) = (&self.layers[index - 1].kind, &self.shapes[index - 1]);
        code!(#kind, #shape, #before, #before_shape)
    }
}

/// Returns the pass argument for layer `index`.
pub(super) fn pass_at(index: usize) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    code!(&__pass.at(#index))
}
