//! Equal to the last bit, which `==` does not say: it calls -0 equal to 0 and NaN different from itself.

use typenet::Network;

/// A float with its bits.
pub(crate) trait Bits: Copy {
    /// The bits, from the lowest.
    fn bytes(self) -> impl Iterator<Item = u8>;
}

impl Bits for f32 {
    fn bytes(self) -> impl Iterator<Item = u8> {
        self.to_bits().to_le_bytes().into_iter()
    }
}

impl Bits for f64 {
    fn bytes(self) -> impl Iterator<Item = u8> {
        self.to_bits().to_le_bytes().into_iter()
    }
}

/// FNV-1a, 64 bits, over the bits of some numbers in order.
///
/// Source: G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake, "The FNV Non-Cryptographic Hash Algorithm", 2019, section 2.
pub(crate) fn hash<T: Bits>(numbers: &[T]) -> u64 {
    numbers
        .iter()
        .flat_map(|number| number.bytes())
        .fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// The hash of a network's parameters.
pub(crate) fn hash_of<N: Network<Scalar: Bits>>(network: &N) -> u64 {
    hash(network.parameters())
}
