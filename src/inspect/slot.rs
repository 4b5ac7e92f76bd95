//! Lists by number: what is numbered without gaps needs no map.

/// A list grows by so many places at a time.
const RUN: usize = 64;

/// The place of a number in a list, which grows as far as that.
pub fn slot<T: Clone + Default>(list: &mut Vec<T>, at: u32) -> &mut T {
    let at = at as usize;
    if list.len() <= at {
        list.resize((at + 1).next_multiple_of(RUN), T::default());
    }
    &mut list[at]
}
