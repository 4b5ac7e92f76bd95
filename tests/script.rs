//! The language, from its text: scripts that must be understood, scripts that must be explained.

use std::fs;
use std::path::{Path, PathBuf};

use warren::script::analyse;

#[path = "script/annotations.rs"]
mod annotations;
#[path = "script/hostile.rs"]
mod hostile;
#[path = "script/verify.rs"]
mod verify;

fn scripts(folder: &str) -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/script").join(folder);
    let mut found: Vec<_> = fs::read_dir(&folder)
        .expect("the folder of scripts")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "warren"))
        .collect();
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("readable");
            (path, text)
        })
        .collect()
}

#[test]
fn scripts_that_must_be_understood() {
    let scripts = scripts("ok");
    assert!(scripts.len() >= 33, "the scripts of the language's contract");
    let mut wrong = String::new();
    for (path, text) in scripts {
        let analysis = analyse(&text);
        if analysis.has_errors() {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            wrong += &warren::script::render(&analysis.diagnostics, &name, &text);
        }
        for finding in verify::verify(&analysis.program.unwrap_or_default()) {
            wrong += &format!("{}: {finding}\n", path.display());
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The shipped examples, wherever they are: each is understood.
#[test]
fn shipped_examples_are_understood() {
    let mut wrong = String::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).expect("the examples").map(|entry| entry.expect("readable").path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "warren") {
                let text = fs::read_to_string(&path).expect("readable");
                let analysis = analyse(&text);
                if analysis.has_errors() {
                    wrong += &warren::script::render(&analysis.diagnostics, &path.to_string_lossy(), &text);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn scripts_that_must_be_explained() {
    let broken = scripts("broken");
    assert!(broken.len() >= 60, "broken scripts as beginners write them: {}", broken.len());
    let scripts: Vec<_> = scripts("err").into_iter().chain(broken).collect();
    let update = std::env::var_os("UPDATE").is_some();
    let mut wrong = Vec::new();
    for (path, annotated) in scripts {
        let text = annotations::strip(&annotated);
        let diagnostics = analyse(&text).diagnostics;
        assert!(!diagnostics.is_empty(), "{}: nothing is wrong with it", path.display());
        for diagnostic in &diagnostics {
            assert!(
                diagnostic.help.is_some() || diagnostic.fix.is_some(),
                "{}: {diagnostic:?} offers nothing",
                path.display()
            );
        }
        let told = annotations::annotate(&text, &diagnostics);
        if told != annotated {
            if update {
                fs::write(&path, &told).expect("writable");
            } else {
                wrong.push(format!("{} is told:\n{told}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "UPDATE=1 rewrites them:\n{}", wrong.join("\n"));
}

/// A fix that an editor carries out mends what it was offered for.
#[test]
fn fixes_mend() {
    for (path, annotated) in scripts("err").into_iter().chain(scripts("broken")) {
        let text = annotations::strip(&annotated);
        let before = analyse(&text).diagnostics;
        for diagnostic in &before {
            let Some(fix) = &diagnostic.fix else { continue };
            assert!(
                !fix.title.is_empty()
                    && fix.edits.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start)
            );
            let mended = fix.apply(&text);
            let after = analyse(&mended).diagnostics;
            let remains = after.iter().any(|other| {
                other.code == diagnostic.code
                    && other.message == diagnostic.message
                    && other.primary == diagnostic.primary
            });
            assert!(
                !remains,
                "{}: `{}` is there still after its fix:\n{mended}",
                path.display(),
                diagnostic.message
            );
        }
    }
}
