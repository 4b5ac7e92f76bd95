//! The part of time that is seen, and how it is zoomed, panned and divided.

/// A part of time in microseconds. Fractions matter only while zooming.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// From.
    pub from: f64,
    /// To.
    pub to: f64,
}

/// No closer than this: a microsecond is what time is made of.
const SPAN_MIN: f64 = 20.0;

impl Window {
    /// All of a run that lasted until `end`, with a little room.
    pub fn whole(end: u64) -> Self {
        let end = (end as f64).max(1_000.0);
        Self { from: -0.01 * end, to: 1.02 * end }
    }

    /// Its length.
    pub fn span(self) -> f64 {
        self.to - self.from
    }

    /// Where a time lies on a line of that width.
    pub fn x(self, time: f64, width: f64) -> f64 {
        (time - self.from) / self.span() * width
    }

    /// The time at a place.
    pub fn time(self, x: f64, width: f64) -> f64 {
        self.from + x / width.max(1.0) * self.span()
    }

    /// Zoomed by a factor (below 1: closer) around a time, not beyond the run.
    pub fn zoomed(self, factor: f64, around: f64, end: u64) -> Self {
        let whole = Self::whole(end);
        let span = (self.span() * factor).clamp(SPAN_MIN, whole.span());
        let part = (around - self.from) / self.span();
        let from = around - part * span;
        Self { from, to: from + span }.within(whole)
    }

    /// Moved by so much, not beyond the run.
    pub fn panned(self, by: f64, end: u64) -> Self {
        Self { from: self.from + by, to: self.to + by }.within(Self::whole(end))
    }

    /// Moved so that a time that has left it comes back in.
    pub fn following(self, time: f64, end: u64) -> Self {
        if (self.from..=self.to).contains(&time) {
            return self;
        }
        self.panned(time - (self.from + self.span() * 0.15), end)
    }

    fn within(self, whole: Self) -> Self {
        let span = self.span().min(whole.span());
        let from = self.from.clamp(whole.from, whole.to - span);
        Self { from, to: from + span }
    }

    /// Whole microseconds, not before the start.
    pub fn micros(self) -> (u64, u64) {
        (self.from.max(0.0).floor() as u64, self.to.max(1.0).ceil() as u64)
    }

    /// The level of tiles whose columns are about a pixel wide.
    pub fn level(self, width: f64) -> u8 {
        let per_pixel = self.span() / width.max(1.0);
        (0..40).find(|level| (1_u64 << level) as f64 >= per_pixel).unwrap_or(40)
    }

    /// Ticks of an axis on which they lie at least `apart` pixels apart: their distance, and the first of them.
    pub fn ticks(self, width: f64, apart: f64) -> (u64, u64) {
        let least = self.span() / width.max(1.0) * apart;
        let step = steps().find(|step| *step as f64 >= least).unwrap_or(u64::MAX / 4);
        let first = self.micros().0.div_ceil(step) * step;
        (step, first)
    }
}

/// 1, 2, 5, 10 … up to a second, then as clocks count.
fn steps() -> impl Iterator<Item = u64> {
    let decimal = (0..7).flat_map(|power| [1, 2, 5].map(|digit| digit * 10_u64.pow(power)));
    let clock =
        [10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400, 864_000, 8_640_000];
    decimal.chain(clock.map(|seconds| seconds * 1_000_000))
}

/// A tick in words, as fine as the ticks are apart.
pub fn tick_label(time: u64, step: u64) -> String {
    match step {
        _ if time == 0 => "0".to_owned(),
        0..1_000 => format!("{}.{:03} ms", time / 1_000, time % 1_000),
        1_000..1_000_000 if time < 1_000_000 => format!("{} ms", time / 1_000),
        1_000..1_000_000 => format!("{}.{:03} s", time / 1_000_000, time / 1_000 % 1_000),
        _ if time < 120_000_000 => format!("{} s", time / 1_000_000),
        _ => {
            let minutes = time / 60_000_000;
            match time / 1_000_000 % 60 {
                0 if minutes > 0 && minutes.is_multiple_of(60) => format!("{} h", minutes / 60),
                0 => format!("{minutes} min"),
                seconds => format!("{minutes}:{seconds:02}"),
            }
        }
    }
}
