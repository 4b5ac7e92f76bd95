//! A message as a queue hands it out: what it was published with, and what the queue adds.

use crate::amqp::{FieldValue, Properties};

use super::effect::QueueId;
use super::message::Message;
use super::stream_reader::whole;
use super::view::View;

impl View<'_> {
    /// The properties with which a copy is handed out of a queue: `count` and `acquired` as in the effect.
    pub fn delivered_properties(
        self,
        message: &Message,
        queue: Option<QueueId>,
        by_get: bool,
        count: u16,
        acquired: u16,
    ) -> Properties {
        let mut properties = message.properties().clone();
        if queue.is_some_and(|queue| self.is_stream(queue)) {
            stream_properties(
                &mut properties,
                whole((count, acquired)),
                self.broker().profile.stream_sets_delivery_mode,
            );
            return properties;
        }
        let quorum =
            queue.and_then(|id| self.broker().queues.get(id.index())).is_some_and(|queue| queue.is_quorum());
        if !quorum {
            return properties;
        }
        let profile = &self.broker().profile;
        let mut headers = properties.headers.take().unwrap_or_default();
        // RabbitMQ: what only has a count from where it died was acquired as often.
        let acquired = if acquired == 0 { count } else { acquired };
        let count = if profile.limits_by_acquired { acquired } else { count };
        if count > 0 || (by_get && profile.counts_first_get) {
            headers.set("x-delivery-count", FieldValue::Long(i64::from(count)));
        }
        if acquired > 0 && profile.acquired_count {
            headers.set("x-acquired-count", FieldValue::Long(i64::from(acquired)));
        }
        let had = message.properties().headers.is_some();
        properties.headers = (had || !headers.is_empty()).then_some(headers);
        properties
    }
}

/// A message as it comes out of a stream.
/// RabbitMQ: it went through AMQP 1.0, where headers have no lists and tables, but for those of RabbitMQ's own in newer
/// versions; these say the delivery mode that was meant, too, and give byte arrays back as text. Its offset is a header.
fn stream_properties(properties: &mut Properties, offset: u32, newer: bool) {
    let mut headers = properties.headers.take().unwrap_or_default();
    headers.0.retain(|(name, value)| {
        let nested = matches!(value, FieldValue::Array(_) | FieldValue::Table(_));
        !nested || newer && (name.starts_with("x-") || **name == *"CC")
    });
    if newer {
        properties.delivery_mode.get_or_insert(1);
        for (_, value) in &mut headers.0 {
            if let FieldValue::Bytes(bytes) = value {
                *value = FieldValue::text(&String::from_utf8_lossy(bytes));
            }
        }
    }
    headers.set("x-stream-offset", FieldValue::Long(i64::from(offset)));
    properties.headers = Some(headers);
}
