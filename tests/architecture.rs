//! Holds the layers to the code: which folder of `src/` may use which (`src/ARCHITECTURE.md`), how long a file may
//! be, what stands in the graph of a plain build, which style sheet belongs to which component.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Which folder may name which with `crate::…`: a folder whole, or one module of it.
const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("amqp", &[]),
    ("script", &["text", "amqp"]),
    ("broker", &["amqp"]),
    ("conformance", &["amqp", "broker"]),
    ("sim", &["text", "amqp", "script", "broker"]),
    ("inspect", &["text", "amqp", "script", "broker", "sim"]),
    ("exercises", &["text", "amqp", "script", "broker", "sim", "inspect"]),
    ("engine", &["text", "amqp", "script", "broker", "sim", "inspect", "exercises"]),
    // The page's half: of all that lies below only the shared views and the lexer for the colours of the text.
    ("session", &["text", "script::highlight", "script::lexer", "inspect::view", "engine::protocol"]),
    (
        "web",
        &[
            "text",
            "script::highlight",
            "script::lexer",
            "inspect::view",
            "engine::protocol",
            "engine::codec",
            "session",
        ],
    ),
    // The documentation: questions to tables and recordings, nothing runs in it but recorded cases.
    ("site", &["script::highlight", "script::statement", "broker", "conformance", "session"]),
    // The command line stands beside `web`.
    (
        "cli",
        &["text", "amqp", "script", "broker", "conformance", "sim", "inspect", "exercises", "engine", "site"],
    ),
];

/// Folders that may name the browser or Yew.
const BROWSER: &[&str] = &["web", "bin"];
/// Crates that are the browser.
const BROWSER_CRATES: &[&str] =
    &["yew::", "web_sys::", "js_sys::", "wasm_bindgen", "gloo_worker::", "gloo_timers::", "gloo_events::"];
/// `web` and its worker are one folder with two binaries: this part belongs to the worker and knows the engine.
const WORKER: &str = "src/web/worker";

/// Lines of a source file at most.
const LINES_MAX: usize = 500;

/// A source file: its path from the package's root, and its text.
struct Source {
    path: String,
    folder: String,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|found| found == ending) {
            into.push(path);
        }
    }
    into.sort();
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    files(&root().join("src"), "rs", &mut found);
    found
        .into_iter()
        .map(|path| {
            let relative = path.strip_prefix(root()).expect("found below it");
            let folder = match relative.components().count() {
                2 => String::new(),
                _ => {
                    relative.components().nth(1).expect("counted").as_os_str().to_string_lossy().into_owned()
                }
            };
            Source {
                text: fs::read_to_string(&path).expect("readable"),
                path: relative.to_string_lossy().replace('\\', "/"),
                folder,
            }
        })
        .collect()
}

/// All paths that `text` names below `crate::`, each as its first two segments: `inspect::view`.
fn crate_paths(text: &str) -> Vec<String> {
    let code: String =
        text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut found = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with('$') {
            continue;
        }
        expand(&code[at + "crate::".len()..], "", 2, &mut found);
    }
    found
}

/// Reads one `use` tree from the front of `rest`, up to `depth` segments; returns how far it read.
fn expand(rest: &str, before: &str, depth: u32, found: &mut Vec<String>) -> usize {
    let start = rest.len() - rest.trim_start().len();
    let body = &rest[start..];
    if body.starts_with('{') {
        let mut at = 1;
        loop {
            at += expand(&body[at..], before, depth, found);
            let next = body[at..].find([',', '}']).map_or(body.len(), |next| at + next);
            if !body[next..].starts_with(',') {
                return start + (next + 1).min(body.len());
            }
            at = next + 1;
        }
    }
    let end = body.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '*').unwrap_or(body.len());
    if end == 0 {
        return start;
    }
    let path = if before.is_empty() { body[..end].to_owned() } else { format!("{before}::{}", &body[..end]) };
    match body[end..].strip_prefix("::") {
        Some(after) if depth > 1 => start + end + 2 + expand(after, &path, depth - 1, found),
        Some(after) => {
            found.push(path.clone());
            let mut deeper = Vec::new();
            start + end + 2 + expand(after, &path, 1, &mut deeper)
        }
        None => {
            found.push(path);
            start + end
        }
    }
}

#[test]
fn paths_are_read_from_every_shape_of_use() {
    let text = "use crate::{amqp::{Name, topic::walk}, broker};\nuse crate::inspect::view::Tile;\n// crate::web\n\
                fn f() { crate::text::Span::at(0); $crate::no() }";
    assert_eq!(
        crate_paths(text),
        ["amqp::Name", "amqp::topic", "broker", "inspect::view", "text::Span"],
        "first two segments of each"
    );
}

#[test]
fn every_layer_uses_only_what_lies_below_it() {
    let mut wrong = Vec::new();
    for source in sources() {
        if source.folder.is_empty() || source.folder == "bin" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(folder, _)| *folder == source.folder) else {
            wrong.push(format!("{}: folder `{}` is not in the table of layers", source.path, source.folder));
            continue;
        };
        let is_worker = source.path.starts_with(WORKER);
        for path in crate_paths(&source.text) {
            let top = path.split("::").next().unwrap_or("");
            let fine = top == source.folder
                || allowed.iter().any(|allowed| *allowed == top || *allowed == path)
                || (is_worker && top == "engine");
            if !fine {
                wrong.push(format!("{}: uses crate::{path}", source.path));
            }
        }
    }
    assert!(wrong.is_empty(), "against the layers:\n{}", wrong.join("\n"));
}

#[test]
fn only_web_and_the_binaries_know_the_browser() {
    let mut wrong = Vec::new();
    for source in sources().into_iter().filter(|source| !BROWSER.contains(&source.folder.as_str())) {
        for (number, line) in source.text.lines().enumerate() {
            let names_it = BROWSER_CRATES.iter().any(|name| line.contains(name));
            if names_it && !line.trim_start().starts_with("//") {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "the browser below `web`:\n{}", wrong.join("\n"));
}

#[test]
fn shared_types_hold_nothing_that_differs_between_machines() {
    for path in ["src/inspect/view.rs", "src/engine/protocol.rs"] {
        let text = fs::read_to_string(root().join(path)).expect("readable");
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for banned in ["usize", "isize", "f64", "f32", "&'static", "char"] {
                let stands = code
                    .match_indices(banned)
                    .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'));
                assert!(!stands, "{path}:{}: `{banned}` crosses between the halves", number + 1);
            }
        }
    }
}

#[test]
fn files_are_short_enough_to_read() {
    let mut all = Vec::new();
    files(&root().join("src"), "rs", &mut all);
    files(&root().join("tests"), "rs", &mut all);
    let long: Vec<String> = all
        .iter()
        .map(|path| (path, fs::read_to_string(path).expect("readable").lines().count()))
        .filter(|(_, lines)| *lines > LINES_MAX)
        .map(|(path, lines)| format!("{}: {lines} lines", path.display()))
        .collect();
    assert!(long.is_empty(), "over {LINES_MAX} lines:\n{}", long.join("\n"));
}

#[test]
fn a_table_of_contents_holds_no_code() {
    for source in sources().into_iter().filter(|source| source.path.ends_with("/mod.rs")) {
        for (number, line) in source.text.lines().enumerate() {
            let code = line.trim_start();
            let is_code = ["fn ", "pub fn ", "impl ", "struct ", "pub struct ", "enum ", "pub enum "]
                .iter()
                .any(|start| code.starts_with(start));
            assert!(!is_code, "{}:{}: code in a table of contents", source.path, number + 1);
        }
    }
}

/// One component, one style sheet, one stem: whoever looks for one finds the other.
#[test]
fn each_style_sheet_has_its_component() {
    let mut components = Vec::new();
    files(&root().join("src/web"), "rs", &mut components);
    let stems: Vec<_> = components.iter().filter_map(|path| path.file_stem()).collect();
    for folder in ["www/styles/widgets", "www/styles/panels", "www/styles/components"] {
        let mut sheets = Vec::new();
        files(&root().join(folder), "css", &mut sheets);
        for sheet in sheets {
            let stem = sheet.file_stem().expect("it has an ending");
            assert!(stems.contains(&stem), "{} has no component of that name", sheet.display());
        }
    }
}

/// `cargo test`, `cargo run` and `cargo install` need neither Node nor a bundle, and build no Yew.
#[test]
fn a_plain_build_has_no_yew() {
    let cargo = option_env!("CARGO").unwrap_or("cargo");
    let output = Command::new(cargo)
        .args(["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo tree: {}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8_lossy(&output.stdout);
    for line in tree.lines() {
        let name = line.split_whitespace().next().unwrap_or("");
        assert!(
            !["yew", "web-sys", "js-sys", "wasm-bindgen", "gloo-worker"].contains(&name),
            "`{name}` is in the graph of a plain build"
        );
    }
}
