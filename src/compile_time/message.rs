//! How is a message with numbers formatted at compile time?

/// Text that grows in constant evaluation, up to `N` bytes.
#[derive(Clone, Copy)]
pub(super) struct Message<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Message<N> {
    pub(super) const fn new() -> Self {
        Self { bytes: [0; N], len: 0 }
    }

    /// Returns the number of bytes left.
    pub(super) const fn room(&self) -> usize {
        N - self.len
    }

    /// Appends as much as fits, ending at a character boundary.
    pub(super) const fn text(&mut self, text: &str) {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() && self.len < N - 4 {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
    }

    /// Appends spaces up to `width` columns, of which `used` are filled.
    pub(super) const fn pad(&mut self, used: usize, width: usize) {
        let mut column = used;
        while column < width {
            self.text(" ");
            column += 1;
        }
    }

    /// Appends a number, with its digits in groups of three: `1,234`.
    pub(super) const fn number(&mut self, number: usize) {
        if number >= 1000 {
            self.number(number / 1000);
            self.text(",");
        }
        let group = number % 1000;
        if number >= 100 {
            self.digit(group / 100);
        }
        if number >= 10 {
            self.digit(group / 10 % 10);
        }
        self.digit(group % 10);
    }

    /// Appends a number without separators.
    #[cfg(feature = "safetensors")]
    pub(super) const fn digits(&mut self, number: usize) {
        if number >= 10 {
            self.digits(number / 10);
        }
        self.digit(number % 10);
    }

    const fn digit(&mut self, digit: usize) {
        const DIGITS: [&str; 10] = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];
        self.text(DIGITS[digit]);
    }

    pub(super) const fn as_str(&self) -> &str {
        match core::str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            // Only reached by a name of hundreds of characters that was cut within one of them.
            Err(_) => "a message with a name that is too long",
        }
    }
}

/// Returns the number of columns that a number takes.
pub(super) const fn width(number: usize) -> usize {
    let mut digits = 1;
    let mut rest = number / 10;
    while rest > 0 {
        digits += 1;
        rest /= 10;
    }
    digits + (digits - 1) / 3
}

/// Returns the number of characters of a text.
pub(super) const fn columns(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut count, mut index) = (0, 0);
    while index < bytes.len() {
        // The continuation bytes of a character have the high bits 10.
        if bytes[index] & 0xC0 != 0x80 {
            count += 1;
        }
        index += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::{Message, columns, width};

    #[test]
    fn numbers_are_grouped_and_texts_cut_at_character_boundaries() {
        for (number, text) in [(0, "0"), (7, "7"), (42, "42"), (100, "100"), (1_000, "1,000"), (1_020_304, "1,020,304")]
        {
            let mut message = Message::<64>::new();
            message.number(number);
            assert_eq!((message.as_str(), width(number)), (text, text.len()));
        }
        assert_eq!(columns("größe"), 5);
        let mut message = Message::<8>::new();
        message.text("abcdefgh");
        assert_eq!((message.as_str(), message.room()), ("abcd", 4));
    }
}
