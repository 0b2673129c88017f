//! What does the header of a file say?
//!
//! The crate of the format stores headers in maps. There the second of two entries with the same name replaces the first, and
//! the map takes several times the memory of the text. Here the text is read twice, entry by entry: once to count the entries,
//! and once to put them into a list whose entries borrow their texts. The list is checked against the specification of the
//! format: <https://github.com/huggingface/safetensors>.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::result::Result;

use safetensors::Dtype;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::error::shown;

/// The name of the entry that is not a tensor.
const METADATA: &str = "__metadata__";
/// This library's entry in the metadata.
const LABEL: &str = "typenet";
/// The maximum length of the name of a type.
const LONGEST_TYPE: usize = 64;

/// The contents of a header, which borrow its text.
#[derive(Debug)]
pub(super) struct Parsed<'h> {
    /// This library's entry in the metadata.
    pub(super) label: Option<Cow<'h, str>>,
    /// The tensors in the order of their bytes, which follow one another without gaps.
    pub(super) tensors: Vec<Entry<'h>>,
}

/// A tensor of a file. It is small, since a file may have as many as its length allows.
#[derive(Debug)]
pub(super) struct Entry<'h> {
    pub(super) name: Cow<'h, str>,
    pub(super) kind: Dtype,
    /// The sizes as written, `[2, 3]`.
    sizes: &'h str,
    /// The position of its first byte after the header.
    start: usize,
}

/// Reads a header.
pub(super) fn parse(text: &str) -> Result<Parsed<'_>, String> {
    let mut count = 0;
    each_entry(text, |_, _| {
        count += 1;
        Ok(())
    })
    .map_err(|reason| format!("it {reason}"))?;
    let (mut label, mut metadata, mut tensors) = (None, None, Vec::with_capacity(count));
    each_entry(text, |name, value| {
        if name != METADATA {
            tensors.push(Entry::new(name, value)?);
            return Ok(());
        }
        label = own_entry(value).map_err(|reason| format!("`{METADATA}` {reason}"))?;
        once(&mut metadata, value, METADATA).map_err(|reason| format!("it {reason}"))
    })?;
    require_different(&mut tensors).map_err(|name| format!("it has two tensors named `{name}`"))?;
    sort(&mut tensors);
    let mut end = 0;
    for tensor in &tensors {
        if tensor.start != end {
            let (name, start) = (shown(&tensor.name), tensor.start);
            return Err(format!("the bytes of `{name}` begin at {start}, and those before them end at {end}"));
        }
        end += tensor.len();
    }
    Ok(Parsed { label, tensors })
}

impl<'h> Parsed<'h> {
    /// Returns the number of bytes of all tensors.
    pub(super) fn len(&self) -> usize {
        self.tensors.last().map_or(0, |last| last.start + last.len())
    }

    /// Renames the tensors.
    pub(super) fn rename(&mut self, rename: impl Fn(Cow<'h, str>) -> Cow<'h, str>) -> Result<(), String> {
        for tensor in &mut self.tensors {
            tensor.name = rename(core::mem::take(&mut tensor.name));
        }
        require_different(&mut self.tensors)
            .map_err(|name| format!("two of its tensors have the name `{name}` after renaming"))?;
        sort(&mut self.tensors);
        Ok(())
    }
}

/// Sorts tensors by their bytes, and tensors without bytes by their names.
fn sort(tensors: &mut [Entry<'_>]) {
    tensors.sort_unstable_by(|one, other| {
        let by_start = one.start.cmp(&other.start);
        by_start.then_with(|| one.len().cmp(&other.len())).then_with(|| one.name.cmp(&other.name))
    });
}

/// Returns the name as an error if two tensors have the same. Afterwards the tensors are sorted by name.
fn require_different(tensors: &mut [Entry<'_>]) -> Result<(), String> {
    tensors.sort_unstable_by(|one, other| one.name.cmp(&other.name));
    let twice = tensors.windows(2).find(|pair| pair[0].name == pair[1].name);
    twice.map_or(Ok(()), |pair| Err(shown(&pair[0].name)))
}

/// Returns this library's entry in the metadata, all of whose values must be strings.
fn own_entry(metadata: &str) -> Result<Option<Cow<'_, str>>, String> {
    let mut label = None;
    // Other programs write this for absent metadata.
    if metadata == "null" {
        return Ok(label);
    }
    each_entry(metadata, |name, value| {
        if !value.starts_with('"') {
            return Err(format!("has a value that is not a string under `{}`", shown(&name)));
        }
        if name == LABEL { once(&mut label, text(value)?, LABEL) } else { Ok(()) }
    })?;
    Ok(label)
}

impl<'h> Entry<'h> {
    fn new(name: Cow<'h, str>, value: &'h str) -> Result<Self, String> {
        match Self::of(value) {
            Ok((kind, sizes, start)) => Ok(Self { name, kind, sizes, start }),
            Err(reason) => Err(format!("`{}` {reason}", shown(&name))),
        }
    }

    /// Returns the type, the sizes and the position of the first byte.
    fn of(value: &'h str) -> Result<(Dtype, &'h str, usize), String> {
        let (mut kind, mut sizes, mut range) = (None, None, None);
        each_entry(value, |field, value| match &*field {
            "dtype" => once(&mut kind, value, "dtype"),
            "shape" => once(&mut sizes, value, "shape"),
            "data_offsets" => once(&mut range, value, "data_offsets"),
            // The crate of the format ignores it, too.
            _ => Ok(()),
        })?;
        let kind = kind_of(kind.ok_or("has no `dtype`")?)?;
        let sizes = sizes.ok_or("has no `shape`")?;
        let range = range.ok_or("has no `data_offsets`")?;
        let mut ends = numbers(range);
        let (Some(Some(start)), Some(Some(end)), None) = (ends.next(), ends.next(), ends.next()) else {
            return Err(format!("has {} as `data_offsets`, and not two positions", shown(range)));
        };
        let len = bytes_of(kind, sizes)?;
        if end.checked_sub(start) != Some(len) {
            return Err(format!("takes {len} bytes, but its `data_offsets` are {start} and {end}"));
        }
        Ok((kind, sizes, start))
    }

    /// Returns the number of its bytes.
    pub(super) fn len(&self) -> usize {
        // Overflow was refused earlier.
        bytes_of(self.kind, self.sizes).unwrap_or(0)
    }

    /// Returns the sizes, of which there may be very many.
    pub(super) fn sizes(&self) -> impl Iterator<Item = usize> {
        // Sizes that are not integers were refused earlier.
        numbers(self.sizes).flatten()
    }
}

/// Returns the type with this quoted name.
fn kind_of(name: &str) -> Result<Dtype, String> {
    let refused = || format!("is of type {}, which the format does not have", shown(name));
    if name.len() > LONGEST_TYPE { Err(refused()) } else { serde_json::from_str(name).map_err(|_| refused()) }
}

/// Returns the number of bytes of a tensor.
fn bytes_of(kind: Dtype, sizes: &str) -> Result<usize, String> {
    let mut count = Some(1_usize);
    for size in numbers(sizes) {
        let size = size.ok_or_else(|| format!("has the shape {}, and not a list of sizes", shown(sizes)))?;
        count = count.and_then(|count| count.checked_mul(size));
    }
    let bits = count.and_then(|count| count.checked_mul(kind.bitsize())).ok_or("has sizes that overflow")?;
    if bits.is_multiple_of(8) { Ok(bits / 8) } else { Err("ends within a byte".into()) }
}

/// Returns the integers of a list, and `None` in place of anything else. `list` is JSON.
fn numbers(list: &str) -> impl Iterator<Item = Option<usize>> {
    let inside = list.strip_prefix('[').and_then(|list| list.strip_suffix(']'));
    let is_empty = inside.is_some_and(|inside| inside.trim().is_empty());
    // Anything but a list counts as a single item that is not an integer.
    inside.unwrap_or("").split(',').map(|number| number.trim().parse().ok()).filter(move |_| !is_empty)
}

/// Stores the value of a name that may occur only once.
fn once<X>(place: &mut Option<X>, value: X, name: &str) -> Result<(), String> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(format!("has `{name}` twice")),
    }
}

/// Parses a quoted string.
fn text(quoted: &str) -> Result<Cow<'_, str>, String> {
    serde_json::from_str(quoted).map(|Text(text)| text).map_err(|error| format!("is not valid JSON: {error}"))
}

/// Calls `each` with every entry of an object, in order: its name and its value as written.
///
/// Values are not parsed here, since messages of the parser would repeat whatever is in place of an object or a number, at any
/// length.
fn each_entry<'h>(
    object: &'h str,
    each: impl FnMut(Cow<'h, str>, &'h str) -> Result<(), String>,
) -> Result<(), String> {
    match object.trim_start().chars().next() {
        Some('{') => {}
        Some(_) => return Err(format!("is {}, and not an object", shown(object))),
        None => return Err("is empty".into()),
    }
    let mut entries = Entries { each, refused: None };
    let mut parser = serde_json::Deserializer::from_str(object);
    let parsed = parser.deserialize_map(&mut entries).and_then(|()| parser.end());
    match entries.refused {
        Some(reason) => Err(reason),
        None => parsed.map_err(|error| format!("is not valid JSON: {error}")),
    }
}

struct Entries<F> {
    each: F,
    /// Why `each` stopped.
    refused: Option<String>,
}

impl<'h, F: FnMut(Cow<'h, str>, &'h str) -> Result<(), String>> Visitor<'h> for &mut Entries<F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'h>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(Text(name)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            if let Err(reason) = (self.each)(name, value.get()) {
                self.refused = Some(reason);
                return Err(M::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// A string, borrowed if it has no escapes.
struct Text<'h>(Cow<'h, str>);

impl<'h> Deserialize<'h> for Text<'h> {
    fn deserialize<D: Deserializer<'h>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;

        impl<'h> Visitor<'h> for Borrowing {
            type Value = Text<'h>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'h str) -> Result<Text<'h>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'h>, E> {
                Ok(Text(Cow::Owned(text.into())))
            }
        }

        deserializer.deserialize_str(Borrowing)
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::format;
    use alloc::string::{String, ToString};
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use proptest::sample::{Index, select};
    use safetensors::tensor::Metadata;

    use super::{Entry, parse};

    /// Names, types and sizes with the bytes that they take; a few of them are wrong.
    const NAMES: [&str; 6] = ["a", "b.weight", "data_offsets", r"\u0061", r#"\n\""#, "größe"];
    const KINDS: [&str; 5] = [r#""F32""#, r#""BF16""#, r#""U8""#, r#""F4""#, r#""F33""#];
    const SIZES: [(&str, usize); 8] = [
        ("[2,3]", 6),
        ("[]", 1),
        ("[ 4 ]", 4),
        ("[0,5]", 0),
        ("[1,1,1,1,1,1,1,1,1,2]", 2),
        ("[9223372036854775807,3]", 0),
        ("[2.0]", 2),
        ("2", 2),
    ];
    const METADATA: [&str; 5] =
        [r#"{"format":"pt"}"#, r#"{"data_offsets":"\u0041","typenet":""}"#, "{}", "null", r#"{"a":1}"#];

    /// A header, occasionally with a position that is off by one, with fields and entries in any order; and whether two tensors
    /// have the same name.
    fn header() -> impl Strategy<Value = (String, bool)> {
        let off = || prop_oneof![9 => Just(0_i64), 1 => -1..=1_i64];
        let tensor = (select(&NAMES[..]), select(&KINDS[..]), select(&SIZES[..]), off(), any::<Index>());
        let metadata = proptest::option::of(select(&METADATA[..]));
        (proptest::collection::vec(tensor, 0..4), metadata, any::<Index>()).prop_map(|(tensors, metadata, turn)| {
            let mut start = 0;
            let mut entries: Vec<String> = Vec::new();
            let mut names: Vec<_> = tensors.iter().map(|tensor| tensor.0.replace(r"\u0061", "a")).collect();
            names.sort_unstable();
            for (name, kind, (sizes, count), off, turn) in tensors {
                let bits = [32, 16, 8, 4, 8][KINDS.iter().position(|&other| other == kind).expect("a kind")];
                let end = start + i64::try_from(count * bits / 8).expect("few bytes") + off;
                let mut fields = [
                    format!(r#""dtype":{kind}"#),
                    format!(r#""shape":{sizes}"#),
                    format!(r#""data_offsets":[{start},{end}]"#),
                    r#""other":[{}]"#.to_string(),
                ];
                fields.rotate_left(turn.index(4));
                entries.push(format!(r#""{name}":{{{}}}"#, fields.join(", ")));
                start = end;
            }
            entries.extend(metadata.map(|metadata| format!(r#""__metadata__":{metadata}"#)));
            // One more than there are, so that some headers have none.
            let turns = turn.index(entries.len() + 1);
            entries.rotate_left(turns);
            (format!("{{{}}}", entries.join(",\n")), names.windows(2).any(|pair| pair[0] == pair[1]))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn a_header_is_read_as_the_crate_of_the_format_reads_it((header, is_twice) in header()) {
            let parsed = parse(&header);
            // Of two tensors with the same name, that crate keeps the second.
            if is_twice {
                prop_assert!(parsed.is_err());
                return Ok(());
            }
            let own = parsed.map(|parsed| {
                let fields = |tensor: &Entry<'_>| (tensor.kind, tensor.sizes().collect(), tensor.start);
                let tensors = parsed.tensors.iter().map(|tensor| (tensor.name.to_string(), fields(tensor)));
                (tensors.collect(), parsed.label.as_deref().map(String::from), parsed.len())
            });
            let of_the_crate = serde_json::from_str::<Metadata>(&header).map(|metadata| {
                let tensors = metadata.tensors().into_iter();
                let tensors = tensors.map(|(name, info)| (name, (info.dtype, info.shape.clone(), info.data_offsets.0)));
                let label = metadata.metadata().as_ref().and_then(|entries| entries.get("typenet").cloned());
                (tensors.collect::<BTreeMap<_, (_, Vec<usize>, _)>>(), label, metadata.data_len())
            });
            prop_assert_eq!(own.ok(), of_the_crate.ok(), "{}", header);
        }
    }
}
