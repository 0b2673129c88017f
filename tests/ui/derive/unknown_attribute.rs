//! An attribute of the struct with unknown contents.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[flat_parameters(name = "parameters")]
#[repr(C)]
struct Parameters<T, const N: usize> {
    scale: SVector<T, N>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
