//! Randomness: one named generator, a stream for each purpose.

use crate::amqp::Choices;

/// What a stream is for; with the seed and a number (of a client) it decides what the stream gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The network's jitter.
    Network = 1,
    /// What the broker leaves to chance.
    Broker = 2,
    /// `wait 1s..3s`, `random`, `uuid` of a client.
    Client = 3,
    /// The same of the operator.
    Operator = 4,
}

/// SplitMix64 (Steele, Lea, Flood 2014): 64 bits of state, an equidistributed output, and streams that start
/// anywhere are independent enough for what is shown here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    state: u64,
}

const STEP: u64 = 0x9E37_79B9_7F4A_7C15;

/// SplitMix64's output function; also mixes names.
pub(super) fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Stream {
    /// The stream for a purpose; `of` tells streams of one purpose apart.
    pub fn new(seed: u64, purpose: Purpose, of: u64) -> Self {
        Self {
            state: mix(mix(mix(seed.wrapping_add(STEP)) ^ purpose as u64).wrapping_add(of.wrapping_mul(STEP))),
        }
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(STEP);
        mix(self.state)
    }

    /// A number in `0..count`, each as likely as the next up to 2^-32; 0 where count is 0.
    pub fn below(&mut self, count: u64) -> u64 {
        ((u128::from(self.draw()) * u128::from(count)) >> 64) as u64
    }

    /// Its state, for a fingerprint.
    pub fn state(&self) -> u64 {
        self.state
    }
}

impl Choices for Stream {
    fn choose(&mut self, count: u32) -> u32 {
        self.below(u64::from(count)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::{Purpose, Stream};

    #[test]
    fn streams_differ_and_stay() {
        let take = |seed, purpose, of| {
            let mut stream = Stream::new(seed, purpose, of);
            [stream.draw(), stream.draw()]
        };
        let all = [
            take(1, Purpose::Client, 0),
            take(1, Purpose::Client, 1),
            take(2, Purpose::Client, 0),
            take(1, Purpose::Network, 0),
        ];
        assert!(all.iter().enumerate().all(|(i, one)| all.iter().skip(i + 1).all(|other| other != one)));
        assert_eq!(take(1, Purpose::Client, 0), all[0]);
    }

    #[test]
    fn stays_below() {
        let mut stream = Stream::new(7, Purpose::Network, 0);
        assert!((0..1000).all(|_| stream.below(6) < 6));
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.below(1), 0);
    }
}
