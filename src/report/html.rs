//! Texts and tables as HTML.

use alloc::string::String;
use core::fmt::{self, Display, Formatter, Write};

/// A text with the characters escaped that mean something in HTML.
pub(super) struct Escaped<T>(pub(super) T);

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

/// The rows of a table, cell by cell.
pub(super) struct Table(String);

impl Table {
    /// Begins a table with the titles of its columns. Without any, the first cell of each row is its title.
    pub(super) fn new(titles: &[&str]) -> Self {
        let mut table = Self(String::from("<div class=\"wide\"><table>\n"));
        if !titles.is_empty() {
            table.0.push_str("<thead><tr>");
            for title in titles {
                table.cell("th", title);
            }
            table.0.push_str("</tr></thead>\n");
        }
        table
    }

    /// Adds a row whose first cell is its title.
    pub(super) fn row(&mut self, cells: &[&dyn Display]) {
        self.0.push_str("<tr>");
        for (column, cell) in cells.iter().enumerate() {
            self.cell(if column == 0 { "th" } else { "td" }, cell);
        }
        self.0.push_str("</tr>\n");
    }

    fn cell(&mut self, tag: &str, content: &dyn Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "<{tag}>{}</{tag}>", Escaped(content));
    }

    pub(super) fn end(mut self) -> String {
        self.0.push_str("</table></div>\n");
        self.0
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{Escaped, Table};

    #[test]
    fn no_text_is_markup() {
        let text = "<script>alert('1 & \"2\"')</script>\u{0}\n";
        let escaped = "&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;\u{FFFD}\n";
        assert_eq!(Escaped(text).to_string(), escaped);
        let mut table = Table::new(&["a<b"]);
        table.row(&[&"<i>", &1.5]);
        assert_eq!(
            table.end(),
            "<div class=\"wide\"><table>\n<thead><tr><th>a&lt;b</th></tr></thead>\n\
             <tr><th>&lt;i&gt;</th><td>1.5</td></tr>\n</table></div>\n"
        );
    }
}
