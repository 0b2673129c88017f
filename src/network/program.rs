//! What runs over a network with the best instructions of the machine: the bodies of the calls in `network`.

use alloc::boxed::Box;
use alloc::string::{String, ToString};

use crate::block::{Gradient, with_scratch};
use crate::kernel::{Isa, Kernels, Program, dispatch};
use crate::layer::{Backward as LayerBackward, Layer, Pass, Plan};
use crate::loss::{Loss, Values};
use crate::network::{Network, PlanOf, Sample, cut};
use crate::scalar::Scalar;
use crate::shape::Shape;

/// How many sums of gradients a batch is split into, at most, whoever computes them.
const SHARDS: usize = 8;
/// Sums that can wait at the same time when neighbours are added as soon as both are there: log₂ of `SHARDS`, and one.
const WAITING: usize = 4;

pub(super) struct Infer<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) input: &'a [N::Scalar],
    pub(super) output: &'a mut [N::Scalar],
    pub(super) scratch: &'a mut [N::Scalar],
}

impl<N: Network> Program for Infer<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        N::trace(self.network, isa, self.input, self.output, self.scratch, &mut |_, _| {});
    }
}

pub(super) struct Forward<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
}

impl<N: Network> Program for Forward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let Self { network, pass, input, logits, cache } = self;
        N::Architecture::forward_logits::<N::Input, N::Scalar, I>(isa, network, &(), pass, input, logits, cache);
    }
}

pub(super) struct Backward<'a, N: Network> {
    pub(super) network: &'a N,
    pub(super) pass: &'a Pass,
    pub(super) input: &'a [N::Scalar],
    pub(super) logits: &'a [N::Scalar],
    pub(super) grad_logits: &'a mut [N::Scalar],
    pub(super) cache: &'a mut [N::Scalar],
    pub(super) gradient: &'a mut N,
}

impl<N: Network> Program for Backward<'_, N> {
    type Output = ();

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) {
        let memory = LayerBackward {
            input: self.input,
            output: self.logits,
            cache: self.cache,
            grad_output: self.grad_logits,
            grad_input: None,
        };
        let Self { network, pass, gradient, .. } = self;
        N::Architecture::backward_logits::<N::Input, N::Scalar, I>(isa, network, &(), pass, memory, gradient);
    }
}

/// The losses of one tile, on its logits, which it leaves at the start of the memory.
pub(super) struct TileLoss<'a, N: Network, L: Loss<N::Output>> {
    pub(super) network: &'a N,
    pub(super) loss: &'a L,
    pub(super) inputs: &'a [Sample<N, N::Input>],
    pub(super) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(super) memory: &'a mut [N::Scalar],
}

impl<N: Network, L: Loss<N::Output>> Program for TileLoss<'_, N, L> {
    type Output = N::Scalar;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> N::Scalar {
        let Self { network, loss, inputs, targets, memory } = self;
        let (logits, _, cache) = cut::<N>(memory, inputs.len());
        let input = N::Input::flat_batch(inputs);
        Forward { network, pass: &Pass::inference(), input, logits: &mut *logits, cache }.run(isa);
        let sum = loss.evaluate(isa, logits, targets, N::Scalar::ONE, None);
        if N::Output::PROBABILITIES {
            N::Scalar::softmax(isa, N::Logits::LEN, logits);
        }
        sum
    }
}

/// The mean loss of a batch and its gradient, tile by tile.
///
/// Tile t of n belongs to shard ⌊t·S/n⌋ of S = min(n, 8). A shard adds its tiles in order; shards are added
/// ((0+1)+(2+3))+((4+5)+(6+7)), missing ones left out. The order depends on nothing but the size of the batch.
pub(super) struct BatchGradient<'a, N: Network, L: Loss<N::Output>> {
    pub(super) network: &'a N,
    pub(super) loss: &'a L,
    pub(super) pass: &'a Pass,
    pub(super) inputs: &'a [Sample<N, N::Input>],
    pub(super) targets: &'a [Values<L, N::Output, N::Scalar>],
    pub(super) memory: &'a mut [N::Scalar],
    pub(super) shards: &'a mut [Box<N>],
    pub(super) gradient: &'a mut Gradient<N>,
}

impl<N: Network, L: Loss<N::Output>> Program for BatchGradient<'_, N, L> {
    type Output = N::Scalar;

    #[inline(always)]
    fn run<I: Isa>(mut self, isa: I) -> N::Scalar {
        let tiles = self.inputs.len().div_ceil(N::TILE);
        let count = tiles.min(SHARDS);
        // Sums of neighbours that wait for the sum of as many shards after them, the earliest first.
        let mut losses = [N::Scalar::ZERO; WAITING];
        let mut waiting = 0;
        for shard in 0..count {
            losses[waiting] =
                self.shard(isa, waiting, first_tile(shard, tiles, count)..first_tile(shard + 1, tiles, count));
            waiting += 1;
            // A sum is complete with every shard whose number ends in a one in binary, and again for the next digit.
            for _ in 0..shard.trailing_ones() {
                waiting -= 1;
                self.merge(isa, &mut losses, waiting);
            }
        }
        while waiting > 1 {
            waiting -= 1;
            self.merge(isa, &mut losses, waiting);
        }
        losses[0] * self.weight()
    }
}

/// The first tile t with ⌊t·count/tiles⌋ = shard.
fn first_tile(shard: usize, tiles: usize, count: usize) -> usize {
    (shard * tiles).div_ceil(count)
}

impl<N: Network, L: Loss<N::Output>> BatchGradient<'_, N, L> {
    fn weight(&self) -> N::Scalar {
        N::Scalar::ONE / N::Scalar::from_count(self.inputs.len())
    }

    /// The sum of the losses of some tiles; their gradient replaces sum number `place`.
    #[inline(always)]
    fn shard<I: Isa>(&mut self, isa: I, place: usize, tiles: core::ops::Range<usize>) -> N::Scalar {
        let weight = self.weight();
        let gradient: &mut N = match place.checked_sub(1) {
            None => self.gradient,
            Some(index) => &mut self.shards[index],
        };
        gradient.set_to_zero();
        let mut sum = N::Scalar::ZERO;
        for tile in tiles {
            let samples = tile * N::TILE..self.inputs.len().min((tile + 1) * N::TILE);
            let pass = Pass { first_sample: self.pass.first_sample + samples.start, ..*self.pass };
            let (logits, grad_logits, cache) = cut::<N>(self.memory, samples.len());
            let input = N::Input::flat_batch(&self.inputs[samples.clone()]);
            let network = self.network;
            Forward { network, pass: &pass, input, logits: &mut *logits, cache: &mut *cache }.run(isa);
            sum += self.loss.evaluate(isa, logits, &self.targets[samples], weight, Some(&mut *grad_logits));
            Backward { network, pass: &pass, input, logits, grad_logits, cache, gradient: &mut *gradient }.run(isa);
        }
        sum
    }

    /// Adds sum number `from` to the one before it.
    #[inline(always)]
    fn merge<I: Isa>(&mut self, isa: I, losses: &mut [N::Scalar; WAITING], from: usize) {
        let addend = losses[from];
        losses[from - 1] += addend;
        let (earlier, later) = self.shards.split_at_mut(from - 1);
        let sum: &mut N = match earlier.last_mut() {
            None => self.gradient,
            Some(sum) => sum,
        };
        N::Scalar::add_assign(isa, sum.parameters_mut(), later[0].parameters());
    }
}

/// Where the first number that is not finite stands: a tensor of parameters, the input, or the output of a layer.
pub(super) fn first_non_finite<N: Network>(network: &N, inputs: &[Sample<N, N::Input>]) -> Option<String> {
    if let Some(tensor) = network.non_finite_tensor() {
        return Some(tensor);
    }
    inputs.iter().find_map(|input| {
        let input = N::Input::flat(input);
        if !input.iter().all(|x| x.is_finite()) {
            return Some("input".to_string());
        }
        let lengths = <PlanOf<N> as Plan>::INFERENCE_LEN + N::Output::LEN;
        with_scratch(lengths, |memory| {
            let (output, scratch) = memory.split_at_mut(N::Output::LEN);
            dispatch(Trace { network, input, output, scratch }).map(ToString::to_string)
        })
    })
}

/// The first layer whose output for one sample is not finite.
struct Trace<'a, N: Network> {
    network: &'a N,
    input: &'a [N::Scalar],
    output: &'a mut [N::Scalar],
    scratch: &'a mut [N::Scalar],
}

impl<N: Network> Program for Trace<'_, N> {
    type Output = Option<&'static str>;

    #[inline(always)]
    fn run<I: Isa>(self, isa: I) -> Option<&'static str> {
        let mut first = None;
        N::trace(self.network, isa, self.input, self.output, self.scratch, &mut |layer, output| {
            if first.is_none() && !output.iter().all(|x| x.is_finite()) {
                first = Some(layer);
            }
        });
        first
    }
}

#[cfg(test)]
mod tests {
    use super::{SHARDS, first_tile};

    #[test]
    fn every_tile_belongs_to_the_shard_that_the_formula_says() {
        for tiles in 1..100 {
            let count = usize::min(tiles, SHARDS);
            for shard in 0..count {
                for tile in first_tile(shard, tiles, count)..first_tile(shard + 1, tiles, count) {
                    assert_eq!(tile * count / tiles, shard, "tile {tile} of {tiles}");
                }
            }
            assert_eq!((first_tile(0, tiles, count), first_tile(count, tiles, count)), (0, tiles));
        }
    }
}
