//! What did the user write? A formula as a tree, every node with its position.

use proc_macro2::{Ident, TokenStream};

use crate::place::Place;

/// One expression of a formula.
pub(crate) struct Expression {
    pub(crate) kind: Kind,
    pub(crate) place: Place,
    /// Its source text.
    pub(crate) text: String,
}

impl Expression {
    /// Returns the expression that a block ends with, or the expression itself.
    pub(crate) fn result(&self) -> &Self {
        match &self.kind {
            Kind::Block(_, result) => result.result(),
            _ => self,
        }
    }
}

/// The name of a formula that another macro reported as a mistake.
pub(crate) const MISTAKE: &str = "__mistake";

/// The kinds of expressions.
pub(crate) enum Kind {
    /// `0.5`
    Number(f64),
    /// `x`
    Name(Ident),
    /// `core::f64::consts::PI`: a constant that only the compiler knows.
    Path(TokenStream),
    /// `-x`
    Negated(Box<Expression>),
    /// `x + y`, with the position of the operator.
    Binary(Operator, Place, Box<[Expression; 2]>),
    /// `tanh(x)` or `x.tanh()`
    Call(Ident, Vec<Expression>),
    /// `if x < y { .. } else { .. }`
    If(Box<Condition>),
    /// `{ let t = ..; .. }`
    Block(Vec<Statement>, Box<Expression>),
    /// `each(x, y, |a, b| ..)`: a formula of each of the parts of which the values consist.
    Each(Ident, Vec<Expression>, Vec<Ident>, Box<Expression>),
    /// `x[a..b]`: a part of a value, with the position of the brackets.
    Range(Box<Expression>, Bounds, Place),
    /// `x[a]`: an element or a row, with the position of the brackets.
    Index(Box<Expression>, TokenStream, Place),
    /// A mistake, which was reported.
    Mistake,
}

/// An operator between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Operator {
    /// Returns its source text.
    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
        }
    }
}

/// `if left < right { yes } else { no }`. Other comparisons are written with this one.
pub(crate) struct Condition {
    pub(crate) left: Expression,
    pub(crate) right: Expression,
    pub(crate) yes: Expression,
    pub(crate) no: Expression,
}

/// The bounds of `a..b`, each of which may be left out.
pub(crate) struct Bounds {
    pub(crate) start: Option<TokenStream>,
    pub(crate) end: Option<TokenStream>,
}

/// What stands before the result of a block.
pub(crate) enum Statement {
    /// `let name = value;`, or `let mut`
    Let { name: Ident, value: Expression, is_mutable: bool },
    /// A mistake, which was reported: its source text.
    Mistake(String),
    /// `name = value;`
    Assign { name: Ident, value: Expression },
    /// `for index in start..end { .. }`, without an index for `_`.
    For { index: Option<Ident>, bounds: [TokenStream; 2], place: Place, body: Vec<Statement>, text: String },
}
