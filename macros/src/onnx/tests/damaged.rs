//! Files with errors: any bytes give a declaration or a reason.

use onnx_rs::ast::{Attribute, Graph, Model, Node};

use super::{file, imported};

#[test]
fn truncated_and_changed_files_are_read_or_refused() {
    let whole = file("onnx_images.onnx");
    for length in 0..whole.len() {
        assert!(imported(&whole[..length]).is_err(), "{length} bytes");
    }
    // A changed bit may lead anywhere, but not to a panic.
    for at in (0..whole.len()).step_by(2) {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at / 2 % 8);
        let _ = imported(&changed);
    }
}

#[test]
fn other_files_are_told() {
    assert_eq!(imported(b""), Err("it has no graph".to_owned()));
    assert_eq!(imported(b"\x08"), Err("unexpected EOF at offset 1 while reading varint".to_owned()));
}

/// A message in a field.
fn message(field: u8, inside: &[u8]) -> Vec<u8> {
    let mut length = inside.len();
    let mut message = vec![field << 3 | 2];
    while let [low, rest @ ..] = length.to_le_bytes()
        && (low > 127 || rest != [0; 7])
    {
        message.push(low | 128);
        length >>= 7;
    }
    message.push(length.to_le_bytes()[0]);
    message.extend(inside);
    message
}

#[test]
fn deep_nesting_is_refused_before_it_exhausts_the_stack() {
    // A graph in an attribute of a node of a graph, and types in types.
    let mut graph = Vec::new();
    let mut kind = Vec::new();
    for _ in 0..30_000 {
        graph = message(1, &message(5, &message(6, &graph)));
        kind = message(9, &message(1, &kind));
        if graph.len() > 200_000 {
            break;
        }
    }
    let refused = Err("it has more than 100 messages in one another".to_owned());
    assert_eq!(imported(&message(7, &graph)), refused);
    assert_eq!(imported(&message(7, &message(11, &message(2, &kind)))), refused);
    // The crate would read a number as a length.
    assert_eq!(imported(&[7 << 3, 2, 1 << 3 | 2, 0]), Err("field 7 has the wrong form".to_owned()));
    // A few graphs in one another are another matter.
    let mut inner = Graph { name: "inner", ..Graph::default() };
    for _ in 0..20 {
        let attribute = Attribute { name: "body", g: Some(Box::new(inner)), ..Attribute::default() };
        let node = Node { attribute: vec![attribute], output: vec!["y"], ..Node::default() };
        inner = Graph { node: vec![node], ..Graph::default() };
    }
    let bytes = onnx_rs::encode(&Model { graph: Some(inner), ..Model::default() });
    assert_eq!(imported(&bytes), Err("it names no version of the operators".to_owned()));
}
