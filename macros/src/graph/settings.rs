//! Which value does each setting of a layer or an initializer have?

use proc_macro2::Ident;
use syn::Expr;

use crate::ast::{self, Init};
use crate::errors::{self, Errors};
use crate::identifier;
use crate::place::Place;
use crate::signature::{BuiltInInitializer, Setting};

/// Settings of a layer of the user's own.
#[derive(Default)]
pub(crate) struct OwnSettings {
    /// The arguments of its function `settings`.
    pub(crate) arguments: Vec<Expr>,
    /// Those written as `name = value`: each is set by the method of that name.
    pub(crate) named: Vec<(Ident, Expr)>,
}

/// How the weights of a layer are drawn, where the user says so.
pub(crate) struct Initialization {
    /// The initializer.
    pub(crate) kind: InitializerKind,
    /// Where it is written.
    pub(crate) place: Place,
}

/// One of the library's initializers, or any other value.
pub(crate) enum InitializerKind {
    /// One of the library's, with its settings in order; `None` where the default holds.
    BuiltIn(BuiltInInitializer, Vec<Option<Expr>>),
    /// An expression of the user's own.
    Value(Box<Expr>),
}

/// The values of the settings of `whose`, in the order of `known`; `None` after a mistake.
pub(super) fn of_built_in(
    whose: &Ident,
    known: &[Setting],
    example: &str,
    written: Option<&ast::Settings>,
    errors: &mut Errors,
) -> Option<Vec<Option<Expr>>> {
    let mut values = vec![None; known.len()];
    let mut right = true;
    let list = written.map_or(&[][..], |written| &written.list);
    for (index, setting) in list.iter().enumerate() {
        let position = match &setting.name {
            Some(name) => known.iter().position(|known| name == known.name),
            None => Some(index).filter(|&index| index < known.len()),
        };
        let late = setting.name.is_none() && list[..index].iter().any(|before| before.name.is_some());
        let error = match (position, &setting.name) {
            _ if late => errors::position_after_name(setting.place),
            (None, Some(name)) => errors::unknown_setting(name, whose, known),
            (None, None) => errors::too_many_settings(setting.place, whose, known.len(), example),
            (Some(position), _) if values[position].is_some() => {
                errors::setting_twice(setting.place, known[position].name)
            }
            (Some(position), _) => {
                values[position] = Some(setting.value.clone());
                continue;
            }
        };
        errors.push(error);
        right = false;
    }
    let missing = known.iter().zip(&values).find(|(known, value)| known.default.is_none() && value.is_none());
    if let Some((missing, _)) = missing.filter(|_| right) {
        let place = written.map_or(Place::of(whose), |written| written.place);
        errors.push(errors::missing_setting(place, whose, missing.name, example));
        right = false;
    }
    right.then_some(values)
}

/// The settings of a layer of the user's own; `None` after a mistake.
pub(super) fn of_own(written: &ast::Settings, errors: &mut Errors) -> Option<OwnSettings> {
    let mut settings = OwnSettings::default();
    let mut right = true;
    for setting in &written.list {
        let twice = |name: &Ident| settings.named.iter().any(|(other, _)| other == name);
        match &setting.name {
            Some(name) if twice(name) => {
                errors.push(errors::setting_twice(setting.place, &identifier::plain(name)));
                right = false;
            }
            Some(name) => settings.named.push((name.clone(), setting.value.clone())),
            None if settings.named.is_empty() => settings.arguments.push(setting.value.clone()),
            None => {
                errors.push(errors::position_after_name(setting.place));
                right = false;
            }
        }
    }
    right.then_some(settings)
}

/// The initializer that `#[init(..)]` names; `None` after a mistake.
pub(super) fn initialization(init: &Init, errors: &mut Errors) -> Option<Initialization> {
    match init {
        Init::Value(value) => {
            Some(Initialization { kind: InitializerKind::Value(Box::new(value.clone())), place: Place::of(value) })
        }
        Init::Word { word, settings } => {
            let place = Place::of(word);
            let Some(known) = BuiltInInitializer::named(word) else {
                return constant(word, settings.as_ref(), errors);
            };
            let values = of_built_in(word, known.settings(), known.example(), settings.as_ref(), errors)?;
            Some(Initialization { kind: InitializerKind::BuiltIn(known, values), place })
        }
    }
}

/// A constant of the user's own, which is written in capitals. Any other word is a mistake.
fn constant(word: &Ident, settings: Option<&ast::Settings>, errors: &mut Errors) -> Option<Initialization> {
    let name = identifier::plain(word);
    if settings.is_none() && name.to_uppercase() == name {
        let path = syn::Path::from(word.clone());
        let value = Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path });
        return Some(Initialization { kind: InitializerKind::Value(Box::new(value)), place: Place::of(word) });
    }
    let alike = BuiltInInitializer::ALL.into_iter().find(|known| identifier::is_like(&name, known.name()));
    errors.push(errors::unknown_initializer(word, alike.map(BuiltInInitializer::example)));
    None
}
