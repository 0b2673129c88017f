//! Who decides how many values reach a layer, and what would have to be written there for another number?

use super::{Kind, Layer};
use crate::shape::{Shape, Size};
use crate::signature::BuiltIn;

/// The input, or a layer that does not keep the number of values.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// It in the words of a message.
    pub(crate) text: String,
    /// What would be written before and after another size; nothing where that is not one size.
    edit: Option<[String; 2]>,
}

impl Source {
    /// The input of the network, with its shape where that is written in the header.
    pub(super) fn input(declared: Option<&Shape>) -> Self {
        let name = declared.and_then(Shape::name);
        let edit = name.map(|name| [format!("`({name}<"), ">)` for the input".to_owned()]);
        Self { text: "the input".to_owned(), edit }
    }

    /// A layer.
    pub(super) fn layer(layer: &Layer) -> Self {
        let inputs = match &layer.kind {
            Kind::BuiltIn { layer: BuiltIn::Dense, sizes, .. } if layer.input_known => {
                if layer.inferred {
                    Some("_".to_owned())
                } else {
                    sizes.first().map(Size::text)
                }
            }
            _ => None,
        };
        let name = BuiltIn::Dense.name();
        let edit = inputs.map(|inputs| [format!("`{name}<{inputs}, "), format!(">` for {}", layer.text())]);
        Self { text: layer.text(), edit }
    }

    /// What would have to be written so that it gives `size` values.
    pub(crate) fn giving(&self, size: &Size) -> Option<String> {
        let [before, after] = self.edit.as_ref()?;
        Some(format!("{before}{}{after}", size.text()))
    }
}
