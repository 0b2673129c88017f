//! What does a layer of the library take and give within a chain?

use proc_macro2::Ident;

use super::{Form, State};
use crate::errors::{self, Errors};
use crate::graph::extent;
use crate::graph::statement::StatedSize;
use crate::graph::{BuiltIn, Kind, Known, Taken};
use crate::layer::{Flow, Requirement, Resolved, Spec, Takes, Written};
use crate::place::Place;
use crate::setting::Value;
use crate::shape::{PAIR, SEQUENCE, Shape, VECTOR};
use crate::size::{AXIS, FEATURES, QUOTIENT, Size};

/// A layer of the library as written.
pub(super) struct Stated<'a> {
    pub(super) spec: &'static Spec,
    pub(super) path: &'a str,
    pub(super) place: Place,
    pub(super) settings: Vec<Value>,
    pub(super) unknown: &'a Shape,
}

/// The sizes of a layer, and whether its shapes can be checked.
struct Filled {
    sizes: Vec<Size>,
    inferred: Vec<bool>,
    known: Known,
}

impl Stated<'_> {
    /// Resolves the layer from its input.
    pub(super) fn form(
        self,
        stated: &[StatedSize],
        settings: &str,
        wanted: Option<&Size>,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> Form {
        let (spec, mut filled) = (self.spec, self.filled(stated, wanted, parameters, state, errors));
        let (input, fits) = self.input(state);
        let guess = state.guess(input.spec().unwrap_or(&VECTOR));
        let mut known = filled.known;
        let judged = fits && state.is_judged();
        known.output &= judged || !self.follows_input(&filled.sizes, state);
        let mut resolved = self.resolved(&filled.sizes, &input);
        if let (false, [size]) = (known.kind, resolved.gives.sizes_of_step()) {
            // The input may have been a sequence.
            resolved.gives = self.unknown.with_features(size.clone(), self.unknown);
        }
        known.output &= resolved.requires.iter().all(Requirement::may_hold);
        if let Some(error) = self.cannot_compute(&resolved, parameters, state) {
            if judged && known.takes {
                errors.push(error);
            }
            resolved = self.resolved(&filled.sizes, &guess);
            known.output = false;
        }
        if self.is_too_large(&resolved, &filled.sizes, state, errors) {
            filled.sizes.fill(state.unknown.clone());
            resolved = self.resolved(&filled.sizes, &guess);
            known = Known { takes: false, output: false, ..known };
        }
        let texts: Vec<_> = filled.sizes.iter().map(Size::text).collect();
        Form {
            takes: self.takes(&filled.sizes),
            output: resolved.gives,
            known,
            description: spec.written(&texts) + settings,
            kind: Kind::BuiltIn(BuiltIn {
                spec,
                sizes: filled.sizes,
                inferred: filled.inferred,
                settings: self.settings,
                arguments: resolved.arguments,
                parameters: resolved.parameters,
                requires: resolved.requires,
            }),
        }
    }

    /// Returns the input, or a guess if the layer does not take it, and whether it does.
    fn input(&self, state: &State) -> (Shape, bool) {
        if self.spec.takes.accepts(&state.shape) || state.shape.is_foreign() {
            (state.shape.clone(), true)
        } else {
            (state.guess(self.spec.takes.spec().unwrap_or(&SEQUENCE)), false)
        }
    }

    /// Returns whether one of its arrays cannot exist. After another mistake, a layer that takes what is too large is not a
    /// second one.
    fn is_too_large(&self, resolved: &Resolved, sizes: &[Size], state: &State, errors: &mut Errors) -> bool {
        let error = extent::of_layer(resolved, sizes, self.place, &format!("`{}`", self.path));
        let found = error.is_some();
        error.into_iter().filter(|_| state.is_judged()).for_each(|error| errors.push(error));
        found
    }

    /// Returns whether the kind of its output follows from what the user wrote.
    fn determines_kind(&self, state: &State) -> bool {
        match self.spec.takes {
            Takes::Any => state.kind || !self.spec.keeps_size(),
            Takes::Shape(spec) => *spec != PAIR || state.kind && self.spec.takes.accepts(&state.shape),
            Takes::Pair(_) => state.kind && self.spec.takes.accepts(&state.shape),
            Takes::Steps(_) => state.kind || !self.spec.takes.accepts(&state.shape),
        }
    }

    /// Returns whether its output depends on its input.
    fn follows_input(&self, sizes: &[Size], state: &State) -> bool {
        let guess = self.spec.takes.spec().map(|shape| state.guess(shape));
        guess.is_none_or(|guess| self.resolved(sizes, &guess).gives.is_guessed())
    }

    /// Returns the shape that it takes, with the sizes that it requires along the axes.
    fn takes(&self, sizes: &[Size]) -> Taken {
        let Some(shape) = self.spec.takes.spec() else { return Taken::Any };
        let axis = |axis| self.spec.slot_of_input(axis).and_then(|slot| sizes.get(slot)).cloned();
        Taken::Shape(self.spec.takes, (0..shape.axes.len()).map(axis).collect())
    }

    /// Returns the reason why a size of the layer cannot be computed in a network with const parameters, if there is one.
    fn cannot_compute(&self, resolved: &Resolved, parameters: &[Ident], state: &State) -> Option<syn::Error> {
        if parameters.is_empty() {
            return None;
        }
        let layer = format!("`{}`", self.path);
        resolved.sizes().into_iter().find_map(|size| {
            if size.asks_shape() {
                return Some(errors::size_of_custom_shape(self.place, &layer, &state.source.text));
            }
            let parameter = size.computes_with()?;
            Some(errors::depends_on_parameter(self.place, &layer, parameter))
        })
    }

    fn resolved(&self, sizes: &[Size], input: &Shape) -> Resolved {
        let layer = format!("`{}`", self.path);
        (self.spec.resolve)(&Written {
            sizes,
            settings: &self.settings,
            input,
            unknown: self.unknown,
            layer: &layer,
            place: self.place,
        })
    }

    /// Returns a size for each slot: the written one, the incoming one, or a guess.
    fn filled(
        &self,
        stated: &[StatedSize],
        wanted: Option<&Size>,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> Filled {
        let known = Known { takes: true, output: true, kind: self.determines_kind(state) };
        let mut filled = Filled { sizes: Vec::new(), inferred: Vec::new(), known };
        for (slot, stated) in self.spec.sizes.iter().zip(stated) {
            let (size, known) = match (stated, slot.takes) {
                (StatedSize::Given(size), _) => (size.clone(), true),
                (StatedSize::Inferred(place), Some(axis)) => self.incoming(axis, *place, parameters, state, errors),
                (_, Some(axis)) => {
                    let incoming = self.spec.takes.sizes(&state.shape).get(axis);
                    (incoming.unwrap_or(&state.unknown).clone(), false)
                }
                (_, None) => (wanted.cloned().unwrap_or_else(|| state.unknown.clone()), false),
            };
            filled.inferred.push(matches!(stated, StatedSize::Inferred(_)));
            filled.sizes.push(size);
            match slot.takes {
                Some(_) => filled.known.takes &= known,
                None => filled.known.output &= known,
            }
        }
        if let Flow::Becomes(_) = self.spec.flow {
            self.fill_up(stated, &mut filled, state);
        }
        filled
    }

    /// Sets the size for which `_` is written in a shape between `<` and `>`: it follows from the others and from the number of
    /// elements that come in.
    fn fill_up(&self, stated: &[StatedSize], filled: &mut Filled, state: &State) {
        let place = |size: &StatedSize| if let StatedSize::Inferred(place) = size { Some(*place) } else { None };
        let Some((slot, place)) = stated.iter().enumerate().find_map(|(slot, size)| Some((slot, place(size)?))) else {
            return;
        };
        let is_given = |size: &StatedSize| size.given().is_some();
        filled.known.output = stated.iter().enumerate().all(|(index, size)| index == slot || is_given(size));
        let (layer, count) = (format!("`{}`", self.path), self.spec.sizes.len());
        let others: Vec<_> =
            (0..count).filter(|&other| other != slot).map(|other| filled.sizes[other].clone()).collect();
        let written = Written {
            sizes: &[],
            settings: &[],
            input: &state.shape,
            unknown: self.unknown,
            layer: &layer,
            place: self.place,
        };
        let others = Size::product(&others, format!("the other sizes of {layer}"), place);
        let words = format!("the {} of {layer}", self.spec.sizes[slot].name);
        filled.sizes[slot] = match others.number() {
            Some(1) => written.length().moved(place),
            _ => Size::computed(&QUOTIENT, vec![written.length(), others], words, place),
        };
    }

    /// Returns the size that `_` stands for, and whether it can be checked.
    fn incoming(
        &self,
        axis: usize,
        place: Place,
        parameters: &[Ident],
        state: &State,
        errors: &mut Errors,
    ) -> (Size, bool) {
        let (known, takes) = (state.is_judged(), self.spec.takes);
        let Some(shape) = takes.spec() else {
            return (state.unknown.clone(), false);
        };
        if takes.accepts(&state.shape) {
            return match takes.sizes(&state.shape).get(axis) {
                Some(size) => (size.moved(place), known),
                None => (state.unknown.clone(), false),
            };
        }
        let Some(alias) = state.shape.alias() else {
            // A wrong kind of shape is reported by the check.
            let size = state.shape.number().map(|number| Size::Number(number, place));
            return (size.unwrap_or_else(|| state.unknown.clone()), known);
        };
        if !known {
            return (state.unknown.clone(), false);
        }
        if !parameters.is_empty() {
            errors.push(errors::cannot_infer_generic(place, &state.source.text));
            return (state.unknown.clone(), false);
        }
        let words = format!("the {} of {}", shape.axes[axis].nouns[1], state.source.text);
        let number = Size::Number(axis as u64, place);
        let size = match takes {
            Takes::Steps(_) => Size::asked(&FEATURES, alias.clone(), Vec::new(), words, place),
            Takes::Any | Takes::Shape(_) | Takes::Pair(_) => {
                Size::asked(&AXIS, alias.clone(), vec![number], words, place)
            }
        };
        (size, true)
    }
}
