//! A page around a document: head, bar, list of pages, contents.

use super::escape::escape;
use super::markdown::{Document, Heading};

/// A document and where it stands.
pub(super) struct Page {
    /// Below `docs`, without an ending: `diagnostics/never-acks`.
    pub(super) path: String,
    /// What stands in it.
    pub(super) document: Document,
}

impl Page {
    /// How deep below the site's root.
    fn depth(&self) -> usize {
        depth(&self.path)
    }

    /// The folder below `docs`, with a `/` behind; empty at the top.
    pub(super) fn folder(&self) -> &str {
        self.path.rfind('/').map_or("", |end| &self.path[..=end])
    }
}

fn depth(path: &str) -> usize {
    1 + path.matches('/').count()
}

/// From a page to the site's root: `../` for each folder.
pub(super) fn root_from(path: &str) -> String {
    "../".repeat(depth(path))
}

/// The page whose button runs the recorded cases: only it may start WebAssembly.
const RUNS_CASES: &str = "conformance";

/// The whole page, with all pages of the list beside it.
pub(super) fn whole(page: &Page, all: &[Page]) -> String {
    let root = root_from(&page.path);
    let docs = "../".repeat(page.depth() - 1);
    let title = escape(&page.document.title);
    let (policy, script) = if page.path == RUNS_CASES {
        (
            "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'",
            format!("<script type=\"module\" src=\"{docs}conformance-run.js\"></script>\n    "),
        )
    } else {
        ("script-src 'self'", String::new())
    };
    let summary = escape(&page.document.summary);
    format!(
        r##"<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; {policy}; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'" />
    <title>{title} · Warren</title>
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="description" content="{summary}" />
    <meta name="color-scheme" content="light dark" />
    <link rel="icon" href="{docs}warren.svg" type="image/svg+xml" />
    <link rel="stylesheet" href="{docs}docs.css" />
    <script src="{docs}theme.js"></script>
    {script}</head>
  <body>
    <a class="skip" href="#text">Skip to the text</a>
    <header class="bar">
      <a class="bar__name" href="{docs}index.html"><img src="{docs}warren.svg" width="28" height="28" alt="" /><b>Warren</b> docs</a>
      <a class="bar__pages" href="#pages">Contents</a>
      <a class="bar__play" href="{root}index.html">Playground</a>
    </header>
    <div class="sheet">
      <nav id="pages" class="pages" aria-label="Pages">{list}</nav>
      <main id="text" class="text">
{html}      </main>
    </div>
  </body>
</html>
"##,
        html = page.document.html,
        list = list(page, all, &docs),
    )
}

/// All pages, this one with its contents. Pages of a folder are listed only beside one another.
fn list(page: &Page, all: &[Page], docs: &str) -> String {
    let mut html = String::from("<ul>");
    for other in all {
        let is_index = other.path.ends_with("/index");
        if !other.folder().is_empty() && !is_index && other.folder() != page.folder() {
            continue;
        }
        let is_here = other.path == page.path;
        let current = if is_here { " aria-current=\"page\"" } else { "" };
        // A page of a folder by its code alone: `never-acks: a consumer that …`.
        let title = &other.document.title;
        let title = match title.split_once(": ") {
            Some((code, _)) if !other.folder().is_empty() => code,
            _ => title,
        };
        let inner = if !other.folder().is_empty() && !is_index { " class=\"pages__inner\"" } else { "" };
        html.push_str(&format!(
            "<li{inner}><a href=\"{docs}{}.html\"{current}>{}</a>",
            escape(&other.path),
            escape(title)
        ));
        if is_here {
            html.push_str(&contents(&page.document.headings));
        }
        html.push_str("</li>");
    }
    html.push_str("</ul>");
    html
}

/// Headings of the second level, those of the third below them.
fn contents(headings: &[Heading]) -> String {
    let mut html = String::new();
    let mut level = 1;
    for heading in headings.iter().filter(|heading| matches!(heading.level, 2 | 3)) {
        // A third level without a second above it stands as one.
        let wanted = heading.level.min(level + 1);
        match (level, wanted) {
            (1, _) | (2, 3) => html.push_str("<ul>"),
            (3, 2) => html.push_str("</li></ul></li>"),
            _ => html.push_str("</li>"),
        }
        level = wanted;
        html.push_str(&format!("<li><a href=\"#{}\">{}</a>", escape(&heading.slug), escape(&heading.text)));
    }
    for _ in 1..level {
        html.push_str("</li></ul>");
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_nest_and_close() {
        let heading = |level, text: &str| Heading { level, text: text.to_owned(), slug: text.to_owned() };
        let found =
            contents(&[heading(1, "t"), heading(2, "a"), heading(3, "b"), heading(3, "c"), heading(2, "d")]);
        let link = |name: &str| format!("<li><a href=\"#{name}\">{name}</a>");
        let expected = format!(
            "<ul>{}<ul>{}</li>{}</li></ul></li>{}</li></ul>",
            link("a"),
            link("b"),
            link("c"),
            link("d")
        );
        assert_eq!(found, expected);
    }

    #[test]
    fn the_root_is_as_many_folders_up_as_the_page_is_deep() {
        assert_eq!(root_from("tour"), "../");
        assert_eq!(root_from("diagnostics/never-acks"), "../../");
    }
}
