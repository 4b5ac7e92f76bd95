//! Holds what a run did to what was recorded. An answer is a list of differences: none, and the row is held.

use std::collections::BTreeMap;
use std::fmt::Debug;

use super::row::{Client, Race, Row};
use super::seen::Seen;

/// Every difference between `row` and what was seen.
pub fn differences(row: &Row, seen: &Seen) -> Vec<String> {
    let mut found = Differences::default();
    for (name, recorded) in &row.clients {
        found.client(name, recorded, seen);
    }
    for (name, lines) in &row.many_lines {
        found.equal(&format!("printed by {name}"), &lines.lines(), &seen.printed(name));
    }
    for (recorded, state) in row.moments.iter().zip(&seen.moments) {
        let at = format!("at {} ms ({})", recorded.at_ms, recorded.label);
        found.equal(&format!("queues {at}"), &recorded.queues, &state.queues);
        if let Some(recorded) = &recorded.exchanges {
            found.equal(&format!("exchanges {at}"), recorded, &state.exchanges);
        }
        if let Some(recorded) = &recorded.bindings {
            found.equal(&format!("bindings {at}"), recorded, &state.bindings);
        }
    }
    for (queue, bodies) in &row.ready {
        let ready = seen.ready.get(queue).cloned().unwrap_or_default();
        found.equal(&format!("ready in {queue:?}"), bodies, &ready);
    }
    found.race(&row.race, seen);
    found.0
}

#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn equal<T: PartialEq + Debug>(&mut self, what: &str, recorded: &T, seen: &T) {
        if recorded != seen {
            self.0.push(format!("{what}: recorded {recorded:?}, here {seen:?}"));
        }
    }

    fn client(&mut self, name: &str, recorded: &Client, seen: &Seen) {
        if let Some(lines) = &recorded.printed {
            self.equal(&format!("printed by {name}"), lines, &seen.printed(name));
        }
        if let Some(deliveries) = &recorded.delivered {
            self.equal(&format!("delivered to {name}"), deliveries, &seen.delivered(name));
        }
        if let Some(errors) = &recorded.errors {
            self.equal(&format!("errors of {name}"), errors, &seen.errors(name));
        }
        if let Some((from, to)) = recorded.errors_between_ms
            && !seen.error_times(name).iter().all(|at| (from..to).contains(at))
        {
            self.0.push(format!(
                "errors of {name}: recorded {from} to {to} ms, here {:?}",
                seen.error_times(name)
            ));
        }
    }

    fn race(&mut self, race: &Race, seen: &Seen) {
        let bodies = |client: &str| -> Vec<String> {
            seen.delivered(client).into_iter().map(|(body, _)| body).collect()
        };
        if let Some(share) = &race.one_has_all {
            let mut parts: Vec<_> = share.clients.iter().map(|client| bodies(client)).collect();
            parts.retain(|part| !part.is_empty());
            self.equal("what one client has alone", &vec![share.bodies.clone()], &parts);
        }
        if let Some(share) = &race.together {
            let place: BTreeMap<_, _> = share.bodies.iter().zip(0..).collect();
            let places = |client: &String| -> Vec<i32> {
                bodies(client).iter().map(|body| place.get(body).copied().unwrap_or(-1)).collect()
            };
            let mut all: Vec<i32> = Vec::new();
            for client in &share.clients {
                let own = places(client);
                if !own.is_sorted() {
                    self.0.push(format!("{client} has its share out of order: {:?}", bodies(client)));
                }
                all.extend(own);
            }
            all.sort_unstable();
            self.equal("what they have together", &(0..share.bodies.len() as i32).collect(), &all);
        }
        for (client, most) in &race.at_most {
            let has = bodies(client);
            if has.len() > *most {
                self.0.push(format!("{client}: recorded at most {most} deliveries, here {has:?}"));
            }
        }
        for (client, first) in &race.begins {
            let has = bodies(client).into_iter().take(first.len()).collect();
            self.equal(&format!("first deliveries to {client}"), first, &has);
        }
        for (client, first) in &race.prints_begin {
            let has = seen.printed(client).into_iter().take(first.len()).collect();
            self.equal(&format!("first lines of {client}"), first, &has);
        }
    }
}
