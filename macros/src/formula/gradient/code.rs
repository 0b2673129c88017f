//! What is the code of a function and of the product with its Hessian? Functions of slices.

use std::collections::HashMap;

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens as _, format_ident, quote};

use super::header::FunctionHeader;
use super::{Analysis, docs};
use crate::formula::assertions::assertions;
use crate::formula::emit::{hygienic, memory_name};
use crate::formula::graph::{Extent, Value};
use crate::formula::memory::{Memory, Owner, constants_name};
use crate::formula::schedule::{Wanted, steps};

/// Returns the function, and the one that multiplies its Hessian with a vector if that is wanted.
pub(super) fn item(header: &FunctionHeader, analysis: &Analysis, private: &TokenStream) -> TokenStream {
    let FunctionHeader { attributes, visibility, name, .. } = header;
    let docs = docs(header, analysis);
    let point = Argument { name: "point", values: &analysis.inputs };
    let written = Argument { name: "gradient", values: &analysis.gradients };
    let function = SliceFunction { header, analysis, name, given: &[point], written, result: Some(analysis.value) };
    let body = function.body(private);
    let hessian = hessian_item(header, analysis, private);
    quote! {
        #(#attributes)*
        #docs
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        #visibility fn #name<T: #private::Kernels>(point: &[T], gradient: &mut [T]) -> T {
            #body
        }
        #hessian
    }
}

/// Returns the function that multiplies the Hessian with a vector.
fn hessian_item(header: &FunctionHeader, analysis: &Analysis, private: &TokenStream) -> Option<TokenStream> {
    let (visibility, name) = (&header.visibility, header.hessian.as_ref()?);
    let [vector, product] = analysis.hessian.as_ref()?;
    let point = Argument { name: "point", values: &analysis.inputs };
    let vector = Argument { name: "vector", values: vector };
    let written = Argument { name: "product", values: product };
    let function = SliceFunction { header, analysis, name, given: &[point, vector], written, result: None };
    let body = function.body(private);
    let doc = format!("Writes the product of the Hessian of [`{}`] at a point and a vector.", header.name);
    let panics = format!("Panics unless point, vector and product have {} elements.", header.elements());
    Some(quote! {
        #[doc = #doc]
        ///
        /// # Panics
        #[doc = #panics]
        #[allow(clippy::all, clippy::pedantic, reason = "generated code")]
        #visibility fn #name<T: #private::Kernels>(point: &[T], vector: &[T], product: &mut [T]) {
            #body
        }
    })
}

/// An argument of a generated function: a slice of the elements of these values.
#[derive(Clone, Copy)]
struct Argument<'a> {
    name: &'static str,
    values: &'a [Value],
}

/// A generated function that reads slices and writes one.
struct SliceFunction<'a> {
    header: &'a FunctionHeader,
    analysis: &'a Analysis,
    name: &'a Ident,
    given: &'a [Argument<'a>],
    written: Argument<'a>,
    /// What it returns, if it returns anything.
    result: Option<Value>,
}

impl SliceFunction<'_> {
    /// Returns the body of the function.
    fn body(&self, private: &TokenStream) -> TokenStream {
        let graph = &self.analysis.graph;
        let owner = Owner {
            graph,
            private,
            name: self.name,
            scalar: format_ident!("T"),
            prefix: "Loop",
            parameters: Vec::new(),
            output: None,
        };
        let (bindings, fixed) = self.elements();
        let given: Vec<_> = self.given.iter().flat_map(|argument| argument.values).copied().collect();
        let mut memory = Memory::new(owner, fixed);
        let calls = memory.code(&steps(graph, &self.roots(), &given));
        let computation = self.computation(&memory, &calls, private);
        let program = self.program(&quote!(#bindings #computation), private);
        let (names, target) = (self.given_names(), self.target());
        let (len, message) = (self.len(), format!("`{}` is a function of {}", self.name, self.header.shape.text()));
        let assertions = assertions(graph, &self.analysis.comparisons, &self.analysis.ranges, private).items;
        let (over, _): (Vec<_>, Vec<_>) = graph.constants_of_sizes().into_iter().unzip();
        let (types, constants) = (&memory.types, constants_name(self.name));
        quote! {
            #assertions
            #[derive(Clone, Copy)]
            struct #constants {
                #(#over: f64,)*
            }
            #types
            #program
            assert!(#(#names.len() == #len &&)* #target.len() == #len, #message);
            #private::dispatch(Run { #(#names,)* #target })
        }
    }

    /// Returns what is wanted of the values that are written and returned.
    fn roots(&self) -> Vec<(Value, Wanted)> {
        let of_input = if self.header.is_whole { Wanted::Elements } else { Wanted::Samples };
        let result = self.result.map(|result| (result, Wanted::Samples));
        result.into_iter().chain(self.written.values.iter().map(|&value| (value, of_input))).collect()
    }

    /// Returns the statements that name the slices of the given values, and the names.
    fn elements(&self) -> (TokenStream, HashMap<Value, TokenStream>) {
        let (mut bindings, mut names) = (TokenStream::new(), HashMap::new());
        for argument in self.given {
            for (index, &value) in argument.values.iter().enumerate() {
                let element = hygienic(&format!("{}_{}", argument.name, index + 1));
                let (slice, index) = (format_ident!("{}", argument.name), Literal::usize_unsuffixed(index));
                let range = (!self.header.is_whole).then(|| quote!([#index..=#index]));
                bindings.extend(quote!(let #element = &#slice #range;));
                names.insert(value, quote!(#element));
            }
        }
        (bindings, names)
    }

    /// Returns the statements that run the calls of the loops, copy what is written, and give the result.
    fn computation(&self, memory: &Memory<'_>, calls: &TokenStream, private: &TokenStream) -> TokenStream {
        let stored = memory.stored.len();
        let (cuts, len) = (memory.cuts(stored), memory.total(stored));
        let array = |value: Value| memory.stored.iter().position(|&stored| stored == value).map(memory_name);
        let target = self.target();
        let written = self.written.values.iter().enumerate().map(|(index, &value)| {
            let (array, index) = (array(value), Literal::usize_unsuffixed(index));
            if self.header.is_whole {
                quote!(#target.copy_from_slice(#array);)
            } else {
                quote!(#target[#index] = #array[0];)
            }
        });
        let (start, result) = match self.result.and_then(array) {
            Some(array) => (quote!(T::ZERO), quote!(result = #array[0];)),
            None => (quote!(()), TokenStream::new()),
        };
        quote! {
            let mut result = #start;
            #private::scratch(#len, &mut |cache: &mut [T]| {
                #cuts
                #calls
                #(#written)*
                #result
            });
            result
        }
    }

    /// Returns the program that a kernel runs for one instruction set: the slices, and the code that computes with them.
    fn program(&self, code: &TokenStream, private: &TokenStream) -> TokenStream {
        let (names, target) = (self.given_names(), self.target());
        let output = if self.result.is_some() { quote!(T) } else { quote!(()) };
        let constants = constants_name(self.name);
        let (over, values): (Vec<_>, Vec<_>) = self.analysis.graph.constants_of_sizes().into_iter().unzip();
        quote! {
            struct Run<'a, T> {
                #(#names: &'a [T],)*
                #target: &'a mut [T],
            }
            impl<T: #private::Kernels> #private::Program for Run<'_, T> {
                type Output = #output;
                #[inline(always)]
                fn run<I: #private::Isa>(self, isa: I) -> #output {
                    let Run { #(#names,)* #target } = self;
                    let samples = 1;
                    let constants = #constants { #(#over: #values),* };
                    #code
                }
            }
        }
    }

    /// Returns the names of the slices that it reads.
    fn given_names(&self) -> Vec<Ident> {
        self.given.iter().map(|argument| format_ident!("{}", argument.name)).collect()
    }

    /// Returns the name of the slice that it writes.
    fn target(&self) -> Ident {
        format_ident!("{}", self.written.name)
    }

    /// Returns the code of the number of elements of each slice.
    fn len(&self) -> TokenStream {
        if !self.header.is_whole {
            return Literal::usize_unsuffixed(self.header.inputs.len()).into_token_stream();
        }
        let graph = &self.analysis.graph;
        graph.len_code(self.analysis.inputs.first().map_or(Extent::Constant, |&input| graph.extent(input)))
    }
}

/// Returns functions that can be called after a mistake, so that no other error follows.
pub(super) fn stand_in(header: &FunctionHeader, private: &TokenStream) -> TokenStream {
    let (visibility, name) = (&header.visibility, &header.name);
    let hessian = header.hessian.as_ref().map(|name| {
        quote! {
            #[allow(dead_code)]
            #visibility fn #name<T: #private::Kernels>(_: &[T], _: &[T], _: &mut [T]) {}
        }
    });
    quote! {
        #[allow(dead_code)]
        #visibility fn #name<T: #private::Kernels>(_: &[T], _: &mut [T]) -> T { T::ZERO }
        #hessian
    }
}
