//! CRC-64/XZ, which detects all damage within 64 adjacent bits, and all other damage except in one case in 2⁶⁴.
//!
//! # Source
//! ECMA-182 for the polynomial, the XZ format for its use: bits reversed, all bits set at the start and flipped at the end.

const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;

/// The contributions of the bytes 0 to 255, followed by 0 to 7 more bytes.
const TABLES: [[u64; 256]; 8] = tables();

const fn tables() -> [[u64; 256]; 8] {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u64;
        let mut bit = 0;
        while bit < 8 {
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ POLYNOMIAL } else { remainder >> 1 };
            bit += 1;
        }
        tables[0][byte] = remainder;
        byte += 1;
    }
    let mut distance = 1;
    while distance < 8 {
        let mut byte = 0;
        while byte < 256 {
            let before = tables[distance - 1][byte];
            tables[distance][byte] = before >> 8 ^ tables[0][(before & 0xFF) as usize];
            byte += 1;
        }
        distance += 1;
    }
    tables
}

/// The checksum of the bytes so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct Checksum(u64);

impl Checksum {
    pub(super) const fn new() -> Self {
        Self(u64::MAX)
    }

    #[allow(clippy::cast_possible_truncation, reason = "single bytes of the remainder are wanted")]
    pub(super) fn add(&mut self, bytes: &[u8]) {
        // Eight bytes at a time: their contributions are independent of one another.
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            let mixed = (self.0 ^ u64::from_le_bytes(*word)).to_le_bytes();
            let contributions = mixed.iter().zip(TABLES.iter().rev());
            self.0 = contributions.fold(0, |sum, (&byte, table)| sum ^ table[usize::from(byte)]);
        }
        for &byte in rest {
            self.0 = self.0 >> 8 ^ TABLES[0][usize::from(self.0 as u8 ^ byte)];
        }
    }

    pub(super) const fn value(self) -> u64 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;

    fn checksum(parts: &[&[u8]]) -> u64 {
        let mut checksum = Checksum::new();
        for part in parts {
            checksum.add(part);
        }
        checksum.value()
    }

    /// The check values of the catalogue of parametrised CRC algorithms, and of the tool `xz`.
    #[test]
    fn the_check_values_are_those_of_the_standard() {
        assert_eq!(checksum(&[b"123456789"]), 0x995D_C9BB_DF19_39FA);
        assert_eq!(checksum(&[b"This is a test of the emergency broadcast system."]), 0x27DB_187F_C15B_BC72);
        assert_eq!(checksum(&[]), 0);
    }

    #[test]
    fn bytes_may_come_in_pieces_of_any_length() {
        let bytes: alloc::vec::Vec<u8> = (0..100).collect();
        for cut in 0..=bytes.len() {
            assert_eq!(checksum(&[&bytes[..cut], &bytes[cut..]]), checksum(&[&bytes]), "cut at {cut}");
        }
    }
}
