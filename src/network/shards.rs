//! In which order are the sums of tiles added, and what waits meanwhile?

use core::ops::Range;

/// How many sums a batch is split into, at most, whoever forms them.
const SHARDS: usize = 8;

/// The tiles of a batch, as sums that are added in a fixed order.
///
/// Tile t of n belongs to shard ⌊t·S/n⌋ of S = min(n, 8). A shard adds its tiles in order; shards are added
/// ((0+1)+(2+3))+((4+5)+(6+7)), missing ones left out. That depends on nothing but the number of tiles. Threads share the
/// shards: each adds a range of them, and two neighbouring ranges are added when both are there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shards {
    tiles: usize,
    count: usize,
    /// One thread adds ranges of up to this many shards.
    alone: usize,
    /// The sum of one tile can be added to what is there as it is formed, with the same bits.
    in_place: bool,
}

/// What the sum of some shards needs, in addition to the memory of one tile and of the sum itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Gradients that wait to be added.
    pub(crate) gradients: usize,
    /// Memory of tiles for further threads.
    pub(crate) tiles: usize,
}

impl Shards {
    /// A number of tiles, at least 1, for a number of threads.
    pub(crate) fn new(tiles: usize, threads: usize, in_place: bool) -> Self {
        let count = tiles.min(SHARDS);
        // Halves go up evenly only for powers of two; for other numbers of threads smaller pieces balance better.
        let alone = if threads.is_power_of_two() { (count / threads).max(1) } else { 1 };
        Self { tiles, count, alone, in_place }
    }

    /// All shards.
    pub(crate) fn all(&self) -> Range<usize> {
        0..self.count
    }

    /// The tiles of some shards.
    pub(crate) fn tiles(&self, shards: &Range<usize>) -> Range<usize> {
        // The first tile t with ⌊t·count/tiles⌋ = shard.
        let first = |shard: usize| (shard * self.tiles).div_ceil(self.count);
        first(shards.start)..first(shards.end)
    }

    /// The two ranges whose sums make the sum of a range, unless that is a single shard.
    pub(crate) fn halves(shards: &Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let first = shards.len().next_power_of_two() / 2;
        (shards.len() > 1).then(|| (shards.start..shards.start + first, shards.start + first..shards.end))
    }

    /// Another thread may add the second half of a range.
    pub(crate) fn is_shared(&self, shards: &Range<usize>) -> bool {
        shards.len() > self.alone
    }

    /// The sum of the shards in the second half of a range needs no place of its own where one thread adds both.
    pub(crate) fn joins_in_place(&self, second: &Range<usize>) -> bool {
        self.in_place && self.tiles(second).len() == 1
    }

    /// What the sum of a range needs.
    pub(crate) fn needs(&self, shards: &Range<usize>) -> Needs {
        let Some((first, second)) = Self::halves(shards) else {
            return Needs::default();
        };
        let (left, right) = (self.needs(&first), self.needs(&second));
        if self.is_shared(shards) {
            return Needs { gradients: left.gradients + 1 + right.gradients, tiles: left.tiles + 1 + right.tiles };
        }
        let own = usize::from(!self.joins_in_place(&second));
        Needs { gradients: left.gradients.max(own + right.gradients), tiles: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::{Needs, SHARDS, Shards};
    use alloc::string::{String, ToString};
    use core::ops::Range;

    #[test]
    fn every_tile_belongs_to_the_shard_that_the_formula_says() {
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
    fn few_gradients_wait() {
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
