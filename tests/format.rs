//! The formatter, over every script of the repository and over scripts at random: a second pass changes nothing, the
//! tree stays the same, no comment is lost. What is shipped is formatted.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use warren::script::lexer::lex;
use warren::script::token::TokenKind;
use warren::script::{WIDTH, format, parse};

#[path = "script/grow.rs"]
#[allow(dead_code, reason = "shared with the tests of hostile scripts")]
mod grow;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()) {
        if path.is_dir() {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push(path);
        }
    }
    into.sort();
}

/// What is shipped: the examples, and the blocks of the documents.
fn shipped() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut paths = Vec::new();
    files(&root().join("www/examples"), "warren", &mut paths);
    for path in paths {
        found.push((path.display().to_string(), fs::read_to_string(&path).expect("readable")));
    }
    let mut documents = vec![root().join("README.md")];
    files(&root().join("www/docs"), "md", &mut documents);
    for path in documents {
        let text = fs::read_to_string(&path).expect("readable");
        for block in warren::site::scripts(&text) {
            found.push((format!("{}:{}", path.display(), block.line), block.script.text));
        }
    }
    found
}

/// Everything that is a script, with and without errors.
fn all() -> Vec<(String, String)> {
    let mut found = shipped();
    let mut paths = Vec::new();
    files(&root().join("tests"), "warren", &mut paths);
    for path in paths {
        found.push((path.display().to_string(), fs::read_to_string(&path).expect("readable")));
    }
    found
}

/// A tree without its places.
fn shape(text: &str) -> String {
    let written = format!("{:?}", parse(text).tree);
    let mut shape = String::with_capacity(written.len());
    let mut rest = written.as_str();
    while let Some((before, after)) = rest.split_once("Span { start: ") {
        shape += before;
        rest = after.split_once(" }").expect("a span ends").1;
    }
    shape + rest
}

fn comments(text: &str) -> Vec<String> {
    let tokens = lex(text);
    let comments = tokens.iter().filter(|token| token.kind == TokenKind::Comment);
    comments.map(|token| token.span.of(text).trim_end().to_owned()).collect()
}

fn holds(name: &str, text: &str) -> Result<(), String> {
    let Ok(once) = format(text) else { return Ok(()) };
    let twice =
        format(&once).map_err(|errors| format!("{name}: cannot be read any more: {errors:?}\n{once}"))?;
    if once != twice {
        return Err(format!("{name}: a second pass changes it. Once:\n{once}\nTwice:\n{twice}"));
    }
    if shape(text) != shape(&once) {
        return Err(format!("{name}: another tree:\n{once}\n{}\n{}", shape(text), shape(&once)));
    }
    if comments(text) != comments(&once) {
        return Err(format!("{name}: other comments:\n{once}"));
    }
    if once.lines().any(|line| line.ends_with(' ')) || once.contains("\n\n\n") {
        return Err(format!("{name}: blanks at a line's end, or empty lines:\n{once}"));
    }
    Ok(())
}

#[test]
fn every_script_keeps_its_tree_and_its_comments() {
    let all = all();
    let wrong: Vec<_> = all.iter().filter_map(|(name, text)| holds(name, text).err()).collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n\n"));
    let formatted = all.iter().filter(|(_, text)| format(text).is_ok()).count();
    assert!(formatted > 100, "only {formatted} scripts could be formatted");
}

#[test]
fn what_is_shipped_is_formatted() {
    let mut wrong = Vec::new();
    for (name, text) in shipped() {
        if let Ok(formatted) = format(&text)
            && formatted != text
        {
            wrong.push(name);
        }
    }
    assert!(wrong.is_empty(), "`warren fmt` changes:\n{}", wrong.join("\n"));
}

/// Scripts whose blanks and line ends somebody shuffled.
fn shuffled(text: &str, chance: &mut grow::Chance) -> String {
    let tokens = lex(text);
    let mut shuffled = String::new();
    let mut before = TokenKind::Newline;
    for (at, token) in tokens.iter().enumerate() {
        let written = token.span.of(text);
        let inside = tokens.get(at.wrapping_sub(1)).is_some_and(|token| token.kind == TokenKind::TextOpen);
        match token.kind {
            TokenKind::Blank if !inside => shuffled += [" ", "  ", "\t", " "][chance.below(4)],
            TokenKind::Newline => {
                if chance.below(5) == 0 {
                    shuffled += "   # said here";
                }
                shuffled +=
                    ["\n", "\n\n", "\n\n\n   ", "\r\n", "\n# on a line of its own\n"][chance.below(5)];
            }
            TokenKind::Comma => shuffled += [",", ", ", " ,", ",\n", ", # one\n"][chance.below(5)],
            TokenKind::BraceClose if before == TokenKind::Newline => {
                shuffled += [" ", "", "      "][chance.below(3)];
                shuffled += written;
            }
            _ => shuffled += written,
        }
        before = token.kind;
    }
    shuffled
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn scripts_at_random(seed in any::<u64>()) {
        let mut chance = grow::Chance::new(seed);
        let text = grow::script(&mut chance);
        holds("grown", &text).map_err(TestCaseError::fail)?;
        let text = shuffled(&text, &mut chance);
        holds("shuffled", &text).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn shipped_scripts_shuffled(seed in any::<u64>()) {
        let mut chance = grow::Chance::new(seed);
        let all = all();
        let (name, text) = &all[chance.below(all.len())];
        holds(name, &shuffled(text, &mut chance)).map_err(TestCaseError::fail)?;
    }
}

#[track_caller]
fn check(text: &str, expected: &str) {
    let formatted = format(text).expect("no errors");
    assert_eq!(formatted, expected, "\n{formatted}");
}

#[test]
fn blanks_and_blocks() {
    check(
        "queue   tasks  durable;queue logs\n\n\n\nconsumer w\n{\n      prefetch 1;consume tasks{ack}\n\n}",
        "\
queue tasks durable; queue logs

consumer w {
  prefetch 1; consume tasks { ack }
}
",
    );
    check(
        "let a=[1,2,  3 ,]\nlet t={a:1,'b c' : -2}\nt [ 'x' ]=- 3\nlet b=(a)+ length( a )..(2-1)",
        "\
let a = [1, 2, 3]
let t = { a: 1, \"b c\": -2 }
t[\"x\"] = -3
let b = (a) + length(a)..(2 - 1)
",
    );
    check("client a { try { } catch e { print e.code } }", "client a { try { } catch e { print e.code } }\n");
    check("publish '{\"a\": 1}' to default key 'q'", "publish '{\"a\": 1}' to default key \"q\"\n");
}

#[test]
fn comments_keep_their_places() {
    check(
        "#first\n\n\nqueue a #why\nqueue long_name     # because\nclient c { # opening\n # alone\nwait 1s\n# last\n}\n",
        "\
#first

queue a          #why
queue long_name  # because
client c {       # opening
  # alone
  wait 1s
  # last
}
",
    );
    check(
        "let l = [\n1, # one\n2 # two\n# three\n]\n",
        "\
let l = [
  1,  # one
  2,  # two
  # three
]
",
    );
    check(
        "client c { if true { wait 1s }\n# otherwise\nelse { wait 2s } }",
        "\
client c {
  if true { wait 1s }
  # otherwise
  else { wait 2s }
}
",
    );
}

#[test]
fn long_lines_are_broken() {
    check(
        "queue orders durable type quorum message_ttl 30s max_length 100 overflow reject_publish dead_letter_exchange default dead_letter_routing_key \"parked\"",
        "\
queue orders durable type quorum message_ttl 30s max_length 100 overflow reject_publish
  dead_letter_exchange default dead_letter_routing_key \"parked\"
",
    );
    check(
        "client c { repeat 100 as i every 10ms { publish \"number {i}\" to default key \"tasks\" persistent; print \"number {i} was sent\" } }",
        "\
client c {
  repeat 100 as i every 10ms {
    publish \"number {i}\" to default key \"tasks\" persistent
    print \"number {i} was sent\"
  }
}
",
    );
    check(
        "expect received(worker) in order [\"a long body of a message\", \"another long body of a message\", \"a third one\"]",
        "\
expect received(worker) in order [
  \"a long body of a message\", \"another long body of a message\", \"a third one\",
]
",
    );
    let long = format!("let l = {}\n", vec!["[1, 2, 3]"; 40].join(" + "));
    let formatted = format(&long).expect("no errors");
    assert!(formatted.lines().all(|line| line.chars().count() <= WIDTH), "{formatted}");
}

#[test]
fn errors_leave_a_script_alone() {
    let errors = format("queue a\nquee b\n").expect_err("an error");
    assert!(errors.iter().all(|diagnostic| diagnostic.is_error()) && errors.len() == 1);
}
