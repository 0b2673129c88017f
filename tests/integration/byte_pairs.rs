//! Byte-pair encoding: against Hugging Face's `tokenizers`, the vocabulary that a plain count learns, and files that are none.
//!
//! The recorded values, how they were made and in what form they are stored: `reference/README.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use serde_json::{Value, json};
use typenet::prelude::*;

use crate::support::folder::Folder;

fn recorded() -> Value {
    serde_json::from_str(include_str!("../reference/byte_pairs.json")).unwrap()
}

/// As many tokens as all vocabularies here have room for.
type Tokens = Vec<Token<512>>;

fn read(file: &Value) -> Result<BytePairs, String> {
    BytePairs::from_json_bytes(file.to_string().as_bytes()).map_err(|error| error.to_string())
}

fn indices(tokens: &Tokens) -> Vec<usize> {
    tokens.iter().map(|token| token.index()).collect()
}

#[test]
fn texts_have_the_tokens_of_hugging_face() {
    let recorded = recorded();
    for name in ["words", "space", "pattern"] {
        let case = &recorded[name];
        let pairs = read(&case["file"]).unwrap();
        for (text, expected) in case["texts"].as_array().unwrap().iter().zip(case["tokens"].as_array().unwrap()) {
            let text = text.as_str().unwrap();
            let tokens: Tokens = pairs.tokens(text).unwrap();
            assert_eq!(json!(indices(&tokens)), *expected, "{name}: {text:?}");
            let with_space = if name == "space" && !text.is_empty() && !text.starts_with(' ') { " " } else { "" };
            assert_eq!(pairs.text(&tokens), format!("{with_space}{text}"), "{name}");
        }
    }
}

#[test]
fn files_are_written_as_hugging_face_writes_them() {
    let (recorded, folder) = (recorded(), Folder::new("byte-pairs"));
    for name in ["words", "space", "pattern"] {
        let file = &recorded[name]["file"];
        read(file).unwrap().save_json(folder.path(name)).unwrap();
        let written: Value = serde_json::from_slice(&std::fs::read(folder.path(name)).unwrap()).unwrap();
        assert_eq!(written, *file, "{name}");
        let text = "Anna, 2001";
        let again: Tokens = BytePairs::from_json(folder.path(name)).unwrap().tokens(text).unwrap();
        assert_eq!(again, read(file).unwrap().tokens(text).unwrap(), "{name}");
    }
    let error = BytePairs::from_json(folder.path("none")).unwrap_err().to_string();
    assert!(error.contains("none"), "{error}");
}

#[test]
fn a_vocabulary_is_learned_as_by_a_plain_count() {
    let learned = &recorded()["learned"];
    let pairs = BytePairs::learn(learned["text"].as_str().unwrap(), 400).unwrap();
    let bytes = |index| json!(pairs.bytes(Token::<400>::new(index).unwrap()));
    let tokens: Vec<Value> = (256..pairs.len()).map(bytes).collect();
    assert_eq!(json!(tokens), learned["tokens"]);
    // Its file gives the same tokens.
    let folder = Folder::new("byte-pairs-learned");
    pairs.save_json(folder.path("file")).unwrap();
    let again = BytePairs::from_json(folder.path("file")).unwrap();
    let text = "the name of Anna, don't say हि\n";
    assert_eq!(again.tokens::<400, f32>(text).unwrap(), pairs.tokens(text).unwrap());
}

#[test]
fn learning_ends_when_no_pair_occurs_twice() {
    let pairs = BytePairs::learn("aaaa aaaa", 300).unwrap();
    // "aa", "aaaa"; what has the space occurs once.
    assert_eq!(pairs.len(), 258);
    assert_eq!(BytePairs::learn("", 256).unwrap().len(), 256);
    let error = BytePairs::learn("text", 255).unwrap_err().to_string();
    assert_eq!(error, "the vocabulary is 255, but must be at least 256, a token for each byte");
}

#[test]
fn half_a_character_and_a_long_piece() {
    let pairs = BytePairs::learn("x", 256).unwrap();
    let tokens: Vec<Token<300>> = pairs.tokens("é").unwrap();
    assert_eq!((pairs.text(&tokens), pairs.text(&tokens[..1])), ("é".into(), "\u{fffd}".into()));
    assert_eq!(pairs.bytes(Token::<300>::new(299).unwrap()), b"");

    let pairs = BytePairs::learn(&"ab".repeat(1 << 10), 264).unwrap();
    let tokens: Vec<Token<264>> = pairs.tokens(&"ab".repeat(1 << 14)).unwrap();
    assert_eq!(tokens.len(), 1 << (14 - 7));
}

#[test]
fn special_tokens_are_never_in_a_text() {
    let pairs = read(&recorded()["pattern"]["file"]).unwrap();
    let end = pairs.special::<512, f32>("<|end|>").unwrap();
    assert_eq!((end.index(), pairs.bytes(end)), (0, &b"<|end|>"[..]));
    assert!(!pairs.tokens("so <|end|>").unwrap().contains(&end));
    assert_eq!(pairs.special::<512, f32>("so"), None);
    let error = pairs.tokens::<329, f32>("so").unwrap_err().to_string();
    assert_eq!(error, "the vocabulary has 330 entries, but the network has only 329 tokens");
}

fn refused(pointer: &str, value: Value, expected: &str) {
    assert_eq!(changed(pointer, value), format!("the file in memory cannot be read: {expected}"));
}

/// The vocabulary of the file called "words", with a value replaced.
fn changed(pointer: &str, value: Value) -> String {
    let mut file = recorded()["words"]["file"].clone();
    *file.pointer_mut(pointer).unwrap() = value;
    read(&file).map(drop).unwrap_err()
}

#[test]
fn other_tokenizers_and_damaged_files_are_refused() {
    let error = BytePairs::from_json_bytes(b"{\"model\":").unwrap_err().to_string();
    assert!(error.starts_with("the file in memory cannot be read: it is not JSON: EOF"), "{error}");
    refused("/model/type", json!("WordPiece"), "its model is `WordPiece`, not `BPE`");
    refused("/normalizer", json!({"type": "NFC"}), "its normalizer is `NFC`, which is not supported");
    refused(
        "/model/end_of_word_suffix",
        json!("</w>"),
        "the setting `end_of_word_suffix` of its model is \"</w>\", which is not supported",
    );
    refused("/pre_tokenizer", json!({"type": "Metaspace"}), "its pre-tokenizer is `Metaspace`, not `ByteLevel`");
    refused("/pre_tokenizer/use_regex", json!(false), "its pre-tokenizer does not cut text into pieces");
    let split = |pattern: &str| {
        json!({"type": "Sequence", "pretokenizers": [
            {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": false},
            {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})
    };
    let error = changed("/pre_tokenizer", split("("));
    assert!(error.contains("its pattern is not a regular expression: "), "{error}");
}

#[test]
fn files_whose_tokens_do_not_belong_together_are_refused() {
    refused("/added_tokens", json!([{"id": 340}]), "an entry of `added_tokens` has no `content` or `id`");
    let added = json!([{"id": 340, "content": "<a>", "special": false}]);
    refused("/added_tokens", added, "the added token `<a>` is not special, which is not supported");
    let added = json!([{"id": 342, "content": "<a>", "special": true}]);
    refused("/added_tokens", added, "token `<a>` has index 342, although there are fewer tokens");
    refused("/model/vocab/A", json!(33), "token `B` has index 33, as another has");
    refused("/model/vocab/A", json!(-1), "token `A` has no index");
    refused(
        "/model/vocab/A",
        json!(4_294_967_295_u32),
        "token `A` has index 4294967295, although there are fewer tokens",
    );
    refused("/model/merges/3", json!(["a"]), "merge 3 is not a pair of tokens");
    refused(
        "/model/merges/3",
        json!("q z"),
        "merge 3 is of tokens, or gives a token, that the vocabulary does not have",
    );
    let mut file = recorded()["words"]["file"].clone();
    file["model"]["vocab"].as_object_mut().unwrap().remove("A");
    file["model"]["vocab"]["thirty-two"] = json!(32);
    let expected = "there is no token for the byte 0x41; train it with `initial_alphabet=ByteLevel.alphabet()`";
    assert!(read(&file).map(drop).unwrap_err().ends_with(expected));
}
