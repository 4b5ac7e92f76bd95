//! Texts that nobody means well with: every one is read to its end, in bounded time, with bounded depth.

use proptest::prelude::*;
use warren::script::highlight::highlight;
use warren::script::lexer::lex;
use warren::script::{analyse, render};

/// Everything the language does with a text before it runs; panics are the finding.
fn read(text: &str) {
    let mut at = 0;
    for token in lex(text) {
        assert_eq!(token.span.start, at, "the tokens cover the text");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len());
    let mut end = 0;
    for (span, _) in highlight(text) {
        assert!(span.start >= end && text.is_char_boundary(span.start as usize), "colours do not overlap");
        end = span.end;
    }
    let analysis = analyse(text);
    assert!(analysis.diagnostics.len() <= 200);
    for diagnostic in &analysis.diagnostics {
        let span = diagnostic.primary.span;
        assert!(
            text.get(span.start as usize..span.end as usize).is_some(),
            "{diagnostic:?} stands in the text"
        );
    }
    render(&analysis.diagnostics, "x.warren", text);
    if let Some(program) = &analysis.program {
        let wrong = super::verify::verify(program);
        assert!(wrong.is_empty(), "{wrong:?} in\n{}", text.chars().take(2000).collect::<String>());
    }
}

const WORDS: &[&str] = &[
    "queue",
    "exchange",
    "publish",
    "to",
    "default",
    "key",
    "\"a{i}\"",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "\n",
    ";",
    ",",
    ":",
    "consume",
    "ack",
    "if",
    "else",
    "for",
    "i",
    "in",
    "1..3",
    "wait",
    "until",
    "x",
    "==",
    "and",
    "not",
    "-",
    "+",
    "let",
    "=",
    "at",
    "5s",
    "expect",
    "ready",
    "where",
    "message",
    ".",
    "body",
    "as",
    "client",
    "c",
    "try",
    "catch",
    "error",
    "on",
    "return",
    "match",
    "all",
    "\"",
    "'",
    "#",
    "“",
    "，",
    "\\",
    "headers",
    "type",
    "30000",
    "crash",
    "channel",
    "every",
    "repeat",
    "3",
    "when",
    "get",
    "print",
    "network",
    "broker",
    "3.10",
    "set_policy",
    "durable",
];

fn sentence() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(WORDS), 0..120).prop_map(|words| words.join(" "))
}

/// A script of the contract with a stretch cut out, doubled or replaced.
fn mutated() -> impl Strategy<Value = String> {
    let scripts: Vec<String> = super::scripts("ok").into_iter().map(|(_, text)| text).collect();
    (
        proptest::sample::select(scripts),
        any::<prop::sample::Index>(),
        any::<prop::sample::Index>(),
        sentence(),
        0..3u8,
    )
        .prop_map(|(text, a, b, words, how)| {
            let characters: Vec<char> = text.chars().collect();
            let (a, b) = (a.index(characters.len() + 1), b.index(characters.len() + 1));
            let (a, b) = (a.min(b), a.max(b).min(a.min(b) + 40));
            let part = |from: usize, to: usize| characters[from..to].iter().collect::<String>();
            let middle = match how {
                0 => String::new(),
                1 => part(a, b).repeat(2),
                _ => words,
            };
            format!("{}{middle}{}", part(0, a), part(b, characters.len()))
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        read(&text);
    }

    #[test]
    fn any_words(text in sentence()) {
        read(&text);
    }

    #[test]
    fn any_slip(text in mutated()) {
        read(&text);
    }
}

/// A megabyte of each is read at once: nothing looks at the same text again and again.
/// Found by `any_text`: slashes as wide as East Asian writing has them are two characters of three bytes.
#[test]
fn a_comment_of_wide_slashes() {
    read("queue a ／／ hello");
    read("queue a ／＊ hello");
}

#[test]
fn a_megabyte_is_linear() {
    let many = |part: &str| part.repeat(1_000_000 / part.len());
    for text in [
        many("queue tasks durable\n"),
        many("\n"),
        many("("),
        many("client c {\n"),
        many("print \"{"),
        many("print not "),
        many("x = -"),
        many("x.a"),
        format!("print 1{}", many(" + 1")),
        format!("client a {{ {} }}", many("if true { } else ")),
        many("if true { } else "),
        format!("let x = [{}]", many("1, ")),
        format!("print \"{}\"", many("{1}")),
        format!(
            "client a {{ {} }}",
            (0..40_000).map(|i| format!("channel c{i} {{ }}\n")).collect::<String>()
        ),
        many("“a” "),
        many("let x = 1\n"),
        (0..20_000).map(|i| format!("queue \"q{i} {{1}}\"\npublish x to z{i}\n")).collect(),
        (0..20_000).map(|i| format!("let v{i} = v{i}\n")).collect(),
        many("}"),
        many("# \n"),
        many("consume q\n\n\n\n\n\n\n\n"),
        many("expect received(a where "),
        many("queue a-b "),
        many("publish x to default key a.# "),
        many("\\"),
    ] {
        read(&text);
    }
}

/// A wasm stack holds a megabyte: reading, checking, lowering and dropping the deepest script takes half of it.
#[test]
fn depth_fits_a_small_stack() {
    let deepest = || {
        for (open, close) in
            [("(", ")"), ("[", "]"), ("not ", ""), ("- ", ""), ("{a: ", "}"), ("length(", ")"), ("x[", "]")]
        {
            read(&format!("let x = {{}}\nclient a {{ print {}1{} }}", open.repeat(60), close.repeat(60)));
        }
        for block in
            ["if true {", "try { } catch e {", "for i in 1..2 {", "consume q {", "channel c {", "every 1s {"]
        {
            read(&format!("client a {{ {}{} }}", block.repeat(62), "}".repeat(62)));
        }
        read(&format!("print {}", "\"{".repeat(80)));
    };
    std::thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(deepest)
        .expect("a thread")
        .join()
        .expect("it fits");
}

/// As deep as the language goes, and one deeper.
#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| format!("print {}1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(!analyse(&format!("client a {{ {} }}", nested(60))).has_errors());
    let deep = analyse(&format!("client a {{ {} }}", nested(70)));
    let codes: Vec<_> = deep.diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(codes, ["too-deep"]);
    let blocks = format!("client a {{ {}{} }}", "if true { ".repeat(100), "}".repeat(100));
    let codes: Vec<_> =
        analyse(&blocks).diagnostics.iter().map(|diagnostic| diagnostic.code.name()).collect();
    assert_eq!(codes, ["too-deep"]);
}
