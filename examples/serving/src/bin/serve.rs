//! Serves a digits classifier until Control-C.
//!
//! ```text
//! cargo run --release --manifest-path examples/serving/Cargo.toml
//! curl -H 'content-type: application/json' -d '{"pixels": [0, 0, 5, 13, ...]}' http://127.0.0.1:8080/predict
//! ```

use std::error::Error;
use std::sync::Arc;

use tokio::net::TcpListener;
use typenet::Predictor;
use typenet_serving::{Digits, serve, trained};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let network: Arc<Digits> = trained(20)?.into();
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    println!("serving at http://{}/predict", listener.local_addr()?);
    let predictor = Arc::new(Predictor::new(network));
    serve(listener, predictor.clone(), async { drop(tokio::signal::ctrl_c().await) }).await?;
    println!("{:?}", predictor.served());
    Ok(())
}
