//! What is a loop, and the way back through one?

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Extent, Graph, Operation, Outer, SizeText, Value};
use crate::formula::size::Length;

/// A loop whose number of repetitions only the compiler knows. Its body is computed from inputs of its own.
pub(crate) struct Repetition {
    pub(crate) start: Length,
    pub(crate) end: Length,
    /// The index in code, and as a number of each sample.
    pub(crate) index: Option<(Ident, Value)>,
    /// What its variables are before it.
    pub(crate) initial: Vec<Value>,
    /// The variables in its body.
    pub(crate) states: Vec<Value>,
    /// The values around it that its body reads, and what they are in the body.
    pub(crate) captures: Vec<[Value; 2]>,
    /// What its variables are after its body.
    pub(crate) results: Vec<Value>,
}

impl Repetition {
    /// Returns the code of the number of repetitions. Where it would be negative, an assertion says so.
    pub(crate) fn count_code(&self) -> TokenStream {
        self.end.minus(&self.start).map_or_else(|| quote!(1), |count| count.saturating_code())
    }
}

/// The way back through a loop.
pub(crate) struct Back {
    /// The loop.
    pub(crate) repetition: usize,
    /// The loop in whose body it is.
    pub(crate) within: Option<usize>,
    /// The derivatives of what the loop makes of its variables.
    pub(crate) slopes: Vec<Value>,
    /// The same in the body.
    pub(crate) seeds: Vec<Value>,
    /// The derivatives of the variables and of the captured values in the body.
    pub(crate) derivatives: Vec<Value>,
    /// The parameter and the derivative of its elements in the body.
    pub(crate) vectors: Vec<(usize, Value)>,
    /// The derivatives of products of matrices in the body.
    pub(crate) outers: Vec<Outer>,
}

impl Graph {
    /// Returns what the ways back in the body of a loop give first, or in none.
    pub(crate) fn backs_within(&self, repetition: Option<usize>) -> Vec<Value> {
        let backs = self.backs.iter().enumerate().filter(|(_, back)| back.within == repetition);
        backs.filter_map(|(index, _)| self.value_of(Operation::LoopedBack(index, 0))).collect()
    }

    /// Returns the parameters whose gradients a way back adds to, also in loops of its body.
    pub(crate) fn parameters_of(&self, back: &Back) -> Vec<usize> {
        let vectors = back.vectors.iter().map(|&(index, _)| index);
        let mut parameters: Vec<_> = vectors.chain(back.outers.iter().map(|outer| outer.matrix.parameter)).collect();
        for inner in self.backs.iter().filter(|inner| inner.within == Some(back.repetition)) {
            parameters.extend(self.parameters_of(inner));
        }
        parameters
    }

    /// Returns the dimensions of a variable of a loop.
    pub(super) fn state_extent(&self, repetition: usize, index: usize) -> Extent {
        let state = self.repetitions.get(repetition).and_then(|repetition| repetition.states.get(index));
        state.map_or(Extent::Constant, |&state| self.extent(state))
    }

    /// Returns the dimensions of a variable before each repetition.
    pub(super) fn trajectory_extent(&mut self, repetition: usize, index: usize) -> Extent {
        let count = self.repetitions.get(repetition).and_then(|repetition| {
            let length = repetition.end.minus(&repetition.start)?;
            Some(SizeText { text: length.text(), code: length.saturating_code(), length })
        });
        let count = match count {
            Some(count) => self.size(count),
            None => self.computed(Length::number(1)),
        };
        let state = self.state_extent(repetition, index);
        let axes = self.axes(&[count]);
        let axes = self.joined_axes(axes, state.axes().unwrap_or_default());
        Extent::Element(state.rows().unwrap_or_default(), axes)
    }
}
