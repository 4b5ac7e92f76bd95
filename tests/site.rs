//! The documentation as it is built: every link of a page leads somewhere, and no page needs a script to be read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use warren::script::statement::Statement;
use warren::session::Link;
use warren::site::{build, slug};

/// The built pages: path below `out`, and text.
struct Site {
    out: PathBuf,
    pages: BTreeMap<String, String>,
}

/// Built once for all tests.
fn site() -> &'static Site {
    static SITE: OnceLock<Site> = OnceLock::new();
    SITE.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join("site/docs");
        let _ = fs::remove_dir_all(&out);
        let built = build(root, &out).expect("the documentation can be built");
        let text = |path: &String| fs::read_to_string(out.join(path)).expect("a page that was written");
        let pages = built.iter().map(|path| (path.clone(), text(path))).collect();
        Site { out, pages }
    })
}

/// What stands in each `name="…"` of a page, with its entities resolved.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let start = format!(" {name}=\"");
    html.split(&start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|value| value.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"))
        .collect()
}

/// `a/../b` as `b`; none: it leads out of the site.
fn resolved(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            ".." => {
                parts.pop()?;
            }
            "." => {}
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[test]
fn every_link_leads_to_a_page_and_an_anchor_that_are_there() {
    let Site { out, pages } = site();
    assert!(pages.contains_key("index.html") && pages.contains_key("language.html"));
    let mut wrong = Vec::new();
    for (path, html) in pages {
        for link in attributes(html, "href").into_iter().chain(attributes(html, "src")) {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let from = format!("docs/{path}");
            let to = if file.is_empty() { Some(from.clone()) } else { resolved(&from, file) };
            match to.as_deref() {
                // The playground: what stands behind `#` must open.
                Some("index.html") => {
                    if !anchor.is_empty() && !matches!(Link::read(anchor, ""), Ok(Some(_))) {
                        wrong.push(format!("{path}: {link} does not open"));
                    }
                }
                Some(to) => {
                    let inside = to.strip_prefix("docs/").unwrap_or("../nowhere");
                    if !out.join(inside).is_file() {
                        wrong.push(format!("{path}: {link} leads to no file"));
                    } else if !anchor.is_empty()
                        && !pages.get(inside).is_some_and(|page| page.contains(&format!("id=\"{anchor}\"")))
                    {
                        wrong.push(format!("{path}: {link} leads to no anchor"));
                    }
                }
                None => wrong.push(format!("{path}: {link} leads out of the site")),
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn no_page_has_a_script_in_it_or_asks_another_host() {
    for (path, html) in &site().pages {
        assert!(html.contains("Content-Security-Policy"), "{path} has no policy");
        for script in html.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"") || script.starts_with(" type=\"module\" src=\""), "{path}");
        }
        for source in attributes(html, "src") {
            assert!(!source.contains(':'), "{path} loads {source}");
        }
        assert!(!html.contains(" style=\"") && !html.contains(" onclick="), "{path}");
    }
}

#[test]
fn the_reference_says_of_each_statement_what_the_table_says() {
    let reference = &site().pages["language.html"];
    for statement in Statement::all() {
        let heading = format!("<h3 id=\"{}\">", slug(statement.word));
        let section = reference.split(&heading).nth(1).and_then(|rest| rest.split("<h3 id=").next());
        let section = section.unwrap_or_else(|| panic!("no heading for {}", statement.word));
        assert!(section.contains("<div class=\"statement\">"), "{}: not described", statement.word);
        for option in statement.all_options() {
            let row = format!("<tr><td><code>{}</code></td>", option.word);
            assert!(section.contains(&row), "{}: option {}", statement.word, option.word);
        }
    }
}
