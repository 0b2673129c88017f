//! The elements of a matrix by their names.

use typenet::gradient_of;

gradient_of! {
    fn wrong([x, y]: Matrix<2, 2>) -> Scalar { x * y }
}

fn main() {
    println!("{}", wrong(&[0.5, -0.5], &mut [0.0; 2]));
}
