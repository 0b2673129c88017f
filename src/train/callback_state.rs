//! What do callbacks save, so that interrupted training resumes as if it had not been interrupted?

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::error::{Error, Result};

/// The saved state of the callbacks of a trainer, in their order: see [`Callback::save`](crate::Callback::save).
///
/// # Example
/// ```
/// use typenet::train::CallbackState;
///
/// let mut state = CallbackState::<f32>::default();
/// state.push("Lowest", &[0.5_f64.to_bits()], None);
/// let (words, parameters) = state.take("Lowest")?;
/// assert_eq!((f64::from_bits(words[0]), parameters), (0.5, None));
/// assert!(state.take("Lowest").is_err());
/// # Ok::<(), typenet::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct CallbackState<T> {
    entries: Vec<Entry<T>>,
    /// The number of entries taken.
    taken: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry<T> {
    pub(super) name: String,
    pub(super) words: Vec<u64>,
    pub(super) parameters: Option<Vec<T>>,
}

impl<T> Default for CallbackState<T> {
    fn default() -> Self {
        Self { entries: Vec::new(), taken: 0 }
    }
}

impl<T: Copy> CallbackState<T> {
    /// Adds the state of a callback: its name, values as bits, and optionally a copy of the parameters of the network.
    pub fn push(&mut self, name: &str, words: &[u64], parameters: Option<&[T]>) {
        let (words, parameters) = (words.to_vec(), parameters.map(<[T]>::to_vec));
        self.entries.push(Entry { name: name.to_string(), words, parameters });
    }

    /// Takes the next entry, in the order in which they were added.
    ///
    /// # Errors
    /// [`Error::OtherCallbacks`] if the entry belongs to a callback with another name, or if there is none.
    pub fn take(&mut self, name: &str) -> Result<(Vec<u64>, Option<Vec<T>>)> {
        let entry = self.entries.get_mut(self.taken).filter(|entry| entry.name == name);
        let Some(entry) = entry else {
            return Err(Error::OtherCallbacks { name: name.to_string() });
        };
        self.taken += 1;
        Ok((core::mem::take(&mut entry.words), entry.parameters.take()))
    }

    /// Returns an error if an entry was not taken.
    pub(super) fn finish(&self) -> Result<()> {
        match self.entries.get(self.taken) {
            Some(entry) => Err(Error::OtherCallbacks { name: entry.name.clone() }),
            None => Ok(()),
        }
    }

    #[cfg(feature = "safetensors")]
    pub(super) fn entries(&self) -> &[Entry<T>] {
        &self.entries
    }
}
