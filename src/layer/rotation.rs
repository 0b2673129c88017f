//! Sines and cosines of angles that grow by the same amount from step to step.

/// How many steps follow by rotation from one that is computed by itself.
const ROTATIONS: usize = 16;

/// A sine and a cosine that turn by the same angle in each step.
#[derive(Clone, Copy, Default)]
pub(super) struct Rotation {
    frequency: f64,
    turn: (f64, f64),
    now: (f64, f64),
}

impl Rotation {
    /// Returns the rotation by this angle in each step, from which [`move_to`](Self::move_to) moves to the first one.
    pub(super) fn new(frequency: f64) -> Self {
        Self { frequency, turn: libm::sincos(frequency), now: (0.0, 1.0) }
    }

    /// Returns the rotation from which [`move_to`](Self::move_to) moves to this position, with the bits of all moves before.
    pub(super) fn before(frequency: f64, position: usize) -> Self {
        let mut rotation = Self::new(frequency);
        for position in position / ROTATIONS * ROTATIONS..position {
            rotation.move_to(position);
        }
        rotation
    }

    /// Moves to this position, from the one before it, and returns the sine and the cosine there.
    #[inline(always)]
    pub(super) fn move_to(&mut self, position: usize) -> (f64, f64) {
        let ((sine, cosine), (turn_sine, turn_cosine)) = (self.now, self.turn);
        self.now = if position.is_multiple_of(ROTATIONS) {
            libm::sincos(position as f64 * self.frequency)
        } else {
            (sine * turn_cosine + cosine * turn_sine, cosine * turn_cosine - sine * turn_sine)
        };
        self.now
    }
}

#[cfg(test)]
mod tests {
    use super::Rotation;

    #[test]
    fn a_rotation_that_starts_anywhere_has_the_bits_of_all_moves() {
        let mut rotation = Rotation::new(0.3);
        for position in 0..50 {
            let now = rotation.move_to(position);
            assert_eq!(Rotation::before(0.3, position).move_to(position), now);
        }
    }
}
