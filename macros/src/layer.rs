//! Which layers does the library bring, and what does each make of its input?
//!
//! A layer is one file with a constant [`Spec`], named in the list below; everything else about layers is asked of their specs.

use proc_macro2::Ident;

use crate::identifier;
use crate::place::Place;
use crate::setting::{Setting, Value};
use crate::shape::{Axis, Shape, ShapeSpec};
use crate::size::{AXIS, Function, LENGTH, Size};

mod conv2d;
mod dense;
mod dropout;
mod elu;
mod flatten;
mod gelu;
mod gelu_tanh;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod layer_norm;
mod leaky_relu;
mod relu;
mod selu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod softsign;
mod tanh;

/// Every layer.
static ALL: &[&Spec] = &[
    &dense::SPEC,
    &conv2d::SPEC,
    &flatten::SPEC,
    &layer_norm::SPEC,
    &sigmoid::SPEC,
    &tanh::SPEC,
    &relu::SPEC,
    &leaky_relu::SPEC,
    &elu::SPEC,
    &selu::SPEC,
    &gelu::SPEC,
    &gelu_tanh::SPEC,
    &silu::SPEC,
    &softplus::SPEC,
    &softsign::SPEC,
    &hard_sigmoid::SPEC,
    &hard_tanh::SPEC,
    &hard_silu::SPEC,
    &identity::SPEC,
    &dropout::SPEC,
    &softmax::SPEC,
];

/// The word before the braces of a block whose input is added to what its layers give.
pub(crate) const RESIDUAL: &str = "Residual";

/// What the macro knows about a layer.
pub(crate) struct Spec {
    /// The name of its type in the library.
    pub(crate) name: &'static str,
    /// How it is written, for messages.
    pub(crate) example: &'static str,
    /// What it takes.
    pub(crate) takes: Takes,
    /// What stands between `<` and `>`, in order.
    pub(crate) sizes: &'static [Slot],
    /// What stands in parentheses, in order.
    pub(crate) settings: &'static [Setting],
    /// Whether it has parameters.
    pub(crate) has_parameters: bool,
    /// What becomes of a shape in it.
    pub(crate) flow: Flow,
    /// The shape that it gives and its types, for what is written and what comes in.
    pub(crate) resolve: fn(&Written) -> Resolved,
}

/// What a layer takes.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// Any shape.
    Any,
    /// This one, or one whose plain form it is.
    Shape(&'static ShapeSpec),
}

/// What becomes of a shape in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Each element is mapped alone, and the shape becomes its plain form.
    Elementwise,
    /// The sizes stay, but elements are mapped together.
    Keeps,
    /// The sizes change.
    Changes,
    /// The sizes stay, and the output is a distribution: a network that ends here learns from what is before it.
    Head,
}

/// One size between `<` and `>`.
pub(crate) struct Slot {
    /// What it is called where all of them are listed: `outputs`.
    pub(crate) name: &'static str,
    /// What a message asks for: `the number of outputs`.
    pub(crate) phrase: &'static str,
    /// The axis of what the layer takes that it is, for which `_` may stand.
    pub(crate) takes: Option<usize>,
    /// The axis of what the layer gives that it is.
    pub(crate) gives: Option<usize>,
}

/// A layer as it is written, and what comes in.
pub(crate) struct Written<'a> {
    /// Its sizes, one for each slot.
    pub(crate) sizes: &'a [Size],
    /// Its settings, one for each that it has.
    pub(crate) settings: &'a [Value],
    /// The shape that comes in: one that it takes, or one that only the compiler knows.
    pub(crate) input: &'a Shape,
    /// What it gives where only the compiler knows it.
    pub(crate) unknown: &'a Shape,
    /// The layer in a message.
    pub(crate) layer: &'a str,
    /// Where it stands.
    pub(crate) place: Place,
}

/// What a layer is after resolution.
pub(crate) struct Resolved {
    /// The shape that it gives.
    pub(crate) gives: Shape,
    /// The generic arguments of its type.
    pub(crate) arguments: Vec<Argument>,
    /// The type of its parameters before the type of the elements; none for a layer without.
    pub(crate) parameters: Option<Type>,
    /// What else its input has to fulfil.
    pub(crate) requires: Vec<Requirement>,
}

/// A type of the library.
pub(crate) struct Type {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its generic arguments.
    pub(crate) arguments: Vec<Argument>,
}

/// A generic argument.
pub(crate) enum Argument {
    /// A size.
    Size(Size),
    /// A shape.
    Shape(Shape),
}

/// What an input has to fulfil beside its axes.
pub(crate) struct Requirement {
    /// The axis that is meant.
    pub(crate) axis: &'static Axis,
    /// The size of the window along it.
    pub(crate) window: Size,
    /// The size of the input along it, with padding.
    pub(crate) room: Size,
    /// Whether there is some padding.
    pub(crate) padded: bool,
    /// Where the window is written.
    pub(crate) place: Place,
}

impl Argument {
    /// The sizes in it.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Size(size) => std::slice::from_ref(size),
            Self::Shape(shape) => shape.sizes(),
        }
    }
}

impl Requirement {
    /// Whether it holds, as far as the macro knows the numbers.
    pub(crate) fn may_hold(&self) -> bool {
        !matches!((self.window.number(), self.room.number()), (Some(window), Some(room)) if window > room)
    }
}

impl Spec {
    /// A layer without parameters and sizes that maps each element alone.
    const fn elementwise(name: &'static str, example: &'static str, settings: &'static [Setting]) -> Self {
        Self {
            name,
            example,
            takes: Takes::Any,
            sizes: &[],
            settings,
            has_parameters: false,
            flow: Flow::Elementwise,
            resolve: |written| Resolved::without_parameters(written.input.plain(written.unknown)),
        }
    }

    /// The layer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.iter().copied().find(|layer| word == layer.name)
    }

    /// Whether it gives as many values as it takes, so that its sizes are its producer's.
    pub(crate) fn keeps_size(&self) -> bool {
        match self.flow {
            Flow::Elementwise | Flow::Keeps | Flow::Head => true,
            Flow::Changes => false,
        }
    }

    /// The slot that is an axis of what the layer takes.
    pub(crate) fn slot_of_input(&self, axis: usize) -> Option<usize> {
        self.sizes.iter().position(|slot| slot.takes == Some(axis))
    }

    /// The slot that is an axis of what the layer gives.
    pub(crate) fn slot_of_output(&self, axis: usize) -> Option<usize> {
        self.sizes.iter().position(|slot| slot.gives == Some(axis))
    }

    /// The layer as one would write it, with these sizes.
    pub(crate) fn written(&self, sizes: &[String]) -> String {
        if sizes.is_empty() { self.name.to_owned() } else { format!("{}<{}>", self.name, sizes.join(", ")) }
    }

    /// The sizes in the example.
    pub(crate) fn example_sizes(&self) -> Vec<&'static str> {
        let sizes = self.example.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        sizes.map_or_else(Vec::new, |(sizes, _)| sizes.split(", ").collect())
    }

    /// The example with `_` for every size that comes in.
    pub(crate) fn inferred_example(&self) -> String {
        let sizes = self.example_sizes().into_iter().zip(self.sizes);
        let sizes: Vec<_> =
            sizes.map(|(size, slot)| if slot.takes.is_some() { "_" } else { size }.to_owned()).collect();
        self.written(&sizes)
    }
}

/// Every layer.
#[cfg(feature = "examples")]
pub(crate) fn all() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied()
}

/// The layers that are heads.
pub(crate) fn heads() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied().filter(|layer| layer.flow == Flow::Head)
}

/// A layer without sizes and settings that makes `wanted` of `input`, for messages.
pub(crate) fn making(wanted: &'static ShapeSpec, input: &Shape) -> Option<&'static Spec> {
    let plain = |layer: &&&Spec| layer.flow == Flow::Changes && layer.sizes.is_empty() && layer.settings.is_empty();
    let written = Written { sizes: &[], settings: &[], input, unknown: input, layer: "", place: Place::call() };
    ALL.iter().filter(plain).find(|layer| (layer.resolve)(&written).gives.is_a(wanted)).copied()
}

impl Written<'_> {
    /// One axis of the input.
    pub(crate) fn axis(&self, axis: usize, spec: &'static ShapeSpec) -> Size {
        if let Some(size) = self.input.sizes().get(axis) {
            return size.moved(self.place);
        }
        let words = format!("the {} of the input of {}", spec.axes[axis].nouns[1], self.layer);
        self.asked(&AXIS, vec![Size::Number(axis as u64, self.place)], words)
    }

    /// The number of elements of the input.
    pub(crate) fn length(&self) -> Size {
        let words = format!("the values of the input of {}", self.layer);
        if self.input.is_foreign() {
            return self.asked(&LENGTH, Vec::new(), words);
        }
        Size::product(self.input.sizes(), words, self.place)
    }

    /// What the compiler says about the input.
    fn asked(&self, function: &'static Function, arguments: Vec<Size>, words: String) -> Size {
        match self.input.alias() {
            Some(shape) => Size::asked(function, shape.clone(), arguments, words, self.place),
            None => Size::Number(1, self.place),
        }
    }
}

impl Resolved {
    /// Every size in it, those in shapes too.
    pub(crate) fn sizes(&self) -> Vec<&Size> {
        let parameters = self.parameters.iter().flat_map(|parameters| &parameters.arguments);
        self.gives.sizes().iter().chain(self.arguments.iter().chain(parameters).flat_map(Argument::sizes)).collect()
    }

    /// A layer whose type has no generic arguments and no parameters.
    fn without_parameters(gives: Shape) -> Self {
        Self { gives, arguments: Vec::new(), parameters: None, requires: Vec::new() }
    }
}
