//! A formula of rows that assigns to what is outside of it.

use typenet::layer;
use typenet::prelude::*;

layer! {
    struct Wrong<const L: usize, const N: usize> { weight: Matrix<N, N> }
    fn forward(x: Sequence<L, N>) -> Sequence<L, N> {
        let mut total = sum(x);
        let y = each(x, |row| { total = total + sum(row); weight * row });
        y * total
    }
}

network!(struct Steps (Sequence<3, 2>) = Wrong<3, 2>, Flatten, Dense<6, 1>);

fn main() {
    let steps = Steps::init(&mut typenet::rng(37));
    println!("{:?}", steps.predict(&[[0.5, -0.5]; 3]));
}
