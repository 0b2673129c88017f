//! In which order are the sums of tiles added, and which memory do they need?

use core::ops::Range;

/// The largest number of sums into which a batch is split, whatever the number of threads.
const SHARDS: usize = 8;

/// The tiles of a batch, split into sums that are added in a fixed order.
///
/// Tile t of n belongs to shard ⌊t·S/n⌋ of S = min(n, 8). A shard adds its tiles in order. Shards are added in the order
/// ((0+1)+(2+3))+((4+5)+(6+7)), without the missing ones. This order depends only on the number of tiles. Threads share the
/// shards: each thread adds a range of them, and two adjacent ranges are added when both are complete.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shards {
    tiles: usize,
    count: usize,
    /// The largest number of shards that one thread adds by itself.
    alone: usize,
    /// Whether the sum of one tile can be added to an existing sum while it is computed, with the same bits.
    in_place: bool,
}

/// The memory that the sum of some shards needs, in addition to that of one tile and of the sum itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// The number of gradients whose sums are added later.
    pub(crate) gradients: usize,
    /// The number of tiles of memory for further threads.
    pub(crate) tiles: usize,
}

impl Shards {
    /// Splits `tiles` tiles, at least 1, for a number of threads.
    pub(crate) fn new(tiles: usize, threads: usize, in_place: bool) -> Self {
        let count = tiles.min(SHARDS);
        // Repeated halving gives equal shares only if the number of threads is a power of two. For other numbers, smaller
        // pieces balance better.
        let alone = if threads.is_power_of_two() { (count / threads).max(1) } else { 1 };
        Self { tiles, count, alone, in_place }
    }

    /// Returns the range of all shards.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.count
    }

    /// Returns the tiles of some shards.
    pub(crate) fn tiles(&self, shards: &Range<usize>) -> Range<usize> {
        // The first tile t with ⌊t·count/tiles⌋ = shard.
        let first = |shard: usize| (shard * self.tiles).div_ceil(self.count);
        first(shards.start)..first(shards.end)
    }

    /// Returns the two ranges whose sums add up to the sum of a range, or `None` if that is a single shard.
    pub(crate) fn halves(shards: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let first = shards.len().next_power_of_two() / 2;
        (shards.len() > 1).then(|| (shards.start..shards.start + first, shards.start + first..shards.end))
    }

    /// Returns whether another thread can add the second half of a range.
    pub(crate) fn is_shared(&self, shards: &Range<usize>) -> bool {
        shards.len() > self.alone
    }

    /// Returns whether the second half of a range can be added directly to the sum of the first, without a gradient for it, if
    /// one thread adds both.
    pub(crate) fn joins_in_place(&self, second: &Range<usize>) -> bool {
        self.in_place && self.tiles(second).len() == 1
    }

    /// Returns the memory that the sum of a range needs.
    pub(crate) fn needs(&self, shards: &Range<usize>) -> Needs {
        let Some((first, second)) = Self::halves(shards) else {
            return Needs::default();
        };
        let (left, right) = (self.needs(&first), self.needs(&second));
        if self.is_shared(shards) {
            return Needs { gradients: left.gradients + 1 + right.gradients, tiles: left.tiles + 1 + right.tiles };
        }
        let for_second = usize::from(!self.joins_in_place(&second));
        Needs { gradients: left.gradients.max(for_second + right.gradients), tiles: 0 }
    }

    /// Returns the number of gradients that the sum of a range needs if all of its parts are kept until they are complete.
    pub(crate) fn gradients_at_once(&self, shards: &Range<usize>) -> usize {
        let Some((first, second)) = Self::halves(shards) else {
            return 0;
        };
        let joined = !self.is_shared(shards) && self.joins_at_once(&first, &second);
        self.gradients_at_once(&first) + if joined { 0 } else { 1 + self.gradients_at_once(&second) }
    }

    /// Returns whether the second half of a range can be added directly to the sum of the first if parts of sums are kept until
    /// they are complete. Parts of the first half that wait must be added to it before the second half is.
    pub(crate) fn joins_at_once(&self, first: &Range<usize>, second: &Range<usize>) -> bool {
        self.joins_in_place(second) && self.gradients_at_once(first) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::{Needs, SHARDS, Shards};
    use alloc::string::{String, ToString};
    use core::ops::Range;

    #[test]
    fn every_tile_belongs_to_the_shard_of_the_formula() {
        for tiles in 1..100 {
            let shards = Shards::new(tiles, 1, true);
            let count = usize::min(tiles, SHARDS);
            assert_eq!((shards.all(), shards.tiles(&shards.all())), (0..count, 0..tiles));
            for shard in 0..count {
                for tile in shards.tiles(&(shard..shard + 1)) {
                    assert_eq!(tile * count / tiles, shard, "tile {tile} of {tiles}");
                }
            }
        }
    }

    fn order(shards: &Range<usize>) -> String {
        match Shards::halves(shards) {
            None => shards.start.to_string(),
            Some((first, second)) => ["(", &order(&first), "+", &order(&second), ")"].concat(),
        }
    }

    #[test]
    fn shards_are_added_in_the_documented_order() {
        let documented = "(((0+1)+(2+3))+((4+5)+(6+7)))";
        assert_eq!(order(&(0..8)), documented);
        assert_eq!(order(&(0..7)), "(((0+1)+(2+3))+((4+5)+6))");
        assert_eq!(order(&(0..5)), "(((0+1)+(2+3))+4)");
        assert_eq!(order(&(0..3)), "((0+1)+2)");
        assert_eq!(order(&(0..2)), "(0+1)");
    }

    #[test]
    fn one_thread_needs_few_gradients() {
        let alone = |tiles, in_place| {
            let shards = Shards::new(tiles, 1, in_place);
            shards.needs(&shards.all())
        };
        for (tiles, in_place, apart) in
            [(1, 0, 0), (2, 0, 1), (3, 0, 1), (4, 1, 2), (7, 1, 2), (8, 2, 3), (9, 2, 3), (16, 3, 3), (100, 3, 3)]
        {
            assert_eq!(alone(tiles, true), Needs { gradients: in_place, tiles: 0 }, "{tiles} tiles");
            assert_eq!(alone(tiles, false), Needs { gradients: apart, tiles: 0 }, "{tiles} tiles");
        }
    }

    #[test]
    fn every_further_thread_has_a_tile_and_a_gradient() {
        let shared = |tiles, threads| {
            let shards = Shards::new(tiles, threads, true);
            shards.needs(&shards.all())
        };
        assert_eq!(shared(1, 4), Needs::default());
        assert_eq!(shared(2, 2), Needs { gradients: 1, tiles: 1 });
        assert_eq!(shared(8, 2), Needs { gradients: 3, tiles: 1 });
        assert_eq!(shared(8, 4), Needs { gradients: 3, tiles: 3 });
        assert_eq!(shared(8, 3), Needs { gradients: 7, tiles: 7 });
        assert_eq!(shared(40, 64), Needs { gradients: 7, tiles: 7 });
    }
}
