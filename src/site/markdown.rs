//! Markdown to HTML: headings get anchors, links lead to pages, scripts get colours, and raw HTML is shown as the text
//! that it is.

use pulldown_cmark::{CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::code;
use super::escape::escape;

/// A heading of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// From 1.
    pub level: u8,
    /// As it reads.
    pub text: String,
    /// Its anchor.
    pub slug: String,
}

/// A document, read.
#[derive(Clone, Debug, Default)]
pub(super) struct Document {
    /// The first heading.
    pub(super) title: String,
    /// The first paragraph, as text.
    pub(super) summary: String,
    /// All headings.
    pub(super) headings: Vec<Heading>,
    /// What stands in the page.
    pub(super) html: String,
}

/// What the documents leave to the build.
pub(super) trait Generated {
    /// What follows a heading: HTML, or nothing.
    fn below(&self, heading: &Heading) -> String;
    /// What stands for a block fenced as `generated`; none: the name is not known.
    fn block(&self, name: &str) -> Option<String>;
}

/// The anchor of a heading: its letters and digits in lower case, `-` for `_` and for blanks.
pub fn slug(heading: &str) -> String {
    let mut slug = String::new();
    for each in heading.trim().chars() {
        match each {
            '_' | '-' | ' ' => slug.push('-'),
            other if other.is_alphanumeric() => slug.extend(other.to_lowercase()),
            _ => {}
        }
    }
    slug
}

/// Reads a document. `root` leads from its page to the site's root; the error names what cannot be shown.
pub(super) fn read(text: &str, root: &str, generated: &dyn Generated) -> Result<Document, String> {
    let mut reader = Reader { document: Document::default(), out: Vec::new(), root, generated };
    let mut events = Parser::new_ext(text, Options::ENABLE_TABLES);
    while let Some(event) = events.next() {
        reader.event(event, &mut events)?;
    }
    let mut document = reader.document;
    html::push_html(&mut document.html, reader.out.into_iter());
    Ok(document)
}

struct Reader<'a> {
    document: Document,
    out: Vec<Event<'a>>,
    root: &'a str,
    generated: &'a dyn Generated,
}

impl<'a> Reader<'a> {
    fn event(&mut self, event: Event<'a>, rest: &mut Parser<'a>) -> Result<(), String> {
        match event {
            Event::Start(Tag::Heading { level, .. }) => self.heading(level, rest)?,
            Event::Start(Tag::CodeBlock(kind)) => self.code(&kind, rest)?,
            Event::Start(Tag::Paragraph) => self.paragraph(rest)?,
            Event::Start(Tag::Table(columns)) => {
                self.put("<div class=\"table\">".into());
                self.out.push(Event::Start(Tag::Table(columns)));
            }
            Event::End(TagEnd::Table) => {
                self.out.push(Event::End(TagEnd::Table));
                self.put("</div>\n".into());
            }
            other => self.inline(other)?,
        }
        Ok(())
    }

    /// What stands in a line: text, links, pictures. Raw HTML becomes text.
    fn inline(&mut self, event: Event<'a>) -> Result<(), String> {
        self.out.push(match event {
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
            Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = address(&dest_url)?.into();
                Event::Start(Tag::Link { link_type, dest_url, title, id })
            }
            Event::Start(Tag::Image { link_type, dest_url, title, id }) => {
                let dest_url = address(&dest_url)?.into();
                Event::Start(Tag::Image { link_type, dest_url, title, id })
            }
            other => other,
        });
        Ok(())
    }

    fn heading(&mut self, level: HeadingLevel, rest: &mut Parser<'a>) -> Result<(), String> {
        let inner = inner(rest, &TagEnd::Heading(level));
        let text = words(&inner);
        let plain = slug(&text);
        let taken = |slug: &str| self.document.headings.iter().any(|heading| heading.slug == slug);
        let mut slug = plain.clone();
        let mut count = 1;
        while taken(&slug) {
            count += 1;
            slug = format!("{plain}-{count}");
        }
        let heading = Heading { level: level as u8, text, slug };
        let tag = format!("h{}", heading.level);
        self.put(format!("<{tag} id=\"{}\">", escape(&heading.slug)));
        for event in inner {
            self.inline(event)?;
        }
        self.put(format!(
            " <a class=\"anchor\" href=\"#{}\" aria-label=\"Link to “{}”\">#</a></{tag}>\n",
            escape(&heading.slug),
            escape(&heading.text)
        ));
        let below = self.generated.below(&heading);
        self.put(below);
        if self.document.title.is_empty() {
            self.document.title.clone_from(&heading.text);
        }
        self.document.headings.push(heading);
        Ok(())
    }

    fn paragraph(&mut self, rest: &mut Parser<'a>) -> Result<(), String> {
        let inner = inner(rest, &TagEnd::Paragraph);
        if self.document.summary.is_empty() {
            self.document.summary = words(&inner);
        }
        self.out.push(Event::Start(Tag::Paragraph));
        for event in inner {
            self.inline(event)?;
        }
        self.out.push(Event::End(TagEnd::Paragraph));
        Ok(())
    }

    fn code(&mut self, kind: &CodeBlockKind<'a>, rest: &mut Parser<'a>) -> Result<(), String> {
        let text = words(&inner(rest, &TagEnd::CodeBlock));
        let info = match kind {
            CodeBlockKind::Fenced(info) => info,
            CodeBlockKind::Indented => "",
        };
        let language = info.split([' ', ',']).find(|word| !word.is_empty()).unwrap_or("");
        let html = match language {
            // `warren ignore`, too: what is wrong in it is underlined there.
            "warren" => code::script(&text, self.root),
            "outcome" => code::outcome(&text),
            "generated" => {
                let name = text.trim();
                self.generated
                    .block(name)
                    .ok_or_else(|| format!("the build makes nothing called `{name}`"))?
            }
            _ => code::plain(&text),
        };
        self.put(html);
        Ok(())
    }

    /// Our own HTML: the only way for HTML into a page.
    fn put(&mut self, html: String) {
        if !html.is_empty() {
            self.out.push(Event::Html(CowStr::from(html)));
        }
    }
}

/// The events up to the end of what has just begun.
fn inner<'a>(rest: &mut Parser<'a>, end: &TagEnd) -> Vec<Event<'a>> {
    rest.take_while(|event| !matches!(event, Event::End(found) if found == end)).collect()
}

/// As it reads, without its marks.
fn words(events: &[Event<'_>]) -> String {
    let mut words = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(text);
            }
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    words
}

/// Where a link of a document leads in the site: `language.md#publish` to `language.html#publish`.
fn address(link: &str) -> Result<String, String> {
    if ["https://", "http://", "#"].iter().any(|start| link.starts_with(start)) {
        return Ok(link.to_owned());
    }
    let (path, anchor) = link.split_once('#').map_or((link, None), |(path, anchor)| (path, Some(anchor)));
    if path.contains(':') || path.starts_with(['/', '\\']) {
        return Err(format!("`{link}` is no link within the documents"));
    }
    let path = path.strip_suffix(".md").map_or_else(|| path.to_owned(), |stem| format!("{stem}.html"));
    Ok(anchor.map_or(path.clone(), |anchor| format!("{path}#{anchor}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Nothing;

    impl Generated for Nothing {
        fn below(&self, _: &Heading) -> String {
            String::new()
        }

        fn block(&self, _: &str) -> Option<String> {
            None
        }
    }

    fn html(text: &str) -> String {
        read(text, "../", &Nothing).expect("readable").html
    }

    #[test]
    fn an_anchor_is_the_heading_in_small_letters() {
        assert_eq!(slug("set_policy"), "set-policy");
        assert_eq!(slug(" 1. Hello, World! "), "1-hello-world");
        let document = read("# `a_b`\n## x\n## x\n", "../", &Nothing).expect("readable");
        let slugs: Vec<_> = document.headings.iter().map(|heading| heading.slug.as_str()).collect();
        assert_eq!(slugs, ["a-b", "x", "x-2"]);
        assert_eq!(document.title, "a_b");
    }

    #[test]
    fn no_html_of_a_document_reaches_the_page() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "# <b onclick=\"x\">h</b>",
            "```\n</code><script>alert(1)</script>\n```",
            "```warren\nprint \"</code><script>alert(1)</script>\"\n```",
            "| a |\n| --- |\n| <script>alert(1)</script> |",
        ] {
            let html = html(text);
            for tag in ["<script>", "<img", "<b "] {
                assert!(!html.contains(tag), "{text}: {html}");
            }
        }
    }

    #[test]
    fn links_lead_to_pages_and_nowhere_else() {
        assert!(html("[x](language.md#publish)").contains("href=\"language.html#publish\""));
        assert!(html("[x](https://a.example/b.md)").contains("href=\"https://a.example/b.md\""));
        assert!(read("[x](javascript:alert(1))", "../", &Nothing).is_err());
        assert!(read("[x](/etc/passwd)", "../", &Nothing).is_err());
    }
}
