//! The timeline's canvas: flights, marks or tiles, the selected message, the moment.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::window::{Window, tick_label};
use crate::inspect::view::{Mark, MarkKind, MessageRef, Thing, Tile};
use crate::web::panels::events::{is_selected, mark_word};
use crate::web::platform::canvas::Canvas;
use crate::web::platform::screen;

/// Height of a lane.
pub const LANE: f64 = 24.0;
/// Height of the axis above the lanes.
pub const AXIS: f64 = 20.0;
/// Columns of a tile.
const COLUMNS: u64 = 256;

/// All kinds, in the order of their numbers.
const KINDS: [MarkKind; 16] = [
    MarkKind::Other,
    MarkKind::Print,
    MarkKind::Enqueue,
    MarkKind::Publish,
    MarkKind::Confirm,
    MarkKind::Deliver,
    MarkKind::Ack,
    MarkKind::Requeue,
    MarkKind::Redeliver,
    MarkKind::DeadLetter,
    MarkKind::Expire,
    MarkKind::Return,
    MarkKind::Drop,
    MarkKind::Refusal,
    MarkKind::Fault,
    MarkKind::FailedCheck,
];

/// The colours of `tokens.css`, read once for each theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    marks: Vec<String>,
    line: String,
    text: String,
    moment: String,
    lit: String,
    font: String,
}

impl Palette {
    /// As it is now.
    pub fn read() -> Self {
        let marks = KINDS.iter().map(|kind| screen::token(&format!("--mark-{}", mark_word(*kind)))).collect();
        Self {
            marks,
            line: screen::token("--line"),
            text: screen::token("--text-soft"),
            moment: screen::token("--moment"),
            lit: screen::token("--lit"),
            font: format!("11px {}", screen::token("--font-text")),
        }
    }

    fn of(&self, kind: MarkKind) -> &str {
        self.marks.get(kind as usize - 1).map_or("", String::as_str)
    }
}

/// What is drawn.
pub struct Scene<'a> {
    /// The part of time.
    pub window: Window,
    /// Lanes in order.
    pub lanes: usize,
    /// The lane of the selected thing.
    pub lit_lane: Option<usize>,
    /// Single marks, if they are few enough.
    pub marks: Option<&'a [Mark]>,
    /// Else what tiles there are.
    pub tiles: &'a BTreeMap<(u8, u32), Rc<Tile>>,
    /// The moment.
    pub clock: u64,
    /// What is selected.
    pub selection: Option<&'a Thing>,
    /// Colours.
    pub palette: &'a Palette,
}

/// The middle of a lane.
pub fn lane_y(lane: usize) -> f64 {
    AXIS + (lane as f64 + 0.5) * LANE
}

/// Draws all of it.
pub fn draw(canvas: &Canvas, scene: &Scene<'_>) {
    draw_grid(canvas, scene);
    match scene.marks {
        Some(marks) => draw_marks(canvas, scene, marks),
        None => draw_tiles(canvas, scene),
    }
    let x = scene.window.x(scene.clock as f64, canvas.width);
    canvas.alpha(1.0);
    canvas.fill(&scene.palette.moment);
    canvas.rect(x - 0.75, 0.0, 1.5, canvas.height);
    canvas.polygon(&[(x - 5.0, 0.0), (x + 5.0, 0.0), (x, 7.0)]);
}

fn draw_grid(canvas: &Canvas, scene: &Scene<'_>) {
    let palette = scene.palette;
    if let Some(lane) = scene.lit_lane {
        canvas.fill(&palette.lit);
        canvas.rect(0.0, AXIS + lane as f64 * LANE, canvas.width, LANE);
    }
    canvas.fill(&palette.line);
    for lane in 0..=scene.lanes {
        canvas.rect(0.0, AXIS + lane as f64 * LANE, canvas.width, 1.0);
    }
    canvas.font(&palette.font);
    let (step, first) = scene.window.ticks(canvas.width, 84.0);
    let last = scene.window.micros().1;
    for time in
        (0..64).map(|tick| first.saturating_add(step.saturating_mul(tick))).take_while(|time| *time <= last)
    {
        let x = scene.window.x(time as f64, canvas.width);
        canvas.fill(&palette.line);
        canvas.rect(x, AXIS - 5.0, 1.0, canvas.height);
        canvas.fill(&palette.text);
        let label = tick_label(time, step);
        // The last one does not leave the picture.
        let at = (x + 4.0).min(canvas.width - canvas.text_width(&label) - 2.0);
        canvas.text(&label, at, AXIS - 7.0);
    }
}

fn draw_marks(canvas: &Canvas, scene: &Scene<'_>, marks: &[Mark]) {
    let has_message = matches!(scene.selection, Some(Thing::Message(_)));
    let strength = |message: Option<&MessageRef>| match (has_message, is_selected(scene.selection, message)) {
        (false, _) | (true, true) => 1.0,
        (true, false) => 0.25,
    };
    for mark in marks {
        if let Some((lane, time)) = mark.from {
            let chosen = is_selected(scene.selection, mark.message.as_ref());
            canvas.alpha(if chosen { 1.0 } else { 0.35 * strength(mark.message.as_ref()) });
            canvas.stroke(scene.palette.of(mark.kind), if chosen { 2.0 } else { 1.0 });
            let from = (scene.window.x(time as f64, canvas.width), lane_y(usize::from(lane)));
            let to = (scene.window.x(mark.time as f64, canvas.width), lane_y(usize::from(mark.lane)));
            canvas.line(from, to);
        }
    }
    // The important ones on top.
    let mut order: Vec<&Mark> = marks.iter().collect();
    order.sort_by_key(|mark| mark.kind);
    for mark in order {
        let (x, y) = (scene.window.x(mark.time as f64, canvas.width), lane_y(usize::from(mark.lane)));
        if !(-10.0..=canvas.width + 10.0).contains(&x) {
            continue;
        }
        canvas.alpha(strength(mark.message.as_ref()));
        draw_mark(canvas, scene.palette.of(mark.kind), mark.kind, x, y);
        if is_selected(scene.selection, mark.message.as_ref()) {
            canvas.stroke(&scene.palette.moment, 1.5);
            canvas.ring(x, y, 8.5);
        }
    }
    canvas.alpha(1.0);
}

/// A shape for each kind: what leaves points right, what arrives is a disc, what is done is a tick, what is lost a cross.
fn draw_mark(canvas: &Canvas, colour: &str, kind: MarkKind, x: f64, y: f64) {
    canvas.fill(colour);
    canvas.stroke(colour, 1.8);
    match kind {
        MarkKind::Other => canvas.rect(x - 0.75, y - 3.0, 1.5, 6.0),
        MarkKind::Print => canvas.rect(x - 3.5, y + 5.5, 7.0, 2.0),
        MarkKind::Enqueue => canvas.rect(x - 3.0, y - 3.0, 6.0, 6.0),
        MarkKind::Publish => canvas.polygon(&[(x - 4.0, y - 5.0), (x + 5.0, y), (x - 4.0, y + 5.0)]),
        MarkKind::Confirm | MarkKind::Ack => {
            canvas.path(&[(x - 4.0, y), (x - 1.0, y + 3.5), (x + 4.5, y - 4.0)])
        }
        MarkKind::Deliver => canvas.disc(x, y, 4.2),
        MarkKind::Requeue => canvas.ring(x, y, 4.0),
        MarkKind::Redeliver => {
            canvas.disc(x, y, 3.2);
            canvas.ring(x, y, 5.4);
        }
        MarkKind::DeadLetter => canvas.polygon(&[(x - 5.0, y - 4.0), (x + 5.0, y - 4.0), (x, y + 5.0)]),
        MarkKind::Expire => canvas.polygon_line(&[(x, y - 5.0), (x + 4.5, y), (x, y + 5.0), (x - 4.5, y)]),
        MarkKind::Return => canvas.polygon(&[(x + 4.0, y - 5.0), (x - 5.0, y), (x + 4.0, y + 5.0)]),
        MarkKind::Drop | MarkKind::Refusal => {
            canvas.line((x - 4.0, y - 4.0), (x + 4.0, y + 4.0));
            canvas.line((x + 4.0, y - 4.0), (x - 4.0, y + 4.0));
        }
        MarkKind::Fault => canvas.polygon(&[
            (x + 1.0, y - 8.0),
            (x - 5.0, y + 1.5),
            (x - 0.5, y + 1.5),
            (x - 1.5, y + 8.0),
            (x + 5.0, y - 2.0),
            (x + 0.5, y - 2.0),
        ]),
        MarkKind::FailedCheck => {
            canvas.polygon_line(&[(x, y - 6.0), (x + 6.0, y + 5.0), (x - 6.0, y + 5.0)]);
            canvas.rect(x - 0.9, y - 2.0, 1.8, 4.5);
        }
    }
}

fn draw_tiles(canvas: &Canvas, scene: &Scene<'_>) {
    let level = scene.window.level(canvas.width);
    let (from, to) = scene.window.micros();
    // What is drawn finer is drawn later: a coarse tile stands in until the fine ones have come.
    for wide in (level..=level.saturating_add(6)).rev() {
        let length = COLUMNS << wide;
        for index in from / length..=to / length {
            let Ok(index) = u32::try_from(index) else { return };
            if let Some(tile) = scene.tiles.get(&(wide, index)) {
                draw_tile(canvas, scene, tile);
            }
        }
    }
}

fn draw_tile(canvas: &Canvas, scene: &Scene<'_>, tile: &Tile) {
    let begin = (u64::from(tile.index) * COLUMNS) << tile.level;
    let column_width = scene.window.x((begin + (1 << tile.level)) as f64, canvas.width)
        - scene.window.x(begin as f64, canvas.width);
    for (at, cell) in tile.cells.chunks_exact(2).enumerate() {
        let (lane, column) = (at / 256, at % 256);
        let &[count, kind] = cell else { continue };
        let Some(kind) = (kind as usize).checked_sub(1).and_then(|kind| KINDS.get(kind)) else { continue };
        if count == 0 || lane >= scene.lanes {
            continue;
        }
        let time = begin + ((column as u64) << tile.level);
        let x = scene.window.x(time as f64, canvas.width);
        if !(-column_width..=canvas.width).contains(&x) {
            continue;
        }
        // From a third of the lane for one to all of it for many.
        let height = (LANE - 6.0) * (0.35 + 0.65 * (f64::from(count) / 255.0).sqrt());
        canvas.fill(scene.palette.of(*kind));
        canvas.rect(x, lane_y(lane) - height / 2.0, column_width.max(1.0), height);
    }
}
