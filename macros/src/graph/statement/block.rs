//! What does a block state about itself?

use std::collections::HashSet;

use proc_macro2::Ident;
use quote::ToTokens;
use syn::Attribute;

use super::{Statement, place_of, statement, statements, statements_beside};
use crate::ast::{self, Declaration};
use crate::block::{BRANCHES, COUNT, Join, Keyword, SHORTCUT};
use crate::errors::{self, Errors};
use crate::graph::identity::{Inside, identity, names_type};
use crate::graph::size::{self, Purpose};
use crate::identifier;
use crate::parse;
use crate::place::Place;
use crate::size::Size;

/// The contents of a block.
pub(in super::super) enum StatedBlock {
    /// Layers whose input, or what the shortcut gives for it, is added to their output.
    Residual {
        /// The layers.
        layers: Vec<Option<Statement>>,
        /// The layer in parentheses, if there are any: one, or none after a mistake.
        shortcut: Option<Vec<Option<Statement>>>,
    },
    /// Layers that occur several times.
    Repeat {
        /// The layers.
        layers: Vec<Option<Statement>>,
        /// The count; `None` after a mistake in it.
        count: Option<Size>,
    },
    /// Branches.
    Parallel {
        /// The branches in order; `None` for a branch that was left out.
        branches: Vec<Option<StatedBranch>>,
        /// How they are joined; `None` after a mistake in it.
        join: Option<Join>,
    },
}

/// A branch of a block.
pub(in super::super) struct StatedBranch {
    /// Docs and attributes above it.
    pub(in super::super) attributes: Vec<Attribute>,
    /// Whether the optimizer leaves it unchanged.
    pub(in super::super) frozen: bool,
    /// Its name.
    pub(in super::super) field: Ident,
    /// Its layers.
    pub(in super::super) layers: Vec<Option<Statement>>,
}

impl StatedBlock {
    /// Returns each chain of layers that reads the input of the block.
    pub(in super::super) fn chains(&self) -> Vec<&[Option<Statement>]> {
        match self {
            Self::Residual { layers, shortcut } => [layers].into_iter().chain(shortcut).map(Vec::as_slice).collect(),
            Self::Repeat { layers, .. } => vec![layers],
            Self::Parallel { branches, .. } => branches.iter().flatten().map(|branch| &branch.layers[..]).collect(),
        }
    }

    /// Returns whether it gives as many values as it takes.
    pub(in super::super) fn keeps_size(&self) -> bool {
        matches!(self, Self::Residual { shortcut: None, .. } | Self::Repeat { .. })
    }
}

/// A block in a declaration.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    /// Its keyword.
    pub(super) word: &'a Ident,
    /// Its field.
    pub(super) field: &'a Ident,
    /// The declaration that contains it.
    pub(super) declaration: &'a Declaration,
}

impl Within<'_> {
    /// Returns the contents of the block; `None` if it is empty.
    pub(super) fn stated(self, inside: Inside, errors: &mut Errors) -> Option<StatedBlock> {
        match inside {
            Inside::Residual { layers, shortcut } => {
                let shortcut = shortcut.map(|(place, layers)| vec![self.shortcut(&layers, place, errors)]);
                self.filled(layers.is_empty(), Keyword::Residual, errors)?;
                let reserved = shortcut.is_some().then_some(SHORTCUT);
                let layers = statements_beside(&layers, reserved, self.declaration, errors);
                Some(StatedBlock::Residual { layers, shortcut })
            }
            Inside::Repeat { layers, count } => {
                let count = count.and_then(|count| self.count(&count, errors));
                self.filled(layers.is_empty(), Keyword::Repeat, errors)?;
                Some(StatedBlock::Repeat { layers: statements(&layers, self.declaration, errors), count })
            }
            Inside::Parallel { branches, join } => {
                self.filled(branches.is_empty(), Keyword::Parallel, errors)?;
                // Without any branch there is no block.
                if branches.iter().all(Option::is_none) {
                    return None;
                }
                if let (Some(Join::Pair), 3..) = (join, branches.len()) {
                    errors.push(errors::pair_of_branches(Place::of(self.word), &self.whose(), branches.len()));
                    return None;
                }
                Some(StatedBlock::Parallel { branches: self.branches(branches, errors), join })
            }
        }
    }

    /// Reports a block without contents.
    fn filled(self, is_empty: bool, keyword: Keyword, errors: &mut Errors) -> Option<()> {
        if is_empty {
            errors.push(errors::empty_block(Place::of(self.word), &self.whose(), keyword));
        }
        (!is_empty).then_some(())
    }

    /// Returns the statement of the layer in the parentheses of a block; `None` after a mistake.
    fn shortcut(self, layers: &[Option<ast::Layer>], place: Place, errors: &mut Errors) -> Option<Statement> {
        let [layer] = layers else {
            errors.push(errors::one_shortcut(place, &self.whose()));
            return None;
        };
        let layer = layer.as_ref()?;
        if let Some(name) = layer.name.as_ref().filter(|name| identifier::plain(name) != SHORTCUT) {
            errors.push(errors::shortcut_named(name));
        }
        let identity = identity(layer, self.declaration, errors)?;
        statement(layer, identity, Ident::new(SHORTCUT, self.word.span()), self.declaration, errors)
    }

    /// Returns the count of a repeated block; `None` after a mistake.
    fn count(self, count: &ast::Size, errors: &mut Errors) -> Option<Size> {
        let ast::Size::Expression { expression, braced, place } = count else { return None };
        if names_type(expression.to_token_stream(), self.declaration) {
            return None;
        }
        let purpose = Purpose::Count;
        match size::classify(expression, *braced, *place, &self.declaration.parameters, purpose) {
            Ok(Size::Number(0, place)) => {
                errors.push(errors::setting_too_small(place, COUNT, &self.whose(), 0, 1));
                None
            }
            Ok(size) => Some(size),
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// Returns the statements of branches.
    fn branches(self, branches: Vec<Option<ast::Branch>>, errors: &mut Errors) -> Vec<Option<StatedBranch>> {
        let [least, most] = BRANCHES;
        if branches.len() < least {
            errors.push(errors::one_branch(Place::of(self.word), &self.whose()));
        }
        if branches.len() > most {
            errors.push(errors::too_many_branches(Place::of(self.word), &self.whose(), branches.len()));
        }
        let mut used = HashSet::new();
        let stated = |branch: Option<ast::Branch>| {
            let branch = branch?;
            if !used.insert(identifier::plain(&branch.name)) {
                errors.push(errors::declared_twice(&branch.name));
                return None;
            }
            Some(self.branch(branch, errors))
        };
        branches.into_iter().map(stated).collect()
    }

    /// Returns the statement of a branch.
    fn branch(self, branch: ast::Branch, errors: &mut Errors) -> StatedBranch {
        let ast::Branch { attributes, init, frozen, recompute, name, block } = branch;
        if let Some(init) = &init {
            errors.push(errors::initializes_block(place_of(init), &format!("`{name}`")));
        }
        if let Some(place) = recompute {
            errors.push(errors::recomputes_no_repetitions(place, &name));
        }
        let layers = statements(&parse::block(&block, errors), self.declaration, errors);
        StatedBranch { attributes, frozen: frozen.is_some(), field: name, layers }
    }

    /// Returns the block in a message.
    fn whose(self) -> String {
        format!("`{}`", self.field)
    }
}
