//! From an edit to its diagnostics, and texts of a megabyte of every shape that could be slow.

use std::fmt::Write as _;
use std::hint::black_box;

use warren::script::analyse;

use super::host::{best, clock, row};

pub fn rows(scale: u32, full: bool) {
    edit(full);
    let size = (1 << 20) / scale as usize;
    for (shape, text) in shapes(size) {
        let nanos = best(full, || drop(black_box(analyse(&text))));
        row(&format!("megabyte-{shape}"), text.len() as u32, "parse_check_ms", nanos / 1e6);
    }
}

/// The median of a hundred edits of a script of three hundred lines.
fn edit(full: bool) {
    let mut text = String::from("exchange logs topic\n");
    for number in 0..49 {
        let _ = write!(
            text,
            "queue q{number} durable max_length 100\nbind q{number} to logs key \"a.{number}.#\"\n\
             consumer c{number} {{\n  prefetch 10\n  consume q{number} {{ ack }}\n}}\n"
        );
    }
    text += "publisher p {\n  repeat 10 every 1s { publish \"x\" to logs key \"a.1.b\" persistent }\n}\n";
    let lines = text.lines().count() as u32;
    let mut took: Vec<f64> = (0..if full { 101 } else { 3 })
        .map(|edit| {
            let edited = format!("{text}print {edit}\n");
            let start = clock();
            drop(black_box(analyse(&edited)));
            clock() - start
        })
        .collect();
    took.sort_by(f64::total_cmp);
    row("edit", lines, "diagnostics_us_median", took[took.len() / 2] / 1e3);
}

fn repeated(piece: &str, size: usize) -> String {
    piece.repeat(size / piece.len())
}

fn shapes(size: usize) -> Vec<(&'static str, String)> {
    let numbered = |line: &dyn Fn(usize) -> String| {
        let mut text = String::new();
        (0..)
            .map(line)
            .take_while(|line| {
                text += line;
                text.len() < size
            })
            .count();
        text
    };
    vec![
        ("queues", numbered(&|n| format!("queue q{n} durable\n"))),
        ("same-name", repeated("queue q durable\n", size)),
        ("bindings", numbered(&|n| format!("queue q{n}; bind q{n} to amq.topic key \"a.{n}\"\n"))),
        ("clients", numbered(&|n| format!("client c{n} {{ wait 1s }}\n"))),
        ("unknown-names", numbered(&|n| format!("purge nobody{n}\n"))),
        ("variables", numbered(&|n| format!("let v{n} = {n}\n"))),
        ("one-line", numbered(&|n| format!("queue q{n}; "))),
        ("errors", repeated("queue = 'x'\n", size)),
        ("open-braces", repeated("client c { ", size)),
        ("closing-braces", repeated("} ", size)),
        ("parentheses", format!("print {}", repeated("(", size))),
        ("open-brackets", format!("print {}", repeated("[", size))),
        ("sum", format!("print 1{}", repeated(" + 1", size))),
        ("not", format!("print {}1", repeated("not ", size))),
        ("long-text", format!("print \"{}\"", "x".repeat(size))),
        ("open-text", format!("print \"{}", "x".repeat(size))),
        ("interpolations", format!("print \"{}\"", repeated("{1}", size))),
        ("comments", repeated("# x\n", size)),
        ("blank", " ".repeat(size)),
        ("word", "q".repeat(size)),
        ("no-language", repeated("\u{1F407}\u{0}~", size)),
    ]
}
