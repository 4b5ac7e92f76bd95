//! Room for messages on their way to clients: each is needed for a short while, and what one leaves the next one takes.

use std::sync::Arc;

use crate::sim::value::MessageValue;

/// As many as this are kept: ten consumers with a prefetch of a hundred, whose acks come in a burst.
const SPARE_MAX: usize = 1_024;

/// Messages that were received, held by nobody else or soon so. A clone begins without any.
#[derive(Debug, Default)]
pub(super) struct SpareMessages(Vec<Arc<MessageValue>>);

impl Clone for SpareMessages {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl SpareMessages {
    /// Keeps the room of one that was received.
    pub fn keep(&mut self, message: Arc<MessageValue>) {
        if self.0.len() < SPARE_MAX {
            self.0.push(message);
        }
    }

    /// A message to be shared, in the room of one that is over, if there is any.
    #[inline(always)]
    pub fn share(&mut self, message: MessageValue) -> Arc<MessageValue> {
        if let Some(mut spare) = self.0.pop()
            && let Some(room) = Arc::get_mut(&mut spare)
        {
            *room = message;
            return spare;
        }
        Arc::new(message)
    }
}
