//! Residual blocks whose input passes through a layer before it is added.

use core::fmt::{self, Debug};
use core::marker::PhantomData;
use core::ops::{Deref, DerefMut};

use rand::Rng as RandomSource;

use crate::flat_parameters::{FlatParameters, flat_parameters};
use crate::initializer::Initializer;
use crate::kernel::{Isa, Kernels, UpdateKernels};
use crate::layer::residual::{Inner, Residual};
use crate::layer::{
    Backward, DefaultSettings, Forward, Layer, Mixing, NextStep, Origins, Plan, Site, SiteOf, StreamPlan, Takes,
};
#[cfg(feature = "onnx")]
use crate::onnx::{Graph, Result, Value};
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::tensor::{TableEntry, TensorTable};

/// The parameters of a [`Residual`] block with a shortcut. It dereferences to the parameters of the inner layers, so their
/// fields are fields of the block too: `network.block.hidden` beside `network.block.shortcut`.
///
/// `FROZEN` tells whether optimizers leave the shortcut unchanged.
#[repr(C)]
pub struct Projected<L, S, const FROZEN: bool = false> {
    /// The parameters of the inner layers.
    layers: L,
    /// The parameters of the shortcut.
    pub shortcut: S,
}

flat_parameters!(
    [L: FlatParameters<T>, S: FlatParameters<T>, const FROZEN: bool,] Projected<L, S, FROZEN>,
    TensorTable::Layers(&[
        TableEntry { name: "", offset: 0, frozen: false, table: <L as FlatParameters<T>>::TENSORS },
        TableEntry {
            name: "shortcut",
            offset: core::mem::offset_of!(Self, shortcut) / size_of::<T>(),
            frozen: FROZEN,
            table: <S as FlatParameters<T>>::TENSORS,
        },
    ])
);

impl<L, S, const FROZEN: bool> Deref for Projected<L, S, FROZEN> {
    type Target = L;

    fn deref(&self) -> &L {
        &self.layers
    }
}

impl<L, S, const FROZEN: bool> DerefMut for Projected<L, S, FROZEN> {
    fn deref_mut(&mut self) -> &mut L {
        &mut self.layers
    }
}

impl<L: Debug, S, const FROZEN: bool> Debug for Projected<L, S, FROZEN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Projected").field("layers", &self.layers).finish_non_exhaustive()
    }
}

/// The settings of a [`Residual`] block with a shortcut: those of the shortcut.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shortcut<S> {
    /// The settings of the layer.
    pub settings: S,
    /// The initializer of its weights, if it is not the one that suits the layers after the block.
    pub initializer: Option<Initializer>,
}

/// A residual block that is written as a type has the settings that its shortcut has if none are written.
#[diagnostic::do_not_recommend]
impl<S: DefaultSettings> DefaultSettings for Shortcut<S> {
    const DEFAULT: Self = Self { settings: S::DEFAULT, initializer: None };
}

/// The plan of [`Residual`] around `L` with the shortcut `S`.
#[derive(Clone, Copy, Debug)]
pub struct ProjectionPlan<L, S, In>(PhantomData<(L, S, In)>);

impl<L: Layer, S: Layer, In: Shape> ProjectionPlan<L, S, In> {
    /// The number of elements of the output.
    const LEN: usize = <S::Output<In> as Shape>::LEN;
    /// The number of elements of a step of the output.
    const STEP_LEN: usize = <<S::Output<In> as Shape>::Step as Shape>::LEN;
    /// The lengths of the pieces of memory: the caches, the output of the inner layers, the output of the shortcut or the
    /// gradient of the output, a second one of these if the shortcut reads its output in `backward`, and a gradient of the input.
    const PIECES: [usize; 6] = [
        Inner::<L, In>::CACHE_LEN,
        Inner::<S, In>::CACHE_LEN,
        if Inner::<L, In>::READS_OUTPUT { Self::LEN } else { 0 },
        Self::LEN,
        if Inner::<S, In>::READS_OUTPUT { Self::LEN } else { 0 },
        In::LEN,
    ];

    /// Cuts the memory of a block into these pieces.
    #[inline(always)]
    fn cut<T>(cache: &mut [T], samples: usize) -> [&mut [T]; 6] {
        let mut rest = cache;
        Self::PIECES.map(|len| {
            let (piece, after) = core::mem::take(&mut rest).split_at_mut(samples * len);
            rest = after;
            piece
        })
    }
}

/// The position of a shortcut in a pass, unlike that of any of the layers beside it.
const SHORTCUT: u64 = u64::MAX - 1;

/// Returns the smaller of two numbers of rows.
const fn smaller(one: usize, other: usize) -> usize {
    if one < other { one } else { other }
}

/// Returns the number of rows that a layer multiplies by its weights. A layer without parameters has none.
const fn rows<L: Layer, In: Shape>() -> usize {
    if size_of::<L::With<f32>>() == 0 { usize::MAX } else { Inner::<L, In>::ROWS }
}

/// Returns the larger of two lengths.
const fn larger(one: usize, other: usize) -> usize {
    if one > other { one } else { other }
}

impl<L: Layer, S: Layer, In: Shape> Plan for ProjectionPlan<L, S, In> {
    const CACHE_LEN: usize = {
        let [layers, shortcut, given, added, kept, spare] = Self::PIECES;
        layers + shortcut + given + added + kept + spare
    };
    const FULL_CACHE_LEN: usize = {
        let [_, _, given, added, kept, spare] = Self::PIECES;
        Inner::<L, In>::FULL_CACHE_LEN + Inner::<S, In>::FULL_CACHE_LEN + given + added + kept + spare
    };
    const INFERENCE_LEN: usize = Self::LEN + larger(Inner::<L, In>::INFERENCE_LEN, Inner::<S, In>::INFERENCE_LEN);
    const MULTIPLY_ADDS: u64 = Inner::<L, In>::MULTIPLY_ADDS + Inner::<S, In>::MULTIPLY_ADDS;
    const READS_INPUT: bool = Inner::<L, In>::READS_INPUT || Inner::<S, In>::READS_INPUT;
    const READS_OUTPUT: bool = false;
    const SUMS_FROM_ZERO: bool = sums_from_zero::<L, In>() && sums_from_zero::<S, In>();
    const SAMPLES_TOGETHER: usize = larger(Inner::<L, In>::SAMPLES_TOGETHER, Inner::<S, In>::SAMPLES_TOGETHER);
    const ROWS: usize = smaller(rows::<L, In>(), rows::<S, In>());
    const MIXING: Mixing = Inner::<L, In>::MIXING.and(Inner::<S, In>::MIXING);
    const ALLOWS_PADDING: bool = Inner::<L, In>::ALLOWS_PADDING && Inner::<S, In>::ALLOWS_PADDING;
    const ORIGINS: Origins = Inner::<S, In>::ORIGINS;
    const STREAM: Option<StreamPlan> = match StreamPlan::joint(Inner::<L, In>::STREAM, Inner::<S, In>::STREAM) {
        Some(plan) => Some(plan.with_scratch(Self::STEP_LEN)),
        None => None,
    };
}

/// Returns whether a layer starts its sums from zero. A layer without parameters has none.
const fn sums_from_zero<L: Layer, In: Shape>() -> bool {
    Inner::<L, In>::SUMS_FROM_ZERO || size_of::<L::With<f32>>() == 0
}

impl<L: Layer<Settings = ()>, S: Layer, const FROZEN: bool> Layer for Residual<L, S, FROZEN> {
    type Output<In: Shape> = <S::Output<In> as Shape>::Plain;
    type Logits<In: Shape> = <S::Output<In> as Shape>::Plain;
    type With<T: Scalar> = Projected<L::With<T>, S::With<T>, FROZEN>;
    type Settings = Shortcut<S::Settings>;
    type Plan<In: Shape> = ProjectionPlan<L, S, In>;

    fn initialization(_: &Shortcut<S::Settings>, next: Initializer) -> Initializer {
        L::initialization(&(), next)
    }

    fn initialize<T: Scalar, R: RandomSource + ?Sized>(
        parameters: &mut Self::With<T>,
        settings: &Shortcut<S::Settings>,
        initializer: Initializer,
        rng: &mut R,
    ) {
        L::initialize::<T, R>(&mut parameters.layers, &(), initializer, rng);
        let initializer = settings.initializer.unwrap_or(initializer);
        S::initialize::<T, R>(&mut parameters.shortcut, &settings.settings, initializer, rng);
    }

    #[inline(always)]
    fn forward<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Site { parameters, settings: Shortcut { settings, .. }, pass } = site;
        let Forward { input, output, cache, mut phase } = memory;
        let [layers, shortcut, given, added, _, _] = ProjectionPlan::<L, S, In>::cut(cache, input.len() / In::LEN);
        let is_last = phase.is_last::<Self::Plan<In>>();
        if let Some(phase) = phase.of_branch::<Inner<L, In>>() {
            let inner = Site { parameters: &parameters.layers, settings: &(), pass };
            L::forward::<In, T, I>(isa, inner, Forward { input, output: &mut *output, cache: layers, phase });
        }
        if let Some(phase) = phase.of_branch::<Inner<S, In>>() {
            let bypass = Site { parameters: &parameters.shortcut, settings, pass: &pass.at(SHORTCUT) };
            S::forward::<In, T, I>(isa, bypass, Forward { input, output: &mut *added, cache: shortcut, phase });
        }
        if is_last {
            if Inner::<L, In>::READS_OUTPUT {
                given.copy_from_slice(output);
            }
            <T as UpdateKernels>::add_assign(isa, output, added);
        }
    }

    #[inline(always)]
    fn infer<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: Forward<'_, T>) {
        let Site { parameters, settings: Shortcut { settings, .. }, pass } = site;
        let Forward { input, output, cache, phase } = memory;
        let samples = input.len() / In::LEN;
        let (added, scratch) = cache.split_at_mut(output.len());
        let inner = Site { parameters: &parameters.layers, settings: &(), pass };
        let cache = &mut scratch[..samples * Inner::<L, In>::INFERENCE_LEN];
        L::infer::<In, T, I>(isa, inner, Forward { input, output: &mut *output, cache, phase: phase.inference() });
        let bypass = Site { parameters: &parameters.shortcut, settings, pass };
        let cache = &mut scratch[..samples * Inner::<S, In>::INFERENCE_LEN];
        S::infer::<In, T, I>(isa, bypass, Forward { input, output: &mut *added, cache, phase: phase.inference() });
        <T as UpdateKernels>::add_assign(isa, output, added);
    }

    #[inline(always)]
    fn step<In: Shape, T: Kernels, I: Isa>(isa: I, site: SiteOf<'_, Self, T>, memory: NextStep<'_, T>) {
        let Site { parameters, settings: Shortcut { settings, .. }, pass } = site;
        let NextStep { input, output, state, scratch, position } = memory;
        let (added, scratch) = scratch.split_at_mut(output.len());
        let (of_layers, of_shortcut) = state.split_at_mut(Inner::<L, In>::STREAM.map_or(0, |plan| plan.state));
        let inner = Site { parameters: &parameters.layers, settings: &(), pass };
        let memory = NextStep { input, output: &mut *output, state: of_layers, scratch: &mut *scratch, position };
        L::step::<In, T, I>(isa, inner, memory);
        let bypass = Site { parameters: &parameters.shortcut, settings, pass };
        S::step::<In, T, I>(
            isa,
            bypass,
            NextStep { input, output: &mut *added, state: of_shortcut, scratch, position },
        );
        <T as UpdateKernels>::add_assign(isa, output, added);
    }

    #[inline(always)]
    fn backward<In: Shape, T: Kernels, I: Isa>(
        isa: I,
        site: SiteOf<'_, Self, T>,
        memory: Backward<'_, T>,
        gradient: &mut Self::With<T>,
    ) {
        let Site { parameters, settings: Shortcut { settings, .. }, pass } = site;
        let Backward { input, cache, grad_output, mut grad_input, accumulate, mut phase, .. } = memory;
        let samples = grad_output.len() / ProjectionPlan::<L, S, In>::LEN;
        let [layers, shortcut, given, added, kept, spare] = ProjectionPlan::<L, S, In>::cut(cache, samples);
        let (output, copy): (&[T], _) = if Inner::<S, In>::READS_OUTPUT { (added, kept) } else { (&[], added) };
        if phase.passed() == 0 {
            // The inner layers may overwrite the gradient of their output.
            copy.copy_from_slice(grad_output);
        }
        let is_last = phase.is_last::<Self::Plan<In>>();
        if let Some(phase) = phase.of_branch::<Inner<L, In>>() {
            let inner = Site { parameters: &parameters.layers, settings: &(), pass };
            let memory = Backward {
                input: if Inner::<L, In>::READS_INPUT { input } else { &[] },
                output: given,
                cache: layers,
                grad_output,
                grad_input: grad_input.as_deref_mut(),
                accumulate,
                phase,
            };
            L::backward::<In, T, I>(isa, inner, memory, &mut gradient.layers);
        }
        if let Some(phase) = phase.of_branch::<Inner<S, In>>() {
            let bypass = Site { parameters: &parameters.shortcut, settings, pass: &pass.at(SHORTCUT) };
            let memory = Backward {
                input: if Inner::<S, In>::READS_INPUT { input } else { &[] },
                output,
                cache: shortcut,
                grad_output: copy,
                grad_input: grad_input.is_some().then_some(&mut *spare),
                accumulate,
                phase,
            };
            S::backward::<In, T, I>(isa, bypass, memory, &mut gradient.shortcut);
        }
        if let Some(grad_input) = grad_input.filter(|_| is_last) {
            <T as UpdateKernels>::add_assign(isa, grad_input, spare);
        }
    }

    #[cfg(feature = "onnx")]
    fn onnx<In: Shape, T: Scalar>(site: SiteOf<'_, Self, T>, graph: &mut Graph, input: &Value) -> Result<Value> {
        let Site { parameters, settings: Shortcut { settings, .. }, pass } = site;
        let inner = Site { parameters: &parameters.layers, settings: &(), pass };
        let output = L::onnx::<In, T>(inner, graph, input)?;
        let bypass = Site { parameters: &parameters.shortcut, settings, pass };
        let added = graph.within("shortcut", "", |graph| S::onnx::<In, T>(bypass, graph, input))?;
        Ok(graph.node("Add", &[&output, &added], &[]))
    }
}

impl<In, L, S, const FROZEN: bool> Takes<In> for Residual<L, S, FROZEN>
where
    In: Shape,
    S: Takes<In>,
    L: Takes<In> + Layer<Settings = (), Output<In> = <<S as Layer>::Output<In> as Shape>::Plain>,
{
}
