//! Messages: immutable, in an append-only store of blocks that clones of the broker share.
//!
//! A block goes when it is full and no copy refers to it any more; a recording that wants its messages for longer
//! keeps the block's `Arc`. Freeing waits for the next command, so that a message can be looked at right after
//! the command that settled it.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::amqp::{FieldTable, Name, Properties, Template, name};

use super::effect::MessageId;

/// Messages in a block.
const BLOCK: u32 = 256;

/// A message: what was published, as it is delivered, but for counts that a queue adds.
#[derive(Clone, Debug)]
pub struct Message {
    pub(super) content: Arc<Content>,
    /// The body.
    pub body: Arc<[u8]>,
}

/// What the messages of one publish instruction have in common, looked through once.
#[derive(Clone, Debug)]
pub(super) struct Content {
    /// Exchange, routing key and properties as delivered: BCC removed, reply-to rewritten.
    pub template: Arc<Template>,
    /// Routing keys besides the first, from CC, then from BCC.
    pub more_keys: Vec<Name>,
    /// How many of them are from CC.
    pub cc_count: u32,
    pub persistent: bool,
    pub priority: Option<u8>,
    /// Milliseconds.
    pub ttl: Option<u64>,
    /// The broker dead-lettered it: its `x-death` is the broker's.
    pub has_died: bool,
    /// How often it had come back where it died, if that is kept: it goes on counting in the next queue.
    pub delivery_count: u16,
    /// Bytes of its properties as they were published, where quorum queues count them; else 0.
    pub property_bytes: u32,
}

impl Content {
    /// What routing needs to know of a message, for a question about it.
    pub fn of_key(exchange: &Name, routing_key: &str, headers: Option<&FieldTable>) -> Self {
        let properties = Properties { headers: headers.cloned(), ..Properties::default() };
        let (exchange, routing_key) = (exchange.clone(), name(routing_key));
        let template = Template { exchange, routing_key, mandatory: false, immediate: false, properties };
        Self {
            template: Arc::new(template),
            more_keys: Vec::new(),
            cc_count: 0,
            persistent: false,
            priority: None,
            ttl: None,
            has_died: false,
            delivery_count: 0,
            property_bytes: 0,
        }
    }
}

impl Message {
    /// The exchange it was published to, last.
    pub fn exchange(&self) -> &Name {
        &self.content.template.exchange
    }

    /// Its routing key.
    pub fn routing_key(&self) -> &Name {
        &self.content.template.routing_key
    }

    /// Exchange, key and properties together, shared by the messages of one publish instruction.
    pub fn template(&self) -> &Arc<Template> {
        &self.content.template
    }

    /// Its properties, without what a queue adds at delivery (see `View::delivered_properties`).
    pub fn properties(&self) -> &Properties {
        &self.content.template.properties
    }

    /// What it counts in the bytes of a queue.
    pub(super) fn bytes_in(&self, is_quorum: bool) -> u64 {
        let properties = if is_quorum { self.content.property_bytes } else { 0 };
        self.body.len() as u64 + u64::from(properties)
    }

    /// Whether it is persistent.
    pub fn is_persistent(&self) -> bool {
        self.content.persistent
    }
}

/// 256 messages with numbers in a row, once they are complete.
#[derive(Clone, Debug)]
struct Block {
    /// None once no copy refers to them.
    messages: Option<Arc<Vec<Message>>>,
    /// Copies that refer to its messages.
    live: u32,
}

/// All messages that something still refers to.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    blocks: VecDeque<Block>,
    /// Blocks that were dropped from the front.
    dropped: u32,
    /// The messages after the last block: a clone copies them.
    open: Vec<Message>,
    /// Copies that refer to them.
    open_live: u32,
    next: u32,
    /// Blocks that may be free, looked at before the next command.
    idle: Vec<u32>,
    /// Bytes of bodies and 64 a message, of all blocks held.
    bytes: u64,
}

impl Store {
    pub fn push(&mut self, message: Message) -> MessageId {
        let id = self.next;
        self.next += 1;
        self.bytes += message_bytes(&message);
        self.open.push(message);
        if self.next.is_multiple_of(BLOCK) {
            self.close_block(id / BLOCK);
        }
        MessageId(id)
    }

    #[cold]
    fn close_block(&mut self, number: u32) {
        let messages = std::mem::replace(&mut self.open, Vec::with_capacity(BLOCK as usize));
        let live = std::mem::take(&mut self.open_live);
        self.blocks.push_back(Block { messages: Some(Arc::new(messages)), live });
        self.idle.push(number);
    }

    /// One more copy refers to a message: it.
    pub fn retain(&mut self, id: MessageId) -> Option<&Message> {
        let at = (id.0 / BLOCK).checked_sub(self.dropped)? as usize;
        let messages = if at == self.blocks.len() {
            self.open_live += 1;
            &self.open
        } else {
            let block = self.blocks.get_mut(at)?;
            block.live += 1;
            block.messages.as_deref()?
        };
        messages.get((id.0 % BLOCK) as usize)
    }

    pub fn release(&mut self, id: MessageId) {
        let Some(live) = self.live(id) else { return };
        *live -= 1;
        if *live == 0 {
            self.idle.push(id.0 / BLOCK);
        }
    }

    /// Frees the blocks that no copy refers to.
    pub fn sweep(&mut self) {
        if !self.idle.is_empty() {
            self.free_idle();
        }
    }

    fn free_idle(&mut self) {
        while let Some(number) = self.idle.pop() {
            let at = number.checked_sub(self.dropped);
            let Some(block) = at.and_then(|at| self.blocks.get_mut(at as usize)) else { continue };
            if block.live == 0
                && let Some(messages) = block.messages.take()
            {
                self.bytes -= messages.iter().map(message_bytes).sum::<u64>();
            }
        }
        while self.blocks.front().is_some_and(|block| block.messages.is_none()) {
            self.blocks.pop_front();
            self.dropped += 1;
        }
    }

    pub fn get(&self, id: MessageId) -> Option<&Message> {
        let at = (id.0 / BLOCK).checked_sub(self.dropped)? as usize;
        let messages = match self.blocks.get(at) {
            Some(block) => block.messages.as_deref()?,
            None if at == self.blocks.len() => &self.open,
            None => return None,
        };
        messages.get((id.0 % BLOCK) as usize)
    }

    pub fn next(&self) -> MessageId {
        MessageId(self.next)
    }

    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// How many copies refer to the block that a message stands in.
    fn live(&mut self, id: MessageId) -> Option<&mut u32> {
        let at = (id.0 / BLOCK).checked_sub(self.dropped)? as usize;
        if at == self.blocks.len() {
            return Some(&mut self.open_live);
        }
        self.blocks.get_mut(at).map(|block| &mut block.live)
    }
}

/// Logical bytes: the same natively and in wasm.
fn message_bytes(message: &Message) -> u64 {
    64 + message.body.len() as u64
}
