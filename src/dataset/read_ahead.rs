//! How does a source prepare the next batches while the network learns from this one?

use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::mem;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::{self, JoinHandle};

use crate::dataset::Batches;
use crate::scalar::Scalar;
use crate::shape::Shape;
use crate::target::Target;

/// A source of batches that reads the next batches in a thread of its own. Created by [`Batches::read_ahead`].
pub struct ReadAhead<B: Batches<T>, T: Scalar> {
    /// The number of batches that are read before they are asked for.
    batches: usize,
    state: State<B, T>,
    /// The batch that is being taken, and how many of its samples have been.
    current: Chunk<B, T>,
    taken: usize,
    samples: Option<usize>,
}

/// The largest number of batches that are read ahead.
const MOST_BATCHES: usize = 1024;

/// The inputs and targets of some samples.
struct Chunk<B: Batches<T>, T: Scalar> {
    inputs: Vec<<B::Input as Shape>::Array<T>>,
    targets: Vec<<B::Target as Target>::Value<T>>,
}

enum State<B: Batches<T>, T: Scalar> {
    /// An epoch has begun, or is over.
    Here(B),
    /// The thread reads.
    There(Thread<B, T>),
    /// The thread has panicked.
    Lost,
}

struct Thread<B: Batches<T>, T: Scalar> {
    handle: JoinHandle<Option<B>>,
    filled: Receiver<Result<Chunk<B, T>, B::Error>>,
    /// Where used chunks go, so that their memory serves again.
    used: Sender<Chunk<B, T>>,
}

impl<B: Batches<T>, T: Scalar> Chunk<B, T> {
    const EMPTY: Self = Self { inputs: Vec::new(), targets: Vec::new() };

    fn clear(&mut self) {
        self.inputs.clear();
        self.targets.clear();
    }

    /// Replaces its samples by the next of the source: `count` of them, or fewer at the end of an epoch.
    fn fill(&mut self, source: &mut B, count: usize) -> Result<(), B::Error> {
        self.clear();
        while self.inputs.len() < count {
            let before = self.inputs.len();
            source.fill(count - before, &mut self.inputs, &mut self.targets)?;
            // What a source does wrong is found where the batch is taken.
            if self.inputs.len() == before || self.targets.len() != self.inputs.len() {
                break;
            }
        }
        Ok(())
    }
}

impl<B, T: Scalar> ReadAhead<B, T>
where
    B: Batches<T, Error: Send> + 'static,
{
    pub(super) fn new(source: B, batches: usize) -> Self {
        let (samples, state) = (source.samples(), State::Here(source));
        Self { batches: batches.clamp(1, MOST_BATCHES), state, current: Chunk::EMPTY, taken: 0, samples }
    }

    /// Stops the thread, and returns the source. A panic of the source goes on here.
    fn source(&mut self) -> B {
        let source = match mem::replace(&mut self.state, State::Lost) {
            State::Here(source) => Some(source),
            State::There(Thread { handle, filled, used }) => {
                drop((filled, used));
                handle.join().unwrap_or_else(|payload| panic::resume_unwind(payload))
            }
            State::Lost => None,
        };
        let Some(source) = source else { panic!("a source of batches is used again after it has panicked") };
        source
    }

    /// Lets a thread read chunks of `count` samples. Without one, if the system has no more threads, the source stays here.
    fn start(&mut self, count: usize) {
        let (to_here, filled) = mpsc::sync_channel(self.batches);
        let (used, from_here) = mpsc::channel();
        let (hand_over, handed_over) = mpsc::sync_channel(1);
        let work = move || read::<B, T>(&handed_over, count, &from_here, &to_here);
        let Ok(handle) = thread::Builder::new().name("typenet-read-ahead".into()).spawn(work) else { return };
        let _ = hand_over.send(self.source());
        self.state = State::There(Thread { handle, filled, used });
    }

    /// Replaces the chunk by the next one, which is empty after the last of the epoch.
    fn advance(&mut self, count: usize) -> Result<(), B::Error> {
        self.taken = 0;
        if let State::Here(_) = self.state {
            self.start(count);
        }
        match &mut self.state {
            State::Here(source) => self.current.fill(source, count),
            State::There(thread) => {
                let _ = thread.used.send(mem::replace(&mut self.current, Chunk::EMPTY));
                if let Ok(next) = thread.filled.recv() {
                    self.current = next?;
                    return Ok(());
                }
                // The thread has nothing to say after the end of the epoch, an error or a panic.
                self.current.clear();
                self.state = State::Here(self.source());
                Ok(())
            }
            State::Lost => Ok(()),
        }
    }
}

/// Fills chunks until the epoch is over, the source fails, or nobody takes them.
fn read<B: Batches<T>, T: Scalar>(
    source: &Receiver<B>,
    count: usize,
    used: &Receiver<Chunk<B, T>>,
    filled: &SyncSender<Result<Chunk<B, T>, B::Error>>,
) -> Option<B> {
    let mut source = source.recv().ok()?;
    loop {
        // There is none yet at the beginning.
        let mut chunk = used.try_recv().unwrap_or(Chunk::EMPTY);
        let result = chunk.fill(&mut source, count);
        let is_last = result.is_err() || chunk.inputs.is_empty();
        if filled.send(result.map(|()| chunk)).is_err() || is_last {
            return Some(source);
        }
    }
}

impl<B, T: Scalar> Batches<T> for ReadAhead<B, T>
where
    B: Batches<T, Error: Send> + 'static,
{
    type Input = B::Input;
    type Target = B::Target;
    type Error = B::Error;

    fn samples(&self) -> Option<usize> {
        self.samples
    }

    fn begin(&mut self, epoch: u64, seed: u64) -> Result<(), B::Error> {
        let mut source = self.source();
        self.current.clear();
        self.taken = 0;
        let begun = source.begin(epoch, seed);
        self.samples = source.samples();
        self.state = State::Here(source);
        begun
    }

    fn fill(
        &mut self,
        count: usize,
        inputs: &mut Vec<<B::Input as Shape>::Array<T>>,
        targets: &mut Vec<<B::Target as Target>::Value<T>>,
    ) -> Result<(), B::Error> {
        if self.taken >= self.current.inputs.len() {
            self.advance(count)?;
        }
        let Chunk { inputs: read, targets: of_them } = &self.current;
        let end = if read.len() == of_them.len() { read.len().min(self.taken + count) } else { read.len() };
        inputs.extend_from_slice(&read[self.taken..end]);
        targets.extend_from_slice(if end < read.len() { &of_them[self.taken..end] } else { &of_them[self.taken..] });
        self.taken = end;
        Ok(())
    }
}

impl<B: Batches<T>, T: Scalar> Drop for ReadAhead<B, T> {
    /// Stops the thread, which may be reading a batch.
    fn drop(&mut self) {
        if let State::There(Thread { handle, filled, used }) = mem::replace(&mut self.state, State::Lost) {
            drop((filled, used));
            let _ = handle.join();
        }
    }
}

impl<B: Batches<T>, T: Scalar> Debug for ReadAhead<B, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAhead")
            .field("batches", &self.batches)
            .field("samples", &self.samples)
            .finish_non_exhaustive()
    }
}
