//! A formula that is visible outside of its crate.

typenet::formula! {
    pub fn square(x: Scalar) -> Scalar { x * x }
}

typenet::activation!(use square; Twice(x) = square(square(x)));

fn main() {
    println!("{}", Twice::value(1.0));
}
