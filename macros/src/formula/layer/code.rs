//! What is the code of a layer? Types for its loops, its parameters, and the implementation of `Layer`.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens as _, format_ident, quote};
use syn::GenericParam;

use super::{Analysis, explanation, parameters_name};
use crate::formula::assertions::assertions;
use crate::formula::documentation::{documentation, is_documented};
use crate::formula::graph::{Extent, Graph, Operation, Value};
use crate::formula::initialization::initialization;
use crate::formula::layer_header::{Dimensions, LayerHeader, Start, is_type_of_layers};
use crate::formula::memory::{Memory, Owner, constants_name};
use crate::formula::schedule::{Step, Wanted, steps};
use crate::formula::settings;
use crate::generated;
use crate::identifier;

/// The code of both passes.
struct Passes {
    types: TokenStream,
    forward: TokenStream,
    backward: TokenStream,
    inference_len: TokenStream,
    cache_len: TokenStream,
    reads_input: bool,
    reads_output: bool,
    multiply_adds: TokenStream,
    /// Whether the gradient of each parameter is one sum.
    sums_from_zero: bool,
}

fn passes(header: &LayerHeader, analysis: &Analysis, private: &TokenStream) -> Passes {
    let graph = &analysis.graph;
    let owner = Owner {
        graph,
        private,
        name: &header.name,
        scalar: format_ident!("T"),
        prefix: "Loop",
        parameters: header.parameters.iter().map(|parameter| &parameter.name).collect(),
        output: Some(analysis.output),
    };
    let fixed = HashMap::from([(analysis.input, quote!(input)), (analysis.output, quote!(output))]);
    let mut memory = Memory::new(owner, fixed);
    let forward_steps = steps(graph, &[(analysis.output, Wanted::Elements)], &[analysis.input]);
    let forward = memory.code(&forward_steps);
    let kept = memory.stored.len();
    let multiply_adds: Vec<_> = forward_steps.iter().filter_map(|step| memory.multiply_adds(step)).collect();
    let cuts = memory.cuts(kept);
    let forward = quote!(#cuts #forward);
    // The value that the output copies is in the output's memory too.
    memory.fixed.insert(analysis.grad_output, quote!(grad_output));
    if let Operation::Spread(_, copied) = graph.operation(analysis.output)
        && !memory.stored.contains(&copied)
        && copied != analysis.input
        && matches!(graph.extent(copied), Extent::Element(..))
        && !matches!(graph.operation(copied), Operation::View(..))
    {
        memory.fixed.insert(copied, quote!(output));
    }
    let vectors = analysis.vectors.iter().map(|&(parameter, gradient)| (gradient, Wanted::ColumnSums(parameter)));
    let outers = analysis.outers.iter().map(|outer| (outer.left, Wanted::OuterSum(outer.matrix, outer.right)));
    // A way back through a loop adds to gradients of parameters itself.
    let backs = graph.backs_within(None).into_iter().map(|back| (back, Wanted::Elements));
    let roots: Vec<_> = vectors.chain(outers).chain(backs).collect();
    let of_parameters = steps(graph, &roots, &memory.given());
    let parameters = memory.code(&of_parameters);
    let of_input = steps(graph, &[(analysis.grad_input, Wanted::Elements)], &memory.given());
    memory.fixed.insert(analysis.grad_input, quote!(grad_input));
    let input = memory.code(&of_input);
    let cuts = memory.cuts(memory.stored.len());
    let all_steps = || of_parameters.iter().chain(&of_input);
    let reads = |name: &str| {
        all_steps()
            .flat_map(|step| read_values(graph, step))
            .any(|value| memory.fixed.get(&value).is_some_and(|slice| slice.to_string() == name))
    };
    let backward = quote! {
        #cuts
        #parameters
        if let ::core::option::Option::Some(grad_input) = grad_input {
            #input
        }
    };
    Passes {
        forward,
        backward,
        inference_len: memory.total(kept),
        cache_len: memory.total(memory.stored.len()),
        reads_input: reads("input"),
        reads_output: reads("output"),
        multiply_adds: quote!(0 #(+ #multiply_adds)*),
        sums_from_zero: !memory.adds_twice,
        types: memory.types.clone(),
    }
}

/// Returns the values that a step reads from memory.
fn read_values(graph: &Graph, step: &Step) -> Vec<Value> {
    let values = match step {
        &Step::Arrays(value) => graph.arguments(value),
        &Step::Repeat(repetition) => arguments_of(graph, Operation::Looped(repetition, 0)),
        &Step::Back(back) => arguments_of(graph, Operation::LoopedBack(back, 0)),
        Step::Loop(pass) | Step::Sums { pass, .. } => pass.elements.iter().chain(&pass.samples).copied().collect(),
        Step::Product { vector, .. } => vec![*vector],
        Step::Outer(outer) => vec![outer.left, outer.right],
    };
    values.into_iter().map(|value| graph.seen(value)).collect()
}

fn arguments_of(graph: &Graph, operation: Operation) -> Vec<Value> {
    graph.value_of(operation).map_or_else(Vec::new, |value| graph.arguments(value))
}

/// Returns the items of a layer.
pub(super) fn items(header: &LayerHeader, analysis: &Analysis, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let [declared, arguments, _] = header.const_parameters();
    let attributes = header.passed_on();
    let docs = docs(header, analysis);
    let settings = if header.settings.is_empty() {
        TokenStream::new()
    } else {
        settings::items(name, &header.settings, visibility, [&declared, &arguments], &private)
    };
    let parameters = parameters(header, library, &private);
    let passes = passes(header, analysis, &private);
    let implementation = implementation(header, analysis, &passes, &private);
    let assertions = assertions(&analysis.graph, &analysis.comparisons, &analysis.ranges, &private).items;
    let explanation = explanation(analysis, header).join("\n");
    let types = &passes.types;
    quote! {
        #(#attributes)*
        #docs
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #visibility struct #name #declared;
        #settings
        #[allow(dead_code)]
        impl #declared #name #arguments {
            /// Returns the layer and its gradients in mathematical notation.
            #[must_use]
            #visibility const fn explain() -> &'static str {
                #explanation
            }
        }
        #parameters
        #assertions
        #types
        #implementation
    }
}

/// Returns the struct of the parameters, if there are any.
fn parameters(header: &LayerHeader, library: &TokenStream, private: &TokenStream) -> TokenStream {
    if header.parameters.is_empty() {
        return TokenStream::new();
    }
    let (visibility, name) = (&header.visibility, &header.name);
    let [_, _, sizes] = header.const_parameters();
    let parameters_type = parameters_name(name);
    let doc = format!("The parameters of [`{name}`].");
    let fields = header.parameters.iter().map(|parameter| {
        let (attributes, field) = (&parameter.attributes, &parameter.name);
        let is_marked = attributes.iter().any(|attribute| attribute.path().is_ident("tensor"));
        let (kind, shape, field_doc) = match &parameter.dimensions {
            Dimensions::Scalar => {
                let kind = if parameter.start.is_some() { quote!(scale) } else { quote!(bias) };
                (kind, quote!(SVector<T, 1>), format!("`{field}`, a number."))
            }
            Dimensions::Vector(size) => {
                let kind = if parameter.start.is_some() { quote!(scale) } else { quote!(bias) };
                (kind, quote!(SVector<T, { #size }>), format!("`{field}`, a vector."))
            }
            Dimensions::Matrix(rows, columns) => {
                (quote!(weight), quote!(SMatrix<T, { #rows }, { #columns }>), format!("`{field}`, a matrix."))
            }
        };
        let kind = (!is_marked).then(|| quote!(#[tensor(#kind)]));
        let field_doc = (!is_documented(attributes)).then(|| quote!(#[doc = #field_doc]));
        quote!(#field_doc #(#attributes)* #kind #visibility #field: #private::#shape,)
    });
    quote! {
        #[doc = #doc]
        #[derive(#library::FlatParameters, Debug)]
        #[flat_parameters(crate = #library)]
        #[repr(C)]
        #visibility struct #parameters_type<T, #sizes> {
            #(#fields)*
        }
    }
}

/// Returns the type of the parameters for the scalar type `t`.
fn parameters_type(header: &LayerHeader, t: &Ident) -> TokenStream {
    if header.parameters.is_empty() {
        return quote!(());
    }
    let parameters = parameters_name(&header.name);
    let names = header.sizes();
    quote!(#parameters<#t, #(#names),*>)
}

/// Returns the constants of the loops, the plan, and the implementations of `Layer` and `Takes`.
fn implementation(header: &LayerHeader, analysis: &Analysis, passes: &Passes, private: &TokenStream) -> TokenStream {
    let name = &header.name;
    let [declared, arguments, _] = header.const_parameters();
    let constants = constants_name(&header.name);
    let plan = generated::name(name, "Plan");
    let settings_type =
        if header.settings.is_empty() { quote!(()) } else { settings::struct_name(name).into_token_stream() };
    let (over, values): (Vec<_>, Vec<_>) = analysis.graph.constants_of_sizes().into_iter().unzip();
    let assertions = assertions(&analysis.graph, &analysis.comparisons, &analysis.ranges, private).statements;
    let Passes {
        forward,
        backward,
        inference_len,
        cache_len,
        reads_input,
        reads_output,
        multiply_adds,
        sums_from_zero,
        ..
    } = passes;
    // Each use of a layer with these sizes needs one of both.
    let (cache_len, inference_len) = if assertions.is_empty() {
        (cache_len.clone(), inference_len.clone())
    } else {
        (quote!({ #assertions #cache_len }), quote!({ let _ = Self::CACHE_LEN; #inference_len }))
    };
    let [takes, gives] = [&header.takes, &header.gives].map(|shape| shape.code(private));
    let also_takes = match header.takes.sizes.as_slice() {
        [size] => {
            Some(quote!(impl #declared #private::Takes<#private::Probabilities<{ #size }>> for #name #arguments {}))
        }
        _ => None,
    };
    let with = parameters_type(header, &format_ident!("T"));
    let initialize = initialize(header, private);
    let initialization = initialization(analysis.initializer.as_ref(), private);
    let constants_value = quote!(let constants = #constants { settings: *site.settings, #(#over: #values),* };);
    quote! {
        #[derive(Clone, Copy)]
        #[allow(dead_code)]
        struct #constants {
            settings: #settings_type,
            #(#over: f64,)*
        }
        #[doc(hidden)]
        #[derive(Debug)]
        pub struct #plan #declared;
        impl #declared #private::Plan for #plan #arguments {
            const CACHE_LEN: usize = #cache_len;
            const INFERENCE_LEN: usize = #inference_len;
            const MULTIPLY_ADDS: u64 = #multiply_adds;
            const READS_INPUT: bool = #reads_input;
            const READS_OUTPUT: bool = #reads_output;
            const SUMS_FROM_ZERO: bool = #sums_from_zero;
        }
        impl #declared #private::Layer for #name #arguments {
            type Output<In: #private::Shape> = #gives;
            type Logits<In: #private::Shape> = #gives;
            type With<T: #private::Scalar> = #with;
            type Settings = #settings_type;
            type Plan<In: #private::Shape> = #plan #arguments;

            #initialization

            #initialize

            #[inline(always)]
            #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
            fn forward<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                isa: I,
                site: #private::SiteOf<'_, Self, T>,
                memory: #private::Forward<'_, T>,
            ) {
                let #private::Forward { input, output, cache, .. } = memory;
                let samples = input.len() / <#takes as #private::Shape>::LEN;
                #constants_value
                #forward
            }

            #[inline(always)]
            #[allow(unused_variables, clippy::all, clippy::pedantic, reason = "generated code")]
            fn backward<In: #private::Shape, T: #private::Kernels, I: #private::Isa>(
                isa: I,
                site: #private::SiteOf<'_, Self, T>,
                memory: #private::Backward<'_, T>,
                gradient: &mut Self::With<T>,
            ) {
                let #private::Backward { input, output, cache, grad_output, grad_input, accumulate, .. } = memory;
                let samples = grad_output.len() / <#gives as #private::Shape>::LEN;
                #constants_value
                #backward
            }
        }
        impl #declared #private::Takes<#takes> for #name #arguments {}
        #also_takes
    }
}

/// Returns the function that initializes the parameters, if some say how they start.
fn initialize(header: &LayerHeader, private: &TokenStream) -> Option<TokenStream> {
    let starts: Vec<_> = header
        .parameters
        .iter()
        .filter_map(|parameter| {
            let (name, start) = (&parameter.name, parameter.start.as_ref()?);
            Some(match (start, &parameter.dimensions) {
                (Start::Number(number), _) => {
                    quote!(parameters.#name.fill(<T as #private::Scalar>::from_f64(#number));)
                }
                (Start::Initializer(code), Dimensions::Matrix(rows, columns)) => quote! {
                    const { drawn_by(Initializer::#code) }
                        .fill(parameters.#name.as_mut_slice(), { #columns }, { #rows }, rng);
                },
                (Start::Initializer(code), _) => quote! {
                    for element in parameters.#name.as_mut_slice().chunks_mut(1) {
                        const { drawn_by(Initializer::#code) }.fill(element, 1, 1, rng);
                    }
                },
            })
        })
        .collect();
    (!starts.is_empty()).then(|| {
        quote! {
            #[allow(unused_imports)]
            fn initialize<T: #private::Scalar, R: #private::RandomSource + ?Sized>(
                parameters: &mut Self::With<T>,
                _: &Self::Settings,
                initializer: #private::Initializer,
                rng: &mut R,
            ) {
                use #private::{Initializer, require_initializer as drawn_by};
                #private::draw::<T, Self::With<T>, R>(parameters, initializer, rng);
                #(#starts)*
            }
        }
    })
}

/// Returns a type that networks can use after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &LayerHeader, mistakes: Option<syn::Error>, library: &TokenStream) -> TokenStream {
    let private = quote!(#library::private);
    let (visibility, name) = (&header.visibility, &header.name);
    let [declared, arguments, among_others, contents] = generics_of_stand_in(&header.generics);
    // The compiler reports nothing about types with an unknown size. A mistake in a function was reported where it is declared.
    let unknown = crate::fallback::constant(name);
    let gives = if mistakes.is_some() { quote!(#private::Vector<#unknown>) } else { header.gives.code(&private) };
    let mistakes = mistakes.map(|mistakes| crate::fallback::items(name, mistakes));
    let [shape, t, i] = ["In", "T", "I"].map(|word| generated::name(name, word));
    // A struct of parameters whose declaration is right can be used too.
    let (with, parameters) = if has_parameters(header) {
        (parameters_type(header, &t), parameters(header, library, &private))
    } else {
        (quote!(()), TokenStream::new())
    };
    let settings_type = settings::struct_name(name);
    let (settings, declared_settings) = if header.settings.is_empty() {
        (quote!(()), TokenStream::new())
    } else {
        let items = settings::stand_in(name, &header.settings, visibility, [&declared, &arguments], &private);
        (quote!(#settings_type), items)
    };
    quote! {
        #mistakes
        #[allow(dead_code)]
        #visibility struct #name #declared #contents;
        #declared_settings
        #[allow(dead_code)]
        impl #declared #name #arguments {
            #visibility const fn explain() -> &'static str { "" }
        }
        #parameters
        impl #declared #private::Layer for #name #arguments {
            type Output<#shape: #private::Shape> = #gives;
            type Logits<#shape: #private::Shape> = #gives;
            type With<#t: #private::Scalar> = #with;
            type Settings = #settings;
            type Plan<#shape: #private::Shape> = #private::ElementwisePlan<#private::Identity>;
            fn forward<#shape: #private::Shape, #t: #private::Kernels, #i: #private::Isa>(
                _: #i, _: #private::SiteOf<'_, Self, #t>, _: #private::Forward<'_, #t>,
            ) {}
            fn backward<#shape: #private::Shape, #t: #private::Kernels, #i: #private::Isa>(
                _: #i, _: #private::SiteOf<'_, Self, #t>, _: #private::Backward<'_, #t>, _: &mut Self::With<#t>,
            ) {}
        }
        impl<#shape: #private::Shape, #among_others> #private::Takes<#shape> for #name #arguments {}
    }
}

/// Returns the parameters of a stand-in with `<>` for declaration and use, without `<>`, and what uses them.
fn generics_of_stand_in(generics: &syn::Generics) -> [TokenStream; 4] {
    let mut generics = generics.clone();
    let static_or_size = |mut parameter| {
        match &mut parameter {
            GenericParam::Const(size) => size.default = None,
            GenericParam::Type(parameter) => parameter.bounds.push(syn::parse_quote!('static)),
            GenericParam::Lifetime(_) => return None,
        }
        Some(parameter)
    };
    generics.params = generics.params.into_iter().filter_map(static_or_size).collect();
    let types = generics.type_params().map(|parameter| &parameter.ident);
    let contents = quote!((::core::marker::PhantomData<(#(#types,)*)>));
    let contents = if generics.type_params().next().is_some() { contents } else { TokenStream::new() };
    let (declared, arguments, _) = generics.split_for_impl();
    let parameters = &generics.params;
    [declared.into_token_stream(), arguments.into_token_stream(), parameters.into_token_stream(), contents]
}

/// Returns whether the parameters can be a struct although there are mistakes in the layer.
fn has_parameters(header: &LayerHeader) -> bool {
    let sizes = header.sizes();
    let is_sound = |size: &TokenStream| {
        let text = crate::text::of(size.clone());
        text != "0"
            && (identifier::mentioned(size.clone(), &sizes).is_none()
                || sizes.iter().any(|parameter| identifier::plain(parameter) == text))
    };
    let mut names: Vec<_> = header.parameters.iter().map(|parameter| identifier::plain(&parameter.name)).collect();
    names.sort_unstable();
    names.dedup();
    names.len() == header.parameters.len()
        && header.generics.params.iter().all(|parameter| {
            matches!(parameter, GenericParam::Const(size)
                if size.ty.to_token_stream().to_string() == "usize" && !is_type_of_layers(&size.ident))
        })
        && header.parameters.iter().all(|parameter| match &parameter.dimensions {
            Dimensions::Scalar => true,
            Dimensions::Vector(size) => is_sound(size),
            Dimensions::Matrix(rows, columns) => is_sound(rows) && is_sound(columns),
        })
}

/// Returns the documentation that follows the user's.
fn docs(header: &LayerHeader, analysis: &Analysis) -> TokenStream {
    let summary = format!("The layer `{}`.", header.name);
    let shapes = format!("Input `{}`, output `{}`.", header.takes.text(), header.gives.text());
    let explanation = explanation(analysis, header);
    documentation(&header.attributes, &summary, &explanation, &header.settings, ["Shapes", &shapes])
}
