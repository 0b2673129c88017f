//! Which assertions does generated code use? Each fails to compile with a message.
#![expect(clippy::missing_panics_doc, reason = "a panic in constant evaluation is their purpose")]

use super::message::Message;
use crate::initializer::Initializer;
use crate::layer::{Mixing, StreamPlan};

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

/// The number of bytes that no array can have. Addresses of 64-bit machines have at most 57 bits; otherwise it is the limit of
/// the compiler.
const TOO_MANY_BYTES: usize = match 1_usize.checked_shl(57) {
    Some(bytes) => bytes,
    None => 1 << (usize::BITS - 1),
};

/// Fails to compile with a message about an array in `f32` that is too large.
#[track_caller]
pub const fn require_array(mut sizes: &[usize], otherwise: &str) {
    let mut bytes: usize = size_of::<f32>();
    while let [size, rest @ ..] = sizes {
        bytes = match bytes.checked_mul(*size) {
            Some(bytes) if bytes < TOO_MANY_BYTES => bytes,
            _ => panic!("{}", otherwise),
        };
        sizes = rest;
    }
}

/// The largest number of samples in a tile. Products with a larger number could overflow.
const LARGEST_TILE: usize = 1 << 24;

/// Fails to compile with a message about a tile that is too small or too large.
#[track_caller]
pub const fn require_tile(samples: usize, few: &str, many: &str) {
    assert!(samples > 0, "{}", few);
    assert!(samples <= LARGEST_TILE, "{}", many);
}

/// Returns the number of samples, or a replacement if it was refused.
#[must_use]
pub const fn tile_in_range(samples: usize) -> usize {
    if samples > 0 && samples <= LARGEST_TILE { samples } else { 1 }
}

/// Returns what a layer needs for a stream, and fails to compile with a message if that is the whole sequence.
#[track_caller]
#[must_use]
pub const fn require_stream(plan: Option<StreamPlan>, otherwise: &str) -> StreamPlan {
    match plan {
        Some(plan) => plan,
        None => panic!("{}", otherwise),
    }
}

/// Fails to compile with a message if an output has several steps.
#[track_caller]
pub const fn require_single_step(steps: usize, otherwise: &str) {
    assert!(steps == 1, "{}", otherwise);
}

/// Returns the number of elements per sample that a layer carries from window to window, and fails to compile with a message if it
/// cannot go on where the window before ended.
#[track_caller]
#[must_use]
pub const fn require_carried(plan: Option<StreamPlan>, mixing: Mixing, otherwise: &str) -> usize {
    match plan {
        Some(StreamPlan { state, carries: true, .. }) if mixing.barriers == 0 => state,
        _ => panic!("{}", otherwise),
    }
}

/// Fails to compile with a message about a layer that mixes samples and cannot be computed again.
#[track_caller]
pub const fn require_recomputable(mixing: Mixing, otherwise: &str) {
    assert!(mixing.barriers == 0, "{}", otherwise);
}

/// Fails to compile with a message about a layer that sees the padding of sequences.
#[track_caller]
pub const fn require_no_padding(allows_padding: bool, otherwise: &str) {
    assert!(allows_padding, "{}", otherwise);
}

/// Fails to compile with a message about branches whose sequences have different lengths.
#[track_caller]
pub const fn require_same_steps(are_same: bool, otherwise: &str) {
    assert!(are_same, "{}", otherwise);
}

/// Returns the initializer, and fails to compile if it is out of range.
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

/// Fails to compile with the message of a shape mismatch whose sizes only the compiler knows. `[before, between, after]`
/// surround the two sizes; `[one, many]` names what the first size counts. A size of 0 has a separate message.
///
/// The message is assembled at compile time, because a panic in a constant cannot format values.
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

/// Fails to compile with `otherwise` if `start..end` is empty or ends beyond `whole`.
#[track_caller]
pub const fn require_range(start: usize, end: usize, whole: usize, otherwise: &str) {
    assert!(start < end && end <= whole, "{}", otherwise);
}

/// The largest divisor that a message lists, apart from the size itself.
const MOST_DIVISORS: usize = 10_000;

/// Fails to compile with a message around a number of groups and the divisors of `shared`, the greatest common divisor of the
/// channels, if the groups do not divide it. A number of 0 has a separate message.
#[track_caller]
pub const fn require_divides(groups: usize, shared: usize, [before, between, after]: [&str; 3]) {
    if groups > 0 && shared > 0 && !shared.is_multiple_of(groups) {
        let mut text = Message::<1024>::new();
        text.text(before);
        text.number(groups);
        text.text(between);
        text.number(1);
        let mut divisor = 2;
        while divisor <= shared && divisor <= MOST_DIVISORS {
            if shared.is_multiple_of(divisor) {
                text.text(", ");
                text.number(divisor);
            }
            divisor += 1;
        }
        if shared > MOST_DIVISORS {
            text.text(", ");
            text.number(shared);
        }
        text.text(after);
        panic!("{}", text.as_str());
    }
}

/// Fails to compile with a message around two sizes if the first, a window, is larger than the second, the available space.
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
