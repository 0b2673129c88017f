//! The dashboard, over its socket: what it shows, pause, continue and stop, and whom it refuses.
#![cfg(feature = "safetensors")]
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use typenet::prelude::*;
use typenet::train::{Dashboard, by_ref, on_step};
use typenet::{Error, History};

use crate::support::folder::Folder;

network!(struct Net = hidden: Dense<2, 4>, Tanh, output: Dense<4, 2>, Softmax);

type Samples = Dataset<Vector<2>, Class<2>>;

fn samples() -> Samples {
    let inputs = (0_u8..12).map(|i| [f32::from(i % 4), f32::from(i / 4)]);
    Dataset::labelled(inputs, (0..12).map(|i| usize::from(i % 4 > i / 4))).unwrap()
}

/// Sends the head of a request, and returns the status and the body of the response.
fn send(address: SocketAddr, head: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(format!("{head}\r\n\r\n").as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("frame-ancestors 'none'"), "no other page contains it");
    (head[9..12].parse().unwrap(), body.to_string())
}

fn state(address: SocketAddr, query: &str) -> Value {
    let (status, body) = send(address, &format!("GET /state{query} HTTP/1.1\r\nHost: {address}"));
    assert_eq!(status, 200);
    serde_json::from_str(&body).unwrap()
}

/// Waits until the state is as wanted.
fn wait(address: SocketAddr, wanted: impl Fn(&Value) -> bool) -> Value {
    loop {
        let state = state(address, "");
        if wanted(&state) {
            return state;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

fn post(address: SocketAddr, what: &str) -> Value {
    let head = format!("POST /{what} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nContent-Length: 0");
    let (status, body) = send(address, &head);
    assert_eq!(status, 200);
    serde_json::from_str(&body).unwrap()
}

/// Trains for so many epochs of three steps while `watch` runs with the address.
fn train(dashboard: &mut Dashboard, epochs: usize, watch: impl FnOnce(SocketAddr)) -> (History, Box<Net>) {
    let (address, data, mut network) = (dashboard.address(), samples(), Net::init(&mut typenet::rng(1)));
    let mut trainer = Trainer::new(Nll, Adam::new(0.001))
        .epochs(epochs)
        .batch_size(4)
        .metric(Accuracy)
        .validation(&data)
        .callback(by_ref(dashboard));
    let history = thread::scope(|scope| {
        let training = scope.spawn(|| trainer.fit(&mut network, &data).unwrap());
        watch(address);
        training.join().unwrap()
    });
    (history, network)
}

#[test]
fn a_training_is_watched_paused_continued_and_stopped() {
    let mut dashboard = Dashboard::at("127.0.0.1:0").unwrap();
    assert_eq!(dashboard.url(), format!("http://{}/", dashboard.address()));
    assert_eq!(state(dashboard.address(), "")["status"], "waiting");
    let (history, _) = train(&mut dashboard, usize::MAX, |address| {
        let first = wait(address, |state| state["rows"].as_array().unwrap().len() > 1 && !state["step"].is_null());
        assert_eq!((&first["status"], &first["network"]), (&"training".into(), &"Net".into()));
        assert_eq!(first["measures"], serde_json::json!(["loss", "accuracy", "val_loss", "val_accuracy"]));
        assert_eq!((&first["layers"], &first["steps"]), (&serde_json::json!(["hidden", "output"]), &3.into()));
        assert!(first["step"]["norms"].as_array().unwrap().iter().all(|norm| norm.as_f64().unwrap() > 0.0));
        assert_eq!(first["rows"][0]["values"].as_array().unwrap().len(), 4);
        assert_eq!(first["rows"][1]["rate"], 0.001);
        // Only what is new.
        let rest = state(address, "?training=1&epochs=2");
        assert_eq!((&rest["known"], &rest["rows"][0]["epoch"]), (&2.into(), &3.into()));

        assert_eq!(post(address, "pause")["status"], "paused");
        thread::sleep(Duration::from_millis(20));
        let paused = state(address, "");
        thread::sleep(Duration::from_millis(20));
        assert_eq!(state(address, "")["rows"], paused["rows"]);
        assert_eq!(post(address, "continue")["status"], "training");
        let epochs = paused["rows"].as_array().unwrap().len();
        wait(address, |state| state["rows"].as_array().unwrap().len() > epochs);
        post(address, "pause");
        // A stop ends a pause, and is final.
        post(address, "stop");
        post(address, "continue");
    });
    let ended = state(dashboard.address(), "");
    assert_eq!((&ended["status"], ended["rows"].as_array().unwrap().len()), (&"ended".into(), history.len()));
    let values = ended["rows"].as_array().unwrap().iter().map(|row| row["values"][2].as_f64().unwrap());
    assert_eq!(values.collect::<Vec<_>>(), history["val_loss"]);

    // A wish without a training is none, and the next training is another one.
    assert_eq!(post(dashboard.address(), "stop")["status"], "ended");
    let (history, _) = train(&mut dashboard, 2, |_| ());
    let ended = state(dashboard.address(), "?training=1&epochs=1");
    assert_eq!((history.len(), &ended["training"], &ended["known"]), (2, &2.into(), &0.into()));
    let address = dashboard.address();
    drop(dashboard);
    assert!(TcpStream::connect(address).is_err(), "the server has ended");
}

#[test]
fn a_page_that_is_open_changes_no_bit() {
    let (_, alone) = train(&mut Dashboard::at("[::1]:0").unwrap(), 40, |_| ());
    let (_, watched) = train(&mut Dashboard::at("localhost:0").unwrap(), 40, |address| {
        let (status, page) = send(address, &format!("GET / HTTP/1.1\r\nHost: localhost:{}", address.port()));
        assert!(status == 200 && page.starts_with("<!doctype html>"));
        post(address, "pause");
        post(address, "continue");
        wait(address, |state| state["status"] == "ended");
    });
    assert_eq!(alone.parameters(), watched.parameters());
}

#[test]
fn other_pages_and_other_machines_are_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        let error = Dashboard::at(address).unwrap_err();
        let text = format!(
            "cannot serve a page at `{address}`: a dashboard is served to this machine alone, as `127.0.0.1:0` for example"
        );
        assert_eq!(error.to_string(), text);
    }
    let mut dashboard = Dashboard::at("127.0.0.1:0").unwrap();
    for address in [dashboard.address().to_string(), "nonsense".to_string()] {
        assert!(matches!(Dashboard::at(&address), Err(Error::AddressUnavailable { .. })), "{address}");
    }
    let (history, _) = train(&mut dashboard, 30, |address| {
        // A name that somebody lets point to this machine, and a page that posts across sites.
        let other = "evil.example";
        let port = address.port();
        assert_eq!(send(address, &format!("GET /state HTTP/1.1\r\nHost: {other}:{port}")).0, 421);
        for origin in ["", &format!("\r\nOrigin: http://{other}"), "\r\nOrigin: null"] {
            assert_eq!(send(address, &format!("POST /stop HTTP/1.1\r\nHost: {address}{origin}")).0, 403);
        }
        assert_eq!(send(address, &format!("GET /stop HTTP/1.1\r\nHost: {address}")).0, 405);
        assert_eq!(send(address, "nonsense").0, 400);
        let long = format!("GET / HTTP/1.1\r\nHost: {address}\r\nX: {}", "x".repeat(20_000));
        let mut stream = TcpStream::connect(address).unwrap();
        let _ = stream.write_all(long.as_bytes());
        // A client that sends nothing hinders nobody.
        let _silent = TcpStream::connect(address).unwrap();
        state(address, "");
    });
    assert_eq!(history.len(), 30);
}

#[test]
fn a_training_that_was_stopped_resumes_with_the_same_bits() {
    let (folder, data) = (Folder::new("dashboard"), samples());
    let path = folder.path("checkpoint");
    let trainer = || Trainer::new(Nll, Adam::new(0.001)).epochs(300).batch_size(4);
    let mut whole = Net::init(&mut typenet::rng(1));
    trainer().fit(&mut whole, &data).unwrap();

    let mut dashboard = Dashboard::at("127.0.0.1:0").unwrap();
    let (address, mut network) = (dashboard.address(), Net::init(&mut typenet::rng(1)));
    let is_asked = AtomicBool::new(false);
    let waits = on_step(|_, record| {
        while record.total_steps == 5 && !is_asked.load(Ordering::Acquire) {
            thread::yield_now();
        }
        ControlFlow::Continue(())
    });
    let mut stopped =
        trainer().callback(waits).callback(by_ref(&mut dashboard)).checkpoints(Checkpoints::every(1000, &path));
    let before = thread::scope(|scope| {
        let training = scope.spawn(|| stopped.fit(&mut network, &data).unwrap());
        wait(address, |state| state["status"] != "waiting");
        post(address, "stop");
        is_asked.store(true, Ordering::Release);
        training.join().unwrap()
    });
    drop(stopped);
    let (mut resumed, mut network) = (trainer().callback(by_ref(&mut dashboard)), Net::zeroed());
    resumed.resume(&mut network, &path).unwrap();
    resumed.fit(&mut network, &data).unwrap();
    drop(resumed);
    // The second step of the second epoch.
    assert_eq!(before.epochs().map(|record| record.samples).collect::<Vec<_>>(), [12, 8]);
    assert_eq!(network.parameters(), whole.parameters());
    // The epochs before the stop are shown too.
    assert_eq!(state(address, "")["rows"].as_array().unwrap().len(), 300);
}
