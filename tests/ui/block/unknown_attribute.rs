//! An attribute of the struct with something unknown in it.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(Block)]
#[block(name = "parameters")]
#[repr(C)]
struct Parameters<T, const N: usize> {
    scale: SVector<T, N>,
}

fn main() {
    println!("{}", <Parameters<f32, 3> as Block<f32>>::LEN);
}
