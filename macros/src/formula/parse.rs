//! Which expressions are formulas? Rust's parser reads them, and whatever has no meaning in a formula is an error here.

mod statements;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{
    BinOp, Expr, ExprBinary, ExprCall, ExprClosure, ExprIf, ExprIndex, ExprLit, ExprRange, ExprUnary, Lit, Pat,
    RangeLimits, UnOp, parenthesized,
};

use self::statements::read_block;
use super::expression::{Bounds, Condition, Expression, Kind, MISTAKE, Operator};
use crate::errors::{self, Errors};
use crate::place::Place;
use crate::text;

/// The deepest nesting of brackets. The parser is recursive.
const DEEPEST: usize = 64;
/// The most tokens of a formula. The parser recurses at operators too.
const MOST_TOKENS: usize = 4_000;

/// Parses a formula. `start` is the position of what stands before it.
pub(crate) fn formula(tokens: TokenStream, start: Place, errors: &mut Errors) -> Option<Expression> {
    let place = Place::of(&tokens);
    let Some(last) = tokens.clone().into_iter().last() else {
        errors.push(errors::no_formula(start));
        return None;
    };
    if depth(tokens.clone()) > DEEPEST || count(tokens.clone()) > MOST_TOKENS {
        errors.push(errors::formula_too_long(place));
        return None;
    }
    if let Some(operator) = at_sign(tokens.clone()) {
        errors.push(errors::unknown_operator(operator, "@"));
        return None;
    }
    // In parentheses at its last token, so that this is where a formula ends too early.
    let mut whole = Group::new(Delimiter::Parenthesis, tokens);
    whole.set_span(last.span());
    match expression.parse2(TokenTree::from(whole).into()) {
        Ok(expression) => Some(read(&expression, errors)),
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

/// Reads an expression in parentheses.
fn expression(input: ParseStream<'_>) -> syn::Result<Expr> {
    let inside;
    parenthesized!(inside in input);
    let expression = inside.parse().map_err(|error: syn::Error| {
        if error.to_string().starts_with("unexpected end of input") {
            errors::formula_ends_early(Place::from(error.span()))
        } else {
            errors::no_expression(&error)
        }
    })?;
    if inside.is_empty() { Ok(expression) } else { Err(errors::after_formula(&inside)) }
}

/// Returns the deepest nesting of brackets.
fn depth(tokens: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => 1 + depth(group.stream()),
        _ => 0,
    };
    tokens.into_iter().map(inside).max().unwrap_or(0)
}

/// Returns the position of an operator that only other languages have, which Rust's parser would not tell.
fn at_sign(tokens: TokenStream) -> Option<Place> {
    tokens.into_iter().find_map(|tree| match &tree {
        TokenTree::Group(group) => at_sign(group.stream()),
        TokenTree::Punct(mark) if mark.as_char() == '@' => Some(Place::of(&tree)),
        _ => None,
    })
}

/// Returns the number of tokens.
fn count(tokens: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => 2 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(inside).sum()
}

/// Reads an expression. What has no meaning in a formula is reported, and a mistake in the result.
fn read(expression: &Expr, errors: &mut Errors) -> Expression {
    let place = Place::of(expression);
    let kind = match expression {
        Expr::Paren(inner) => return Expression { place, ..read(&inner.expr, errors) },
        Expr::Group(inner) => return read(&inner.expr, errors),
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
            return read_block(&block.block, errors);
        }
        Expr::Lit(literal) => read_literal(literal, errors),
        Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
            Some(name) if name == MISTAKE => Kind::Mistake,
            Some(name) => Kind::Name(name.clone()),
            None => Kind::Path(path.to_token_stream()),
        },
        Expr::Unary(ExprUnary { op: UnOp::Neg(_), expr, .. }) => Kind::Negated(Box::new(read(expr, errors))),
        Expr::Binary(binary) => read_binary(binary, errors),
        Expr::Call(call) => read_call_of_path(call, errors),
        Expr::MethodCall(call) if call.turbofish.is_none() => {
            read_call(call.method.clone(), std::iter::once(&*call.receiver).chain(&call.args), errors)
        }
        Expr::If(condition) => read_if(condition, place, errors),
        Expr::Index(index) => read_index(index, errors),
        other => reported(without_meaning(other, place), errors),
    };
    Expression { kind, place, text: text::of(expression.to_token_stream()) }
}

/// Reports a mistake, and returns it as an expression.
fn reported(error: syn::Error, errors: &mut Errors) -> Kind {
    errors.push(error);
    Kind::Mistake
}

/// Returns the message about an expression that has no meaning in a formula.
fn without_meaning(expression: &Expr, place: Place) -> syn::Error {
    match expression {
        Expr::Unary(ExprUnary { op: operator, .. }) => {
            errors::unknown_operator(Place::of(operator), &text::of(operator.to_token_stream()))
        }
        Expr::Closure(_) => errors::lone_closure(first_token(expression, place)),
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => errors::loop_in_formula(first_token(expression, place)),
        Expr::Macro(call) => {
            errors::no_formula_function(place, &format!("{}!", text::of(call.mac.path.to_token_stream())))
        }
        Expr::Return(returned) => {
            let value =
                returned.expr.as_ref().map_or_else(|| "x".to_owned(), |value| text::of(value.to_token_stream()));
            errors::returned_value(Place::of(returned.return_token), &value)
        }
        Expr::Assign(assignment) => {
            errors::assignment_as_value(Place::of(assignment.eq_token), &text::of(assignment.left.to_token_stream()))
        }
        Expr::Field(field) if matches!(&*field.base, Expr::Path(base) if base.path.is_ident("self")) => {
            errors::field_of_self(place, &text::of(field.member.to_token_stream()))
        }
        other => errors::no_part_of_formula(place, &text::of(other.to_token_stream())),
    }
}

/// Reads a number.
fn read_literal(literal: &ExprLit, errors: &mut Errors) -> Kind {
    let (place, written) = (Place::of(literal), text::of(literal.to_token_stream()));
    let (digits, suffix) = match &literal.lit {
        Lit::Int(number) => (number.base10_digits(), number.suffix()),
        Lit::Float(number) => (number.base10_digits(), number.suffix()),
        _ => return reported(errors::no_number(place, &written), errors),
    };
    if suffix.is_empty() {
        Kind::Number(digits.parse().unwrap_or(f64::NAN))
    } else {
        reported(errors::number_with_suffix(place, &written), errors)
    }
}

/// Reads a sum, difference, product or quotient.
fn read_binary(binary: &ExprBinary, errors: &mut Errors) -> Kind {
    let place = Place::of(binary.op);
    let operator = match binary.op {
        BinOp::Add(_) => Operator::Add,
        BinOp::Sub(_) => Operator::Subtract,
        BinOp::Mul(_) => Operator::Multiply,
        BinOp::Div(_) => Operator::Divide,
        comparison if is_comparison(comparison) => {
            let written = text::spaced(binary.to_token_stream());
            return reported(errors::comparison_as_number(Place::of(binary), &written), errors);
        }
        other => {
            let unknown = || errors::unknown_operator(place, &text::of(other.to_token_stream()));
            return reported(compound(binary).unwrap_or_else(unknown), errors);
        }
    };
    let sides = [read(&binary.left, errors), read(&binary.right, errors)];
    Kind::Binary(operator, place, Box::new(sides))
}

/// Returns the message about `x += y`, and about the other operators that assign.
fn compound(binary: &ExprBinary) -> Option<syn::Error> {
    let operator = match binary.op {
        BinOp::AddAssign(_) => Operator::Add,
        BinOp::SubAssign(_) => Operator::Subtract,
        BinOp::MulAssign(_) => Operator::Multiply,
        BinOp::DivAssign(_) => Operator::Divide,
        _ => return None,
    };
    let [left, right] = [&binary.left, &binary.right].map(|side| text::of(side.to_token_stream()));
    let is_sum = |side: &Expr| {
        matches!(
            side,
            Expr::Binary(ExprBinary { op: BinOp::Add(_) | BinOp::Sub(_) | BinOp::Mul(_) | BinOp::Div(_), .. })
        )
    };
    let right = if is_sum(&binary.right) && operator != Operator::Add { format!("({right})") } else { right };
    Some(errors::compound_assignment(Place::of(binary.op), operator.symbol(), [&left, &right]))
}

/// Reads a call whose function has to be a name.
fn read_call_of_path(call: &ExprCall, errors: &mut Errors) -> Kind {
    if let Expr::Path(path) = &*call.func
        && let Some(name) = path.path.get_ident()
    {
        return read_call(name.clone(), call.args.iter(), errors);
    }
    let written = text::of(call.func.to_token_stream());
    reported(errors::no_formula_function(Place::of(&call.func), &written), errors)
}

/// Reads a call of a function by its name.
fn read_call<'a>(name: Ident, arguments: impl Iterator<Item = &'a Expr>, errors: &mut Errors) -> Kind {
    let mut arguments: Vec<_> = arguments.collect();
    let Some(Expr::Closure(closure)) = arguments.last() else {
        return Kind::Call(name, arguments.into_iter().map(|argument| read(argument, errors)).collect());
    };
    arguments.pop();
    let arguments = arguments.into_iter().map(|argument| read(argument, errors)).collect();
    let parameters = closure_parameters(closure, errors);
    Kind::Each(name, arguments, parameters, Box::new(read(&closure.body, errors)))
}

/// Returns the names between the bars of a closure.
fn closure_parameters(closure: &ExprClosure, errors: &mut Errors) -> Vec<Ident> {
    let mut names = Vec::new();
    for pattern in &closure.inputs {
        match pattern {
            Pat::Ident(name) if name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none() => {
                names.push(name.ident.clone());
            }
            Pat::Wild(wild) => names.push(Ident::new("_", wild.underscore_token.span)),
            other => errors.push(errors::no_input_pattern(Place::of(other))),
        }
    }
    names
}

/// Reads `x[a]` or `x[a..b]`.
fn read_index(index: &ExprIndex, errors: &mut Errors) -> Kind {
    let base = Box::new(read(&index.expr, errors));
    let place = Place::of(&index.index);
    match &*index.index {
        Expr::Range(range) => Kind::Range(base, bounds(range), place),
        single => Kind::Index(base, single.to_token_stream(), place),
    }
}

/// Returns the bounds of a range, of which the second is not part of it.
fn bounds(range: &ExprRange) -> Bounds {
    let end = range.end.as_ref().map(|end| match range.limits {
        RangeLimits::HalfOpen(_) => end.to_token_stream(),
        RangeLimits::Closed(_) => quote::quote!(#end + 1),
    });
    Bounds { start: range.start.as_ref().map(ToTokens::to_token_stream), end }
}

/// Returns the position of the first token.
fn first_token(expression: &Expr, place: Place) -> Place {
    expression.to_token_stream().into_iter().next().map_or(place, Place::of)
}

/// Returns whether an operator compares two values.
fn is_comparison(operator: BinOp) -> bool {
    matches!(operator, BinOp::Lt(_) | BinOp::Gt(_) | BinOp::Le(_) | BinOp::Ge(_) | BinOp::Eq(_) | BinOp::Ne(_))
}

/// Reads a condition with both branches.
fn read_if(condition: &ExprIf, place: Place, errors: &mut Errors) -> Kind {
    let mut inside = &*condition.cond;
    while let Expr::Paren(parentheses) = inside {
        inside = &parentheses.expr;
    }
    let (operator, left, right) = match inside {
        Expr::Binary(comparison) if is_comparison(comparison.op) => {
            if let operator @ (BinOp::Eq(_) | BinOp::Ne(_)) = comparison.op {
                errors.push(errors::no_order(Place::of(operator), &text::of(operator.to_token_stream())));
            }
            (Some(comparison.op), read(&comparison.left, errors), read(&comparison.right, errors))
        }
        other => {
            errors.push(match other {
                Expr::Binary(ExprBinary { op: operator @ (BinOp::And(_) | BinOp::Or(_)), .. }) => {
                    errors::two_comparisons(Place::of(operator), &text::of(operator.to_token_stream()))
                }
                other => errors::no_condition(Place::of(other), &text::of(other.to_token_stream())),
            });
            (None, mistake(other), mistake(other))
        }
    };
    let yes = read_block(&condition.then_branch, errors);
    let no = if let Some((_, otherwise)) = &condition.else_branch {
        read(otherwise, errors)
    } else {
        errors.push(errors::if_without_else(first_token(&Expr::If(condition.clone()), place)));
        mistake(&condition.cond)
    };
    // `a > b` is `b < a`; `a <= b` is not `b < a`.
    let (left, right, yes, no) = match operator {
        Some(BinOp::Gt(_)) => (right, left, yes, no),
        Some(BinOp::Le(_)) => (right, left, no, yes),
        Some(BinOp::Ge(_)) => (left, right, no, yes),
        _ => (left, right, yes, no),
    };
    Kind::If(Box::new(Condition { left, right, yes, no }))
}

/// Returns an expression in which there was a mistake.
fn mistake(tokens: impl ToTokens) -> Expression {
    let tokens = tokens.into_token_stream();
    Expression { kind: Kind::Mistake, place: Place::of(&tokens), text: text::of(tokens) }
}
