//! How is a history written for other programs?

use alloc::format;
use alloc::string::String;
use core::fmt::{self, Display, Write};

use crate::history::History;

/// The columns of a table that are not measures.
pub(crate) const OTHER_COLUMNS: [&str; 4] = ["epoch", "samples", "learning_rate", "seconds"];

impl History {
    /// Returns the history as comma-separated values, with a header and one line per epoch. The columns are the number of the
    /// epoch, the number of samples, the measures under their names, the learning rate of the last step, and the seconds. Values
    /// have as many digits as are needed to read them back exactly. A value that is not finite, and the learning rate of an
    /// optimizer without one, is an empty cell.
    ///
    /// # Example
    /// ```
    /// use typenet::prelude::*;
    ///
    /// network!(struct Guess = Dense<1, 2>, Softmax);
    /// let data = Dataset::<Vector<1>, Class<2>>::labelled([[0.0], [1.0]], [0, 1])?;
    /// let history = Trainer::new(Nll, Sgd::new(0.5)).metric(Accuracy).validation(&data).fit(&mut Guess::zeroed(), &data)?;
    /// let text = history.to_csv();
    /// let mut lines = text.lines();
    /// assert_eq!(lines.next(), Some("epoch,samples,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds"));
    /// assert!(lines.next().is_some_and(|line| line.starts_with("1,2,0.693147")));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut text = String::from("epoch,samples");
        // Writing to a string cannot fail.
        for measure in self.measures() {
            let _ = write!(text, ",{}", CsvText(&measure.name));
        }
        text.push_str(",learning_rate,seconds\n");
        for record in self.epochs() {
            let _ = write!(text, "{},{}", record.epoch, record.samples);
            for (_, value) in record.measures() {
                let _ = write!(text, ",{}", Cell(value, ""));
            }
            let rate = record.learning_rate.unwrap_or(f64::NAN);
            let _ = writeln!(text, ",{},{}", Cell(rate, ""), record.seconds);
        }
        text
    }

    /// Returns the history as a JSON object with three fields. `seed` is a string, because many parsers read numbers as floats.
    /// `path` is the instruction set. `epochs` is an array of objects whose keys are the column names of
    /// [`to_csv`](Self::to_csv). A value that is not finite, and the learning rate of an optimizer without one, is
    /// `null`.
    ///
    /// # Example
    /// ```
    /// let none = typenet::History::default();
    /// assert_eq!(none.to_json(), r#"{"seed":null,"path":null,"epochs":[]}"#);
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = match (self.seed(), self.path()) {
            (Some(seed), Some(path)) => format!(r#"{{"seed":"{seed}","path":"{path:?}","epochs":["#),
            _ => String::from(r#"{"seed":null,"path":null,"epochs":["#),
        };
        for record in self.epochs() {
            let comma = if record.epoch == 1 { "" } else { "," };
            // Writing to a string cannot fail.
            let _ = write!(text, r#"{comma}{{"epoch":{},"samples":{}"#, record.epoch, record.samples);
            for (name, value) in record.measures() {
                let _ = write!(text, r#","{}":{}"#, JsonText(name), Cell(value, "null"));
            }
            let rate = record.learning_rate.unwrap_or(f64::NAN);
            let _ = write!(text, r#","learning_rate":{},"seconds":{}}}"#, Cell(rate, "null"), record.seconds);
        }
        text.push_str("]}");
        text
    }
}

/// A value in a table, with the text that replaces it if it is not finite. Finite values print in a form that JSON accepts.
struct Cell(f64, &'static str);

impl Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_finite() { Display::fmt(&self.0, f) } else { f.write_str(self.1) }
    }
}

/// A number in JSON, or `null` if it is not finite.
#[cfg(feature = "dashboard")]
pub(crate) struct JsonNumber(pub(crate) f64);

#[cfg(feature = "dashboard")]
impl Display for JsonNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Display::fmt(&Cell(self.0, "null"), f)
    }
}

/// A text in a CSV table, quoted if necessary.
///
/// # Source
/// RFC 4180, section 2.
struct CsvText<'a>(&'a str);

impl Display for CsvText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(['"', ',', '\n', '\r']) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}

/// The content of a JSON string, escaped.
///
/// # Source
/// RFC 8259, section 7.
pub(crate) struct JsonText<'a>(pub(crate) &'a str);

impl Display for JsonText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '"' | '\\' => write!(f, "\\{character}")?,
                '\0'..='\x1F' => write!(f, "\\u{:04x}", u32::from(character))?,
                _ => f.write_char(character)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{CsvText, JsonText};

    #[test]
    fn any_name_is_a_single_csv_field_and_a_single_json_string() {
        assert_eq!(CsvText("f1, strict").to_string(), "\"f1, strict\"");
        assert_eq!(CsvText("a \"b\"").to_string(), "\"a \"\"b\"\"\"");
        assert_eq!(CsvText("größe").to_string(), "größe");
        assert_eq!(JsonText("a\"b\\\n\u{7f}ö").to_string(), "a\\\"b\\\\\\u000a\u{7f}ö");
    }
}
