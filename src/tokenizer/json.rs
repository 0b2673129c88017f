//! How is a vocabulary read from `tokenizer.json`, and written as such?

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::byte_alphabet;
use super::pieces::{PATTERN, Pieces};
use super::{BytePairs, indices};
use crate::error::{Error, Result, shown};
use crate::file;

/// What is wrong with a file, as a clause.
type Parsed<T> = core::result::Result<T, String>;

impl BytePairs {
    /// Reads a `tokenizer.json` of Hugging Face's `tokenizers`.
    ///
    /// The model is byte-level byte-pair encoding: `BPE` behind `ByteLevel`, also with a `Split` by a pattern, and without a normalizer, as
    /// for GPT-2, GPT-4 and Llama 3. A post-processor, which adds tokens around a text, is ignored: add them by
    /// [`special`](Self::special).
    ///
    /// # Errors
    /// - [`Error::File`] if the file cannot be read.
    /// - [`Error::Unreadable`] if it is no such file, or one of another kind of tokenizer, and why.
    ///
    /// # Example
    /// ```no_run
    /// use typenet::{BytePairs, Token};
    ///
    /// let pairs = BytePairs::from_json("tokenizer.json")?;
    /// let mut prompt: Vec<Token<50_257>> = pairs.tokens("Once upon a time")?;
    /// prompt.extend(pairs.special("<|endoftext|>"));
    /// # Ok::<(), typenet::Error>(())
    /// ```
    pub fn from_json(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes = fs::read(path).map_err(|error| file::failed("read", path, &error))?;
        Self::parsed(&bytes, || format!("`{}`", path.display()))
    }

    /// Reads the bytes of a `tokenizer.json`, such as those of `include_bytes!`.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_json_bytes(bytes: &[u8]) -> Result<Self> {
        Self::parsed(bytes, || "the file in memory".to_owned())
    }

    fn parsed(bytes: &[u8], source: impl FnOnce() -> String) -> Result<Self> {
        let value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"));
        let parsed = value.and_then(|value| parse(&value));
        parsed.map_err(|reason| Error::Unreadable { source: source(), reason })
    }

    /// Writes the vocabulary as a `tokenizer.json`, which `tokenizers.Tokenizer.from_file` reads in Python.
    ///
    /// # Errors
    /// [`Error::File`] if the file cannot be written. An existing file is unchanged then.
    pub fn save_json(&self, path: impl AsRef<Path>) -> Result<()> {
        file::replace(path.as_ref(), self.to_json().to_string().as_bytes())
    }

    fn to_json(&self) -> Value {
        let name = |index: usize| {
            let special = self.special.iter().find(|&&(_, special)| special as usize == index);
            special.map_or_else(|| byte_alphabet::written(&self.tokens[index]), |(name, _)| name.clone())
        };
        let vocab: Map<String, Value> = (0..self.len()).map(|index| (name(index), index.into())).collect();
        let written = |index: u32| byte_alphabet::written(&self.tokens[index as usize]);
        let merges: Vec<_> = self.merges.in_order().into_iter().map(|pair| pair.map(written)).collect();
        let special = |(name, index): &(String, u32)| {
            json!({ "id": index, "content": name, "single_word": false, "lstrip": false, "rstrip": false,
                "normalized": false, "special": true })
        };
        let byte_level =
            json!({ "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true });
        json!({
            "version": "1.0",
            "truncation": null,
            "padding": null,
            "added_tokens": self.special.iter().map(special).collect::<Vec<_>>(),
            "normalizer": null,
            "pre_tokenizer": pre_tokenizer(&self.pieces),
            "post_processor": null,
            "decoder": byte_level,
            "model": {
                "type": "BPE", "dropout": null, "unk_token": null, "continuing_subword_prefix": null,
                "end_of_word_suffix": null, "fuse_unk": false, "byte_fallback": false,
                "ignore_merges": self.merges.takes_whole_pieces(), "vocab": vocab, "merges": merges,
            },
        })
    }
}

fn pre_tokenizer(pieces: &Pieces) -> Value {
    let byte_level = |regex: bool| json!({ "type": "ByteLevel", "add_prefix_space": pieces.adds_space(), "trim_offsets": true, "use_regex": regex });
    if pieces.pattern() == PATTERN {
        return byte_level(true);
    }
    let split =
        json!({ "type": "Split", "pattern": { "Regex": pieces.pattern() }, "behavior": "Isolated", "invert": false });
    json!({ "type": "Sequence", "pretokenizers": [split, byte_level(false)] })
}

fn parse(file: &Value) -> Parsed<BytePairs> {
    let model = &file["model"];
    require("its model", &model["type"], "BPE")?;
    require_nothing("its normalizer", &file["normalizer"])?;
    for name in ["dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"] {
        require_nothing(&format!("the setting `{name}` of its model"), &model[name])?;
    }
    let pieces = parse_pieces(&file["pre_tokenizer"])?;
    let special = parse_special(&file["added_tokens"])?;
    let tokens = parse_tokens(&model["vocab"], &special)?;
    let pairs = parse_merges(&model["merges"], &tokens)?;
    Ok(BytePairs::of(tokens, special, pieces, pairs, model["ignore_merges"] == true))
}

fn require(what: &str, value: &Value, expected: &str) -> Parsed<()> {
    match value {
        Value::String(kind) if kind == expected => Ok(()),
        Value::String(kind) => Err(format!("{what} is `{}`, not `{expected}`", shown(kind))),
        _ => Err(format!("{what} is not `{expected}`")),
    }
}

/// Requires that something which would change the tokens is not there.
fn require_nothing(what: &str, value: &Value) -> Parsed<()> {
    match value {
        Value::Null | Value::Bool(false) => Ok(()),
        Value::String(text) if text.is_empty() => Ok(()),
        Value::Number(number) if number.as_f64() == Some(0.0) => Ok(()),
        Value::Object(object) => match object.get("type") {
            Some(Value::String(kind)) => Err(format!("{what} is `{}`, which is not supported", shown(kind))),
            _ => Err(format!("{what} is not supported")),
        },
        other => Err(format!("{what} is {}, which is not supported", shown(&other.to_string()))),
    }
}

fn parse_pieces(value: &Value) -> Parsed<Pieces> {
    const WHAT: &str = "its pre-tokenizer";
    if value["type"] != "Sequence" {
        require(WHAT, &value["type"], "ByteLevel")?;
        // Older files do not have `use_regex`.
        if value["use_regex"] == false {
            return Err(format!("{WHAT} does not cut text into pieces"));
        }
        return Pieces::new(PATTERN, value["add_prefix_space"] == true);
    }
    let [split, byte_level] = value["pretokenizers"].as_array().map_or(&[][..], Vec::as_slice) else {
        return Err(format!("{WHAT} is not a `Split` and a `ByteLevel`"));
    };
    require(WHAT, &split["type"], "Split")?;
    require(WHAT, &byte_level["type"], "ByteLevel")?;
    require("the behavior of its `Split`", &split["behavior"], "Isolated")?;
    require_nothing("the setting `invert` of its `Split`", &split["invert"])?;
    require_nothing("the setting `add_prefix_space` of its `ByteLevel`", &byte_level["add_prefix_space"])?;
    if byte_level["use_regex"] != false {
        return Err(format!("{WHAT} cuts text into pieces twice"));
    }
    let Some(pattern) = split["pattern"]["Regex"].as_str() else {
        return Err("the pattern of its `Split` is not a regular expression".into());
    };
    Pieces::new(pattern, false)
}

fn index(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|index| u32::try_from(index).ok())
}

fn parse_special(value: &Value) -> Parsed<Vec<(String, u32)>> {
    let mut special = Vec::new();
    for token in value.as_array().map_or(&[][..], Vec::as_slice) {
        let (Some(name), Some(index)) = (token["content"].as_str(), index(&token["id"])) else {
            return Err("an entry of `added_tokens` has no `content` or `id`".into());
        };
        if token["special"] != true {
            return Err(format!("the added token `{}` is not special, which is not supported", shown(name)));
        }
        special.push((name.to_owned(), index));
    }
    Ok(special)
}

/// Returns the bytes of each token.
fn parse_tokens(vocab: &Value, special: &[(String, u32)]) -> Parsed<Vec<Vec<u8>>> {
    let Value::Object(vocab) = vocab else { return Err("its model has no `vocab`".into()) };
    let mut tokens = vec![Vec::new(); vocab.len() + special.len()];
    let mut count = 0;
    let mut place = |name: &str, index: u32, bytes: Vec<u8>| {
        let token = tokens
            .get_mut(index as usize)
            .ok_or_else(|| format!("token `{}` has index {index}, although there are fewer tokens", shown(name)))?;
        if !token.is_empty() {
            return Err(format!("token `{}` has index {index}, as another has", shown(name)));
        }
        count = count.max(index as usize + 1);
        *token = bytes;
        Ok(())
    };
    for (name, index) in special {
        place(name, *index, name.clone().into_bytes())?;
    }
    for (name, value) in vocab {
        let Some(index) = index(value) else { return Err(format!("token `{}` has no index", shown(name))) };
        // The vocabulary may have the special tokens too.
        if !special.iter().any(|(other, _)| other == name) {
            let bytes = byte_alphabet::bytes(name).filter(|bytes| !bytes.is_empty());
            place(name, index, bytes.ok_or_else(|| format!("token `{}` is not written in bytes", shown(name)))?)?;
        }
    }
    tokens.truncate(count);
    if let Some(index) = tokens.iter().position(Vec::is_empty) {
        return Err(format!("no token has index {index}, although there are larger ones"));
    }
    let has = |byte: u8| tokens.iter().any(|token| token[..] == [byte]);
    match (0..=u8::MAX).find(|&byte| !has(byte)) {
        None => Ok(tokens),
        Some(byte) => Err(format!(
            "there is no token for the byte {byte:#04x}; train it with `initial_alphabet=ByteLevel.alphabet()`"
        )),
    }
}

fn parse_merges(merges: &Value, tokens: &[Vec<u8>]) -> Parsed<Vec<([u32; 2], u32)>> {
    let by_bytes = indices(tokens);
    let find = |bytes: Option<Vec<u8>>| bytes.and_then(|bytes| by_bytes.get(&bytes).copied());
    let Value::Array(merges) = merges else { return Err("its model has no `merges`".into()) };
    let parse = |(rank, merge): (usize, &Value)| {
        let pair = match merge {
            Value::String(pair) => pair.split_once(' '),
            Value::Array(pair) => match &pair[..] {
                [Value::String(first), Value::String(second)] => Some((first.as_str(), second.as_str())),
                _ => None,
            },
            _ => None,
        };
        let (first, second) = pair.ok_or_else(|| format!("merge {rank} is not a pair of tokens"))?;
        let merged = byte_alphabet::bytes(&format!("{first}{second}"));
        let [first, second] = [first, second].map(|token| find(byte_alphabet::bytes(token)));
        let all = (first, second, find(merged));
        let (Some(first), Some(second), Some(merged)) = all else {
            return Err(format!("merge {rank} is of tokens, or gives a token, that the vocabulary does not have"));
        };
        Ok(([first, second], merged))
    };
    merges.iter().enumerate().map(parse).collect()
}
