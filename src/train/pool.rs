//! Which threads does a training run use?

#[cfg(feature = "rayon")]
use alloc::string::ToString;

#[cfg(feature = "rayon")]
use crate::error::Error;
use crate::error::Result;

/// Where a training run takes its threads from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Threads {
    /// From the pool that it is called in, or the one for all.
    #[default]
    Current,
    /// From a pool of its own, with this many.
    #[cfg(feature = "rayon")]
    Own(usize),
}

impl Threads {
    /// Starts those that are not there yet.
    #[cfg_attr(not(feature = "rayon"), allow(clippy::unnecessary_wraps, reason = "threads may fail to start"))]
    pub(super) fn start(self) -> Result<Pool> {
        match self {
            Self::Current => Ok(Pool::default()),
            #[cfg(feature = "rayon")]
            Self::Own(0) => Err(Error::Setting { name: "number of threads", value: 0.0, allowed: "at least 1" }),
            #[cfg(feature = "rayon")]
            Self::Own(threads) => match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
                Ok(pool) => Ok(Pool { own: Some(pool) }),
                Err(error) => Err(Error::ThreadsNotStarted { threads, reason: error.to_string() }),
            },
        }
    }
}

/// The threads of one training run.
#[derive(Debug, Default)]
pub(super) struct Pool {
    #[cfg(feature = "rayon")]
    own: Option<rayon::ThreadPool>,
}

impl Pool {
    /// Runs `work` where its parts can be shared. `shared` says whether they will be: only then is it worth the way into the
    /// pool for all, once instead of in each step.
    #[cfg_attr(
        not(feature = "rayon"),
        allow(clippy::unused_self, reason = "without threads there is no pool to enter")
    )]
    pub(super) fn run<R: Send>(&self, shared: bool, work: impl FnOnce() -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        return match &self.own {
            Some(pool) => pool.install(work),
            None if shared && rayon::current_thread_index().is_none() => rayon::scope(|_| work()),
            None => work(),
        };
        #[cfg(not(feature = "rayon"))]
        {
            let _ = shared;
            work()
        }
    }
}
