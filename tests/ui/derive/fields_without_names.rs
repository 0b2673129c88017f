//! Tuple fields, which have no names for the tensors.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
struct Parameters<T, const N: usize>(SVector<T, N>);

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
