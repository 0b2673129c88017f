//! Texts and tables as HTML.

use alloc::string::String;
use core::fmt::{Display, Write};

use crate::markup::Escaped;

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
    use super::Table;

    #[test]
    fn no_text_is_markup() {
        let mut table = Table::new(&["a<b"]);
        table.row(&[&"<i>", &1.5]);
        assert_eq!(
            table.end(),
            "<div class=\"wide\"><table>\n<thead><tr><th>a&lt;b</th></tr></thead>\n\
             <tr><th>&lt;i&gt;</th><td>1.5</td></tr>\n</table></div>\n"
        );
    }
}
