//! What a subscriber of `tracing` sees of a training.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use typenet::prelude::*;

network!(struct Line = Dense<1, 1>);

/// Notes spans and events, indented by the spans around them.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<(usize, Vec<String>)>>);

/// The fields as text.
struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // The duration is another one each time.
        if field.name() != "seconds" {
            write!(self.0, " {}={value:?}", field.name()).unwrap();
        }
    }
}

impl Notes {
    fn note(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        assert_eq!(metadata.target(), "typenet::train");
        let mut fields = Fields(String::new());
        record(&mut fields);
        let (depth, notes) = &mut *self.0.lock().unwrap();
        notes.push(format!("{}{}{}", "  ".repeat(*depth), metadata.level(), fields.0));
    }
}

impl Subscriber for Notes {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("typenet")
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(span.metadata(), |fields| {
            write!(fields.0, " {}:", span.metadata().name()).unwrap();
            span.record(fields);
        });
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.note(event.metadata(), |fields| event.record(fields));
    }

    fn enter(&self, _: &Id) {
        self.0.lock().unwrap().0 += 1;
    }

    fn exit(&self, _: &Id) {
        self.0.lock().unwrap().0 -= 1;
    }
}

/// Trains for two epochs of one sample, with plain descent at this rate, and returns the notes.
fn notes(rate: f64) -> Vec<String> {
    let data = Dataset::<Vector<1>, Vector<1>>::new(vec![[0.0]], vec![[2.0]]).unwrap();
    let notes = Notes::default();
    tracing::subscriber::with_default(notes.clone(), || {
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(rate)).metric(MeanAbsoluteError).epochs(2).seed(7);
        let _ = trainer.batch_size(8).fit(&mut Line::zeroed(), &data);
    });
    let (depth, notes) = &*notes.0.lock().unwrap();
    assert_eq!(*depth, 0, "every span is left");
    notes.clone()
}

#[test]
fn a_training_is_a_span_with_a_span_and_a_record_for_each_epoch() {
    let expected = [
        "INFO fit: network=\"Line\" parameters=2 epochs=2 batch_size=8 seed=7",
        "  INFO epoch: epoch=1",
        "    INFO message=epoch epoch=1 loss=4.0 samples=1 measures=loss=4 mean_absolute_error=2",
        "  INFO epoch: epoch=2",
        "    INFO message=epoch epoch=2 loss=1.0 samples=1 measures=loss=1 mean_absolute_error=1",
    ];
    assert_eq!(notes(0.25), expected);
}

#[test]
fn a_training_that_fails_is_an_error_in_its_span() {
    let notes = notes(1e38);
    let last = notes.last().unwrap();
    assert!(last.starts_with("  ERROR message=training failed error="), "{notes:?}");
}
