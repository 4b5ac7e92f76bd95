//! At-least-once dead-lettering: a dead letter stays with its quorum queue until every target has confirmed it.
//!
//! RabbitMQ: quorum queues only, with `dead-letter-strategy` at-least-once and `overflow` reject-publish; else dead
//! letters are published at most once. A worker of the queue takes 32 at a time and tries those that are not
//! confirmed again each time its timer fires.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use crate::amqp::{Choices, SimDuration, SimTime};

use super::effect::{ChannelId, DropReason, Effect, MessageId, QueueId};
use super::machine::Broker;
use super::message::Message;
use super::publish::Taken;
use super::queue::Entry;
use super::timers::Timer;

/// RabbitMQ: dead_letter_worker_consumer_prefetch.
const PREFETCH: usize = 32;

/// The dead letters that a queue still has, oldest first.
#[derive(Clone, Debug)]
pub(super) struct DeadLetters {
    held: VecDeque<DeadLetter>,
    bytes: u64,
    /// When those without all confirms are tried again.
    retry: SimTime,
    /// Something is to be forwarded before this command ends.
    is_awake: bool,
    pub armed: SimTime,
}

/// A message that died, and who has it already.
#[derive(Clone, Debug)]
struct DeadLetter {
    died: MessageId,
    reason: DropReason,
    /// How often it had come back.
    count: u16,
    /// The message it is since it was forwarded first.
    forwarded: MessageId,
    /// It reached no queue, or one refused it.
    is_stuck: bool,
    confirmed: BTreeSet<QueueId>,
    /// When the last confirm comes that is on its way.
    due: SimTime,
}

impl Default for DeadLetters {
    fn default() -> Self {
        Self { held: VecDeque::new(), bytes: 0, retry: SimTime::MAX, is_awake: false, armed: SimTime::MAX }
    }
}

impl DeadLetters {
    /// How many.
    pub fn len(&self) -> u32 {
        self.held.len() as u32
    }

    /// Bytes of their bodies.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    pub fn due(&self) -> Option<SimTime> {
        let confirms = self.held.iter().take(PREFETCH).filter(|one| !one.is_stuck).map(|one| one.due);
        confirms.chain([self.retry]).min().filter(|due| *due < SimTime::MAX)
    }
}

impl Broker {
    /// A copy died in a queue that dead-letters at least once: it stays until it has arrived.
    pub(super) fn hold_dead_letter(&mut self, queue: QueueId, entry: Entry, reason: DropReason) {
        let letters = &mut self.queue_mut(queue).dead_letters;
        letters.bytes += entry.bytes;
        letters.held.push_back(DeadLetter {
            died: entry.message,
            reason,
            count: entry.count,
            forwarded: MessageId::NONE,
            is_stuck: false,
            confirmed: BTreeSet::new(),
            due: SimTime::MAX,
        });
        self.wake_dead_letters(queue);
    }

    fn wake_dead_letters(&mut self, queue: QueueId) {
        let letters = &mut self.queue_mut(queue).dead_letters;
        if !letters.is_awake && !letters.held.is_empty() {
            letters.is_awake = true;
            self.letters_to_forward.push_back(queue);
        }
    }

    /// Publishes what was not forwarded yet, in the queues where something is to be done.
    pub(super) fn forward_dead_letters(&mut self, choices: &mut dyn Choices) {
        while let Some(queue) = self.letters_to_forward.pop_front() {
            self.queue_mut(queue).dead_letters.is_awake = false;
            for at in 0..PREFETCH {
                let letters = &self.queue(queue).dead_letters;
                let Some(letter) = letters.held.get(at) else { break };
                if letter.forwarded == MessageId::NONE {
                    let letter = letter.clone();
                    let letter = self.forward(queue, letter, choices);
                    if let Some(place) = self.queue_mut(queue).dead_letters.held.get_mut(at) {
                        *place = letter;
                    }
                }
            }
            self.set_retry(queue);
            self.arm(Timer::DeadLetters(queue));
        }
    }

    /// RabbitMQ: the timer runs while something waits for its confirms.
    fn set_retry(&mut self, queue: QueueId) {
        let retry = self.now + self.config.dead_letter_retry;
        let letters = &mut self.queue_mut(queue).dead_letters;
        if letters.held.is_empty() {
            letters.retry = SimTime::MAX;
        } else if letters.retry == SimTime::MAX {
            letters.retry = retry;
        }
    }

    /// Publishes a dead letter to the targets that have not confirmed it.
    fn forward(&mut self, queue: QueueId, mut letter: DeadLetter, choices: &mut dyn Choices) -> DeadLetter {
        letter.is_stuck = true;
        let Some(died) = self.messages.get(letter.died).cloned() else { return letter };
        if letter.forwarded == MessageId::NONE {
            let content = self.dead_content(queue, &died.content, letter.reason, letter.count);
            let message = Message { content: Arc::new(content), body: died.body };
            letter.forwarded = self.messages.push(message);
            self.messages.retain(letter.forwarded);
            let (from, to, reason) = (letter.died, letter.forwarded, letter.reason);
            self.put(Effect::DeadLettered { queue, from, to, reason });
        }
        let Some(exchange) = self.dead_letter_target(queue) else { return letter };
        let Some(message) = self.messages.get(letter.forwarded).cloned() else { return letter };
        let route = self.route(exchange, &message.content, choices);
        for binding in &route.bindings {
            self.put(Effect::Routed { message: letter.forwarded, binding: *binding });
        }
        letter.due = self.now;
        letter.is_stuck = route.queues.is_empty();
        let mut cycles = 0;
        for target in &route.queues {
            if letter.reason != DropReason::Rejected && self.closes_cycle(letter.forwarded, *target) {
                cycles += 1;
            } else if !letter.confirmed.contains(target) {
                match self.enqueue(*target, letter.forwarded, ChannelId::NONE, 0) {
                    Taken::Refused => letter.is_stuck = true,
                    Taken::Stored | Taken::Storing => {
                        letter.confirmed.insert(*target);
                        letter.due = letter.due.max(self.now + self.confirm_delay(*target, &message));
                    }
                }
            }
        }
        letter.is_stuck |= cycles == route.queues.len();
        letter
    }

    /// How long a target takes to confirm.
    fn confirm_delay(&self, target: QueueId, message: &Message) -> SimDuration {
        let target = self.queue(target);
        if target.is_quorum() {
            self.config.quorum_commit
        } else if target.spec.durable && message.is_persistent() {
            self.config.disk_confirm
        } else {
            SimDuration::ZERO
        }
    }

    /// Confirms are in, or it is time to try again.
    pub(super) fn dead_letters_due(&mut self, queue: QueueId) {
        let now = self.now;
        let letters = &mut self.queue_mut(queue).dead_letters;
        let is_over = |one: &DeadLetter| !one.is_stuck && one.due <= now;
        let (over, left): (Vec<DeadLetter>, Vec<DeadLetter>) = letters.held.drain(..).partition(is_over);
        letters.held = left.into();
        if letters.retry <= now {
            letters.retry = SimTime::MAX;
            self.letters_to_retry.push_back(queue);
        }
        for letter in over {
            self.let_go_dead_letter(queue, &letter);
        }
        self.set_retry(queue);
        self.note_limits(queue);
        self.wake_dead_letters(queue);
    }

    /// Tries again what is stuck.
    #[inline(never)]
    pub(super) fn retry_dead_letters(&mut self, choices: &mut dyn Choices) {
        while let Some(queue) = self.letters_to_retry.pop_front() {
            for at in 0..PREFETCH {
                let Some(letter) = self.queue(queue).dead_letters.held.get(at) else { break };
                if letter.is_stuck {
                    let letter = letter.clone();
                    let letter = self.forward(queue, letter, choices);
                    if let Some(place) = self.queue_mut(queue).dead_letters.held.get_mut(at) {
                        *place = letter;
                    }
                }
            }
            self.arm(Timer::DeadLetters(queue));
        }
    }

    /// RabbitMQ: with another strategy, or without their queue, those that are held are lost.
    pub(super) fn lose_dead_letters(&mut self, queue: QueueId) -> u32 {
        let lost = std::mem::take(&mut self.queue_mut(queue).dead_letters.held);
        for letter in &lost {
            self.let_go_dead_letter(queue, letter);
        }
        let letters = &mut self.queue_mut(queue).dead_letters;
        (letters.bytes, letters.retry) = (0, SimTime::MAX);
        lost.len() as u32
    }

    fn let_go_dead_letter(&mut self, queue: QueueId, letter: &DeadLetter) {
        let bytes = self.bytes_in(queue, letter.died);
        let letters = &mut self.queue_mut(queue).dead_letters;
        letters.bytes = letters.bytes.saturating_sub(bytes);
        self.messages.release(letter.died);
        if letter.forwarded != MessageId::NONE {
            self.messages.release(letter.forwarded);
        }
    }

    /// The node is up again: a new worker forwards all that its queue has.
    pub(super) fn resume_dead_letters(&mut self, queue: QueueId) {
        if !self.queue(queue).dead_letters.held.is_empty() {
            self.letters_to_retry.push_back(queue);
        }
    }
}
