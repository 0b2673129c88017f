//! A network of fifty dense layers, each with a shape different from the adjacent ones, and fifty activations: ten steps.

use typenet::prelude::*;

network! {
    struct Tower {
        Dense<64, 60>, Tanh, Dense<60, 56>, Tanh, Dense<56, 52>, Tanh, Dense<52, 48>, Tanh, Dense<48, 44>, Tanh,
        Dense<44, 40>, Tanh, Dense<40, 36>, Tanh, Dense<36, 32>, Tanh, Dense<32, 28>, Tanh, Dense<28, 24>, Tanh,
        Dense<24, 60>, Tanh, Dense<60, 56>, Tanh, Dense<56, 52>, Tanh, Dense<52, 48>, Tanh, Dense<48, 44>, Tanh,
        Dense<44, 40>, Tanh, Dense<40, 36>, Tanh, Dense<36, 32>, Tanh, Dense<32, 28>, Tanh, Dense<28, 24>, Tanh,
        Dense<24, 60>, Tanh, Dense<60, 56>, Tanh, Dense<56, 52>, Tanh, Dense<52, 48>, Tanh, Dense<48, 44>, Tanh,
        Dense<44, 40>, Tanh, Dense<40, 36>, Tanh, Dense<36, 32>, Tanh, Dense<32, 28>, Tanh, Dense<28, 24>, Tanh,
        Dense<24, 60>, Tanh, Dense<60, 56>, Tanh, Dense<56, 52>, Tanh, Dense<52, 48>, Tanh, Dense<48, 44>, Tanh,
        Dense<44, 40>, Tanh, Dense<40, 36>, Tanh, Dense<36, 32>, Tanh, Dense<32, 28>, Tanh, Dense<28, 24>, Tanh,
        Dense<24, 60>, Tanh, Dense<60, 56>, Tanh, Dense<56, 52>, Tanh, Dense<52, 48>, Tanh, Dense<48, 44>, Tanh,
        Dense<44, 40>, Tanh, Dense<40, 36>, Tanh, Dense<36, 32>, Tanh, Dense<32, 28>, Tanh, Dense<28, 10>, Tanh, Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut network = Tower::init(&mut typenet::rng(0));
    let (inputs, targets) = (vec![[1.0; 64]; 32], vec![Class::new(0)?; 32]);
    let mut optimizer = Sgd::new(0.01).momentum(0.9).state();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    for _ in 0..10 {
        let pass = Pass::training(0, optimizer.steps());
        println!("{}", network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient)?);
        optimizer.step(&mut *network, &*gradient)?;
    }
    Ok(())
}
