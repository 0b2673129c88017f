//! Sends requests to the server from many connections on this machine, and measures how many it serves and how long each waits. Every
//! response is compared with the prediction of the network.
//!
//! ```text
//! cargo run --release --manifest-path examples/serving/Cargo.toml --bin load
//! ```
//!
//! With the feature `onnxruntime`, the same server with ONNX Runtime is measured in turns.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use typenet::Predictor;
use typenet::prelude::*;
use typenet_serving::{Digits, LARGEST_BODY, Model, serve, trained};

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

const ROUNDS: usize = 3;
const SECONDS_PER_ROUND: f64 = 2.0;
const CONNECTIONS: [usize; 3] = [1, 8, 64];

/// One connection, which is kept open.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends a body, and returns the status and the body of the response; `None` if the server closed the connection before it.
    async fn post(&mut self, body: &str) -> Result<Option<(u16, String)>> {
        let head = format!(
            "POST /predict HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        if self.0.get_mut().write_all((head + body).as_bytes()).await.is_err() {
            return Ok(None);
        }
        let mut line = String::new();
        if !matches!(self.0.read_line(&mut line).await, Ok(1..)) {
            return Ok(None);
        }
        let status = line.split(' ').nth(1).ok_or("a status line")?.parse()?;
        let mut length = 0;
        loop {
            line.clear();
            self.0.read_line(&mut line).await?;
            if line == "\r\n" {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).await?;
        Ok(Some((status, String::from_utf8(body)?)))
    }
}

fn body(pixels: &[f32]) -> String {
    format!("{{\"pixels\":{pixels:?}}}")
}

/// The samples with what is expected for them.
struct Samples {
    bodies: Vec<String>,
    predictions: Vec<[f32; 10]>,
}

impl Samples {
    fn of(network: &Digits) -> Self {
        let digits = datasets::digits();
        let bodies = digits.inputs().iter().map(|pixels| body(pixels)).collect();
        Self { bodies, predictions: network.predict_batch(digits.inputs()) }
    }

    /// Requires that a response is the prediction for a sample, up to the rounding of another library.
    fn check(&self, sample: usize, (status, body): &(u16, String), tolerance: f32) -> Result<()> {
        if *status != 200 {
            return Err(format!("status {status}: {body}").into());
        }
        let response: serde_json::Value = serde_json::from_str(body)?;
        let probabilities: Vec<f32> = serde_json::from_value(response["probabilities"].clone())?;
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= tolerance;
        let is_right = probabilities.len() == 10 && probabilities.iter().zip(&self.predictions[sample]).all(near);
        if is_right { Ok(()) } else { Err(format!("sample {sample} received {probabilities:?}").into()) }
    }
}

/// A server on a port of its own.
struct Server {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Server {
    async fn start(model: Arc<dyn Model>) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (address, (stop, stopped)) = (listener.local_addr()?, oneshot::channel());
        let task = tokio::spawn(serve(listener, model, async { drop(stopped.await) }));
        Ok(Self { address, stop, task })
    }

    async fn stop(self) -> Result<()> {
        let _ = self.stop.send(());
        Ok(self.task.await??)
    }
}

/// Requests of `connections` for some seconds: responses per second, and the median and 99th percentile of their waiting times.
async fn load(address: SocketAddr, samples: &Arc<Samples>, connections: usize, tolerance: f32) -> Result<[f64; 3]> {
    let started = Instant::now();
    let clients = (0..connections).map(|connection| {
        let samples = Arc::clone(samples);
        tokio::spawn(async move {
            let (mut client, mut times) = (Client::connect(address).await?, Vec::new());
            let mut sample = connection * 101 % samples.bodies.len();
            while started.elapsed().as_secs_f64() < SECONDS_PER_ROUND {
                let sent = Instant::now();
                let response = client.post(&samples.bodies[sample]).await?.ok_or("a response")?;
                times.push(sent.elapsed().as_secs_f64());
                samples.check(sample, &response, tolerance)?;
                sample = (sample + 1) % samples.bodies.len();
            }
            Result::Ok(times)
        })
    });
    let clients: Vec<_> = clients.collect();
    let mut times = Vec::new();
    for client in clients {
        times.extend(client.await??);
    }
    let seconds = started.elapsed().as_secs_f64();
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times[(times.len() - 1) * share / 100];
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
    let per_second = times.len() as f64 / seconds;
    Ok([per_second, at(50), at(99)])
}

/// Bodies that are no image are refused with a reason, and the connection goes on.
async fn check_refusals(address: SocketAddr, samples: &Samples) -> Result<()> {
    let mut client = Client::connect(address).await?;
    let refusals = [
        (body(&[0.0; 63]), 422, "an image has 64 pixels, but 63 came"),
        (body(&[17.0; 64]), 422, "pixel 0 is 17, but must be from 0 to 16"),
        ("{\"pixels\":[\"a\"]}".into(), 422, "expected f32"),
        ("{}".into(), 422, "missing field `pixels`"),
        ("not JSON".into(), 400, "expected"),
        (" ".repeat(LARGEST_BODY + 1), 413, "length limit exceeded"),
    ];
    for (body, expected, reason) in refusals {
        let (status, text) = client.post(&body).await?.ok_or("a refusal")?;
        if status != expected || !text.contains(reason) {
            return Err(format!("{body:.80} received {status}: {text}").into());
        }
        println!("{status} {text}");
        if status == 413 {
            client = Client::connect(address).await?;
        }
    }
    samples.check(0, &client.post(&samples.bodies[0]).await?.ok_or("a response")?, 0.0)
}

/// What happens while a server is stopped.
#[derive(Default)]
struct Stop {
    has_begun: AtomicBool,
    /// Connections that the server closed.
    closed: AtomicUsize,
    responses: AtomicUsize,
}

/// Sends requests until the server closes the connection.
async fn send_until_closed(address: SocketAddr, samples: Arc<Samples>, sample: usize, stop: Arc<Stop>) -> Result<()> {
    let mut client = Client::connect(address).await?;
    while let Some(response) = client.post(&samples.bodies[sample]).await? {
        samples.check(sample, &response, 0.0)?;
        stop.responses.fetch_add(1, Ordering::SeqCst);
    }
    if !stop.has_begun.load(Ordering::SeqCst) {
        return Err("the server closed a connection before it was stopped".into());
    }
    stop.closed.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

/// Stops the server while 64 connections send: each prediction that it computes has to reach its client.
async fn stop_under_load(predictor: &Arc<Predictor<Arc<Digits>>>, samples: &Arc<Samples>) -> Result<()> {
    let before = predictor.served().predictions;
    let (server, stop) = (Server::start(predictor.clone()).await?, Arc::new(Stop::default()));
    let client =
        |sample| tokio::spawn(send_until_closed(server.address, Arc::clone(samples), sample, Arc::clone(&stop)));
    let clients: Vec<_> = (0..64).map(client).collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    stop.has_begun.store(true, Ordering::SeqCst);
    server.stop().await?;
    for client in clients {
        client.await??;
    }
    let (closed, responses) = (stop.closed.load(Ordering::SeqCst), stop.responses.load(Ordering::SeqCst));
    let computed = predictor.served().predictions - before;
    println!("\nstopped under load: {responses} responses for {computed} predictions, {closed} connections closed");
    if computed == responses as u64 { Ok(()) } else { Err("a request was lost".into()) }
}

/// A name, a model, and how far its predictions may be from those of the network.
type Candidate = (&'static str, Arc<dyn Model>, f32);

/// Measures all models in turns, and prints the medians.
async fn measure(models: &[Candidate], samples: &Arc<Samples>) -> Result<()> {
    println!("\nmedians of {ROUNDS} rounds in turns");
    println!("{:14} {:>11} {:>12} {:>10} {:>10}", "", "connections", "responses/s", "median", "99 %");
    for connections in CONNECTIONS {
        let mut rounds: Vec<Vec<[f64; 3]>> = vec![Vec::new(); models.len()];
        for _ in 0..ROUNDS {
            for ((_, model, tolerance), rounds) in models.iter().zip(&mut rounds) {
                let server = Server::start(Arc::clone(model)).await?;
                rounds.push(load(server.address, samples, connections, *tolerance).await?);
                server.stop().await?;
            }
        }
        for ((name, ..), rounds) in models.iter().zip(&rounds) {
            let median = |index: usize| {
                let mut values: Vec<f64> = rounds.iter().map(|round| round[index]).collect();
                values.sort_by(f64::total_cmp);
                values[values.len() / 2]
            };
            let [rate, middle, slow] = [median(0), median(1) * 1e6, median(2) * 1e6];
            println!("{name:14} {connections:>11} {rate:>12.0} {middle:>7.0} us {slow:>7.0} us");
        }
    }
    Ok(())
}

#[tokio::main]
async fn main() -> Result<()> {
    let network: Arc<Digits> = trained(5)?.into();
    let samples = Arc::new(Samples::of(&network));
    let predictor = Arc::new(Predictor::new(Arc::clone(&network)));

    println!("\nwhat is refused:");
    let server = Server::start(predictor.clone()).await?;
    check_refusals(server.address, &samples).await?;
    server.stop().await?;
    stop_under_load(&predictor, &samples).await?;

    let models: Vec<Candidate> = vec![
        ("Predictor", predictor.clone(), 0.0),
        ("alone", network.clone(), 0.0),
        #[cfg(feature = "onnxruntime")]
        ("ONNX Runtime", Arc::new(onnxruntime::Session::new(&network)?), 1e-5),
    ];
    measure(&models, &samples).await?;
    println!("\n{:?}", predictor.served());
    Ok(())
}

/// The same network in ONNX Runtime, which computes one prediction at a time on one thread each.
#[cfg(feature = "onnxruntime")]
mod onnxruntime {
    use std::sync::{Mutex, PoisonError};

    use ort::value::TensorRef;
    use typenet::prelude::*;
    use typenet_serving::{Digits, Model};

    /// As many sessions as the machine has threads, since one is used by one call at a time.
    pub(super) struct Session(Vec<Mutex<ort::session::Session>>);

    impl Session {
        pub(super) fn new(network: &Digits) -> super::Result<Self> {
            let path = std::env::temp_dir().join(format!("typenet-serving-{}.onnx", std::process::id()));
            network.to_onnx(&path)?;
            let threads = std::thread::available_parallelism()?.get();
            let open = || -> super::Result<_> {
                let session = ort::session::Session::builder()?.with_intra_threads(1)?.commit_from_file(&path)?;
                Ok(Mutex::new(session))
            };
            let sessions: super::Result<Vec<_>> = (0..threads).map(|_| open()).collect();
            std::fs::remove_file(&path)?;
            Ok(Self(sessions?))
        }
    }

    impl Model for Session {
        fn predict(&self, pixels: &[f32; 64]) -> [f32; 10] {
            // The first that is free, or else the first.
            let free = self.0.iter().find_map(|session| session.try_lock().ok());
            let mut session = free.unwrap_or_else(|| self.0[0].lock().unwrap_or_else(PoisonError::into_inner));
            let input = TensorRef::from_array_view(([1, 64], &pixels[..])).expect("a tensor of one sample");
            let outputs = session.run(ort::inputs!["input" => input]).expect("a prediction");
            let (_, output) = outputs[0].try_extract_tensor::<f32>().expect("probabilities");
            output.try_into().expect("ten of them")
        }
    }
}
