//! A function of a matrix.

use typenet::gradient_of;
use typenet::minimize::Descent;
use typenet::prelude::*;

gradient_of! {
    fn wrong(x: Matrix<2, 2>) -> Scalar { sum(x) }
}

fn main() -> typenet::Result<()> {
    let mut point = [0.0; 2];
    Descent::new(Adam::new(0.05)).minimize(&mut point, wrong)?;
    println!("{}", wrong(&point, &mut [0.0; 2]));
    Ok(())
}
