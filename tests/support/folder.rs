//! A folder for one test, which goes away with it.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Tests of one process may give their folders the same name.
static FOLDERS: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    /// An empty folder that nobody else has.
    pub(crate) fn new(test: &str) -> Self {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("typenet-{test}-{}-{number}", std::process::id()));
        fs::create_dir_all(&path).expect("a folder for temporary files can be made");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes these bytes to a new file. To shorten the file of this name would wait for the disk, on some file systems.
    #[allow(dead_code, reason = "not every test writes")]
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        let _ = fs::remove_file(&path);
        fs::write(&path, bytes).expect("a file can be written");
        path
    }

    /// The names of what is in it, in order.
    #[allow(dead_code, reason = "not every test asks")]
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.0).expect("the folder is there");
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
