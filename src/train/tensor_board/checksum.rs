//! The checksum of records: CRC-32C, masked.
//!
//! # Source
//! RFC 3720, appendix B.4, for the polynomial of Castagnoli, with bits reversed, all bits set at the start and flipped at the end;
//! TensorFlow, `core/lib/hash/crc32c.h`, for the mask. Data that contains its own checksums has them all over, and the mask tells
//! them apart.

/// The polynomial, with bits reversed.
const POLYNOMIAL: u32 = 0x82F6_3B78;
/// What the mask adds.
const MASK: u32 = 0xA282_EAD8;

/// The remainders of the bytes 0 to 255.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte: u8 = 0;
    loop {
        let mut remainder = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ POLYNOMIAL } else { remainder >> 1 };
            bit += 1;
        }
        table[byte as usize] = remainder;
        if byte == u8::MAX {
            return table;
        }
        byte += 1;
    }
}

/// Returns the masked checksum of bytes.
pub(super) fn masked(bytes: &[u8]) -> u32 {
    checksum(bytes).rotate_right(15).wrapping_add(MASK)
}

#[allow(clippy::cast_possible_truncation, reason = "the last byte of the remainder is wanted")]
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, &byte| sum >> 8 ^ TABLE[usize::from(sum as u8 ^ byte)])
}

#[cfg(test)]
mod tests {
    use super::{checksum, masked};

    /// The check value of the catalogue of parametrised CRC algorithms, and the examples of RFC 3720.
    #[test]
    fn the_check_values_are_those_of_the_standard() {
        assert_eq!(checksum(b"123456789"), 0xE306_9283);
        assert_eq!(checksum(&[0; 32]), 0x8A91_36AA);
        assert_eq!(checksum(&[0xFF; 32]), 0x62A8_AB43);
        assert_eq!(checksum(&core::array::from_fn::<u8, 32, _>(|index| index.try_into().unwrap())), 0x46DD_794E);
        assert_eq!(masked(&[]), 0xA282_EAD8);
    }
}
