//! For any tokens, the front end returns messages and terminates.

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use super::{outcome, outcome_of};

/// A small pseudorandom generator, so that a failure can be reproduced from its seed.
struct Random(u64);

impl Random {
    /// Returns the next number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        // The multiplier and increment of Knuth's MMIX generator.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// Returns up to `most` random tokens.
fn soup(random: &mut Random, most: u64, depth: u32) -> TokenStream {
    const WORDS: [&str; 22] = [
        "struct", "const", "usize", "where", "pub", "type", "self", "_", "N", "H", "Dense", "Tanh", "Softmax",
        "Vector", "Image", "Custom", "hidden", "as", "if", "fn", "Residual", "Residual",
    ];
    const MARKS: &[u8] = b"<>,:;=-+*/#!.'&|$?";
    let mut trees = TokenStream::new();
    for _ in 0..random.below(most + 1) {
        let choice = random.below(10);
        let tree: TokenTree = match choice {
            0..4 => {
                let word = WORDS[usize::try_from(random.below(22)).unwrap_or(0)];
                Ident::new(word, Span::call_site()).into()
            }
            4..7 => {
                let mark = MARKS[usize::try_from(random.below(18)).unwrap_or(0)];
                let spacing = match random.below(2) {
                    // A lone quote is not a token.
                    0 if mark != b'\'' => Spacing::Alone,
                    _ => Spacing::Joint,
                };
                Punct::new(char::from(mark), spacing).into()
            }
            7 => Literal::u64_unsuffixed(random.below(4)).into(),
            8 => Literal::string("text").into(),
            _ if depth == 0 => Literal::f64_unsuffixed(0.5).into(),
            _ => {
                let delimiter = match random.below(4) {
                    0 => Delimiter::Brace,
                    1 => Delimiter::Bracket,
                    2 => Delimiter::None,
                    _ => Delimiter::Parenthesis,
                };
                Group::new(delimiter, soup(random, 8, depth - 1)).into()
            }
        };
        trees.extend([tree]);
    }
    trees
}

#[test]
fn random_tokens_give_a_network_or_messages() {
    let mut random = Random(37);
    for _ in 0..20_000 {
        let mut header: TokenStream = "struct Name".parse().unwrap_or_default();
        match random.below(4) {
            0 => header = soup(&mut random, 20, 3),
            1 => header.extend(soup(&mut random, 20, 3)),
            2 => {
                header.extend([TokenTree::from(Punct::new('=', Spacing::Alone))]);
                header.extend(soup(&mut random, 30, 3));
            }
            _ => {
                let layers = soup(&mut random, 30, 3);
                header.extend([TokenTree::from(Group::new(Delimiter::Brace, layers))]);
            }
        }
        let _ = outcome_of(header);
    }
}

#[test]
fn every_prefix_and_every_gap_gives_a_network_or_messages() {
    let source = "#[doc = \"x\"] pub(crate) struct Name<const N: usize, const H: usize>(Vector<N>) \
                  -> Probabilities<3> { hidden: Dense<N, { H }>, Tanh, custom: a::Custom<_, 3>(1, 2), \
                  Dense<2 * 8, 3>, Softmax, }";
    let trees: Vec<_> = source.parse::<TokenStream>().unwrap_or_default().into_iter().collect();
    for length in 0..trees.len() {
        let _ = outcome_of(trees.iter().take(length).cloned().collect());
    }
    let letters: Vec<_> = source.char_indices().collect();
    for (start, _) in &letters {
        for (end, _) in letters.iter().filter(|(end, _)| end > start).take(12) {
            let text = format!("{}{}", &source[..*start], &source[*end..]);
            if let Ok(tokens) = text.parse() {
                let _ = outcome_of(tokens);
            }
        }
    }
}

#[test]
fn long_and_deep_expressions_are_rejected_before_they_exhaust_the_stack() {
    for (text, mistakes) in [
        (format!("{}1", "- ".repeat(100_000)), 1),
        (format!("{}1{}", "(".repeat(300), ")".repeat(300)), 1),
        (format!("{}1{}", "[".repeat(300), "]".repeat(300)), 1),
        (format!("1{}", " + 1".repeat(100_000)), 1),
        (format!("{{ {}1 }}", "! ".repeat(350)), 0),
        (format!("{{ {}1 }}", "|x| ".repeat(100)), 0),
        (format!("{{ {}1{} }}", "[".repeat(20), "]".repeat(20)), 0),
        (format!("{{ {}1{} }}", "{ if a ".repeat(20), "}".repeat(20)), 1),
    ] {
        let layer = outcome(&format!("struct Name {{ Dense<1, {text}> }}"));
        assert_eq!(layer.messages.len(), mistakes, "{text:.40}");
        let _ = outcome(&format!("struct Name (Vector<3>) {{ Custom<{text}>({text}) }}"));
    }
    let nested = format!("{}u8{}", "Custom<".repeat(20_000), ">".repeat(20_000));
    let _ = outcome(&format!("struct Name (Vector<3>) = {nested}"));
}
