//! Links: what comes after the address's `#`.
//!
//! `w1:` and, in base64url without padding, a deflated text: a line for each thing that differs from the defaults that
//! version 1 froze (`Settings::w1`), an empty line, the script. `&view=embed` may follow. `example=ID` in the place of
//! `w1:…` opens a shipped example. Old links open for ever: another meaning is another version.
//!
//! Invariant: a link may hold anything. Reading one is bounded in time and memory, and never fails but by a `LinkError`.

use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

use crate::engine::protocol::Limits;
use crate::inspect::view::{MessageRef, Thing};

use super::settings::Settings;
use super::state::{Panel, View};

/// The longest script that goes into a link or comes out of one.
pub const SCRIPT_BYTES_MAX: usize = 1 << 20;
/// What a link may hold once inflated: the script and a few lines.
const INFLATED_BYTES_MAX: usize = SCRIPT_BYTES_MAX + (64 << 10);
/// Best compression that still takes only milliseconds for a page of script.
const DEFLATE_LEVEL: u8 = 9;
const SCHEME: &str = "w1:";

/// A place in time that survives changes of the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkMoment {
    /// Microseconds.
    pub time: u64,
    /// Which step within that time, from 0.
    pub ordinal: u32,
}

/// What a link holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The script; none: that of the example, or the reader's own.
    pub text: Option<String>,
    /// A shipped example.
    pub example: Option<String>,
    /// Settings.
    pub settings: Settings,
    /// The moment; none: the end.
    pub moment: Option<LinkMoment>,
    /// What is selected.
    pub selection: Option<Thing>,
    /// The panel chosen.
    pub panel: Option<Panel>,
    /// Exchange and key of the routing panel.
    pub routing: Option<(String, String)>,
    /// With or without chrome.
    pub view: View,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            text: None,
            example: None,
            settings: Settings::w1(),
            moment: None,
            selection: None,
            panel: None,
            routing: None,
            view: View::Full,
        }
    }
}

/// Why a link does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkError {
    /// Not one of ours.
    Foreign,
    /// Of a version that this page does not know.
    Newer,
    /// Characters are missing or changed.
    Damaged,
    /// It would unfold to more than a script may have.
    TooLarge,
    /// The example is not shipped (any more).
    NoExample,
}

impl fmt::Display for LinkError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(match self {
            Self::Foreign => "the part after # is not a link of this playground",
            Self::Newer => "the link was made by a newer playground than this one",
            Self::Damaged => {
                "the link is damaged: characters are missing or changed, perhaps by being cut off"
            }
            Self::TooLarge => "the link would unfold to more than a script may have (1 MiB)",
            Self::NoExample => "there is no example of that name",
        })
    }
}

impl Link {
    /// Reads what stands after `#` and after `?`. An empty address is no link.
    pub fn read(hash: &str, query: &str) -> Result<Option<Self>, LinkError> {
        let hash = hash.trim_start_matches('#');
        let mut parts = hash.split('&').filter(|part| !part.is_empty());
        let mut link = Link::default();
        let mut is_link = false;
        for part in query.trim_start_matches('?').split('&') {
            link.read_word(part);
        }
        let Some(first) = parts.next() else {
            return Ok((link.view == View::Embed).then_some(link));
        };
        let view = link.view;
        if let Some(payload) = first.strip_prefix(SCHEME) {
            link = Self::unfold(payload)?;
            link.view = view;
            is_link = true;
        } else if let Some(id) = first.strip_prefix("example=") {
            super::examples::find(id).ok_or(LinkError::NoExample)?;
            link.example = Some(id.to_owned());
            is_link = true;
        } else {
            is_link |= link.read_word(first);
        }
        for part in parts {
            link.read_word(part);
        }
        match is_link {
            true => Ok(Some(link)),
            false if is_other_version(first) => Err(LinkError::Newer),
            false => Err(LinkError::Foreign),
        }
    }

    fn read_word(&mut self, word: &str) -> bool {
        if word == "view=embed" {
            self.view = View::Embed;
        }
        word == "view=embed"
    }

    fn unfold(payload: &str) -> Result<Self, LinkError> {
        use miniz_oxide::inflate::TINFLStatus;
        let folded = BASE64URL_NOPAD.decode(payload.as_bytes()).map_err(|_| LinkError::Damaged)?;
        let bytes = decompress_to_vec_with_limit(&folded, INFLATED_BYTES_MAX).map_err(|error| {
            if error.status == TINFLStatus::HasMoreOutput { LinkError::TooLarge } else { LinkError::Damaged }
        })?;
        let plain = String::from_utf8(bytes).map_err(|_| LinkError::Damaged)?;
        let (lines, text) = match plain.strip_prefix('\n') {
            Some(text) => ("", text),
            None => plain.split_once("\n\n").ok_or(LinkError::Damaged)?,
        };
        if text.len() > SCRIPT_BYTES_MAX {
            return Err(LinkError::TooLarge);
        }
        let mut link = Link { text: Some(text.to_owned()), ..Link::default() };
        for line in lines.lines() {
            // A line that is not understood is passed over: what it would have changed is at its default.
            let _ = link.read_line(line);
        }
        Ok(link)
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (name, value) = line.split_once('=')?;
        let fields: Vec<String> = value.split(':').map(unescaped).collect::<Option<_>>()?;
        let field = |at: usize| fields.get(at).map(String::as_str);
        match name {
            "seed" => self.settings.seed = field(0)?.parse().ok()?,
            "broker" => self.settings.broker = field(0)?.to_owned(),
            "latency" => self.settings.latency = field(0)?.parse().ok()?,
            "limits" => {
                let number = |at| field(at)?.parse().ok();
                self.settings.limits = Limits { time: number(0)?, steps: number(1)?, memory: number(2)? };
            }
            "at" => {
                self.moment =
                    Some(LinkMoment { time: field(0)?.parse().ok()?, ordinal: field(1)?.parse().ok()? });
            }
            "select" => self.selection = Some(thing(&fields)?),
            "panel" => self.panel = Some(panel(field(0)?)?),
            "routing" => self.routing = Some((field(0)?.to_owned(), field(1)?.to_owned())),
            _ => {}
        }
        Some(())
    }

    /// What goes after `#`; none if the script is too long for a link.
    pub fn write(&self) -> Option<String> {
        let text = self.text.as_deref().unwrap_or_default();
        if text.len() > SCRIPT_BYTES_MAX {
            return None;
        }
        let mut plain = String::with_capacity(text.len() + 64);
        let mut line = |name: &str, fields: &[&str]| {
            let fields: Vec<String> = fields.iter().map(|field| escaped(field)).collect();
            plain.push_str(&format!("{name}={}\n", fields.join(":")));
        };
        let (settings, frozen) = (&self.settings, Settings::w1());
        if settings.seed != frozen.seed {
            line("seed", &[&settings.seed.to_string()]);
        }
        if settings.broker != frozen.broker {
            line("broker", &[&settings.broker]);
        }
        if settings.latency != frozen.latency {
            line("latency", &[&settings.latency.to_string()]);
        }
        if settings.limits != frozen.limits {
            let Limits { time, steps, memory } = settings.limits;
            line("limits", &[&time.to_string(), &steps.to_string(), &memory.to_string()]);
        }
        if let Some(LinkMoment { time, ordinal }) = self.moment {
            line("at", &[&time.to_string(), &ordinal.to_string()]);
        }
        match &self.selection {
            Some(Thing::Message(message)) => {
                line("select", &["message", &message.client, &message.ordinal.to_string()]);
            }
            Some(Thing::Client(name)) => line("select", &["client", name]),
            Some(Thing::Queue(vhost, name)) => line("select", &["queue", vhost, name]),
            Some(Thing::Exchange(vhost, name)) => line("select", &["exchange", vhost, name]),
            None => {}
        }
        if let Some(panel) = self.panel.filter(|panel| *panel != Panel::default()) {
            line("panel", &[panel_word(panel)]);
        }
        if let Some((exchange, key)) = &self.routing {
            line("routing", &[exchange, key]);
        }
        plain.push('\n');
        plain.push_str(text);
        let folded = compress_to_vec(plain.as_bytes(), DEFLATE_LEVEL);
        let view = if self.view == View::Embed { "&view=embed" } else { "" };
        Some(format!("{SCHEME}{}{view}", BASE64URL_NOPAD.encode(&folded)))
    }
}

/// `w2:` and so on.
fn is_other_version(word: &str) -> bool {
    word.strip_prefix('w').and_then(|rest| rest.split_once(':')).is_some_and(|(version, _)| {
        !version.is_empty() && version.bytes().all(|digit| digit.is_ascii_digit())
    })
}

fn thing(fields: &[String]) -> Option<Thing> {
    let words: Vec<&str> = fields.iter().map(String::as_str).collect();
    Some(match words.as_slice() {
        ["message", client, ordinal] => {
            Thing::Message(MessageRef { client: (*client).to_owned(), ordinal: ordinal.parse().ok()? })
        }
        ["client", name] => Thing::Client((*name).to_owned()),
        ["queue", vhost, name] => Thing::Queue((*vhost).to_owned(), (*name).to_owned()),
        ["exchange", vhost, name] => Thing::Exchange((*vhost).to_owned(), (*name).to_owned()),
        _ => return None,
    })
}

const PANELS: [(Panel, &str); 8] = [
    (Panel::Script, "script"),
    (Panel::Scene, "scene"),
    (Panel::Output, "output"),
    (Panel::Queues, "queues"),
    (Panel::Clients, "clients"),
    (Panel::Message, "message"),
    (Panel::Routing, "routing"),
    (Panel::Checks, "checks"),
];

fn panel(word: &str) -> Option<Panel> {
    PANELS.iter().find(|(_, name)| *name == word).map(|(panel, _)| *panel)
}

fn panel_word(panel: Panel) -> &'static str {
    PANELS.iter().find(|(known, _)| *known == panel).map_or("", |(_, name)| name)
}

/// A field holds neither the end of a line nor of a field.
fn escaped(field: &str) -> String {
    field.replace('%', "%25").replace(':', "%3A").replace('\n', "%0A").replace('\r', "%0D")
}

fn unescaped(field: &str) -> Option<String> {
    let mut out = String::with_capacity(field.len());
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after.get(..2)?;
        out.push(char::from(u8::from_str_radix(code, 16).ok()?));
        rest = after.get(2..)?;
    }
    out.push_str(rest);
    Some(out)
}
