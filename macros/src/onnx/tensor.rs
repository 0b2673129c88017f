//! A constant of a model: weights, or integers such as sizes.

use onnx_rs::ast::{DataLocation, DataType, TensorProto};

/// The type of the numbers of a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Half precision of either form, which becomes single precision.
    Half,
    /// Single precision.
    F32,
    /// Double precision.
    F64,
}

impl Kind {
    /// Returns its name in Rust.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Half | Self::F32 => "f32",
            Self::F64 => "f64",
        }
    }
}

/// The elements of a tensor, row by row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Elements {
    /// Numbers of either type, which double precision holds exactly.
    Numbers(Kind, Vec<f64>),
    /// Integers, and truth values as 0 and 1.
    Integers(Vec<i64>),
}

/// A tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tensor {
    /// The sizes of its axes; none for a single element.
    pub(super) sizes: Vec<usize>,
    /// Its elements, as many as the product of the sizes.
    pub(super) elements: Elements,
}

impl Tensor {
    /// Returns a tensor of numbers.
    pub(super) fn numbers(kind: Kind, sizes: Vec<usize>, numbers: Vec<f64>) -> Self {
        Self { sizes, elements: Elements::Numbers(kind, numbers) }
    }

    /// Returns a list of integers.
    pub(super) fn integers(integers: Vec<i64>) -> Self {
        Self { sizes: vec![integers.len()], elements: Elements::Integers(integers) }
    }

    /// Reads a tensor; the reason if it cannot be read.
    pub(super) fn read(tensor: &TensorProto<'_>) -> Result<Self, String> {
        let name = tensor.name();
        if tensor.data_location() == DataLocation::External {
            return Err(format!("the elements of `{name}` are in another file: export the model as one file"));
        }
        let sizes: Option<Vec<usize>> = tensor.dims().iter().map(|&size| usize::try_from(size).ok()).collect();
        let length = sizes.as_ref().and_then(|sizes| sizes.iter().try_fold(1_usize, |n, &size| n.checked_mul(size)));
        let (Some(sizes), Some(length)) = (sizes, length) else {
            return Err(format!("`{name}` has sizes that no tensor has"));
        };
        let elements = elements(tensor)?;
        if elements.len() != length {
            return Err(format!("`{name}` has {} elements in place of {length}", elements.len()));
        }
        Ok(Self { sizes, elements })
    }

    /// Returns the type of its numbers, unless they are integers.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self.elements {
            Elements::Numbers(kind, _) => Some(kind),
            Elements::Integers(_) => None,
        }
    }

    /// Returns its numbers, unless they are integers.
    pub(super) fn values(&self) -> Option<&[f64]> {
        match &self.elements {
            Elements::Numbers(_, numbers) => Some(numbers),
            Elements::Integers(_) => None,
        }
    }

    /// Returns its integers.
    pub(super) fn indices(&self) -> Option<&[i64]> {
        match &self.elements {
            Elements::Integers(integers) => Some(integers),
            Elements::Numbers(..) => None,
        }
    }

    /// Returns its only number.
    pub(super) fn scalar(&self) -> Option<f64> {
        match self.values()? {
            &[number] => Some(number),
            _ => None,
        }
    }

    /// Returns the same elements with other sizes.
    pub(super) fn with_sizes(self, sizes: Vec<usize>) -> Self {
        Self { sizes, elements: self.elements }
    }

    /// Returns a tensor whose element at `index` is the one at `from(index)`.
    pub(super) fn gathered(&self, sizes: Vec<usize>, from: impl Fn(usize) -> usize) -> Self {
        let length = sizes.iter().product();
        let elements = match &self.elements {
            Elements::Numbers(kind, all) => Elements::Numbers(*kind, (0..length).map(|at| all[from(at)]).collect()),
            Elements::Integers(all) => Elements::Integers((0..length).map(|at| all[from(at)]).collect()),
        };
        Self { sizes, elements }
    }

    /// Returns the transposed matrix.
    pub(super) fn transposed(&self) -> Self {
        let &[rows, columns] = &self.sizes[..] else { return self.clone() };
        self.gathered(vec![columns, rows], |at| at % rows * columns + at / rows)
    }

    /// Returns the tensor with a function applied to each number.
    pub(super) fn map(&self, function: impl Fn(f64) -> f64) -> Self {
        let elements = match &self.elements {
            Elements::Numbers(kind, all) => Elements::Numbers(*kind, all.iter().map(|&x| function(x)).collect()),
            Elements::Integers(all) => Elements::Integers(all.clone()),
        };
        Self { sizes: self.sizes.clone(), elements }
    }

    /// Returns the bytes of its numbers, row by row, lowest first.
    pub(super) fn bytes(&self, kind: Kind) -> Vec<u8> {
        let numbers = self.values().unwrap_or_default();
        match kind {
            // Numbers of a file are exact, and those that were computed are rounded once.
            #[allow(clippy::cast_possible_truncation)]
            Kind::Half | Kind::F32 => numbers.iter().flat_map(|&number| (number as f32).to_le_bytes()).collect(),
            Kind::F64 => numbers.iter().flat_map(|number| number.to_le_bytes()).collect(),
        }
    }
}

impl Elements {
    /// Returns how many there are.
    fn len(&self) -> usize {
        match self {
            Self::Numbers(_, numbers) => numbers.len(),
            Self::Integers(integers) => integers.len(),
        }
    }
}

/// Reads the elements of a tensor.
fn elements(tensor: &TensorProto<'_>) -> Result<Elements, String> {
    let integers = |integers: Option<Vec<i64>>| Elements::Integers(integers.unwrap_or_default());
    Ok(match tensor.data_type() {
        DataType::Float => {
            let numbers = tensor.as_f32().unwrap_or_default();
            Elements::Numbers(Kind::F32, numbers.iter().map(|&number| f64::from(number)).collect())
        }
        DataType::Double => Elements::Numbers(Kind::F64, tensor.as_f64().unwrap_or_default().into_owned()),
        DataType::Float16 => halves(tensor, float16),
        DataType::Bfloat16 => halves(tensor, |bits| f32::from_bits(u32::from(bits) << 16).into()),
        DataType::Int64 => integers(tensor.as_i64().map(std::borrow::Cow::into_owned)),
        DataType::Int32 => integers(tensor.as_i32().map(|all| all.iter().map(|&one| i64::from(one)).collect())),
        DataType::Bool => match tensor.as_raw() {
            Some(bytes) => Elements::Integers(bytes.iter().map(|&byte| i64::from(byte)).collect()),
            None => integers(tensor.as_i32().map(|all| all.iter().map(|&one| i64::from(one)).collect())),
        },
        other => {
            let name = tensor.name();
            return Err(format!(
                "`{name}` is of type {other:?}, but only Float16, Bfloat16, Float and Double can be weights"
            ));
        }
    })
}

/// Reads numbers of half precision, which single precision holds exactly.
fn halves(tensor: &TensorProto<'_>, number: impl Fn(u16) -> f64) -> Elements {
    let raw = tensor.as_raw().map(|bytes| bytes.as_chunks().0.iter().map(|&pair| u16::from_le_bytes(pair)).collect());
    // Without raw bytes, there is an integer for each.
    let bits: Vec<u16> = raw.unwrap_or_else(|| {
        tensor
            .as_i32()
            .unwrap_or_default()
            .iter()
            .map(|&bits| u16::try_from(bits & 0xffff).unwrap_or_default())
            .collect()
    });
    Elements::Numbers(Kind::Half, bits.into_iter().map(number).collect())
}

/// Returns a number with 5 bits of exponent and 10 of fraction.
fn float16(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 31), f64::from(bits & 1023));
    sign * match exponent {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    }
}
