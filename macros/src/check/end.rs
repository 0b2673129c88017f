//! Does the last layer give the declared output, or the shape that a block needs?

use super::{Assertion, Judge, Relation, end_place};
use crate::errors::{self, Errors};
use crate::graph::{End, Layer, Network, Taken};
use crate::layer::{self, Takes};
use crate::place::Place;
use crate::shape::{IMAGE, PAIR, Shape};
use crate::size::{Comparison, Size};

/// Compares the output of the last layer with the shape that it has to be.
pub(super) fn output(network: &Network, errors: &mut Errors) -> Judge {
    let end = network.layers.len();
    let Some((wanted, place)) = &network.declared_output else {
        return Judge::Settled;
    };
    let (given, known) = network.incoming(end);
    // Only a branch may have no layers. What a block compares with depends on its input, which may be unknown.
    let is_empty = end == 0 && !matches!(network.end, End::Joined { .. });
    if network.open_end || !known || is_empty || network.block.is_some() && !network.input_known {
        return Judge::Settled;
    }
    let compared = Compared { network, wanted, given, place: *place };
    if wanted.is_foreign() || given.is_foreign() {
        return compared.by_trait();
    }
    let mut pairs = given.sizes().iter().zip(wanted.sizes()).enumerate();
    let differ = |(axis, (gives, takes)): (usize, (&Size, &Size))| {
        network.end.compares(axis, wanted) && matches!(gives.compare(takes), Comparison::Different)
    };
    // The form of a branch's output does not matter.
    let form = if let End::Joined { .. } = network.end { given.plain(given) } else { given.clone() };
    if form.is_like(wanted) && !pairs.any(differ) {
        return Judge::of(compared.assertions());
    }
    errors.push(compared.mismatch());
    Judge::Settled
}

/// The output of a network, and the shape that it has to be.
struct Compared<'a> {
    network: &'a Network,
    wanted: &'a Shape,
    given: &'a Shape,
    place: Place,
}

impl Compared<'_> {
    /// Returns the mistake if the two differ.
    fn mismatch(&self) -> syn::Error {
        let (network, edits) = (self.network, self.edits());
        let (wanted, producer, given) = (self.wanted.text(), self.producer(), self.given.text());
        let (at, block) = (end_place(network), network.block.as_deref().unwrap_or_default());
        let images = self.given.spec() == Some(&IMAGE) && self.wanted.spec() == Some(&IMAGE);
        let of_pair = self.wanted.spec() == Some(&PAIR);
        match &network.end {
            End::Added { source, is_shortcut } => {
                let same = if *is_shortcut { errors::SAME_STRIDES } else { errors::SAME_IMAGES };
                let way_out = if of_pair { Some(errors::ADD_TO_FIRST) } else { images.then_some(same) };
                let takes = (&*wanted, &*source.text);
                errors::cannot_add(at, block, takes, (&given, &producer), &edits, way_out)
            }
            End::Repeated => {
                let way_out = if of_pair { Some(errors::PAIR_AGAIN) } else { images.then_some(errors::SAME_IMAGES) };
                errors::cannot_repeat(at, block, &wanted, (&given, &producer), &edits, way_out)
            }
            End::Joined { block: joins, first, join, .. } => {
                let way_out =
                    if images { errors::SAME_IMAGES.to_owned() } else { errors::join_alike(&producer, first) };
                let first = errors::joined_to(joins, first, *join);
                errors::cannot_join(at, (block, &given), &first, &wanted, &edits, &way_out)
            }
            End::Declared | End::Free => {
                errors::output_mismatch(self.place, &network.name, &wanted, &producer, &given, &edits)
            }
        }
    }

    /// Leaves the comparison to the compiler.
    fn by_trait(&self) -> Judge {
        let (network, producer) = (self.network, self.producer());
        let block = network.block.as_deref().unwrap_or_default();
        let change = || errors::change_one_side(&producer, &format!("`{block}`"));
        let (consumer, help) = match &network.end {
            End::Added { source, .. } => (format!("`{block}` adds it to what {} gives", source.text), change()),
            End::Repeated => (format!("{} another shape", errors::repeats(block)), change()),
            End::Joined { block, first, join, .. } => (
                format!("{} `{}`", errors::joined_to(block, first, *join), errors::ITSELF),
                errors::join_alike(&producer, first),
            ),
            End::Declared | End::Free => {
                (format!("`{}` declares `{}`", network.name, self.wanted.text()), errors::declare_what_comes(&producer))
            }
        };
        Judge::Trait {
            producer,
            consumer,
            help,
            span: self.place.span(),
            consumer_index: network.layers.len(),
            provided: Vec::new(),
        }
    }

    /// Returns assertions for the sizes that only the compiler knows.
    fn assertions(&self) -> Vec<Assertion> {
        let Self { network, wanted, given, .. } = self;
        let axes = wanted.parts().into_iter().flat_map(|part| part.spec().map_or(&[][..], |spec| spec.axes));
        let pairs = given.sizes().iter().zip(wanted.sizes()).zip(axes).enumerate();
        let open = pairs.filter(|(axis, ((gives, takes), _))| {
            network.end.compares(*axis, wanted) && matches!(gives.compare(takes), Comparison::Open)
        });
        open.map(|(_, ((gives, takes), axis))| {
            let block = network.block.as_deref().unwrap_or_default();
            let takes_text = match &network.end {
                End::Added { .. } => format!("`{block}` adds them to"),
                End::Repeated => errors::repeats(block),
                End::Joined { block, first, join, .. } => errors::joined_to(block, first, *join),
                End::Declared | End::Free => format!("the output of `{}` has", network.name),
            };
            let producer = match &network.end {
                End::Joined { .. } => self.producer(),
                _ => network.source(network.layers.len()).text,
            };
            Assertion {
                relation: Relation::Same,
                gives: gives.clone(),
                takes: takes.clone(),
                message: errors::open_mismatch(&producer, &takes_text, &self.edits()),
                nouns: axis.nouns,
                span: match &network.block {
                    Some(_) => end_place(network).span(),
                    None => takes.place().span(),
                },
            }
        })
        .collect()
    }

    /// Returns what gives the output: the last layer, or the branch, in words.
    fn producer(&self) -> String {
        match (&self.network.end, &self.network.block) {
            (End::Joined { .. }, Some(branch)) => format!("`{branch}`"),
            _ => self.network.layers.last().map_or_else(|| "the input".to_owned(), Layer::text),
        }
    }

    /// Returns the edits that would each make the two shapes agree.
    fn edits(&self) -> Vec<String> {
        let Self { network, wanted, given, .. } = self;
        let mut edits = Vec::new();
        // A computed size has no source text to suggest.
        let computed = given.sizes().iter().any(|size| matches!(size, Size::Computed(..)));
        if network.block.is_none() && !computed {
            edits.push(format!("`-> {}`", given.text()));
        }
        let (Some(from), Some(to)) = (given.spec(), wanted.spec()) else {
            return edits;
        };
        if from.axes_of_steps() > 0 && network.block.is_none() && given.has_steps_of(to.plain()) {
            edits.extend(self.step());
            return edits;
        }
        let pairs = given.sizes().iter().zip(wanted.sizes()).enumerate();
        let differing: Vec<_> =
            pairs.filter(|(axis, (gives, takes))| network.end.compares(*axis, wanted) && !gives.same(takes)).collect();
        match differing[..] {
            [(axis, (gives, takes))] if from == to => {
                edits.extend(network.source(network.layers.len()).giving(axis, takes));
                match &network.end {
                    End::Added { source, is_shortcut: true } | End::Joined { source, .. } => {
                        edits.extend(source.giving(axis, gives));
                    }
                    End::Added { is_shortcut: false, .. } if axis == 0 && *to == IMAGE => {
                        edits.extend(self.shortcut(gives));
                    }
                    End::Repeated if axis == 0 && *to == IMAGE => edits.extend(self.before(axis)),
                    _ => {}
                }
            }
            _ if from != to && matches!(network.end, End::Joined { .. }) => {
                let branch = network.block.as_deref().unwrap_or_default();
                edits
                    .extend(layer::making(to, given).map(|layer| format!("`{}` at the end of `{branch}`", layer.name)));
            }
            [] if from != to => edits.extend(self.head()),
            _ => {}
        }
        edits
    }

    /// Returns the edit that turns the sequence into one vector before the layers that act on each step.
    fn step(&self) -> Option<String> {
        let makes: Vec<_> = layer::making_step(self.given).map(|layer| format!("`{}`", layer.name)).collect();
        let (last, others) = makes.split_last()?;
        let others = others.join(", ");
        let last = if others.is_empty() { last.clone() } else { format!("{others} or {last}") };
        let acts_on_steps = |layer: &&Layer| matches!(&layer.takes, Taken::Shape(Takes::Steps(_), _));
        let passes = |layer: &&Layer| layer.keeps_size() || acts_on_steps(layer);
        let first = self.network.layers.iter().rev().take_while(passes).filter(acts_on_steps).last();
        Some(
            first
                .map_or_else(|| format!("{last} as the last layer"), |layer| format!("{last} before {}", layer.text())),
        )
    }

    /// Returns the shortcut that gives the input as many channels as the layers give.
    fn shortcut(&self, channels: &Size) -> Option<String> {
        let block = self.network.block.as_ref()?;
        Some(format!("`Residual(Conv2d<_, {}, 1>) {{ .. }}` for `{block}`", channels.text()))
    }

    /// Returns the edit that puts a layer before the block that gives what its layers give, unless a layer in it takes a size
    /// that is written.
    fn before(&self, axis: usize) -> Option<String> {
        let block = self.network.block.as_ref()?;
        let mut layers = self.network.layers.iter().filter_map(Layer::built_in);
        let inferred = layers.find_map(|layer| layer.inferred.get(layer.spec.slot_of_input(axis)?));
        inferred
            .is_some_and(|&inferred| inferred)
            .then(|| format!("a layer before `{block}` that gives `{}`", self.given.text()))
    }

    /// Returns the edit that adds a missing head at the end, or removes an extra one.
    fn head(&self) -> Option<String> {
        let Self { network, wanted, given, .. } = self;
        let last = network.layers.last().filter(|last| last.is_head()).and_then(Layer::built_in);
        if let Some(last) = last
            && given.plain(given).spec() == wanted.spec()
        {
            return Some(match &network.block {
                Some(block) => format!("no `{}` at the end of `{block}`", last.spec.name),
                None => format!("leave `{}` out", last.spec.name),
            });
        }
        let missing = layer::heads().find(|_| given.normalized(given).spec() == wanted.spec())?;
        Some(format!("add `{}` as the last layer", missing.name))
    }
}
