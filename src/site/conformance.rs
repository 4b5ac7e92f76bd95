//! The page on conformance: what a replay of the recorded cases says, and where the recorded versions differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::{Value, json};

use crate::broker::{DIFFERENCES, NOT_HERE, Version};
use crate::conformance::{Report, replay_folder};

use super::escape::escape;
use super::markdown::slug;

const DEFLATE_LEVEL: u8 = 9;
/// What is shown of a case that does not come out as recorded.
const FAILURE_CHARACTERS_MAX: usize = 300;

/// The cases of one version, and how they come out here.
pub(super) struct Recorded {
    /// The folder's name: `4.3.6`.
    version: String,
    /// How they come out.
    report: Report,
    /// By name, as they stand in their files.
    cases: BTreeMap<String, Value>,
}

/// Replays every folder of `folder` whose name is a version, oldest first.
pub(super) fn replay_all(folder: &Path) -> Result<Vec<Recorded>, String> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(say)? {
        let path = entry.map_err(say)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if let Some(version) = Version::parse(&name).filter(|_| path.is_dir()) {
            let mut cases = BTreeMap::new();
            read_cases(&path, &mut cases)?;
            found.push((version, Recorded { version: name, report: replay_folder(&path)?, cases }));
        }
    }
    found.sort_by(|(one, a), (other, b)| one.cmp(other).then_with(|| a.version.cmp(&b.version)));
    Ok(found.into_iter().map(|(_, recorded)| recorded).collect())
}

fn read_cases(folder: &Path, into: &mut BTreeMap<String, Value>) -> Result<(), String> {
    let say = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(say)? {
        let path = entry.map_err(say)?.path();
        if path.is_dir() {
            read_cases(&path, into)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&path).map_err(|why| format!("{}: {why}", path.display()))?;
            let case = serde_json::from_str(&text).map_err(|why| format!("{}: {why}", path.display()))?;
            into.insert(path.file_stem().unwrap_or_default().to_string_lossy().into_owned(), case);
        }
    }
    Ok(())
}

/// All cases as the page loads them: a list of `{ version, case }`, in zlib's format. A case is text in it: JavaScript
/// would read 1.0 as 1, and write it so.
pub(super) fn cases(all: &[Recorded]) -> Vec<u8> {
    let list: Vec<Value> = all
        .iter()
        .flat_map(|recorded| {
            recorded.cases.values().map(|case| json!({"version": recorded.version, "case": case.to_string()}))
        })
        .collect();
    compress_to_vec_zlib(Value::Array(list).to_string().as_bytes(), DEFLATE_LEVEL)
}

/// A table of the versions and what is known of each.
pub(super) fn versions(all: &[Recorded]) -> String {
    let mut html = String::from(
        "<div class=\"table\"><table><thead><tr><th>version</th><th>known from</th><th class=\"number\">cases</th><th class=\"number\">held</th></tr></thead><tbody>",
    );
    for version in Version::ALL {
        let mut of: Vec<_> =
            all.iter().filter(|recorded| Version::parse(&recorded.version) == Some(version)).collect();
        if version.recorded().is_none() {
            of.clear();
        }
        for recorded in &of {
            html.push_str(&format!(
                "<tr><td><b>{version}</b></td><td>recorded from RabbitMQ {}</td><td class=\"number\">{}</td><td class=\"number\">{}</td></tr>",
                escape(&recorded.version),
                recorded.report.cases.len(),
                recorded.report.passed()
            ));
        }
        if of.is_empty() {
            html.push_str(&format!(
                "<tr><td><b>{version}</b></td><td class=\"doubt\">documented, not recorded</td><td></td><td></td></tr>"
            ));
        }
    }
    html.push_str("</tbody></table></div>\n");
    html
}

/// Cases held by area and version, with the button that runs them in the reader's browser.
pub(super) fn areas(all: &[Recorded]) -> String {
    // Hidden until the script that it needs is there.
    let mut html = String::from(
        "<div class=\"run\" id=\"run\" hidden><button type=\"button\" id=\"run-start\">Run them in this browser</button>\
         <progress id=\"run-progress\" value=\"0\" max=\"1\" hidden></progress><p id=\"run-said\" role=\"status\"></p></div>\n",
    );
    html.push_str("<div class=\"table\"><table id=\"areas\" class=\"areas\"><thead><tr><th>area</th>");
    for recorded in all {
        html.push_str(&format!("<th class=\"number\">{}</th>", escape(&recorded.version)));
    }
    html.push_str("</tr></thead><tbody>");
    let names: BTreeSet<&str> =
        all.iter().flat_map(|recorded| &recorded.report.cases).map(|case| case.area.as_str()).collect();
    for area in names {
        html.push_str(&format!("<tr><td>{}</td>", escape(&area.replace('_', " "))));
        for recorded in all {
            let of = recorded.report.cases.iter().filter(|case| case.area == area);
            html.push_str(&cell(&recorded.version, area, of.map(|case| case.failure.is_none())));
        }
        html.push_str("</tr>");
    }
    html.push_str("</tbody><tfoot><tr><th>all</th>");
    for recorded in all {
        html.push_str(&cell(
            &recorded.version,
            "",
            recorded.report.cases.iter().map(|case| case.failure.is_none()),
        ));
    }
    html.push_str("</tr></tfoot></table></div>\n");
    html.push_str(&failures(all));
    html
}

fn cell(version: &str, area: &str, held: impl Iterator<Item = bool>) -> String {
    let (mut cases, mut passed) = (0_u32, 0_u32);
    for held in held {
        cases += 1;
        passed += u32::from(held);
    }
    if cases == 0 {
        return "<td class=\"number doubt\">–</td>".to_owned();
    }
    let text = if passed == cases { passed.to_string() } else { format!("{passed} of {cases}") };
    let class = if passed == cases { "number" } else { "number bad" };
    format!(
        "<td class=\"{class}\" data-version=\"{}\" data-area=\"{}\" data-held=\"{passed}\" data-cases=\"{cases}\">{text}</td>",
        escape(version),
        escape(area)
    )
}

fn failures(all: &[Recorded]) -> String {
    let mut html = String::new();
    for recorded in all {
        for case in &recorded.report.cases {
            if let Some(failure) = &case.failure {
                // Bodies of a case may be long; the command line prints all of it.
                let short: String = failure.chars().take(FAILURE_CHARACTERS_MAX).collect();
                let more = if short.len() < failure.len() { " …" } else { "" };
                html.push_str(&format!(
                    "<li>{} <code>{}</code>: {}{more}</li>",
                    escape(&recorded.version),
                    escape(&case.name),
                    escape(&short)
                ));
            }
        }
    }
    if html.is_empty() { html } else { format!("<p>Not held:</p>\n<ul class=\"failures\">{html}</ul>\n") }
}

/// The flags of the broker's profiles: what differs, since when, and the cases that show it.
pub(super) fn flags(all: &[Recorded]) -> String {
    let listed: BTreeSet<&str> = differing(all).into_iter().map(|case| case.name).collect();
    let mut html = String::from(
        "<div class=\"table\"><table class=\"flags\"><thead><tr><th>what differs</th><th>since</th><th>shown by</th></tr></thead><tbody>",
    );
    for difference in DIFFERENCES {
        let since: Vec<_> = difference.since.iter().map(|version| version.name()).collect();
        let cases: Vec<_> = difference
            .cases
            .iter()
            .map(|case| match listed.contains(case) {
                true => format!("<a href=\"#{}\"><code>{}</code></a>", anchor(case), escape(case)),
                // Recorded from one version only.
                false => format!("<code>{}</code>", escape(case)),
            })
            .collect();
        let shown = match (cases.is_empty(), difference.scenario) {
            (false, _) => cases.join(" "),
            (true, Some(_)) => "a test of its own".to_owned(),
            (true, None) => "<span class=\"doubt\">documentation</span>".to_owned(),
        };
        html.push_str(&format!(
            "<tr><td>{}</td><td>{}</td><td>{shown}</td></tr>",
            prose(difference.text),
            since.join(", ")
        ));
    }
    html.push_str("</tbody></table></div>\n<p>Not seen by a client of AMQP 0-9-1:</p>\n<ul>");
    for (what, why) in NOT_HERE {
        html.push_str(&format!("<li>{}: {}</li>", prose(what), prose(why)));
    }
    html.push_str("</ul>\n");
    html
}

/// What stands between backticks is code.
fn prose(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let part = escape(part);
        html.push_str(&if at % 2 == 1 { format!("<code>{part}</code>") } else { part });
    }
    html
}

/// Where a case stands among the differences.
fn anchor(case: &str) -> String {
    format!("case-{}", slug(case))
}

/// A case whose answers are not the same in all versions.
struct Differing<'a> {
    area: &'a str,
    name: &'a str,
    /// By version.
    cases: Vec<(&'a str, &'a Value)>,
}

/// By area and name.
fn differing(all: &[Recorded]) -> Vec<Differing<'_>> {
    let names: BTreeSet<&String> = all.iter().flat_map(|recorded| recorded.cases.keys()).collect();
    let mut found = Vec::new();
    for name in names {
        let cases: Vec<(&str, &Value)> = all
            .iter()
            .filter_map(|recorded| Some((recorded.version.as_str(), recorded.cases.get(name)?)))
            .collect();
        let Some((_, first)) = cases.first() else { continue };
        if cases.iter().any(|(_, case)| case["observed"] != first["observed"]) {
            let area = first["area"].as_str().unwrap_or_default();
            found.push(Differing { area, name, cases });
        }
    }
    found.sort_by_key(|case| (case.area, case.name));
    found
}

/// Each case whose answers differ between the versions, with the first step that differs.
pub(super) fn differences(all: &[Recorded]) -> String {
    let found = differing(all);
    let mut html = format!("<p>{} cases come out differently.</p>\n", found.len());
    let mut area = "";
    for case in &found {
        if case.area != area {
            area = case.area;
            html.push_str(&format!("<h3>{}</h3>\n", escape(&area.replace('_', " "))));
        }
        html.push_str(&difference(case.name, &case.cases));
    }
    html
}

fn difference(name: &str, of: &[(&str, &Value)]) -> String {
    let why = of.first().and_then(|(_, case)| case["why"].as_str()).unwrap_or_default();
    let mut html = format!(
        "<details class=\"difference\" id=\"{}\"><summary><code>{}</code> {}</summary>",
        anchor(name),
        escape(name),
        escape(why)
    );
    let steps = of.iter().filter_map(|(_, case)| case["steps"].as_array()).map(Vec::len).max().unwrap_or(0);
    let observed = |case: &Value, at: usize| case["observed"]["steps"][at].clone();
    let differs = |at: &usize| of.iter().any(|(_, case)| observed(case, *at) != observed(of[0].1, *at));
    let what = |case: &Value, at: Option<usize>| match at {
        Some(at) => observed(case, at),
        None => case["observed"]["final"].clone(),
    };
    let at = (0..steps).find(differs);
    match at {
        Some(at) => html.push_str(&format!(
            "<p>Step {}: <code>{}</code></p>",
            at + 1,
            escape(&of[0].1["steps"][at].to_string())
        )),
        None => html.push_str("<p>The state after the last step:</p>"),
    }
    // Versions that answer alike stand together.
    let mut groups: Vec<(Value, Vec<&str>)> = Vec::new();
    for (version, case) in of {
        let answer = what(case, at);
        match groups.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, versions)) => versions.push(version),
            None => groups.push((answer, vec![version])),
        }
    }
    html.push_str("<dl>");
    for (answer, versions) in groups {
        html.push_str(&format!(
            "<div><dt>{}</dt><dd><code>{}</code></dd></div>",
            escape(&versions.join(", ")),
            escape(&answer.to_string())
        ));
    }
    html.push_str("</dl></details>\n");
    html
}
