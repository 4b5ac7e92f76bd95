//! Clients at a moment: what each does or waits for, its channels, what lies in its inbox.

use crate::amqp::ConnectionId;
use crate::broker::{ChannelView, ConsumerId, View};
use crate::sim::Simulation;
use crate::sim::record::{Actor, EndReason, Recording, WaitKind};
use crate::sim::{Client, Life};
use crate::text::Span;

use super::names::{Names, quoted_text};
use super::view::ClientRow;

/// Clients listed.
const CLIENTS_MAX: usize = 300;

/// Channels of a client listed.
const CHANNELS_MAX: usize = 20;
/// Consumers of a channel named.
const CONSUMERS_MAX: usize = 10;

/// All clients in the order of the text.
pub fn clients(recording: &Recording, simulation: &Simulation) -> Vec<ClientRow> {
    let names = Names::new(recording);
    let actors = recording.actors().iter().zip(0_u16..);
    let clients = actors.filter(|(info, _)| matches!(info.actor, Actor::Client { .. }));
    let row = |(_, actor)| Some(row(names, simulation, actor, simulation.client(actor)?));
    clients.take(CLIENTS_MAX).filter_map(row).collect()
}

fn row(names: Names<'_>, simulation: &Simulation, actor: u16, client: &Client) -> ClientRow {
    let waits_at = client.waits_for().map(|(_, pc)| pc);
    ClientRow {
        name: names.actor(actor).to_owned(),
        kind: names.actor_kind(actor),
        state: state(names, client),
        channels: channels(names, simulation, actor),
        inbox: client.inbox_count(),
        span: waits_at.and_then(|pc| span(names, pc)),
    }
}

fn span(names: Names<'_>, pc: u32) -> Option<Span> {
    names.recording.program().spans.get(pc as usize).copied().filter(|span| span.start < span.end)
}

/// `not started`, `waits 1s`, `ended by an error` …
pub fn state(names: Names<'_>, client: &Client) -> String {
    match client.life() {
        Life::Waiting => "not started".to_owned(),
        Life::Ended(EndReason::Finished) => "ended".to_owned(),
        Life::Ended(EndReason::Error) => "ended by an error".to_owned(),
        Life::Ended(EndReason::Crash) => "crashed".to_owned(),
        Life::Ended(EndReason::Stop) => "stopped".to_owned(),
        Life::Stopping => "stopping".to_owned(),
        Life::Running => client.waits_for().map_or_else(
            || "running".to_owned(),
            |(kind, pc)| {
                // The statement itself says how long it waits, or for what.
                wait_words(kind, span(names, pc).map_or("", |span| names.written(span)))
            },
        ),
    }
}

/// A wait as the script says it, where it says it.
pub fn wait_words(kind: WaitKind, written: &str) -> String {
    let detail = written.strip_prefix("wait ").map_or(String::new(), |rest| format!(" {}", rest.trim()));
    match kind {
        WaitKind::Timer => format!("waits{detail}"),
        WaitKind::Forever => "waits forever".to_owned(),
        WaitKind::Until if detail.is_empty() => "waits until its condition holds".to_owned(),
        WaitKind::Until => format!("waits{detail}"),
        WaitKind::Confirms => "waits for confirms".to_owned(),
        WaitKind::Round => "waits for the next round".to_owned(),
        WaitKind::Reply => "waits for a reply".to_owned(),
        WaitKind::Connecting => "connecting".to_owned(),
        WaitKind::Idle => "waits for deliveries".to_owned(),
        WaitKind::Closing => "closing its connection".to_owned(),
    }
}

/// What the broker has open for a client.
pub fn channels_of(simulation: &Simulation, actor: u16) -> Vec<ChannelView> {
    let view = simulation.broker().view();
    let connection = simulation.connection_of(actor).and_then(|number| view.connection(ConnectionId(number)));
    let open = connection.filter(|connection| connection.is_open);
    open.into_iter().flat_map(|connection| connection.channels).filter_map(|id| view.channel(id)).collect()
}

/// The channels that the broker has open for a client, in the order of the text.
fn channels(names: Names<'_>, simulation: &Simulation, actor: u16) -> Vec<String> {
    let view = simulation.broker().view();
    let open = channels_of(simulation, actor);
    open.iter().map(|channel| channel_words(names, view, actor, channel)).take(CHANNELS_MAX).collect()
}

/// `main: prefetch 1, 1 unacked, consumes tasks ("slow.1")`.
fn channel_words(names: Names<'_>, view: View<'_>, actor: u16, channel: &ChannelView) -> String {
    let mut words = Vec::new();
    if channel.prefetch > 0 {
        words.push(format!("prefetch {} per consumer", channel.prefetch));
    }
    if channel.global_prefetch > 0 {
        words.push(format!("prefetch {} per channel", channel.global_prefetch));
    }
    if channel.unacked > 0 {
        words.push(format!("{} unacked", channel.unacked));
    }
    if channel.is_confirming {
        words.push(format!("confirms, {} open", channel.unconfirmed));
    }
    if channel.is_transactional {
        words.push("transactions".to_owned());
    }
    words.extend(channel.consumers.iter().take(CONSUMERS_MAX).filter_map(|id| consumer_words(view, *id)));
    if channel.consumers.len() > CONSUMERS_MAX {
        words.push(format!("{} consumers in all", channel.consumers.len()));
    }
    let name = names.channel_name(actor, channel.number);
    if words.is_empty() { name } else { format!("{name}: {}", words.join(", ")) }
}

fn consumer_words(view: View<'_>, id: ConsumerId) -> Option<String> {
    let consumer = view.consumer(id)?;
    let queue = consumer.queue.and_then(|queue| view.queue_name(queue)).map_or("", |name| name);
    Some(format!("consumes {queue} ({})", quoted_text(&consumer.tag)))
}

#[cfg(test)]
mod tests {
    use super::wait_words;
    use crate::sim::record::WaitKind;

    #[test]
    fn a_wait_says_what_the_script_says() {
        assert_eq!(wait_words(WaitKind::Timer, "wait 1s..3s"), "waits 1s..3s");
        assert_eq!(
            wait_words(WaitKind::Until, "wait until x == 1 timeout 5s"),
            "waits until x == 1 timeout 5s"
        );
        assert_eq!(wait_words(WaitKind::Reply, "queue tasks"), "waits for a reply");
    }
}
