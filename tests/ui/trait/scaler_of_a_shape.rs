//! A scaler has the array of a sample in its type, and not its shape; the error has both.

use typenet::prelude::*;

struct Model {
    scaler: Standardizer<Vector<2>>,
}

fn main() {
    let model = Model { scaler: Standardizer::fit(&[[1.0_f32, 2.0], [3.0, 4.0]]) };
    let _ = model.scaler;
}
