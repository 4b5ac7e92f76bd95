//! A canvas that is as sharp as the device, drawn in CSS pixels.

use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

use super::screen;

/// A canvas ready to be drawn: cleared, scaled to the device.
pub struct Canvas {
    context: CanvasRenderingContext2d,
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
}

impl Canvas {
    /// Begins a drawing. Nothing where the browser gives no context.
    pub fn begin(element: &HtmlCanvasElement) -> Option<Canvas> {
        let (width, height) = (f64::from(element.client_width()), f64::from(element.client_height()));
        let ratio = screen::pixel_ratio();
        let (real_width, real_height) = ((width * ratio) as u32, (height * ratio) as u32);
        if element.width() != real_width || element.height() != real_height {
            element.set_width(real_width);
            element.set_height(real_height);
        }
        let context = element.get_context("2d").ok()??.dyn_into::<CanvasRenderingContext2d>().ok()?;
        context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0).ok()?;
        context.clear_rect(0.0, 0.0, width, height);
        Some(Canvas { context, width, height })
    }

    /// Colour of what is filled from now on.
    pub fn fill(&self, colour: &str) {
        self.context.set_fill_style_str(colour);
    }

    /// Colour and width of the lines from now on.
    pub fn stroke(&self, colour: &str, width: f64) {
        self.context.set_stroke_style_str(colour);
        self.context.set_line_width(width);
    }

    /// Opacity from now on.
    pub fn alpha(&self, alpha: f64) {
        self.context.set_global_alpha(alpha);
    }

    /// A filled rectangle.
    pub fn rect(&self, x: f64, y: f64, width: f64, height: f64) {
        self.context.fill_rect(x, y, width, height);
    }

    /// A straight line.
    pub fn line(&self, from: (f64, f64), to: (f64, f64)) {
        self.context.begin_path();
        self.context.move_to(from.0, from.1);
        self.context.line_to(to.0, to.1);
        self.context.stroke();
    }

    /// A filled polygon.
    pub fn polygon(&self, points: &[(f64, f64)]) {
        self.outline(points);
        self.context.fill();
    }

    /// A polygon's outline, closed.
    pub fn polygon_line(&self, points: &[(f64, f64)]) {
        self.outline(points);
        self.context.stroke();
    }

    fn outline(&self, points: &[(f64, f64)]) {
        self.context.begin_path();
        for (at, point) in points.iter().enumerate() {
            match at {
                0 => self.context.move_to(point.0, point.1),
                _ => self.context.line_to(point.0, point.1),
            }
        }
        self.context.close_path();
    }

    /// A polyline, not closed.
    pub fn path(&self, points: &[(f64, f64)]) {
        self.context.begin_path();
        for (at, point) in points.iter().enumerate() {
            match at {
                0 => self.context.move_to(point.0, point.1),
                _ => self.context.line_to(point.0, point.1),
            }
        }
        self.context.stroke();
    }

    /// A filled disc.
    pub fn disc(&self, x: f64, y: f64, radius: f64) {
        self.circle(x, y, radius);
        self.context.fill();
    }

    /// A ring.
    pub fn ring(&self, x: f64, y: f64, radius: f64) {
        self.circle(x, y, radius);
        self.context.stroke();
    }

    fn circle(&self, x: f64, y: f64, radius: f64) {
        self.context.begin_path();
        // It fails for a negative radius only.
        let _ = self.context.arc(x, y, radius.max(0.0), 0.0, std::f64::consts::TAU);
    }

    /// Font of the texts from now on.
    pub fn font(&self, font: &str) {
        self.context.set_font(font);
    }

    /// A text with its left end at the place, on its base line.
    pub fn text(&self, text: &str, x: f64, y: f64) {
        let _ = self.context.fill_text(text, x, y);
    }

    /// Width of a text.
    pub fn text_width(&self, text: &str) -> f64 {
        self.context.measure_text(text).map_or(0.0, |measured| measured.width())
    }
}
