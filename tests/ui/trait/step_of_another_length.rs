//! A step with more features than the sequence has.

use typenet::prelude::*;

network!(struct Net (Sequence<3, 2>) = Gru<_, 8>, Dense<_, 4>);

fn main() {
    let net = Net::zeroed();
    let _ = net.start().push([1.0, 2.0, 3.0]);
}
