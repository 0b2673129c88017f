//! What limits does the network have?

use syn::{Expr, ExprLit, Lit};

use crate::ast::Settings;
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::text;

/// The limits of a network.
pub(crate) struct Budget {
    /// The limit of the number of parameters.
    pub(crate) parameters: Option<Expr>,
    /// The limit of the workspace in `f32`, in bytes.
    pub(crate) workspace: Option<Expr>,
    /// The number of samples in a batch, for a network whose workspace depends on it.
    pub(crate) batch: Option<Expr>,
    /// The position of the limits.
    pub(crate) place: Place,
}

/// Returns the limits in `#[budget(..)]`; `None` after a mistake.
pub(super) fn budget(written: &Settings, errors: &mut Errors) -> Option<Budget> {
    let mut budget = Budget { parameters: None, workspace: None, batch: None, place: written.place };
    let mut right = true;
    for setting in &written.list {
        let name = setting.name.as_ref().map(identifier::plain);
        let (place, value) = (setting.place, setting.value.clone());
        let result = match name.as_deref() {
            Some("parameters") if budget.parameters.is_none() => {
                budget.parameters = Some(value);
                Ok(())
            }
            Some("workspace") if budget.workspace.is_none() => bytes(value).map(|bytes| budget.workspace = Some(bytes)),
            Some("batch") if budget.batch.is_none() => {
                budget.batch = Some(value);
                Ok(())
            }
            Some(name @ ("parameters" | "workspace" | "batch")) => Err(errors::setting_twice(place, name)),
            Some(name) => Err(errors::unknown_limit(place, name)),
            None => Err(errors::unknown_limit(place, &text::of(quote::ToTokens::to_token_stream(&value)))),
        };
        if let Err(error) = result {
            errors.push(error);
            right = false;
        }
    }
    right.then_some(budget)
}

/// Returns a number of bytes: any expression, or a text with a unit.
fn bytes(value: Expr) -> Result<Expr, syn::Error> {
    let Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) = &value else { return Ok(value) };
    let wrong = || {
        errors::unreadable_bytes(Place::of(text), &format!("`{}`", text::of(quote::ToTokens::to_token_stream(text))))
    };
    let written = text.value();
    let (number, unit) = written.split_at(written.find(|letter: char| letter.is_ascii_alphabetic()).ok_or_else(wrong)?);
    let unit: u64 = match unit {
        "B" => 1,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return Err(wrong()),
    };
    let number: u64 = number.trim().replace('_', "").parse().map_err(|_| wrong())?;
    let bytes = number.checked_mul(unit).ok_or_else(wrong)?;
    let literal = syn::LitInt::new(&bytes.to_string(), text.span());
    Ok(Expr::Lit(ExprLit { attrs: Vec::new(), lit: Lit::Int(literal) }))
}
