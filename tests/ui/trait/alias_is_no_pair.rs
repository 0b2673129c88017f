//! Only the compiler knows that the alias is no pair.

use typenet::prelude::*;

type Input = Vector<3>;

network!(struct Net (Input) = First, Tanh);

fn main() {
    let _ = Net::zeroed();
}
