//! A mistake in a formula that another macro uses.

typenet::formula! {
    fn square(x: Scalar) -> Scalar { x * y }
}

typenet::activation!(use square; Twice(x) = square(square(x)));

fn main() {
    println!("{}", Twice::value(1.0));
}
