//! A message of Protocol Buffers.
//!
//! # Source
//! "Encoding", Protocol Buffers documentation. A field is a tag, whose last three bits say how long its value is, and the value.

use alloc::vec::Vec;

const VARINT: u64 = 0;
const EIGHT_BYTES: u64 = 1;
const LENGTH: u64 = 2;
const FOUR_BYTES: u64 = 5;

/// The bytes of a message, field by field.
#[derive(Clone, Debug, Default)]
pub(super) struct Message(Vec<u8>);

impl Message {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Adds an integer or an enumeration. Signed values are nonnegative here.
    pub(super) fn integer(mut self, field: u64, value: u64) -> Self {
        self.varint(field << 3 | VARINT);
        self.varint(value);
        self
    }

    pub(super) fn double(mut self, field: u64, value: f64) -> Self {
        self.varint(field << 3 | EIGHT_BYTES);
        self.0.extend(value.to_le_bytes());
        self
    }

    pub(super) fn float(mut self, field: u64, value: f32) -> Self {
        self.varint(field << 3 | FOUR_BYTES);
        self.0.extend(value.to_le_bytes());
        self
    }

    /// Adds a text, bytes, or the bytes of a message.
    pub(super) fn text(mut self, field: u64, value: impl AsRef<[u8]>) -> Self {
        let value = value.as_ref();
        self.varint(field << 3 | LENGTH);
        self.varint(value.len() as u64);
        self.0.extend(value);
        self
    }

    pub(super) fn message(self, field: u64, value: &Self) -> Self {
        self.text(field, &value.0)
    }

    /// Adds repeated doubles, packed.
    pub(super) fn doubles(self, field: u64, values: impl IntoIterator<Item = f64>) -> Self {
        let bytes: Vec<u8> = values.into_iter().flat_map(f64::to_le_bytes).collect();
        self.text(field, bytes)
    }

    /// Adds seven bits a byte, the last ones first. The first bit of a byte says that more follow.
    #[allow(clippy::cast_possible_truncation, reason = "seven bits are wanted")]
    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::Message;

    /// The examples of the documentation.
    #[test]
    fn fields_are_encoded_as_documented() {
        assert_eq!(Message::default().integer(1, 150).bytes(), [0x08, 0x96, 0x01]);
        assert_eq!(Message::default().text(2, "testing").bytes(), b"\x12\x07testing");
        let inner = Message::default().integer(1, 150);
        assert_eq!(Message::default().message(3, &inner).bytes(), [0x1A, 0x03, 0x08, 0x96, 0x01]);
        assert_eq!(Message::default().float(1, 1.0).bytes(), [0x0D, 0, 0, 0x80, 0x3F]);
        assert_eq!(Message::default().doubles(6, [2.0]).bytes(), [0x32, 8, 0, 0, 0, 0, 0, 0, 0, 0x40]);
    }
}
