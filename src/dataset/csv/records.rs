//! The lines of a table, one after the other or from any place.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::io::{BufRead as _, BufReader, Read as _};

use csv::{ErrorKind, Position, Reader, ReaderBuilder, StringRecord, Trim};

use super::settings::Settings;
use super::source::Source;
use crate::dataset::place::Place;
use crate::error::{Error, Result, shown};

/// An open table.
pub struct Records<'f> {
    place: Place<'f>,
    settings: Settings,
    /// The name of the table for messages.
    name: String,
    reader: Reader<Source<'f>>,
    names: Vec<String>,
    /// The record that was read last, or the first if it is a sample.
    record: StringRecord,
    /// Whether `record` was not returned yet.
    is_waiting: bool,
}

/// A sample, as text.
pub(super) struct Record<'r, 'f>(&'r Records<'f>);

impl<'f> Records<'f> {
    pub(super) fn open(place: Place<'f>, settings: Settings) -> Result<Self> {
        let (name, source) = (place.name("table"), Source::open(&place)?);
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).trim(Trim::All);
        builder.delimiter(settings.delimiter).comment(settings.comment);
        let (reader, record) = (builder.from_reader(source), StringRecord::new());
        let mut records = Self { place, settings, name, reader, names: Vec::new(), record, is_waiting: false };
        if !records.advance()? {
            return Err(records.unreadable("it is empty".to_owned()));
        }
        let first = records.record.iter();
        records.names = if records.settings.header {
            first.map(|name| name.trim_start_matches('\u{feff}').trim().to_owned()).collect()
        } else {
            (1..=records.record.len()).map(|column| column.to_string()).collect()
        };
        records.is_waiting = !records.settings.header;
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

    /// Returns the file or the bytes.
    pub(super) fn source(&self) -> &Source<'f> {
        self.reader.get_ref()
    }

    /// Reads the sample that starts at this byte.
    pub(super) fn next_at(&mut self, start: u64) -> Result<Option<Record<'_, 'f>>> {
        // With the end of the line before, since the reader ignores a byte order mark where it starts.
        let mut position = Position::new();
        position.set_byte(start.saturating_sub(1));
        self.reader.seek(position).map_err(|error| self.unreadable(error.to_string()))?;
        self.is_waiting = false;
        self.next()
    }

    /// Reads the next sample.
    pub(super) fn next(&mut self) -> Result<Option<Record<'_, 'f>>> {
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
        let Ok(file) = Source::open(&self.place) else { return 0 };
        let mut file = BufReader::new(file);
        let before = file.by_ref().take(self.record.position().map_or(0, Position::byte));
        let (mut line, mut text) = (1, Vec::new());
        line += before.bytes().map_while(core::result::Result::ok).filter(|&byte| byte == b'\n').count() as u64;
        while matches!(file.read_until(b'\n', &mut text), Ok(1..)) {
            let is_empty = text.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
            if !is_empty && text.first().copied() != self.settings.comment {
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
            Error::Unreadable { source: self.name.clone(), reason }
        })
    }

    pub(super) fn unreadable(&self, reason: String) -> Error {
        Error::Unreadable { source: self.name.clone(), reason }
    }
}

impl Record<'_, '_> {
    /// Returns the byte at which [`Records::next_at`] reads it again.
    pub(super) fn start(&self) -> u64 {
        self.0.record.position().map_or(0, Position::byte)
    }

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
