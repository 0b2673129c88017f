//! Which threads does training use?

#[cfg(feature = "rayon")]
use alloc::string::ToString;

#[cfg(feature = "rayon")]
use crate::error::Error;
use crate::error::Result;

/// A number of threads far above that of usual machines, which a system can still start. A larger number is a mistake: `rayon`
/// would silently start 65,535 threads.
#[cfg(feature = "rayon")]
const MOST_THREADS: usize = 1024;

/// The origin of the threads for training.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Threads {
    /// The pool in which `fit` is called, or the global pool.
    #[default]
    Current,
    /// A separate pool with this number of threads.
    #[cfg(feature = "rayon")]
    Own(usize),
}

impl Threads {
    /// Starts the threads of a separate pool.
    #[cfg_attr(not(feature = "rayon"), allow(clippy::unnecessary_wraps, reason = "threads may fail to start"))]
    pub(super) fn start(self) -> Result<ThreadPool> {
        match self {
            Self::Current => Ok(ThreadPool::default()),
            #[cfg(feature = "rayon")]
            Self::Own(threads) => ThreadPool::of(threads),
        }
    }
}

/// The threads of one call of `fit`.
#[derive(Debug, Default)]
pub(super) struct ThreadPool {
    #[cfg(feature = "rayon")]
    own: Option<rayon::ThreadPool>,
}

impl ThreadPool {
    #[cfg(feature = "rayon")]
    fn of(threads: usize) -> Result<Self> {
        check(threads, std::thread::available_parallelism().map_or(1, usize::from))?;
        match rayon::ThreadPoolBuilder::new().num_threads(threads).build() {
            Ok(pool) => Ok(Self { own: Some(pool) }),
            Err(error) => Err(Error::ThreadsNotStarted { threads, reason: error.to_string() }),
        }
    }

    /// Performs `work` where its parts can be shared. `shared` tells whether they will be: only then is it worth entering the
    /// global pool, once instead of in each step.
    #[cfg_attr(
        not(feature = "rayon"),
        allow(clippy::unused_self, reason = "without threads there is no pool to enter")
    )]
    pub(super) fn enter<R: Send>(&self, shared: bool, mut work: impl FnMut() -> R + Send) -> R {
        #[cfg(feature = "rayon")]
        {
            let mut result = None;
            self.enter_any(shared, &mut || result = Some(work()));
            result.expect("the work was done")
        }
        #[cfg(not(feature = "rayon"))]
        {
            let _ = shared;
            work()
        }
    }

    /// [`enter`](Self::enter) for any work. What `rayon` needs is compiled once, not with every network.
    #[cfg(feature = "rayon")]
    fn enter_any(&self, shared: bool, work: &mut (dyn FnMut() + Send)) {
        match &self.own {
            Some(pool) => pool.install(work),
            None if shared && rayon::current_thread_index().is_none() => rayon::scope(|_| work()),
            None => work(),
        }
    }
}

/// Checks that the number of threads is in range, on a machine with `of_the_machine` threads.
#[cfg(feature = "rayon")]
fn check(threads: usize, of_the_machine: usize) -> Result<()> {
    if (1..=of_the_machine.max(MOST_THREADS)).contains(&threads) {
        return Ok(());
    }
    let (name, value) = ("number of threads", threads as f64);
    Err(Error::Setting { name, value, allowed: "at least 1, and at most 1024 or the number of threads of the machine" })
}

#[cfg(all(test, feature = "rayon"))]
mod tests {
    use super::check;

    #[test]
    fn the_number_of_threads_of_any_machine_is_allowed() {
        for (threads, of_the_machine, allowed) in
            [(0, 2, false), (1, 2, true), (1024, 2, true), (1025, 2, false), (1025, 1536, true), (1537, 1536, false)]
        {
            assert_eq!(check(threads, of_the_machine).is_ok(), allowed, "{threads} of {of_the_machine}");
        }
    }
}
