//! The documentation's scripts do what the text around them says: every block fenced as `warren` in README.md and
//! www/docs parses without errors, runs to its end and holds its own checks, on the oldest broker and the newest.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use warren::broker::Version;
use warren::script::highlight::{Tag, highlight};
use warren::script::statement::Statement;
use warren::script::{Severity, analyse, render};
use warren::sim::{Outcome, Recording, Run, RunSpec};

/// A script of a document, and where it stands.
struct Block {
    place: String,
    text: String,
    /// It shows what is warned of.
    warns: bool,
}

/// README.md and what lies in www/docs, in the order of their names.
fn documents() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::fs::read_dir(root.join("www/docs")).expect("a readable folder");
    let mut found: Vec<_> = folder.map(|entry| entry.expect("a readable folder").path()).collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    found.push(root.join("README.md"));
    found.sort_unstable();
    found
}

fn read(document: &Path) -> String {
    std::fs::read_to_string(document).expect("a readable document")
}

fn blocks(document: &Path) -> Vec<Block> {
    let name = document.file_name().and_then(|name| name.to_str()).expect("a name in UTF-8");
    blocks_of(name, &read(document))
}

fn blocks_of(name: &str, text: &str) -> Vec<Block> {
    let whole = warren::site::scripts(text).into_iter().filter(|block| !block.is_fragment);
    let place = |line| format!("{name}:{line}");
    whole
        .map(|block| Block { place: place(block.line), text: block.script.text, warns: block.warns })
        .collect()
}

/// The checks that did not hold, as they are written, with what is said of them.
fn not_held(recording: &Recording, text: &str) -> Vec<String> {
    let checks = &recording.program().checks;
    let failed = recording.checks().iter().filter(|result| !result.has_held());
    let say = |(result, check): (&warren::sim::CheckResult, &warren::script::program::Check)| {
        format!("{} {}", check.span.of(text).trim(), result.problem.as_deref().unwrap_or(""))
    };
    failed.filter_map(|result| Some((result, checks.get(result.check as usize)?))).map(say).collect()
}

#[test]
fn every_script_of_the_documents_runs_and_holds_its_checks() {
    let blocks: Vec<Block> = documents().iter().flat_map(|document| blocks(document)).collect();
    assert!(blocks.iter().any(|block| block.place.starts_with("README")), "README.md shows no script");
    let mut wrong = String::new();
    for Block { place, text, .. } in &blocks {
        let analysis = analyse(text);
        let errors: Vec<_> =
            analysis.diagnostics.into_iter().filter(|said| said.severity == Severity::Error).collect();
        let Some(program) = analysis.program.filter(|_| errors.is_empty()) else {
            wrong.push_str(&render(&errors, place, text));
            continue;
        };
        if program.checks.is_empty() {
            wrong.push_str(&format!("{place} checks nothing\n"));
        }
        for broker in [Version::V3_10, Version::V4_3] {
            let spec = RunSpec { broker, ..RunSpec::of(text) };
            let recording = Run::new(Arc::new(spec), Arc::clone(&program)).finish();
            let outcome = recording.outcome();
            if !matches!(outcome, Some(Outcome::Finished | Outcome::RunForReached)) {
                wrong.push_str(&format!("{place} on {} ended with {outcome:?}\n", broker.name()));
            }
            for check in not_held(&recording, text) {
                wrong.push_str(&format!("{place} on {} does not hold: {check}\n", broker.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// The reference is held to the table: a heading, an example that uses it, and for what goes over the wire what comes
/// back. Form and options stand in the page by themselves (`site::reference` has a test of its own).
#[test]
fn the_reference_has_every_statement_of_the_table() {
    let reference = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/docs/language.md"));
    let mut wrong = String::new();
    for Statement { word, field, .. } in Statement::all() {
        let heading = format!("\n### {word}\n");
        let mut sections = reference.split(&heading).skip(1);
        let Some(section) = sections.next() else {
            wrong.push_str(&format!("no heading `### {word}`\n"));
            continue;
        };
        if sections.next().is_some() {
            wrong.push_str(&format!("two headings `### {word}`\n"));
        }
        let section =
            section.split("\n## ").next().unwrap_or_default().split("\n### ").next().unwrap_or_default();
        let uses = |Block { text, .. }: &Block| {
            highlight(text).into_iter().any(|(span, tag)| tag == Tag::Statement && span.of(text) == *word)
        };
        if !blocks_of(word, section).iter().any(uses) {
            wrong.push_str(&format!("{word}: no example uses it\n"));
        }
        let is_method = field.contains('.');
        for told in ["- **Returns:** ", "- **Errors:** "].into_iter().filter(|_| is_method) {
            if !section.contains(told) {
                wrong.push_str(&format!("{word} sends {field}: no line begins with `{told}`\n"));
            }
        }
    }
    assert!(wrong.is_empty(), "www/docs/language.md:\n{wrong}");
}

/// What the tour promises.
#[test]
fn the_tour_has_fifteen_steps_of_a_script_and_two_sentences() {
    let tour = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/docs/tour.md"));
    let steps: Vec<&str> =
        tour.split("\n## ").skip(1).filter(|step| step.starts_with(char::is_numeric)).collect();
    assert_eq!(steps.len(), 15);
    for (at, step) in steps.iter().enumerate() {
        assert!(step.starts_with(&format!("{}. ", at + 1)), "{step}");
        assert_eq!(blocks_of("tour", step).len(), 1, "{step}");
        let words = step.lines().skip(1).take_while(|line| !line.starts_with("```"));
        let words = words.collect::<Vec<_>>().join(" ");
        let sentences = words.matches(". ").count() + usize::from(words.trim().ends_with('.'));
        assert!((2..=3).contains(&sentences), "{sentences} sentences: {words}");
    }
}

/// What the documents teach is not what the checks advise against, but where they are fenced as `warren warns`: these
/// show it.
#[test]
fn only_what_shall_warn_warns() {
    let mut wrong = String::new();
    for Block { place, text, warns } in documents().iter().flat_map(|document| blocks(document)) {
        let told = analyse(&text).diagnostics;
        let told: Vec<_> = told.into_iter().filter(|said| said.severity == Severity::Warning).collect();
        if warns == told.is_empty() {
            wrong.push_str(&format!("{place}, {} warnings\n{}", told.len(), render(&told, &place, &text)));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}
