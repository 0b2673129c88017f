//! What does `if` mean? A choice for each element, whose branches do not change names around them.

use super::{Inner, Scope};
use crate::formula::expression::Condition;
use crate::formula::graph::{Binary, Extent, Operation, Value};

impl Scope<'_> {
    /// Adds `yes` where the left side is less than the right one, and `no` elsewhere.
    pub(super) fn condition(&mut self, condition: &Condition) -> Option<Value> {
        let (left, right) = (self.value(&condition.left), self.value(&condition.right));
        let start = self.graph.len();
        let outside = std::mem::replace(&mut self.outside, (self.entries.len(), Inner::Branch));
        let (yes, no) = (self.value(&condition.yes), self.value(&condition.no));
        self.outside = outside;
        let (left, right, yes, no) = (left?, right?, yes?, no?);
        let parts = [(left, &condition.left), (right, &condition.right), (yes, &condition.yes), (no, &condition.no)];
        for (index, (value, part)) in parts.iter().enumerate() {
            for (other, other_part) in parts.iter().skip(index + 1) {
                self.check_sizes(
                    [*value, *other],
                    part.place.to(other_part.place),
                    "if",
                    [&part.text, &other_part.text],
                )?;
            }
        }
        let chosen = self.graph.select([left, right], yes, no, start);
        Some(self.keep_nan([left, right], no, chosen))
    }

    /// Makes the result NaN where one side of a comparison is. Such a comparison is false, so the value `no` is what was chosen.
    fn keep_nan(&mut self, sides: [Value; 2], no: Value, mut chosen: Value) -> Value {
        for side in sides {
            if self.graph.extent(side) == Extent::Constant || self.graph.depends(no, side) {
                continue;
            }
            chosen = self.graph.push(Operation::Binary(Binary::OrNan, chosen, side));
        }
        chosen
    }
}
