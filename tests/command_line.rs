//! The command line as a user runs it: arguments, exit codes, what is printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// `warren` with these arguments, from the project's root.
fn warren(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_warren"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).env_remove("CLICOLOR_FORCE");
    command.stdin(Stdio::null()).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("what is printed is UTF-8")
}

/// A folder of this test's own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("command_line").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("an old folder can go");
    }
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).expect("writable");
    path.to_str().expect("UTF-8").to_owned()
}

const CRASH: &str = "www/examples/work-queues/crash.warren";

#[test]
fn run_prints_what_happened_and_succeeds_by_the_checks() {
    let output = warren(&["run", CRASH]);
    let said = text(&output.stdout);
    assert!(output.status.success(), "{said}{}", text(&output.stderr));
    assert!(said.contains("fast: [x] Received task 10\n"), "{said}");
    assert!(said.contains("expect: held  | expect received(fast) == 10\n"), "{said}");
    assert!(said.contains("queue tasks: 0 ready, 0 unacked, 1 consumers\n"), "{said}");

    let folder = folder("run");
    let wrong = write(&folder, "wrong.warren", "queue a\nexpect ready(a) == 1\n");
    let output = warren(&["run", &wrong]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("check line 2, expect: FAILED"), "{}", text(&output.stdout));
}

#[test]
fn run_json_is_the_whole_recording() {
    let output = warren(&["run", "--json", "--broker", "3.10", "--seed", "7", CRASH]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let document: Value = serde_json::from_slice(&output.stdout).expect("one JSON document");
    assert_eq!(document["broker"], "3.10");
    assert_eq!(document["seed"], 7);
    let events = document["events"].as_array().expect("a list of events");
    assert_eq!(document["records"].as_u64(), Some(events.len() as u64));
    for (number, event) in events.iter().enumerate() {
        assert_eq!(event["record"].as_u64(), Some(number as u64));
        assert!(event["cause"].as_u64().is_none_or(|cause| cause < number as u64), "{event}");
    }
    let delivered = events.iter().filter(|event| event["kind"] == "delivered").count();
    assert_eq!(delivered, 11, "ten tasks, and task 2 once more after the crash");
    let hash = warren(&["run", "--hash", "--broker", "3.10", "--seed", "7", CRASH]);
    assert_eq!(document["hash"].as_str(), Some(text(&hash.stdout).trim()));
}

#[test]
fn mistakes_go_to_standard_error_in_colours_only_where_asked_for() {
    let folder = folder("colours");
    let script = write(&folder, "typo.warren", "queue tasks durabel\n");
    let plain = warren(&["run", &script]);
    assert_eq!(plain.status.code(), Some(1));
    let said = text(&plain.stderr);
    assert!(
        said.contains("typo.warren:1:13: error[unknown-option]: `queue` has no option `durabel`"),
        "{said}"
    );
    assert!(said.contains("help: did you mean `durable`?"), "{said}");
    assert!(!said.contains('\x1b'), "{said:?}");
    let coloured = text(&warren(&["--color", "always", "run", &script]).stderr);
    assert!(coloured.contains("\x1b[1;31merror[unknown-option]\x1b[0m"), "{coloured:?}");
}

/// What `.ci/test` holds the project to: its documents and examples are true.
#[test]
fn check_passes_over_the_project() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec!["README.md".to_owned()];
    let mut folders = vec![root.join("www/docs"), root.join("www/examples")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("readable").path();
            let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
            if path.is_dir() {
                folders.push(path);
            } else if matches!(ending, "md" | "warren") {
                files.push(path.strip_prefix(root).expect("below the root").to_string_lossy().into_owned());
            }
        }
    }
    files.sort_unstable();
    assert!(files.iter().any(|file| file.ends_with("language.md")));
    let arguments: Vec<_> = std::iter::once("check").chain(files.iter().map(String::as_str)).collect();
    let output = warren(&arguments);
    assert!(output.status.success(), "\n{}{}", text(&output.stdout), text(&output.stderr));
}

#[test]
fn check_holds_a_document_to_its_outcomes() {
    let folder = folder("check");
    let document = "Two get one each.\n\n```warren\nqueue tasks\npublish \"a\" to default key \"tasks\"\nexpect ready(tasks) == 1\n```\n\n\
                    ```outcome\nqueue tasks: 2 ready, 0 unacked, 0 consumers\n```\n\nA typo:\n\n```warren\nqeue a\n```\n```outcome\n```\n";
    let file = write(&folder, "page.md", document);
    let output = warren(&["check", &file]);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("page.md:3: comes out otherwise"), "{said}");
    assert!(
        said.contains("  - queue tasks: 2 ready, 0 unacked, 0 consumers\n  + queue tasks: 1 ready"),
        "{said}"
    );
    assert!(said.ends_with("2 scripts checked, 2 wrong\n"), "{said}");

    assert!(warren(&["check", "--update", &file]).status.success());
    let output = warren(&["check", &file]);
    assert!(output.status.success(), "{}", text(&output.stdout));
    let updated = std::fs::read_to_string(&file).expect("readable");
    assert!(updated.contains("```outcome\nqueue tasks: 1 ready, 0 unacked, 0 consumers\n```\n"), "{updated}");
    assert!(updated.contains("```outcome\nscript:1:1: error["), "{updated}");

    // What nothing announces is wrong.
    let failing = write(
        &folder,
        "failing.md",
        "```warren\nqueue a\nexpect ready(a) == 1\n```\n\n```warren\nqeue a\n```\n",
    );
    let output = warren(&["check", "--update", &failing]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).ends_with("2 scripts checked, 2 wrong\n"), "{}", text(&output.stdout));
}

#[test]
fn explain_prints_the_page_of_a_code() {
    let list = text(&warren(&["explain"]).stdout);
    let codes: Vec<_> = list.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(
        codes.len() > 60 && codes.contains(&"never-acks") && codes.contains(&"redelivery-loop"),
        "{list}"
    );
    for code in codes {
        let output = warren(&["explain", code]);
        assert!(output.status.success());
        assert!(
            text(&output.stdout).starts_with(&format!("# {code}")),
            "{code}: its page is headed otherwise"
        );
    }
    let copied = warren(&["explain", "error[unknown-option]:"]);
    assert!(text(&copied.stdout).starts_with("# unknown-option"));
    let wrong = warren(&["explain", "never-ack"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert_eq!(text(&wrong.stderr), "there is no code \"never-ack\": did you mean `never-acks`?\n");
}

#[test]
fn what_is_not_there_is_said() {
    let output = warren(&["check", "no-such-file.warren", CRASH]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("no-such-file.warren: "), "{}", text(&output.stderr));
    assert_eq!(warren(&["run"]).status.code(), Some(2), "clap's code for wrong arguments");
}

/// `warren run --trace FILE | head -1`: whoever reads may stop reading.
#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_warren"))
        .args(["run", "--trace", CRASH])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stderr), "");
}
