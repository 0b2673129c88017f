//! How is text from outside shown in messages?

use alloc::string::String;

/// More characters are not shown.
const LONGEST: usize = 200;

/// The beginning of a text. What a terminal would take for a command is shown as its code.
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
