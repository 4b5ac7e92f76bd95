//! The page's worker.

use warren::web::platform::worker_scope::{self, Host, Outbox};

fn main() {
    worker_scope::run(Echo);
}

struct Echo;

impl Host for Echo {
    fn receive(&mut self, message: Vec<u8>, out: &Outbox) {
        out.send(&message);
    }

    fn work(&mut self, _out: &Outbox) -> bool {
        false
    }
}
