//! A custom training loop with `Nll` on logits.

use typenet::prelude::*;

network! {
    struct Digits {
        hidden: Dense<64, 32>,
        Tanh,
        output: Dense<32, 10>,
    }
}

fn main() -> typenet::Result<()> {
    let network = Digits::init(&mut typenet::rng(37));
    let targets = [Class::<10>::new(0)?];
    let mut workspace = Workspace::new();
    let mut gradient = Gradient::zeroed();
    let pass = Pass::training(37, 0);
    let loss = network.gradient(&[[0.0; 64]], &targets, &Nll, &pass, &mut workspace, &mut gradient)?;
    println!("{loss}");
    Ok(())
}
