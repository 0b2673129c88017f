//! At which rate does each segment of the parameters learn?

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Result};
use crate::optimizer::frozen::Frozen;
use crate::tensor::{Place, TensorTable};

/// The factors of the learning rate, for all parameters and for individual layers.
#[derive(Clone, Debug)]
pub(super) struct Rates {
    pub(super) all: f64,
    /// Dotted names of layers or tensors, each at most once.
    layers: Vec<(String, f64)>,
    /// The tensors that are frozen at run time.
    pub(super) frozen: Frozen,
}

/// A range of elements with the same factor and the same decay.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Segment {
    pub(super) range: Range<usize>,
    /// The factor of the learning rate.
    pub(super) factor: f64,
    /// Whether the elements are weights, which decay, and not biases.
    pub(super) decays: bool,
}

impl Rates {
    pub(super) const ONE: Self = Self { all: 1.0, layers: Vec::new(), frozen: Frozen::NONE };

    pub(super) fn set(&mut self, name: &str, factor: f64) {
        self.layers.retain(|(known, _)| known != name);
        self.layers.push((String::from(name), factor));
    }

    /// Checks that the factors are in range and that the table has the names.
    pub(super) fn check(&self, table: TensorTable) -> Result<()> {
        if !(self.all.is_finite() && self.all >= 0.0) {
            let (name, allowed) = ("factor of the learning rate", "a finite number of at least 0");
            return Err(Error::Setting { name, value: self.all, allowed });
        }
        for (layer, value) in &self.layers {
            if !(value.is_finite() && *value > 0.0) {
                let (name, allowed) = ("factor of the learning rate of a layer", "a finite number above 0");
                return Err(Error::Setting { name, value: *value, allowed });
            }
            let mut is_known = false;
            table.for_each_learned(&mut |place, _, _| is_known |= place.is_in(layer));
            if !is_known {
                return Err(Error::UnknownLayer { name: layer.clone(), layers: names(table) });
            }
        }
        Ok(())
    }

    /// Returns the largest factor of any segment.
    pub(super) fn largest(&self) -> f64 {
        self.all * self.layers.iter().fold(1.0, |largest: f64, &(_, factor)| largest.max(factor))
    }

    /// Returns the factor of a tensor: that of the longest name that matches it.
    fn of(&self, place: &Place<'_>) -> f64 {
        let inside = self.layers.iter().filter(|(name, _)| place.is_in(name));
        self.all * inside.max_by_key(|(name, _)| name.len()).map_or(1.0, |&(_, factor)| factor)
    }

    /// Calls `visit` with every segment of trained elements. If `decays` is true, segments that decay are separated from those
    /// that do not. An empty table stands for plain slices, where every element is trained. Allocates nothing.
    pub(super) fn for_each_segment(
        &self,
        table: TensorTable,
        count: usize,
        decays: bool,
        visit: &mut dyn FnMut(Segment),
    ) {
        let visit = &mut |segment: Segment| {
            let Segment { range, factor, decays } = segment;
            self.frozen.for_each_free(range, &mut |range| visit(Segment { range, factor, decays }));
        };
        if table.is_empty() {
            return visit(Segment { range: 0..count, factor: self.all, decays });
        }
        if self.layers.is_empty() && !decays {
            return table.for_each_trainable(&mut |range| visit(Segment { range, factor: self.all, decays }));
        }
        let mut segment = Segment { range: 0..0, factor: self.all, decays };
        table.for_each_learned(&mut |place, kind, range| {
            let (factor, decays) = (self.of(place), decays && kind.is_decayed());
            if segment.range.end == range.start && segment.factor == factor && segment.decays == decays {
                segment.range.end = range.end;
                return;
            }
            let finished = core::mem::replace(&mut segment, Segment { range, factor, decays });
            if !finished.range.is_empty() {
                visit(finished);
            }
        });
        if !segment.range.is_empty() {
            visit(segment);
        }
    }

    /// Calls `visit` with the range of every statistic that is not frozen. Allocates nothing.
    pub(super) fn for_each_statistic(&self, table: TensorTable, visit: &mut dyn FnMut(Range<usize>)) {
        table.for_each_statistic(&mut |range| self.frozen.for_each_free(range, visit));
    }
}

/// Returns the dotted names of the layers that are trained, or of the tensors of a single layer.
fn names(table: TensorTable) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for tensor in table.list().into_iter().filter(|tensor| !tensor.frozen && !tensor.kind.is_statistic()) {
        let name = tensor.name.rsplit_once('.').map_or(tensor.name.as_str(), |(layer, _)| layer);
        if names.last().is_none_or(|last| last != name) {
            names.push(String::from(name));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Rates, Segment};
    use crate::error::Error;
    use crate::tensor::{TableEntry, Tensor, TensorKind, TensorTable};

    const DENSE: TensorTable = TensorTable::Tensors(&[
        Tensor { name: "weight", shape: &[2, 3], offset: 0, kind: TensorKind::Weight },
        Tensor { name: "bias", shape: &[2], offset: 6, kind: TensorKind::Bias },
    ]);
    const NETWORK: TensorTable = TensorTable::Layers(&[
        TableEntry { name: "a", offset: 0, frozen: false, table: DENSE },
        TableEntry { name: "b", offset: 8, frozen: true, table: DENSE },
        TableEntry { name: "c", offset: 16, frozen: false, table: DENSE },
        TableEntry { name: "d", offset: 24, frozen: false, table: DENSE },
    ]);

    fn segments(rates: &Rates, decays: bool) -> Vec<(core::ops::Range<usize>, f64, bool)> {
        let mut segments = Vec::new();
        rates.for_each_segment(NETWORK, 32, decays, &mut |Segment { range, factor, decays }| {
            segments.push((range, factor, decays));
        });
        segments
    }

    #[test]
    fn segments_end_where_the_factor_or_the_kind_changes() {
        let mut rates = Rates { all: 2.0, ..Rates::ONE };
        assert_eq!(segments(&rates, false), [(0..8, 2.0, false), (16..32, 2.0, false)]);
        let apart = [(0..6, 2.0, true), (6..8, 2.0, false), (16..22, 2.0, true), (22..24, 2.0, false)];
        assert_eq!(segments(&rates, true)[..4], apart);
        rates.set("c", 0.5);
        rates.set("c.bias", 4.0);
        rates.set("c", 0.25);
        assert_eq!(
            segments(&rates, false),
            [(0..8, 2.0, false), (16..22, 0.5, false), (22..24, 8.0, false), (24..32, 2.0, false)]
        );
        assert_eq!(rates.largest(), 8.0);
        assert_eq!(rates.check(NETWORK), Ok(()));
    }

    #[test]
    fn unknown_names_and_factors_out_of_range_are_refused() {
        for nothing in ["b", "x", "a.x", ""] {
            let mut rates = Rates::ONE;
            rates.set(nothing, 0.5);
            let error = rates.check(NETWORK).unwrap_err();
            let layers = ["a", "c", "d"].map(Into::into).to_vec();
            assert_eq!(error, Error::UnknownLayer { name: nothing.into(), layers });
        }
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            let mut rates = Rates::ONE;
            rates.set("a", bad);
            assert!(matches!(rates.check(NETWORK), Err(Error::Setting { .. })), "{bad}");
            let rates = Rates { all: bad, ..Rates::ONE };
            assert_eq!(rates.check(NETWORK).is_ok(), bad == 0.0);
        }
    }
}
