//! How deep are messages in one another? The crate that reads them calls itself for each level, so a file of a few kilobytes could
//! exhaust the stack.

/// The most messages in one another, as in the readers of Protocol Buffers. A graph in an attribute of a node is three more.
const DEEPEST: usize = 100;
/// How a message within a message is written: its length, and its bytes.
const LENGTH: u64 = 2;

/// A message that may be in another one of its kind.
#[derive(Clone, Copy)]
enum Message {
    Model,
    Graph,
    Node,
    Attribute,
    Function,
    Training,
    Value,
    Type,
    /// A sequence or an optional value: the type of its elements is in it.
    Elements,
    Map,
}

impl Message {
    /// Returns the message in a field.
    fn inside(self, field: u64) -> Option<Self> {
        Some(match (self, field) {
            (Self::Model, 7) | (Self::Training, 1 | 2) | (Self::Attribute, 6 | 11) => Self::Graph,
            (Self::Model, 20) => Self::Training,
            (Self::Model, 25) => Self::Function,
            (Self::Graph, 1) | (Self::Function, 7) => Self::Node,
            (Self::Graph, 11..=13) | (Self::Function, 12) => Self::Value,
            (Self::Node, 5) | (Self::Function, 11) => Self::Attribute,
            (Self::Attribute, 14 | 15) | (Self::Value | Self::Map, 2) | (Self::Elements, 1) => Self::Type,
            (Self::Type, 4 | 9) => Self::Elements,
            (Self::Type, 5) => Self::Map,
            _ => return None,
        })
    }

    /// Returns whether a field may be a number. The crate reads all other fields as lengths and bytes, whatever they say they are.
    fn has_number(self, field: u64) -> bool {
        match self {
            Self::Model => matches!(field, 1 | 5),
            Self::Attribute => matches!(field, 2 | 3 | 7 | 8 | 20),
            Self::Function => matches!(field, 2 | 3),
            Self::Map => field == 1,
            _ => false,
        }
    }
}

/// Checks that no message of a model is in more than [`DEEPEST`] others. What is no message at all is left to the crate.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut open = vec![(Message::Model, bytes, 1)];
    while let Some((message, mut rest, depth)) = open.pop() {
        if depth > DEEPEST {
            return Err(format!("it has more than {DEEPEST} messages in one another"));
        }
        while let Some((field, form)) = number(&mut rest).map(|tag| (tag >> 3, tag & 7)) {
            if (form == LENGTH) == message.has_number(field) && !is_list(message, field) {
                return Err(format!("field {field} has the wrong form"));
            }
            match form {
                0 => drop(number(&mut rest)),
                1 => rest = rest.get(8..).unwrap_or_default(),
                5 => rest = rest.get(4..).unwrap_or_default(),
                LENGTH => {
                    let length = number(&mut rest).and_then(|length| usize::try_from(length).ok());
                    let Some((inside, after)) = length.and_then(|length| rest.split_at_checked(length)) else { break };
                    rest = after;
                    open.extend(message.inside(field).map(|kind| (kind, inside, depth + 1)));
                }
                _ => break,
            }
        }
    }
    Ok(())
}

/// Returns whether a field is a list of numbers, which may be in one piece.
fn is_list(message: Message, field: u64) -> bool {
    matches!((message, field), (Message::Attribute, 7 | 8))
}

/// Takes a number of variable length from the front; `None` if there is none.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for (at, &byte) in bytes.iter().enumerate().take(10) {
        number |= u64::from(byte & 127).checked_shl(7 * u32::try_from(at).ok()?)?;
        if byte < 128 {
            *bytes = &bytes[at + 1..];
            return Some(number);
        }
    }
    *bytes = &[];
    None
}
