//! Which expressions are formulas? Rust's parser reads them, and whatever has no meaning in a formula is an error here.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::{ParseStream, Parser as _};
use syn::{
    BinOp, Block, Expr, ExprBinary, ExprClosure, ExprForLoop, ExprIf, ExprIndex, ExprRange, Lit, Local, Pat,
    RangeLimits, Stmt, UnOp, parenthesized,
};

use super::expression::{Bounds, Condition, Expression, Kind, MISTAKE, Operator, Statement};
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
            Some(name) if name == MISTAKE => Kind::Mistake,
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
                name.map_or(Kind::Mistake, |name| read_call(name, call.args.iter(), errors))
            }
            function => {
                mistake(errors::no_formula_function(Place::of(function), &text::of(function.to_token_stream())))
            }
        },
        Expr::MethodCall(call) if call.turbofish.is_none() => {
            read_call(call.method.clone(), std::iter::once(&*call.receiver).chain(&call.args), errors)
        }
        Expr::If(condition) => read_if(condition, place, errors),
        Expr::Block(block) if block.label.is_none() && block.attrs.is_empty() => {
            return read_block(&block.block, errors);
        }
        Expr::Index(index) => read_index(index, errors),
        Expr::Closure(closure) => mistake(errors::lone_closure(first_token(&Expr::Closure(closure.clone()), place))),
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
    let mut statements = Vec::new();
    for (position, statement) in block.stmts.iter().enumerate() {
        let is_last = position + 1 == block.stmts.len();
        match statement {
            Stmt::Expr(Expr::ForLoop(_), None) => read_statement(statement, errors, &mut statements),
            Stmt::Expr(result, None) if is_last => {
                let result = read(result, errors);
                if statements.is_empty() {
                    return result;
                }
                let kind = Kind::Block(statements, Box::new(result));
                return Expression { kind, place: Place::of(block), text: text::of(block.to_token_stream()) };
            }
            Stmt::Expr(result, Some(semicolon)) if is_last && !matches!(result, Expr::Assign(_)) => {
                errors.push(errors::ends_in_semicolon(Place::of(semicolon)));
                return mistake(block);
            }
            statement => read_statement(statement, errors, &mut statements),
        }
    }
    errors.push(errors::block_without_result(Place::of(block)));
    mistake(block)
}

/// Reads what stands before the result of a block, or in a loop.
fn read_statement(statement: &Stmt, errors: &mut Errors, statements: &mut Vec<Statement>) {
    match statement {
        Stmt::Local(local) => read_let(local, errors, statements),
        Stmt::Expr(Expr::Assign(assignment), Some(_)) => match &*assignment.left {
            Expr::Path(path) if path.path.get_ident().is_some() => {
                if let Some(name) = path.path.get_ident().cloned() {
                    statements.push(Statement::Assign { name, value: read(&assignment.right, errors) });
                }
            }
            other => errors.push(errors::no_assignment(Place::of(other), &text::of(other.to_token_stream()))),
        },
        Stmt::Expr(Expr::ForLoop(repeated), _) => statements.extend(read_loop(repeated, errors)),
        Stmt::Expr(Expr::While(_) | Expr::Loop(_), _) => errors.push(errors::loop_in_formula(first_of(statement))),
        other => errors.push(errors::no_statement(first_of(other))),
    }
}

/// Reads `for index in a..b { .. }`.
fn read_loop(repeated: &ExprForLoop, errors: &mut Errors) -> Option<Statement> {
    let index = match &*repeated.pat {
        Pat::Wild(_) => None,
        Pat::Ident(name) if name.mutability.is_none() && name.by_ref.is_none() && name.subpat.is_none() => {
            Some(name.ident.clone())
        }
        other => {
            errors.push(errors::no_loop_index(Place::of(other)));
            return None;
        }
    };
    let mut range = &*repeated.expr;
    while let Expr::Paren(inner) = range {
        range = &inner.expr;
    }
    let bounds = match range {
        Expr::Range(range) => bounds(range),
        _ => Bounds { start: None, end: None },
    };
    let place = Place::of(&repeated.expr);
    let (Some(start), Some(end)) = (bounds.start, bounds.end) else {
        errors.push(errors::no_loop_range(place, &text::of(repeated.expr.to_token_stream())));
        return None;
    };
    let mut body = Vec::new();
    for statement in &repeated.body.stmts {
        read_statement(statement, errors, &mut body);
    }
    Some(Statement::For { index, start, end, place, body })
}

fn first_of(statement: &Stmt) -> Place {
    statement.to_token_stream().into_iter().next().map_or_else(Place::call, Place::of)
}

fn read_let(local: &Local, errors: &mut Errors, statements: &mut Vec<Statement>) {
    let Pat::Ident(pattern) = &local.pat else {
        errors.push(errors::no_binding(Place::of(&local.pat)));
        // Its names are declared, so that their uses are no further errors.
        let names = words(local.pat.to_token_stream()).into_iter();
        statements.extend(names.map(|name| Statement::Let { value: mistake(&name), name, is_mutable: false }));
        return;
    };
    let name: Ident = pattern.ident.clone();
    let value = match &local.init {
        Some(init) if init.diverge.is_none() => read(&init.expr, errors),
        _ => {
            errors.push(errors::binding_without_value(Place::of(&name), &name.to_string()));
            mistake(&name)
        }
    };
    statements.push(Statement::Let { name, value, is_mutable: pattern.mutability.is_some() });
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
