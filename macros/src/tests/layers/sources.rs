//! What does a test reach by name? Functions, macros and networks of its file, read as tokens.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

/// The items of a file. Several functions may have one name.
#[derive(Default)]
pub(super) struct Source {
    /// The bodies of functions and macros.
    bodies: BTreeMap<String, Vec<TokenStream>>,
    /// The declarations of networks outside of functions.
    networks: BTreeMap<String, Vec<TokenStream>>,
    /// The tests in order.
    pub(super) tests: Vec<Test>,
}

/// A test.
pub(super) struct Test {
    /// Its name.
    pub(super) name: String,
    /// Its body.
    body: TokenStream,
    /// Whether it is made for each layer in the table of the macro, by `every_layer!`.
    pub(super) of_table: bool,
}

/// What a test reaches.
pub(super) struct Reached {
    /// Identifiers and literals.
    pub(super) words: BTreeSet<String>,
    /// The declarations of networks, with their names.
    pub(super) networks: Vec<(String, TokenStream)>,
}

impl Source {
    /// Reads the text of a file.
    pub(super) fn of(text: &str) -> Self {
        let mut source = Self::default();
        source.read(parsed(text));
        source
    }

    /// Reads items, also those in modules and in the arguments of macros such as `proptest!`.
    fn read(&mut self, tokens: TokenStream) {
        let trees: Vec<_> = tokens.into_iter().collect();
        let (mut at, mut is_test) = (0, false);
        while at < trees.len() {
            let rest = &trees[at..];
            if let Some(item) = item(rest) {
                let (name, body) = (item.name, item.body);
                let test = Test { name: name.clone(), body: body.clone(), of_table: false };
                self.tests.extend((is_test && item.is_function).then_some(test));
                self.bodies.entry(name).or_default().push(body);
                (at, is_test) = (at + item.length, false);
                continue;
            }
            at += match rest {
                [TokenTree::Punct(mark), TokenTree::Group(attribute), ..] if mark.as_char() == '#' => {
                    is_test |= attribute.stream().to_string() == "test";
                    2
                }
                [TokenTree::Ident(word), TokenTree::Punct(mark), TokenTree::Group(argument), ..]
                    if mark.as_char() == '!' =>
                {
                    self.call(word, argument);
                    3
                }
                [TokenTree::Group(group), ..] => {
                    self.read(group.stream());
                    1
                }
                _ => 1,
            };
        }
    }

    /// Reads a call of a macro outside of functions.
    fn call(&mut self, name: &Ident, argument: &Group) {
        if name == "every_layer" {
            // The macro in the argument writes a test for each layer.
            let callback = argument.stream().to_string();
            let writes_tests = self.bodies.get(&callback).into_iter().flatten().any(has_test);
            let test = Test { name: callback, body: argument.stream(), of_table: true };
            self.tests.extend(writes_tests.then_some(test));
        } else if let Some((network, declaration)) = declared(name, argument) {
            self.networks.entry(network).or_default().push(declaration);
        } else {
            self.read(argument.stream());
        }
    }

    /// Returns what a test reaches, over any number of functions and macros.
    pub(super) fn reached(&self, test: &Test) -> Reached {
        let mut reached = Reached { words: BTreeSet::new(), networks: Vec::new() };
        let mut open = vec![test.body.clone()];
        while let Some(tokens) = open.pop() {
            let mut words = Vec::new();
            collect(tokens, &mut words, &mut reached.networks);
            for word in words {
                if !reached.words.insert(word.clone()) {
                    continue;
                }
                open.extend(self.bodies.get(&word).into_iter().flatten().cloned());
                for declaration in self.networks.get(&word).into_iter().flatten() {
                    reached.networks.push((word.clone(), declaration.clone()));
                    open.push(declaration.clone());
                }
            }
        }
        reached
    }
}

/// Returns the tokens of a file.
pub(super) fn parsed(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|error| panic!("a file of tests is not valid tokens: {error}"))
}

/// Returns whether a type implements one of these traits in a file.
pub(super) fn implements(text: &str, traits: &[&str], name: &str) -> bool {
    in_tokens(parsed(text), traits, name)
}

/// Returns whether `Trait for Name` is among the tokens, or among those of a macro call, for one of these traits.
fn in_tokens(tokens: TokenStream, traits: &[&str], name: &str) -> bool {
    let trees: Vec<_> = tokens.into_iter().collect();
    let words: Vec<_> = trees.iter().map(ToString::to_string).collect();
    words.windows(3).any(|words| traits.contains(&&*words[0]) && words[1] == "for" && words[2] == name)
        || trees
            .into_iter()
            .any(|tree| matches!(tree, TokenTree::Group(group) if in_tokens(group.stream(), traits, name)))
}

/// A function, or a macro by `macro_rules!`.
struct Item {
    name: String,
    body: TokenStream,
    /// The number of its tokens.
    length: usize,
    is_function: bool,
}

/// Returns the item that starts here, if one does. The body of a signature is empty.
fn item(trees: &[TokenTree]) -> Option<Item> {
    let (name, is_function) = match trees {
        [TokenTree::Ident(word), TokenTree::Ident(name), ..] if word == "fn" => (name, true),
        [TokenTree::Ident(word), _, TokenTree::Ident(name), ..] if word == "macro_rules" => (name, false),
        _ => return None,
    };
    let (mut length, mut body) = (trees.len(), TokenStream::new());
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => body = group.stream(),
            TokenTree::Punct(mark) if mark.as_char() == ';' => {}
            _ => continue,
        }
        length = at + 1;
        break;
    }
    Some(Item { name: name.to_string(), body, length, is_function })
}

/// Returns whether the attribute `#[test]` occurs.
fn has_test(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|tree| match tree {
        TokenTree::Group(group) => group.stream().to_string() == "test" || has_test(&group.stream()),
        _ => false,
    })
}

/// Collects identifiers and literals, and the networks that are declared among them.
fn collect(tokens: TokenStream, words: &mut Vec<String>, networks: &mut Vec<(String, TokenStream)>) {
    let trees: Vec<_> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(word) => {
                words.push(word.to_string());
                if let [_, TokenTree::Punct(mark), TokenTree::Group(argument), ..] = &trees[at..]
                    && mark.as_char() == '!'
                {
                    networks.extend(declared(word, argument));
                }
            }
            TokenTree::Literal(literal) => words.push(literal.to_string()),
            TokenTree::Group(group) => collect(group.stream(), words, networks),
            TokenTree::Punct(_) => {}
        }
    }
}

/// Returns the network that a call of a macro declares, with its name: `network!(..)`, or a case of `layer_agrees!(..)`, which is
/// a title, an input in parentheses and a layer. There is none in the rules of a macro, which have placeholders.
fn declared(name: &Ident, argument: &Group) -> Option<(String, TokenStream)> {
    let trees: Vec<_> = argument.stream().into_iter().collect();
    let is_dollar = |tree: &TokenTree| matches!(tree, TokenTree::Punct(mark) if mark.as_char() == '$');
    let declaration = if name == "network" {
        argument.stream()
    } else if name == "layer_agrees" {
        let is_title = |pair: &[TokenTree]| matches!(pair, [TokenTree::Literal(_), TokenTree::Punct(mark)] if mark.as_char() == ':');
        let title = trees.windows(2).position(is_title)?;
        let [TokenTree::Group(input), layer @ ..] = &trees[title + 2..] else { return None };
        let (input, layer) = (input.stream(), layer.iter().cloned().collect::<TokenStream>());
        if input.clone().into_iter().any(|tree| is_dollar(&tree)) {
            return None;
        }
        quote!(struct Alone (#input) = #layer)
    } else {
        return None;
    };
    if trees.iter().any(is_dollar) {
        return None;
    }
    let words: Vec<_> = declaration.clone().into_iter().map(|tree| tree.to_string()).collect();
    let name = words.iter().skip_while(|word| *word != "struct").nth(1)?.clone();
    Some((name, declaration))
}
