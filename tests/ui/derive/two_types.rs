//! A struct with two type parameters.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
struct Parameters<T, U, const N: usize> {
    scale: SVector<T, N>,
    shift: SVector<U, N>,
}

fn main() {
    println!("{}", <Parameters<f32, f32, 3> as FlatParameters<f32>>::LEN);
}
