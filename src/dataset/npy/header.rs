//! What precedes the elements of an array: a dictionary of Python, as text.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::error::shown;

/// The entries of the dictionary.
#[derive(Debug, PartialEq)]
pub(super) struct Header {
    /// The kind of the elements: `<f4`.
    pub(super) description: String,
    /// Whether the first index varies fastest.
    pub(super) is_fortran: bool,
    pub(super) sizes: Vec<usize>,
}

impl Header {
    /// Reads the dictionary, which begins at a position of the file, for messages.
    pub(super) fn parse(text: &[u8], position: usize) -> Result<Self, String> {
        let mut parser = Parser { text, read: 0, position };
        let (mut description, mut is_fortran, mut sizes) = (None, None, None);
        parser.expect(b'{', "`{`")?;
        while !parser.take(b'}') {
            let key = parser.string("a key in quotes, or `}`")?;
            parser.expect(b':', "`:`")?;
            let is_new = match &*key {
                "descr" => description.replace(parser.description()?).is_none(),
                "fortran_order" => is_fortran.replace(parser.boolean()?).is_none(),
                "shape" => sizes.replace(parser.tuple()?).is_none(),
                _ => return Err(format!("its header has an entry `{}`, which no array has", shown(&key))),
            };
            if !is_new {
                return Err(format!("its header has two entries `{key}`"));
            }
            if !parser.take(b',') {
                parser.expect(b'}', "`,` or `}`")?;
                break;
            }
        }
        parser.end()?;
        let missing = |key| format!("its header has no entry `{key}`");
        Ok(Self {
            description: description.ok_or_else(|| missing("descr"))?,
            is_fortran: is_fortran.ok_or_else(|| missing("fortran_order"))?,
            sizes: sizes.ok_or_else(|| missing("shape"))?,
        })
    }
}

/// The part of Python's syntax that a header consists of.
struct Parser<'t> {
    text: &'t [u8],
    /// The number of bytes that have been read.
    read: usize,
    /// The position of the text in the file.
    position: usize,
}

impl<'t> Parser<'t> {
    /// Returns the next byte that is no space.
    fn next(&mut self) -> Option<u8> {
        while self.text.get(self.read).is_some_and(u8::is_ascii_whitespace) {
            self.read += 1;
        }
        self.text.get(self.read).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.next() == Some(byte);
        self.read += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8, what: &str) -> Result<(), String> {
        if self.take(byte) { Ok(()) } else { Err(self.unexpected(what)) }
    }

    /// Describes what was found instead of `what`.
    fn unexpected(&mut self, what: &str) -> String {
        let found = match self.next() {
            Some(byte) => format!("`{}`", shown(&String::from(char::from(byte)))),
            None => "its end".to_owned(),
        };
        let position = self.position + self.read;
        format!("its header is no dictionary of NumPy: expected {what} at byte {position}, but found {found}")
    }

    /// Takes the bytes as long as they are part of a word, a number or a string.
    fn take_while(&mut self, is_part: impl Fn(u8) -> bool) -> &'t [u8] {
        let rest = &self.text[self.read..];
        let taken = &rest[..rest.iter().position(|&byte| !is_part(byte)).unwrap_or(rest.len())];
        self.read += taken.len();
        taken
    }

    fn string(&mut self, what: &str) -> Result<String, String> {
        let Some(quote @ (b'\'' | b'"')) = self.next() else { return Err(self.unexpected(what)) };
        self.read += 1;
        let content = self.take_while(|byte| byte != quote);
        if self.text.get(self.read) != Some(&quote) {
            return Err(self.unexpected("a closing quote"));
        }
        self.read += 1;
        Ok(String::from_utf8_lossy(content).into_owned())
    }

    fn description(&mut self) -> Result<String, String> {
        if self.next() == Some(b'[') {
            return Err("its elements are records of several fields: save each field as an array".to_owned());
        }
        self.string("the kind of the elements in quotes")
    }

    fn boolean(&mut self) -> Result<bool, String> {
        self.next();
        let start = self.read;
        match self.take_while(|byte| byte.is_ascii_alphanumeric()) {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => {
                self.read = start;
                Err(self.unexpected("`True` or `False`"))
            }
        }
    }

    /// Reads the sizes of the axes.
    fn tuple(&mut self) -> Result<Vec<usize>, String> {
        let mut sizes = Vec::new();
        self.expect(b'(', "`(`")?;
        while !self.take(b')') {
            self.next();
            let digits = self.take_while(|byte| byte.is_ascii_digit());
            if digits.is_empty() {
                return Err(self.unexpected("the size of an axis, or `)`"));
            }
            let digits = String::from_utf8_lossy(digits);
            sizes.push(digits.parse().map_err(|_| format!("an axis has the size {}", shown(&digits)))?);
            // Python 2 marked integers of any length so.
            self.take(b'L');
            if !self.take(b',') {
                self.expect(b')', "`,` or `)`")?;
                break;
            }
        }
        Ok(sizes)
    }

    fn end(&mut self) -> Result<(), String> {
        if self.next().is_none() { Ok(()) } else { Err(self.unexpected("its end")) }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;

    use super::Header;

    fn mistake(text: &str) -> String {
        Header::parse(text.as_bytes(), 10).unwrap_err()
    }

    #[test]
    fn entries_may_have_any_order_and_spaces() {
        let header = Header { description: "<f8".into(), is_fortran: true, sizes: vec![3, 4] };
        let texts = [
            "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 4), }          \n",
            "{\"shape\":(3L,4L,),'fortran_order':True,'descr':\"<f8\"}",
            " { 'shape' : ( 3 , 4 ) , 'descr' : '<f8' , 'fortran_order' : True } ",
        ];
        assert!(texts.iter().all(|text| Header::parse(text.as_bytes(), 10).as_ref() == Ok(&header)));
        let sizes = |text: &str| Header::parse(text.as_bytes(), 10).unwrap().sizes;
        assert!(sizes("{'descr': '|u1', 'fortran_order': False, 'shape': ()}").is_empty());
        assert_eq!(sizes("{'descr': '|u1', 'fortran_order': False, 'shape': (5,)}"), [5]);
    }

    #[test]
    fn mistakes_name_the_byte_of_the_file() {
        let no_dictionary = "its header is no dictionary of NumPy: expected ";
        for (text, expected) in [
            ("", "`{` at byte 10, but found its end"),
            ("[1]", "`{` at byte 10, but found `[`"),
            ("{'descr' '<f4'}", "`:` at byte 19, but found `'`"),
            ("{descr: '<f4'}", "a key in quotes, or `}` at byte 11, but found `d`"),
            ("{'descr': '<f4", "a closing quote at byte 24, but found its end"),
            ("{'descr': 3}", "the kind of the elements in quotes at byte 20, but found `3`"),
            ("{'fortran_order': 0}", "`True` or `False` at byte 28, but found `0`"),
            ("{'fortran_order': Falsehood}", "`True` or `False` at byte 28, but found `F`"),
            ("{'shape': 3}", "`(` at byte 20, but found `3`"),
            ("{'shape': (-3,)}", "the size of an axis, or `)` at byte 21, but found `-`"),
            ("{'shape': (3 4)}", "`,` or `)` at byte 23, but found `4`"),
            ("{'shape': (3,)", "`,` or `}` at byte 24, but found its end"),
            ("{'shape': (3,)} x", "its end at byte 26, but found `x`"),
            ("{'shape': (3,)\u{1b}", "`,` or `}` at byte 24, but found `\\u{1b}`"),
        ] {
            let message = mistake(text);
            assert_eq!(message.strip_prefix(no_dictionary), Some(expected), "{message}");
        }
        assert_eq!(
            mistake("{'descr': [('x', '<f4')]}").split(':').next(),
            Some("its elements are records of several fields")
        );
        assert_eq!(mistake("{'shape': (3,), 'shape': (3,)}"), "its header has two entries `shape`");
        assert_eq!(mistake("{'a\u{7}': 1}"), "its header has an entry `a\\u{7}`, which no array has");
        assert_eq!(mistake("{'shape': (3,), 'descr': '<f4'}"), "its header has no entry `fortran_order`");
        assert_eq!(mistake("{'shape': (99999999999999999999,)}"), "an axis has the size 99999999999999999999");
    }
}
