//! A struct with a fixed scalar type.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
struct Parameters<const N: usize> {
    scale: SVector<f32, N>,
}

fn main() {
    println!("{}", <Parameters<3> as FlatParameters<f32>>::LEN);
}
