//! A field that does not consist of scalars.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
struct Parameters<T, const N: usize> {
    scale: SVector<T, N>,
    names: Vec<T>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
