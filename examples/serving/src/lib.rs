//! A server of predictions: one network, shared by all connections.

use std::future::Future;
use std::io;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use typenet::Predictor;
use typenet::metric::argmax;
use typenet::prelude::*;

network! {
    /// Wide enough that a batch is worth it.
    pub struct Digits (Vector<64>) -> Probabilities<10> {
        hidden: Dense<64, 1024>,
        Relu,
        middle: Dense<1024, 512>,
        Relu,
        output: Dense<512, 10>,
        Softmax,
    }
}

/// The most bytes that a request may have: more than 64 numbers need.
pub const LARGEST_BODY: usize = 4096;

/// Trains a network whose inputs are pixels from 0 to 16.
///
/// # Errors
/// Those of the training.
pub fn trained(epochs: usize) -> typenet::Result<Box<Digits>> {
    let mut rng = typenet::rng(37);
    let (train, test) = datasets::digits().shuffled(&mut rng).split(0.85);
    let mut network = Digits::init(&mut rng);
    Trainer::new(Nll, Adam::new(3e-4)).epochs(epochs).batch_size(32).fit(&mut network, &train)?;
    println!("on {} test digits: {}", test.len(), network.evaluate(&test, &Nll));
    Ok(network)
}

/// What computes predictions: a [`Predictor`], or something to compare it with.
pub trait Model: Send + Sync + 'static {
    /// Returns the probability of each digit.
    fn predict(&self, pixels: &[f32; 64]) -> [f32; 10];
}

impl Model for Predictor<Arc<Digits>> {
    fn predict(&self, pixels: &[f32; 64]) -> [f32; 10] {
        Predictor::predict(self, pixels)
    }
}

/// The network alone: each call computes its own prediction.
impl Model for Digits {
    fn predict(&self, pixels: &[f32; 64]) -> [f32; 10] {
        typenet::Predict::predict(self, pixels)
    }
}

/// The body of a request: `{"pixels": [0, 5.5, ...]}`.
#[derive(Deserialize)]
struct Request {
    pixels: Vec<f32>,
}

/// The body of a response.
#[derive(Serialize)]
struct Prediction {
    digit: usize,
    probabilities: [f32; 10],
}

/// A refused request: the status, and the reason as text.
type Refused = (StatusCode, String);

async fn predict(
    State(model): State<Arc<dyn Model>>,
    body: Result<Json<Request>, JsonRejection>,
) -> Result<Json<Prediction>, Refused> {
    let Json(Request { pixels }) = body.map_err(|rejection| (rejection.status(), rejection.body_text()))?;
    let pixels: [f32; 64] = pixels.try_into().map_err(|pixels: Vec<f32>| {
        (StatusCode::UNPROCESSABLE_ENTITY, format!("an image has 64 pixels, but {} came", pixels.len()))
    })?;
    if let Some(position) = pixels.iter().position(|pixel| !(0.0..=16.0).contains(pixel)) {
        let reason = format!("pixel {position} is {}, but must be from 0 to 16", pixels[position]);
        return Err((StatusCode::UNPROCESSABLE_ENTITY, reason));
    }
    // Off the threads that serve connections: they accept requests while predictions are computed, and these become a batch.
    let computed = tokio::task::spawn_blocking(move || model.predict(&pixels)).await;
    let probabilities = computed.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(Json(Prediction { digit: argmax(&probabilities), probabilities }))
}

/// Serves until `stop` is ready, and then completes the requests that have come.
///
/// # Errors
/// Those of the system.
pub async fn serve(
    listener: TcpListener,
    model: Arc<dyn Model>,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new()
        .route("/predict", post(predict))
        .route("/health", get(|| async { "ready" }))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(model);
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
