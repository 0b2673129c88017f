//! An enum.

use nalgebra::SVector;
use typenet::prelude::*;

#[derive(FlatParameters)]
#[repr(C)]
enum Parameters<T, const N: usize> {
    Scale(SVector<T, N>),
}

fn main() {
    println!("{}", <Parameters<f32, 3> as FlatParameters<f32>>::LEN);
}
