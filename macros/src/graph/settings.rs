//! Which value does each setting of a layer or an initializer have?

use proc_macro2::Ident;
use syn::Expr;

use crate::ast::{self, Init};
use crate::errors::{self, Errors};
use crate::graph::size;
use crate::identifier;
use crate::initializer::InitializerSpec;
use crate::place::Place;
use crate::setting::{DefaultValue, Reading, Setting, Value};
use crate::size::Size;

/// Settings of a custom layer.
#[derive(Default)]
pub(crate) struct CustomSettings {
    /// The arguments of its function `settings`.
    pub(crate) arguments: Vec<Expr>,
    /// The settings written as `name = value`: each is set by the method of that name.
    pub(crate) named: Vec<(Ident, Expr)>,
}

/// The initializer of a layer, if the user chose one.
pub(crate) struct Initialization {
    /// The initializer.
    pub(crate) kind: InitializerKind,
    /// The position of the expression.
    pub(crate) place: Place,
}

/// One of the library's initializers, or any other value.
pub(crate) enum InitializerKind {
    /// An initializer of the library, with its settings in order; `None` stands for a default.
    BuiltIn(&'static InitializerSpec, Vec<Option<Expr>>),
    /// An expression that the user wrote.
    Value(Box<Expr>),
}

/// Returns the values of the settings of `whose`, in the order of `known`; `None` after a mistake.
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
            (None, Some(name)) => errors::unknown_setting(name, whose, &names(known)),
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
    let missing =
        known.iter().zip(&values).find(|(known, value)| matches!(known.default, DefaultValue::None) && value.is_none());
    if let Some((missing, _)) = missing.filter(|_| right) {
        let place = written.map_or(Place::of(whose), |written| written.place);
        errors.push(errors::missing_setting(place, whose, missing.name, example));
        right = false;
    }
    right.then_some(values)
}

/// Returns the names of settings.
fn names(known: &[Setting]) -> Vec<&'static str> {
    known.iter().map(|setting| setting.name).collect()
}

/// Resolves the values of settings at `place`; `None` after a mistake.
pub(super) fn values(
    known: &[Setting],
    written: Vec<Option<Expr>>,
    (place, whose): (Place, &str),
    parameters: &[Ident],
    errors: &mut Errors,
) -> Option<Vec<Value>> {
    let mut values = Vec::new();
    for (known, written) in known.iter().zip(written) {
        let value = match (&known.reading, written, &known.default) {
            (Reading::Value, written, _) => Ok(Value::Expression(written)),
            (Reading::Shapes { .. }, None, DefaultValue::Number(number)) => {
                Ok(Value::Size(Size::Number(*number, place)))
            }
            (Reading::Shapes { .. }, None, _) => Ok(Value::Expression(None)),
            (Reading::Shapes { least, words, .. }, Some(written), _) => {
                shaping(&written, (known.name, whose), *least, words, parameters)
            }
        };
        match value {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    (values.len() == known.len()).then_some(values)
}

/// Resolves the value of a setting that changes shapes.
fn shaping(
    written: &Expr,
    (name, whose): (&str, &str),
    least: u64,
    words: &'static [&'static str],
    parameters: &[Ident],
) -> Result<Value, syn::Error> {
    let place = Place::of(written);
    let word = match written {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident().map(identifier::plain),
        _ => None,
    };
    if let Some(known) = words.iter().find(|&&known| word.as_deref() == Some(known)) {
        return Ok(Value::Word(known));
    }
    // Any other word may be a constant.
    if let Some(alike) = words.iter().find(|known| word.as_ref().is_some_and(|word| word.eq_ignore_ascii_case(known))) {
        return Err(errors::unknown_word(place, word.as_deref().unwrap_or_default(), name, alike));
    }
    match size::classify(written, true, place, parameters)? {
        Size::Number(number, _) if number < least => Err(errors::setting_too_small(place, name, whose, number, least)),
        Size::Parameter(parameter) => Err(errors::setting_is_parameter(place, name, &parameter)),
        size => Ok(Value::Size(size)),
    }
}

/// Returns the settings of a custom layer; `None` after a mistake.
pub(super) fn of_custom(written: &ast::Settings, errors: &mut Errors) -> Option<CustomSettings> {
    let mut settings = CustomSettings::default();
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

/// Returns the initializer in `#[init(..)]`; `None` after a mistake.
pub(super) fn initialization(init: &Init, errors: &mut Errors) -> Option<Initialization> {
    match init {
        Init::Value(value) => {
            Some(Initialization { kind: InitializerKind::Value(Box::new(value.clone())), place: Place::of(value) })
        }
        Init::Word { word, settings } => {
            let place = Place::of(word);
            let Some(known) = InitializerSpec::named(word) else {
                return constant(word, settings.as_ref(), errors);
            };
            let values = of_built_in(word, known.settings, known.example, settings.as_ref(), errors)?;
            Some(Initialization { kind: InitializerKind::BuiltIn(known, values), place })
        }
    }
}

/// Returns a user-defined constant, which is written in capitals. Any other word is a mistake.
fn constant(word: &Ident, settings: Option<&ast::Settings>, errors: &mut Errors) -> Option<Initialization> {
    let name = identifier::plain(word);
    if settings.is_none() && name.to_uppercase() == name {
        let path = syn::Path::from(word.clone());
        let value = Expr::Path(syn::ExprPath { attrs: Vec::new(), qself: None, path });
        return Some(Initialization { kind: InitializerKind::Value(Box::new(value)), place: Place::of(word) });
    }
    let alike = InitializerSpec::like(&name).map(|known| known.example);
    errors.push(errors::unknown_initializer(word, alike, &InitializerSpec::examples()));
    None
}
