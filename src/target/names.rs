//! What are the classes called?

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use core::hash::{Hash, Hasher};
use core::ops::Index;

use crate::error::{Error, Result};
use crate::target::Class;

/// The names of `K` classes: `names[class]` is the name of a [`Class<K>`](Class).
///
/// Tables, folders of images and the data sets of the library have them, and a
/// [`ConfusionMatrix`](crate::metric::ConfusionMatrix::names) prints them. Functions that take `impl Into<Names<K>>` take an array too.
///
/// # Example
/// ```
/// use typenet::prelude::*;
///
/// let flowers = datasets::iris();
/// assert_eq!(&datasets::iris::CLASSES[flowers.targets()[50]], "versicolor");
///
/// const ANSWERS: Names<2> = Names::new(&["no", "yes"]);
/// let yes = ANSWERS.class("yes").unwrap();
/// assert_eq!((yes.index(), &ANSWERS[yes]), (1, "yes"));
/// ```
#[derive(Clone)]
pub struct Names<const K: usize>(Storage<K>);

#[derive(Clone)]
enum Storage<const K: usize> {
    Static(&'static [&'static str; K]),
    /// `K` names.
    Owned(Box<[String]>),
}

impl<const K: usize> Names<K> {
    /// Creates the names of the classes, in the order of their indices. An array of `String` is converted by `from`.
    #[must_use]
    pub const fn new(names: &'static [&'static str; K]) -> Self {
        Self(Storage::Static(names))
    }

    /// Returns the names, in the order of the classes.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> + Clone + '_ {
        (0..K).map(|index| self.at(index))
    }

    /// Returns the first class with this name.
    ///
    /// # Example
    /// ```
    /// use typenet::dataset::iris;
    ///
    /// assert_eq!(iris::CLASSES.class("versicolor").map(|class| class.index()), Some(1));
    /// assert_eq!(iris::CLASSES.class("rose"), None);
    /// ```
    #[must_use]
    pub fn class(&self, name: &str) -> Option<Class<K>> {
        self.iter().position(|of_class| of_class == name).and_then(|index| Class::new(index).ok())
    }

    fn at(&self, index: usize) -> &str {
        match &self.0 {
            Storage::Static(names) => names[index],
            Storage::Owned(names) => &names[index],
        }
    }
}

impl<const K: usize> Index<Class<K>> for Names<K> {
    type Output = str;

    fn index(&self, class: Class<K>) -> &str {
        self.at(class.index())
    }
}

impl<'a, const K: usize> IntoIterator for &'a Names<K> {
    type Item = &'a str;
    type IntoIter = alloc::vec::IntoIter<&'a str>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter().collect::<Vec<_>>().into_iter()
    }
}

impl<S: Into<String>, const K: usize> From<[S; K]> for Names<K> {
    fn from(names: [S; K]) -> Self {
        Self(Storage::Owned(names.into_iter().map(Into::into).collect()))
    }
}

impl<const K: usize> From<&Self> for Names<K> {
    fn from(names: &Self) -> Self {
        names.clone()
    }
}

/// # Errors
/// [`Error::CountMismatch`] if there are not `K` names.
impl<S: AsRef<str>, const K: usize> TryFrom<&[S]> for Names<K> {
    type Error = Error;

    fn try_from(names: &[S]) -> Result<Self> {
        if names.len() != K {
            let (first, first_count) = ("names", names.len());
            return Err(Error::CountMismatch { first, first_count, second: "classes", second_count: K });
        }
        Ok(Self(Storage::Owned(names.iter().map(|name| name.as_ref().into()).collect())))
    }
}

// Not derived: names are equal wherever they are stored.
impl<const K: usize> PartialEq for Names<K> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other)
    }
}

impl<const K: usize> Eq for Names<K> {}

impl<S: AsRef<str>, const K: usize> PartialEq<[S; K]> for Names<K> {
    fn eq(&self, other: &[S; K]) -> bool {
        self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl<S: AsRef<str>, const K: usize> PartialEq<[S; K]> for &Names<K> {
    fn eq(&self, other: &[S; K]) -> bool {
        **self == *other
    }
}

impl<const K: usize> Hash for Names<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.iter().for_each(|name| name.hash(state));
    }
}

/// Prints the names as a list: `["no", "yes"]`.
impl<const K: usize> Debug for Names<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::{format, vec::Vec};

    use super::Names;

    #[test]
    fn names_are_equal_wherever_they_are_stored() {
        const STATIC: Names<2> = Names::new(&["no", "yes"]);
        let owned = Names::from(["no", "yes"].map(String::from));
        assert_eq!((&owned, format!("{owned:?}").as_str()), (&STATIC, "[\"no\", \"yes\"]"));
        assert_eq!((&owned).into_iter().collect::<Vec<_>>(), ["no", "yes"]);
        assert_ne!(owned, ["yes", "no"]);
    }

    #[test]
    fn another_number_of_names_than_classes_is_refused() {
        let error = Names::<3>::try_from(&vec!["no", "yes"][..]).unwrap_err();
        assert_eq!(error.to_string(), "there are 2 names but 3 classes");
    }
}
