//! A formula that is visible outside of its crate.

typenet::formula! {
    pub fn square(x: Scalar) -> Scalar { x * x }
}

typenet::activation!(use square; Twice(x) = square(square(x)));

mod shared {
    typenet::formula! { pub fn cube(x: Scalar) -> Scalar { x * x * x } }
}

typenet::activation!(use shared::cube; Third(x) = cube(x));

fn main() {
    println!("{} {}", Twice::value(1.0), Third::value(1.0));
}
