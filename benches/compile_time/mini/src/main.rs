//! The smallest program that trains: a network with one hidden layer, ten steps.

use typenet::prelude::*;

network!(struct Net = Dense<784, 128>, Tanh, Dense<128, 10>, Softmax);

fn main() -> typenet::Result<()> {
    let mut network = Net::init(&mut typenet::rng(0));
    let (inputs, targets) = (vec![[1.0; 784]; 32], vec![Class::new(0)?; 32]);
    let mut optimizer = Sgd::new(0.01).momentum(0.9).state();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    for _ in 0..10 {
        let pass = Pass::training(0, optimizer.steps());
        println!("{}", network.gradient(&inputs, &targets, &Nll, &pass, &mut workspace, &mut gradient)?);
        optimizer.step(&mut *network, &*gradient)?;
    }
    Ok(())
}
