//! Does a run that was interrupted go on with the same bits, and is every damage of its file noticed?
#![cfg(feature = "safetensors")]

use std::fs;
use std::sync::LazyLock;

use proptest::prelude::*;
use typenet::schedule::{Cosine, ReduceOnPlateau, Schedule};
use typenet::{Error, Optimizer, OptimizerState, WrongTensor, prelude::*};

use crate::support::folder::Folder;
use crate::support::mended::mended;

network!(struct Small = Dense<2, 3>, Tanh, Dense<3, 2>, Softmax);
network! {
    /// Above 4096 parameters an optimizer's slots have room between them.
    struct Large = Dense<64, 70>, Relu, Dense<70, 10>, Softmax
}

const SEED: u64 = 37;

fn trainer<O: Optimizer>(optimizer: O) -> Trainer<Nll, O, f32> {
    Trainer::new(Nll, optimizer).batch_size(50).seed(5)
}

/// Trains `first` and then `second` epochs, once in one piece and once through a checkpoint, in fresh objects.
fn assert_resumes<O: Optimizer>(name: &str, optimizer: O, first: usize, second: usize) {
    let folder = Folder::new(name);
    let path = folder.path("checkpoint");
    let data = datasets::digits();
    let mut whole = Large::init(&mut typenet::rng(SEED));
    let mut one = trainer(optimizer.clone());
    one.clone().epochs(0).fit(&mut whole, &data).unwrap();
    let mut part = whole.clone();
    one = one.epochs(first + second);
    one.fit(&mut whole, &data).unwrap();

    let mut before = trainer(optimizer.clone()).epochs(first);
    before.fit(&mut part, &data).unwrap();
    before.save_checkpoint(&part, &path).unwrap();
    drop((before, part));

    // The seed and the batch size come from the checkpoint.
    let mut resumed = Large::zeroed();
    let mut after = Trainer::new(Nll, optimizer).epochs(second);
    after.resume(&mut resumed, &path).unwrap();
    assert_eq!(after.optimizer().steps(), (data.len().div_ceil(50) * first) as u64);
    after.fit(&mut resumed, &data).unwrap();
    assert_eq!(resumed.parameters(), whole.parameters(), "{name}");
    assert_eq!(after.optimizer().steps(), one.optimizer().steps());
    assert!(second == 0 || resumed.parameters().iter().any(|&x| x != 0.0));
    assert_eq!(folder.names(), ["checkpoint"]);
}

#[test]
fn a_resumed_run_has_the_bits_of_an_uninterrupted_one() {
    assert_resumes("plain", Sgd::new(0.01), 2, 2);
    assert_resumes("momentum", Sgd::new(0.01).momentum(0.9), 1, 2);
    assert_resumes("nesterov", Sgd::new(0.01).momentum(0.9).nesterov(), 3, 1);
    assert_resumes("adam", Adam::new(0.001), 2, 2);
    assert_resumes("amsgrad", Adam::new(0.001).amsgrad(), 1, 1);
    assert_resumes("adam_w", AdamW::new(0.001, 0.01), 1, 1);
    assert_resumes("nadam", Nadam::new(0.001), 1, 1);
    assert_resumes("adamax", Adamax::new(0.001), 1, 1);
    assert_resumes("adagrad", Adagrad::new(0.01).rate_decay(0.1), 1, 1);
    assert_resumes("adadelta", Adadelta::new(1.0), 1, 1);
    assert_resumes("rms_prop", RmsProp::new(0.001).centered().momentum(0.9), 1, 1);
    assert_resumes("before_the_first_step", Adam::new(0.001), 0, 2);
    assert_resumes("nothing_more", Adam::keras(), 1, 0);
}

#[test]
fn schedules_plateaus_and_layer_factors_resume_too() {
    let folder = Folder::new("schedules");
    let (data, validation) = datasets::digits().split(0.8);
    let plateau = ReduceOnPlateau::new().factor(0.5).patience(1).min_delta(0.05).cooldown(1);
    let trainer = || {
        trainer(Sgd::new(0.02).momentum(0.9))
            .layer_factor("dense", 0.5)
            .schedule(Cosine::new(250).warm_up(20, 0.1))
            .reduce_on_plateau(plateau)
            .validation(&validation)
    };
    for first in [1, 3, 4, 5] {
        let mut whole = Large::init(&mut typenet::rng(SEED));
        let mut part = whole.clone();
        let mut one = trainer().epochs(7);
        one.fit(&mut whole, &data).unwrap();
        // The plateau has done something, beside the schedule.
        let scheduled = 0.02 * Cosine::new(250).warm_up(20, 0.1).factor(one.optimizer().steps() - 1);
        assert!(one.optimizer().learning_rate().unwrap() < 0.6 * scheduled);

        let mut before = trainer().epochs(first);
        before.fit(&mut part, &data).unwrap();
        before.save_checkpoint(&part, folder.path("c")).unwrap();
        let (mut resumed, mut after) = (Large::zeroed(), trainer().epochs(7 - first));
        after.resume(&mut resumed, folder.path("c")).unwrap();
        after.fit(&mut resumed, &data).unwrap();
        assert_eq!(resumed.parameters(), whole.parameters(), "{first}");
        assert_eq!(after.optimizer().learning_rate(), one.optimizer().learning_rate());
    }
}

#[test]
fn random_layers_and_frozen_ones_resume_too() {
    network! {
        struct Noisy {
            #[frozen]
            first: Dense<64, 20>,
            Tanh,
            Dropout(0.5),
            last: Dense<20, 10>,
            Softmax,
        }
    }
    let folder = Folder::new("noisy");
    let data = datasets::digits();
    let mut network = Noisy::init(&mut typenet::rng(SEED));
    let mut first = trainer(Adam::new(0.001));
    first.fit(&mut network, &data).unwrap();
    first.save_checkpoint(&network, folder.path("c")).unwrap();
    let (mut resumed, mut second) = (Noisy::zeroed(), trainer(Adam::new(0.001)).seed(0));
    second.resume(&mut resumed, folder.path("c")).unwrap();
    first.fit(&mut network, &data).unwrap();
    second.fit(&mut resumed, &data).unwrap();
    assert_eq!(resumed.parameters(), network.parameters());
}

#[test]
fn double_precision_resumes_too() {
    let folder = Folder::new("double");
    let data = Dataset::<Vector<2>, Class<2>, f64>::labelled([[0.0, 1.0], [1.0, 0.5], [0.2, 0.3]], [0, 1, 1]).unwrap();
    let mut network = Small::<f64>::init(&mut typenet::rng(SEED));
    let mut first = Trainer::new(Nll, Adam::new(0.01)).epochs(7).batch_size(2).seed(u64::MAX);
    first.fit(&mut network, &data).unwrap();
    first.save_checkpoint(&network, folder.path("c")).unwrap();
    let (mut resumed, mut second) = (Small::<f64>::zeroed(), Trainer::new(Nll, Adam::new(0.01)).epochs(7));
    second.resume(&mut *resumed, folder.path("c")).unwrap();
    first.fit(&mut network, &data).unwrap();
    second.fit(&mut resumed, &data).unwrap();
    assert_eq!(resumed.parameters(), network.parameters());
}

/// One epoch of a loop of one's own.
fn own_epoch(network: &mut Small, optimizer: &mut OptimizerState<Adam, f32>, seed: u64) {
    let data = Dataset::<Vector<2>, Class<2>>::labelled([[0.0, 1.0], [1.0, 0.5], [0.2, 0.3]], [0, 1, 1]).unwrap();
    let (mut workspace, mut gradient) = (Workspace::new(), Gradient::zeroed());
    let mut batches = data.epoch(2, &mut typenet::rng(seed)).unwrap();
    while let Some((inputs, targets)) = batches.next() {
        let pass = Pass::training(7, optimizer.steps());
        network.gradient(inputs, targets, &Nll, &pass, &mut workspace, &mut gradient).unwrap();
        optimizer.step(network, &*gradient).unwrap();
    }
}

#[test]
fn a_loop_of_ones_own_resumes_too() {
    let folder = Folder::new("own_loop");
    let (mut network, mut optimizer) = (Small::init(&mut typenet::rng(SEED)), Adam::new(0.01).state());
    // Also before the first step.
    for made in 0..3 {
        optimizer.save_checkpoint(&network, folder.path("c")).unwrap();
        let (mut resumed, mut memory) = (Small::zeroed(), Adam::new(0.01).state());
        memory.resume(&mut resumed, folder.path("c")).unwrap();
        assert_eq!((resumed.parameters(), memory.steps()), (network.parameters(), 2 * made));
        own_epoch(&mut network, &mut optimizer, made);
        own_epoch(&mut resumed, &mut memory, made);
        assert_eq!(resumed.parameters(), network.parameters());
    }
    let mut other = Sgd::new(0.1).state();
    let before = network.parameters().to_vec();
    assert!(matches!(other.resume(&mut network, folder.path("c")), Err(Error::Unreadable { .. })));
    assert_eq!((network.parameters(), other.steps()), (&before[..], 0));
}

#[test]
fn a_trainer_and_a_loop_of_ones_own_take_each_others_checkpoints() {
    let folder = Folder::new("each_other");
    let (network, trained, _) = checkpoint(&folder);
    let (mut resumed, mut memory) = (Small::zeroed(), Adam::new(0.01).state());
    memory.resume(&mut resumed, folder.path("c")).unwrap();
    assert_eq!((resumed.parameters(), memory.steps()), (network.parameters(), trained.optimizer().steps()));

    // A loop has no order of samples: that of the trainer stays.
    memory.save_checkpoint(&resumed, folder.path("own")).unwrap();
    let data = Dataset::<Vector<2>, Class<2>>::labelled([[0.0, 1.0], [1.0, 0.5], [0.2, 0.3]], [0, 1, 1]).unwrap();
    let mut trainer = Trainer::new(Nll, Adam::new(0.01)).batch_size(1);
    trainer.resume(&mut resumed, folder.path("own")).unwrap();
    trainer.fit(&mut resumed, &data).unwrap();
    assert_eq!(trainer.optimizer().steps(), trained.optimizer().steps() + 3);
}

/// A trained network, its trainer, and the file of both.
fn checkpoint(folder: &Folder) -> (Box<Small>, Trainer<Nll, Adam, f32>, Vec<u8>) {
    let data = Dataset::<Vector<2>, Class<2>>::labelled([[0.0, 1.0], [1.0, 0.5], [0.2, 0.3]], [0, 1, 1]).unwrap();
    let mut network = Small::init(&mut typenet::rng(SEED));
    let mut trainer = Trainer::new(Nll, Adam::new(0.01)).epochs(3).batch_size(2);
    trainer.fit(&mut network, &data).unwrap();
    trainer.save_checkpoint(&network, folder.path("c")).unwrap();
    (network, trainer, fs::read(folder.path("c")).unwrap())
}

/// The error of resuming from these bytes. Nothing may have changed.
fn refused(folder: &Folder, bytes: &[u8]) -> Error {
    let path = folder.write("damaged", bytes);
    let mut network = Small::zeroed();
    let mut trainer = Trainer::new(Nll, Adam::new(0.01));
    let error = trainer.resume(&mut network, &path).expect_err("a damaged file is refused");
    assert!(network.parameters().iter().all(|&x| x == 0.0));
    assert_eq!(trainer.optimizer().steps(), 0);
    error
}

#[test]
fn a_flip_of_any_bit_is_an_error() {
    let folder = Folder::new("flip");
    let (_, _, bytes) = checkpoint(&folder);
    for position in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[position] ^= 1 << bit;
            let error = refused(&folder, &flipped);
            assert!(matches!(error, Error::Unreadable { .. }), "byte {position}, bit {bit}: {error}");
        }
    }
}

#[test]
fn a_beginning_of_a_checkpoint_is_an_error() {
    let folder = Folder::new("beginning");
    let (_, _, bytes) = checkpoint(&folder);
    for length in 0..bytes.len() {
        let error = refused(&folder, &bytes[..length]);
        assert!(matches!(error, Error::Unreadable { .. }), "{length} bytes: {error}");
    }
    assert!(matches!(refused(&folder, &[&bytes[..], &[0]].concat()), Error::Unreadable { .. }));
}

/// The file of `checkpoint`, made once.
static CHECKPOINT: LazyLock<Vec<u8>> = LazyLock::new(|| checkpoint(&Folder::new("made_once")).2);

proptest! {
    #[test]
    fn any_other_bytes_are_an_error(
        position in any::<prop::sample::Index>(),
        put in prop::collection::vec(any::<u8>(), 0..40),
        removed in 0..40_usize,
    ) {
        let folder = Folder::new("other_bytes");
        let bytes = &*CHECKPOINT;
        let start = position.index(bytes.len());
        let mut changed = bytes.clone();
        changed.splice(start..(start + removed).min(bytes.len()), put);
        prop_assume!(changed != *bytes);
        refused(&folder, &changed);
    }
}

#[test]
fn files_that_are_no_checkpoint_of_this_run_are_told_apart() {
    let folder = Folder::new("told_apart");
    let (network, _, bytes) = checkpoint(&folder);
    let reason = |error| match error {
        Error::Unreadable { reason, .. } => reason,
        other => panic!("{other}"),
    };
    let weights = network.to_safetensors().unwrap();
    assert_eq!(reason(refused(&folder, &weights)), "it is not a checkpoint but a file of weights");

    let mut other = Trainer::new(Nll, Sgd::new(0.1));
    let error = other.resume(&mut Small::zeroed(), folder.path("c")).unwrap_err();
    assert_eq!(reason(error), "it is a checkpoint of the optimizer `Adam`, not of `Sgd`");

    let mut larger = Trainer::new(Nll, Adam::new(0.1));
    let error = larger.resume(&mut Large::zeroed(), folder.path("c")).unwrap_err();
    let Error::WrongTensors { wrong, .. } = error else { panic!("{error}") };
    assert_eq!(wrong.len(), 6);
    assert!(wrong.iter().all(|tensor| matches!(tensor, WrongTensor::Shape { .. })), "{wrong:?}");

    // The same tensors, of layers that give other numbers.
    network!(struct Other = Dense<2, 3>, Relu, Dense<3, 2>, Softmax);
    let mut other = Trainer::new(Nll, Adam::new(0.1));
    let error = other.resume(&mut Other::zeroed(), folder.path("c")).unwrap_err();
    let layers = "Small: (2), dense: Dense<2, 3>, tanh: Tanh, dense_2: Dense<3, 2>, softmax: Softmax";
    assert_eq!(reason(error), format!("it is a checkpoint of another network, {layers}"));

    // Weights alone can be read from a checkpoint.
    assert_eq!(Small::from_safetensors(&bytes).unwrap().parameters(), network.parameters());
}

#[test]
fn a_state_of_another_network_is_not_saved() {
    let folder = Folder::new("not_saved");
    let (_, trainer, bytes) = checkpoint(&folder);
    let error = trainer.save_checkpoint(&Large::zeroed(), folder.path("c")).unwrap_err();
    assert_eq!(error, Error::ParameterCount { expected: Small::PARAMETERS, given: Large::PARAMETERS });
    assert_eq!(fs::read(folder.path("c")).unwrap(), bytes);
}

/// The checkpoint of an optimizer names what is remembered; the negative of any of it is refused where it has no sign.
fn assert_named<O: Optimizer>(optimizer: &O, signed: &[&str], nonnegative: &[&str]) {
    let folder = Folder::new("named");
    let path = folder.path("checkpoint");
    let mut state = optimizer.clone().state::<f32>();
    state.step(&mut *Small::zeroed(), &*Small::init(&mut typenet::rng(SEED))).unwrap();
    state.save_checkpoint(&Small::zeroed(), &path).unwrap();
    let bytes = fs::read(&path).unwrap();
    let start = 8 + usize::try_from(u64::from_le_bytes(bytes[..8].try_into().unwrap())).unwrap();
    let header: serde_json::Value = serde_json::from_slice(&bytes[8..start]).unwrap();
    let slots = header.as_object().unwrap().iter().filter_map(|(name, entry)| {
        let offset = usize::try_from(entry["data_offsets"][0].as_u64()?).ok()?;
        name.strip_prefix("optimizer/").map(|name| (name, start + offset))
    });
    let mut names: Vec<_> = slots.clone().map(|(name, _)| name).collect();
    let mut expected = [signed, nonnegative].concat();
    names.sort_unstable();
    expected.sort_unstable();
    assert_eq!(names, expected);
    for (name, offset) in slots {
        let mut negative = bytes.clone();
        negative[offset..offset + 4].copy_from_slice(&(-1.0_f32).to_le_bytes());
        fs::write(&path, mended(&negative).unwrap()).unwrap();
        let resumed = optimizer.clone().state().resume(&mut *Small::zeroed(), &path);
        match resumed {
            Ok(()) => assert!(signed.contains(&name), "{name}"),
            Err(error) => {
                let expected = format!("`optimizer/{name}` holds -1 at [0], but its elements are never negative");
                assert!(nonnegative.contains(&name) && error.to_string().ends_with(&expected), "{error}");
            }
        }
    }
}

#[test]
fn what_optimizers_remember_has_a_name_and_no_wrong_sign() {
    assert_named(&Sgd::new(0.1), &[], &[]);
    assert_named(&Sgd::new(0.1).momentum(0.5), &["velocity"], &[]);
    assert_named(&Adam::new(0.1), &["first_moment"], &["second_moment"]);
    assert_named(&Adam::new(0.1).amsgrad(), &["first_moment"], &["second_moment", "largest_second_moment"]);
    assert_named(&AdamW::new(0.1, 0.1), &["first_moment"], &["second_moment"]);
    assert_named(&Nadam::new(0.1), &["first_moment"], &["second_moment"]);
    assert_named(&Adamax::new(0.1), &["first_moment"], &["infinity_norm"]);
    assert_named(&Adagrad::new(0.1), &[], &["sum_of_squares"]);
    assert_named(&Adadelta::new(0.1), &[], &["mean_square", "mean_squared_update"]);
    assert_named(&RmsProp::new(0.1).momentum(0.5), &["velocity"], &["mean_square"]);
    assert_named(&RmsProp::new(0.1).centered(), &["mean"], &["variance"]);
    assert_named(&RmsProp::new(0.1).centered().momentum(0.5), &["mean", "velocity"], &["variance"]);
}
