//! A struct without `#[repr(C)]`, whose layout the compiler may choose.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
struct Parameters<T, const N: usize> {
    scale: SVector<T, N>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
