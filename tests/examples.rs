//! The scripts that the page ships: each is in its list and says what it is.

use std::path::{Path, PathBuf};

use warren::session::{EXAMPLES, groups};

/// All scripts below `folder`, as the list names them.
fn scripts(folder: &Path, from: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a readable folder") {
        let path: PathBuf = entry.expect("a readable folder").path();
        if path.is_dir() {
            found.extend(scripts(&path, from));
        } else if let Some(name) = path.strip_prefix(from).ok().and_then(Path::to_str) {
            found.extend(name.strip_suffix(".warren").map(str::to_owned));
        }
    }
    found
}

#[test]
fn the_list_is_the_folder() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples");
    let mut shipped = scripts(&folder, &folder);
    let mut listed: Vec<_> = EXAMPLES.iter().map(|example| example.id.to_owned()).collect();
    shipped.sort_unstable();
    listed.sort_unstable();
    assert_eq!(listed, shipped, "left: src/session/examples.rs, right: www/examples");
}

#[test]
fn each_says_what_it_is() {
    let mut titles: Vec<_> = EXAMPLES.iter().map(|example| (example.group(), example.title())).collect();
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), EXAMPLES.len(), "two examples of a group have the same title");
    for example in EXAMPLES {
        assert_ne!(example.title(), example.id, "{} has no title", example.id);
        assert!(example.look().ends_with(['.', '?']), "{}: `look` is no sentence", example.id);
        assert!(example.look().len() <= 140, "{}: `look` is longer than two lines on a phone", example.id);
    }
    let grouped: usize = groups().iter().map(|(_, examples)| examples.len()).sum();
    assert_eq!(grouped, EXAMPLES.len(), "an example stands in no known group");
    assert!(groups().iter().all(|(_, examples)| !examples.is_empty()), "a group is empty");
}
