//! What is a layer as written, with its input, and what follows from it?

use crate::errors;
use crate::place::Place;
use crate::setting::Value;
use crate::shape::{Shape, ShapeSpec};
use crate::size::{AXIS, FEATURES, FEATURES_OF_FIRST, Function, JOINED, LENGTH, Size};

/// The largest divisor that a message lists, apart from the size itself.
const MOST_DIVISORS: u64 = 10_000;

/// A layer as written, with its input.
pub(crate) struct Written<'a> {
    /// Its sizes, one per slot.
    pub(crate) sizes: &'a [Size],
    /// Its settings, one per setting of the specification.
    pub(crate) settings: &'a [Value],
    /// Its input shape: one that it takes, or one that only the compiler knows.
    pub(crate) input: &'a Shape,
    /// Its output shape, if only the compiler knows it.
    pub(crate) unknown: &'a Shape,
    /// The name of the layer in a message.
    pub(crate) layer: &'a str,
    /// Its position.
    pub(crate) place: Place,
}

/// A layer after resolution.
pub(crate) struct Resolved {
    /// The shape that it gives.
    pub(crate) gives: Shape,
    /// The generic arguments of its type.
    pub(crate) arguments: Vec<Argument>,
    /// The type of its parameters without the scalar type; `None` for a layer without parameters.
    pub(crate) parameters: Option<Type>,
    /// The other requirements on its input.
    pub(crate) requires: Vec<Requirement>,
}

/// A type of the library.
pub(crate) struct Type {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its generic arguments. The scalar type is the last one unless it is among them.
    pub(crate) arguments: Vec<Argument>,
    /// The number of leading arguments that are the axes of its largest tensor; 0 if it is one of the `others`.
    pub(crate) axes: usize,
    /// Other arrays that may be larger.
    pub(crate) others: Vec<Large>,
}

/// An array of a layer that may be too large.
#[derive(Clone)]
pub(crate) struct Large {
    /// What it is: `its parameters are`.
    pub(crate) what: &'static str,
    /// Its axes.
    pub(crate) axes: Vec<Size>,
}

impl Large {
    /// Returns an array of parameters.
    pub(crate) fn parameters(axes: Vec<Size>) -> Self {
        Self { what: "its parameters are", axes }
    }
}

/// A generic argument.
pub(crate) enum Argument {
    /// A size.
    Size(Size),
    /// A shape.
    Shape(Shape),
    /// The value of a setting that is `true` or `false`.
    Flag(bool),
    /// The scalar type, where another argument follows it.
    Scalar,
}

/// A requirement on two sizes, apart from the axes of the input.
pub(crate) struct Requirement {
    /// The required relation.
    pub(crate) relation: Relation,
    /// The size that is available: the rows of the padded input, the common divisor of the channels.
    pub(crate) gives: Size,
    /// The size that is asked for: the rows that a kernel spans, the groups.
    pub(crate) takes: Size,
    /// The noun for what is counted, in singular and plural.
    pub(crate) nouns: [&'static str; 2],
    /// The parts of the message before, between and after the two sizes. The second one comes first unless they have to be equal.
    pub(crate) message: [String; 3],
    /// The position of the second size in the source.
    pub(crate) place: Place,
}

/// The required relation between two sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Relation {
    /// They are equal.
    Same,
    /// The second size fits into the first.
    Fits,
    /// The second size divides the first.
    Divides,
    /// Twice the second size divides the first.
    DividesIntoPairs,
}

impl Argument {
    /// Returns the sizes in it.
    pub(crate) fn sizes(&self) -> &[Size] {
        match self {
            Self::Size(size) => std::slice::from_ref(size),
            Self::Shape(shape) => shape.sizes(),
            Self::Flag(_) | Self::Scalar => &[],
        }
    }
}

impl Requirement {
    /// Returns whether only an instance of a network with const parameters has both sizes.
    pub(crate) fn depends_on_parameter(&self) -> bool {
        [&self.gives, &self.takes].into_iter().any(|size| matches!(size, Size::Parameter(_)))
    }

    /// Returns whether it may be met: false only if the macro knows both sizes and the window is larger.
    pub(crate) fn may_hold(&self) -> bool {
        let numbers = self.gives.number().zip(self.takes.number());
        numbers.is_none_or(|(gives, takes)| self.relation.holds(gives, takes))
    }
}

impl Relation {
    /// Returns whether two numbers are in this relation.
    pub(crate) fn holds(self, gives: u64, takes: u64) -> bool {
        match self {
            Self::Same => gives == takes,
            Self::Fits => takes <= gives,
            Self::Divides | Self::DividesIntoPairs => gives.checked_rem(self.asked(takes)) == Some(0),
        }
    }

    /// Returns the second number in the message of a requirement.
    pub(crate) fn asked(self, takes: u64) -> u64 {
        match self {
            Self::Same | Self::Fits | Self::Divides => takes,
            Self::DividesIntoPairs => takes.saturating_mul(2),
        }
    }

    /// Returns the first of two numbers in the message of a requirement. The nouns are for what it counts.
    pub(crate) fn text(self, gives: u64, [one, many]: [&str; 2]) -> String {
        match self {
            Self::Same => format!("{gives} {}", if gives == 1 { one } else { many }),
            Self::Fits => gives.to_string(),
            Self::Divides | Self::DividesIntoPairs => {
                let mut divisors: Vec<_> =
                    (1..=gives.min(MOST_DIVISORS)).filter(|&divisor| gives.is_multiple_of(divisor)).collect();
                divisors.extend((gives > MOST_DIVISORS).then_some(gives));
                divisors.iter().map(u64::to_string).collect::<Vec<_>>().join(", ")
            }
        }
    }
}

impl Written<'_> {
    /// Returns one axis of the input.
    pub(crate) fn axis(&self, axis: usize, spec: &'static ShapeSpec) -> Size {
        if let Some(size) = self.input.sizes().get(axis) {
            return size.moved(self.place);
        }
        let words = format!("the {} of the input of {}", spec.axes[axis].nouns[1], self.layer);
        self.asked(&AXIS, vec![Size::Number(axis as u64, self.place)], words)
    }

    /// Returns the number of elements of the input.
    pub(crate) fn length(&self) -> Size {
        let words = format!("the values of the input of {}", self.layer);
        if self.input.is_foreign() {
            return self.asked(&LENGTH, Vec::new(), words);
        }
        Size::product(self.input.sizes(), words, self.place)
    }

    /// Returns the number of elements of a step of the input; of an input without steps, that of all elements.
    pub(crate) fn features(&self) -> Size {
        let (words, sizes) = (format!("the values of the input of {}", self.layer), self.input.sizes_of_step());
        if sizes.is_empty() {
            return self.asked(&FEATURES, Vec::new(), words);
        }
        Size::product(sizes, words, self.place)
    }

    /// Returns the numbers of elements of a step of each part of a pair. For a pair that only the compiler knows, they are equal.
    pub(crate) fn features_of_parts(&self) -> [Size; 2] {
        if let Shape::Pair(parts, _) = self.input
            && let [Some(first), Some(second)] = [0, 1].map(|part| parts[part].sizes().last())
        {
            return [first.moved(self.place), second.moved(self.place)];
        }
        let words = format!("the features of the first input of {}", self.layer);
        let asked = self.asked(&FEATURES_OF_FIRST, Vec::new(), words);
        [asked.clone(), asked]
    }

    /// Returns the number of channels of an image, of features of a sequence, or of values of a vector.
    pub(crate) fn channels(&self) -> Size {
        match self.input.joined_size() {
            Some(channels) => channels.moved(self.place),
            None => self.asked(&JOINED, Vec::new(), format!("the channels of the input of {}", self.layer)),
        }
    }

    /// Returns the requirement that a kernel fits into its input, along an axis.
    pub(super) fn fits(
        &self,
        nouns: [&'static str; 2],
        span: &Size,
        room: &Size,
        [is_padded, is_dilated, is_begun]: [bool; 3],
        place: Place,
    ) -> Requirement {
        let input = self.input.text();
        Requirement {
            relation: Relation::Fits,
            gives: room.clone(),
            takes: span.clone(),
            nouns,
            message: errors::window_too_large(
                self.layer,
                nouns[1],
                (&input, self.channels_first()),
                [is_padded, is_dilated, is_begun],
            ),
            place,
        }
    }

    /// Returns the input with its last axis first, if it looks like an image with its channels last: as many channels as rows,
    /// but fewer columns.
    fn channels_first(&self) -> Option<String> {
        let numbers: Option<Vec<u64>> = self.input.sizes().iter().map(Size::number).collect();
        match numbers?[..] {
            [rows, columns, channels] if rows == columns && channels < rows => {
                Some(format!("Image<{channels}, {rows}, {columns}>"))
            }
            _ => None,
        }
    }

    /// Returns a size that the compiler computes from the input.
    fn asked(&self, function: &'static Function, arguments: Vec<Size>, words: String) -> Size {
        match self.input.alias() {
            Some(shape) => Size::asked(function, shape.clone(), arguments, words, self.place),
            None => Size::Number(1, self.place),
        }
    }
}

impl Resolved {
    /// Returns every size in it, including those in shapes.
    pub(crate) fn sizes(&self) -> Vec<&Size> {
        let parameters = self.parameters.iter().flat_map(|parameters| &parameters.arguments);
        self.gives.sizes().iter().chain(self.arguments.iter().chain(parameters).flat_map(Argument::sizes)).collect()
    }

    /// Returns a layer without parameters that gives the part of a pair at `index`.
    pub(super) fn part(written: &Written, index: usize) -> Self {
        Self::without_parameters(match written.input {
            Shape::Pair(parts, _) => parts[index].clone(),
            _ => written.unknown.clone(),
        })
    }

    /// Returns a layer whose type has no generic arguments and no parameters.
    pub(super) fn without_parameters(gives: Shape) -> Self {
        Self { gives, arguments: Vec::new(), parameters: None, requires: Vec::new() }
    }
}
