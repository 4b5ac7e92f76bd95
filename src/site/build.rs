//! From the folder of the documents to the folder of the pages.

use std::fs;
use std::path::{Path, PathBuf};

use super::conformance::Recorded;
use super::markdown::{self, Document, Generated, Heading};
use super::page::{self, Page};
use super::{conformance, reference};

/// Pages at the top, in reading order; those that are not named follow.
const ORDER: &[&str] = &["index", "tour", "language", "editor", "diagnostics", "conformance", "hosting"];
/// The page whose headings are statements.
const REFERENCE: &str = "language";

/// Writes the pages of `root/www/docs` and what they need into `out`; returns their paths below it.
///
/// The error names what cannot be read or shown.
pub fn build(root: &Path, out: &Path) -> Result<Vec<String>, String> {
    let documents = root.join("www/docs");
    let recorded = conformance::replay_all(&root.join("tests/conformance"))?;
    let map = read(&root.join("src/ARCHITECTURE.md"))?;

    let mut files = Vec::new();
    find(&documents, &mut files)?;
    let mut pages = Vec::new();
    for file in &files {
        let below = file.strip_prefix(&documents).map_err(|why| why.to_string())?;
        let below = below.to_string_lossy().replace('\\', "/");
        if let Some(path) = below.strip_suffix(".md") {
            let build = Build { path, recorded: &recorded, map: &map };
            let document = markdown::read(&read(file)?, &page::root_from(path), &build)
                .map_err(|why| format!("{below}: {why}"))?;
            pages.push(Page { path: path.to_owned(), document });
        } else {
            write(&out.join(&below), &fs::read(file).map_err(|why| format!("{below}: {why}"))?)?;
        }
    }
    add_indexes(&mut pages);
    pages.sort_by_key(|page| {
        let top = page.path.split('/').next().unwrap_or_default();
        let place = ORDER.iter().position(|known| *known == top).unwrap_or(ORDER.len());
        (place, top.to_owned(), !page.path.ends_with("/index"), page.path.clone())
    });
    for page in &pages {
        write(&out.join(format!("{}.html", page.path)), page::whole(page, &pages).as_bytes())?;
    }

    let site = root.join("www/site");
    let styles = format!("{}\n{}", read(&root.join("www/styles/tokens.css"))?, read(&site.join("docs.css"))?);
    write(&out.join("docs.css"), styles.as_bytes())?;
    write(&out.join("warren.svg"), read(&root.join("www/icons/warren.svg"))?.as_bytes())?;
    for script in ["theme.js", "conformance-run.js", "conformance-worker.js"] {
        write(&out.join(script), read(&site.join(script))?.as_bytes())?;
    }
    write(&out.join("cases.json.zlib"), &conformance::cases(&recorded))?;
    Ok(pages.into_iter().map(|page| format!("{}.html", page.path)).collect())
}

/// What the build itself has to say in a document.
struct Build<'a> {
    path: &'a str,
    recorded: &'a [Recorded],
    map: &'a str,
}

impl Generated for Build<'_> {
    fn below(&self, heading: &Heading) -> String {
        if self.path == REFERENCE { reference::of(&heading.text) } else { String::new() }
    }

    fn block(&self, name: &str) -> Option<String> {
        Some(match name {
            "versions" => conformance::versions(self.recorded),
            "areas" => conformance::areas(self.recorded),
            "flags" => conformance::flags(self.recorded),
            "differences" => conformance::differences(self.recorded),
            "simplifications" => self.simplifications()?,
            _ => return None,
        })
    }
}

impl Build<'_> {
    /// The map's own list, so that there is one.
    fn simplifications(&self) -> Option<String> {
        let (_, after) = self.map.split_once("\n## Known simplifications\n")?;
        let section = after.split("\n## ").next()?;
        Some(markdown::read(section, &page::root_from(self.path), self).ok()?.html)
    }
}

/// A folder without an index gets one: its pages, each with its first sentence.
fn add_indexes(pages: &mut Vec<Page>) {
    let mut folders: Vec<String> = pages.iter().map(|page| page.folder().to_owned()).collect();
    folders.sort();
    folders.dedup();
    for folder in folders.into_iter().filter(|folder| !folder.is_empty()) {
        let path = format!("{folder}index");
        if pages.iter().any(|page| page.path == path) {
            continue;
        }
        let mut inside: Vec<&Page> = pages.iter().filter(|page| page.folder() == folder).collect();
        inside.sort_by(|one, other| one.path.cmp(&other.path));
        let document = index(&folder, &inside);
        pages.push(Page { path, document });
    }
}

fn index(folder: &str, pages: &[&Page]) -> Document {
    use super::escape::escape;
    let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let mut letters = name.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let title = format!("{first}{}", letters.as_str());
    let mut html = format!("<h1>{}</h1>\n<dl class=\"index\">", escape(&title));
    for page in pages {
        let file = page.path.rsplit('/').next().unwrap_or_default();
        html.push_str(&format!(
            "<dt><a href=\"{}.html\">{}</a></dt><dd>{}</dd>",
            escape(file),
            escape(&page.document.title),
            escape(&page.document.summary)
        ));
    }
    html.push_str("</dl>\n");
    Document { title, html, ..Document::default() }
}

fn find(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(say)? {
        let path = entry.map_err(say)?.path();
        if path.is_dir() { find(&path, into)? } else { into.push(path) }
    }
    into.sort();
    Ok(())
}

fn read(file: &Path) -> Result<String, String> {
    fs::read_to_string(file).map_err(|why| format!("{}: {why}", file.display()))
}

fn write(file: &Path, bytes: &[u8]) -> Result<(), String> {
    let say = |why: std::io::Error| format!("{}: {why}", file.display());
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(say)?;
    }
    fs::write(file, bytes).map_err(say)
}
