//! Where lines begin: byte offsets to lines and columns for people, to UTF-16 offsets for the editor.

/// The lines of one text. Made once per text, in one pass; each question is a binary search.
#[derive(Clone, Debug)]
pub struct LineIndex {
    /// Byte offset of each line's first byte; the first is 0.
    starts: Vec<u32>,
    /// UTF-16 offset of each line's first unit.
    starts_utf16: Vec<u32>,
}

/// A place as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Character in the line, from 1.
    pub column: u32,
}

impl LineIndex {
    /// Reads the line ends of `text`.
    pub fn new(text: &str) -> Self {
        let (mut starts, mut starts_utf16, mut units) = (vec![0], vec![0], 0u32);
        for (at, character) in text.char_indices() {
            units += character.len_utf16() as u32;
            if character == '\n' {
                starts.push(at as u32 + 1);
                starts_utf16.push(units);
            }
        }
        Self { starts, starts_utf16 }
    }

    /// How many lines there are; at least one.
    pub fn line_count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line, from 0, that holds the byte `offset`.
    fn row(&self, offset: u32) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Line and column of the byte `offset`; past the end, the end.
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let row = self.row(offset);
        let start = self.starts.get(row).copied().unwrap_or(0) as usize;
        let before = text.get(start..floor(text, offset)).unwrap_or("");
        LineColumn { line: row as u32 + 1, column: before.chars().count() as u32 + 1 }
    }

    /// The byte offset of a line and column; the nearest there is where the text has no such place.
    pub fn offset(&self, text: &str, place: LineColumn) -> u32 {
        let row = (place.line.max(1) as usize - 1).min(self.starts.len() - 1);
        let line = self.line(text, row as u32 + 1);
        let column = place.column.max(1) as usize - 1;
        let within = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        self.starts.get(row).copied().unwrap_or(0) + within as u32
    }

    /// The text of a line (from 1), without its end.
    pub fn line<'t>(&self, text: &'t str, line: u32) -> &'t str {
        let row = line.max(1) as usize - 1;
        let start = self.starts.get(row).map_or(text.len(), |&start| start as usize);
        let end = self.starts.get(row + 1).map_or(text.len(), |&next| next as usize);
        text.get(start..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// The UTF-16 offset of the byte `offset`, as CodeMirror and browsers count.
    pub fn utf16(&self, text: &str, offset: u32) -> u32 {
        let row = self.row(offset);
        let start = self.starts.get(row).copied().unwrap_or(0) as usize;
        let before = text.get(start..floor(text, offset)).unwrap_or("");
        let units: usize = before.chars().map(char::len_utf16).sum();
        self.starts_utf16.get(row).copied().unwrap_or(0) + units as u32
    }

    /// The byte offset of a UTF-16 offset; past the end, the end.
    pub fn from_utf16(&self, text: &str, units: u32) -> u32 {
        let row = self.starts_utf16.partition_point(|&start| start <= units).saturating_sub(1);
        let start = self.starts.get(row).copied().unwrap_or(0);
        let mut left = units - self.starts_utf16.get(row).copied().unwrap_or(0);
        let mut offset = start as usize;
        for character in text.get(start as usize..).unwrap_or("").chars() {
            let width = character.len_utf16() as u32;
            if left < width {
                break;
            }
            left -= width;
            offset += character.len_utf8();
        }
        offset as u32
    }
}

/// The last character boundary at or before `offset`.
fn floor(text: &str, offset: u32) -> usize {
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_bytes_and_units() {
        let text = "queue 订单\n  😀 x\r\nend";
        let index = LineIndex::new(text);
        let at = |needle: &str| text.find(needle).unwrap() as u32;
        assert_eq!(index.line_count(), 3);
        assert_eq!(index.line_column(text, at("单")), LineColumn { line: 1, column: 8 });
        assert_eq!(index.line_column(text, at("x")), LineColumn { line: 2, column: 5 });
        assert_eq!(index.line(text, 2), "  😀 x");
        assert_eq!(index.utf16(text, at("x")), 9 + 5);
        assert_eq!(index.from_utf16(text, 9 + 5), at("x"));
        assert_eq!(index.offset(text, LineColumn { line: 3, column: 2 }), at("nd"));
        assert_eq!(index.offset(text, LineColumn { line: 9, column: 9 }), text.len() as u32);
    }

    #[test]
    fn every_offset_comes_back() {
        let text = "a\n😀b订\n";
        let index = LineIndex::new(text);
        for (at, _) in text.char_indices() {
            assert_eq!(index.from_utf16(text, index.utf16(text, at as u32)), at as u32);
            assert_eq!(index.offset(text, index.line_column(text, at as u32)), at as u32);
        }
    }
}
