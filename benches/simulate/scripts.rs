//! The scripts whose runs are measured, as plain text: benches/browser.mjs can run the same in Chromium.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// Room for a recording of some hundred thousand messages.
const LIMITS: &str = "limits events 8000000 memory 400MB\n";

/// Publish, route, deliver, ack over a network, as benches/peers/broker has RabbitMQ do it: a client that publishes, and one
/// that consumes from all queues over one channel with prefetch 100 and acknowledges each message, or each fiftieth with
/// all before it.
pub fn deliveries(messages: u32, queues: u32, acks_each: bool) -> String {
    let consumers = consumer("c", 1..=queues, acks_each);
    format!("{}{consumers}{}", topology(queues), publisher(messages, queues))
}

/// The same with a client for each queue.
pub fn deliveries_to_clients(messages: u32, queues: u32) -> String {
    let consumers: String =
        (1..=queues).map(|queue| consumer(&format!("c{queue}"), queue..=queue, true)).collect();
    format!("{}{consumers}{}", topology(queues), publisher(messages, queues))
}

fn topology(queues: u32) -> String {
    let queues: String =
        (1..=queues).map(|queue| format!("queue q{queue}\nbind q{queue} to logs\n")).collect();
    format!("{LIMITS}exchange logs fanout\n{queues}")
}

fn publisher(messages: u32, queues: u32) -> String {
    let to = if queues == 1 { "default key \"q1\"" } else { "logs" };
    format!(
        "publisher p starts at 100ms {{ repeat {messages} every 10us {{ publish \"0123456789ab\" to {to} }} }}\n"
    )
}

fn consumer(name: &str, queues: RangeInclusive<u32>, acks_each: bool) -> String {
    let handler =
        if acks_each { "{ ack }" } else { "as m { if m.delivery_tag % 50 == 0 { ack m multiple } }" };
    let consumes: String = queues.map(|queue| format!("; consume q{queue} {handler}")).collect();
    format!("consumer {name} {{ prefetch 100{consumes} }}\n")
}

/// Words at each place of a key: so many that a key finds 0.3 of a thousand bindings, as in benches/peers.
const WORDS: u32 = 40;

/// Three words, chosen by a number.
fn words(number: u32) -> [String; 3] {
    [number, number / WORDS, number / WORDS / WORDS].map(|word| format!("w{}", word % WORDS))
}

/// A thousand bindings onto ten queues, half of them literal, a quarter with `*`, a quarter with `#`; a thousand keys.
pub fn topic(messages: u32) -> String {
    let mut text = format!("{LIMITS}exchange logs topic\n");
    for queue in 1..=10 {
        text += &format!("queue q{queue}\n");
    }
    text += &consumer("c", 1..=10, true);
    for binding in 0..1_000 {
        let mut key = words(binding * 7_919);
        match binding % 4 {
            2 => key[binding as usize / 4 % 3] = "*".to_owned(),
            3 => key[binding as usize / 4 % 3] = "#".to_owned(),
            _ => {}
        }
        let _ = writeln!(text, "bind q{} to logs key \"{}\"", 1 + binding % 10, key.join("."));
    }
    let keys: Vec<String> =
        (0..1_000).map(|key| format!("\"{}\"", words(12_345 + key * 104_729).join("."))).collect();
    let _ = writeln!(
        text,
        "let keys = [{}]\npublisher p starts at 100ms {{ repeat {messages} every 10us {{ \
         publish \"0123456789ab\" to logs key random(keys) }} }}",
        keys.join(", ")
    );
    text
}

/// One server that takes one message after the other, 80 % busy: gaps of 1.25 and work of 1, both by chance, and a
/// way of a thousandth of it. The model of benches/peers/des, but for the distribution, which is uniform here.
pub fn one_server(messages: u32) -> String {
    format!(
        "{LIMITS}network latency 1us\nqueue q\n\
         consumer server {{ prefetch 1; consume q {{ wait 0ms..2ms; ack }} }}\n\
         publisher source starts at 1ms {{ repeat {messages} {{ wait 0us..2500us; \
         publish \"x\" to default key \"q\" }} }}\n"
    )
}

/// A hundred clients with a hundredth of that many timers each, which ring once a second.
pub fn timers(timers: u32, seconds: u32) -> String {
    format!(
        "{LIMITS}run for {seconds}s\n\
         client t times 100 {{ for i in 1..{} {{ every 500ms..1500ms {{ }} }} }}\n",
        timers / 100
    )
}
