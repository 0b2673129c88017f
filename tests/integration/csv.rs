//! Data sets from tables.
#![allow(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use proptest::prelude::*;
use typenet::Scalar as _;
use typenet::dataset::{Csv, CsvFile, Missing, SampleReader as _};
use typenet::prelude::*;

use crate::support::folder::Folder;

const FLOWERS: &str = "\
sepal,petal,species
5.1,1.4,setosa
7.0,4.7,versicolor
6.3,6.0,virginica
4.9,1.4,setosa
";

type Flowers = Dataset<Vector<2>, Class<3>>;

fn csv(text: &str) -> Csv<'_> {
    Csv::in_memory(text.as_bytes())
}

/// The message of a table that cannot be read.
fn mistake<X: Shape + typenet::shape::Values, Y: typenet::dataset::TargetColumns>(table: &Csv<'_>) -> String {
    table.read::<X, Y, f32>().unwrap_err().to_string()
}

fn indices<X: Shape, const K: usize>(data: &Dataset<X, Class<K>>) -> Vec<usize> {
    data.targets().iter().map(|class| class.index()).collect()
}

#[test]
fn the_last_column_is_the_target() {
    let table = csv(FLOWERS).read::<Vector<2>, Class<3>, f32>().unwrap();
    assert_eq!(table.data.inputs(), [[5.1, 1.4], [7.0, 4.7], [6.3, 6.0], [4.9, 1.4]]);
    assert_eq!(indices(&table.data), [0, 1, 2, 0]);
    assert_eq!(table.classes(), ["setosa", "versicolor", "virginica"]);
    assert_eq!(table.elements(), ["sepal", "petal"]);
    assert!(table.classes().iter().eq(table.categories("species").unwrap()));
    assert_eq!(table.categories("petal"), None);
}

#[test]
fn a_table_is_read_from_its_path() {
    let folder = Folder::new("csv");
    let path = folder.path("flowers.csv");
    std::fs::write(&path, FLOWERS).unwrap();
    let data = Flowers::from_csv(&path).unwrap();
    assert_eq!(data.len(), 4);
    assert_eq!(Flowers::from_csv(Csv::at(&path)).unwrap().inputs(), data.inputs());
    let missing = folder.path("none.csv");
    let error = Flowers::from_csv(&missing).unwrap_err().to_string();
    assert!(error.contains("none.csv") && error.contains("No such file"), "{error}");
}

#[test]
fn columns_are_chosen_by_name_and_in_any_order() {
    let text = "id,b,y1,a,y2\n7,1,2,3,4\n8,5,6,7,8";
    let table = csv(text).inputs(["a", "b"]).targets(["y2", "y1"]);
    let data = table.read::<Vector<2>, Vector<2>, f64>().unwrap().data;
    assert_eq!((data.inputs(), data.targets()), (&[[3.0, 1.0], [7.0, 5.0]][..], &[[4.0, 2.0], [8.0, 6.0]][..]));
    let table = csv(text).without(["id"]).target("y1");
    let data = Dataset::<Vector<3>, Vector<1>>::from_csv(table).unwrap();
    assert_eq!((data.inputs()[1], data.targets()[1]), ([5.0, 7.0, 8.0], [6.0]));
    // Elements in the order of rows: an image of one channel.
    let data = Dataset::<Image<1, 2, 2>, Vector<1>>::from_csv(csv(text)).unwrap();
    assert_eq!(data.inputs()[0], [[[7.0, 1.0], [2.0, 3.0]]]);
}

#[test]
fn other_formats_of_tables_are_read() {
    // Semicolons, comments, decimal commas, quotes, spaces, empty lines, line ends of Windows.
    let text = "# made by hand\r\n\"a \"; b;c\r\n\r\n 1,5 ;\"2,25\";\"x \"\"y\"\"; z\"\r\n-1e2;3;\"two\nlines\"\r\n";
    let table = csv(text).delimiter(b';').comment(b'#').decimal_comma();
    let table = table.read::<Vector<2>, Class<2>, f32>().unwrap();
    assert_eq!(
        (table.data.inputs(), table.elements()),
        (&[[1.5, 2.25], [-100.0, 3.0]][..], &["a".into(), "b".into()][..])
    );
    assert_eq!(table.classes(), ["two\nlines", "x \"y\"; z"]);

    // The byte order mark, and no header.
    let marked = csv("\u{feff}a,b\n1,2").target("b").inputs(["a"]).read::<Vector<1>, Vector<1>, f32>().unwrap();
    assert_eq!(marked.elements(), ["a"]);
    let data = Dataset::<Vector<1>, Vector<1>>::from_csv(csv("1\t2\n3\t4").without_header().delimiter(b'\t')).unwrap();
    assert_eq!((data.inputs(), data.targets()), (&[[1.0], [3.0]][..], &[[2.0], [4.0]][..]));
    let named = csv("1,2,3").without_header().inputs(["3"]).target("1").read::<Vector<1>, Vector<1>, f32>().unwrap();
    assert_eq!((named.data.inputs()[0], named.data.targets()[0]), ([3.0], [1.0]));
}

#[test]
fn categories_are_encoded() {
    let text = "size,colour,y\nsmall,red,1\nlarge,blue,2\nsmall,green,3";
    let table = csv(text).one_hot(["colour"]).index(["size"]).categories("size", ["small", "large"]);
    let table = table.read::<Vector<4>, Vector<1>, f32>().unwrap();
    assert_eq!(table.elements(), ["size", "colour=blue", "colour=green", "colour=red"]);
    assert_eq!(table.data.inputs(), [[0.0, 0.0, 0.0, 1.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]]);
    assert_eq!(table.categories("size").unwrap(), ["small", "large"]);
    // Numbers in their order, not in that of words.
    let table = csv("x,y\n1,10\n1,9\n1,-1").read::<Vector<1>, Class<3>, f32>().unwrap();
    assert_eq!((table.classes(), indices(&table.data)), (&Names::new(&["-1", "9", "10"]), vec![2, 1, 0]));
}

#[test]
fn indices_below_the_number_of_classes_are_the_classes() {
    // Class 1 does not occur.
    let table = csv("x,y\n1,0\n1,2").read::<Vector<1>, Class<3>, f32>().unwrap();
    assert_eq!((table.classes().iter().len(), indices(&table.data)), (3, vec![0, 2]));
    let test = csv("x,y\n1,1").encoded_as(&table).read::<Vector<1>, Class<3>, f32>().unwrap();
    assert_eq!(indices(&test.data), [1]);
}

#[test]
fn missing_values_are_errors_or_follow_a_rule() {
    let text = "a,b,y\n1,,0\nNA,4,1\n3,6,0\n5,?,1";
    let table = csv(text).missing_words(["?"]);
    let expected = "the table in memory cannot be read: line 2, column `b`: the value is missing";
    assert_eq!(mistake::<Vector<2>, Class<2>>(&table), expected);
    let error = mistake::<Vector<2>, Class<2>>(&csv("a,y\n1,NA"));
    assert!(error.ends_with("line 2, column `y`: the value is missing (`NA`)"), "{error}");

    let read = |rule| table.clone().missing(rule).read::<Vector<2>, Class<2>, f32>().unwrap();
    assert_eq!(read(Missing::LeaveOut).data.inputs(), [[3.0, 6.0]]);
    assert_eq!(read(Missing::Value(-1.0)).data.inputs(), [[1.0, -1.0], [-1.0, 4.0], [3.0, 6.0], [5.0, -1.0]]);
    let means = read(Missing::Mean);
    assert_eq!(means.data.inputs(), [[1.0, 5.0], [3.0, 4.0], [3.0, 6.0], [5.0, 5.0]]);
    // The means of the training set.
    let test = csv("a,b,y\n,100,1").missing(Missing::Mean).encoded_as(&means);
    assert_eq!(test.read::<Vector<2>, Class<2>, f32>().unwrap().data.inputs(), [[3.0, 100.0]]);
    // A target is never invented.
    let error = mistake::<Vector<1>, Vector<1>>(&csv("a,y\n1,\n2,3").missing(Missing::Mean));
    assert!(error.ends_with("line 2, column `y`: the value is missing"), "{error}");
    let error = mistake::<Vector<1>, Vector<1>>(&csv("a,y\n,1").missing(Missing::Mean));
    assert!(error.ends_with("column `a` has no value, so it has no mean"), "{error}");
    let error = mistake::<Vector<1>, Vector<1>>(&csv("a,y\n,1").index(["a"]).missing(Missing::Value(1.0)));
    assert!(error.ends_with("line 2, column `a`: the value is missing"), "{error}");
}

#[test]
fn mistakes_name_the_line_and_the_column() {
    let error =
        |text: &str| mistake::<Vector<2>, Class<3>>(&csv(text)).replace("the table in memory cannot be read: ", "");
    assert_eq!(error(""), "it is empty");
    assert_eq!(error("a,b,c\n\n\n"), "the data set is empty: it needs at least one sample");
    assert_eq!(error("a,b,c\n1,2,0\n1,2\n"), "line 3 has 2 fields, but the first line has 3");
    assert_eq!(error("a,b,c\n\n1,2,0,5"), "line 3 has 4 fields, but the first line has 3");
    assert_eq!(
        mistake::<Vector<1>, Vector<1>>(&csv("# c\r\nx,y\r\n\r\n\"1\n\",2\r\n# d\r\n3,z\r\n").comment(b'#')),
        "the table in memory cannot be read: line 7, column `y`: `z` is no number: encode categories with `one_hot(..)` or \
         `index(..)`"
    );
    assert_eq!(
        error("a,b,c\n1,2,0\n1,red\u{1b}[2J,0"),
        "line 3, column `b`: `red\\u{1b}[2J` is no number: encode categories with `one_hot(..)` or `index(..)`"
    );
    assert_eq!(error("a,b,c\n1,inf,0"), "line 2, column `b`: `inf` is not finite");
    assert_eq!(error("a,b,c\n1,1e300,0"), "line 2, column `b`: `1e300` is too large for `f32`");
    assert_eq!(
        error("id,a,b,c\n1,1,2,0"),
        "its inputs have 3 elements (id, a, b), but the shape has 2: choose columns with `inputs(..)` or `without(..)`"
    );
    assert_eq!(
        error("a,b,c\n1,1,yes\n1,1,no"),
        "column `c` has 2 categories (no, yes), but there are 3 classes: name all of them with `categories(\"c\", ..)`"
    );
    assert_eq!(
        error("a;b;c\n1;2;0"),
        "its inputs have 0 elements (), but the shape has 2: choose columns with `inputs(..)` or `without(..)`; if ';' separates \
         its fields, set `delimiter(b';')`"
    );
}

#[test]
fn mistakes_in_settings_name_the_column() {
    let error =
        |table: Csv<'_>| mistake::<Vector<2>, Class<3>>(&table).replace("the table in memory cannot be read: ", "");
    assert_eq!(error(csv(FLOWERS).target("Species")), "it has no column `Species`, only `sepal`, `petal`, `species`");
    assert_eq!(error(csv(FLOWERS).without(["id"])), "it has no column `id`, only `sepal`, `petal`, `species`");
    assert_eq!(error(csv(FLOWERS).one_hot(["id"])), "it has no column `id`, only `sepal`, `petal`, `species`");
    assert_eq!(error(csv("a,a,c\n1,2,0").inputs(["a"])), "it has two columns `a`");
    assert_eq!(
        error(csv("a;b;c\n1;2;0").target("c")),
        "it has no column `c`, only `a;b;c`; if ';' separates its fields, set `delimiter(b';')`"
    );
    assert_eq!(
        error(csv(FLOWERS).targets(["petal", "species"])),
        "2 of its columns are targets, but a target has 1: name them with `targets(..)`"
    );
    assert_eq!(
        error(csv(FLOWERS).categories("species", ["setosa", "versicolor", "virginca"])),
        "line 4, column `species`: `virginica` is none of the categories setosa, versicolor, virginca"
    );
    let error = Csv::in_memory(b"a,b,c\n1,2,\xff").read::<Vector<2>, Class<3>, f32>().unwrap_err().to_string();
    assert_eq!(error, "the table in memory cannot be read: line 2 is no UTF-8 text");
}

#[test]
fn a_table_without_targets_is_read_with_the_encoding_of_one_that_has_them() {
    let all = csv("a,b\n1,2\n3,4").read::<Vector<2>, NoTarget, f32>().unwrap();
    assert_eq!((all.data.inputs(), all.data.targets()), (&[[1.0, 2.0], [3.0, 4.0]][..], &[(), ()][..]));
    let train =
        csv("size,colour,kind\n1,red,x\n2,blue,y").one_hot(["colour"]).read::<Vector<3>, Class<2>, f32>().unwrap();
    // With the column of the targets and without it.
    for text in ["colour,size\nred,7", "kind,colour,size\n?,red,7"] {
        let new = csv(text).encoded_as(&train).read::<Vector<3>, NoTarget, f32>().unwrap();
        assert_eq!((new.data.inputs(), new.elements()), (&[[7.0, 0.0, 1.0]][..], train.elements()));
    }
    let left_out = csv("kind,size\n?,7").target("kind").read::<Vector<1>, NoTarget, f32>().unwrap();
    assert_eq!(left_out.data.inputs(), [[7.0]]);
}

/// Reads every sample of a file twice, in an order that is not that of the file, and requires those of the data set.
fn require_samples<X, Y, T>(table: &Csv<'_>)
where
    X: Shape + typenet::shape::Values,
    Y: typenet::dataset::TargetColumns,
    T: typenet::Scalar,
    X::Array<T>: PartialEq + std::fmt::Debug,
    Y::Value<T>: PartialEq + std::fmt::Debug,
{
    let (expected, mut file) = (table.read::<X, Y, T>().unwrap(), table.open::<X, Y, T>().unwrap());
    assert_eq!(file.len(), expected.data.len());
    assert_eq!(file.elements(), expected.elements());
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for at in (0..file.len()).rev().chain(0..file.len()) {
        file.read(at, &mut inputs, &mut targets).unwrap();
    }
    for (sample, at) in (0..file.len()).rev().chain(0..file.len()).enumerate() {
        assert_eq!((&inputs[sample], &targets[sample]), (&expected.data.inputs()[at], &expected.data.targets()[at]));
    }
}

#[test]
fn samples_are_read_from_a_file_one_at_a_time() {
    let folder = Folder::new("csv_file");
    let path = folder.path("table.csv");
    // Line ends of both kinds, empty lines, comments, quotes around lines, a byte order mark before a word, and no line end at the end.
    let text = "\u{feff}a,colour,size,y\r\n\r\n1.5,red,2,x\r\n# comment\n,\"two\nlines\",10,y\n\n\n2,blue,2,z\r\n\
                \u{feff}3,red,10,x\n3,red,9,y\n4,\u{feff}red,9,\"z\"";
    std::fs::write(&path, text.replace("\u{feff}3", "3")).unwrap();
    let table = Csv::at(&path).comment(b'#').one_hot(["colour"]).index(["size"]);
    for rule in [Missing::Mean, Missing::LeaveOut, Missing::Value(-1.0)] {
        let table = table.clone().missing(rule);
        if rule == Missing::LeaveOut {
            require_samples::<Vector<5>, Class<3>, f32>(&table);
        } else {
            require_samples::<Vector<6>, Class<3>, f64>(&table);
        }
    }
    std::fs::write(&path, "\u{feff}1;2,5;0\n3;4;2\n\u{feff}\n5;6;1\n".replace("\u{feff}\n", "\n")).unwrap();
    let table = Csv::at(&path).without_header().delimiter(b';').decimal_comma();
    require_samples::<Vector<2>, Class<4>, f32>(&table);
    require_samples::<Vector<1>, Vector<2>, f32>(&table.clone().targets(["3", "1"]));
    // Words that start with a byte order mark are no others than in the whole table.
    std::fs::write(&path, "x,y\n1,a\n\u{feff}2,b\n3,c\n").unwrap();
    require_samples::<Vector<3>, Class<3>, f32>(&Csv::at(&path).one_hot(["x"]));
}

#[test]
fn a_file_that_is_read_one_sample_at_a_time_gives_the_bits_of_fit() {
    network!(struct Flower = Dense<2, 4>, Tanh, Dense<4, 3>, Softmax);

    let folder = Folder::new("csv_fit");
    let path = folder.path("flowers.csv");
    std::fs::write(&path, FLOWERS).unwrap();
    let trainer = || Trainer::new(Nll, Adam::new(0.1)).epochs(3).batch_size(3).seed(5);
    let (mut network, mut other) = (Flower::init(&mut typenet::rng(2)), Flower::init(&mut typenet::rng(2)));
    trainer().fit(&mut network, &Flowers::from_csv(&path).unwrap()).unwrap();
    let file: CsvFile<Vector<2>, Class<3>> = Csv::at(&path).open().unwrap();
    trainer().fit_batches(&mut other, &mut file.in_random_order()).unwrap();
    assert_eq!(network.parameters(), other.parameters());
}

#[test]
fn a_file_is_refused_when_it_is_opened_for_the_reason_for_which_it_is_not_read() {
    let folder = Folder::new("csv_refused");
    let path = folder.path("table.csv");
    for text in [
        "",
        "a,b,c\n\n\n",
        "a,b,c\n1,2,0\n1,2\n",
        "a,b,c\n\n1,2,0,5",
        "a,b,c\n1,red,0",
        "a,b,c\n1,1e300,0",
        "a,b,c\n1,NA,0",
        "id,a,b,c\n1,1,2,0",
        "a,b,c\n1,1,yes\n1,1,no",
        "a;b;c\n1;2;0",
        "a,a,c\n1,2,0",
        "a,b,c\n1,2,\u{0}",
    ] {
        std::fs::write(&path, text).unwrap();
        let table = Csv::at(&path);
        let error = table.open::<Vector<2>, Class<3>, f32>().unwrap_err();
        assert_eq!(error, table.read::<Vector<2>, Class<3>, f32>().unwrap_err(), "{text}");
    }
    std::fs::write(&path, "a,y\n,1").unwrap();
    let none = Csv::at(&path).missing(Missing::Mean).open::<Vector<1>, Vector<1>, f32>().unwrap_err().to_string();
    assert!(none.ends_with("column `a` has no value, so it has no mean"), "{none}");
    let infinite = Csv::at(&path).missing(Missing::Value(1e39)).open::<Vector<1>, Vector<1>, f32>();
    let infinite = infinite.unwrap_err().to_string();
    assert!(infinite.contains("line 2, column `a`: the value is missing, and 1"), "{infinite}");
    assert!(infinite.ends_with("000 in its place is not finite"), "{infinite}");
    // A mean of another table, whose elements have more digits.
    let large = csv("a,y\n1e300,1").read::<Vector<1>, Vector<1>, f64>().unwrap();
    let large = Csv::at(&path).missing(Missing::Mean).encoded_as(&large).open::<Vector<1>, Vector<1>, f32>();
    let large = large.unwrap_err().to_string();
    assert!(large.ends_with("which is too large for `f32`"), "{large}");
    let error = csv(FLOWERS).open::<Vector<2>, Class<3>, f32>().unwrap_err().to_string();
    assert_eq!(error, "the table in memory cannot be read: only a file is read one sample at a time: use `read`");
}

#[test]
fn a_file_that_has_changed_since_it_was_opened_is_an_error() {
    let folder = Folder::new("csv_changed");
    let path = folder.path("flowers.csv");
    std::fs::write(&path, FLOWERS).unwrap();
    let open = || Csv::at(&path).open::<Vector<2>, Class<3>, f32>().unwrap();
    let read = |file: &mut CsvFile<Vector<2>, Class<3>>, at| file.read(at, &mut Vec::new(), &mut Vec::new());
    let mut file = open();
    read(&mut file, 3).unwrap();
    // Another file in its place: the open one has not changed.
    std::fs::write(folder.path("other.csv"), "x,y,z\n").unwrap();
    std::fs::rename(folder.path("other.csv"), &path).unwrap();
    read(&mut file, 0).unwrap();
    drop(file);

    std::fs::write(&path, FLOWERS).unwrap();
    let mut file = open();
    std::fs::write(&path, &FLOWERS[..FLOWERS.len() - 1]).unwrap();
    let expected = format!("`{}` cannot be read: it has changed since it was opened", path.display());
    assert_eq!(read(&mut file, 0).unwrap_err().to_string(), expected);

    // Also one of the same length.
    std::fs::write(&path, FLOWERS).unwrap();
    let mut file = open();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(later).unwrap();
    assert_eq!(read(&mut file, 0).unwrap_err().to_string(), expected);
}

#[test]
fn a_file_is_encoded_as_another_and_others_as_it() {
    let folder = Folder::new("csv_encoded");
    let path = folder.path("table.csv");
    std::fs::write(&path, "a,colour,y\n1,red,0\n,blue,2\n3,green,1").unwrap();
    let table = Csv::at(&path).one_hot(["colour"]).missing(Missing::Mean);
    let train = table.open::<Vector<4>, Class<3>, f32>().unwrap();
    let test = csv("y,colour,a\n2,green,\n").missing(Missing::Mean).encoded_as(&train);
    let test = test.read::<Vector<4>, Class<3>, f32>().unwrap();
    assert_eq!((test.data.inputs()[0], indices(&test.data)), ([2.0, 0.0, 1.0, 0.0], vec![2]));

    std::fs::write(&path, "colour,y,a\ngreen,2,\n").unwrap();
    let mut file = Csv::at(&path).missing(Missing::Mean).encoded_as(&test).open::<Vector<4>, Class<3>, f32>().unwrap();
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    file.read(0, &mut inputs, &mut targets).unwrap();
    assert_eq!((inputs[0], targets[0].index()), ([2.0, 0.0, 1.0, 0.0], 2));
    assert_eq!(file.categories("colour"), train.categories("colour"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_are_those_that_were_written(rows in prop::collection::vec((any::<f32>(), any::<f64>(), 0_usize..4), 1..20)) {
        let rows: Vec<_> = rows.into_iter().filter(|row| row.0.is_finite() && row.1.is_finite()).collect();
        prop_assume!(!rows.is_empty());
        let text = rows.iter().fold("a,b,class\n".to_owned(), |text, (a, b, class)| text + &format!("{a:e},{b},{class}\n"));
        let data = csv(&text).read::<Vector<2>, Class<4>, f64>().unwrap().data;
        for ((input, class), (a, b, expected)) in data.inputs().iter().zip(data.targets()).zip(rows) {
            prop_assert_eq!((f32::from_f64(input[0]), input[1], class.index()), (a, b, expected));
        }
    }

    #[test]
    fn a_file_is_read_as_the_whole_table(
        rows in prop::collection::vec(("[ab1\u{feff}]{1,2}|\"[a\r\n,]{1,3}\"", "[0-3]|", "\r\n|\n|\r|\n#a\n|\n\n"), 1..12)
    ) {
        let text = rows.iter().fold("x,y,z\n".to_owned(), |text, (word, number, end)| text + word + "," + number + ",0" + end);
        let folder = Folder::new("csv_any");
        let path = folder.path("table.csv");
        std::fs::write(&path, text).unwrap();
        let table = Csv::at(&path).comment(b'#').index(["x"]).missing(Missing::LeaveOut);
        if table.read::<Vector<2>, Class<1>, f32>().is_ok() {
            require_samples::<Vector<2>, Class<1>, f32>(&table);
        } else {
            prop_assert!(table.open::<Vector<2>, Class<1>, f32>().is_err());
        }
    }
}
