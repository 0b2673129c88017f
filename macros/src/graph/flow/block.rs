//! How is a block resolved? As networks nested in the declared one.

use proc_macro2::Ident;

use super::{Form, State, Whose, layers};
use crate::block::{COUNT, Join, SHORTCUT};
use crate::errors::{self, Errors};
use crate::generated;
use crate::graph::extent;
use crate::graph::statement::{StatedBlock, StatedBranch, Statement};
use crate::graph::{Block, Branch, End, Kind, Known, Network, Shortcut, Source, Taken};
use crate::identifier;
use crate::place::Place;
use crate::shape::{Shape, VECTOR};
use crate::size::{Comparison, JOINED, SUM, Size};

/// A block within a chain of layers.
pub(super) struct Within<'a> {
    /// Its name in messages.
    pub(super) path: &'a str,
    /// Its field.
    pub(super) field: &'a Ident,
    /// The position of its keyword.
    pub(super) place: Place,
    /// The network around it.
    pub(super) whose: &'a Whose<'a>,
    /// Its index there.
    pub(super) index: usize,
    /// Its input.
    pub(super) state: &'a State,
}

/// A resolved part of a block, with what it gives.
struct Part {
    network: Network,
    reached: State,
    /// Whether the input fits it, as far as the macro knows.
    fits: bool,
}

/// The name of a part.
struct Name {
    /// The name of its struct.
    item: Ident,
    /// The path of the block or branch that it is, in messages.
    path: String,
    /// What precedes the names of its layers in messages.
    prefix: String,
    title: String,
}

/// A shape after a mistake: it is not checked.
struct Refused;

impl Within<'_> {
    /// Resolves the block.
    pub(super) fn form(&self, block: StatedBlock, errors: &mut Errors) -> Form {
        match block {
            StatedBlock::Residual { layers, shortcut: None } => self.residual(layers, errors),
            StatedBlock::Residual { layers, shortcut: Some(shortcut) } => self.projected(layers, shortcut, errors),
            StatedBlock::Repeat { layers, count } => self.repeat(layers, count, errors),
            StatedBlock::Parallel { branches, join } => self.parallel(branches, join, errors),
        }
    }

    /// Resolves layers whose input is added to their output.
    fn residual(&self, layers: Vec<Option<Statement>>, errors: &mut Errors) -> Form {
        let input = &self.state.shape;
        let output = input.plain(&self.unknown());
        let mut part = self.part(layers, input, Some(&output), self.name(), errors);
        part.network.declared_output = Some((output.clone(), self.place));
        part.network.end = End::Added { source: self.state.source.clone(), is_shortcut: false };
        // An input that does not fit the block is one mistake: it affects neither the end of the block nor the following layers.
        part.network.open_end |= !part.fits;
        let known = self.known(&part, &output);
        finished(Block::Residual { layers: Box::new(part.network), shortcut: None }, output, known, "")
    }

    /// Resolves layers to whose output a shortcut is added.
    fn projected(&self, layers: Vec<Option<Statement>>, shortcut: Vec<Option<Statement>>, errors: &mut Errors) -> Form {
        let input = &self.state.shape;
        let item = generated::name(&self.item(), "Shortcut");
        let frozen = shortcut.iter().flatten().any(|shortcut| shortcut.frozen);
        let name = Name { item, path: format!("{}.{SHORTCUT}", self.path), ..self.name() };
        let mut shortcut = self.part(shortcut, input, None, name, errors);
        let given = shortcut.network.layers.last().map(|layer| layer.output.clone());
        let given = given.unwrap_or_else(|| self.state.guess(input.spec().unwrap_or(&VECTOR)));
        let output = given.plain(&self.unknown());
        let reached = &shortcut.reached;
        let known = self.state.is_judged() && shortcut.fits && reached.known && !reached.gap;
        let description = shortcut.network.layers.last().map_or_else(String::new, |layer| layer.description.clone());
        let mut part = self.part(layers, input, Some(&output), self.name(), errors);
        part.network.declared_output = Some((output.clone(), self.place));
        let mut source = reached.source.clone();
        source.text = format!("`{}.{SHORTCUT}`", self.path);
        part.network.end = End::Added { source, is_shortcut: true };
        part.network.open_end |= !part.fits || !known;
        shortcut.network.open_end = true;
        let shortcut = Some(Box::new(Shortcut { network: shortcut.network, frozen }));
        let layers = Box::new(part.network);
        let known = Known { takes: true, output: known, kind: reached.kind };
        finished(Block::Residual { layers, shortcut }, output, known, &format!("({description})"))
    }

    /// Resolves layers that occur several times.
    fn repeat(&self, layers: Vec<Option<Statement>>, count: Option<Size>, errors: &mut Errors) -> Form {
        let shape = &self.state.shape;
        let (input, output) = (shape.plain(shape), shape.plain(&self.unknown()));
        let mut part = self.part(layers, &input, Some(&output), self.name(), errors);
        part.network.declared_output = Some((output.clone(), self.place));
        part.network.end = End::Repeated;
        part.network.open_end |= !part.fits;
        let known = self.known(&part, &output);
        let count = count.unwrap_or_else(|| self.state.unknown.clone());
        let sizes = format!("<{}>", if count.is_unknown() { COUNT.to_owned() } else { count.text() });
        finished(Block::Repeat { layers: Box::new(part.network), count }, output, known, &sizes)
    }

    /// Returns what is known of the output of a block that gives what it takes. Layers that give another kind of shape are a mistake,
    /// after which the following layers may take either.
    fn known(&self, part: &Part, output: &Shape) -> Known {
        let given = &part.reached.shape;
        let alike = given.is_foreign() || output.is_foreign() || given.plain(given).is_like(output);
        let known = self.state.is_judged() && part.fits && part.reached.known && alike;
        Known { takes: true, output: known, kind: self.state.kind && alike }
    }

    /// Resolves branches.
    fn parallel(&self, stated: Vec<Option<StatedBranch>>, join: Option<Join>, errors: &mut Errors) -> Form {
        let (input, item) = (&self.state.shape, self.item());
        let mut kind = stated.iter().all(Option::is_some);
        let mut known = self.state.is_judged() && kind && join.is_some();
        let join = join.unwrap_or(Join::Concat);
        let mut branches = Vec::new();
        let (mut outputs, mut sources) = (Vec::new(), Vec::new());
        for (index, StatedBranch { attributes, frozen, field, layers }) in stated.into_iter().flatten().enumerate() {
            let path = format!("{}.{}", self.path, identifier::plain(&field));
            let name = Name {
                item: generated::name(&item, &format!("Branch{index}")),
                prefix: format!("{path}."),
                title: format!("{}.{}", self.name().title, identifier::plain(&field)),
                path,
            };
            let part = self.part(layers, input, None, name, errors);
            known &= part.fits && part.reached.known && !part.reached.gap;
            kind &= part.reached.kind;
            outputs.push(part.reached.shape.plain(&part.reached.shape));
            sources.push(part.reached.source);
            branches.push(Branch { attributes, frozen, field, network: part.network });
        }
        let agree = self.judge(&mut branches, &outputs, &sources, join, known);
        let (output, joined, known) = match self.joined(join, &outputs, known && agree, errors) {
            Ok((output, joined)) => (output, joined, known && agree),
            Err(Refused) => (self.state.guess(input.spec().unwrap_or(&VECTOR)), None, false),
        };
        let block = Block::Parallel { name: item, branches, join, joined };
        finished(block, output, Known { takes: true, output: known, kind }, &format!("({})", join.name()))
    }

    /// Makes each branch but the first judged against it, up to one of which the macro knows that it differs. Returns whether
    /// there is none.
    fn judge(&self, branches: &mut [Branch], outputs: &[Shape], sources: &[Source], join: Join, known: bool) -> bool {
        if join == Join::Pair {
            return true;
        }
        let Some(((first, output), source)) = branches.first().zip(outputs.first()).zip(sources.first()) else {
            return false;
        };
        let first = format!("{}.{}", self.path, identifier::plain(&first.field));
        let mut agree = true;
        for (branch, given) in branches.iter_mut().zip(outputs).skip(1) {
            branch.network.declared_output = Some((output.clone(), Place::of(&branch.field)));
            branch.network.end =
                End::Joined { block: self.path.to_owned(), first: first.clone(), source: source.clone(), join };
            branch.network.open_end |= !(known && agree);
            agree &= can_be_joined(given, output, join);
        }
        agree
    }

    /// Returns the joined shape, and its size along the axis of the concatenation if only the compiler knows the shape.
    fn joined(
        &self,
        join: Join,
        outputs: &[Shape],
        known: bool,
        errors: &mut Errors,
    ) -> Result<(Shape, Option<Size>), Refused> {
        if join == Join::Pair {
            return Ok((self.pair(outputs)?, None));
        }
        let first = self.first_of_values(join, outputs, known, errors)?;
        if join == Join::Add {
            return Ok((first.plain(&self.unknown()), None));
        }
        self.concatenated(first, outputs, known, errors)
    }

    /// Returns the shape of concatenated outputs, the first of which is `first`, and the size as [`joined`](Self::joined) does.
    fn concatenated(
        &self,
        first: &Shape,
        outputs: &[Shape],
        known: bool,
        errors: &mut Errors,
    ) -> Result<(Shape, Option<Size>), Refused> {
        let foreign = outputs.iter().any(Shape::is_foreign);
        let layer = format!("`{}`", self.path);
        let parameters = self.whose.parameters;
        let by_steps = outputs.iter().all(|output| output.has_steps_of(&VECTOR));
        if foreign && !by_steps && !parameters.is_empty() {
            if known {
                errors.push(errors::size_of_custom_shape(self.place, &layer, "a branch"));
            }
            return Err(Refused);
        }
        let nouns = first.spec().map_or("size", |spec| spec.axes[spec.joined].nouns[1]);
        let words = format!("the {nouns} of {layer}");
        let sizes: Vec<_> = outputs.iter().map(|output| self.joined_axis(output)).collect();
        let sum = Size::computed(&SUM, sizes, words, self.place);
        if let Some(parameter) = sum.computes_with().filter(|_| !parameters.is_empty()) {
            if known {
                errors.push(errors::depends_on_parameter(self.place, &layer, parameter));
            }
            return Err(Refused);
        }
        if foreign {
            let unknown = self.unknown();
            return Ok((if by_steps { unknown.with_features(sum.clone(), &unknown) } else { unknown }, Some(sum)));
        }
        let Shape::Known(spec, sizes) = first else { return Err(Refused) };
        let overflows = sum.overflows();
        let mut sizes = sizes.clone();
        sizes[spec.joined] = sum;
        let output = Shape::Known(spec, sizes);
        if overflows || !extent::fits(output.sizes()) {
            if known {
                errors.push(extent::of_joined(self.place, &layer, output.sizes()));
            }
            return Err(Refused);
        }
        Ok((output, None))
    }

    /// Returns the pair of the outputs of two branches.
    fn pair(&self, outputs: &[Shape]) -> Result<Shape, Refused> {
        let [first, second] = outputs else { return Err(Refused) };
        let foreign = first.is_foreign() || second.is_foreign();
        Ok(if foreign { self.unknown() } else { Shape::pair([first.clone(), second.clone()]) })
    }

    /// Returns the first of the outputs of branches, if all of them have values to join.
    fn first_of_values<'o>(
        &self,
        join: Join,
        outputs: &'o [Shape],
        known: bool,
        errors: &mut Errors,
    ) -> Result<&'o Shape, Refused> {
        if let Some(output) = outputs.iter().find(|output| !output.has_values()) {
            if known {
                errors.push(errors::cannot_join_shape(self.place, self.path, join, &output.text()));
            }
            return Err(Refused);
        }
        outputs.first().ok_or(Refused)
    }

    /// Returns the size of a shape along the axis of a concatenation.
    fn joined_axis(&self, shape: &Shape) -> Size {
        match (shape.joined_size(), shape.alias()) {
            (Some(size), _) => size.moved(self.place),
            (None, Some(alias)) => {
                let words = format!("the size of a branch of `{}`", self.path);
                Size::asked(&JOINED, alias.clone(), Vec::new(), words, self.place)
            }
            (None, None) => self.state.unknown.clone(),
        }
    }

    /// Resolves layers that read `input`. `wanted` is what follows them.
    fn part(
        &self,
        inside: Vec<Option<Statement>>,
        input: &Shape,
        wanted: Option<&Shape>,
        name: Name,
        errors: &mut Errors,
    ) -> Part {
        let known = self.state.is_judged();
        let Name { item, path, prefix, title } = name;
        let inner = Whose { name: &item, title: &title, prefix: &prefix, ..*self.whose };
        let State { gap, source, unknown, kind, .. } = self.state;
        let mut reached = State {
            shape: input.clone(),
            known,
            kind: *kind,
            gap: *gap,
            source: source.clone(),
            unknown: unknown.clone(),
        };
        let layers = layers(inside, wanted, &inner, &mut reached, errors);
        let first = layers.iter().find(|layer| !layer.keeps_size()).filter(|layer| known && layer.known.takes);
        let fits = first.is_none_or(|first| fits(input, &first.takes));
        let network = Network {
            attributes: Vec::new(),
            tile: None,
            budget: None,
            visibility: self.whose.visibility.clone(),
            name: item,
            title,
            block: Some(path),
            parameters: self.whose.parameters.to_vec(),
            input: input.clone(),
            source: source.clone(),
            padded: Vec::new(),
            input_known: known,
            declared_output: None,
            end: End::Free,
            open_end: reached.gap,
            layers,
        };
        Part { network, reached, fits }
    }

    /// Returns the name of the struct for the layers of the block.
    fn item(&self) -> Ident {
        generated::block(self.whose.name, self.index)
    }

    fn name(&self) -> Name {
        Name {
            item: self.item(),
            path: self.path.to_owned(),
            prefix: format!("{}.", self.path),
            title: format!("{}.{}", self.whose.title, identifier::plain(self.field)),
        }
    }

    /// Returns the output of the block if only the compiler knows it.
    fn unknown(&self) -> Shape {
        Shape::Unknown(generated::shape(self.whose.name, self.index))
    }
}

/// Returns a resolved block. `written` is the source text after its keyword.
fn finished(block: Block, output: Shape, known: Known, written: &str) -> Form {
    let name = block.keyword().name();
    // `Residual()` was reported.
    let description = if written == "()" { name.to_owned() } else { format!("{name}{written}") };
    Form { kind: Kind::Block(Box::new(block)), takes: Taken::Any, output, known, description }
}

/// Returns whether two outputs can be joined, as far as the macro knows.
fn can_be_joined(given: &Shape, first: &Shape, join: Join) -> bool {
    if given.is_foreign() || first.is_foreign() {
        return true;
    }
    let mut pairs = given.sizes().iter().zip(first.sizes()).enumerate();
    let differ = |(axis, (gives, wanted)): (usize, (&Size, &Size))| {
        join.compares(axis, first.joined_axis()) && matches!(gives.compare(wanted), Comparison::Different)
    };
    given.is_like(first) && !pairs.any(differ)
}

/// Returns whether a shape fits the first layer of a block, as far as the macro knows.
fn fits(given: &Shape, takes: &Taken) -> bool {
    let Taken::Shape(takes, axes) = takes else { return true };
    if !takes.accepts(given) {
        return given.is_foreign();
    }
    let differ = |(gives, takes): (&Size, &Option<Size>)| {
        takes.as_ref().is_some_and(|takes| matches!(gives.compare(takes), Comparison::Different))
    };
    !takes.sizes(given).iter().zip(axes).any(differ)
}
