//! What is the code of a loop, and of the way back through one?

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::Memory;
use crate::formula::emit::hygienic;
use crate::formula::graph::{Back, Operation, Repetition, Value};
use crate::formula::schedule::{Wanted, of_parameters, steps};
use crate::formula::size::Length;

/// The statements that move variables: before the loop, and before and after its body.
#[derive(Default)]
struct Moves {
    start: TokenStream,
    before: TokenStream,
    after: TokenStream,
}

impl Memory<'_> {
    /// Returns the code of a loop, which keeps its variables before each repetition.
    pub(super) fn repeat(&mut self, repetition: usize) -> TokenStream {
        let graph = self.graph();
        let Some(of) = graph.repetitions.get(repetition) else { return TokenStream::new() };
        let roots: Vec<_> = of.results.iter().map(|&result| (result, Wanted::Elements)).collect();
        let given = self.enter(repetition);
        let body = self.code(&steps(graph, &roots, &given));
        let Moves { start, before, after } = self.moves(repetition, of);
        let (index, number) = self.index(repetition);
        let [first, end] = [&of.start, &of.end].map(Length::code);
        let [at, count] = ["at", "count"].map(hygienic);
        let repetitions = of.count_code();
        quote! {
            {
                let #count = #repetitions;
                #start
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

    /// Returns how the variables of a loop change: each repetition reads one element of what is kept, and writes the next one.
    fn moves(&mut self, repetition: usize, of: &Repetition) -> Moves {
        let [at, count] = ["at", "count"].map(hygienic);
        let mut moves = Moves::default();
        for (index, (&initial, &result)) in of.initial.iter().zip(&of.results).enumerate() {
            let Some((kept, looped)) = self.kept(repetition, index) else { continue };
            let (initial, result) = (self.slice(initial), self.slice(result));
            let [state, next] = ["state", "next"].map(|prefix| state_name(repetition, prefix, index));
            let len = self.len(looped);
            let last = self.slice(looped);
            // Without a repetition, nothing is kept and the variable stays as it is.
            moves.start.extend(quote! {
                let #next = if #count > 0 { &mut #kept[..samples * #len] } else { &mut *#last };
                #next.copy_from_slice(&*#initial);
            });
            moves.before.extend(quote! {
                let (#state, #next) = #kept.split_at_mut((#at + 1) * samples * #len);
                let #state = &#state[#at * samples * #len..];
            });
            moves.after.extend(quote! {
                let #next = if #at + 1 < #count { &mut #next[..samples * #len] } else { &mut *#last };
                #next.copy_from_slice(&*#result);
            });
        }
        moves
    }

    /// Returns the code of the way back through a loop, which computes its body again.
    pub(super) fn back(&mut self, index: usize) -> TokenStream {
        let graph = self.graph();
        let Some(back) = graph.backs.get(index) else { return TokenStream::new() };
        let Some(of) = graph.repetitions.get(back.repetition) else { return TokenStream::new() };
        let results: Vec<_> = (0..back.derivatives.len())
            .filter_map(|result| graph.value_of(Operation::LoopedBack(index, result)))
            .collect();
        let zeros = self.zeros(back);
        let body = self.body_of_back(back, &results);
        let Moves { start, before, after } = self.moves_of_back(back, &results);
        let (index, number) = self.index(back.repetition);
        let [first, end] = [&of.start, &of.end].map(Length::code);
        let at = hygienic("at");
        quote! {
            #zeros
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

    /// Returns the code that sets the gradients to 0 to which a way back adds, unless they were written before.
    fn zeros(&mut self, back: &Back) -> TokenStream {
        let mut zeros = TokenStream::new();
        for parameter in self.graph().parameters_of(back) {
            if !self.written.contains(&parameter) {
                self.written.push(parameter);
                let (name, t) = (self.owner.parameters.get(parameter), &self.owner.scalar);
                zeros.extend(quote!(if !accumulate { gradient.#name.as_mut_slice().fill(#t::ZERO); }));
            }
            self.adds_twice = true;
        }
        zeros
    }

    /// Returns the code of the body of a way back, which reads the derivatives of the variables where its results are.
    fn body_of_back(&mut self, back: &Back, results: &[Value]) -> TokenStream {
        let graph = self.graph();
        for (&result, &seed) in results.iter().zip(&back.seeds) {
            let slice = self.slice(result);
            self.fixed.insert(seed, slice);
        }
        let mut given = self.enter(back.repetition);
        given.extend(&back.seeds);
        let elements = back.derivatives.iter().copied().chain(graph.backs_within(Some(back.repetition)));
        let elements = elements.map(|value| (value, Wanted::Elements));
        let roots: Vec<_> = of_parameters(&back.vectors, &back.outers).chain(elements).collect();
        self.code(&steps(graph, &roots, &given))
    }

    /// Returns how the results of a way back change: the derivative of a variable is replaced by that before the repetition, and
    /// the derivative of a captured value is a sum over the repetitions.
    fn moves_of_back(&mut self, back: &Back, results: &[Value]) -> Moves {
        let (private, at) = (self.owner.private, hygienic("at"));
        let mut moves = Moves::default();
        for (index, (&result, &derivative)) in results.iter().zip(&back.derivatives).enumerate() {
            let (result, derivative) = (self.slice(result), self.slice(derivative));
            if let Some(&slope) = back.slopes.get(index) {
                let (slope, state) = (self.slice(slope), state_name(back.repetition, "state", index));
                let Some((kept, looped)) = self.kept(back.repetition, index) else { continue };
                let len = self.len(looped);
                moves.start.extend(quote!(#result.copy_from_slice(&*#slope);));
                moves.before.extend(quote!(let #state = &#kept[#at * samples * #len..(#at + 1) * samples * #len];));
                moves.after.extend(quote!(#result.copy_from_slice(&*#derivative);));
            } else {
                let t = &self.owner.scalar;
                moves.start.extend(quote!(#result.fill(#t::ZERO);));
                moves.after.extend(quote!(#private::add_to(&mut *#result, &*#derivative);));
            }
        }
        moves
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
