//! A hash of short texts: the same everywhere, and quick. It orders nothing that is seen.

/// Eight bytes at a time, each folded in by a multiplication.
pub(super) fn text_hash(text: &[u8]) -> u64 {
    let (chunks, rest) = text.as_chunks::<8>();
    let start = 0x9E37_79B9_7F4A_7C15 ^ text.len() as u64;
    let hash = chunks.iter().fold(start, |hash, chunk| mix(hash ^ u64::from_le_bytes(*chunk)));
    if rest.is_empty() {
        return hash;
    }
    mix(hash ^ rest.iter().rev().fold(0, |bytes, byte| bytes << 8 | u64::from(*byte)))
}

/// Spreads what differs in any bit over the low half, from which places in tables are taken.
pub(super) fn mix(bits: u64) -> u64 {
    let spread = bits.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    spread ^ (spread >> 32)
}
