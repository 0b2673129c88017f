//! Does every link in the documentation lead somewhere, and does the page of `Trainer` begin with what is called most? `scripts/check`
//! asks after it has written the documentation.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Links in texts of indicatif, rand and tracing, whose traits rustdoc shows at our types and whose pages it does not write.
const OF_OTHERS: [&str; 8] = [
    "ProgressIterator::progress_count",
    "ProgressIterator::progress_with",
    "Self::random",
    "crate::Span",
    "dispatcher#setting-the-default-subscriber",
    "distr::StandardUniform",
    "super::Span::current()",
    "super::Subscriber",
];

/// What is known of a page.
struct Page {
    /// Where its links lead, as written.
    links: BTreeSet<String>,
    /// The places in it that links can lead to.
    anchors: BTreeSet<String>,
}

impl Page {
    /// Reads the tags of a page.
    fn new(html: &str) -> Self {
        let mut page = Self { links: BTreeSet::new(), anchors: BTreeSet::new() };
        for tag in html.split('<').skip(1) {
            let tag = tag.split_once('>').map_or(tag, |(tag, _)| tag);
            page.anchors.extend(attribute(tag, " id=\"").map(decoded));
            if tag.starts_with("a ") {
                page.links.extend(attribute(tag, " href=\"").map(decoded));
            }
        }
        page
    }
}

/// Returns the value of an attribute of a tag.
fn attribute<'a>(tag: &'a str, beginning: &str) -> Option<&'a str> {
    let (_, value) = tag.split_once(beginning)?;
    value.split_once('"').map(|(value, _)| value)
}

/// Decodes a link or an anchor: the entities of HTML, and percent signs with the codes of bytes.
fn decoded(link: &str) -> String {
    let link = link.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let mut parts = link.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => bytes.push(byte),
            None => panic!("no code of a byte after a percent sign: {link}"),
        }
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap_or_else(|_| panic!("not UTF-8: {link}"))
}

/// Returns the path of a file that a page links to. The paths are those within the documentation.
fn joined(page: &Path, link: &str) -> PathBuf {
    let mut path = page.to_path_buf();
    path.pop();
    for component in Path::new(link).components() {
        match component {
            Component::ParentDir => drop(path.pop()),
            Component::CurDir => {}
            other => path.push(other),
        }
    }
    path
}

/// Follows all links from the pages in `start`, and returns those that lead nowhere. `read` returns the content of a file. Pages
/// of source code are not followed, and their lines are not anchors.
fn broken(start: &[&str], read: impl Fn(&Path) -> Option<String>) -> Vec<String> {
    let mut pages = BTreeMap::<PathBuf, Option<Page>>::new();
    let mut missing = Vec::new();
    let mut waiting: Vec<_> = start.iter().map(|page| (PathBuf::from(page), String::new(), PathBuf::new())).collect();
    while let Some((path, anchor, from)) = waiting.pop() {
        let is_followed = path.extension().is_some_and(|extension| extension == "html") && !path.starts_with("src");
        let known = pages.contains_key(&path);
        let page = pages.entry(path.clone()).or_insert_with(|| {
            let html = read(&path)?;
            Some(if is_followed { Page::new(&html) } else { Page::new("") })
        });
        let leads_somewhere = match page {
            Some(page) => !is_followed || anchor.is_empty() || page.anchors.contains(&anchor),
            None => false,
        };
        if !leads_somewhere {
            missing.push(format!("{}: {}#{anchor}", from.display(), path.display()));
        }
        let Some(page) = page.as_ref().filter(|_| !known) else { continue };
        for link in page.links.iter().filter(|link| !is_elsewhere(link)) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = file.split_once('?').map_or(file, |(file, _)| file);
            let target = if file.is_empty() { path.clone() } else { joined(&path, file) };
            waiting.push((target, anchor.to_owned(), path.clone()));
        }
    }
    missing.sort();
    missing
}

/// Whether a link leads out of the documentation, or is one of another crate.
fn is_elsewhere(link: &str) -> bool {
    let scheme = link.split_once(':').map_or("", |(scheme, _)| scheme);
    ["http", "https", "javascript", "data"].contains(&scheme) || OF_OTHERS.contains(&link)
}

#[test]
fn links_without_a_page_or_an_anchor_are_found() {
    let read = |path: &Path| {
        let html = match path.to_str()? {
            "a/index.html" => {
                "<h2 id=\"here\"><a href=\"#here\">x</a></h2> <a class=\"x\" href=\"../b/index.html#%C3%A4\">y</a>
                <a href=\"../src/a.rs.html#3-5\">z</a> <a href=\"https://example.org/none\">z</a> &lt;a href=\"none\"&gt;
                <a href=\"README.md\">1</a> <a href=\"../b/index.html#gone\">2</a> <a href=\"#there\">3</a>"
            }
            "b/index.html" => "<p id=\"%C3%A4\">",
            "src/a.rs.html" => "<a href=\"none\">",
            _ => return None,
        };
        Some(html.to_owned())
    };
    let found = broken(&["a/index.html"], read);
    assert_eq!(
        found,
        ["a/index.html: a/README.md#", "a/index.html: a/index.html#there", "a/index.html: b/index.html#gone"]
    );
}

/// Reads a file of the documentation.
fn documentation(path: &Path) -> Option<String> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let bytes = fs::read(repository.join(target).join("doc").join(path)).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
#[ignore = "the documentation must have been written: `cargo doc --workspace --no-deps --all-features --lib`"]
fn every_link_in_the_documentation_leads_somewhere() {
    let found = broken(&["typenet/index.html", "typenet/all.html", "typenet_macros/index.html"], documentation);
    assert!(found.is_empty(), "links that lead nowhere:\n{}", found.join("\n"));
}

#[test]
#[ignore = "the documentation must have been written: `cargo doc --workspace --no-deps --all-features --lib`"]
fn the_page_of_trainer_begins_with_what_every_program_calls() {
    let page = documentation(Path::new("typenet/train/struct.Trainer.html")).expect("the page");
    let methods = page.split(" id=\"method.").skip(1).filter_map(|rest| rest.split_once('"'));
    let first: Vec<_> = methods.map(|(name, _)| name).take(7).collect();
    assert_eq!(first, ["new", "fit", "epochs", "batch_size", "validation", "metric", "callback"]);
}
