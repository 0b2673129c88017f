//! An attribute of the struct with something unknown in it.

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
