//! Which layers does the library provide, and what does each give for its input?
//!
//! A layer is one file with a constant [`Spec`], named in the list below. Everything else that the macro knows about layers
//! follows from these constants.

use proc_macro2::Ident;

use crate::identifier;
use crate::place::Place;
use crate::shape::{Shape, ShapeSpec};

mod written;

mod spec;

mod elsewhere;

mod bias;
mod convolution;
mod recurrent;

mod window;

mod avg_pool1d;
mod avg_pool2d;
mod batch_norm;
mod conv1d;
mod conv2d;
mod conv_transpose2d;
mod cross_attention;
mod dense;
mod dropout;
mod dropout2d;
mod elu;
mod embedding;
mod first;
mod flatten;
mod gelu;
mod gelu_tanh;
mod global_avg_pool1d;
mod global_avg_pool2d;
mod global_max_pool1d;
mod global_max_pool2d;
mod group_norm;
mod gru;
mod hard_sigmoid;
mod hard_silu;
mod hard_tanh;
mod identity;
mod last_step;
mod layer_norm;
mod leaky_relu;
mod lstm;
mod max_pool1d;
mod max_pool2d;
mod p_relu;
mod pad;
mod position_embedding;
mod relu;
mod reshape;
mod rms_norm;
mod rnn;
mod second;
mod self_attention;
mod selu;
mod sigmoid;
mod silu;
mod sine_position_encoding;
mod softmax;
mod softplus;
mod softsign;
mod tanh;
mod upsample;

#[cfg(test)]
pub(crate) use elsewhere::NAMES;
pub(crate) use elsewhere::meant;
#[cfg(feature = "examples")]
pub(crate) use spec::sizes_in;
pub(crate) use spec::{Flow, Parameters, Slot, Spec, Takes};
pub(crate) use written::{Argument, Large, Relation, Requirement, Resolved, Type, Written};

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
    &first::SPEC,
    &second::SPEC,
    &last_step::SPEC,
    &global_avg_pool1d::SPEC,
    &global_max_pool1d::SPEC,
    &embedding::SPEC,
    &position_embedding::SPEC,
    &sine_position_encoding::SPEC,
    &rnn::SPEC,
    &gru::SPEC,
    &lstm::SPEC,
    &self_attention::SPEC,
    &cross_attention::SPEC,
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

impl Spec {
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

/// Returns the layers without sizes and settings that turn `input`, which has steps, into one step, for messages.
pub(crate) fn making_step(input: &Shape) -> impl Iterator<Item = &'static Spec> {
    let of_steps = |layer: &&&Spec| matches!(layer.takes, Takes::Shape(spec) if input.is_a(spec));
    let plain = |layer: &&&Spec| layer.flow == Flow::Changes && layer.sizes.is_empty() && layer.settings.is_empty();
    ALL.iter().filter(of_steps).filter(plain).copied()
}

/// Returns a layer without sizes and settings that converts `input` to `wanted`, for messages.
pub(crate) fn making(wanted: &'static ShapeSpec, input: &Shape) -> Option<&'static Spec> {
    let plain = |layer: &&&Spec| layer.flow == Flow::Changes && layer.sizes.is_empty() && layer.settings.is_empty();
    let written = Written { sizes: &[], settings: &[], input, unknown: input, layer: "", place: Place::call() };
    ALL.iter().filter(plain).find(|layer| (layer.resolve)(&written).gives.is_a(wanted)).copied()
}
