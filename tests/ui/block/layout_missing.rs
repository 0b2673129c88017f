//! A struct that the compiler may lay out as it likes.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(Block)]
struct Parameters<T, const N: usize> {
    scale: SVector<T, N>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as Block<f32>>::LEN);
}
