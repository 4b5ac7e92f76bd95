//! What stands in a client's place while it is at work, made once: a client works at almost every step.

use crate::sim::client::Client;

/// By client. A clone begins without any, as they are made when they are needed.
#[derive(Debug, Default)]
pub(super) struct StandIns(Vec<Option<Box<Client>>>);

impl Clone for StandIns {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl StandIns {
    /// One for that client: its name, and whether it lives.
    pub fn take(&mut self, at: usize, client: &Client) -> Box<Client> {
        match self.0.get_mut(at).and_then(Option::take) {
            Some(mut known) => {
                known.stands_for(client);
                known
            }
            None => Box::new(client.absent()),
        }
    }

    pub fn put(&mut self, at: usize, stand_in: Box<Client>) {
        if self.0.len() <= at {
            self.0.resize_with(at + 1, || None);
        }
        self.0[at] = Some(stand_in);
    }
}
