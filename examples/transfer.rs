//! Transfer learning: a network learns the ten digits. Another takes over its first layer, frozen, and learns from only a
//! hundred samples whether a digit is even, better than a network that starts from random weights.
//!
//! ```text
//! cargo run --release --example transfer
//! ```

use typenet::prelude::*;

network! {
    struct Teacher {
        features: Dense<64, 32>,
        Relu,
        output: Dense<32, 10>,
        Softmax,
    }
}

network! {
    struct Student {
        #[frozen] // what was learned for ten classes stays
        features: Dense<64, 32>,
        Relu,
        output: Dense<32, 2>,
        Softmax,
    }
}

network! {
    struct Beginner {
        features: Dense<64, 32>,
        Relu,
        output: Dense<32, 2>,
        Softmax,
    }
}

fn main() -> typenet::Result<()> {
    let mut rng = typenet::rng(37);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.7);
    let scaler = Standardizer::fit(train.inputs());
    let (train, test) = (scaler.transform(train), scaler.transform(test));

    let mut teacher = Teacher::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs(30).fit(&mut teacher, &train)?;
    println!("ten digits, from {} samples: accuracy {:.4}", train.len(), teacher.evaluate(&test, &Nll).accuracy);

    let (few, rest) = (parity(&train, 100)?, parity(&test, usize::MAX)?);
    let mut student = Student::init(&mut rng);
    student.features.copy_from(&teacher.features);
    Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs(60).fit(&mut student, &few)?;
    assert_eq!(student.features.parameters(), teacher.features.parameters());
    let mut beginner = Beginner::init(&mut rng);
    Trainer::new(Nll, Sgd::new(0.05).momentum(0.9)).epochs(60).fit(&mut beginner, &few)?;

    let [with, without] = [student.evaluate(&rest, &Nll).accuracy, beginner.evaluate(&rest, &Nll).accuracy];
    println!("even or odd, from {} samples, on {}:", few.len(), rest.len());
    println!("  with the features of the ten digits  accuracy {with:.4}");
    println!("  from random weights                  accuracy {without:.4}");
    assert!(with > without);
    Ok(())
}

/// Returns the first digits, up to `most`, with class 0 for even and 1 for odd ones.
fn parity(data: &Dataset<Vector<64>, Class<10>>, most: usize) -> typenet::Result<Dataset<Vector<64>, Class<2>>> {
    let count = most.min(data.len());
    let targets = data.targets()[..count].iter().map(|digit| Class::new(digit.index() % 2));
    Dataset::new(data.inputs()[..count].to_vec(), targets.collect::<typenet::Result<_>>()?)
}
