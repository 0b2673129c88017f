//! What is the code of a loop, and of the way back through one?

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::Memory;
use crate::formula::emit::hygienic;
use crate::formula::graph::{Operation, Value};
use crate::formula::schedule::{Wanted, steps};
use crate::formula::size::Length;

impl Memory<'_> {
    /// Returns the code of a loop, which keeps its variables before each repetition.
    pub(super) fn repeat(&mut self, repetition: usize) -> TokenStream {
        let graph = self.graph();
        let Some(of) = graph.repetitions.get(repetition) else { return TokenStream::new() };
        let roots: Vec<_> = of.results.iter().map(|&result| (result, Wanted::Elements)).collect();
        let given = self.enter(repetition);
        let body = self.code(&steps(graph, &roots, &given));
        let (mut start, mut before, mut after) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for (index, (&initial, &result)) in of.initial.iter().zip(&of.results).enumerate() {
            let Some((kept, looped)) = self.kept(repetition, index) else { continue };
            let (initial, result, state) =
                (self.slice(initial), self.slice(result), state_name(repetition, "state", index));
            let len = self.len(looped);
            let last = self.slice(looped);
            start.extend(quote!(#kept[..samples * #len].copy_from_slice(&*#initial);));
            let next = state_name(repetition, "next", index);
            let [at, count] = ["at", "count"].map(hygienic);
            before.extend(quote! {
                let (#state, #next) = #kept.split_at_mut((#at + 1) * samples * #len);
                let #state = &#state[#at * samples * #len..];
            });
            after.extend(quote! {
                let #next = if #at + 1 < #count { &mut #next[..samples * #len] } else { &mut *#last };
                #next.copy_from_slice(&*#result);
            });
        }
        let (index, number) = self.index(repetition);
        let [first, end] = [&of.start, &of.end].map(Length::code);
        let [at, count] = ["at", "count"].map(hygienic);
        quote! {
            {
                #start
                let #count = #end - #first;
                for #index in (#first)..(#end) {
                    let #at = #index - #first;
                    #number
                    #before
                    #body
                    #after
                }
            }
        }
    }

    /// Returns the code of the way back through a loop, which computes its body again.
    pub(super) fn back(&mut self, back: usize) -> TokenStream {
        let graph = self.graph();
        let Some((back_index, back)) = graph.backs.get(back).map(|of| (back, of)) else { return TokenStream::new() };
        let Some(of) = graph.repetitions.get(back.repetition) else { return TokenStream::new() };
        let results: Vec<_> = (0..back.derivatives.len())
            .filter_map(|index| graph.value_of(Operation::LoopedBack(back_index, index)))
            .collect();
        let (mut start, mut before, mut after) = (TokenStream::new(), TokenStream::new(), TokenStream::new());
        for parameter in graph.parameters_of(back) {
            if !self.written.contains(&parameter) {
                self.written.push(parameter);
                let (name, t) = (self.owner.parameters.get(parameter), &self.owner.scalar);
                start.extend(quote!(if !accumulate { gradient.#name.as_mut_slice().fill(#t::ZERO); }));
            }
            self.adds_twice = true;
        }
        for (&result, &seed) in results.iter().zip(&back.seeds) {
            let slice = self.slice(result);
            self.fixed.insert(seed, slice);
        }
        let mut given = self.enter(back.repetition);
        given.extend(&back.seeds);
        let vectors = back.vectors.iter().map(|&(parameter, value)| (value, Wanted::ColumnSums(parameter)));
        let outers = back.outers.iter().map(|outer| (outer.left, Wanted::OuterSum(outer.matrix, outer.right)));
        let elements = back.derivatives.iter().copied().chain(graph.backs_within(Some(back.repetition)));
        let roots: Vec<_> = vectors.chain(outers).chain(elements.map(|value| (value, Wanted::Elements))).collect();
        let body = self.code(&steps(graph, &roots, &given));
        let private = self.owner.private;
        for (index, (&result, &derivative)) in results.iter().zip(&back.derivatives).enumerate() {
            let (result_slice, derivative) = (self.slice(result), self.slice(derivative));
            if let Some(&slope) = back.slopes.get(index) {
                let (slope, state) = (self.slice(slope), state_name(back.repetition, "state", index));
                let Some((kept, looped)) = self.kept(back.repetition, index) else { continue };
                let len = self.len(looped);
                start.extend(quote!(#result_slice.copy_from_slice(&*#slope);));
                let at = hygienic("at");
                before.extend(quote!(let #state = &#kept[#at * samples * #len..(#at + 1) * samples * #len];));
                after.extend(quote!(#result_slice.copy_from_slice(&*#derivative);));
            } else {
                let t = &self.owner.scalar;
                start.extend(quote!(#result_slice.fill(#t::ZERO);));
                after.extend(quote!(#private::add_to(&mut *#result_slice, &*#derivative);));
            }
        }
        let (index, number) = self.index(back.repetition);
        let [first, end] = [&of.start, &of.end].map(Length::code);
        let at = hygienic("at");
        quote! {
            #start
            for #index in ((#first)..(#end)).rev() {
                let #at = #index - #first;
                #number
                #before
                #body
                #after
            }
        }
    }

    /// Makes the inputs of a loop's body known, and returns them.
    fn enter(&mut self, repetition: usize) -> Vec<Value> {
        let Some(of) = self.graph().repetitions.get(repetition) else { return Vec::new() };
        let mut given = Vec::new();
        for (index, &state) in of.states.iter().enumerate() {
            let name = state_name(repetition, "state", index);
            self.fixed.insert(state, quote!(#name));
            given.push(state);
        }
        for &[outside, inside] in &of.captures {
            let slice = self.slice(outside);
            self.fixed.insert(inside, slice);
            given.push(inside);
        }
        given.extend(of.index.as_ref().map(|&(_, number)| number));
        given
    }

    /// Returns the memory of a variable before each repetition, and the variable after the last.
    fn kept(&mut self, repetition: usize, index: usize) -> Option<(TokenStream, Value)> {
        let trajectory = self.graph().value_of(Operation::Trajectory(repetition, index))?;
        let looped = self.graph().value_of(Operation::Looped(repetition, index))?;
        Some((self.slice(trajectory), looped))
    }

    /// Returns the name of the index of a loop, and the code that writes it as a number of each sample.
    fn index(&mut self, repetition: usize) -> (Ident, TokenStream) {
        let of = self.graph().repetitions.get(repetition);
        let Some((name, number)) = of.and_then(|of| of.index.clone()) else {
            return (format_ident!("step"), TokenStream::new());
        };
        // Sizes are written with the span of the call, and so is the index that they mention.
        let name = Ident::new(&name.to_string(), Span::call_site());
        let (slice, t, private) = (self.slice(number), self.owner.scalar.clone(), self.owner.private);
        let code = quote!(#slice.fill(<#t as #private::Scalar>::from_f64(#name as f64)););
        (name, code)
    }
}

/// Returns the name of a variable of a loop in code.
fn state_name(repetition: usize, prefix: &str, index: usize) -> Ident {
    hygienic(&format!("{prefix}_{}_{}", repetition + 1, index + 1))
}
