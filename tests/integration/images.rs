//! Folders of images become data sets, or errors that name the file.

use std::fs;
use std::path::{Path, PathBuf};

use typenet::dataset::{ImageFiles, ImageFolder, LabelledImages, SampleReader as _};
use typenet::prelude::*;
use typenet::{Error, Result};

use crate::recorded::{self, numbers};
use crate::support::folder::Folder;

/// A file of `reference/make_pictures.py`, 9 rows and 12 columns.
fn picture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/pictures").join(name)
}

/// A folder with these files: their class, their name, and the picture that they are a copy of.
fn folder(files: &[(&str, &str, &str)]) -> Folder {
    let folder = Folder::new("images");
    for (class, name, of) in files {
        fs::create_dir_all(folder.path(class)).unwrap();
        fs::copy(picture(of), folder.path(class).join(name)).unwrap();
    }
    folder
}

fn read<const C: usize, const K: usize>(folder: &Folder) -> Result<LabelledImages<C, 9, 12, K, f64>> {
    ImageFolder::at(&folder.0).read()
}

/// The message of a folder that cannot be read, without the path of the folder.
fn mistake<const C: usize, const K: usize>(folder: &Folder) -> String {
    let error = read::<C, K>(folder).unwrap_err();
    assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    error.to_string().replace(&*folder.0.to_string_lossy(), "FOLDER")
}

/// The only image of a folder, with the shape and the settings.
fn alone<const C: usize, const H: usize, const W: usize>(
    name: &str,
    change: fn(ImageFolder) -> ImageFolder,
) -> Vec<f64> {
    let folder = folder(&[("class", name, name)]);
    let images: LabelledImages<C, H, W, 1, f64> = change(ImageFolder::at(&folder.0)).read().unwrap();
    Image::<C, H, W>::flat(&images.data.inputs()[0]).to_vec()
}

fn assert_near(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let apart = ours.iter().zip(theirs).map(|(ours, theirs)| (ours - theirs).abs()).fold(0.0, f64::max);
    assert!(apart <= tolerance, "{what}: {apart}");
}

#[test]
fn classes_are_folders_and_files_are_in_order() {
    let folder = folder(&[
        ("dog", "b.png", "grey.png"),
        ("dog", "a.jpeg", "colours.jpg"),
        ("cat", "10", "colours.png"),
        ("cat", ".hidden", "words.png"),
        (".git", "x.png", "grey.png"),
    ]);
    fs::write(folder.path("README.txt"), "pets").unwrap();
    let pets = read::<3, 2>(&folder).unwrap();
    assert_eq!((pets.classes(), pets.data.len()), (&Names::new(&["cat", "dog"]), 3));
    assert_eq!(pets.data.targets().iter().map(|class| class.index()).collect::<Vec<_>>(), [0, 1, 1]);
    let names = pets.files().iter().map(|file| file.strip_prefix(&folder.0).unwrap().to_str().unwrap());
    assert_eq!(names.collect::<Vec<_>>(), ["cat/10", "dog/a.jpeg", "dog/b.png"]);
    assert!(format!("{pets:?}").contains(r#"classes: ["cat", "dog"]"#));

    // One at a time, when they are needed.
    let mut files: ImageFiles<3, 9, 12, 2, f64> = ImageFolder::at(&folder.0).open().unwrap();
    assert_eq!((files.classes(), files.files(), files.targets()), (pets.classes(), pets.files(), pets.data.targets()));
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for at in 0..files.len() {
        files.read(at, &mut inputs, &mut targets).unwrap();
    }
    assert_eq!((&inputs[..], &targets[..]), (pets.data.inputs(), pets.data.targets()));

    // The classes of a training set, of which one is absent.
    let named = ImageFolder::at(&folder.0).classes(["dog", "bird", "cat"]);
    let named: LabelledImages<3, 9, 12, 3> = named.read().unwrap();
    assert_eq!(named.data.targets().iter().map(|class| class.index()).collect::<Vec<_>>(), [0, 0, 2]);
    let data = Dataset::<Image<3, 9, 12>, Class<2>>::from_image_folder(&folder.0).unwrap();
    assert_eq!(data.targets().len(), 3);

    fs::write(folder.path("dog/b.png"), "no image").unwrap();
    let error = files.read(2, &mut inputs, &mut targets).unwrap_err().to_string();
    assert!(error.contains("b.png` cannot be read: it is no PNG or JPEG file"), "{error}");
}

#[test]
fn pictures_have_the_values_of_pillow() {
    let all = recorded::file("pictures.json");
    let of = |name: &str| numbers(&all["pictures"][name]["values"]);
    for name in ["colours.png", "palette.png"] {
        assert_near(&alone::<3, 9, 12>(name, |folder| folder), &of(name), 1e-15, name);
    }
    assert_near(&alone::<3, 9, 12>("opaque.png", |folder| folder), &of("opaque.png")[..324], 1e-15, "opaque");
    assert_near(&alone::<4, 9, 12>("transparent.png", |folder| folder), &of("transparent.png"), 1e-15, "transparent");
    let opaque = [of("colours.png"), vec![1.0; 108]].concat();
    assert_near(&alone::<4, 9, 12>("colours.png", |folder| folder), &opaque, 1e-15, "colours, opaque");
    for name in ["grey.png", "words.png"] {
        assert_near(&alone::<1, 9, 12>(name, |folder| folder), &of(name), 1e-15, name);
        assert_near(&alone::<3, 9, 12>(name, |folder| folder), &of(name).repeat(3), 1e-15, name);
    }
    // Decoders of JPEG may differ in their rounding, and in how they enlarge colours of half the size.
    assert_near(&alone::<1, 9, 12>("grey.jpg", |folder| folder), &of("grey.jpg"), 2.0 / 255.0, "grey.jpg");
    assert_near(&alone::<3, 9, 12>("colours.jpg", |folder| folder), &of("colours.jpg"), 3.0 / 255.0, "colours.jpg");
    let progressive = alone::<3, 9, 12>("progressive.jpg", |folder| folder);
    assert_near(&progressive, &of("progressive.jpg"), 12.0 / 255.0, "progressive.jpg");
}

#[test]
fn resized_pictures_have_the_values_of_pillow() {
    let all = recorded::file("pictures.json");
    let of = |name: &str, size: &str| numbers(&all["pictures"][name][size]);
    let colours = "colours.png";
    // Pillow computes in single precision.
    assert_near(&alone::<3, 4, 5>(colours, ImageFolder::resized), &of(colours, "4x5"), 1e-6, "smaller");
    assert_near(&alone::<3, 13, 17>(colours, ImageFolder::resized), &of(colours, "13x17"), 1e-6, "larger");
    assert_near(&alone::<3, 20, 3>(colours, ImageFolder::resized), &of(colours, "20x3"), 1e-6, "both");
    assert_near(&alone::<1, 4, 5>("words.png", ImageFolder::resized), &of("words.png", "4x5"), 1e-6, "words");
}

#[test]
fn colours_become_grey() {
    let values = alone::<3, 9, 12>("colours.png", |folder| folder);
    let grey: Vec<f64> = (0..108)
        .map(|pixel| 0.299 * values[pixel] + 0.587 * values[108 + pixel] + 0.114 * values[216 + pixel])
        .collect();
    assert_near(&alone::<1, 9, 12>("colours.png", ImageFolder::grey), &grey, 1e-15, "grey");
    assert_near(&alone::<3, 9, 12>("colours.png", ImageFolder::grey), &grey.repeat(3), 1e-15, "grey in three channels");
}

#[test]
fn what_does_not_fit_is_named_with_its_path() {
    let both = folder(&[("cat", "a.png", "colours.png"), ("dog", "b.png", "colours.png")]);
    assert_eq!(
        mistake::<3, 3>(&both),
        "`FOLDER` cannot be read: it has 2 folders of classes (cat, dog), but there are 3 classes"
    );
    assert_eq!(
        mistake::<1, 2>(&both),
        "`FOLDER/cat/a.png` cannot be read: it has colours, but the shape has one channel: make it grey with `grey()`"
    );
    let error = Dataset::<Image<3, 8, 8>, Class<2>>::from_image_folder(&both.0).unwrap_err().to_string();
    let expected = "it has 9 rows and 12 columns, but the shape has 8 and 8: use images of this size, or `resized()`";
    assert!(error.ends_with(expected), "{error}");
    let error = ImageFolder::at(&both.0).classes(["cat", "fox"]).read::<3, 9, 12, 2, f32>().unwrap_err().to_string();
    assert!(error.ends_with("dog` cannot be read: it is a folder of none of the classes (cat, fox)"), "{error}");

    let empty = Folder::new("images");
    assert_eq!(
        mistake::<3, 2>(&empty),
        "`FOLDER` cannot be read: it has no folders of classes, but there are 2 classes"
    );
    fs::create_dir(empty.path("cat")).unwrap();
    assert_eq!(mistake::<3, 1>(&empty), "`FOLDER/cat` cannot be read: it contains no images");
    fs::create_dir(empty.path("cat/young")).unwrap();
    assert_eq!(
        mistake::<3, 1>(&empty),
        "`FOLDER/cat/young` cannot be read: it is a folder, but the folder of a class contains only images"
    );
    let missing = empty.path("none");
    let error = Dataset::<Image<3, 8, 8>, Class<2>>::from_image_folder(&missing).unwrap_err();
    assert!(
        matches!(&error, Error::File { verb: "read", path, .. } if *path == missing.display().to_string()),
        "{error}"
    );
    let transparent = folder(&[("cat", "a.png", "transparent.png")]);
    let expected =
        "`FOLDER/cat/a.png` cannot be read: it has transparent pixels, for which `Image<4, H, W>` has a channel";
    assert_eq!(mistake::<3, 1>(&transparent), expected);
}

#[test]
fn damaged_files_are_errors() {
    let folder = folder(&[("cat", "a", "colours.png")]);
    let reason = |bytes: &[u8]| {
        folder.write("cat/a", bytes);
        let message = mistake::<3, 1>(&folder);
        message.strip_prefix("`FOLDER/cat/a` cannot be read: ").unwrap().to_owned()
    };
    assert_eq!(reason(b""), "it is empty");
    assert_eq!(reason(b"GIF89a\x01\x00\x01"), r#"it is no PNG or JPEG file, but begins with "GIF89a\x01\x00""#);
    for name in ["colours.png", "words.png", "colours.jpg", "progressive.jpg"] {
        let whole = fs::read(picture(name)).unwrap();
        for length in 3..whole.len() {
            let reason = reason(&whole[..length]);
            assert!(
                reason.starts_with("it ends before")
                    || reason.starts_with("it is damaged")
                    || reason.starts_with("it is no"),
                "{name}, {length} bytes: {reason}"
            );
        }
    }
}

#[test]
fn a_header_that_promises_too_much_is_refused_before_memory_is_taken() {
    let folder = folder(&[("cat", "a", "colours.png")]);
    let reason = |bytes: &[u8]| {
        fs::write(folder.path("cat/a"), bytes).unwrap();
        ImageFolder::at(&folder.0).resized().read::<3, 2, 2, 1, f32>().unwrap_err().to_string()
    };
    // The size of a PNG file, and the checksum of its header.
    let mut png = fs::read(picture("colours.png")).unwrap();
    let mut with_size = |size: u32| {
        png[16..24].copy_from_slice(&[size.to_be_bytes(); 2].concat());
        let mut checksum = flate2::Crc::new();
        checksum.update(&png[12..29]);
        png[29..33].copy_from_slice(&checksum.sum().to_be_bytes());
        reason(&png)
    };
    let error = with_size(0x7fff_ffff);
    assert!(
        error.ends_with("it has 2147483647 rows and 2147483647 columns, which are more than 67108864 pixels"),
        "{error}"
    );
    assert!(with_size(8000).ends_with("it ends before its image does"));
    // The size in the frame of a JPEG file.
    let mut jpeg = fs::read(picture("colours.jpg")).unwrap();
    let frame = jpeg.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x1f, 0xff, 0x1f, 0xff]);
    assert!(reason(&jpeg).ends_with("it ends before its image does"));
}
