//! How do messages show text from outside?

use alloc::string::String;

/// The number of characters after which a text is cut.
const LONGEST: usize = 200;

/// Returns the beginning of a text. Escapes the characters that a terminal would take for a command.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::new();
    for letter in text.chars().take(LONGEST) {
        match letter {
            '"' | '\'' | '\\' => shown.push(letter),
            _ => shown.extend(letter.escape_debug()),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn long_texts_are_cut_and_commands_to_terminals_are_codes() {
        assert_eq!(shown(r#"dense.weight "F33""#), r#"dense.weight "F33""#);
        assert_eq!(shown("\u{1b}[2J\n"), "\\u{1b}[2J\\n");
        assert_eq!(shown(&"ö".repeat(200)), "ö".repeat(200));
        assert_eq!(shown(&"ö".repeat(201)), "ö".repeat(200) + "…");
    }
}
