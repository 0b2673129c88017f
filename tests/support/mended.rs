//! A changed file with the checksum that belongs to it, so that what lies behind the checksum is reached too.

const POLYNOMIAL: u64 = 0xC96C_5795_D787_0F42;
const MARK: &[u8] = b"checksum ";
const DIGITS: usize = 16;

/// CRC-64/XZ, bit by bit: not the code that is tested.
fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, _| if sum & 1 == 1 { sum >> 1 ^ POLYNOMIAL } else { sum >> 1 };
    !bytes.iter().fold(u64::MAX, |sum, &byte| (0..8).fold(sum ^ u64::from(byte), step))
}

/// The bytes with the right digits behind the first `checksum `; nothing where there is none.
pub(crate) fn mended(bytes: &[u8]) -> Option<Vec<u8>> {
    let digits = bytes.windows(MARK.len()).position(|window| window == MARK)? + MARK.len();
    let mut mended = bytes.to_vec();
    mended.get_mut(digits..digits + DIGITS)?.fill(b'0');
    let right = format!("{:0DIGITS$x}", checksum(&mended));
    mended[digits..digits + DIGITS].copy_from_slice(right.as_bytes());
    Some(mended)
}
