//! An activation without a name.

use typenet::activation;

activation!((x) = x * tanh(softplus(x)));

fn main() {}
