//! How is a text written in HTML, and how does a value show itself in a notebook?

use core::fmt::{self, Display, Formatter, Write};
use std::io;

/// A text with the characters escaped that mean something in HTML.
pub(crate) struct Escaped<T>(pub(crate) T);

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(Escaping(f), "{}", self.0)
    }
}

/// Escapes what is written to it.
struct Escaping<'a, 'f>(&'a mut Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                '\n' | '\t' => self.0.write_char(character)?,
                // HTML has no control characters.
                _ if character.is_control() => self.0.write_char('\u{FFFD}')?,
                _ => self.0.write_char(character)?,
            }
        }
        Ok(())
    }
}

/// Shows HTML in a notebook whose kernel is Evcxr.
///
/// # Source
/// Evcxr, "How to display custom types".
pub(crate) fn show(html: &impl Display) {
    // As `print!` does, except that an output without a reader ends nothing.
    let _ = write_html(&mut io::stdout().lock(), html);
}

/// Writes HTML between the marks that the kernel looks for.
fn write_html(out: &mut impl io::Write, html: &impl Display) -> io::Result<()> {
    writeln!(out, "EVCXR_BEGIN_CONTENT text/html\n{html}\nEVCXR_END_CONTENT")
}

/// A text whose columns are aligned.
pub(crate) struct Aligned<T>(pub(crate) T);

impl<T: Display> Display for Aligned<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "<pre style=\"line-height: 1.2\">{}</pre>", Escaped(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec::Vec;

    use super::{Aligned, Escaped, write_html};

    #[test]
    fn no_text_is_markup() {
        let text = "<script>alert('1 & \"2\"')</script>\u{0}\n";
        let escaped = "&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;\u{FFFD}\n";
        assert_eq!(Escaped(text).to_string(), escaped);
    }

    #[test]
    fn a_notebook_sees_html_between_marks() {
        let mut out = Vec::new();
        write_html(&mut out, &Aligned("Dense<2, 3>")).unwrap();
        let expected = "EVCXR_BEGIN_CONTENT text/html\n\
                        <pre style=\"line-height: 1.2\">Dense&lt;2, 3&gt;</pre>\nEVCXR_END_CONTENT\n";
        assert_eq!(out, expected.as_bytes());
    }
}
