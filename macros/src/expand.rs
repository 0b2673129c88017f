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

/// The whole expansion.
pub(crate) fn expand(network: &Network, judges: &Judges, library: &TokenStream) -> TokenStream {
    let sizes = Rc::new(Sizes::new(network));
    let names = Names::new(network, library, &sizes, None);
    let mut code = sizes.items(&names.private);
    code.extend(items(&names, judges));
    code
}

/// The layer at `index` as a type, what it takes and what it gives.
#[cfg(feature = "examples")]
pub(crate) fn edge(network: &Network, library: &TokenStream, index: usize) -> [TokenStream; 3] {
    let names = Names::new(network, library, &Rc::new(Sizes::new(network)), None);
    [names.layers[index].kind.clone(), names.shapes[index].clone(), names.shapes[index + 1].clone()]
}

/// The items of a network, after those of the blocks in it, which are networks within.
fn items(names: &Names, judges: &Judges) -> TokenStream {
    let mut items = TokenStream::new();
    let blocks = names.network.layers.iter().enumerate().filter_map(|(index, layer)| match &layer.kind {
        Kind::Block(inside) => Some((&**inside, [&names.shapes[index], &names.own_shapes[index]])),
        Kind::BuiltIn(_) | Kind::Custom { .. } => None,
    });
    for ((inside, input), judges) in blocks.zip(&judges.blocks) {
        items.extend(self::items(&Names::new(inside, &names.library, &names.sizes, Some(input)), judges));
    }
    items.extend([
        types::aliases(names),
        settings::constants(names),
        types::structure(names),
        types::block(names, judges.mistaken),
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

/// `tokens`, whose names mean what they meant, at the user's place: there the compiler's carets point.
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

/// A call at the user's place, with arguments that stay at their own.
fn call(span: Span, function: &TokenStream, arguments: TokenStream) -> TokenStream {
    let mut list = Group::new(Delimiter::Parenthesis, arguments);
    list.set_span(Span::mixed_site().located_at(span));
    let mut call = at(span, function);
    call.extend([TokenTree::Group(list)]);
    call
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
    /// How sizes are written, in blocks as in the network around them.
    sizes: Rc<Sizes>,
    /// The shape before each layer, and after the last.
    shapes: Vec<TokenStream>,
    /// The same by the types that they come from, which may be less visible than the network. Of these a shape is made: one
    /// of what is shown would be a question to the compiler for every layer before it, and there is a limit to those.
    own_shapes: Vec<TokenStream>,
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

impl Site<'_> {
    /// Whether the layer is a type that only the compiler knows.
    fn is_custom(&self) -> bool {
        self.layer.is_some_and(|layer| matches!(layer.kind, Kind::Custom { .. }))
    }
}

impl<'a> Names<'a> {
    /// The names of a network, or of a block with its input.
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
            own_shapes: Vec::new(),
            scalar: fresh("T"),
            input: fresh("In"),
            isa: fresh("I"),
            random: fresh("R"),
        };
        let header = names.shape(&network.input);
        let [input, own_input] = input.unwrap_or([&header, &header]).map(TokenStream::clone);
        names.shapes.push(input);
        names.own_shapes.push(own_input);
        for (index, layer) in network.layers.iter().enumerate() {
            let site = names.site(index, layer);
            names.layers.push(site);
            let [shape, own_shape] = match &layer.output {
                Shape::Unknown(alias) => [alias.clone(), names.own_shape_alias(index)].map(|name| names.apply(&name)),
                known => [names.shape(known), names.shape(known)],
            };
            names.shapes.push(shape);
            names.own_shapes.push(own_shape);
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
            kind: identity,
            with: code!(()),
            settings: code!(&()),
            output: format_ident!("__identity_output"),
            cache: format_ident!("__identity_cache"),
        });
        for shapes in [&mut self.shapes, &mut self.own_shapes] {
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
            // No two of these names are equal, and no other variable of generated code ends like them.
            output: Ident::new(&format!("__{word}_output"), Span::mixed_site()),
            cache: Ident::new(&format!("__{word}_cache"), Span::mixed_site()),
        }
    }

    /// A type of the library with its arguments, the last of which may be the type of the elements.
    fn library_type(&self, name: &str, arguments: &[Argument], scalar: Option<&Ident>) -> TokenStream {
        self.library_type_with(name, arguments, scalar, &|size| self.sizes.tokens(size))
    }

    /// The same with sizes as `size` writes them.
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

    /// The name of an alias beside the network.
    fn alias(&self, name: &str) -> Ident {
        generated::name(&self.network.name, name)
    }

    /// The name of the alias for the user's own type of a layer.
    fn layer_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Layer{index}"))
    }

    /// The name of the same shape by the types that it comes from.
    fn own_shape_alias(&self, index: usize) -> Ident {
        self.alias(&format!("Shape{index}Type"))
    }

    /// A shape as a type: one that only the compiler knows has an alias.
    fn shape(&self, shape: &Shape) -> TokenStream {
        self.shape_with(shape, &|size| self.sizes.tokens(size))
    }

    /// The same with sizes as `size` writes them.
    fn shape_with(&self, shape: &Shape, size: &dyn Fn(&Size) -> TokenStream) -> TokenStream {
        match shape.alias() {
            Some(alias) => self.apply(alias),
            None => shape.tokens(&self.library, size),
        }
    }

    /// Whether a type of the user's own depends on a const parameter.
    fn mentions_parameters(&self, tokens: impl ToTokens) -> bool {
        let mut words = HashSet::new();
        collect_words(tokens.into_token_stream(), &mut words);
        self.network.parameters.iter().any(|parameter| words.contains(&parameter.to_string()))
    }

    /// A name with the const parameters of the network as its arguments.
    fn apply(&self, name: &Ident) -> TokenStream {
        let parameters = &self.network.parameters;
        if parameters.is_empty() { name.to_token_stream() } else { code!(#name<#(#parameters),*>) }
    }

    /// The const parameters as a declaration, each with a comma behind it.
    fn parameters(&self) -> TokenStream {
        let parameters = &self.network.parameters;
        let private = &self.private;
        code!(#(const #parameters: #private::usize,)*)
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
        let private = &self.private;
        self.of(&code!(#private::f32))
    }

    /// How many numbers the shape before layer `index` has.
    fn len(&self, index: usize) -> TokenStream {
        let (shape, private) = (&self.shapes[index], &self.private);
        code!(<#shape as #private::Shape>::LEN)
    }

    /// The attributes of an impl that reads fields, which the user may have marked as deprecated.
    fn derived(&self) -> TokenStream {
        let attributes = self.network.layers.iter().flat_map(|layer| &layer.attributes);
        let mut words = HashSet::new();
        attributes.for_each(|attribute| collect_words(attribute.to_token_stream(), &mut words));
        let allow = words.contains("deprecated").then(|| code!(#[allow(deprecated)]));
        code!(#[automatically_derived] #allow)
    }

    /// The largest number of values between two of the first `count` layers.
    fn widest(&self, count: usize) -> TokenStream {
        let private = &self.private;
        let lengths = (1..count).map(|index| self.len(index));
        code!(#private::chain::largest(&[#(#lengths),*]))
    }

    /// The shape that losses are computed on. A last layer of the user's own, such as a nested network, may be a head.
    fn logits(&self) -> TokenStream {
        let (private, shape) = (&self.private, &self.shapes[self.logits_chain()]);
        let head = self.logits_of_head().map(|_| self.apply(&self.alias("Logits")));
        head.unwrap_or_else(|| code!(<#shape as #private::Shape>::Plain))
    }

    /// What a last layer of the user's own says of them.
    fn logits_of_head(&self) -> Option<TokenStream> {
        let (private, last) = (&self.private, self.logits_chain().checked_sub(1)?);
        let (site, input) = (&self.layers[last], &self.own_shapes[last]);
        let kind = &site.kind;
        site.is_custom().then(|| code!(<#kind as #private::Layer>::Logits<#input>))
    }

    /// The layers up to the logits: all but a final head, unless it is alone.
    fn logits_chain(&self) -> usize {
        match &self.layers[..] {
            [_, .., last] if last.layer.is_some_and(Layer::is_head) => self.layers.len() - 1,
            layers => layers.len(),
        }
    }

    /// The slice that layer `index` reads: the output of the layer before it, or the input of the whole.
    fn before(&self, index: usize) -> TokenStream {
        index.checked_sub(1).map_or_else(|| code!(__input), |before| self.layers[before].output.to_token_stream())
    }

    /// The type of layer `index`, its input's shape, the type of the layer before it and that one's input's shape.
    fn link(&self, index: usize) -> TokenStream {
        let (kind, shape) = (&self.layers[index].kind, &self.shapes[index]);
        let (before, before_shape) = (&self.layers[index - 1].kind, &self.shapes[index - 1]);
        code!(#kind, #shape, #before, #before_shape)
    }
}

/// The pass as layer `index` sees it.
fn pass_at(index: usize) -> TokenStream {
    let index = Literal::usize_unsuffixed(index);
    code!(&__pass.at(#index))
}
