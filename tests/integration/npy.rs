//! Arrays of NumPy are read as what they hold, or refused with the reason, and NumPy reads what is written.

use std::path::PathBuf;

use proptest::prelude::*;
use typenet::dataset::{Npy, NpyFile, NpyTarget, SampleReader as _, save_npy};
use typenet::prelude::*;
use typenet::{Error, Result};

use crate::support::folder::Folder;

type Images = Dataset<Image<1, 2, 3>, Class<3>>;

/// A file of `reference/make_arrays.py`.
fn recorded(name: &str) -> PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(name)
}

fn with_header(header: &str, elements: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), elements].concat()
}

fn npy(kind: &str, sizes: &str, elements: &[u8]) -> Vec<u8> {
    with_header(&format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': {sizes}, }}"), elements)
}

fn floats(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// Two images of two rows and three columns.
fn images() -> Vec<u8> {
    npy("<f4", "(2, 2, 3)", &floats(&[0.0, 0.5, 1.0, 1.5, 2.0, 2.5, -1.0, 0.0, 0.0, 0.0, 0.0, 9.0]))
}

fn labels() -> Vec<u8> {
    npy("|u1", "(2,)", &[2, 0])
}

fn read(images: &[u8], labels: &[u8]) -> Result<Images> {
    Images::from_npy(Npy::in_memory(images), Npy::in_memory(labels))
}

fn message(images: &[u8], labels: &[u8]) -> String {
    read(images, labels).map(|data| data.len()).unwrap_err().to_string()
}

#[test]
fn files_of_numpy_are_read() {
    let data =
        Dataset::<Image<2, 1, 3>, Class<3>>::from_npy(recorded("array_inputs.npy"), recorded("array_labels.npy"));
    let data = data.unwrap();
    assert_eq!(data.inputs()[0], [[[0.0, 0.25, 0.5]], [[0.75, 1.0, 1.25]]]);
    assert_eq!(data.inputs()[3], [[[4.5, 4.75, 5.0]], [[5.25, 5.5, 5.75]]]);
    assert_eq!(data.targets().iter().map(|class| class.index()).collect::<Vec<_>>(), [2, 0, 1, 2]);
    // Labels as values, and any sizes as a vector.
    let values =
        Dataset::<Vector<6>, Vector<1>, f64>::from_npy(recorded("array_inputs.npy"), recorded("array_labels.npy"));
    assert_eq!((values.as_ref().unwrap().inputs()[1][5], values.as_ref().unwrap().targets()[3]), (2.75, [2.0]));
    let tokens = Npy::at(recorded("array_labels.npy")).read::<Tokens<1, 3>, f32>().unwrap();
    assert_eq!(tokens[0][0].index(), 2);
}

#[cfg(feature = "npz")]
#[test]
fn every_kind_order_and_version_is_read() {
    let path = recorded("arrays.npz");
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1"] {
        let value = |counted: u32| match kind {
            "f2" => (f64::from(counted) - 10.0) / 4.0,
            "f4" | "f8" => (f64::from(counted) - 10.0) * 70_001.0 / 4.0,
            "i1" | "i2" => f64::from(counted) - 10.0,
            "i4" | "i8" => (f64::from(counted) - 10.0) * 70_001.0,
            "u4" | "u8" => f64::from(counted) * 70_001.0,
            "b1" => f64::from(counted.is_multiple_of(3)),
            _ => f64::from(counted),
        };
        for order in ["little", "big"] {
            for layout in ["c", "f"] {
                let name = format!("{kind}_{order}_{layout}");
                let samples = Npy::at(&path).array(&name).read::<Image<2, 1, 3>, f64>().unwrap();
                let found = Image::<2, 1, 3>::flat_batch(&samples);
                assert_eq!(found, (0..24).map(value).collect::<Vec<_>>(), "{name}");
            }
        }
    }
}

#[test]
fn labels_are_integers_or_booleans_below_the_number_of_classes() {
    fn targets<Y: NpyTarget>(labels: &[u8]) -> Result<Vec<Y::Value<f32>>> {
        let inputs = npy("<f4", "(2, 1)", &floats(&[1.0, 2.0]));
        let data = Dataset::<Vector<1>, Y>::from_npy(Npy::in_memory(&inputs), Npy::in_memory(labels));
        data.map(|data| data.targets().to_vec())
    }
    let class = |index| Class::<3>::new(index).unwrap();
    assert_eq!(targets::<Class<3>>(&npy("<i8", "(2, 1)", &[2; 16].map(|_| 0))), Ok(vec![class(0); 2]));
    assert_eq!(targets::<Class<3>>(&npy(">i2", "(2,)", &[0, 1, 0, 2])), Ok(vec![class(1), class(2)]));
    assert_eq!(targets::<Class<2>>(&npy("|b1", "(2,)", &[1, 0])).unwrap()[0].index(), 1);
    let steps = targets::<[Class<3>; 2]>(&npy("|i1", "(2, 2)", &[0, 1, 2, 2])).unwrap();
    assert_eq!(steps, [[class(0), class(1)], [class(2), class(2)]]);
    let fails = |labels: &[u8]| targets::<Class<3>>(labels).unwrap_err().to_string();
    let failing = "the targets in memory cannot be read: ";
    assert_eq!(
        fails(&npy("|u1", "(2,)", &[2, 3])),
        format!("{failing}label 3 of sample 1 is out of range: there are 3 classes, 0 to 2")
    );
    assert_eq!(
        fails(&npy("|i1", "(2,)", &[0xff, 3])),
        format!("{failing}label -1 of sample 0 is out of range: there are 3 classes, 0 to 2")
    );
    assert_eq!(
        fails(&npy("<f4", "(2,)", &[0; 8])),
        format!("{failing}its elements are floats, `<f4`, but labels are integers: convert them with `astype(int)`")
    );
    assert_eq!(
        fails(&npy("|u1", "(2, 3)", &[0; 6])),
        format!("{failing}its samples have the sizes [3], but a target is 1 label")
    );
    let error = targets::<[Class<3>; 2]>(&npy("|u1", "(2, 2)", &[0, 1, 2, 7])).unwrap_err().to_string();
    assert_eq!(
        error,
        format!("{failing}label 7 of sample 1 at position 1 is out of range: there are 3 classes, 0 to 2")
    );
}

#[test]
fn what_does_not_fit_is_named() {
    let (images, labels) = (images(), labels());
    let array = |kind: &str, sizes: &str, elements: &[u8]| npy(kind, sizes, elements);
    for (images, expected) in [
        (Vec::new(), "the inputs in memory cannot be read: it is empty"),
        (b"a,b,c\n1,2".to_vec(), "it is no array of NumPy, which starts with \"\\x93NUMPY\", but \"a,b,c\\n1,\""),
        (b"PK\x03\x04\x14\x00\x00\x00".to_vec(), "it is an archive `.npz`: choose one of its arrays with `array(..)`"),
        (b"\x93NUMPY\x04\x00".to_vec(), "its format has version 4.0, but only 1 to 3 are known"),
        (b"\x93NUMPY\x01\x00\xff".to_vec(), "it ends within the length of its header"),
        (b"\x93NUMPY\x01\x00\x10\x00{'des".to_vec(), "it ends within its header, which would have 16 bytes, after 5"),
        (b"\x93NUMPY\x02\x00\xff\xff\xff\xff{".to_vec(), "its header would have 4294967295 bytes"),
        (with_header("[2, 2, 3]", &[]), "its header is no dictionary of NumPy: expected `{` at byte 10, but found `[`"),
        (array("<c8", "(2,)", &[]), "its elements are `<c8`, and not floats, integers or Booleans of at most 8 bytes"),
        (array("<U3", "(2,)", &[]), "its elements are `<U3`, and not"),
        (array("<f4", "()", &[0; 4]), "it is a single element, without an axis for the samples"),
        (array("<f4", "(2, 3, 2)", &[0; 48]), "its samples have the sizes [3, 2], but the shape has [1, 2, 3]"),
        (array("<f4", "(2, 6)", &[0; 48]), "its samples have the sizes [6], but the shape has [1, 2, 3]"),
        (array("<f4", "(3, 2, 3)", &[0; 72]), "there are 3 inputs but 2 targets"),
        (
            images[..images.len() - 4].to_vec(),
            "it ends before the elements that its header declares, (2, 2, 3) of `<f4`: after its header it has 44 bytes",
        ),
        ([&images[..], &[0]].concat(), "it has more bytes than its header declares, (2, 2, 3) of `<f4`"),
    ] {
        let message = message(&images, &labels);
        assert!(message.contains(expected), "{message}, not {expected}");
    }
    let empty = npy("<f4", "(0, 2, 3)", &[]);
    assert!(matches!(read(&empty, &npy("|u1", "(0,)", &[])), Err(Error::Empty { .. })));
    assert_eq!(Npy::in_memory(&empty).read::<Image<1, 2, 3>, f32>(), Ok(Vec::new()));
}

#[test]
fn a_value_that_is_not_finite_is_named_by_sample_and_position() {
    let mistake = |elements: &[f32]| message(&npy("<f4", "(2, 2, 3)", &floats(elements)), &labels());
    let mut elements = [0.0; 12];
    elements[10] = f32::NAN;
    assert_eq!(
        mistake(&elements),
        "the inputs in memory cannot be read: sample 1 holds NaN at position 4, but data must be finite"
    );
    let large = npy("<f8", "(1,)", &1e300_f64.to_le_bytes());
    let error = Npy::in_memory(&large).read::<Vector<1>, f32>().unwrap_err().to_string();
    assert!(
        error.ends_with(&format!("sample 0 holds {} at position 0, which is too large for `f32`", 1e300)),
        "{error}"
    );
    assert_eq!(Npy::in_memory(&large).read::<Vector<1>, f64>().unwrap(), [[1e300]]);
    let token = npy("|u1", "(2, 2)", &[0, 1, 2, 5]);
    let error = Npy::in_memory(&token).read::<Tokens<2, 5>, f32>().unwrap_err().to_string();
    assert!(
        error.ends_with("token 5 at position 1 of sample 1 is out of range: the vocabulary has 5 tokens, 0 to 4"),
        "{error}"
    );
}

#[test]
fn a_header_that_promises_too_much_is_refused_before_memory_is_taken() {
    // The last has 2⁶⁴ - 16 bytes.
    for sizes in ["(1000000000000000000, 2, 3)", "(18446744073709551615, 2, 3)", "(768614336404564650, 2, 3)"] {
        for header in ["False", "True"] {
            let header = format!("{{'descr': '<f4', 'fortran_order': {header}, 'shape': {sizes}}}");
            let file = with_header(&header, &[0; 24]);
            let error = Npy::in_memory(&file).read::<Image<1, 2, 3>, f32>().unwrap_err().to_string();
            assert!(
                error.contains("it ends before the elements") || error.contains("than any memory holds"),
                "{error}"
            );
            assert!(message(&file, &labels()).contains("inputs but 2 targets"));
        }
    }
    let sizes = npy("<f4", "(2, 18446744073709551615, 18446744073709551615)", &[0; 24]);
    assert!(message(&sizes, &labels()).contains("but the shape has [1, 2, 3]"));
}

#[test]
fn files_are_named_in_messages() {
    let folder = Folder::new("npy");
    let (inputs, targets) = (folder.path("x.npy"), folder.path("y.npy"));
    std::fs::write(&targets, labels()).unwrap();
    let error = Images::from_npy(&inputs, &targets).map(|data| data.len()).unwrap_err();
    assert!(
        matches!(&error, Error::File { verb: "read", path, .. } if *path == inputs.display().to_string()),
        "{error}"
    );
    std::fs::write(&inputs, &images()[..20]).unwrap();
    let error = Images::from_npy(&inputs, &targets).map(|data| data.len()).unwrap_err().to_string();
    assert!(error.starts_with(&format!("`{}` cannot be read: it ends within its header", inputs.display())), "{error}");
    std::fs::write(&inputs, images()).unwrap();
    assert_eq!(Images::from_npy(&inputs, &targets).unwrap().inputs()[0], [[[0.0, 0.5, 1.0], [1.5, 2.0, 2.5]]]);
    assert!(Images::from_npy(&folder.0, &targets).is_err(), "a folder is no file");
}

/// The arrays of `reference/make_arrays.py`.
fn counted() -> Vec<[[f32; 3]; 2]> {
    (0..4_u8)
        .map(|sample| [0, 3].map(|row| [0, 1, 2].map(|column| f32::from(6 * sample + row + column) / 4.0)))
        .collect()
}

fn classes() -> [Class<3>; 4] {
    [2, 0, 1, 2].map(|index| Class::new(index).unwrap())
}

#[test]
fn written_files_have_the_bytes_of_numpy() {
    let folder = Folder::new("npy");
    let path = folder.path("array.npy");
    save_npy(&path, &counted()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(recorded("array_inputs.npy")).unwrap());
    save_npy(&path, &classes()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(recorded("array_labels.npy")).unwrap());
    save_npy(&path, &[[[1.0_f64]; 2]; 0]).unwrap();
    assert_eq!(Npy::at(&path).read::<Vector<2>, f64>(), Ok(Vec::new()));
    let error = save_npy(folder.path("none/array.npy"), &counted()).unwrap_err();
    assert!(matches!(error, Error::File { verb: "write", .. }), "{error}");
}

#[cfg(feature = "npz")]
mod archives {
    use typenet::dataset::Npz;

    use super::*;

    fn archive() -> Npz {
        let doubles = counted().iter().map(|sample| sample.map(|row| row.map(f64::from))).collect::<Vec<_>>();
        let steps = [[0, 1], [2, 2]].map(|steps| steps.map(|index| Class::<3>::new(index).unwrap()));
        Npz::new().array("y", &[[0.0_f32]]).array("x", &doubles).array("y", &classes()).array("steps", &steps)
    }

    fn archive_bytes() -> Vec<u8> {
        let folder = Folder::new("npz");
        archive().save(folder.path("a.npz")).unwrap();
        std::fs::read(folder.path("a.npz")).unwrap()
    }

    #[test]
    fn an_archive_is_read_as_it_was_written() {
        let bytes = archive_bytes();
        let data = Dataset::<Image<2, 1, 3>, Class<3>>::from_npz(Npy::in_memory(&bytes), "x", "y").unwrap();
        assert_eq!((data.inputs()[3][1][0], data.targets()), ([5.25, 5.5, 5.75], &classes()[..]));
        // As a file, and with an array of another length.
        let folder = Folder::new("npz");
        std::fs::write(folder.path("a.npz"), &bytes).unwrap();
        let error = Dataset::<Vector<6>, [Class<3>; 2]>::from_npz(folder.path("a.npz"), "x", "steps").unwrap_err();
        assert_eq!(error.to_string(), "there are 4 inputs but 2 targets");
        assert_eq!(format!("{:?}", archive()), r#"["x", "y", "steps"]"#);
    }

    #[test]
    fn what_an_archive_lacks_is_named() {
        let bytes = archive_bytes();
        let mistake = |bytes: &[u8], name: &str| {
            Npy::in_memory(bytes).array(name).read::<Vector<6>, f32>().unwrap_err().to_string()
        };
        let expected = "the array in memory cannot be read: it has no array `z`, only `x`, `y`, `steps`";
        assert_eq!(mistake(&bytes, "z"), expected);
        let error = mistake(&bytes, "y");
        let expected =
            "the array `y` of the array in memory cannot be read: its samples have the sizes [], but the shape has [6]";
        assert_eq!(error, expected);
        assert!(mistake(&images(), "x").contains("it is no archive `.npz`: missing end of central directory"));
        assert!(mistake(&[], "x").contains("it is no archive `.npz`"));
        assert!(message(&bytes, &labels()).contains("it is an archive `.npz`: choose one of its arrays"));
        let folder = Folder::new("npz");
        Npz::new().save(folder.path("a.npz")).unwrap();
        let error = Npy::at(folder.path("a.npz")).array("x").read::<Vector<6>, f32>().unwrap_err().to_string();
        assert!(error.ends_with("a.npz` cannot be read: it has no arrays"), "{error}");
        let error = Npy::at(folder.path("b.npz")).array("x").read::<Vector<6>, f32>().unwrap_err();
        assert!(matches!(error, Error::File { verb: "read", .. }), "{error}");
    }

    #[test]
    fn a_beginning_of_an_archive_is_an_error_and_so_is_a_flipped_bit() {
        let bytes = archive_bytes();
        let read = |bytes: &[u8]| Npy::in_memory(bytes).array("x").read::<Vector<6>, f32>();
        let whole = read(&bytes).unwrap();
        assert!((0..bytes.len()).all(|length| read(&bytes[..length]).is_err()));
        for byte in 0..bytes.len() {
            let (mut flipped, bit) = (bytes.clone(), byte % 8);
            flipped[byte] ^= 1 << bit;
            // An archive has bits without meaning, such as the time.
            assert!(read(&flipped).map_or(true, |samples| samples == whole), "byte {byte}, bit {bit}");
        }
    }

    /// `reference/make_arrays.py check FOLDER` lets NumPy read the files.
    #[test]
    #[ignore = "writes files for NumPy into the folder NPY_FOLDER"]
    fn written_for_numpy() {
        let folder = PathBuf::from(std::env::var("NPY_FOLDER").expect("NPY_FOLDER is set"));
        save_npy(folder.join("inputs.npy"), &counted()).unwrap();
        save_npy(folder.join("labels.npy"), &classes()).unwrap();
        archive().save(folder.join("arrays.npz")).unwrap();
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_an_error(elements in prop::collection::vec(any::<u8>(), 0..80), header in any::<bool>()) {
        let file = if header { npy("<f4", "(2, 2, 3)", &elements) } else { elements };
        if let Ok(data) = read(&file, &labels()) {
            prop_assert_eq!(data.len(), 2);
        }
    }
}

#[test]
fn a_beginning_of_a_file_is_an_error() {
    let (images, labels) = (images(), labels());
    assert!((0..images.len()).all(|length| matches!(read(&images[..length], &labels), Err(Error::Unreadable { .. }))));
    assert!((0..labels.len()).all(|length| matches!(read(&images, &labels[..length]), Err(Error::Unreadable { .. }))));
}

#[test]
fn samples_are_read_from_a_file_by_their_position() {
    let folder = Folder::new("npy-file");
    let path = folder.path("images.npy");
    let open = |bytes: &[u8]| {
        std::fs::write(&path, bytes).unwrap();
        NpyFile::<Image<1, 2, 3>, Class<3>>::open(&path, Npy::in_memory(&labels()))
    };
    let mut file = open(&images()).unwrap();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for at in [1, 0, 1] {
        file.read(at, &mut inputs, &mut targets).unwrap();
    }
    let data = read(&images(), &labels()).unwrap();
    assert_eq!(file.len(), 2);
    assert_eq!(inputs, [1, 0, 1].map(|at| data.inputs()[at]));
    assert_eq!(targets, [1, 0, 1].map(|at| data.targets()[at]));

    let name = format!("`{}` cannot be read: ", path.display());
    let message = |bytes: &[u8]| open(bytes).map(drop).unwrap_err().to_string().replace(&name, "");
    // As where all are read.
    let declared = "its header declares, (2, 2, 3) of `<f4`";
    let short = &images()[..images().len() - 1];
    assert_eq!(
        message(short),
        format!("it ends before the elements that {declared}: after its header it has 47 bytes")
    );
    assert_eq!(message(&[&images()[..], &[0]].concat()), format!("it has more bytes than {declared}"));
    assert_eq!(message(b""), "it is empty");
    assert_eq!(message(&npy("<f4", "(3, 2, 3)", &[0; 72])), "there are 3 inputs but 2 targets");
    let fortran = with_header("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2, 3), }", &[0; 48]);
    assert_eq!(message(&fortran), "its elements are in the order of Fortran: save it after `numpy.ascontiguousarray`");

    // What is wrong with a sample is found when it is read.
    let mut file =
        open(&npy("<f4", "(2, 2, 3)", &floats(&[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0, 0.0, 0.0, 0.0])))
            .unwrap();
    file.read(0, &mut inputs, &mut targets).unwrap();
    let error = file.read(1, &mut inputs, &mut targets).unwrap_err().to_string();
    assert_eq!(error.replace(&name, ""), "sample 1 holds NaN at position 1, but data must be finite");
    std::fs::write(&path, &images()[..images().len() - 1]).unwrap();
    assert!(file.read(1, &mut inputs, &mut targets).is_err(), "the file has become shorter");
}
