//! Where are the windows of convolutions and pooling, and how are they written in a declaration?

use super::Call;

/// The settings of a window along each axis of positions.
pub(super) struct Window {
    /// The size of the window.
    pub(super) kernel: Vec<usize>,
    /// The distance of windows.
    pub(super) stride: Vec<usize>,
    /// The distance of elements in a window.
    pub(super) dilation: Vec<usize>,
    /// The padding before and behind.
    pub(super) padding: Vec<[usize; 2]>,
    /// Whether a window may reach over the end.
    pub(super) rounds_up: bool,
}

/// How padding is written.
#[derive(Debug, PartialEq)]
pub(super) enum Padding {
    /// This much on both sides of each axis.
    Of(Vec<usize>),
    /// `Same`.
    Same,
    /// `Causal`: before the steps alone, as much as a window reaches back.
    Causal,
    /// Different amounts, in the order of `Pad`.
    Uneven(Vec<[usize; 2]>),
}

impl Window {
    /// Reads the attributes of a window over an input with these sizes.
    pub(super) fn read(call: &Call<'_>, kernel: Vec<usize>, sizes: &[usize]) -> Result<Self, String> {
        let axes = sizes.len();
        let stride = call.amounts("strides", axes, 1)?;
        let dilation = call.amounts("dilations", axes, 1)?;
        if let Some(zero) = [("kernel_shape", &kernel), ("strides", &stride), ("dilations", &dilation)]
            .iter()
            .find(|(_, amounts)| amounts.len() != axes || amounts.contains(&0))
        {
            return Err(format!("its attribute `{}` does not fit its input {}", zero.0, call.input.text()));
        }
        let rounds_up = call.integer("ceil_mode", 0)? != 0;
        let mut window = Self { kernel, stride, dilation, padding: Vec::new(), rounds_up };
        window.padding = match call.word("auto_pad", "NOTSET")? {
            "NOTSET" => {
                let pads = call.amounts("pads", 2 * axes, 0)?;
                (0..axes).map(|axis| [pads[axis], pads[axis + axes]]).collect()
            }
            "VALID" => vec![[0, 0]; axes],
            "SAME_UPPER" => (0..axes).map(|axis| window.same(axis, sizes[axis])).collect(),
            "SAME_LOWER" => (0..axes).map(|axis| window.same(axis, sizes[axis])).map(|[a, b]| [b, a]).collect(),
            other => return Err(format!("its attribute `auto_pad` is '{other}'")),
        };
        Ok(window)
    }

    /// Returns how many elements a window spans along an axis.
    pub(super) fn span(&self, axis: usize) -> usize {
        (self.kernel[axis] - 1).saturating_mul(self.dilation[axis]) + 1
    }

    /// Returns the padding that gives as many windows as strides, with the odd element behind.
    fn same(&self, axis: usize, size: usize) -> [usize; 2] {
        let stride = self.stride[axis];
        let total = ((size.div_ceil(stride) - 1) * stride + self.span(axis)).saturating_sub(size);
        [total / 2, total - total / 2]
    }

    /// Returns how many windows there are along an axis; the reason if there is none.
    pub(super) fn positions(&self, axis: usize, size: usize) -> Result<usize, String> {
        let ([before, behind], span, stride) = (self.padding[axis], self.span(axis), self.stride[axis]);
        let padded = size + before + behind;
        let room = padded
            .checked_sub(span)
            .ok_or_else(|| format!("its window of {span} is larger than its input of {padded}"))?;
        if !self.rounds_up {
            return Ok(room / stride + 1);
        }
        let windows = room.div_ceil(stride) + 1;
        // A window that begins in the padding behind is none.
        Ok(if (windows - 1) * stride >= size + before { windows - 1 } else { windows })
    }

    /// Returns how the padding is written for an input with these sizes.
    pub(super) fn padding(&self, sizes: &[usize]) -> Padding {
        let padding = &self.padding;
        if padding.iter().all(|[before, behind]| before == behind) {
            return Padding::Of(padding.iter().map(|[before, _]| *before).collect());
        }
        let is_same = |(axis, &size): (usize, &usize)| padding[axis] == self.same(axis, size);
        if sizes.iter().enumerate().all(is_same) {
            return Padding::Same;
        }
        if let ([[before, 0]], [_]) = (&padding[..], sizes)
            && *before == self.span(0) - 1
        {
            return Padding::Causal;
        }
        Padding::Uneven(padding.clone())
    }
}

/// Returns the source text of the sizes of a window.
pub(super) fn sizes(kernel: &[usize]) -> String {
    let is_square = kernel.iter().all(|size| *size == kernel[0]);
    let shown = if is_square { &kernel[..1] } else { kernel };
    shown.iter().map(usize::to_string).collect::<Vec<_>>().join(", ")
}

/// Returns a setting for each axis, a pair unless both are equal; nothing for its default.
pub(super) fn setting(name: &str, amounts: &[usize], default: &[usize]) -> Option<String> {
    if amounts == default {
        return None;
    }
    Some(match amounts {
        [rows, columns] if rows != columns => format!("{name} = ({rows}, {columns})"),
        _ => format!("{name} = {}", amounts[0]),
    })
}

/// Returns settings in parentheses, if there are any.
pub(super) fn in_parentheses(settings: impl IntoIterator<Item = Option<String>>) -> String {
    let settings: Vec<_> = settings.into_iter().flatten().collect();
    if settings.is_empty() { String::new() } else { format!("({})", settings.join(", ")) }
}
