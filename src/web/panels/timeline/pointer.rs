//! The hand on the timeline: what a wheel, a drag, a pinch and a click mean.

use super::draw::{AXIS, LANE, lane_y};
use super::window::Window;
use crate::inspect::view::Mark;

/// A mark within this many pixels of the pointer is meant.
const REACH: f64 = 9.0;
/// A press that moves less is a click.
const CLICK: f64 = 4.0;

/// The fingers or the mouse on the canvas.
#[derive(Clone, Debug, Default)]
pub struct Hands {
    pressed: Vec<(i32, f64)>,
    has_moved: bool,
    /// The press began on the axis: it holds the moment.
    pub is_scrubbing: bool,
}

/// What a movement means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Meant {
    /// Show this part of time.
    Look(Window),
    /// Go to this time.
    Scrub(f64),
    /// Nothing.
    Nothing,
}

impl Hands {
    /// A press.
    pub fn press(&mut self, id: i32, x: f64, y: f64) {
        if self.pressed.is_empty() {
            self.has_moved = false;
            self.is_scrubbing = y < AXIS;
        }
        self.pressed.push((id, x));
    }

    /// A movement: one drags, two pinch.
    pub fn drag(&mut self, id: i32, x: f64, window: Window, width: f64, end: u64) -> Meant {
        let Some(at) = self.pressed.iter().position(|(pressed, _)| *pressed == id) else {
            return Meant::Nothing;
        };
        if self.is_scrubbing {
            return Meant::Scrub(window.time(x, width));
        }
        let before = self.pressed[at].1;
        if !self.has_moved && (x - before).abs() < CLICK {
            return Meant::Nothing;
        }
        self.has_moved = true;
        self.pressed[at].1 = x;
        match self.pressed.iter().find(|(other, _)| *other != id) {
            Some(&(_, other)) => {
                let factor = (before - other).abs().max(8.0) / (x - other).abs().max(8.0);
                Meant::Look(window.zoomed(factor, window.time(other, width), end))
            }
            None => Meant::Look(window.panned((before - x) / width.max(1.0) * window.span(), end)),
        }
    }

    /// A release. Whether it was a click.
    pub fn release(&mut self, id: i32) -> bool {
        let was_pressed = self.pressed.iter().any(|(pressed, _)| *pressed == id);
        self.pressed.retain(|(pressed, _)| *pressed != id);
        was_pressed && !self.has_moved && self.pressed.is_empty()
    }

    /// Whether something is pressed.
    pub fn is_pressed(&self) -> bool {
        !self.pressed.is_empty()
    }
}

/// The mark that is meant by a place, the most important of those near it.
pub fn mark_at(marks: &[Mark], x: f64, y: f64, window: Window, width: f64) -> Option<&Mark> {
    let is_near = |mark: &&Mark| {
        (window.x(mark.time as f64, width) - x).abs() <= REACH
            && (lane_y(usize::from(mark.lane)) - y).abs() <= LANE / 2.0
    };
    marks.iter().filter(is_near).min_by_key(|mark| {
        let distance = (window.x(mark.time as f64, width) - x).abs() as u32 / 4;
        (distance, std::cmp::Reverse(mark.kind))
    })
}

/// How much closer or further a turn of the wheel brings.
pub fn wheel_factor(delta: f64) -> f64 {
    let amount = 1.0 + (delta.abs() / 100.0).min(3.0) * 0.18;
    if delta > 0.0 { amount } else { 1.0 / amount }
}
