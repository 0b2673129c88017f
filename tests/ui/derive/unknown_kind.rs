//! A tensor of an unknown kind.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
struct Parameters<T, const N: usize> {
    #[tensor(gain)]
    scale: SVector<T, N>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
