//! Files with errors: any bytes give a declaration or a reason.

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
