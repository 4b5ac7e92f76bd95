//! What stands on one lane of the timeline, counted at four widths of column, so that a tile of any level is summed
//! from few cells however long the run is.

use super::view::MarkKind;

/// Widths that are kept, as powers of two microseconds; those between are summed from the next finer one.
const LEVELS: [u8; 4] = [0, 8, 16, 24];
/// Columns of a tile.
pub const TILE_COLUMNS: u64 = 256;

/// One column in which something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cell {
    /// Its time in columns of its level.
    column: u64,
    /// How many marks.
    count: u32,
    /// The most important of them.
    kind: MarkKind,
}

/// The marks of one lane. Only columns that hold something take room: a million messages at one instant are one cell.
///
/// The last cell of a level is open: it goes into the next coarser level when the next one begins, so that a mark
/// touches the finest level and seldom another.
#[derive(Clone, Debug, Default)]
pub struct Pyramid {
    levels: [Vec<Cell>; LEVELS.len()],
}

impl Cell {
    fn take_in(&mut self, other: Self) {
        self.count = self.count.saturating_add(other.count);
        self.kind = self.kind.max(other.kind);
    }

    /// The same, on a level that much coarser.
    fn coarser(self, shift: u8) -> Self {
        Self { column: self.column >> shift, ..self }
    }
}

impl Pyramid {
    /// Adds a mark; times never go back.
    pub fn add(&mut self, time: u64, kind: MarkKind) {
        let mut cell = Cell { column: time, count: 1, kind };
        let mut level_before = 0;
        for (cells, level) in self.levels.iter_mut().zip(LEVELS) {
            cell = cell.coarser(level - level_before);
            level_before = level;
            match cells.last_mut() {
                Some(open) if open.column >= cell.column => return open.take_in(cell),
                open => {
                    let whole = open.copied();
                    cells.push(cell);
                    let Some(whole) = whole else { return };
                    cell = whole;
                }
            }
        }
    }

    /// Adds the tile's cells to `out`: for each of its 256 columns a count (at most 255) and the dominant kind.
    pub fn tile(&self, level: u8, index: u32, out: &mut Vec<u8>) {
        let mut columns = [(0_u32, 0_u8); TILE_COLUMNS as usize];
        let level = level.min(LEVEL_MAX);
        let first = u64::from(index) * TILE_COLUMNS;
        let at = kept_level(level);
        let (kept, shift) = (&self.levels[at], u32::from(level - LEVELS[at]));
        let from = first.checked_shl(shift).filter(|from| from >> shift == first).unwrap_or(u64::MAX);
        let start = kept.partition_point(|cell| cell.column < from);
        for cell in kept[start..].iter().copied().chain(self.open(at)) {
            let Some(at) = (cell.column >> shift).checked_sub(first) else { continue };
            let Some(column) = columns.get_mut(at as usize).filter(|_| at < TILE_COLUMNS) else { break };
            column.0 = column.0.saturating_add(cell.count);
            column.1 = column.1.max(cell.kind as u8);
        }
        for (count, kind) in columns {
            out.push(count.min(255) as u8);
            out.push(kind);
        }
    }

    /// Marks with `from <= time < to`, counted no further than `limit` and one.
    pub fn count(&self, from: u64, to: u64, limit: u32) -> u32 {
        let [cells, ..] = &self.levels;
        let start = cells.partition_point(|cell| cell.column < from);
        let mut count = 0_u32;
        for cell in cells[start..].iter().take_while(|cell| cell.column < to) {
            count = count.saturating_add(cell.count);
            if count > limit {
                break;
            }
        }
        count
    }

    /// What is not in that kept level yet: the open cells of the finer ones, in order of time.
    fn open(&self, at: usize) -> impl Iterator<Item = Cell> {
        let finer = self.levels[..at].iter().zip(LEVELS).rev();
        finer.filter_map(move |(cells, level)| Some(cells.last()?.coarser(LEVELS[at] - level)))
    }
}

/// The coarsest kept level that is not coarser than `level`.
fn kept_level(level: u8) -> usize {
    LEVELS.iter().rposition(|kept| *kept <= level).unwrap_or(0)
}

/// Columns wider than this would hold more than all of virtual time.
pub const LEVEL_MAX: u8 = 55;

#[cfg(test)]
mod tests {
    use super::{Pyramid, TILE_COLUMNS};
    use crate::inspect::view::MarkKind::{self, Ack, Deliver, Drop, Publish};

    fn cells(marks: &[(u64, MarkKind)], level: u8, index: u32) -> Vec<(u64, u8, u8)> {
        let mut pyramid = Pyramid::default();
        for (time, kind) in marks {
            pyramid.add(*time, *kind);
        }
        let mut out = Vec::new();
        pyramid.tile(level, index, &mut out);
        assert_eq!(out.len() as u64, 2 * TILE_COLUMNS);
        out.chunks(2)
            .zip(0..)
            .filter(|(cell, _)| cell[0] > 0)
            .map(|(cell, at)| (at, cell[0], cell[1]))
            .collect()
    }

    #[test]
    fn counts_and_keeps_the_most_important() {
        let marks = [(0, Publish), (0, Drop), (0, Ack), (3, Deliver)];
        assert_eq!(cells(&marks, 0, 0), [(0, 3, Drop as u8), (3, 1, Deliver as u8)]);
        assert_eq!(cells(&marks, 2, 0), [(0, 4, Drop as u8)]);
    }

    #[test]
    fn each_level_agrees_with_counting_one_by_one() {
        let mut seed = 7_u64;
        let mut time = 0;
        let mut marks = Vec::new();
        for _ in 0..4_000 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            time += (seed >> 40) & 0xfff;
            marks.push((time, if seed >> 63 == 0 { Publish } else { Ack }));
        }
        for level in 0..30 {
            for index in 0..3_u32 {
                let mut expected = Vec::new();
                for at in 0..TILE_COLUMNS {
                    let column = u64::from(index) * TILE_COLUMNS + at;
                    let inside = marks.iter().filter(|(time, _)| time >> level == column);
                    let count = inside.clone().count().min(255) as u8;
                    if let Some(kind) = inside.map(|(_, kind)| *kind as u8).max() {
                        expected.push((at, count, kind));
                    }
                }
                assert_eq!(cells(&marks, level, index), expected, "level {level}, tile {index}");
            }
        }
    }

    #[test]
    fn counts_between_two_times() {
        let mut pyramid = Pyramid::default();
        for time in [1, 5, 5, 9] {
            pyramid.add(time, Publish);
        }
        assert_eq!(pyramid.count(5, 9, 100), 2);
        assert_eq!(pyramid.count(0, 100, 100), 4);
        assert_eq!(pyramid.count(0, 100, 1), 3, "counted no further than needed");
    }

    #[test]
    fn far_tiles_are_empty() {
        assert!(cells(&[(1, Publish)], 60, u32::MAX).is_empty());
    }
}
