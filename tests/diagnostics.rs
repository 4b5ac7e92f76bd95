//! The pages of www/docs/diagnostics: one for each code, whose scripts show what it is told of and how it is mended.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use warren::inspect::{Findings, findings};
use warren::script::{Code, analyse, explanation, render};
use warren::sim::{Recording, Run, RunSpec};

/// What no page can show: a list of ten thousand entries.
const TOO_LONG_FOR_A_PAGE: &[Code] = &[Code::TooMany];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The scripts of a page: those that are run, or those that are not.
fn blocks(page: &str, fragments: bool) -> Vec<String> {
    let found = warren::site::scripts(page).into_iter().filter(|block| block.is_fragment == fragments);
    found.map(|block| block.script.text).collect()
}

fn run(text: &str) -> Option<Recording> {
    let program = analyse(text).program?;
    Some(Run::new(Arc::new(RunSpec::of(text)), program).finish())
}

/// Whether a script is told of it.
fn tells(code: Code, text: &str) -> bool {
    if code.is_of_run() {
        run(text).is_some_and(|recording| findings(&recording).iter().any(|row| row.code == code.name()))
    } else {
        analyse(text).diagnostics.iter().any(|said| said.code == code)
    }
}

#[test]
fn each_page_shows_what_fires_and_what_does_not() {
    let mut wrong = String::new();
    for code in Code::ALL.iter().copied() {
        let page = explanation(code.name()).expect("each code has a page");
        let name = code.name();
        if !page.starts_with(&format!("# {name}: ")) || !page.contains("**Why.**") {
            wrong += &format!("{name}: its page has no title or no reason\n");
        }
        let (bad, good) = (blocks(page, true), blocks(page, false));
        if bad.is_empty() && !TOO_LONG_FOR_A_PAGE.contains(&code) || good.is_empty() {
            wrong += &format!("{name}: its page shows no script\n");
        }
        for text in bad.iter().filter(|text| !tells(code, text)) {
            wrong += &format!("{name}: nothing is told of\n{text}{}\n", all_of(text));
        }
        for text in &good {
            let told = analyse(text).diagnostics;
            if tells(code, text) || told.iter().any(warren::script::Diagnostic::is_error) {
                wrong += &format!("{name}: told of what it calls right\n{text}{}\n", all_of(text));
            } else if run(text).is_none_or(|recording| recording.outcome().is_none()) {
                wrong += &format!("{name}: this does not run\n{text}\n");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn all_of(text: &str) -> String {
    let told = analyse(text).diagnostics;
    let of_run = run(text).map(|recording| findings(&recording)).unwrap_or_default();
    let of_run: String = of_run.iter().map(|row| format!("found [{}] {}\n", row.code, row.message)).collect();
    render(&told, "page", text) + &of_run
}

/// A fix leaves a script that is told of the thing no more, and in which nothing new is an error.
#[test]
fn fixes_of_the_pages_mend() {
    let mut wrong = String::new();
    for code in Code::ALL.iter().copied().filter(|code| !code.is_of_run()) {
        for text in blocks(code.explanation(), true) {
            let told = analyse(&text).diagnostics;
            let count = told.iter().filter(|said| said.code == code).count();
            for said in told.iter().filter(|said| said.code == code) {
                let Some(fix) = &said.fix else { continue };
                let mended = fix.apply(&text);
                let after = analyse(&mended).diagnostics;
                let left = after.iter().filter(|other| other.code == code).count();
                let errors = after.iter().filter(|other| other.is_error()).count();
                let errors_before = told.iter().filter(|other| other.is_error()).count();
                if left >= count || errors > errors_before {
                    wrong += &format!("{}: `{}` does not mend\n{text}\n{mended}\n", code.name(), fix.title);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// How many of the codes that foresee what the broker does have a fix: where it can be, it is there.
#[test]
fn most_of_what_is_foreseen_has_a_fix() {
    let foreseen = Code::ALL.iter().filter(|code| **code >= Code::AckBeforeWork && !code.is_of_run());
    let without: Vec<_> = foreseen
        .filter(|code| {
            !blocks(code.explanation(), true).iter().any(|text| {
                analyse(text).diagnostics.iter().any(|said| said.code == **code && said.fix.is_some())
            })
        })
        .map(|code| code.name())
        .collect();
    // Each of these asks for another design, not for another word.
    assert_eq!(without, ["dead-letter-cycle", "shared-queue", "short-ttl-behind-long", "slow-ack"]);
}

/// Findings read as the run goes on are those read at its end.
#[test]
fn findings_do_not_depend_on_when_they_are_read() {
    for code in Code::ALL.iter().filter(|code| code.is_of_run()) {
        for text in blocks(code.explanation(), true) {
            let program = analyse(&text).program.expect("it runs");
            let mut run = Run::new(Arc::new(RunSpec::of(&text)), program);
            let mut gathered = Findings::default();
            while !run.work(3).is_finished {
                gathered.extend(run.recording());
            }
            gathered.extend(run.recording());
            assert_eq!(gathered.rows(run.recording()), findings(run.recording()), "{text}");
        }
    }
}

/// What looks like a finding and is none: publishes that wait for a commit or an alarm, and those that are refused.
#[test]
fn no_finding_where_nothing_is_wrong() {
    let blocked = "queue q\npublisher p { repeat 3 as i every 1s { publish \"{i}\" to default key \"q\" } }\nat 500ms alarm memory on\nat 5s alarm memory off";
    let refused = "queue q max_length 1 overflow reject_publish\npublisher p { confirm; for i in 1..2 { publish \"{i}\" to default key \"q\" }; wait for confirms else { } }";
    let transaction = "queue q\npublisher p { tx; publish \"1\" to default key \"q\"; commit }";
    for (text, none) in [
        (blocked, Code::PublishedIntoClosed),
        (transaction, Code::PublishedIntoClosed),
        (refused, Code::DroppedByLength),
    ] {
        assert!(run(text).is_some(), "{text}");
        assert!(!tells(none, text), "{}", all_of(text));
    }
}

/// A code has no page too many, and the list of all names each once.
#[test]
fn pages_and_codes_are_the_same() {
    let folder = root().join("www/docs/diagnostics");
    let index = fs::read_to_string(folder.join("index.md")).expect("the list of all");
    for entry in fs::read_dir(&folder).expect("the pages") {
        let path: PathBuf = entry.expect("readable").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name").to_owned();
        assert!(stem == "index" || Code::find(&stem).is_some(), "{stem} is no code");
    }
    for code in Code::ALL {
        assert_eq!(index.matches(&format!("]({}.md)", code.name())).count(), 1, "{}", code.name());
    }
}

/// Codes of texts have a fixture that fires and one near it that does not.
#[test]
fn each_code_has_its_fixtures() {
    let err: String = fs::read_dir(root().join("tests/data/script/err"))
        .expect("scripts that must be explained")
        .map(|entry| fs::read_to_string(entry.expect("readable").path()).expect("readable"))
        .collect();
    for code in Code::ALL.iter().filter(|code| !code.is_of_run()) {
        let fires = err.contains(&format!("[{}]", code.name()));
        assert!(fires || *code == Code::TooMany, "no script in err is told of {}", code.name());
        let near = root().join(format!("tests/data/script/ok/{}.warren", code.name()));
        let text = fs::read_to_string(&near).unwrap_or_else(|_| panic!("{} is missing", near.display()));
        assert!(!tells(*code, &text), "{} is told of {}", near.display(), code.name());
    }
    let long = format!("let x = [{}]", vec!["1"; 10_002].join(", "));
    assert!(tells(Code::TooMany, &long));
}

/// What the shipped examples are told, each of which was judged: they show what goes wrong, and the warning says so.
#[test]
fn examples_are_told_only_what_is_so() {
    let expected = fs::read_to_string(root().join("tests/data/script/examples.txt")).expect("the list");
    let mut told = Vec::new();
    let mut folders = vec![root().join("www/examples")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).expect("the examples").map(|entry| entry.expect("readable").path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "warren") {
                let text = fs::read_to_string(&path).expect("readable");
                let name =
                    path.strip_prefix(root().join("www/examples")).expect("in it").display().to_string();
                let mut codes: Vec<_> =
                    analyse(&text).diagnostics.iter().map(|said| said.code.name()).collect();
                codes.dedup();
                told.extend(codes.into_iter().map(|code| format!("{name} {code}")));
            }
        }
    }
    told.sort();
    told.dedup();
    let expected: Vec<&str> =
        expected.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let unexpected: Vec<_> = told.iter().filter(|line| !expected.contains(&line.as_str())).collect();
    assert!(
        unexpected.is_empty(),
        "judge these, then add them to tests/data/script/examples.txt:\n{unexpected:#?}"
    );
}
