//! Which expressions are formulas? Rust's parser reads them, and whatever has no meaning in a formula is an error here.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{BinOp, Block, Expr, ExprBinary, ExprIf, Lit, Local, Pat, Stmt, UnOp, parenthesized};

use super::expression::{Binding, Condition, Expression, Kind, Operator};
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

fn depth(tokens: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) => 1 + depth(group.stream()),
        _ => 0,
    };
    tokens.into_iter().map(inside).max().unwrap_or(0)
}

fn count(tokens: TokenStream) -> usize {
    let inside = |tree| match tree {
        TokenTree::Group(group) if group.delimiter() != Delimiter::None => 2 + count(group.stream()),
        _ => 1,
    };
    tokens.into_iter().map(inside).sum()
}

fn read(expression: &Expr, errors: &mut Errors) -> Expression {
    let place = Place::of(expression);
    let mut mistake = |error| {
        errors.push(error);
        Kind::Mistake
    };
    let kind = match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Int(number) if number.suffix().is_empty() => {
                Kind::Number(number.base10_digits().parse().unwrap_or(f64::NAN))
            }
            Lit::Float(number) if number.suffix().is_empty() => {
                Kind::Number(number.base10_digits().parse().unwrap_or(f64::NAN))
            }
            Lit::Int(_) | Lit::Float(_) => {
                mistake(errors::number_with_suffix(place, &text::of(literal.to_token_stream())))
            }
            _ => mistake(errors::no_number(place, &text::of(literal.to_token_stream()))),
        },
        Expr::Path(path) if path.qself.is_none() => match path.path.get_ident() {
            Some(name) => Kind::Name(name.clone()),
            None => Kind::Path(path.to_token_stream()),
        },
        Expr::Paren(inner) => return Expression { place, ..read(&inner.expr, errors) },
        Expr::Group(inner) => return read(&inner.expr, errors),
        Expr::Unary(unary) => match unary.op {
            UnOp::Neg(_) => Kind::Negated(Box::new(read(&unary.expr, errors))),
            operator => mistake(errors::unknown_operator(Place::of(operator), &text::of(operator.to_token_stream()))),
        },
        Expr::Binary(binary) => {
            let at = Place::of(binary.op);
            let operator = match binary.op {
                BinOp::Add(_) => Some(Operator::Add),
                BinOp::Sub(_) => Some(Operator::Subtract),
                BinOp::Mul(_) => Some(Operator::Multiply),
                BinOp::Div(_) => Some(Operator::Divide),
                _ => None,
            };
            match operator {
                Some(operator) => {
                    let sides = [read(&binary.left, errors), read(&binary.right, errors)];
                    Kind::Binary(operator, at, Box::new(sides))
                }
                None if is_comparison(binary.op) => {
                    mistake(errors::comparison_as_number(place, &text::spaced(binary.to_token_stream())))
                }
                None => mistake(errors::unknown_operator(at, &text::of(binary.op.to_token_stream()))),
            }
        }
        Expr::Call(call) => match &*call.func {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                let name = path.path.get_ident().cloned();
                let arguments = call.args.iter().map(|argument| read(argument, errors)).collect();
                name.map_or(Kind::Mistake, |name| Kind::Call(name, arguments))
            }
            function => {
                mistake(errors::no_formula_function(Place::of(function), &text::of(function.to_token_stream())))
            }
        },
        Expr::MethodCall(call) if call.turbofish.is_none() => {
            let arguments = std::iter::once(&*call.receiver).chain(&call.args);
            Kind::Call(call.method.clone(), arguments.map(|argument| read(argument, errors)).collect())
        }
        Expr::If(condition) => read_if(condition, place, errors),
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
            return read_block(&block.block, errors);
        }
        Expr::Index(index) => {
            mistake(errors::indexed(Place::of(&index.expr).to(place), &text::of(index.to_token_stream())))
        }
        Expr::ForLoop(_) | Expr::While(_) | Expr::Loop(_) => {
            mistake(errors::loop_in_formula(first_token(expression, place)))
        }
        Expr::Macro(call) => {
            mistake(errors::no_formula_function(place, &format!("{}!", text::of(call.mac.path.to_token_stream()))))
        }
        other => mistake(errors::no_part_of_formula(place, &text::of(other.to_token_stream()))),
    };
    Expression { kind, place, text: text::of(expression.to_token_stream()) }
}

/// Returns the position of the first token.
fn first_token(expression: &Expr, place: Place) -> Place {
    expression.to_token_stream().into_iter().next().map_or(place, Place::of)
}

fn is_comparison(operator: BinOp) -> bool {
    matches!(operator, BinOp::Lt(_) | BinOp::Gt(_) | BinOp::Le(_) | BinOp::Ge(_) | BinOp::Eq(_) | BinOp::Ne(_))
}

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

fn read_block(block: &Block, errors: &mut Errors) -> Expression {
    let mut bindings = Vec::new();
    for (position, statement) in block.stmts.iter().enumerate() {
        let is_last = position + 1 == block.stmts.len();
        match statement {
            Stmt::Local(local) => read_binding(local, errors, &mut bindings),
            Stmt::Expr(result, None) if is_last => {
                let result = read(result, errors);
                if bindings.is_empty() {
                    return result;
                }
                let kind = Kind::Block(bindings, Box::new(result));
                return Expression { kind, place: Place::of(block), text: text::of(block.to_token_stream()) };
            }
            Stmt::Expr(_, Some(semicolon)) if is_last => {
                errors.push(errors::ends_in_semicolon(Place::of(semicolon)));
                return mistake(block);
            }
            other => errors.push(errors::no_statement(first_of(other))),
        }
    }
    errors.push(errors::block_without_result(Place::of(block)));
    mistake(block)
}

fn first_of(statement: &Stmt) -> Place {
    statement.to_token_stream().into_iter().next().map_or_else(Place::call, Place::of)
}

fn read_binding(local: &Local, errors: &mut Errors, bindings: &mut Vec<Binding>) {
    let Pat::Ident(pattern) = &local.pat else {
        errors.push(errors::no_binding(Place::of(&local.pat)));
        // Its names are declared, so that their uses are no further errors.
        let names = words(local.pat.to_token_stream()).into_iter();
        bindings.extend(names.map(|name| Binding { value: mistake(&name), name }));
        return;
    };
    if let Some(word) = &pattern.mutability {
        errors.push(errors::mutable_binding(Place::of(word)));
    }
    let name: Ident = pattern.ident.clone();
    let value = match &local.init {
        Some(init) if init.diverge.is_none() => read(&init.expr, errors),
        _ => {
            errors.push(errors::binding_without_value(Place::of(&name), &name.to_string()));
            mistake(&name)
        }
    };
    bindings.push(Binding { name, value });
}

/// Returns the identifiers in a pattern.
fn words(tokens: TokenStream) -> Vec<Ident> {
    let inside = |tree| match tree {
        TokenTree::Ident(word) if !crate::identifier::is_keyword(&word.to_string()) => vec![word],
        TokenTree::Group(group) => words(group.stream()),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(inside).collect()
}
