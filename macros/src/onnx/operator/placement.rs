//! `Pad`, `Resize` and `Upsample`: borders around images, and enlarged images.

use super::{Call, Given, Operator};
use crate::onnx::model::Attribute;
use crate::onnx::step::Layer;
use crate::onnx::tensor::Tensor;
use crate::onnx::value::{Axis, Shape, Value};

pub(super) const OPERATORS: &[Operator] = &[
    Operator::new("Pad", &["mode", "pads", "value"], pad),
    Operator::new(
        "Resize",
        &[
            "antialias",
            "coordinate_transformation_mode",
            "cubic_coeff_a",
            "exclude_outside",
            "extrapolation_value",
            "keep_aspect_ratio_policy",
            "mode",
            "nearest_mode",
        ],
        resize,
    ),
    Operator::new("Upsample", &["mode", "scales"], |call| enlarged(call, &factors(call, 1, None)?, is_bilinear(call)?)),
];

/// Returns the sizes of an image and the places of its rows and columns in ONNX.
fn rows_and_columns(call: &Call<'_>) -> Result<([usize; 3], [usize; 2]), String> {
    let input = call.input;
    let place = |axis| input.axes.iter().position(|&found| found == Axis::Of(axis));
    match (&input.shape, place(1), place(2)) {
        (&Shape::Image(sizes), Some(rows), Some(columns)) => Ok((sizes, [rows, columns])),
        _ => Err(format!("its input is {}, and typenet has this operator only for images", input.text())),
    }
}

fn pad(call: &Call<'_>) -> Result<Given, String> {
    call.reads_at(0)?;
    let pads = call.list("pads", 1)?.ok_or("it has no `pads`")?;
    let count = call.input.axes.len();
    let axes = call.list("axes", 3)?.unwrap_or_else(|| (0..i64::try_from(count).unwrap_or_default()).collect());
    if pads.len() != 2 * axes.len() {
        return Err(format!("its `pads` are {pads:?} for {} axes", axes.len()));
    }
    let mut amounts = vec![[0_usize; 2]; count];
    for (at, &axis) in axes.iter().enumerate() {
        let both =
            [pads[at], pads[at + axes.len()]].map(|amount| usize::try_from(amount).ok().filter(|&n| n < 1 << 24));
        let [Some(before), Some(behind)] = both else {
            return Err(format!("its `pads` are {pads:?}, and typenet only adds a border"));
        };
        amounts[call.input.place(axis)?] = [before, behind];
    }
    if amounts.iter().all(|amount| *amount == [0, 0]) {
        return Ok(Given::nothing(call.input.clone()));
    }
    let ([channels, rows, columns], [at_rows, at_columns]) = rows_and_columns(call)?;
    let [top, bottom] = std::mem::take(&mut amounts[at_rows]);
    let [left, right] = std::mem::take(&mut amounts[at_columns]);
    if amounts.iter().any(|amount| *amount != [0, 0]) {
        return Err(format!("its `pads` are {pads:?}, and typenet pads only rows and columns"));
    }
    let largest = [(top.max(bottom), rows), (left.max(right), columns)];
    let mode = mode(call, largest)?;
    let text = format!("Pad<{top}, {left}, {bottom}, {right}>{mode}");
    let shape = Shape::Image([channels, top + rows + bottom, left + columns + right]);
    Ok(Given::layer(Layer::plain(text), Value { shape, ..call.input.clone() }))
}

/// Returns the setting for the content of a border, with the largest amounts and the sizes along both axes.
fn mode(call: &Call<'_>, largest: [(usize, usize); 2]) -> Result<&'static str, String> {
    let mode = call.word("mode", "constant")?;
    let (setting, fits): (_, fn(usize, usize) -> bool) = match mode {
        "constant" => {
            let number = call.optional(2).map_or_else(
                || call.number("value", 0.0).map(f64::from),
                |number| number.scalar().ok_or_else(|| "its border is no number".to_owned()),
            )?;
            if number != 0.0 || call.has(2) && call.optional(2).is_none() {
                return Err(format!("its border is {number:?}, and typenet has only 0"));
            }
            return Ok("");
        }
        "reflect" => ("(mode = Reflect)", |amount, size| amount < size),
        "edge" => ("(mode = Replicate)", |_, _| true),
        "wrap" => ("(mode = Circular)", |amount, size| amount <= size),
        other => return Err(format!("its attribute `mode` is '{other}', and typenet has no such border")),
    };
    if largest.iter().any(|&(amount, size)| !fits(amount, size)) {
        return Err(format!("its border is too large for its input {}", call.input.text()));
    }
    Ok(setting)
}

fn resize(call: &Call<'_>) -> Result<Given, String> {
    call.requires("antialias", 0, 0)?;
    call.requires("exclude_outside", 0, 0)?;
    // In version 10, there are only factors.
    let places = if call.version < 11 { (1, None) } else { (2, Some(3)) };
    let factors = factors(call, places.0, places.1)?;
    let default = if call.version < 11 { "asymmetric" } else { "half_pixel" };
    let coordinates = call.word("coordinate_transformation_mode", default)?;
    let nearest = call.word("nearest_mode", if call.version < 11 { "floor" } else { "round_prefer_floor" })?;
    let is_half = matches!(coordinates, "half_pixel" | "pytorch_half_pixel");
    // Which of the elements around a position is the nearest one is the same for whole factors, but for some roundings.
    let is_bilinear = match call.word("mode", "nearest")? {
        "nearest" if is_half && nearest.starts_with("round_prefer") => false,
        "nearest" if coordinates == "asymmetric" && nearest == "floor" => false,
        "linear" if is_half => true,
        other => {
            return Err(format!(
                "it has the mode '{other}' with the coordinates '{coordinates}' and the rounding '{nearest}', and typenet has \
                 'nearest' of a whole factor and 'linear' with 'half_pixel'"
            ));
        }
    };
    enlarged(call, &factors, is_bilinear)
}

/// Returns the only form of an older `Upsample` that there is: its linear one has other coordinates.
fn is_bilinear(call: &Call<'_>) -> Result<bool, String> {
    match call.word("mode", "nearest")? {
        "nearest" => Ok(false),
        other => Err(format!("its attribute `mode` is '{other}', and typenet has only 'nearest' in this operator")),
    }
}

/// Returns the factors along each axis: those that are given, or those to sizes that are given.
fn factors(call: &Call<'_>, at: usize, at_sizes: Option<usize>) -> Result<Vec<f64>, String> {
    if call.node.inputs.first().is_none_or(|name| name != call.read) {
        return Err("its input is a constant".to_owned());
    }
    if let Some(factors) = call.optional(at).and_then(Tensor::values).filter(|factors| !factors.is_empty()) {
        return Ok(factors.to_vec());
    }
    if let Some(Attribute::Numbers(factors)) = call.node.attributes.get("scales") {
        return Ok(factors.iter().copied().map(f64::from).collect());
    }
    let sizes = at_sizes.and_then(|at| call.optional(at)).and_then(Tensor::indices);
    let sizes = sizes.ok_or("it has neither constant factors nor constant sizes")?;
    let factor = |(at, &size): (usize, &i64)| match call.input.axes.get(at).and_then(|&axis| call.input.size(axis)) {
        Some(before) => size as f64 / before as f64,
        // The batch.
        None => 1.0,
    };
    Ok(sizes.iter().enumerate().map(factor).collect())
}

/// Returns the layer for whole factors.
fn enlarged(call: &Call<'_>, factors: &[f64], is_bilinear: bool) -> Result<Given, String> {
    let ([channels, rows, columns], places) = rows_and_columns(call)?;
    let whole = |factor: f64| (1..=64).find(|&whole: &u32| f64::from(whole) == factor).map(|whole| whole as usize);
    let is_kept = |(place, &factor): (usize, &f64)| factor == 1.0 || places.contains(&place);
    let found = places.map(|place| factors.get(place).copied().and_then(whole));
    let ([Some(down), Some(across)], true) = (found, factors.iter().enumerate().all(is_kept)) else {
        return Err(format!(
            "its factors are {factors:?} for {}, and typenet has whole numbers up to 64 for rows and columns",
            call.input.text()
        ));
    };
    let sizes = if down == across { down.to_string() } else { format!("{down}, {across}") };
    let text = format!("Upsample<{sizes}>{}", if is_bilinear { "(mode = Bilinear)" } else { "" });
    let shape = Shape::Image([channels, down * rows, across * columns]);
    Ok(Given::layer(Layer::plain(text), Value { shape, ..call.input.clone() }))
}
