//! Gate R7: a process that is killed while it saves leaves a file that can be read, the old or the new one.
#![cfg(all(feature = "safetensors", unix))]

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use std::{env, fs};

use typenet::prelude::*;
use typenet::random;

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;

// 814,090 parameters: a save takes milliseconds.
network!(struct Classifier = Dense<784, 1024>, Relu, Dense<1024, 10>, Softmax);

/// What the name of a file begins with that is not whole yet.
const UNFINISHED: &str = ".typenet-";

/// A process that has not begun to save by then never will.
const LONGEST_START: Duration = Duration::from_secs(60);

/// The path that a process which is to be killed writes to.
const PATH: &str = "TYPENET_CRASH_PATH";

fn network(seed: u64) -> Box<Classifier> {
    Classifier::init(&mut typenet::rng(seed))
}

/// Not a test of its own: what the others start, and kill.
#[test]
fn save_until_killed() {
    let Some(path) = env::var_os(PATH) else { return };
    let networks = [network(1), network(2)];
    for round in 0.. {
        networks[round % 2].save(&path).unwrap();
    }
}

fn assert_survives(test: &str, kills: usize) {
    let folder = Folder::new(test);
    let path = folder.path("weights.safetensors");
    let networks = [network(1), network(2)];
    networks[0].save(&path).unwrap();
    let mut rng = typenet::rng(37);
    let mut interrupted = 0;
    for kill in 0..kills {
        let mut process = Command::new(env::current_exe().unwrap())
            .args(["--exact", "save_until_killed", "--nocapture"])
            .env(PATH, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Where the machine is busy, it takes a while until the process saves.
        let start = Instant::now();
        while !folder.names().iter().any(|name| name.starts_with(UNFINISHED)) && start.elapsed() < LONGEST_START {
            sleep(Duration::from_micros(200));
        }
        // Every other kill within the first save, the others anywhere in several.
        let latest = if kill % 2 == 0 { 1_000 } else { 30_000 };
        sleep(Duration::from_micros(random::below(&mut rng, latest) as u64));
        process.kill().unwrap();
        process.wait().unwrap();
        let loaded = Classifier::load(&path).unwrap_or_else(|error| panic!("after kill {kill}: {error}"));
        assert!(networks.iter().any(|network| network.parameters() == loaded.parameters()), "kill {kill}");
        for name in folder.names().into_iter().filter(|name| name.starts_with(UNFINISHED)) {
            fs::remove_file(folder.path(&name)).unwrap();
            interrupted += 1;
        }
    }
    // Otherwise nothing was shown. Most of the time passes in writing.
    println!("{interrupted} of {kills} kills met a save");
    assert!(interrupted > kills / 20, "{interrupted} of {kills} kills met a save");
}

#[test]
fn a_killed_save_leaves_a_file_that_can_be_read() {
    assert_survives("killed", 10);
}

#[test]
#[ignore = "a thousand killed processes take a minute"]
fn a_thousand_killed_saves_leave_files_that_can_be_read() {
    assert_survives("killed_often", 1000);
}
