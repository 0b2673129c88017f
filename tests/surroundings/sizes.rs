//! Sizes as numbers, arithmetic, named constants, const expressions and `_`.
#![allow(clippy::large_digit_groups, clippy::identity_op, clippy::let_and_return, reason = "any way to write a size")]

use typenet::prelude::*;

const INPUTS: usize = 4;
const HIDDEN: usize = INPUTS * 2;

mod config {
    pub const CLASSES: usize = 3;
    pub const fn double(size: usize) -> usize {
        2 * size
    }
}

network!(struct Arithmetic = Dense<2 * 2, { 16 / 2 }>, Tanh, Dense<0b1000, 3_usize>, Softmax);
network!(struct Constants (Vector<INPUTS>) -> Probabilities<{ config::CLASSES }>
    = Dense<4, HIDDEN>, Tanh, Dense<8, config::CLASSES>, Softmax);
network!(struct Expressions = Dense<INPUTS, { config::double(INPUTS) }>, Tanh, Dense<HIDDEN, { 1 + 2 }>, Softmax);
network!(struct Inferred (Vector<4>) = Dense<_, { HIDDEN * 1 }>, Tanh, Dense<_, 3>, Softmax);
network!(struct Block = Dense<{ let size = 4; size }, HIDDEN>, Tanh, Dense<_, 3>, Softmax);
network!(struct Picture (Image<1, 2, 2>) -> Image<1, 2, 2> = Relu, Tanh);

#[test]
fn sizes_are_numbers_constants_and_expressions() {
    const PARAMETERS: usize = 4 * 8 + 8 + 8 * 3 + 3;
    assert_eq!(Arithmetic::PARAMETERS, PARAMETERS);
    assert_eq!(Constants::PARAMETERS, PARAMETERS);
    assert_eq!(Expressions::PARAMETERS, PARAMETERS);
    assert_eq!(Inferred::PARAMETERS, PARAMETERS);
    assert_eq!(Block::PARAMETERS, PARAMETERS);
    let answer: [f32; 3] = Constants::zeroed().predict(&[0.0; 4]);
    assert!((answer[0] - 1.0 / 3.0).abs() < 1e-6);
    assert_eq!(Picture::zeroed().predict(&[[[-1.0, 0.0], [0.0, -2.0]]]), [[[0.0; 2]; 2]]);
}
