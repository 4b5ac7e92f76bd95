//! The worker of the page on conformance: a recorded case in, how it came out on the wasm broker out.

use serde_json::{Value, json};
use warren::conformance::{Case, replay};
use warren::web::platform::worker_scope::{self, Host, Outbox};

fn main() {
    worker_scope::run(Replayer);
}

struct Replayer;

impl Host for Replayer {
    fn receive(&mut self, message: Vec<u8>, out: &Outbox) {
        let text = String::from_utf8_lossy(&message);
        let report = match Case::parse(&text) {
            Ok(case) => {
                let failure = replay(&case).map(|difference| difference.to_string());
                json!({"name": case.name, "area": case.area, "failure": failure})
            }
            Err(why) => json!({"name": Value::Null, "area": "", "failure": why}),
        };
        out.send(report.to_string().as_bytes());
    }

    fn work(&mut self, _: &Outbox) -> bool {
        false
    }
}
