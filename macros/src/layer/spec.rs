//! What does the macro know about a layer?

use std::ops::RangeInclusive;

use super::written::{Argument, Resolved, Written};
use crate::setting::{DefaultValue, Setting};
use crate::shape::{self, Axis, PAIR, SEQUENCE, Shape, ShapeSpec};
use crate::size::Size;

/// The specification of a layer.
pub(crate) struct Spec {
    /// The name of its type in the library.
    pub(crate) name: &'static str,
    /// Its source text in messages, with its settings if they are numbers.
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
    /// Any shape of values.
    Any,
    /// This shape, or one whose plain form it is.
    Shape(&'static ShapeSpec),
    /// The same, or a sequence of it: the layer acts on each step. The axes in its slots are those of a step.
    Steps(&'static ShapeSpec),
    /// A pair of two of this shape.
    Pair(&'static ShapeSpec),
}

impl Takes {
    /// Returns the shape that it takes apart from sequences of it; `None` for any shape.
    pub(crate) fn spec(self) -> Option<&'static ShapeSpec> {
        match self {
            Self::Any => None,
            Self::Shape(spec) | Self::Steps(spec) => Some(spec),
            Self::Pair(_) => Some(&PAIR),
        }
    }

    /// Returns whether the macro knows that it takes a shape, apart from its sizes.
    pub(crate) fn accepts(self, shape: &Shape) -> bool {
        match self {
            Self::Any => shape.has_values(),
            Self::Shape(spec) => shape.is_a(spec),
            Self::Steps(spec) => shape.has_steps_of(spec),
            Self::Pair(spec) => {
                matches!(shape, Shape::Pair(parts, _) if parts.iter().all(|part| part.spec() == Some(spec)))
            }
        }
    }

    /// Returns the sizes of a shape for which the layer has slots.
    pub(crate) fn sizes(self, shape: &Shape) -> &[Size] {
        match self {
            Self::Any | Self::Shape(_) | Self::Pair(_) => shape.sizes(),
            Self::Steps(_) => shape.sizes_of_step(),
        }
    }

    /// Returns the axes of these sizes.
    pub(crate) fn axes(self, shape: &Shape) -> &'static [Axis] {
        match self {
            Self::Any | Self::Shape(_) | Self::Pair(_) => shape.spec().map_or(&[], |spec| spec.axes),
            Self::Steps(_) => shape.axes_of_step(),
        }
    }

    /// Returns what it takes, in words.
    pub(crate) fn noun(self) -> String {
        match self {
            Self::Any => "values".to_owned(),
            Self::Shape(spec) => spec.noun.to_owned(),
            Self::Steps(spec) => format!("{} or a sequence", spec.noun),
            Self::Pair(spec) => format!("a pair of {}s", spec.noun.trim_start_matches("a ")),
        }
    }

    /// Returns the source text of a shape that it takes: of this one, or of a pair of its parts.
    pub(crate) fn example(self, shape: &ShapeSpec) -> String {
        if let Self::Pair(part) = self { format!("Pair<{0}, {0}>", part.example) } else { shape.example.to_owned() }
    }

    /// Returns what it takes with these sizes, as source text in a message.
    pub(crate) fn written(self, sizes: &[String]) -> Option<String> {
        // The shapes in a pair may be any.
        let one = shape::written(self.spec().filter(|spec| **spec != PAIR)?, sizes.iter().cloned());
        let sequence = || shape::written(&SEQUENCE, ["_".to_owned()].into_iter().chain(sizes.iter().cloned()));
        Some(if let Self::Steps(_) = self { format!("`{one}` or `{}`", sequence()) } else { format!("`{one}`") })
    }

    /// Returns the axis of a shape that is the first one in the slots.
    pub(crate) fn first_axis(self, shape: &Shape) -> usize {
        match self {
            Self::Any | Self::Shape(_) | Self::Pair(_) => 0,
            Self::Steps(_) => shape.spec().map_or(0, ShapeSpec::axes_of_steps),
        }
    }
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
    /// It becomes the part of a pair at this index.
    Part(usize),
    /// The sizes stay the same, and the output is a distribution: a network that ends here learns from the values before it.
    Head,
}

/// One size between `<` and `>`.
pub(crate) struct Slot {
    /// Its name in a list of all sizes: `outputs`.
    pub(crate) name: &'static str,
    /// Its description in a message: `the number of outputs`.
    pub(crate) phrase: &'static str,
    /// The axis of the input, or of a step of it, that it is, for which `_` may be written.
    pub(crate) takes: Option<usize>,
    /// The axis of the output, or of a step of it, that it is.
    pub(crate) gives: Option<usize>,
    /// The lower bound of the size.
    pub(crate) least: u64,
    /// How many slots before it the size is to which it is equal if it is left out, with all sizes after it; `None` if it has to
    /// be written.
    pub(crate) optional: Option<usize>,
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

impl Spec {
    /// Returns a layer without parameters and sizes that maps each element independently.
    pub(super) const fn elementwise(name: &'static str, example: &'static str, settings: &'static [Setting]) -> Self {
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

    /// Returns a layer without parameters, sizes and settings that turns a sequence into a vector with an element per feature.
    pub(super) const fn of_features(name: &'static str) -> Self {
        Self {
            name,
            example: name,
            takes: Takes::Shape(&SEQUENCE),
            sizes: &[],
            settings: &[],
            parameters: Parameters::None,
            flow: Flow::Changes,
            resolve: |written| {
                let gives = Shape::vector(written.axis(1, &SEQUENCE));
                let arguments = vec![Argument::Shape(gives.clone())];
                Resolved { arguments, gives, parameters: None, requires: Vec::new() }
            },
        }
    }

    /// Returns a layer without parameters, sizes and settings that gives one part of a pair.
    pub(super) const fn of_pair(name: &'static str, part: usize) -> Self {
        Self {
            name,
            example: name,
            takes: Takes::Shape(&PAIR),
            sizes: &[],
            settings: &[],
            parameters: Parameters::None,
            flow: Flow::Part(part),
            resolve: if part == 0 {
                |written| Resolved::part(written, 0)
            } else {
                |written| Resolved::part(written, 1)
            },
        }
    }

    /// Returns whether it gives as many values as it takes, so that its producer determines its sizes.
    pub(crate) fn keeps_size(&self) -> bool {
        match self.flow {
            Flow::Elementwise | Flow::Keeps | Flow::Head => true,
            Flow::Changes | Flow::Becomes(_) | Flow::Part(_) => false,
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

    /// Returns the example without settings, unless one of them has no default.
    pub(crate) fn example_with_defaults(&self) -> &'static str {
        let required = self.settings.iter().any(|setting| matches!(setting.default, DefaultValue::None));
        let before = self.example.split_once('(').filter(|_| !required);
        before.map_or(self.example, |(before, _)| before)
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
