//! The bytes between the page and its worker.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// The bytes of a message.
pub fn encode<T: Serialize>(message: &T) -> Vec<u8> {
    // Fails only for types that do not know their length beforehand; `protocol` has none, as its test shows.
    postcard::to_stdvec(message).unwrap_or_default()
}

/// The message that the bytes stand for, if they stand for one.
pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    postcard::from_bytes(bytes).ok()
}
