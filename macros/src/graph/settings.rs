//! Which value does each setting of a layer or an initializer have?

use proc_macro2::Ident;
use quote::ToTokens;
use syn::{Expr, ExprLit, Lit};

use crate::ast::{self, Init};
use crate::errors::{self, Errors};
use crate::graph::size::{self, Purpose};
use crate::identifier;
use crate::initializer::InitializerSpec;
use crate::place::Place;
use crate::setting::{DefaultValue, Reading, Setting, Value};
use crate::size::Size;
use crate::text;

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
    for (setting, written) in known.iter().zip(written) {
        let value = match (&setting.reading, written, &setting.default) {
            (Reading::Value, Some(Expr::Lit(ExprLit { lit: Lit::Int(number), .. })), _)
                if setting.name == "epsilon" && number.suffix().is_empty() =>
            {
                Err(errors::size_as_epsilon(Place::of(&number), &number.to_string(), whose))
            }
            (Reading::Value, written, _) => Ok(Value::Expression(written)),
            (Reading::Shapes { .. }, None, DefaultValue::Number(number)) => {
                Ok(Value::Size(Size::Number(*number, place)))
            }
            (Reading::Word { .. } | Reading::Flag | Reading::Shapes { .. }, None, DefaultValue::Variant(variant)) => {
                Ok(Value::Word(variant))
            }
            (Reading::Word { words, .. }, Some(written), _) => one_of(&written, setting.name, words, known),
            (Reading::Flag, Some(written), _) => one_of(&written, setting.name, &["true", "false"], known),
            (Reading::Word { .. } | Reading::Flag | Reading::Shapes { .. }, None, _) => Ok(Value::Expression(None)),
            (Reading::Shapes { .. }, Some(written), _) => shaping(&written, setting, known, whose, parameters),
        };
        match value {
            Ok(value) => values.push(value),
            Err(error) => errors.push(error),
        }
    }
    (values.len() == known.len()).then_some(values)
}

/// Returns which of `words` is written; `known` are all settings of the layer.
fn one_of(written: &Expr, name: &str, words: &[&'static str], known: &[Setting]) -> Result<Value, syn::Error> {
    let (text, place) = (text::of(written.to_token_stream()), Place::of(written));
    if let Some(word) = words.iter().find(|&&word| word == text) {
        return Ok(Value::Word(word));
    }
    let of_another = known.iter().find_map(|other| match other.reading {
        Reading::Word { words, .. } => Some([other.name, words.iter().find(|&&word| word == text)?]),
        _ => None,
    });
    Err(match of_another {
        Some(meant) => errors::unknown_word(place, &text, name, meant),
        None => errors::no_such_word(place, &text, name, words),
    })
}

/// Resolves the value of a setting that changes shapes; `known` are all settings of the layer.
fn shaping(
    written: &Expr,
    setting: &Setting,
    known: &[Setting],
    whose: &str,
    parameters: &[Ident],
) -> Result<Value, syn::Error> {
    let (place, name) = (Place::of(written), setting.name);
    let Reading::Shapes { least, words, pairs, in_type, .. } = setting.reading else {
        return Ok(Value::Expression(Some(written.clone())));
    };
    if let Some(known) = words.iter().find(|&&known| word(written).as_deref() == Some(known)) {
        return Ok(Value::Word(known));
    }
    if let Expr::Infer(_) = written {
        return Err(errors::unreadable_value(place, name, "_", words));
    }
    if let Some(meant) = meant(written, setting, known) {
        return Err(errors::unknown_word(place, &text::of(written.to_token_stream()), name, meant));
    }
    let size = |written: &Expr| {
        let (place, purpose) = (Place::of(written), Purpose::Setting { name, least, words, pairs, in_type });
        match size::classify(written, true, place, parameters, purpose)? {
            Size::Number(number, _) if number < least => {
                Err(errors::setting_too_small(place, name, whose, number, least))
            }
            Size::Parameter(parameter) if in_type => Err(errors::groups_are_parameter(place, name, &parameter)),
            Size::Parameter(parameter) => Err(errors::setting_is_parameter(place, name, &parameter)),
            size => Ok(size),
        }
    };
    let Some([rows, columns]) = pair(written).filter(|_| pairs) else {
        return Ok(Value::Size(size(written)?));
    };
    let is_word = |written: &&Expr| words.iter().any(|&known| word(written).as_deref() == Some(known));
    match [rows, columns].into_iter().find(is_word).and_then(word) {
        Some(word) => {
            Err(errors::unknown_word(place, &text::of(written.to_token_stream()), name, [name, word.as_str()]))
        }
        None => Ok(Value::Pair([size(rows)?, size(columns)?])),
    }
}

/// Returns the identifier that an expression is, if it is one.
fn word(written: &Expr) -> Option<String> {
    match written {
        Expr::Path(path) if path.qself.is_none() => path.path.get_ident().map(identifier::plain),
        Expr::Infer(_) => Some("_".to_owned()),
        _ => None,
    }
}

/// Returns the elements of a pair, if the expression is one.
fn pair(written: &Expr) -> Option<[&Expr; 2]> {
    match written {
        Expr::Group(group) => pair(&group.expr),
        Expr::Paren(paren) => pair(&paren.expr),
        Expr::Tuple(tuple) if tuple.elems.len() == 2 => Some([tuple.elems.first()?, tuple.elems.last()?]),
        _ => None,
    }
}

/// Returns the setting and the word that is meant by a value which is not a word of `setting`: `SAME`, `"same"` and
/// `Padding::Same` mean `Same`, which may belong to another setting. Any other name may be a constant.
fn meant(written: &Expr, setting: &Setting, known: &[Setting]) -> Option<[&'static str; 2]> {
    let (owner, word) = match written {
        Expr::Path(path) if path.qself.is_none() => {
            let mut segments = path.path.segments.iter().rev().map(|segment| identifier::plain(&segment.ident));
            let word = segments.next()?;
            (segments.next(), word)
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => (None, text.value()),
        _ => return None,
    };
    let is_text = matches!(written, Expr::Lit(_));
    let others = known.iter().filter(|other| other.name != setting.name);
    [setting].into_iter().chain(others).find_map(|candidate| {
        let Reading::Shapes { words, named, .. } = candidate.reading else { return None };
        let is_own = candidate.name == setting.name;
        let found = words.iter().find(|known| match &owner {
            Some(owner) => Some(owner.as_str()) == named && word == **known,
            // Another case may be a constant where the setting has no such word.
            None if is_own || is_text => word.eq_ignore_ascii_case(known),
            None => word == **known,
        })?;
        Some([candidate.name, found])
    })
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
