//! Assertions of generated code: each fails to compile with a message.
#![expect(clippy::missing_panics_doc, reason = "to panic in constant evaluation is what they are for")]

use super::message::Message;
use crate::initializer::Initializer;

/// Fails to compile with `otherwise` unless `yes`.
#[track_caller]
#[must_use]
pub const fn require(yes: bool, otherwise: &str) -> bool {
    assert!(yes, "{}", otherwise);
    yes
}

/// Fails to compile with a message about a size of 0.
#[track_caller]
pub const fn require_size(size: usize, otherwise: &str) {
    assert!(size > 0, "{}", otherwise);
}

/// More samples in a tile could overflow what their number is multiplied by.
const LARGEST_TILE: usize = 1 << 24;

/// Fails to compile with a message about a tile that is too small or too large.
#[track_caller]
pub const fn require_tile(samples: usize, few: &str, many: &str) {
    assert!(samples > 0, "{}", few);
    assert!(samples <= LARGEST_TILE, "{}", many);
}

/// The number of samples, or another one where it was refused.
#[must_use]
pub const fn tile_in_range(samples: usize) -> usize {
    if samples > 0 && samples <= LARGEST_TILE { samples } else { 1 }
}

/// An initializer, which fails to compile when it is out of range.
#[track_caller]
#[must_use]
pub const fn require_initializer(initializer: Initializer) -> Initializer {
    // Every network exists in `f32`.
    if let Some(problem) = initializer.problem() {
        panic!("{}", problem);
    } else if let Some(problem) = initializer.problem_in_f32() {
        panic!("{}", problem);
    }
    initializer
}

/// Fails to compile with the message of a shape mismatch whose sizes only the compiler knows: `[before, between, after]`
/// around the two sizes, the first with what it counts, `[one, many]`. A size of 0 has a message of its own.
///
/// The message is put together while compiling, since a constant panic formats nothing.
#[track_caller]
pub const fn require_same(gives: usize, takes: usize, message: [&str; 3], [one, many]: [&str; 2]) {
    if gives != takes && gives > 0 && takes > 0 {
        let [before, between, after] = message;
        let mut text = Message::<1024>::new();
        text.text(before);
        text.number(gives);
        text.text(" ");
        text.text(if gives == 1 { one } else { many });
        text.text(between);
        text.number(takes);
        text.text(after);
        panic!("{}", text.as_str());
    }
}

/// Fails to compile with a message around two sizes if the first, a window, is larger than the second, its room.
#[track_caller]
pub const fn require_fits(window: usize, room: usize, [before, between, after]: [&str; 3]) {
    if window > room && room > 0 {
        let mut text = Message::<1024>::new();
        text.text(before);
        text.number(window);
        text.text(between);
        text.number(room);
        text.text(after);
        panic!("{}", text.as_str());
    }
}
