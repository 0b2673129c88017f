//! On how many threads do the workloads run?

use std::env;
use std::io::{Error, Result};

/// The threads that run the steps of a workload.
pub(crate) struct Threads {
    #[cfg(feature = "rayon")]
    pool: rayon::ThreadPool,
}

impl Threads {
    /// Uses as many threads as `BENCH_THREADS` says, or one.
    pub(crate) fn from_environment() -> Result<Self> {
        let count = match env::var("BENCH_THREADS") {
            Ok(text) => text.parse().map_err(|_| Error::other(format!("BENCH_THREADS is `{text}`, not a count")))?,
            Err(_) => 1,
        };
        Self::new(count)
    }

    #[cfg(feature = "rayon")]
    fn new(count: usize) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(count).build().map_err(Error::other)?;
        Ok(Self { pool })
    }

    /// Refuses several threads without the feature: reporting one thread as several would be wrong.
    #[cfg(not(feature = "rayon"))]
    fn new(count: usize) -> Result<Self> {
        if count == 1 { Ok(Self {}) } else { Err(Error::other("more than one thread needs the feature `rayon`")) }
    }

    /// Runs the closure, and returns when it is done.
    #[cfg_attr(not(feature = "rayon"), allow(clippy::unused_self, reason = "with the feature it is used"))]
    pub(crate) fn run(&self, work: impl FnOnce() + Send) {
        #[cfg(feature = "rayon")]
        self.pool.install(work);
        #[cfg(not(feature = "rayon"))]
        work();
    }
}
