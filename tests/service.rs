//! What the editor asks of the language, on texts as they are while somebody types: `‸` is the cursor.

use std::fs;
use std::path::{Path, PathBuf};

use warren::script::parse;
use warren::script::service::Document;
use warren::text::{Span, TextEdit};

/// The text without its cursor, and where that was.
fn cursor(marked: &str) -> (String, u32) {
    let at = marked.find('‸').expect("a cursor");
    (marked.replace('‸', ""), at as u32)
}

fn labels(marked: &str) -> Vec<String> {
    let (text, at) = cursor(marked);
    Document::new(&text).complete(at).items.into_iter().map(|item| item.label).collect()
}

#[track_caller]
fn offers(marked: &str, all: &[&str], none: &[&str]) {
    let labels = labels(marked);
    for label in all {
        assert!(labels.iter().any(|found| found == label), "{marked}\nlacks {label}: {labels:?}");
    }
    for label in none {
        assert!(labels.iter().all(|found| found != label), "{marked}\nhas {label}: {labels:?}");
    }
}

#[track_caller]
fn first(marked: &str, expected: &str) {
    let labels = labels(marked);
    assert_eq!(labels.first().map(String::as_str), Some(expected), "{marked}\n{labels:?}");
}

#[test]
fn statements_that_may_stand_here() {
    offers("‸", &["queue", "consumer", "expect", "at", "set_policy"], &["ack", "consume", "print"]);
    offers("consumer w {\n  ‸\n}", &["consume", "ack", "queue", "wait"], &["expect", "consumer", "seed"]);
    offers("at 1s {\n  ‸\n}", &["crash", "queue"], &["ack", "expect"]);
    offers("consumer w {}\nat 1s ‸", &["crash", "restart"], &["ack", "expect", "w"]);
    first("qu‸", "queue");
    first("consumer w { pub‸ }", "publish");
    offers("queue a # a comm‸", &[], &["commit", "queue"]);
    // A bracket above that is still open swallows nothing.
    offers("consumer w {\n  print length(\n  ack\n  ‸\n}", &["consume"], &["expect"]);
}

#[test]
fn options_that_are_not_used_yet() {
    offers("queue tasks durable ‸", &["type", "message_ttl", "as"], &["durable", "key", "queue"]);
    offers("queue tasks type ‸", &["classic", "quorum", "stream"], &["durable"]);
    offers("queue tasks type quorum\n  ‸", &["max_length", "queue"], &["type"]);
    offers("exchange logs ‸", &["fanout", "topic", "durable"], &["queue"]);
    offers("publish \"x\" ‸", &["to"], &["key", "persistent"]);
    offers("publish \"x\" to default ‸", &["key", "persistent", "routing_key"], &["to", "durable"]);
    offers("queue q\nconsumer c { consume q ‸ }", &["no_ack", "as"], &["ack"]);
    offers("consumer c times 2 ‸", &["starts", "user"], &["times"]);
    offers("publish \"x\" to a headers { b: 1 } ‸", &["key", "persistent"], &["headers", "to"]);
    first("queue tasks dur‸", "durable");
    first("queue tasks message_ttl 10‸", "10ms");
    first("publish \"x\" to default rout‸", "routing_key");
}

#[test]
fn names_in_scope_with_their_kind() {
    let head = "queue tasks\nexchange logs topic\nbind tasks to logs key \"a.*\"\n";
    offers(&format!("{head}bind ‸"), &["tasks", "exchange"], &["logs"]);
    offers(&format!("{head}bind tasks to ‸"), &["logs", "amq.topic"], &["tasks"]);
    offers(&format!("{head}publish \"x\" to ‸"), &["logs", "default"], &["tasks"]);
    offers(&format!("{head}publish \"x\" to logs key \"‸\""), &["a.*"], &["tasks"]);
    offers(&format!("{head}publish \"x\" to default key \"‸\""), &["tasks"], &["a.*"]);
    offers(&format!("{head}expect ready(‸)"), &["tasks"], &["logs", "queue"]);
    offers("consumer worker {}\nexpect received(‸)", &["worker", "operator"], &["queue"]);
    offers("consumer worker {}\nat 1s crash ‸", &["worker"], &["operator"]);
    offers("let n = 1\nclient c { let m = 2; print ‸ }", &["n", "m", "length", "true"], &["ack", "durable"]);
    offers("client c { for i in 1..3 { }\n print ‸ }", &[], &["i"]);
    offers("client c { queue \"\" as mine; get ‸ }", &["mine"], &[]);
    offers("client c { queue \"\" as mine }\nexpect ready(c.‸)", &["mine"], &[]);
}

#[test]
fn fields_events_codes() {
    offers(
        "consumer c { consume q { print message.‸ } }",
        &["body", "headers", "correlation_id"],
        &["code2", "queue"],
    );
    offers("consumer c { consume q as m { print \"{m.‸}\" } }", &["body", "redelivered"], &[]);
    offers("client c { try { } catch e { print e.‸ } }", &["code", "text"], &["body"]);
    offers("client c { on ‸ }", &["return", "blocked"], &["print"]);
    offers("client c { wait ‸ }", &["until", "forever", "for"], &["ack"]);
    offers(
        "client c {}\nexpect errors(c) in order [\"40‸\"]",
        &["404 NOT_FOUND", "406 PRECONDITION_FAILED"],
        &["320 CONNECTION_FORCED"],
    );
    offers("broker ‸", &["3.10", "4.3"], &["queue"]);
    offers("alarm ‸", &["memory", "disk"], &[]);
    offers("client c {}\nnetwork c ‸", &["down", "latency"], &["memory"]);
}

fn hover(marked: &str) -> Option<(String, String, String)> {
    let (text, at) = cursor(marked);
    Document::new(&text).hover(at).map(|hover| (hover.title, hover.field, hover.link))
}

#[track_caller]
fn says(marked: &str, title: &str, field: &str, link: &str) {
    assert_eq!(hover(marked), Some((title.to_owned(), field.to_owned(), link.to_owned())), "{marked}");
}

#[test]
fn hover_says_what_a_word_is() {
    says("qu‸eue tasks", "queue NAME [as VARIABLE]", "queue.declare", "language.html#queue");
    says("queue tasks message_t‸tl 5s", "message_ttl 30s", "x-message-ttl", "language.html#queue");
    says("queue durable dur‸able", "durable", "durable", "language.html#queue");
    says("queue ta‸sks\nconsumer c { consume tasks { ack } }", "queue tasks", "", "language.html#queue");
    says("add_us‸er alex", "add_user NAME", "add_user", "language.html#add-user");
    says("expect rea‸dy(q) == 0", "ready(…)", "", "language.html#questions-and-checks");
    says(
        "consumer c { consume q { print message.correlation_‸id } }",
        ".correlation_id",
        "correlation-id",
        "language.html#expressions",
    );
    assert_eq!(hover("queue a # dur‸able"), None);
    let (text, at) = cursor("queue tasks\nconsumer c { consume ta‸sks { ack } }");
    let told = Document::new(&text).hover(at).expect("a hover").text;
    assert_eq!(told, "declared in line 1, used once");
}

#[test]
fn the_signature_marks_what_is_used() {
    let (text, at) = cursor("queue tasks durable ‸");
    let signature = Document::new(&text).signature(at).expect("a signature");
    assert_eq!(signature.form, "queue NAME [as VARIABLE]");
    let used: Vec<_> =
        signature.parameters.iter().filter(|parameter| parameter.is_used).map(|p| &*p.text).collect();
    assert_eq!(used, ["durable"]);
    assert!(signature.parameters.iter().any(|parameter| parameter.text == "message_ttl 30s"));
}

/// What may stand at the place, how many options are told, and the current one.
fn next(marked: &str) -> Option<(String, bool, Option<String>)> {
    let (text, at) = cursor(marked);
    let signature = Document::new(&text).signature(at)?;
    let current = signature.parameters.iter().find(|parameter| parameter.is_current);
    let current = current.map(|parameter| parameter.text.clone());
    Some((signature.next, !signature.parameters.is_empty(), current))
}

#[track_caller]
fn expects(marked: &str, words: &str, has_options: bool, current: Option<&str>) {
    let expected = Some((words.to_owned(), has_options, current.map(str::to_owned)));
    assert_eq!(next(marked), expected, "{marked}");
}

#[test]
fn the_signature_knows_what_comes_next() {
    expects("queue ‸", "a name", false, None);
    expects("queue tas‸", "a name", false, None);
    expects("queue tasks ‸", "`as` or an option", true, None);
    expects("queue tasks dur‸", "`as` or an option", true, None);
    expects("queue tasks message_ttl ‸", "", true, Some("message_ttl 30s"));
    expects("queue tasks message_ttl 3‸", "", true, Some("message_ttl 30s"));
    expects("queue tasks message_ttl 3s ‸", "`as` or an option", true, None);
    expects("queue tasks type quo‸", "", true, Some("type classic"));
    expects("bind ‸", "a queue or `exchange`", false, None);
    expects("bind a ‸", "`to`", false, None);
    expects("bind a to ‸", "an exchange", false, None);
    expects("publish ‸", "a value", false, None);
    expects("publish \"x\" ‸", "`to`", false, None);
    expects("publish \"x\" to ‸", "an exchange or `default`", false, None);
    expects("publish \"x\" to default key \"ta‸\"", "", true, Some("key \"text\""));
    expects("publish \"x\" to default key 'ta‸'", "", true, Some("key \"text\""));
    expects("publish \"x\" to default key \"‸\"", "", true, Some("key \"text\""));
    expects("publish \"x\" to a headers { b: ‸ }", "", true, Some("headers { name: \"value\" }"));
    expects("publish \"x\" to a headers { b: 1 } ‸", "an option", true, None);
    expects("bind a to b match all { c: ‸ }", "", true, Some("match all { name: \"value\" }"));
    expects("at ‸", "a number with its unit", false, None);
    expects("consumer c { consume q ‸ }", "`as` or an option", true, None);
    assert_eq!(next("que‸ue"), None);
    assert_eq!(next("consumer c {‸ }"), None);
    assert_eq!(next("queue a\n‸"), None);
}

fn renamed(marked: &str, new: &str) -> Result<String, String> {
    let (text, at) = cursor(marked);
    let mut edits: Vec<TextEdit> = Document::new(&text).rename(at, new).map_err(|refusal| refusal.0)?;
    edits.sort_by_key(|edit| edit.span);
    Ok(edits.iter().rev().fold(text, |text, edit| edit.apply(&text)))
}

#[test]
fn a_name_is_changed_wherever_it_stands() {
    assert_eq!(
        renamed("queue ta‸sks\npublish \"x\" to default key \"tasks\"\nconsumer w { consume tasks { ack } }\nexpect ready(tasks) == 0", "jobs"),
        Ok("queue jobs\npublish \"x\" to default key \"jobs\"\nconsumer w { consume jobs { ack } }\nexpect ready(jobs) == 0".to_owned())
    );
    assert_eq!(
        renamed("queue ‸a; bind a to x", "my-queue"),
        Ok("queue \"my-queue\"; bind \"my-queue\" to x".to_owned())
    );
    assert_eq!(
        renamed("let n = 1\nclient c { let n = 2; print (n‸) + n }\nclient d { n = 3 }", "k"),
        Ok("let n = 1\nclient c { let k = 2; print (k) + k }\nclient d { n = 3 }".to_owned())
    );
    assert_eq!(
        renamed(
            "client c { queue \"\" as min‸e; get mine; print \"{mine}\" }\nexpect ready(c.mine) == 0",
            "box"
        ),
        Ok("client c { queue \"\" as box; get box; print \"{box}\" }\nexpect ready(c.box) == 0".to_owned())
    );
    assert_eq!(
        renamed("consumer ‸w {}\nat 1s crash w[1]\nexpect received(w) == 0", "worker"),
        Ok("consumer worker {}\nat 1s crash worker[1]\nexpect received(worker) == 0".to_owned())
    );
    assert_eq!(renamed("queue ‸a; queue b", "b"), Err("there is a queue `b` already".to_owned()));
    assert_eq!(renamed("let ‸a = 1; let b = 2", "b"), Err("there is a variable `b` already".to_owned()));
    assert_eq!(
        renamed("let ‸a = 1", "my-a"),
        Err("a variable is a word: letters, digits and `_`".to_owned())
    );
    assert!(renamed("let ‸a = 1", "null").is_err());
    assert!(renamed("‸queue a", "b").is_err());
}

#[test]
fn definition_and_uses() {
    let (text, at) = cursor("consumer c { consume ta‸sks { ack } }\nqueue tasks");
    let document = Document::new(&text);
    assert_eq!(document.definition(at).map(|span| span.start), Some(43));
    assert_eq!(
        document.uses(at).iter().map(|place| place.span.of(&text)).collect::<Vec<_>>(),
        ["tasks", "tasks"]
    );
}

#[test]
fn folds_and_outline() {
    let text = "# one\n# two\nqueue a\nconsumer c {\n  consume a {\n    ack\n  }\n}\nat 5s crash c\nexpect received(c) == 0\n";
    let document = Document::new(text);
    let folds: Vec<_> = document.folds().into_iter().map(|span| span.of(text)).collect();
    assert_eq!(folds, ["\n# two", "\n  consume a {\n    ack\n  }\n", "\n    ack\n  "]);
    let outline: Vec<_> = document.outline().into_iter().map(|entry| (entry.depth, entry.text)).collect();
    let expected = [
        (0, "queue a"),
        (0, "consumer c"),
        (1, "consume a"),
        (0, "at 5s crash c"),
        (0, "expect received(c) == 0"),
    ];
    assert_eq!(outline, expected.map(|(depth, text)| (depth, text.to_owned())));
}

fn examples(folder: &Path, into: &mut Vec<(PathBuf, String)>) {
    for path in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("readable").path()) {
        if path.is_dir() {
            examples(&path, into);
        } else {
            into.push((path.clone(), fs::read_to_string(&path).expect("readable")));
        }
    }
}

/// At every place of every example cut off anywhere nothing panics, and what is given lies in the text.
#[test]
fn any_place_of_any_beginning() {
    let mut found = Vec::new();
    examples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples"), &mut found);
    found.sort();
    for (number, (path, text)) in found.iter().enumerate() {
        // Each example is cut in other places, so that all of them together are cut in every way.
        let cuts = text.char_indices().map(|(at, _)| at).skip(number % 41).step_by(41);
        for cut in cuts {
            let text = text.get(..cut).expect("a boundary");
            let document = Document::new(text);
            let all = Span::new(0, cut as u32);
            let inside = |span: Span| span.start <= span.end && span.end <= all.end;
            for at in
                [cut, cut / 2, cut.saturating_sub(1), cut.saturating_sub(9), cut + 5].map(|at| at as u32)
            {
                let offer = document.complete(at);
                assert!(inside(offer.span), "{} at {at} of {cut}", path.display());
                assert!(document.hover(at).is_none_or(|hover| inside(hover.span)));
                assert!(
                    document.uses(at).iter().all(|place| inside(place.span))
                        && document.definition(at).is_none_or(inside)
                );
                let _ = (document.signature(at), document.reference(at), document.rename(at, "new_name"));
            }
            assert!(document.folds().into_iter().all(inside));
            assert!(document.outline().into_iter().all(|entry| inside(entry.span)));
        }
    }
}

/// A name that got another is a script like the one before.
#[test]
fn renaming_keeps_a_script_whole() {
    let mut found = Vec::new();
    examples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples"), &mut found);
    let mut renamings = 0;
    for (path, text) in found {
        let errors = parse(&text).diagnostics.len();
        let document = Document::new(&text);
        let mut at = 0;
        while at < text.len() as u32 {
            if let Ok(edits) = document.rename(at, "quite_new") {
                let uses = document.uses(at).len();
                let mut edits = edits;
                edits.sort_by_key(|edit| edit.span);
                let renamed = edits.iter().rev().fold(text.clone(), |text, edit| edit.apply(&text));
                assert_eq!(parse(&renamed).diagnostics.len(), errors, "{}:\n{renamed}", path.display());
                assert_eq!(edits.len(), uses);
                renamings += 1;
            }
            at += 7;
        }
    }
    assert!(renamings > 1_000, "only {renamings}");
}
