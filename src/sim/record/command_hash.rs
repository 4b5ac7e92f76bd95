//! What of a command goes into a recording's hash.

use crate::amqp::{ChannelNumber, ConnectionId, Method, Template};
use crate::broker::Command;

use super::hash::RunningHash;

/// The debug form is exact and fixed by this build. Publishes are many and have a way of their own; settlements are as
/// many, and their debug form is put together without the formatter, which is twenty times as slow.
pub(super) fn hash_command(hash: &mut RunningHash, command: &Command) {
    match command {
        Command::Method { connection, channel, method } => hash_method(hash, *connection, *channel, method),
        _ => hash.bytes(format!("{command:?}").as_bytes()),
    }
}

/// As `hash_command`, for a method.
pub(super) fn hash_method(
    hash: &mut RunningHash,
    connection: ConnectionId,
    channel: ChannelNumber,
    method: &Method,
) {
    if let Method::BasicPublish { template, body } = method {
        let Template { exchange, routing_key, mandatory, immediate, .. } = &**template;
        hash.bytes(exchange.as_bytes());
        hash.bytes(routing_key.as_bytes());
        hash.bytes(body);
        return hash.pair(
            connection.0,
            u32::from(channel) | u32::from(*mandatory) << 16 | u32::from(*immediate) << 17,
        );
    }
    match settlement_text(connection.0, channel, method) {
        Some(text) => hash.bytes(text.bytes()),
        None => {
            let command = Command::Method { connection, channel, method: method.clone() };
            hash.bytes(format!("{command:?}").as_bytes());
        }
    }
}

/// The debug form of an ack, nack or reject.
fn settlement_text(connection: u32, channel: u16, method: &Method) -> Option<Line> {
    let (name, delivery_tag, multiple, requeue) = match method {
        Method::BasicAck { delivery_tag, multiple } => ("BasicAck", *delivery_tag, Some(*multiple), None),
        Method::BasicNack { delivery_tag, multiple, requeue } => {
            ("BasicNack", *delivery_tag, Some(*multiple), Some(*requeue))
        }
        Method::BasicReject { delivery_tag, requeue } => ("BasicReject", *delivery_tag, None, Some(*requeue)),
        _ => return None,
    };
    let mut line = Line::default();
    line.text("Method { connection: ConnectionId(");
    line.number(u64::from(connection));
    line.text("), channel: ");
    line.number(u64::from(channel));
    line.text(", method: ");
    line.text(name);
    line.text(" { delivery_tag: ");
    line.number(delivery_tag);
    if let Some(multiple) = multiple {
        line.text(if multiple { ", multiple: true" } else { ", multiple: false" });
    }
    if let Some(requeue) = requeue {
        line.text(if requeue { ", requeue: true" } else { ", requeue: false" });
    }
    line.text(" } }");
    Some(line)
}

/// A line of text on the stack, longer than any settlement's.
struct Line {
    bytes: [u8; 192],
    len: usize,
}

impl Default for Line {
    fn default() -> Self {
        Self { bytes: [0; 192], len: 0 }
    }
}

impl Line {
    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    #[inline]
    fn text(&mut self, text: &str) {
        let end = self.len + text.len();
        self.bytes[self.len..end].copy_from_slice(text.as_bytes());
        self.len = end;
    }

    fn number(&mut self, mut number: u64) {
        let digits = 1 + number.checked_ilog10().unwrap_or(0) as usize;
        for place in self.bytes[self.len..self.len + digits].iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
        self.len += digits;
    }
}

#[cfg(test)]
mod tests {
    use super::settlement_text;
    use crate::amqp::{ConnectionId, Method};
    use crate::broker::Command;

    #[test]
    fn a_settlement_reads_as_its_debug_form() {
        for (tag, flag) in [(0, false), (7, true), (10, false), (u64::MAX, true)] {
            for method in [
                Method::BasicAck { delivery_tag: tag, multiple: flag },
                Method::BasicNack { delivery_tag: tag, multiple: flag, requeue: !flag },
                Method::BasicNack { delivery_tag: tag, multiple: true, requeue: flag },
                Method::BasicReject { delivery_tag: tag, requeue: flag },
            ] {
                for (connection, channel) in [(0, 1), (u32::MAX, u16::MAX)] {
                    let text = settlement_text(connection, channel, &method).expect("a settlement");
                    let connection = ConnectionId(connection);
                    let command = Command::Method { connection, channel, method: method.clone() };
                    assert_eq!(String::from_utf8_lossy(text.bytes()), format!("{command:?}"));
                }
            }
        }
    }
}
