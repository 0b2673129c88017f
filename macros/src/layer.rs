//! Which layers does the library provide, and what does each give for its input?
//!
//! A layer is one file with a constant [`Spec`], named in the list below. Everything else that the macro knows about layers
//! follows from these constants.

use std::ops::RangeInclusive;

use proc_macro2::Ident;

use crate::errors;
use crate::identifier;
use crate::place::Place;
use crate::setting::{Setting, Value};
use crate::shape::{Shape, ShapeSpec};
use crate::size::{AXIS, Function, LENGTH, Size};

mod bias;
mod convolution;

mod window;

mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod dense;
mod dropout;
mod dropout2d;
mod elu;
mod flatten;
mod gelu;
mod gelu_tanh;
mod global_avg_pool1d;
mod global_avg_pool2d;
mod global_max_pool1d;
mod global_max_pool2d;
mod group_norm;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod layer_norm;
mod leaky_relu;
mod max_pool1d;
mod max_pool2d;
mod p_relu;
mod pad;
mod relu;
mod reshape;
mod rms_norm;
mod selu;
mod sigmoid;
mod silu;
mod softmax;
mod softplus;
mod softsign;
mod tanh;
mod upsample;

/// Every layer.
static ALL: &[&Spec] = &[
    &dense::SPEC,
    &conv1d::SPEC,
    &conv2d::SPEC,
    &conv_transpose2d::SPEC,
    &max_pool2d::SPEC,
    &avg_pool2d::SPEC,
    &max_pool1d::SPEC,
    &avg_pool1d::SPEC,
    &pad::SPEC,
    &upsample::SPEC,
    &flatten::SPEC,
    &reshape::VECTOR_SPEC,
    &reshape::IMAGE_SPEC,
    &reshape::SEQUENCE_SPEC,
    &global_avg_pool2d::SPEC,
    &global_max_pool2d::SPEC,
    &global_avg_pool1d::SPEC,
    &global_max_pool1d::SPEC,
    &batch_norm::SPEC,
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

/// The largest divisor that a message lists, apart from the size itself.
const MOST_DIVISORS: u64 = 10_000;

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
    /// The parameters that it has.
    pub(crate) parameters: Parameters,
    /// Its effect on a shape.
    pub(crate) flow: Flow,
    /// Returns its output shape and its types, for its source text and its input.
    pub(crate) resolve: fn(&Written) -> Resolved,
}

/// The parameters of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Parameters {
    /// None.
    None,
    /// Weights that an initializer draws, and others.
    Drawn,
    /// Parameters that start from fixed values or from a setting.
    Fixed,
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
    /// It becomes the shape that is written between `<` and `>`. The sizes of the layer are those of this shape.
    Becomes(&'static ShapeSpec),
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
    /// The lower bound of the size.
    pub(crate) least: u64,
    /// How many slots before it the size is to which it is equal if it is left out, with all sizes after it; `None` if it has to
    /// be written.
    pub(crate) optional: Option<usize>,
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
    /// Its generic arguments. The scalar type is the last one unless it is among them.
    pub(crate) arguments: Vec<Argument>,
    /// The number of leading arguments that are the axes of its largest tensor.
    pub(crate) axes: usize,
}

/// A generic argument.
pub(crate) enum Argument {
    /// A size.
    Size(Size),
    /// A shape.
    Shape(Shape),
    /// The scalar type, where another argument follows it.
    Scalar,
}

/// A requirement on two sizes, apart from the axes of the input.
pub(crate) struct Requirement {
    /// The required relation.
    pub(crate) relation: Relation,
    /// The size that is available: the rows of the padded input, the common divisor of the channels.
    pub(crate) gives: Size,
    /// The size that is asked for: the rows that a kernel spans, the groups.
    pub(crate) takes: Size,
    /// The noun for what is counted, in singular and plural.
    pub(crate) nouns: [&'static str; 2],
    /// The parts of the message before, between and after the two sizes. The second one comes first unless they have to be equal.
    pub(crate) message: [String; 3],
    /// The position of the second size in the source.
    pub(crate) place: Place,
}

/// The required relation between two sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They are equal.
    Same,
    /// The second size fits into the first.
    Fits,
    /// The second size divides the first.
    Divides,
}

impl Slot {
    /// Returns a slot for a size that is no axis of the input or the output.
    pub(crate) const fn free(name: &'static str, phrase: &'static str) -> Self {
        Self { name, phrase, takes: None, gives: None, least: 1, optional: None }
    }

    /// Returns a slot for the size of the input along an axis.
    pub(crate) const fn of_input(name: &'static str, phrase: &'static str, axis: usize) -> Self {
        Self { takes: Some(axis), ..Self::free(name, phrase) }
    }

    /// Returns a slot for the size of the output along an axis.
    pub(crate) const fn of_output(name: &'static str, phrase: &'static str, axis: usize) -> Self {
        Self { gives: Some(axis), ..Self::free(name, phrase) }
    }

    /// Makes the size optional, with all sizes after it. Where it is left out, it is equal to the size before it.
    pub(crate) const fn or_previous(self) -> Self {
        self.or_earlier(1)
    }

    /// Makes the size optional, with all sizes after it. Where it is left out, it is equal to the size this many slots before it.
    pub(crate) const fn or_earlier(self, distance: usize) -> Self {
        Self { optional: Some(distance), ..self }
    }

    /// Allows a size of 0.
    pub(crate) const fn or_zero(self) -> Self {
        Self { least: 0, ..self }
    }
}

impl Argument {
    /// Returns the sizes in it.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Size(size) => std::slice::from_ref(size),
            Self::Shape(shape) => shape.sizes(),
            Self::Scalar => &[],
        }
    }
}

impl Requirement {
    /// Returns whether it may be met: false only if the macro knows both sizes and the window is larger.
    pub(crate) fn may_hold(&self) -> bool {
        let numbers = self.gives.number().zip(self.takes.number());
        numbers.is_none_or(|(gives, takes)| self.relation.holds(gives, takes))
    }
}

impl Relation {
    /// Returns whether two numbers are in this relation.
    pub(crate) fn holds(self, gives: u64, takes: u64) -> bool {
        match self {
            Self::Same => gives == takes,
            Self::Fits => takes <= gives,
            Self::Divides => gives.checked_rem(takes) == Some(0),
        }
    }

    /// Returns the first of two numbers in the message of a requirement. The nouns are for what it counts.
    pub(crate) fn text(self, gives: u64, [one, many]: [&str; 2]) -> String {
        match self {
            Self::Same => format!("{gives} {}", if gives == 1 { one } else { many }),
            Self::Fits => gives.to_string(),
            Self::Divides => {
                let mut divisors: Vec<_> =
                    (1..=gives.min(MOST_DIVISORS)).filter(|&divisor| gives.is_multiple_of(divisor)).collect();
                divisors.extend((gives > MOST_DIVISORS).then_some(gives));
                divisors.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
            }
        }
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
            parameters: Parameters::None,
            flow: Flow::Elementwise,
            resolve: |written| Resolved::without_parameters(written.input.plain(written.unknown)),
        }
    }

    /// Returns the layer that `word` names, if the library has one.
    pub(crate) fn named(word: &Ident) -> Option<&'static Self> {
        let word = identifier::plain(word);
        ALL.iter().copied().find(|layer| word == layer.name)
    }

    /// Returns the layer of the same name for a shape between `<` and `>`.
    pub(crate) fn becoming(&self, shape: &'static ShapeSpec) -> Option<&'static Self> {
        self.variants().find(|layer| layer.flow == Flow::Becomes(shape))
    }

    /// Returns the layers of the same name, of which there are several only if they take a shape between `<` and `>`.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &'static Self> {
        ALL.iter().copied().filter(|layer| layer.name == self.name)
    }

    /// Returns whether it gives as many values as it takes, so that its producer determines its sizes.
    pub(crate) fn keeps_size(&self) -> bool {
        match self.flow {
            Flow::Elementwise | Flow::Keeps | Flow::Head => true,
            Flow::Changes | Flow::Becomes(_) => false,
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

    /// Returns how many sizes may be written.
    pub(crate) fn number_of_sizes(&self) -> RangeInclusive<usize> {
        let most = self.sizes.len();
        let optional = self.sizes.iter().rev().take_while(|slot| slot.optional.is_some()).count();
        most - optional..=most
    }

    /// Returns the source text of the layer with these sizes, of which those at the end are left out if possible.
    pub(crate) fn written(&self, sizes: &[String]) -> String {
        let needless = |slot: usize| {
            let earlier = self.sizes.get(slot).and_then(|written| slot.checked_sub(written.optional?));
            earlier.is_some_and(|earlier| sizes.get(slot) == sizes.get(earlier))
        };
        let shown = (0..sizes.len()).rev().find(|&slot| !needless(slot)).map_or(0, |last| last + 1);
        let sizes = &sizes[..shown];
        if let Flow::Becomes(shape) = self.flow {
            return format!("{}<{}<{}>>", self.name, shape.name, sizes.join(", "));
        }
        if sizes.is_empty() { self.name.to_owned() } else { format!("{}<{}>", self.name, sizes.join(", ")) }
    }

    /// Returns the sizes in the example.
    pub(crate) fn example_sizes(&self) -> Vec<&'static str> {
        sizes_in(self.example)
    }

    /// Returns the example with `_` for each size that can be inferred.
    pub(crate) fn inferred_example(&self) -> String {
        let sizes = self.example_sizes().into_iter().zip(self.sizes);
        let sizes: Vec<_> =
            sizes.map(|(size, slot)| if slot.takes.is_some() { "_" } else { size }.to_owned()).collect();
        self.written(&sizes)
    }
}

/// Returns the sizes between `<` and `>` in the source text of a layer.
pub(crate) fn sizes_in(written: &str) -> Vec<&str> {
    let sizes = written.rsplit_once('<').and_then(|(_, rest)| rest.split_once('>'));
    sizes.map_or_else(Vec::new, |(sizes, _)| sizes.split(", ").collect())
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

/// Returns the layer that makes a shape which is written between `<` and `>`, for messages.
pub(crate) fn becoming(wanted: &'static ShapeSpec) -> Option<&'static Spec> {
    ALL.iter().copied().find(|layer| layer.flow == Flow::Becomes(wanted))
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

    /// Returns the requirement that a kernel fits into its input, along an axis.
    fn fits(
        &self,
        nouns: [&'static str; 2],
        span: &Size,
        room: &Size,
        [is_padded, is_dilated, is_begun]: [bool; 3],
        place: Place,
    ) -> Requirement {
        let input = self.input.text();
        Requirement {
            relation: Relation::Fits,
            gives: room.clone(),
            takes: span.clone(),
            nouns,
            message: errors::window_too_large(self.layer, nouns[1], &input, [is_padded, is_dilated, is_begun]),
            place,
        }
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
