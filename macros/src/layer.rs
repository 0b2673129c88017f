//! Which layers does the library provide, and what does each give for its input?
//!
//! A layer is one file with a constant [`Spec`], named in the list below. Everything else that the macro knows about layers
//! follows from these constants.

use proc_macro2::Ident;

use crate::identifier;
use crate::place::Place;
use crate::setting::{Setting, Value};
use crate::shape::{Axis, Shape, ShapeSpec};
use crate::size::{AXIS, Function, LENGTH, Size};

mod conv2d;
mod dense;
mod dropout;
mod dropout2d;
mod elu;
mod flatten;
mod gelu;
mod gelu_tanh;
mod group_norm;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod layer_norm;
mod leaky_relu;
mod p_relu;
mod relu;
mod rms_norm;
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
    &rms_norm::SPEC,
    &group_norm::SPEC,
    &sigmoid::SPEC,
    &tanh::SPEC,
    &relu::SPEC,
    &leaky_relu::SPEC,
    &p_relu::SPEC,
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
    &dropout2d::SPEC,
    &softmax::SPEC,
];

/// The specification of a layer.
pub(crate) struct Spec {
    /// The name of its type in the library.
    pub(crate) name: &'static str,
    /// Its source text in messages.
    pub(crate) example: &'static str,
    /// The shape that it takes.
    pub(crate) takes: Takes,
    /// Its sizes between `<` and `>`, in order.
    pub(crate) sizes: &'static [Slot],
    /// Its settings in parentheses, in order.
    pub(crate) settings: &'static [Setting],
    /// Whether it has parameters.
    pub(crate) has_parameters: bool,
    /// Its effect on a shape.
    pub(crate) flow: Flow,
    /// Returns its output shape and its types, for its source text and its input.
    pub(crate) resolve: fn(&Written) -> Resolved,
}

/// The shape that a layer takes.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// Any shape.
    Any,
    /// This shape, or one whose plain form it is.
    Shape(&'static ShapeSpec),
}

/// The effect of a layer on a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Each element is mapped independently, and the shape becomes its plain form.
    Elementwise,
    /// The sizes stay the same, but elements are combined.
    Keeps,
    /// The sizes change.
    Changes,
    /// The sizes stay the same, and the output is a distribution: a network that ends here learns from the values before it.
    Head,
}

/// One size between `<` and `>`.
pub(crate) struct Slot {
    /// Its name in a list of all sizes: `outputs`.
    pub(crate) name: &'static str,
    /// Its description in a message: `the number of outputs`.
    pub(crate) phrase: &'static str,
    /// The axis of the input that it is, for which `_` may be written.
    pub(crate) takes: Option<usize>,
    /// The axis of the output that it is.
    pub(crate) gives: Option<usize>,
}

/// A layer as written, with its input.
pub(crate) struct Written<'a> {
    /// Its sizes, one per slot.
    pub(crate) sizes: &'a [Size],
    /// Its settings, one per setting of the specification.
    pub(crate) settings: &'a [Value],
    /// Its input shape: one that it takes, or one that only the compiler knows.
    pub(crate) input: &'a Shape,
    /// Its output shape, if only the compiler knows it.
    pub(crate) unknown: &'a Shape,
    /// The name of the layer in a message.
    pub(crate) layer: &'a str,
    /// Its position.
    pub(crate) place: Place,
}

/// A layer after resolution.
pub(crate) struct Resolved {
    /// The shape that it gives.
    pub(crate) gives: Shape,
    /// The generic arguments of its type.
    pub(crate) arguments: Vec<Argument>,
    /// The type of its parameters without the scalar type; `None` for a layer without parameters.
    pub(crate) parameters: Option<Type>,
    /// The other requirements on its input.
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

/// A requirement on an input apart from its axes.
pub(crate) struct Requirement {
    /// The axis that it applies to.
    pub(crate) axis: &'static Axis,
    /// The size of the window along this axis.
    pub(crate) window: Size,
    /// The size of the input along this axis, with padding.
    pub(crate) room: Size,
    /// Whether there is padding.
    pub(crate) padded: bool,
    /// The position of the window in the source.
    pub(crate) place: Place,
}

impl Argument {
    /// Returns the sizes in it.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Size(size) => std::slice::from_ref(size),
            Self::Shape(shape) => shape.sizes(),
        }
    }
}

impl Requirement {
    /// Returns whether it may be met: false only if the macro knows both sizes and the window is larger.
    pub(crate) fn may_hold(&self) -> bool {
        !matches!((self.window.number(), self.room.number()), (Some(window), Some(room)) if window > room)
    }
}

impl Spec {
    /// Returns a layer without parameters and sizes that maps each element independently.
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

    /// Returns the layer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.iter().copied().find(|layer| word == layer.name)
    }

    /// Returns whether it gives as many values as it takes, so that its producer determines its sizes.
    pub(crate) fn keeps_size(&self) -> bool {
        match self.flow {
            Flow::Elementwise | Flow::Keeps | Flow::Head => true,
            Flow::Changes => false,
        }
    }

    /// Returns the slot for an axis of the input.
    pub(crate) fn slot_of_input(&self, axis: usize) -> Option<usize> {
        self.sizes.iter().position(|slot| slot.takes == Some(axis))
    }

    /// Returns the slot for an axis of the output.
    pub(crate) fn slot_of_output(&self, axis: usize) -> Option<usize> {
        self.sizes.iter().position(|slot| slot.gives == Some(axis))
    }

    /// Returns the source text of the layer with these sizes.
    pub(crate) fn written(&self, sizes: &[String]) -> String {
        if sizes.is_empty() { self.name.to_owned() } else { format!("{}<{}>", self.name, sizes.join(", ")) }
    }

    /// Returns the sizes in the example.
    pub(crate) fn example_sizes(&self) -> Vec<&'static str> {
        let sizes = self.example.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        sizes.map_or_else(Vec::new, |(sizes, _)| sizes.split(", ").collect())
    }

    /// Returns the example with `_` for each size that can be inferred.
    pub(crate) fn inferred_example(&self) -> String {
        let sizes = self.example_sizes().into_iter().zip(self.sizes);
        let sizes: Vec<_> =
            sizes.map(|(size, slot)| if slot.takes.is_some() { "_" } else { size }.to_owned()).collect();
        self.written(&sizes)
    }
}

/// Returns every layer.
#[cfg(feature = "examples")]
pub(crate) fn all() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied()
}

/// Returns the layers that are heads.
pub(crate) fn heads() -> impl Iterator<Item = &'static Spec> {
    ALL.iter().copied().filter(|layer| layer.flow == Flow::Head)
}

/// Returns a layer without sizes and settings that converts `input` to `wanted`, for messages.
pub(crate) fn making(wanted: &'static ShapeSpec, input: &Shape) -> Option<&'static Spec> {
    let plain = |layer: &&&Spec| layer.flow == Flow::Changes && layer.sizes.is_empty() && layer.settings.is_empty();
    let written = Written { sizes: &[], settings: &[], input, unknown: input, layer: "", place: Place::call() };
    ALL.iter().filter(plain).find(|layer| (layer.resolve)(&written).gives.is_a(wanted)).copied()
}

impl Written<'_> {
    /// Returns one axis of the input.
    pub(crate) fn axis(&self, axis: usize, spec: &'static ShapeSpec) -> Size {
        if let Some(size) = self.input.sizes().get(axis) {
            return size.moved(self.place);
        }
        let words = format!("the {} of the input of {}", spec.axes[axis].nouns[1], self.layer);
        self.asked(&AXIS, vec![Size::Number(axis as u64, self.place)], words)
    }

    /// Returns the number of elements of the input.
    pub(crate) fn length(&self) -> Size {
        let words = format!("the values of the input of {}", self.layer);
        if self.input.is_foreign() {
            return self.asked(&LENGTH, Vec::new(), words);
        }
        Size::product(self.input.sizes(), words, self.place)
    }

    /// Returns a size that the compiler computes from the input.
    fn asked(&self, function: &'static Function, arguments: Vec<Size>, words: String) -> Size {
        match self.input.alias() {
            Some(shape) => Size::asked(function, shape.clone(), arguments, words, self.place),
            None => Size::Number(1, self.place),
        }
    }
}

impl Resolved {
    /// Returns every size in it, including those in shapes.
    pub(crate) fn sizes(&self) -> Vec<&Size> {
        let parameters = self.parameters.iter().flat_map(|parameters| &parameters.arguments);
        self.gives.sizes().iter().chain(self.arguments.iter().chain(parameters).flat_map(Argument::sizes)).collect()
    }

    /// Returns a layer whose type has no generic arguments and no parameters.
    fn without_parameters(gives: Shape) -> Self {
        Self { gives, arguments: Vec::new(), parameters: None, requires: Vec::new() }
    }
}
