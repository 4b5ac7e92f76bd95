//! `erlang:phash2/1`: the hash by which RabbitMQ's hashing exchanges tell messages apart.
//!
//! RabbitMQ: the value depends on the Erlang term that a header or key becomes, its type included, and is the same
//! on every machine and release. Held to a real broker by the recorded cases `chash_*` and `modulus_*`.

use crate::amqp::FieldValue;

/// An Erlang term, as far as keys and headers become some.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Atom(&'static str),
    Integer(i128),
    Float(f64),
    Binary(Vec<u8>),
    Tuple(Vec<Term>),
    List(Vec<Term>),
}

impl Term {
    pub fn binary(text: &str) -> Self {
        Self::Binary(text.as_bytes().to_vec())
    }

    /// A field's value without its type.
    pub fn value(value: &FieldValue) -> Self {
        match value {
            FieldValue::Bool(true) => Self::Atom("true"),
            FieldValue::Bool(false) => Self::Atom("false"),
            FieldValue::Byte(n) => Self::Integer(i128::from(*n)),
            FieldValue::Short(n) => Self::Integer(i128::from(*n)),
            FieldValue::Int(n) => Self::Integer(i128::from(*n)),
            FieldValue::Long(n) => Self::Integer(i128::from(*n)),
            FieldValue::Float(n) => Self::Float(f64::from(*n)),
            FieldValue::Double(n) => Self::Float(*n),
            FieldValue::Decimal(scale, n) => {
                Self::Tuple(vec![Self::Integer(i128::from(*scale)), Self::Integer(i128::from(*n))])
            }
            FieldValue::Text(text) => Self::binary(text),
            FieldValue::Bytes(bytes) => Self::Binary(bytes.to_vec()),
            FieldValue::Timestamp(time) => Self::Integer(i128::from(*time)),
            FieldValue::Array(values) => Self::List(values.iter().map(Self::typed).collect()),
            FieldValue::Table(table) => {
                let entry = |(key, value): &(crate::amqp::Name, FieldValue)| {
                    Self::Tuple(vec![Self::binary(key), Self::Atom(value.type_name()), Self::value(value)])
                };
                Self::List(table.0.iter().map(entry).collect())
            }
            FieldValue::Void => Self::Atom("undefined"),
        }
    }

    /// A field's value with its type: `{longstr, <<"a">>}`.
    pub fn typed(value: &FieldValue) -> Self {
        Self::Tuple(vec![Self::Atom(value.type_name()), Self::value(value)])
    }
}

/// In `0..2^27`.
pub(super) fn phash2(term: &Term) -> u32 {
    let mut hash = Hash(0);
    hash.term(term);
    hash.0 & 0x07ff_ffff
}

/// Odd multiples of the golden ratio, one for each kind of term.
const fn ratio(n: u32) -> u32 {
    0x9e37_79b9_u32.wrapping_mul(n)
}
const NEGATIVE: u32 = ratio(10);
const POSITIVE: u32 = ratio(11);
/// What a list that is empty, and hashed first, comes to.
const NIL: u32 = 3_468_870_702;
/// The word of an empty list behind something else.
const NIL_WORD: u32 = 2;

struct Hash(u32);

impl Hash {
    fn term(&mut self, term: &Term) {
        match term {
            Term::Atom(name) if self.0 == 0 => self.0 = atom(name),
            Term::Atom(name) => self.word(atom(name), ratio(3)),
            Term::Integer(n) => self.integer(*n),
            Term::Float(n) => {
                // -0.0 and 0.0 are one number.
                let bits = if *n == 0.0 { 0 } else { n.to_bits() };
                self.words((bits >> 32) as u32, bits as u32, ratio(12));
            }
            Term::Binary(bytes) => {
                let start = ratio(13).wrapping_add(self.0);
                self.0 = if bytes.is_empty() { start } else { block(bytes, start) };
            }
            Term::Tuple(elements) => {
                self.word(elements.len() as u32, ratio(9));
                elements.iter().for_each(|element| self.term(element));
            }
            Term::List(elements) => self.list(elements),
        }
    }

    fn integer(&mut self, n: i128) {
        let size = n.unsigned_abs() as u64;
        if (-(1 << 27)..1 << 27).contains(&n) {
            if n < 0 {
                self.word(size as u32, ratio(1));
            }
            self.word(n as u32, ratio(1));
        } else {
            let constant = if n < 0 { NEGATIVE } else { POSITIVE };
            self.words(size as u32, (size >> 32) as u32, constant);
        }
    }

    /// Erlang packs bytes in a row like the letters of a string; elements here are tuples and binaries.
    fn list(&mut self, elements: &[Term]) {
        elements.iter().for_each(|element| self.term(element));
        if self.0 == 0 { self.0 = NIL } else { self.word(NIL_WORD, ratio(2)) }
    }

    fn word(&mut self, word: u32, constant: u32) {
        self.words(word, 0, constant);
    }

    fn words(&mut self, one: u32, other: u32, constant: u32) {
        let (a, b) = (constant.wrapping_add(one), constant.wrapping_add(other));
        self.0 = mix(a, b, self.0).2;
    }
}

/// Bob Jenkins' mix of 96 bits (public domain).
fn mix(mut a: u32, mut b: u32, mut c: u32) -> (u32, u32, u32) {
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 13);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 8);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 13);
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 12);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 16);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 5);
    a = a.wrapping_sub(b).wrapping_sub(c) ^ (c >> 3);
    b = b.wrapping_sub(c).wrapping_sub(a) ^ (a << 10);
    c = c.wrapping_sub(a).wrapping_sub(b) ^ (b >> 15);
    (a, b, c)
}

/// Bob Jenkins' hash of bytes (public domain): twelve at a time, the length in the last byte of the third word.
fn block(bytes: &[u8], start: u32) -> u32 {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0u32, |word, byte| (word << 8) | u32::from(*byte));
    let (mut a, mut b, mut c) = (ratio(1), ratio(1), start);
    let (twelves, rest) = bytes.as_chunks::<12>();
    for twelve in twelves {
        (a, b, c) = mix(
            a.wrapping_add(word(&twelve[..4])),
            b.wrapping_add(word(&twelve[4..8])),
            c.wrapping_add(word(&twelve[8..])),
        );
    }
    let part = |from: usize, to: usize| word(&rest[from.min(rest.len())..to.min(rest.len())]);
    c = c.wrapping_add(bytes.len() as u32).wrapping_add(part(8, 12) << 8);
    mix(a.wrapping_add(part(0, 4)), b.wrapping_add(part(4, 8)), c).2
}

/// The hash of the table of atoms, P. J. Weinberger's (public domain).
fn atom(name: &str) -> u32 {
    name.bytes().fold(0u32, |hash, byte| {
        let hash = (hash << 4).wrapping_add(u32::from(byte));
        match hash & 0xf000_0000 {
            0 => hash,
            high => hash ^ (high >> 24) ^ high,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Term {
        Term::binary(text)
    }

    /// As `erlang:phash2/1` of OTP 25 answered.
    #[test]
    fn as_erlang_hashes() {
        let tuple = |kind, value| Term::Tuple(vec![Term::Atom(kind), value]);
        let pair = |key: &str, kind, value: &str| Term::Tuple(vec![text(key), Term::Atom(kind), text(value)]);
        let cases = [
            (Term::Atom("undefined"), 45_914_356),
            (Term::Atom("true"), 506_293),
            (Term::Atom("longstr"), 56_945_346),
            (Term::Atom("atom_longer_than_sixteen_chars"), 18_325_395),
            (tuple("longstr", text("abc")), 101_716_503),
            (text(""), 13_708_901),
            (text("abc"), 98_228_475),
            (text("hello world, longer than 12"), 65_124_565),
            (Term::Integer(0), 88_723_725),
            (Term::Integer(1), 2_614_250),
            (Term::Integer(-1), 44_071_773),
            (Term::Integer((1 << 27) - 1), 112_602_999),
            (Term::Integer(1 << 27), 12_354_923),
            (Term::Integer(-(1 << 27)), 69_672_967),
            (Term::Integer(-(1 << 27) - 1), 76_739_502),
            (Term::Integer(1 << 31), 14_246_037),
            (Term::Integer(1 << 59), 26_969_617),
            (Term::Integer(1 << 62), 29_238_129),
            (Term::Integer(-(1 << 63)), 126_213_383),
            (Term::Float(1.5), 10_380_315),
            (Term::Float(-0.0), 20_875_736),
            (Term::Float(0.0), 20_875_736),
            (Term::List(Vec::new()), 113_427_502),
            (Term::Tuple(Vec::new()), 87_486_268),
            (Term::List(vec![pair("a", "longstr", "b")]), 2_342_344),
            (Term::List(vec![text("a")]), 53_691_870),
            (Term::List(vec![text("a"), text("b")]), 3_094_894),
            (tuple("array", Term::List(vec![tuple("longstr", text("x"))])), 134_154_401),
            (tuple("signedint", Term::Integer(-5)), 39_932_925),
            (tuple("timestamp", Term::Integer(1_700_000_000)), 59_280_699),
            (tuple("void", Term::Atom("undefined")), 27_077_197),
            (Term::Tuple(vec![Term::Integer(2), Term::Integer(314)]), 28_881_931),
        ];
        for (term, expected) in cases {
            assert_eq!(phash2(&term), expected, "{term:?}");
        }
    }
}
