//! Where are the values of a formula, and what is the code of its steps? Loops, products and moves between slices.

mod repetition;

use std::collections::HashMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::emit::{Loop, loop_type, memory_name};
use super::graph::{Axes, Graph, Matrix, Operation, Outer, Size, Value};
use super::moves;
use super::schedule::{Pass, Reduced, Step, Wanted, steps};
use crate::generated;

/// What a formula belongs to.
pub(super) struct Owner<'a> {
    pub(super) graph: &'a Graph,
    pub(super) private: &'a TokenStream,
    pub(super) name: &'a Ident,
    /// The type of the scalars.
    pub(super) scalar: Ident,
    /// What the names of its loops begin with.
    pub(super) prefix: &'static str,
    /// The names of its parameters.
    pub(super) parameters: Vec<&'a Ident>,
    /// The value that it gives.
    pub(super) output: Option<Value>,
}

/// Where the values of a pass are.
pub(super) struct Memory<'a> {
    owner: Owner<'a>,
    /// The values in the cache, in order.
    pub(super) stored: Vec<Value>,
    /// Other values, and the code of their slices.
    pub(super) fixed: HashMap<Value, TokenStream>,
    /// The types of the loops.
    pub(super) types: TokenStream,
    loops: usize,
    /// The gradients of parameters that were written.
    written: Vec<usize>,
    /// Whether several sums are added to the gradient of one parameter.
    pub(super) adds_twice: bool,
}

impl<'a> Memory<'a> {
    /// Returns memory without values, apart from those in these slices.
    pub(super) fn new(owner: Owner<'a>, fixed: HashMap<Value, TokenStream>) -> Self {
        Self {
            owner,
            stored: Vec::new(),
            fixed,
            types: TokenStream::new(),
            loops: 0,
            written: Vec::new(),
            adds_twice: false,
        }
    }

    /// Returns the graph of the values.
    fn graph(&self) -> &'a Graph {
        self.owner.graph
    }

    /// Returns the code of a size.
    pub(super) fn size_code(&self, size: Size) -> TokenStream {
        self.graph().size_text(size).map_or_else(|| quote!(1), |size| size.code.clone())
    }

    /// Returns the number of elements per sample.
    fn len(&self, value: Value) -> TokenStream {
        self.graph().len_code(self.graph().extent(value))
    }

    /// Returns the number of rows of all samples.
    fn rows(&self, rows: Axes) -> TokenStream {
        if rows == Axes::NONE {
            return quote!(samples);
        }
        let rows = self.graph().count_code(rows);
        quote!(samples * #rows)
    }

    /// Returns the slice of a value, and adds the value to the cache if it has none.
    pub(super) fn slice(&mut self, value: Value) -> TokenStream {
        let value = self.graph().seen(value);
        if let Some(slice) = self.fixed.get(&value) {
            return slice.clone();
        }
        let index = self.stored.iter().position(|&stored| stored == value).unwrap_or_else(|| {
            self.stored.push(value);
            self.stored.len() - 1
        });
        let name = memory_name(index);
        quote!(#name)
    }

    /// Returns the slice of the elements of a parameter.
    fn parameter(&self, index: usize) -> TokenStream {
        let name = self.owner.parameters.get(index);
        quote!(site.parameters.#name.as_slice())
    }

    /// Returns the slices of values that are parameters.
    fn shared(&self, values: &[Value]) -> Vec<TokenStream> {
        let slice = |value: &Value| match self.graph().operation(*value) {
            Operation::Parameter(index, _) => self.parameter(index),
            _ => TokenStream::new(),
        };
        values.iter().map(slice).collect()
    }

    /// Declares the type of a loop, and returns its name.
    fn loop_item(&mut self, pass: &Pass) -> Ident {
        self.loops += 1;
        let name = generated::name(self.owner.name, &format!("{}{}", self.owner.prefix, self.loops));
        let mut taken = Vec::new();
        let [each, sample, shared] =
            [&pass.elements, &pass.samples, &pass.shared].map(|values| self.named(values, &mut taken));
        let (outputs, reduced) = (&pass.outputs, &pass.reduced);
        let parts = Loop { each, sample, shared, old: Vec::new(), outputs, reduced };
        let item = loop_type(self.graph(), &name, self.owner.private, &parts);
        let constants = constants_name(self.owner.name);
        self.types.extend(quote! {
            #[derive(Clone, Copy)]
            struct #name(#constants);
            #item
        });
        name
    }

    /// Returns values with names that a loop gives them, each of which is `taken` once.
    fn named(&self, values: &[Value], taken: &mut Vec<String>) -> Vec<(Value, String)> {
        let unique = |&value: &Value| {
            let mut name = self.label(value);
            while taken.contains(&name) || name == "like" {
                name.push('_');
            }
            taken.push(name.clone());
            (value, name)
        };
        values.iter().map(unique).collect()
    }

    /// Returns the name of a value in the code of loops: the user's, or that of its memory.
    fn label(&self, value: Value) -> String {
        let graph = self.graph();
        match graph.operation(value) {
            Operation::Input(index, _) => graph.input_name(index).to_owned(),
            Operation::Parameter(index, _) => graph.parameter_name(index).to_owned(),
            _ if Some(value) == self.owner.output => "output".to_owned(),
            _ => graph.user_name(value).map_or_else(
                || {
                    let index = self.stored.iter().position(|&stored| stored == value).unwrap_or(self.stored.len());
                    format!("kept_{}", index + 1)
                },
                str::to_owned,
            ),
        }
    }

    /// Returns the code of the steps.
    pub(super) fn code(&mut self, steps: &[Step]) -> TokenStream {
        steps.iter().map(|step| self.step(step)).collect()
    }

    /// Returns the code of a step.
    fn step(&mut self, step: &Step) -> TokenStream {
        match step {
            Step::Loop(pass) => self.pass(pass),
            &Step::Product { result, matrix, is_transposed, vector, bias } => {
                self.product(result, (matrix, is_transposed), vector, bias)
            }
            &Step::Arrays(value) => self.arrays(value),
            &Step::Repeat(repetition) => self.repeat(repetition),
            &Step::Back(back) => self.back(back),
            Step::Sums { parameter, pass } => self.sums(*parameter, pass),
            Step::Outer(outer) => self.outer(outer),
        }
    }

    /// Returns the call of a loop.
    fn pass(&mut self, pass: &Pass) -> TokenStream {
        let (t, name) = (self.owner.scalar.clone(), self.loop_item(pass));
        let (samples, row) = self.sizes(pass);
        let [each, sample] = [&pass.elements, &pass.samples].map(|values| self.read(values));
        let shared = self.shared(&pass.shared);
        let outputs: Vec<_> = pass.outputs.iter().map(|&value| self.slice(value)).collect();
        let reduced: Vec<_> = pass.reduced.iter().map(|reduced: &Reduced| self.slice(reduced.result)).collect();
        quote! {
            #t::formula_rows(
                isa, &#name(constants), #samples, #row,
                [#(#each),*], [#(#sample),*], [#(#shared),*], [#(&mut *#outputs),*], [#(&mut *#reduced),*],
            );
        }
    }

    /// Returns the call that computes the product of a matrix and a vector, with its bias.
    fn product(
        &mut self,
        result: Value,
        (matrix, is_transposed): (Matrix, bool),
        vector: Value,
        bias: Option<Value>,
    ) -> TokenStream {
        let t = self.owner.scalar.clone();
        let weight = self.parameter(matrix.parameter);
        let bias = bias.map_or_else(|| quote!(&[]), |bias| self.shared(&[bias]).into_iter().collect());
        let input = self.slice(vector);
        let output = self.slice(result);
        let sizes = self.dense_sizes(vector, matrix);
        if is_transposed {
            quote!(#t::dense_input_gradient(isa, #sizes, #weight, &*#input, &mut *#output);)
        } else {
            quote!(#t::dense_forward(isa, #sizes, #weight, #bias, &*#input, &mut *#output);)
        }
    }

    /// Returns the call that moves or combines elements.
    fn arrays(&mut self, value: Value) -> TokenStream {
        let arguments = self.read(&self.graph().arguments(value));
        let output = self.slice(value);
        moves::code(self.graph(), value, &arguments, &quote!(&mut *#output), self.owner.private)
    }

    /// Returns the call of a loop whose sums over the samples are the gradient of a parameter.
    fn sums(&mut self, parameter: usize, pass: &Pass) -> TokenStream {
        let (t, name) = (self.owner.scalar.clone(), self.loop_item(pass));
        let (samples, row) = self.sizes(pass);
        let [each, sample] = [&pass.elements, &pass.samples].map(|values| self.read(values));
        let shared = self.shared(&pass.shared);
        let accumulate = self.accumulate(parameter);
        let gradient = self.owner.parameters.get(parameter);
        quote! {
            #t::formula_columns(
                isa, &#name(constants), #samples, #row,
                [#(#each),*], [#(#sample),*], [#(#shared),*], #accumulate, [gradient.#gradient.as_mut_slice()],
            );
        }
    }

    /// Returns the call that computes the gradient of a matrix.
    fn outer(&mut self, &Outer { matrix, left, right }: &Outer) -> TokenStream {
        let t = self.owner.scalar.clone();
        let accumulate = self.accumulate(matrix.parameter);
        let sizes = self.dense_sizes(left, matrix);
        let [left, right] = [left, right].map(|value| self.slice(value));
        let gradient = self.owner.parameters.get(matrix.parameter);
        quote! {
            #t::dense_weight_gradient(
                isa, #sizes, &*#right, &*#left, #accumulate, gradient.#gradient.as_mut_slice(), &mut [],
            );
        }
    }

    /// Returns the number of rows of a loop in all samples, and that of the elements of a row.
    fn sizes(&self, pass: &Pass) -> (TokenStream, TokenStream) {
        (self.rows(pass.rows), self.graph().count_code(pass.axes.unwrap_or_default()))
    }

    /// Returns the sizes of a product of a matrix for the rows that a value has.
    fn dense_sizes(&self, value: Value, matrix: Matrix) -> TokenStream {
        let private = self.owner.private;
        let [inputs, outputs] = [matrix.columns, matrix.rows].map(|size| self.size_code(size));
        let samples = match self.graph().extent(value).rows().unwrap_or_default() {
            Axes::NONE => quote!(samples),
            rows => {
                let rows = self.rows(rows);
                quote!(samples: #rows)
            }
        };
        quote!(#private::DenseSizes { #samples, inputs: #inputs, outputs: #outputs })
    }

    /// Returns whether to add to the gradient of a parameter: always, except for the first that is written.
    fn accumulate(&mut self, parameter: usize) -> TokenStream {
        if self.written.contains(&parameter) {
            self.adds_twice = true;
            return quote!(true);
        }
        self.written.push(parameter);
        quote!(accumulate)
    }

    /// Returns the slices of values, to be read.
    fn read(&mut self, values: &[Value]) -> Vec<TokenStream> {
        values
            .iter()
            .map(|&value| {
                let slice = self.slice(value);
                quote!(&*#slice)
            })
            .collect()
    }

    /// Returns the number of multiply-adds per sample of a product.
    pub(super) fn multiply_adds(&self, step: &Step) -> Option<TokenStream> {
        let graph = self.graph();
        if let &Step::Repeat(repetition) = step {
            let of = graph.repetitions.get(repetition)?;
            let roots: Vec<_> = of.results.iter().map(|&result| (result, Wanted::Elements)).collect();
            let inside =
                of.captures.iter().map(|&[_, inside]| inside).chain(of.index.as_ref().map(|&(_, number)| number));
            let given: Vec<_> = of.states.iter().copied().chain(inside).collect();
            let inner: Vec<_> =
                steps(graph, &roots, &given).iter().filter_map(|step| self.multiply_adds(step)).collect();
            let count = of.end.minus(&of.start)?.code();
            return (!inner.is_empty()).then(|| quote!(#count as u64 * (0 #(+ #inner)*)));
        }
        let (rows, factors) = match step {
            Step::Product { matrix, vector, .. } => (graph.extent(*vector).rows()?, vec![matrix.rows, matrix.columns]),
            &Step::Arrays(value) => match graph.operation(value) {
                Operation::MatrixProduct([is_transposed, _], left, _) => {
                    let extent = graph.extent(value);
                    let inner = graph.sizes(graph.extent(left).axes()?).get(usize::from(!is_transposed)).copied();
                    (extent.rows()?, graph.sizes(extent.axes()?).iter().copied().chain(inner).collect())
                }
                _ => return None,
            },
            _ => return None,
        };
        let mut factors = graph.sizes(rows).iter().copied().chain(factors).map(|size| self.size_code(size));
        let first = factors.next()?;
        Some(quote!((#first #(* #factors)*) as u64))
    }

    /// Returns the values in memory.
    pub(super) fn given(&self) -> Vec<Value> {
        self.fixed.keys().chain(&self.stored).copied().collect()
    }

    /// Returns the code that cuts the first `count` values out of the cache.
    pub(super) fn cuts(&self, count: usize) -> TokenStream {
        let cut = |(index, &value): (usize, &Value)| {
            let (name, len) = (memory_name(index), self.len(value));
            quote!(let (#name, cache) = cache.split_at_mut(samples * #len);)
        };
        self.stored.iter().take(count).enumerate().map(cut).collect()
    }

    /// Returns the number of elements per sample of the first `count` values.
    pub(super) fn total(&self, count: usize) -> TokenStream {
        let lens = self.stored.iter().take(count).map(|&value| self.len(value));
        quote!(0 #(+ #lens)*)
    }
}

/// Returns the name of the type that has the constants of the loops.
pub(super) fn constants_name(owner: &Ident) -> Ident {
    generated::name(owner, "Constants")
}
