//! How many steps does a padded sequence have, and which layers know it?

use crate::scalar::Scalar;
use crate::shape::{MOST_PARTS, PaddedPart, Shape};

/// The samples of a pass, which say how many steps their padded sequences have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PaddedSamples<'a, T> {
    /// The elements of all samples.
    elements: &'a [T],
    /// The number of elements of a sample.
    len: usize,
    /// The place of each part of a sample.
    parts: &'static [Option<PaddedPart>],
}

impl<'a, T: Scalar> PaddedSamples<'a, T> {
    /// Returns the numbers of steps of samples of shape `S`.
    #[inline(always)]
    pub(crate) const fn of<S: Shape>(elements: &'a [T]) -> Self {
        Self { elements, len: S::LEN, parts: S::PADDED }
    }

    /// Copies the samples to `steps` without the numbers of steps, and with zeros for the padding.
    pub(crate) fn copy_steps(self, steps: &mut [T]) {
        let mut rest = steps;
        for sample in self.elements.chunks_exact(self.len) {
            let mut start = 0;
            for part in self.parts.iter().flatten() {
                let (own, others) = rest.split_at_mut(part.position() - start);
                own.copy_from_slice(&sample[start..part.position()]);
                own[part.start - start + part.count(sample) * part.width..].fill(T::ZERO);
                (rest, start) = (others, part.position() + 1);
            }
            let (own, others) = rest.split_at_mut(self.len - start);
            own.copy_from_slice(&sample[start..]);
            rest = others;
        }
    }
}

/// For each part of an output, the part of the input that has its steps.
///
/// It matters only to layers that take or give a [`Pair`](crate::Pair), since every other shape is one part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origins([u8; MOST_PARTS]);

impl Origins {
    /// Each part of the output has the steps of the same part of the input.
    pub const SAME: Self = Self::from(0);

    /// The steps of the output, if it has some, are none of the input.
    pub const NONE: Self = Self([Self::NO_PART; MOST_PARTS]);
    /// The origin of steps that are none of the input.
    const NO_PART: u8 = u8::MAX;
    /// An origin that may be any part.
    const ANY_PART: u8 = u8::MAX - 1;

    /// The parts of the output have the steps of the parts of the input from `first` on.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "at most 16")]
    pub const fn from(first: usize) -> Self {
        let mut origins = [0; MOST_PARTS];
        let mut part = 0;
        while part < MOST_PARTS {
            origins[part] = (if first + part < MOST_PARTS { first + part } else { MOST_PARTS - 1 }) as u8;
            part += 1;
        }
        Self(origins)
    }

    /// Returns the origins of the parts of an output of the layer `next`, after those of its input.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        let mut origins = next.0;
        let mut part = 0;
        while part < MOST_PARTS {
            if next.0[part] != Self::NO_PART {
                origins[part] = self.0[next.0[part] as usize];
            }
            part += 1;
        }
        Self(origins)
    }

    /// Returns the origins after `count` layers of this kind.
    #[must_use]
    pub const fn times(self, count: usize) -> Self {
        let (mut origins, mut index) = (Self::SAME, 0);
        while index < count {
            origins = origins.then(self);
            index += 1;
        }
        origins
    }

    /// Returns the origins before any of several layers, each of which has the origins `each`, as far as they are known.
    #[must_use]
    pub const fn repeated(self, each: Self) -> Self {
        if each.is_same() { self } else { Self([Self::ANY_PART; MOST_PARTS]) }
    }

    /// Returns the origins of a pair of two outputs, the first of which has `parts` parts.
    #[must_use]
    pub(crate) const fn joined(self, parts: usize, second: Self) -> Self {
        let mut origins = self.0;
        let mut part = parts;
        while part < MOST_PARTS {
            origins[part] = second.0[part - parts];
            part += 1;
        }
        Self(origins)
    }

    /// Returns whether these are [`SAME`](Self::SAME).
    pub(crate) const fn is_same(self) -> bool {
        let mut part = 0;
        while part < MOST_PARTS && self.0[part] as usize == part {
            part += 1;
        }
        part == MOST_PARTS
    }

    /// Returns the origin of a part; a number that no part has if it is none.
    pub(crate) const fn of(self, part: usize) -> usize {
        self.0[part] as usize
    }

    /// Returns the place of the steps of a part in samples of shape `S`, if they are padded.
    pub(crate) const fn place<S: Shape>(self, part: usize) -> Option<PaddedPart> {
        let (mut origin, is_any) = (self.of(part), self.0[part] == Self::ANY_PART);
        if is_any {
            origin = 0;
            while origin < S::PADDED.len() && S::PADDED[origin].is_none() {
                origin += 1;
            }
        }
        if origin < S::PADDED.len() { S::PADDED[origin] } else { None }
    }

    /// Returns whether one of `parts` parts has padded steps in samples of shape `S`.
    #[must_use]
    pub const fn are_padded<S: Shape>(self, parts: usize) -> bool {
        let mut part = 0;
        while part < parts {
            if self.place::<S>(part).is_some() {
                return true;
            }
            part += 1;
        }
        false
    }

    /// Returns whether two sequences with these origins have the same steps in samples of shape `S`.
    pub(crate) const fn have_same_steps<S: Shape>(self, other: Self) -> bool {
        match (self.place::<S>(0), other.place::<S>(0)) {
            (None, None) => true,
            (Some(place), Some(other)) => place.start == other.start,
            _ => false,
        }
    }
}

/// The numbers of steps of the sequences that a layer reads.
#[derive(Clone, Copy, Debug)]
pub struct StepCounts<'a, T> {
    padded: Option<(&'a PaddedSamples<'a, T>, PaddedPart)>,
    /// The number of steps of a sequence that is not padded.
    steps: usize,
}

impl<'a, T: Scalar> StepCounts<'a, T> {
    /// Returns the numbers of steps of a part, if it is one of padded samples, and otherwise `steps` for each sample.
    pub(crate) fn new(samples: Option<&'a PaddedSamples<'a, T>>, part: usize, steps: usize) -> Self {
        let padded = samples.and_then(|samples| Some((samples, *samples.parts.get(part)?.as_ref()?)));
        Self { padded, steps }
    }

    /// Returns whether each sequence has all steps, without padding.
    #[must_use]
    pub const fn are_all(&self) -> bool {
        self.padded.is_none()
    }

    /// Returns the number of steps of the sequence of a sample, at least 1.
    #[must_use]
    #[inline]
    pub fn of(&self, sample: usize) -> usize {
        match self.padded {
            Some((samples, part)) => part.count(&samples.elements[sample * samples.len..][..samples.len]),
            None => self.steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Origins, PaddedSamples, StepCounts};
    use crate::shape::{Both, Padded, Pair, Sequence, Shape, Tokens, Vector};

    type Model = Pair<Padded<Tokens<3, 8>>, Pair<Vector<1>, Padded<Sequence<2, 2>>>>;

    fn samples() -> [<Model as Shape>::Array<f32>; 2] {
        let sample = |tokens: &[u8], value, steps: &[[f32; 2]]| Both {
            first: Padded::<Tokens<3, 8>>::sample(tokens).unwrap(),
            second: Both { first: [value], second: Padded::<Sequence<2, 2>>::sample(steps).unwrap() },
        };
        [sample(&[7, 3], 0.5, &[[1.0; 2], [2.0; 2]]), sample(&[1, 2, 6], 1.5, &[[3.0; 2]])]
    }

    #[test]
    fn steps_are_copied_without_their_numbers() {
        let samples = samples();
        let mut steps = [9.0; 16];
        PaddedSamples::of::<Model>(Model::flat_batch(&samples)).copy_steps(&mut steps);
        let expected = [7.0, 3.0, 0.0, 0.5, 1.0, 1.0, 2.0, 2.0, 1.0, 2.0, 6.0, 1.5, 3.0, 3.0, 0.0, 0.0];
        assert_eq!(steps, expected);
    }

    #[test]
    fn padding_is_zero_whatever_it_was() {
        let mut elements = [7.0_f32, f32::NAN, f32::INFINITY, 1.0];
        let mut steps = [9.0; 3];
        PaddedSamples::of::<Padded<Tokens<3, 8>>>(&elements).copy_steps(&mut steps);
        assert_eq!(steps, [7.0, 0.0, 0.0]);
        // An element that is no number of steps counts as the nearest.
        elements[3] = 99.0;
        elements[1..3].fill(4.0);
        PaddedSamples::of::<Padded<Tokens<3, 8>>>(&elements).copy_steps(&mut steps);
        assert_eq!(steps, [7.0, 4.0, 4.0]);
    }

    #[test]
    fn counts_are_those_of_a_part() {
        let samples = samples();
        let samples = PaddedSamples::of::<Model>(Model::flat_batch(&samples));
        let of = |part, steps| StepCounts::new(Some(&samples), part, steps);
        assert_eq!([0, 1].map(|sample| of(0, 3).of(sample)), [2, 3]);
        assert_eq!([0, 1].map(|sample| of(2, 2).of(sample)), [2, 1]);
        assert!(of(1, 1).are_all() && of(9, 4).are_all() && !of(0, 3).are_all());
        assert_eq!(StepCounts::<f32>::new(None, 0, 5).of(7), 5);
    }

    #[test]
    fn origins_go_through_layers_in_order() {
        let second = Origins::from(1);
        assert_eq!([0, 1].map(|part| second.of(part)), [1, 2]);
        assert_eq!([0, 1].map(|part| second.then(second).of(part)), [2, 3]);
        assert_eq!(second.times(2), second.then(second));
        assert_eq!(Origins::SAME.then(second), second);
        // A pair of the second part and the first one.
        let swapped = second.joined(1, Origins::SAME);
        assert_eq!([0, 1].map(|part| swapped.of(part)), [1, 0]);
        assert_eq!([0, 1].map(|part| swapped.then(swapped).of(part)), [0, 1]);
        assert_eq!(swapped.then(second).of(0), 0);
        assert_eq!(second.then(Origins::NONE), Origins::NONE);
        assert_eq!(Origins::NONE.then(second), Origins::NONE);
        assert!(
            !Origins::NONE.are_padded::<Model>(3) && second.are_padded::<Model>(2) && !second.are_padded::<Model>(1)
        );
        assert!(
            Origins::SAME.have_same_steps::<Model>(Origins::SAME) && second.have_same_steps::<Model>(Origins::NONE)
        );
        assert!(
            !Origins::SAME.have_same_steps::<Model>(Origins::from(2))
                && !second.have_same_steps::<Model>(Origins::SAME)
        );
    }
}
