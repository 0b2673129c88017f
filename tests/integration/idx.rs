//! IDX files are read as what they hold, or refused with the reason.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use typenet::prelude::*;
use typenet::{Error, Result};

use crate::support::folder::Folder;

type Images = Dataset<Image<1, 2, 3>, Class<3>>;

fn idx(kind: u8, sizes: &[u32], elements: &[u8]) -> Vec<u8> {
    let sizes_in_bytes = sizes.iter().flat_map(|size| size.to_be_bytes());
    [0, 0, kind, u8::try_from(sizes.len()).unwrap()]
        .into_iter()
        .chain(sizes_in_bytes)
        .chain(elements.to_vec())
        .collect()
}

/// Two images of two rows and three columns.
fn images() -> Vec<u8> {
    idx(0x08, &[2, 2, 3], &[0, 51, 102, 153, 204, 255, 255, 0, 0, 0, 0, 0])
}

fn labels() -> Vec<u8> {
    idx(0x08, &[2], &[2, 0])
}

fn compressed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(images: &[u8], labels: &[u8]) -> Result<Images> {
    Images::from_idx_bytes(images, labels)
}

fn message(images: &[u8], labels: &[u8]) -> String {
    read(images, labels).map(|data| data.len()).unwrap_err().to_string()
}

#[test]
fn bytes_become_values_up_to_one_and_labels_classes() {
    for (images, labels) in [(images(), labels()), (compressed(&images()), compressed(&labels()))] {
        let data = read(&images, &labels).unwrap();
        assert_eq!(data.inputs()[0], [[[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]]]);
        assert_eq!(data.inputs()[1], [[[1.0, 0.0, 0.0], [0.0; 3]]]);
        assert_eq!(data.targets().iter().map(|class| class.index()).collect::<Vec<_>>(), [2, 0]);
        let flat = Dataset::<Vector<6>, Class<3>, f64>::from_idx_bytes(&images, &labels).unwrap();
        assert_eq!(flat.inputs()[0], [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
    }
    // Several members after one another are one file.
    let halves = [compressed(&images()[..9]), compressed(&images()[9..])].concat();
    assert_eq!(read(&halves, &labels()).unwrap().len(), 2);
}

#[test]
fn elements_of_other_kinds_keep_their_values() {
    let labels = idx(0x08, &[1], &[1]);
    let read =
        |kind, bytes: &[u8]| Dataset::<Vector<2>, Class<2>, f64>::from_idx_bytes(&idx(kind, &[1, 2], bytes), &labels);
    let values = |kind, bytes: &[u8]| read(kind, bytes).unwrap().inputs()[0];
    assert_eq!(values(0x09, &[0xff, 3]), [-1.0, 3.0]);
    assert_eq!(values(0x0b, &[0xff, 0xfe, 1, 0]), [-2.0, 256.0]);
    assert_eq!(values(0x0c, &[0x80, 0, 0, 0, 0, 1, 0, 0]), [-2_147_483_648.0, 65_536.0]);
    assert_eq!(values(0x0d, &[1.5_f32.to_be_bytes(), (-0.1_f32).to_be_bytes()].concat()), [1.5, f64::from(-0.1_f32)]);
    assert_eq!(values(0x0e, &[0.1_f64.to_be_bytes(), 1e300_f64.to_be_bytes()].concat()), [0.1, 1e300]);
    let error =
        read(0x0d, &[1.5_f32.to_be_bytes(), f32::NAN.to_be_bytes()].concat()).map(|data| data.len()).unwrap_err();
    assert_eq!(error.to_string(), "input 0 holds NaN at position 1: data must be finite");
}

#[test]
fn what_does_not_fit_is_named() {
    let (images, labels) = (images(), labels());
    let cases: [(Vec<u8>, Vec<u8>, &str); 12] = [
        (
            Vec::new(),
            labels.clone(),
            "the inputs in memory cannot be read: it ends before the elements that its header declares",
        ),
        (b"PNG file".to_vec(), labels.clone(), "it is no IDX file, which starts with two zero bytes"),
        (idx(0x07, &[2], &[]), labels.clone(), "the kind of its elements, 0x07, is unknown"),
        (idx(0x08, &[], &[]), labels.clone(), "it has no axes"),
        (
            idx(0x08, &[2, 3, 2], &[0; 12]),
            labels.clone(),
            "its samples have the sizes [3, 2], but the shape has [1, 2, 3]",
        ),
        (idx(0x08, &[2, u32::MAX, u32::MAX], &[0; 12]), labels.clone(), "but the shape has [1, 2, 3]"),
        (idx(0x08, &[3, 2, 3], &[0; 18]), labels.clone(), "there are 3 inputs but 2 labels"),
        ([&images[..], &[0]].concat(), labels.clone(), "it has more bytes than its header declares"),
        (images.clone(), idx(0x08, &[2], &[2, 3]), "label 3 of sample 1 is out of range: there are 3 classes, 0 to 2"),
        (images.clone(), idx(0x09, &[2], &[2, 1]), "labels are unsigned bytes, but its elements are of another kind"),
        (images.clone(), images.clone(), "labels have one axis, but it has 3: it may be the file of the inputs"),
        (idx(0x08, &[0, 2, 3], &[]), idx(0x08, &[0], &[]), "the data set is empty: it needs at least one sample"),
    ];
    for (images, labels, expected) in cases {
        let message = message(&images, &labels);
        assert!(message.contains(expected), "{message}, not {expected}");
    }
    // The declared size of labels that are not there is not allocated.
    assert!(message(&images, &idx(0x08, &[u32::MAX], &[1])).contains("it ends before"));
}

#[test]
fn a_beginning_of_a_file_is_an_error_and_so_is_a_flipped_bit_of_a_compressed_one() {
    for (images, labels) in [(images(), labels()), (compressed(&images()), compressed(&labels()))] {
        for length in 0..images.len() {
            assert!(
                matches!(read(&images[..length], &labels), Err(Error::Unreadable { .. })),
                "{length} bytes of images"
            );
        }
        for length in 0..labels.len() {
            assert!(
                matches!(read(&images, &labels[..length]), Err(Error::Unreadable { .. })),
                "{length} bytes of labels"
            );
        }
    }
    let (whole, expected) = (compressed(&images()), read(&images(), &labels()).unwrap());
    for (byte, bit) in (0..whole.len()).flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
        let mut flipped = whole.clone();
        flipped[byte] ^= 1 << bit;
        // The header of gzip has bits without meaning, such as the time.
        assert!(
            read(&flipped, &labels()).map_or(true, |data| data.inputs() == expected.inputs()),
            "byte {byte}, bit {bit}"
        );
    }
}

#[test]
fn files_are_read_from_a_folder_and_a_missing_one_is_named() {
    let folder = Folder::new("idx");
    let (images_path, labels_path) = (folder.path("images"), folder.path("labels.gz"));
    std::fs::write(&images_path, images()).unwrap();
    let error = Images::from_idx(&images_path, &labels_path).map(|data| data.len()).unwrap_err();
    assert!(
        matches!(&error, Error::File { verb: "read", path, .. } if *path == labels_path.display().to_string()),
        "{error}"
    );
    std::fs::write(&labels_path, compressed(&labels())).unwrap();
    assert_eq!(Images::from_idx(&images_path, &labels_path).unwrap().len(), 2);
    assert!(Images::from_idx(&folder.0, &labels_path).is_err(), "a folder is no file");
}

#[test]
fn fashion_mnist_is_read_from_its_folder() {
    let folder = Folder::new("fashion");
    for (name, count) in [("train", 2), ("t10k", 1)] {
        let images = idx(0x08, &[count, 28, 28], &vec![255; 784 * count as usize]);
        std::fs::write(folder.path(&format!("{name}-images-idx3-ubyte.gz")), compressed(&images)).unwrap();
        let labels = idx(0x08, &[count], &vec![9; count as usize]);
        std::fs::write(folder.path(&format!("{name}-labels-idx1-ubyte.gz")), compressed(&labels)).unwrap();
    }
    let (train, test) = datasets::fashion_mnist::at(&folder.0).unwrap();
    assert_eq!((train.len(), test.len(), test.inputs()[0][0][27][27]), (2, 1, 1.0));
    assert_eq!(&datasets::fashion_mnist::CLASSES[train.targets()[1]], "Ankle boot");
    // Whether the machine has it or not.
    if let Err(error) = datasets::fashion_mnist() {
        let error = error.to_string();
        assert!(error.contains("run `scripts/fashion_mnist`, or install the Debian package"), "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_an_error(images in prop::collection::vec(any::<u8>(), 0..80), header in any::<bool>()) {
        let images = if header { idx(0x08, &[2, 2, 3], &images) } else { images };
        if let Ok(data) = read(&images, &labels()) {
            prop_assert_eq!(data.len(), 2);
        }
    }
}
