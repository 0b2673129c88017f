//! Which scalar types can files store?

use alloc::vec::Vec;

use safetensors::Dtype;

use crate::scalar::Float;

/// A scalar type that files can store: `f32` or `f64`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scalar type that files can store",
    note = "networks of `f32` and of `f64` can be saved and loaded"
)]
pub trait Stored: Encoded {}

impl Stored for f32 {}
impl Stored for f64 {}

/// The part of [`Stored`] that other crates cannot implement.
pub trait Encoded: Float {
    /// The types of the format that the type represents exactly, its own first.
    const TYPES: &'static [Dtype];

    /// Appends the bytes of the value, lowest first.
    fn encode(self, bytes: &mut Vec<u8>);

    /// Wraps memory of the type, for code that reads both types.
    fn values(values: &mut [Self]) -> Values<'_>;
}

/// Elements of a type that files can store.
#[derive(Debug)]
pub enum Values<'a> {
    F32(&'a mut [f32]),
    F64(&'a mut [f64]),
}

impl Values<'_> {
    /// Returns the types that can be read into these elements.
    pub(super) fn types(&self) -> &'static [Dtype] {
        match self {
            Self::F32(_) => f32::TYPES,
            Self::F64(_) => f64::TYPES,
        }
    }

    /// Stores elements of a file type at these places, in order. Returns the first that is not finite.
    pub(super) fn put(
        &mut self,
        kind: Dtype,
        bytes: &[u8],
        places: &mut impl Iterator<Item = usize>,
    ) -> Option<(usize, f64)> {
        match self {
            Self::F32(values) => put(values, kind, bytes, places),
            Self::F64(values) => put(values, kind, bytes, places),
        }
    }
}

fn put<T: Float>(
    values: &mut [T],
    kind: Dtype,
    bytes: &[u8],
    places: &mut impl Iterator<Item = usize>,
) -> Option<(usize, f64)> {
    let mut broken = None;
    for (position, (bytes, place)) in bytes.chunks_exact(width(kind)).zip(places).enumerate() {
        let value = decode(kind, bytes);
        if !value.is_finite() && broken.is_none() {
            broken = Some((position, value));
        }
        values[place] = T::from_f64(value);
    }
    broken
}

impl Encoded for f32 {
    const TYPES: &'static [Dtype] = &[Dtype::F32, Dtype::BF16, Dtype::F16];

    fn encode(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn values(values: &mut [Self]) -> Values<'_> {
        Values::F32(values)
    }
}

impl Encoded for f64 {
    const TYPES: &'static [Dtype] = &[Dtype::F64, Dtype::F32, Dtype::BF16, Dtype::F16];

    fn encode(self, bytes: &mut Vec<u8>) {
        bytes.extend(self.to_le_bytes());
    }

    fn values(values: &mut [Self]) -> Values<'_> {
        Values::F64(values)
    }
}

/// Returns the number of bytes of an element of one of the types above.
pub(super) fn width(kind: Dtype) -> usize {
    kind.bitsize() / 8
}

/// Decodes an element from its bytes. `f64` represents every value of these types.
pub(super) fn decode(kind: Dtype, bytes: &[u8]) -> f64 {
    match (kind, bytes) {
        (Dtype::F64, &[a, b, c, d, e, f, g, h]) => f64::from_le_bytes([a, b, c, d, e, f, g, h]),
        (Dtype::F32, &[a, b, c, d]) => f64::from(f32::from_le_bytes([a, b, c, d])),
        (Dtype::BF16, &[a, b]) => f64::from(f32::from_bits(u32::from(u16::from_le_bytes([a, b])) << 16)),
        (Dtype::F16, &[a, b]) => half(u16::from_le_bytes([a, b])),
        _ => f64::NAN,
    }
}

/// Decodes a 16-bit float of IEEE 754: a sign, five bits of exponent with bias 15, ten bits of fraction.
fn half(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    let magnitude = match exponent {
        0 => fraction * libm::exp2(-24.0),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => libm::scalbn(1024.0 + fraction, exponent - 25),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use safetensors::Dtype;

    use super::{decode, half};

    #[test]
    fn half_precision_is_read_exactly() {
        let expected = [
            (0x0000, 0.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x03FF, 6.097_555_160_522_461e-5),
            (0x0400, 6.103_515_625e-5),
            (0x3555, 0.333_251_953_125),
            (0x3C00, 1.0),
            (0x7BFF, 65504.0),
            (0xC000, -2.0),
            (0x7C00, f64::INFINITY),
            (0xFC00, f64::NEG_INFINITY),
        ];
        for (bits, value) in expected {
            assert_eq!(half(bits), value, "{bits:#06x}");
        }
        assert!(half(0x8000).is_sign_negative() && half(0x7C01).is_nan());
    }

    #[test]
    fn brain_floats_are_the_upper_half_of_single_precision() {
        assert_eq!(decode(Dtype::BF16, &[0x80, 0x3F]), 1.0);
        assert_eq!(decode(Dtype::BF16, &[0x49, 0xC0]), -3.140_625);
    }
}
