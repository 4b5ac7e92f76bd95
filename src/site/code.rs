//! Blocks of code: scripts in the playground's colours, everything else plain.

use crate::script::highlight::highlight;
use crate::session::Link;

use super::escape::escape;

/// A script, with a link that opens it in the playground at `root`.
pub(super) fn script(text: &str, root: &str) -> String {
    let mut html = String::from("<figure class=\"script\"><pre><code>");
    let mut done = 0;
    for (span, tag) in highlight(text) {
        let (start, end) = (span.start as usize, span.end as usize);
        html.push_str(&escape(&text[done..start]));
        html.push_str(&format!("<span class=\"{}\">{}</span>", tag.css(), escape(&text[start..end])));
        done = end;
    }
    html.push_str(&escape(&text[done..]));
    html.push_str("</code></pre>");
    let link = Link { text: Some(text.to_owned()), ..Link::default() };
    // A script that is too long for a link is shown without one.
    if let Some(hash) = link.write() {
        let address = escape(&format!("{root}index.html#{hash}"));
        html.push_str(&format!(
            "<figcaption><a class=\"script__open\" href=\"{address}\">Open in the playground</a></figcaption>"
        ));
    }
    html.push_str("</figure>\n");
    html
}

/// What comes of the script above it.
pub(super) fn outcome(text: &str) -> String {
    format!("<pre class=\"plain outcome\"><code>{}</code></pre>\n", escape(text))
}

/// Any other block.
pub(super) fn plain(text: &str) -> String {
    format!("<pre class=\"plain\"><code>{}</code></pre>\n", escape(text))
}
