//! Every copy, publish and confirm by the effects alone: what RabbitMQ promises, held to them.

use std::collections::{BTreeMap, BTreeSet};

use warren::amqp::{FieldValue, SimDuration, SimTime};
use warren::broker::{
    Broker, ChannelId, ConsumerId, DropReason, Effect, MessageId, QueueId, QueueKind, QueueView, Stop,
};

use super::streams::{Hashing, Streams};

/// Where a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Ready,
    Unacked {
        channel: ChannelId,
        tag: u32,
        /// `NONE` by get.
        consumer: ConsumerId,
    },
    /// Rejected, or delivered too often: it must go before the command is over.
    Rejected,
}

#[derive(Clone, Copy, Debug)]
struct Copy {
    place: Place,
    /// Its number among all that ever came into a queue.
    number: u64,
    since: SimTime,
    priority: Option<u8>,
    was_handed_out: bool,
}

/// What is under way while effects are followed.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub now: SimTime,
    /// The node is being stopped.
    pub stop: Option<Stop>,
}

/// Follows every copy, publish and confirm through the effects.
#[derive(Default)]
pub struct Ledger {
    copies: BTreeMap<(MessageId, QueueId), Copy>,
    entered: u64,
    acked: u64,
    dead_lettered: u64,
    dropped: BTreeMap<DropReason, u64>,
    tags: BTreeMap<ChannelId, u32>,
    /// Limits of a channel: for each consumer that starts from now on, for all together.
    limits: BTreeMap<ChannelId, (u16, u16)>,
    /// The limit each consumer started with.
    prefetch: BTreeMap<ConsumerId, u16>,
    /// Publishes in confirm mode that are not answered yet, and whether some queue refused them.
    unconfirmed: BTreeMap<ChannelId, BTreeMap<u32, bool>>,
    last: Option<(ChannelId, u32, MessageId)>,
    /// Copies that are dead-lettered in this command: out of their queue before that is said.
    leaving: BTreeSet<(MessageId, QueueId)>,
    /// Channels that had deliveries of quorum queues or streams, which a limit of the channel is not about.
    loose: BTreeSet<ChannelId>,
    streams: Streams,
    hashing: Hashing,
    /// Copies that died in queues which dead-letter at least once.
    held: BTreeMap<QueueId, u32>,
}

impl Ledger {
    /// basic.qos was taken. RabbitMQ: a limit for each consumer lifts the one of the channel.
    pub fn set_prefetch(&mut self, channel: ChannelId, count: u16, global: bool) {
        let limits = self.limits.entry(channel).or_default();
        *limits = if global { (limits.0, count) } else { (count, 0) };
    }

    /// All that one command did.
    pub fn follow_all(&mut self, broker: &Broker, effects: &[Effect], moment: Moment) {
        let leaving = effects.iter().filter_map(|effect| match effect {
            Effect::DeadLettered { queue, from, .. } => Some((*from, *queue)),
            _ => None,
        });
        self.leaving = leaving.collect();
        effects.iter().for_each(|effect| self.follow(broker, *effect, moment));
        self.hashing.follow_all(broker, effects);
    }

    fn follow(&mut self, broker: &Broker, effect: Effect, moment: Moment) {
        if let Effect::Delivered { channel, tag, .. } | Effect::Got { channel, tag, .. } = effect {
            self.rises(channel, tag);
        }
        if let Effect::Delivered { channel, consumer, .. } = effect {
            let queue = broker.view().consumer_queue(consumer).and_then(|queue| broker.view().queue(queue));
            if queue.is_some_and(|queue| queue.kind != QueueKind::Classic) {
                self.loose.insert(channel);
            }
        }
        if self.streams.follow(broker, effect, &self.prefetch) {
            return;
        }
        match effect {
            Effect::Enqueued { message, queue } => self.enter(broker, message, queue, moment.now),
            Effect::Delivered { channel, consumer, message, tag, .. } => {
                if let Some(queue) = broker.view().consumer_queue(consumer) {
                    self.hand_out(broker, message, queue, Place::Unacked { channel, tag, consumer });
                    self.keeps_prefetch(broker, channel, consumer);
                }
            }
            Effect::Got { channel, queue, message, tag, .. } => {
                let consumer = ConsumerId::NONE;
                self.hand_out(broker, message, queue, Place::Unacked { channel, tag, consumer });
            }
            Effect::Requeued { queue, message, channel, tag } => {
                let copy = self.held(message, queue, channel, tag);
                copy.place = Place::Ready;
            }
            Effect::Settled { queue, message, channel, tag, acked } => {
                self.held(message, queue, channel, tag).place = Place::Rejected;
                if acked {
                    self.acked += 1;
                    self.copies.remove(&(message, queue));
                }
            }
            Effect::Dropped { message, queue, reason } => self.drop(broker, message, queue, reason, moment),
            Effect::DeadLettered { queue, from, reason, .. } => {
                *self.held.entry(queue).or_default() += 1;
                if let Some(copy) = self.copies.remove(&(from, queue)) {
                    goes_for(copy.place, reason);
                    self.dead_lettered += 1;
                } else {
                    self.is_refused(from, reason);
                }
            }
            Effect::Published { channel, message, seq } => {
                self.last = Some((channel, seq, message));
                if seq > 0 {
                    let open = self.unconfirmed.entry(channel).or_default();
                    assert!(open.keys().all(|other| *other < seq), "publishes are numbered one by one");
                    open.insert(seq, false);
                }
            }
            Effect::Confirmed { channel, seq, multiple, ack } => self.confirmed(channel, seq, multiple, ack),
            Effect::Consuming { consumer } => {
                let channel = broker.view().consumer(consumer).expect("it is there").channel;
                self.prefetch.insert(consumer, self.limits.get(&channel).map_or(0, |limits| limits.0));
            }
            Effect::ChannelGone { channel } => {
                self.unconfirmed.remove(&channel);
            }
            _ => {}
        }
    }

    fn enter(&mut self, broker: &Broker, message: MessageId, queue: QueueId, since: SimTime) {
        let priority = broker.view().message(message).expect("it is there").properties().priority;
        let (place, number) = (Place::Ready, self.entered);
        self.entered += 1;
        let copy = Copy { place, number, since, priority, was_handed_out: false };
        let before = self.copies.insert((message, queue), copy);
        assert!(before.is_none(), "a message is enqueued once in a queue");
    }

    fn held(&mut self, message: MessageId, queue: QueueId, channel: ChannelId, tag: u32) -> &mut Copy {
        let copy = self.copies.get_mut(&(message, queue)).expect("what is settled or requeued is there");
        match copy.place {
            Place::Unacked { channel: at, tag: by, .. } => {
                assert_eq!((at, by), (channel, tag), "it is settled where it was delivered");
            }
            other => panic!("only what was handed out is settled or requeued: {other:?}"),
        }
        copy
    }

    fn hand_out(&mut self, broker: &Broker, message: MessageId, queue: QueueId, place: Place) {
        let copy = *self.copies.get(&(message, queue)).expect("what is handed out is there");
        assert_eq!(copy.place, Place::Ready, "only what is ready is handed out");
        let view = broker.view().queue(queue).expect("a number stays known");
        for ((other, _), waiting) in self.copies.iter().filter(|((_, id), _)| *id == queue) {
            let ahead = waiting.place == Place::Ready
                && !self.leaving.contains(&(*other, queue))
                && is_before(waiting, &copy, &view, broker.config().profile.priority_zero_is_one);
            assert!(!ahead, "{message:?} was handed out of {} before {other:?}", view.name);
        }
        self.copies.insert((message, queue), Copy { place, was_handed_out: true, ..copy });
    }

    fn keeps_prefetch(&self, broker: &Broker, channel: ChannelId, consumer: ConsumerId) {
        if broker.view().consumer(consumer).is_some_and(|consumer| consumer.no_ack) {
            return;
        }
        let held = |wanted: &dyn Fn(ChannelId, ConsumerId) -> bool| {
            let is_held = |copy: &&Copy| matches!(copy.place, Place::Unacked { channel, consumer, .. } if wanted(channel, consumer));
            self.copies.values().filter(is_held).count()
        };
        let own = self.prefetch.get(&consumer).copied().unwrap_or_default();
        let holds = held(&|_, by| by == consumer);
        assert!(own == 0 || holds <= usize::from(own), "{consumer:?} holds {holds}, its prefetch is {own}");
        // RabbitMQ: quorum queues and streams know nothing of the channel's limit, but what is acknowledged of theirs counts.
        let (_, all) = self.limits.get(&channel).copied().unwrap_or_default();
        let is_loose = self.loose.contains(&channel)
            || broker.view().channel(channel).is_some_and(|channel| channel.is_transactional);
        let holds = held(&|at, by| at == channel && by != ConsumerId::NONE);
        assert!(
            all == 0 || is_loose || holds <= usize::from(all),
            "{channel:?} holds {holds}, its prefetch is {all}"
        );
    }

    fn rises(&mut self, channel: ChannelId, tag: u32) {
        let last = self.tags.insert(channel, tag).unwrap_or_default();
        assert_eq!(tag, last + 1, "delivery tags count from 1");
    }

    fn drop(
        &mut self,
        broker: &Broker,
        message: MessageId,
        queue: QueueId,
        reason: DropReason,
        moment: Moment,
    ) {
        if queue == QueueId::NONE {
            return;
        }
        let Some(copy) = self.copies.remove(&(message, queue)) else {
            return self.is_refused(message, reason);
        };
        goes_for(copy.place, reason);
        *self.dropped.entry(reason).or_default() += 1;
        if reason == DropReason::Restart {
            let stop = moment.stop.expect("only the end of the node loses messages");
            let view = broker.view().queue(queue).expect("a number stays known");
            let config = broker.config();
            let delay = if is_quorum(&view) { config.quorum_commit } else { config.disk_confirm };
            let is_young = delay > SimDuration::ZERO && moment.now < copy.since + delay;
            assert!(
                !survives(broker, message, &view) || (stop == Stop::Kill && is_young),
                "{message:?} of {} must survive: {copy:?}",
                view.name
            );
        }
    }

    /// A message that a full queue did not take.
    fn is_refused(&mut self, message: MessageId, reason: DropReason) {
        let is_known =
            matches!(reason, DropReason::MaxLength | DropReason::RolledBack | DropReason::DeadLetterCycle);
        assert!(is_known, "{message:?} was dropped without having been there: {reason:?}");
        if let Some((channel, seq, last)) = self.last
            && last == message
            && reason == DropReason::MaxLength
            && let Some(refused) = self.unconfirmed.get_mut(&channel).and_then(|open| open.get_mut(&seq))
        {
            *refused = true;
        }
    }

    fn confirmed(&mut self, channel: ChannelId, seq: u32, multiple: bool, ack: bool) {
        let open = self.unconfirmed.entry(channel).or_default();
        assert!(open.contains_key(&seq), "{seq} on {channel:?} is confirmed once");
        let later = open.split_off(&(seq + 1));
        let answered = if multiple {
            std::mem::replace(open, later)
        } else {
            let refused = open.remove(&seq);
            open.extend(later);
            refused.into_iter().map(|refused| (seq, refused)).collect()
        };
        for (seq, refused) in answered {
            assert_eq!(ack, !refused, "{seq} on {channel:?}: ack unless a queue refused it");
        }
    }

    /// After a command: the sums are right, and the broker counts the same copies.
    pub fn agrees_with(&self, broker: &Broker) {
        let gone = self.acked + self.dead_lettered + self.dropped.values().sum::<u64>();
        assert_eq!(
            self.entered,
            self.copies.len() as u64 + gone,
            "every copy is somewhere, or went for a reason"
        );
        let mut known = 0;
        self.streams.agrees_with(broker);
        for queue in broker.view().queues().filter(|queue| queue.stream.is_none()) {
            let died = self.held.get(&queue.id).copied().unwrap_or_default();
            assert!(queue.dead_letters <= died, "only what died waits to arrive: {}", queue.name);
            let count = |wanted: fn(&Place) -> bool| {
                let of_it = self.copies.iter().filter(|((_, id), _)| *id == queue.id);
                of_it.filter(|(_, copy)| wanted(&copy.place)).count()
            };
            let ready = count(|place| *place == Place::Ready);
            let unacked = count(|place| matches!(place, Place::Unacked { .. }));
            assert_eq!(ready, queue.ready as usize, "ready of {}", queue.name);
            assert_eq!(unacked, queue.unacked as usize, "unacked of {}", queue.name);
            known += ready + unacked;
        }
        assert_eq!(known, self.copies.len(), "no copy is rejected for long or in a queue that is gone");
    }

    /// The node has just gone down: what is left is what is durable, and waits.
    pub fn is_durable_alone(&self, broker: &Broker) {
        for ((message, queue), copy) in &self.copies {
            let view = broker.view().queue(*queue).expect("a number stays known");
            assert!(survives(broker, *message, &view), "{message:?} of {} is not durable", view.name);
            assert_eq!(copy.place, Place::Ready, "nobody holds {message:?} any more");
        }
    }

    /// Time enough has passed: nobody waits for a confirm.
    pub fn is_answered(&self) {
        let open: Vec<_> = self.unconfirmed.iter().filter(|(_, open)| !open.is_empty()).collect();
        assert!(open.is_empty(), "never confirmed: {open:?}");
    }
}

fn is_quorum(queue: &QueueView) -> bool {
    queue.kind == QueueKind::Quorum
}

/// RabbitMQ: persistent messages in durable queues; a quorum queue keeps all.
fn survives(broker: &Broker, message: MessageId, queue: &QueueView) -> bool {
    let is_kept = || broker.view().message(message).is_some_and(|message| message.is_persistent());
    queue.is_alive && queue.durable && queue.exclusive_to.is_none() && (is_quorum(queue) || is_kept())
}

/// Whether `one` must be handed out before `other`. RabbitMQ: first in, first out; but higher priorities first. What
/// comes back has its old place in a classic queue, and another one in a quorum queue, where two levels of
/// priority are mixed.
fn is_before(one: &Copy, other: &Copy, queue: &QueueView, zero_is_one: bool) -> bool {
    if is_quorum(queue) {
        let untouched = !one.was_handed_out && !other.was_handed_out;
        return untouched && one.priority == other.priority && one.number < other.number;
    }
    let given = queue.arguments.get("x-max-priority").and_then(FieldValue::as_integer);
    let most = given.map_or(0, |most| if zero_is_one { most.max(1) } else { most });
    let level = |copy: &Copy| i64::from(copy.priority.unwrap_or(0)).min(most);
    (-level(one), one.number) < (-level(other), other.number)
}

/// For which reasons a copy goes that is ready or was handed out.
fn goes_for(place: Place, reason: DropReason) {
    use DropReason::{DeliveryLimit, Expired, MaxLength, Purged, QueueDeleted, Rejected, Restart};
    let fits = match place {
        Place::Ready => matches!(reason, Expired | MaxLength | Purged | QueueDeleted | Restart),
        Place::Unacked { .. } => reason == QueueDeleted,
        Place::Rejected => matches!(reason, Rejected | DeliveryLimit),
    };
    assert!(fits, "{place:?} for {reason:?}");
}
