//! By which character does `tokenizer.json` write each byte?

use alloc::string::String;
use alloc::vec::Vec;

/// Returns the character for a byte: the byte itself where that is a visible character of Latin-1, and otherwise one from U+0100
/// on, in the order of the bytes. So a space is `Ġ`.
pub(super) fn character(byte: u8) -> char {
    let hidden = |byte: u8| !matches!(byte, b'!'..=b'~' | 0xa1..=0xac | 0xae..=0xff);
    if !hidden(byte) {
        return char::from(byte);
    }
    let before = (0..byte).filter(|&byte| hidden(byte)).count();
    u32::try_from(0x100 + before).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Returns the bytes of a token as it is written, unless a character is for none.
pub(super) fn bytes(written: &str) -> Option<Vec<u8>> {
    // The characters of the bytes are below U+0144.
    let byte = |character: char| (0..=u8::MAX).find(|&byte| self::character(byte) == character);
    written.chars().map(byte).collect()
}

/// Writes the bytes of a token.
pub(super) fn written(bytes: &[u8]) -> String {
    bytes.iter().map(|&byte| character(byte)).collect()
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{bytes, character, written};

    #[test]
    fn each_byte_has_a_character_of_its_own() {
        // `bytes_to_unicode` of GPT-2.
        assert_eq!([0, b' ', b'\n', b'A', 0x7f, 0xad, 0xff].map(character), ['Ā', 'Ġ', 'Ċ', 'A', 'ġ', 'Ń', 'ÿ']);
        let all: Vec<u8> = (0..=u8::MAX).collect();
        assert_eq!(bytes(&written(&all)), Some(all));
        assert_eq!(bytes("a b"), None);
    }
}
