//! Which code does a network become? Straight-line calls of its layers, without any formula.
//!
//! Expansion never fails: after a mistake the same code is generated for what could be resolved. Its assertions are left out,
//! so that uses of the network elsewhere cause no further errors.

/// Quotes tokens whose names are hygienic: variables do not collide with the user's.
macro_rules! code {
    ($($tokens:tt)*) => {
        quote::quote_spanned!(proc_macro2::Span::mixed_site()=> $($tokens)*)
    };
}

mod activations;
mod forward;
mod settings;

mod assertions;
mod backward;
mod constants;

mod hygiene;
mod layer;
mod plan;
mod sizes;
mod types;

use std::collections::HashSet;
use std::rc::Rc;

use proc_macro2::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident};

use crate::check::Judges;
use crate::generated;
use crate::graph::{Kind, Layer, Network};
use crate::identifier::{collect as collect_words, plain};
use crate::layer::{Argument, RESIDUAL};
use crate::shape::Shape;
use crate::size::Size;
use hygiene::user_words;
use sizes::Sizes;

/// Returns the whole expansion.
pub(crate) fn expand(network: &Network, judges: &Judges, library: &TokenStream) -> TokenStream {
    let sizes = Rc::new(Sizes::new(network));
    let names = Names::new(network, library, &sizes, None);
    let mut code = sizes.items(&names.private);
    code.extend(items(&names, judges));
    code
}

/// Returns the type of the layer at `index`, its input shape and its output shape.
#[cfg(feature = "examples")]
pub(crate) fn edge(network: &Network, library: &TokenStream, index: usize) -> [TokenStream; 3] {
    let names = Names::new(network, library, &Rc::new(Sizes::new(network)), None);
    [names.layers[index].kind.clone(), names.shapes[index].clone(), names.shapes[index + 1].clone()]
}

/// Returns the items of a network. Those of its blocks, which are nested networks, come first.
fn items(names: &Names, judges: &Judges) -> TokenStream {
    let mut items = TokenStream::new();
    let blocks = names.network.layers.iter().enumerate().filter_map(|(index, layer)| match &layer.kind {
        Kind::Block(inside) => Some((&**inside, [&names.shapes[index], &names.underlying_shapes[index]])),
        Kind::BuiltIn(_) | Kind::Custom { .. } => None,
    });
    for ((inside, input), judges) in blocks.zip(&judges.blocks) {
        items.extend(self::items(&Names::new(inside, &names.library, &names.sizes, Some(input)), judges));
    }
    items.extend([
        types::aliases(names),
        settings::constants(names),
        types::structure(names),
        types::flat_parameters(names, judges.mistaken),
        plan::plan(names),
        layer::layer(names),
        constants::network(names),
        activations::structure(names),
        constants::inherent(names),
        types::traits(names),
        assertions::assertions(names, judges),
    ]);
    items
}

/// Moves `tokens` to the user's `span`, where the compiler's carets then point. Name resolution does not change.
pub(crate) fn at(span: Span, tokens: impl ToTokens) -> TokenStream {
    let located = tokens.into_token_stream().into_iter().map(|tree| match tree {
        TokenTree::Group(group) => {
            let mut located = Group::new(group.delimiter(), at(span, group.stream()));
            located.set_span(group.span().located_at(span));
            TokenTree::Group(located)
        }
        mut tree => {
            tree.set_span(tree.span().located_at(span));
            tree
        }
    });
    located.collect()
}

/// Returns a call at the user's `span`, with arguments that keep their own spans.
fn call(span: Span, function: &TokenStream, arguments: TokenStream) -> TokenStream {
    let mut list = Group::new(Delimiter::Parenthesis, arguments);
    list.set_span(Span::mixed_site().located_at(span));
    let mut call = at(span, function);
    call.extend([TokenTree::Group(list)]);
    call
}

/// Every name that the generated code uses.
struct Names<'a> {
    /// The network.
    network: &'a Network,
    /// The path of the library.
    library: TokenStream,
    /// The path of the names for generated code.
    private: TokenStream,
    /// The layers in order; a stand-in if the network is empty.
    layers: Vec<Site<'a>>,
    /// How sizes are written, in blocks in the same way as in the network around them.
    sizes: Rc<Sizes>,
    /// The shape before each layer, and the shape after the last.
    shapes: Vec<TokenStream>,
    /// The same shapes through the types that define them, which may be less visible than the network. Later shapes are built
    /// from these: an alias built from the visible ones would add one trait query for each layer before it, and the compiler
    /// limits their depth.
    underlying_shapes: Vec<TokenStream>,
    /// The name of the scalar parameter.
    scalar: Ident,
    /// The name of the parameter for the input shape.
    input: Ident,
    /// The name of the parameter for the instruction set.
    isa: Ident,
    /// The name of the parameter for the source of random numbers.
    random: Ident,
}

/// A layer in generated code.
struct Site<'a> {
    /// The layer; `None` for the stand-in of an empty network.
    layer: Option<&'a Layer>,
    /// Its field.
    field: Ident,
    /// Its type, as an architecture.
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

impl Site<'_> {
    /// Returns whether the layer is a type that only the compiler knows.
    fn is_custom(&self) -> bool {
        self.layer.is_some_and(|layer| matches!(layer.kind, Kind::Custom { .. }))
    }
}

impl<'a> Names<'a> {
    /// Returns the names of a network, or of a block with its input.
    fn new(network: &'a Network, library: &TokenStream, sizes: &Rc<Sizes>, input: Option<[&TokenStream; 2]>) -> Self {
        let used = user_words(network);
        let fresh = |word: &str| {
            let word = if used.contains(word) { format!("__{word}") } else { word.to_owned() };
            Ident::new(&word, Span::mixed_site())
        };
        let mut names = Self {
            network,
            library: library.clone(),
            private: code!(#library::private),
            layers: Vec::new(),
            sizes: Rc::clone(sizes),
            shapes: Vec::new(),
            underlying_shapes: Vec::new(),
            scalar: fresh("T"),
            input: fresh("In"),
            isa: fresh("I"),
            random: fresh("R"),
        };
        let header = names.shape(&network.input);
        let [input, underlying_input] = input.unwrap_or([&header, &header]).map(TokenStream::clone);
        names.shapes.push(input);
        names.underlying_shapes.push(underlying_input);
        for (index, layer) in network.layers.iter().enumerate() {
            let site = names.site(index, layer);
            names.layers.push(site);
            let [shape, underlying_shape] = match &layer.output {
                Shape::Unknown(alias) => {
                    [alias.clone(), names.underlying_shape_alias(index)].map(|name| names.apply(&name))
                }
                known => [names.shape(known), names.shape(known)],
            };
            names.shapes.push(shape);
            names.underlying_shapes.push(underlying_shape);
        }
        if names.layers.is_empty() {
            names.stand_in();
        }
        names
    }

    /// Adds an identity layer, for a network whose layers could not be parsed.
    fn stand_in(&mut self) {
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

    fn site(&self, index: usize, layer: &'a Layer) -> Site<'a> {
        let (library, private, scalar) = (&self.library, &self.private, &self.scalar);
        let alias = self.apply(&self.layer_alias(index));
        let (kind, with) = match &layer.kind {
            Kind::BuiltIn(built_in) => {
                let kind = self.library_type(built_in.spec.name, &built_in.arguments, None);
                let parameters = built_in.parameters.as_ref();
                let with = parameters.map(|with| self.library_type(with.name, &with.arguments, Some(scalar)));
                (kind, with.unwrap_or_else(|| code!(())))
            }
            Kind::Block(inside) => {
                let (name, parameters) = (&inside.name, &inside.parameters);
                let residual = Ident::new(RESIDUAL, Span::call_site());
                (
                    code!(#library::#residual<#name<#(#parameters,)* #private::f32>>),
                    code!(#name<#(#parameters,)* #scalar>),
                )
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

    /// Returns a type of the library with its arguments; the last one may be the scalar type.
    fn library_type(&self, name: &str, arguments: &[Argument], scalar: Option<&Ident>) -> TokenStream {
        self.library_type_with(name, arguments, scalar, &|size| self.sizes.tokens(size))
    }

    /// Does the same with sizes formatted by `size`.
    fn library_type_with(
        &self,
        name: &str,
        arguments: &[Argument],
        scalar: Option<&Ident>,
        size: &dyn Fn(&Size) -> TokenStream,
    ) -> TokenStream {
        let (library, name) = (&self.library, Ident::new(name, Span::call_site()));
        let arguments = arguments.iter().map(|argument| match argument {
            Argument::Size(written) => size(written),
            Argument::Shape(shape) => self.shape_with(shape, size),
        });
        let arguments: Vec<_> = arguments.chain(scalar.map(ToTokens::to_token_stream)).collect();
        if arguments.is_empty() { code!(#library::#name) } else { code!(#library::#name<#(#arguments),*>) }
    }

    /// Returns the name of an item that belongs to the network.
    fn alias(&self, name: &str) -> Ident {
        generated::name(&self.network.name, name)
    }

    /// Returns the name of the alias for the custom type of a layer.
    fn layer_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Layer{index}"))
    }

    /// Returns the name of the alias for the same shape through the types that define it.
    fn underlying_shape_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Shape{index}Type"))
    }

    /// Returns a shape as a type. A shape that only the compiler knows has an alias.
    fn shape(&self, shape: &Shape) -> TokenStream {
        self.shape_with(shape, &|size| self.sizes.tokens(size))
    }

    /// Does the same with sizes formatted by `size`.
    fn shape_with(&self, shape: &Shape, size: &dyn Fn(&Size) -> TokenStream) -> TokenStream {
        match shape.alias() {
            Some(alias) => self.apply(alias),
            None => shape.tokens(&self.library, size),
        }
    }

    /// Returns whether the tokens of a custom type mention a const parameter.
    fn mentions_parameters(&self, tokens: impl ToTokens) -> bool {
        let mut words = HashSet::new();
        collect_words(tokens.into_token_stream(), &mut words);
        self.network.parameters.iter().any(|parameter| words.contains(&parameter.to_string()))
    }

    /// Returns a name with the const parameters of the network as its arguments.
    fn apply(&self, name: &Ident) -> TokenStream {
        let parameters = &self.network.parameters;
        if parameters.is_empty() { name.to_token_stream() } else { code!(#name<#(#parameters),*>) }
    }

    /// Returns the declaration of the const parameters, each followed by a comma.
    fn parameters(&self) -> TokenStream {
        let parameters = &self.network.parameters;
        let private = &self.private;
        code!(#(const #parameters: #private::usize,)*)
    }

    /// Returns the type of the network with the scalar type `scalar`.
    fn of(&self, scalar: &TokenStream) -> TokenStream {
        let (name, parameters) = (&self.network.name, &self.network.parameters);
        code!(#name<#(#parameters,)* #scalar>)
    }

    /// Returns the type of the network with its generic scalar type.
    fn generic(&self) -> TokenStream {
        self.of(&self.scalar.to_token_stream())
    }

    /// Returns the network as an architecture: its `f32` form.
    fn architecture(&self) -> TokenStream {
        let private = &self.private;
        self.of(&code!(#private::f32))
    }

    /// Returns the number of elements of the shape before layer `index`.
    fn len(&self, index: usize) -> TokenStream {
        let (shape, private) = (&self.shapes[index], &self.private);
        code!(<#shape as #private::Shape>::LEN)
    }

    /// Returns the attributes of an impl that reads fields, which the user may have marked as deprecated.
    fn derived(&self) -> TokenStream {
        let attributes = self.network.layers.iter().flat_map(|layer| &layer.attributes);
        let mut words = HashSet::new();
        attributes.for_each(|attribute| collect_words(attribute.to_token_stream(), &mut words));
        let allow = words.contains("deprecated").then(|| code!(#[allow(deprecated)]));
        code!(#[automatically_derived] #allow)
    }

    /// Returns the largest number of values between two of the first `count` layers.
    fn widest(&self, count: usize) -> TokenStream {
        let private = &self.private;
        let lengths = (1..count).map(|index| self.len(index));
        code!(#private::chain::largest(&[#(#lengths),*]))
    }

    /// Returns the shape that losses are computed on. A custom last layer, such as a nested network, may be a head.
    fn logits(&self) -> TokenStream {
        let (private, shape) = (&self.private, &self.shapes[self.logits_chain()]);
        let head = self.logits_of_head().map(|_| self.apply(&self.alias("Logits")));
        head.unwrap_or_else(|| code!(<#shape as #private::Shape>::Plain))
    }

    /// Returns the logits shape that a custom last layer defines.
    fn logits_of_head(&self) -> Option<TokenStream> {
        let (private, last) = (&self.private, self.logits_chain().checked_sub(1)?);
        let (site, input) = (&self.layers[last], &self.underlying_shapes[last]);
        let kind = &site.kind;
        site.is_custom().then(|| code!(<#kind as #private::Layer>::Logits<#input>))
    }

    /// Returns the number of layers up to the logits: all except a final head, unless it is the only layer.
    fn logits_chain(&self) -> usize {
        match &self.layers[..] {
            [_, .., last] if last.layer.is_some_and(Layer::is_head) => self.layers.len() - 1,
            layers => layers.len(),
        }
    }

    /// Returns the slice that layer `index` reads: the output of the layer before it, or the input of the network.
    fn before(&self, index: usize) -> TokenStream {
        index.checked_sub(1).map_or_else(|| code!(__input), |before| self.layers[before].output.to_token_stream())
    }

    /// Returns the type of layer `index`, the shape of its input, the type of the layer before it and the shape of that layer's
    /// input.
    fn link(&self, index: usize) -> TokenStream {
        let (kind, shape) = (&self.layers[index].kind, &self.shapes[index]);
        let (before, before_shape) = (&self.layers[index - 1].kind, &self.shapes[index - 1]);
        code!(#kind, #shape, #before, #before_shape)
    }
}

/// Returns the pass argument for layer `index`.
fn pass_at(index: usize) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    code!(&__pass.at(#index))
}
