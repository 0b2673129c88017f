//! Where does one construct end and the next begin? A cursor over tokens that knows what `<` and `>` enclose, so that parsing
//! can continue after a mistake.

use proc_macro2::{Delimiter, Group, Ident, Spacing, TokenStream, TokenTree};

use crate::identifier;
use crate::place::Place;
use crate::text;

mod brackets;

use brackets::{closing, is_joint, is_mark};

/// A position in a list of tokens.
#[derive(Clone, Copy)]
pub(crate) struct Tokens<'a> {
    /// The remaining tokens.
    trees: &'a [TokenTree],
    /// The position for an error about missing tokens.
    end: Place,
    /// The name of the end, for messages.
    end_word: &'static str,
}

/// A path with the tokens between its last `<` and `>`.
pub(crate) struct Path<'a> {
    /// All of its tokens.
    pub(crate) trees: &'a [TokenTree],
    /// Its identifiers.
    pub(crate) words: Vec<Ident>,
    /// Whether it is more than one identifier with arguments.
    pub(crate) leads: bool,
    /// The tokens between the last `<` and `>`.
    pub(crate) arguments: Option<Tokens<'a>>,
}

impl Path<'_> {
    /// Returns its position.
    pub(crate) fn place(&self) -> Place {
        match self.trees {
            [first, .., last] => Place::between(first.span(), last.span()),
            [only] => Place::of(only),
            [] => Place::call(),
        }
    }

    /// Returns its tokens without the arguments.
    pub(crate) fn base(&self) -> TokenStream {
        let arguments = self.arguments.map_or(0, |inside| inside.trees.len() + 2);
        let length = self.trees.len().saturating_sub(arguments);
        self.trees.iter().take(length).cloned().collect()
    }
}

/// The reason why a path could not be parsed.
pub(crate) enum NoPath<'a> {
    /// The next token does not begin or continue a path.
    Unexpected,
    /// This `<` has no `>`; parsing continues at the next layer.
    Unclosed(&'a TokenTree),
}

impl<'a> Tokens<'a> {
    /// Returns a cursor over the tokens of a whole macro call.
    pub(crate) fn new(trees: &'a [TokenTree]) -> Self {
        let end = trees.last().map_or_else(Place::call, Place::of);
        Self { trees, end, end_word: "the end" }
    }

    /// Returns a cursor over the tokens between the delimiters of `group`, which were collected into `trees`.
    pub(crate) fn inside(group: &Group, trees: &'a [TokenTree]) -> Self {
        let end_word = match group.delimiter() {
            Delimiter::Brace => "`}`",
            Delimiter::Parenthesis => "`)`",
            Delimiter::Bracket => "`]`",
            Delimiter::None => "the end",
        };
        Self { trees, end: group.span_close().into(), end_word }
    }

    /// Returns the same tokens without a final `mark`.
    pub(crate) fn without_last(mut self, mark: char) -> Self {
        if let Some((last, before)) = self.trees.split_last()
            && is_mark(Some(last), mark)
        {
            self.trees = before;
        }
        self
    }

    /// Returns the remaining tokens.
    pub(crate) fn rest(&self) -> &'a [TokenTree] {
        self.trees
    }

    /// Returns the remaining tokens as a stream.
    pub(crate) fn stream(&self) -> TokenStream {
        self.trees.iter().cloned().collect()
    }

    /// Returns whether no tokens remain.
    pub(crate) fn is_empty(&self) -> bool {
        self.trees.is_empty()
    }

    /// Returns the next token without taking it.
    pub(crate) fn peek(&self) -> Option<&'a TokenTree> {
        self.trees.first()
    }

    /// Takes the next token.
    pub(crate) fn next(&mut self) -> Option<&'a TokenTree> {
        let (first, rest) = self.trees.split_first()?;
        self.trees = rest;
        Some(first)
    }

    /// Skips `number` tokens.
    fn skip(&mut self, number: usize) {
        self.trees = self.trees.get(number..).unwrap_or_default();
    }

    /// Returns the position of the next token, or of the end.
    pub(crate) fn place(&self) -> Place {
        match self.trees {
            [] => self.end,
            // A lifetime is two tokens.
            [TokenTree::Punct(mark), word @ TokenTree::Ident(_), ..] if mark.as_char() == '\'' => {
                Place::between(mark.span(), word.span())
            }
            [first @ TokenTree::Group(group), ..] => match group.delimiter() {
                Delimiter::None => Place::of(first),
                _ => group.span_open().into(),
            },
            [first, rest @ ..] => {
                let mut last = first;
                for next in rest {
                    match (last, next) {
                        (TokenTree::Punct(mark), TokenTree::Punct(_)) if mark.spacing() == Spacing::Joint => {
                            last = next;
                        }
                        _ => break,
                    }
                }
                Place::between(first.span(), last.span())
            }
        }
    }

    /// Returns the next token in words.
    pub(crate) fn found(&self) -> String {
        text::found(self.trees, self.end_word)
    }

    /// Returns whether the token after `number` others is this mark.
    fn is_mark_at(&self, number: usize, mark: char) -> bool {
        is_mark(self.trees.get(number), mark)
    }

    /// Returns whether the next token is this mark.
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.is_mark_at(0, mark)
    }

    /// Takes the next token if it is this mark.
    pub(crate) fn take_mark(&mut self, mark: char) -> Option<&'a TokenTree> {
        if self.is_mark(mark) { self.next() } else { None }
    }

    /// Returns whether the next two tokens are `->`.
    pub(crate) fn is_arrow(&self) -> bool {
        self.is_mark_at(0, '-') && self.is_mark_at(1, '>')
    }

    /// Returns whether the next two tokens are `::`.
    fn is_path_separator(&self) -> bool {
        is_joint(self.trees.first(), ':') && self.is_mark_at(1, ':')
    }

    /// Returns whether the next token is this word.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self.peek(), Some(TokenTree::Ident(ident)) if ident == word)
    }

    /// Returns the next token, if it is a group in these delimiters.
    pub(crate) fn group(&self, delimiter: Delimiter) -> Option<&'a Group> {
        match self.peek() {
            Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
            _ => None,
        }
    }

    /// Takes the next token if it is a group in these delimiters.
    pub(crate) fn take_group(&mut self, delimiter: Delimiter) -> Option<&'a Group> {
        let group = self.group(delimiter)?;
        self.skip(1);
        Some(group)
    }

    /// Returns the word before a single `mark`, such as the name in `name: ..`.
    pub(crate) fn word_before(&self, mark: char) -> Option<&'a Ident> {
        match self.trees {
            [TokenTree::Ident(word), TokenTree::Punct(punct), rest @ ..] if punct.as_char() == mark => {
                let doubled = punct.spacing() == Spacing::Joint && is_mark(rest.first(), mark);
                (!doubled).then_some(word)
            }
            _ => None,
        }
    }

    /// Takes a path. After an error the cursor is at the next possible layer.
    pub(crate) fn path(&mut self) -> Result<Path<'a>, NoPath<'a>> {
        let start = self.trees;
        let mut words = Vec::new();
        let mut leads = self.is_path_separator();
        if leads {
            self.skip(2);
        }
        loop {
            let Some(TokenTree::Ident(segment)) = self.peek() else {
                return Err(NoPath::Unexpected);
            };
            let name = segment.to_string();
            if identifier::is_keyword(&name) && (name == "_" || !identifier::is_never_a_name(&name)) {
                return Err(NoPath::Unexpected);
            }
            self.skip(1);
            words.push(segment.clone());
            // `Dense::<64, 32>` is the same as `Dense<64, 32>`.
            if self.is_path_separator() && self.is_mark_at(2, '<') {
                self.skip(2);
            }
            let arguments = self.arguments()?;
            if !self.is_path_separator() {
                let length = start.len() - self.trees.len();
                let trees = start.get(..length).unwrap_or(start);
                return Ok(Path { trees, words, leads, arguments });
            }
            leads = true;
            self.skip(2);
        }
    }

    /// Takes `<..>` if it is next, and returns the tokens inside.
    pub(crate) fn arguments(&mut self) -> Result<Option<Self>, NoPath<'a>> {
        let Some(open) = self.take_mark('<') else {
            return Ok(None);
        };
        let Some(length) = closing(self.trees) else {
            self.skip_to_layer();
            return Err(NoPath::Unclosed(open));
        };
        let (inside, rest) = self.trees.split_at(length.min(self.trees.len()));
        let end = rest.first().map_or(self.end, Place::of);
        self.trees = rest;
        self.skip(1);
        Ok(Some(Self { trees: inside, end, end_word: "`>`" }))
    }

    /// Skips the `>` that closes an earlier `<` if only a `;` precedes it, and returns the position of the `;`.
    pub(crate) fn skip_semicolon(&mut self) -> Option<Place> {
        let place = self.place();
        let mut after = *self;
        after.take_mark(';')?;
        let length = closing(after.trees)?;
        after.skip(length + 1);
        *self = after;
        Some(place)
    }

    /// Skips to the comma before the next probable layer: `name:` or the name of a type.
    fn skip_to_layer(&mut self) {
        while !self.is_empty() {
            if self.is_mark(';') {
                return;
            }
            let mut after = *self;
            if after.take_mark(',').is_some() {
                let is_type = matches!(after.peek(), Some(TokenTree::Ident(word)) if identifier::is_type_like(word));
                if is_type || after.word_before(':').is_some() {
                    return;
                }
            }
            self.skip(1);
        }
    }

    /// Skips the next comma, or stops before the next `name:`.
    pub(crate) fn skip_behind_comma(&mut self) {
        while let Some(tree) = self.next() {
            if is_mark(Some(tree), ',') || is_mark(Some(tree), ';') {
                return;
            }
            if is_mark(Some(tree), '<')
                && let Some(length) = closing(self.trees)
            {
                self.skip(length + 1);
            }
            if self.word_before(':').is_some() {
                return;
            }
        }
    }

    /// Skips to the next `{ .. }` or `=` outside `<..>`.
    pub(crate) fn skip_to_body(&mut self) {
        while !self.is_empty() && !self.is_mark('=') && self.group(Delimiter::Brace).is_none() {
            let tree = self.next();
            if is_mark(tree, '<')
                && let Some(length) = closing(self.trees)
            {
                self.skip(length + 1);
            }
        }
    }

    /// Splits the tokens at commas outside `<..>`. A final comma adds no piece.
    pub(crate) fn split(mut self) -> Vec<Self> {
        let mut pieces = Vec::new();
        while !self.is_empty() {
            let start = self.trees;
            let mut ending = self;
            while !self.is_empty() && !self.is_mark(',') {
                let tree = self.next();
                if is_mark(tree, '<')
                    && let Some(length) = closing(self.trees)
                {
                    self.skip(length + 1);
                }
            }
            if !self.is_empty() {
                ending.end = self.place();
                ending.end_word = "`,`";
            }
            let length = start.len() - self.trees.len();
            ending.trees = start.get(..length).unwrap_or(start);
            pieces.push(ending);
            self.skip(1);
        }
        pieces
    }
}
