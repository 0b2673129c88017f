//! Which statements are part of a formula? `let`, an assignment, and a loop.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Block, Expr, ExprForLoop, Local, Pat, Stmt};

use super::{bounds, compound, mistake, read};
use crate::errors::{self, Errors};
use crate::formula::expression::{Bounds, Expression, Kind, Statement};
use crate::identifier;
use crate::place::Place;
use crate::text;

/// Reads statements and the result after them.
pub(super) fn read_block(block: &Block, errors: &mut Errors) -> Expression {
    let mut statements = Vec::new();
    for (position, statement) in block.stmts.iter().enumerate() {
        let is_last = position + 1 == block.stmts.len();
        match statement {
            Stmt::Expr(Expr::ForLoop(_), None) => read_statement(statement, errors, &mut statements),
            Stmt::Expr(returned @ Expr::Return(_), _) if is_last => return read(returned, errors),
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
        Stmt::Expr(assignment @ Expr::Assign(_), None) => {
            let tokens = assignment.to_token_stream();
            errors
                .push(errors::missing_semicolon(tokens.clone().into_iter().last().map_or_else(Place::call, Place::of)));
            statements.push(Statement::Mistake(text::of(tokens)));
        }
        Stmt::Expr(Expr::Binary(binary), _) if compound(binary).is_some() => {
            errors.extend(compound(binary));
            statements.push(Statement::Mistake(text::of(binary.to_token_stream())));
        }
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
    let text = text::of(repeated.body.to_token_stream());
    Some(Statement::For { index, bounds: [start, end], place, body, text })
}

/// Returns the position of the first token of a statement.
fn first_of(statement: &Stmt) -> Place {
    statement.to_token_stream().into_iter().next().map_or_else(Place::call, Place::of)
}

/// Reads `let name = value;`.
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
        TokenTree::Ident(word) if !identifier::is_keyword(&word.to_string()) => vec![word],
        TokenTree::Group(group) => words(group.stream()),
        _ => Vec::new(),
    };
    tokens.into_iter().flat_map(inside).collect()
}
