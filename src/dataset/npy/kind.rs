//! What the elements of an array are.

/// A kind of element, and the order of its bytes.
#[derive(Clone, Copy)]
pub(super) struct Kind {
    class: KindClass,
    /// The number of bytes of an element, at most 8.
    pub(super) width: usize,
    is_big_endian: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum KindClass {
    Float,
    Signed,
    Unsigned,
    Boolean,
}

impl Kind {
    /// Reads a description such as `<f4`, unless the kind is one that is not read.
    pub(super) fn of(description: &str) -> Option<Self> {
        let (class, width) = match description.get(1..)? {
            "f2" => (KindClass::Float, 2),
            "f4" => (KindClass::Float, 4),
            "f8" => (KindClass::Float, 8),
            "i1" => (KindClass::Signed, 1),
            "i2" => (KindClass::Signed, 2),
            "i4" => (KindClass::Signed, 4),
            "i8" => (KindClass::Signed, 8),
            "u1" => (KindClass::Unsigned, 1),
            "u2" => (KindClass::Unsigned, 2),
            "u4" => (KindClass::Unsigned, 4),
            "u8" => (KindClass::Unsigned, 8),
            "b1" => (KindClass::Boolean, 1),
            _ => return None,
        };
        let is_big_endian = match description.as_bytes()[0] {
            b'<' => false,
            b'>' => true,
            // Without an order, which a single byte does not need.
            b'|' if width == 1 => false,
            _ => return None,
        };
        Some(Self { class, width, is_big_endian })
    }

    /// Returns whether elements are whole numbers, which an index must be.
    pub(super) fn is_integer(self) -> bool {
        self.class != KindClass::Float
    }

    /// Returns the value of an element of [`width`](Self::width) bytes.
    pub(super) fn value(self, bytes: &[u8]) -> f64 {
        let bits = self.bits(bytes);
        #[allow(clippy::cast_possible_truncation, reason = "the bits of a float of this width")]
        match (self.class, self.width) {
            (KindClass::Float, 2) => half(bits as u16),
            (KindClass::Float, 4) => f64::from(f32::from_bits(bits as u32)),
            (KindClass::Float, _) => f64::from_bits(bits),
            _ => self.integer(bytes) as f64,
        }
    }

    /// Returns the value of an element that is a whole number.
    pub(super) fn integer(self, bytes: &[u8]) -> i128 {
        let bits = self.bits(bytes);
        match self.class {
            KindClass::Signed => {
                let unused = 64 - 8 * self.width;
                i128::from((bits << unused).cast_signed() >> unused)
            }
            KindClass::Boolean => i128::from(bits != 0),
            _ => i128::from(bits),
        }
    }

    fn bits(self, bytes: &[u8]) -> u64 {
        let next = |bits, &byte: &u8| bits << 8 | u64::from(byte);
        if self.is_big_endian { bytes.iter().fold(0, next) } else { bytes.iter().rev().fold(0, next) }
    }
}

/// Returns the value of a float of 16 bits: a sign, five bits of exponent, and ten of the fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (bits >> 10 & 31, f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (fraction + 1024.0) * 2_f64.powi(i32::from(exponent) - 25),
    };
    if bits >> 15 == 0 { magnitude } else { -magnitude }
}
