//! The lines of a table, one after the other.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read};

use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord, Trim};

use super::Csv;
use crate::dataset::place::{Place, failed};
use crate::error::{Error, Result, shown};

/// An open table.
pub struct Records<'f> {
    table: &'f Csv<'f>,
    /// The name of the table for messages.
    source: String,
    reader: Reader<Box<dyn Read + 'f>>,
    names: Vec<String>,
    /// The record that was read last, or the first if it is a sample.
    record: StringRecord,
    /// Whether `record` was not returned yet.
    is_waiting: bool,
}

/// A sample, as text.
pub(super) struct Record<'r>(&'r Records<'r>);

/// Opens the file: once to read it, and once more to find the line of a mistake.
fn open<'f>(place: &'f Place<'f>) -> Result<Box<dyn Read + 'f>> {
    Ok(match place {
        Place::Path(path) => Box::new(File::open(path).map_err(|error| failed(path, &error))?),
        Place::Memory(bytes) => Box::new(*bytes),
    })
}

impl<'f> Records<'f> {
    pub(super) fn open(table: &'f Csv<'f>) -> Result<Self> {
        let (source, input) = (table.place.name("table"), open(&table.place)?);
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(Trim::All).delimiter(table.delimiter).comment(table.comment);
        let (reader, record) = (builder.from_reader(input), StringRecord::new());
        let mut records = Self { table, source, reader, names: Vec::new(), record, is_waiting: false };
        if !records.advance()? {
            return Err(records.unreadable("it is empty".to_owned()));
        }
        let first = records.record.iter();
        records.names = if table.header {
            first.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect()
        } else {
            (1..=records.record.len()).map(|column| column.to_string()).collect()
        };
        records.is_waiting = !table.header;
        Ok(records)
    }

    /// Returns the names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns the position of the column with this name.
    pub(super) fn position(&self, name: &str) -> Result<usize> {
        let mut found = self.names.iter().enumerate().filter(|(_, column)| *column == name);
        match (found.next(), found.next()) {
            (Some((position, _)), None) => Ok(position),
            (Some(_), Some(_)) => Err(self.unreadable(format!("it has two columns `{}`", shown(name)))),
            (None, _) => {
                let names = self.names.iter().map(|name| format!("`{}`", shown(name))).collect::<Vec<_>>().join(", ");
                let hint = self.hint();
                Err(self.unreadable(format!("it has no column `{}`, only {names}{hint}", shown(name))))
            }
        }
    }

    /// Returns which separator a table may have whose lines seem to have one field, as the end of a message.
    pub(super) fn hint(&self) -> String {
        let [line] = &self.names[..] else { return String::new() };
        let separator = [';', '\t', '|', ','].into_iter().find(|&other| line.contains(other));
        separator.map_or_else(String::new, |separator| {
            format!("; if {separator:?} separates its fields, set `delimiter(b{separator:?})`")
        })
    }

    /// Reads the next sample.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_>>> {
        if !core::mem::take(&mut self.is_waiting) && !self.advance()? {
            return Ok(None);
        }
        let (found, expected) = (self.record.len(), self.names.len());
        if found != expected {
            let (line, fields) = (self.line(), if found == 1 { "field" } else { "fields" });
            return Err(self.unreadable(format!("line {line} has {found} {fields}, but the first line has {expected}")));
        }
        Ok(Some(Record(self)))
    }

    /// Returns the number of the line at which the last record begins, as a person counts. The reader's own number is that of the
    /// end of the record before, and empty lines and comments may follow it.
    fn line(&self) -> u64 {
        let Ok(file) = open(&self.table.place) else { return 0 };
        let mut file = BufReader::new(file);
        let before = file.by_ref().take(self.record.position().map_or(0, Position::byte));
        let (mut line, mut text) = (1, Vec::new());
        line += before.bytes().map_while(core::result::Result::ok).filter(|&byte| byte == b'\n').count() as u64;
        while matches!(file.read_until(b'\n', &mut text), Ok(1..)) {
            let is_empty = text.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            if !is_empty && text.first().copied() != self.table.comment {
                break;
            }
            line += 1;
            text.clear();
        }
        line
    }

    fn advance(&mut self) -> Result<bool> {
        self.reader.read_record(&mut self.record).map_err(|error| {
            let reason = match error.kind() {
                ErrorKind::Utf8 { pos: Some(position), .. } => format!("line {} is no UTF-8 text", position.line()),
                ErrorKind::Io(error) => error.to_string(),
                _ => error.to_string(),
            };
            Error::Unreadable { source: self.source.clone(), reason }
        })
    }

    pub(super) fn unreadable(&self, reason: String) -> Error {
        Error::Unreadable { source: self.source.clone(), reason }
    }
}

impl Record<'_> {
    /// Returns a field, without spaces around it.
    pub(super) fn field(&self, position: usize) -> &str {
        self.0.record.get(position).unwrap_or_default()
    }

    /// Describes what is wrong with a field.
    pub(super) fn wrong(&self, position: usize, reason: &str) -> Error {
        let name = shown(self.0.names.get(position).map_or("", |name| name));
        self.0.unreadable(format!("line {}, column `{name}`: {reason}", self.0.line()))
    }
}
