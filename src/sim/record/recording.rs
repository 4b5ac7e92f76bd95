//! The recording itself.

use std::ops::Range;
use std::sync::Arc;

use crate::amqp::{ChannelNumber, ConnectionId, Method, SimTime};
use crate::broker::MessageId;
use crate::script::program::{Pc, Program};
use crate::sim::checks::CheckResult;
use crate::sim::run::{Outcome, RunSpec};
use crate::sim::simulation::Simulation;
use crate::text::Span;

use super::blocks::{BLOCK_RECORDS, Block, Columns, Table};
use super::decode::Record;
use super::hash::{ColumnsHash, RunningHash};
use super::kind::{NONE, RecordKind};
use super::sink::{Entry, Sink, Unrecorded};
use super::tables::{ActorInfo, MessageInfo, Tables};

/// A step's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepInfo {
    /// Its number, from 0.
    pub step: u32,
    /// Its virtual time.
    pub time: SimTime,
    /// Its first record.
    pub first: u32,
    /// One past its last record.
    pub end: u32,
}

/// What happened in a run.
#[derive(Clone, Debug)]
pub struct Recording {
    spec: Arc<RunSpec>,
    program: Arc<Program>,
    blocks: Vec<Block>,
    /// From which record on times count from which base.
    rebases: Vec<(u32, u64)>,
    /// The base of the last of them.
    base: u64,
    /// The time of the last step, since that base: of all its records.
    since: u32,
    len: u32,
    step_first: Table<u32>,
    tables: Tables,
    /// Of side tables, but for commands.
    hash: RunningHash,
    /// Of the blocks of records but the last, and of the full ones of steps.
    columns_hash: ColumnsHash,
    checkpoints: Vec<Checkpoint>,
    /// Steps between two checkpoints, at least.
    distance: u32,
    /// After how many steps the next one is due.
    next_checkpoint: u32,
    pub(in crate::sim) outcome: Option<Outcome>,
    pub(in crate::sim) checks: Vec<CheckResult>,
}

#[derive(Clone, Debug)]
struct Checkpoint {
    /// Steps done.
    steps: u32,
    simulation: Box<Simulation>,
}

/// Re-running this many steps takes well under 50 ms.
const CHECKPOINT_DISTANCE: u32 = 50_000;
/// More than this and every second one goes, and the distance doubles …
const CHECKPOINTS_MAX: usize = 64;
/// … up to this, which is still re-run within 50 ms to 100 ms.
const CHECKPOINT_DISTANCE_MAX: u32 = 200_000;

impl Recording {
    /// An empty recording of a run that begins as `start`.
    pub(in crate::sim) fn new(spec: Arc<RunSpec>, program: Arc<Program>, start: Simulation) -> Self {
        let tables = Tables { actors: start.actors(), ..Tables::default() };
        Self {
            spec,
            program,
            blocks: Vec::new(),
            rebases: vec![(0, 0)],
            base: 0,
            since: 0,
            len: 0,
            step_first: Table::default(),
            tables,
            hash: RunningHash::default(),
            columns_hash: ColumnsHash::default(),
            checkpoints: vec![Checkpoint { steps: 0, simulation: Box::new(start) }],
            distance: CHECKPOINT_DISTANCE,
            next_checkpoint: CHECKPOINT_DISTANCE,
            outcome: None,
            checks: Vec::new(),
        }
    }

    /// What was run.
    pub fn spec(&self) -> &Arc<RunSpec> {
        &self.spec
    }

    /// The program it was run from: its spans belong to that text, not to the one now in the editor.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// How it ended; none while it runs.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    /// The checks as they stand (final once there is an outcome), in text order.
    pub fn checks(&self) -> &[CheckResult] {
        &self.checks
    }

    /// The side tables.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The actors, by number.
    pub fn actors(&self) -> &[ActorInfo] {
        &self.tables.actors
    }

    /// How many records there are.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// How many steps there are. The moment `n` is the state after `n` steps; 0 is the beginning.
    pub fn steps(&self) -> u32 {
        self.step_first.len()
    }

    /// The records in blocks, for scans over all of them.
    pub fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The hash over all columns and what they refer to.
    pub fn hash(&self) -> u128 {
        let (mut hash, mut columns) = (self.hash, self.columns_hash);
        if let Some(block) = self.blocks.last() {
            block.hash_into(&mut columns);
        }
        if self.step_first.is_empty() || !self.step_first.has_full_blocks() {
            columns.column(self.step_first.last_block());
        }
        columns.put_into(&mut hash);
        self.tables.commands.hash_into(&mut hash);
        hash.value()
    }

    /// One record.
    pub fn record(&self, number: u32) -> Option<Record> {
        let columns = self.blocks.get((number / BLOCK_RECORDS) as usize)?.columns(number % BLOCK_RECORDS)?;
        Some(Record::new(number, self.step_of(number)?, self.time_of(number)?, columns))
    }

    /// The records of those numbers.
    pub fn records(&self, range: Range<u32>) -> impl DoubleEndedIterator<Item = Record> {
        let end = range.end.min(self.len());
        (range.start..end).filter_map(|number| self.record(number))
    }

    /// The numbers of the records of those kinds, in order, from `from` on: a scan over all.
    pub fn find(&self, from: u32, wanted: impl Fn(RecordKind) -> bool) -> impl Iterator<Item = u32> {
        let kinds: Vec<u8> =
            RecordKind::ALL.iter().filter(|kind| wanted(**kind)).map(|kind| *kind as u8).collect();
        let blocks = self.blocks.iter().enumerate().skip((from / BLOCK_RECORDS) as usize);
        blocks
            .flat_map(move |(number, block)| {
                let kinds = kinds.clone();
                let first = number as u32 * BLOCK_RECORDS;
                block
                    .kinds()
                    .zip(first..)
                    .filter(move |(kind, _)| kinds.contains(kind))
                    .map(|(_, number)| number)
            })
            .filter(move |number| *number >= from)
    }

    /// The virtual time of a record.
    pub fn time_of(&self, number: u32) -> Option<SimTime> {
        let block = self.blocks.get((number / BLOCK_RECORDS) as usize)?;
        let since = block.time(number % BLOCK_RECORDS)?;
        let rebase = self.rebases.partition_point(|(position, _)| *position <= number);
        let (_, base) = self.rebases.get(rebase.checked_sub(1)?)?;
        Some(SimTime(base + u64::from(since)))
    }

    /// A step, by number from 0.
    pub fn step(&self, step: u32) -> Option<StepInfo> {
        let first = *self.step_first.get(step)?;
        let end = self.step_first.get(step + 1).copied().unwrap_or_else(|| self.len());
        Some(StepInfo { step, time: self.time_of(first)?, first, end })
    }

    /// The step that a record belongs to.
    pub fn step_of(&self, record: u32) -> Option<u32> {
        partition(self.steps(), |step| self.step_first.get(step).is_some_and(|first| *first <= record))
            .checked_sub(1)
    }

    /// How many steps are not after that time: the moment "at" it.
    pub fn steps_until(&self, time: SimTime) -> u32 {
        let begins = |step| self.step_first.get(step).and_then(|first| self.time_of(*first));
        partition(self.steps(), |step| begins(step).is_some_and(|at| at <= time))
    }

    /// The virtual time of the last step so far.
    pub fn end_time(&self) -> SimTime {
        self.steps().checked_sub(1).and_then(|last| self.step(last)).map_or(SimTime::ZERO, |step| step.time)
    }

    /// The state after that many steps: the nearest checkpoint, run forward.
    pub fn state_at(&self, steps: u32) -> Simulation {
        let mut simulation = self.checkpoint(steps).clone();
        simulation.run_to(steps, &mut Unrecorded);
        simulation
    }

    /// The nearest checkpoint not after that many steps; the beginning is one.
    pub fn checkpoint(&self, steps: u32) -> &Simulation {
        let at = self.checkpoints.partition_point(|checkpoint| checkpoint.steps <= steps);
        &self.checkpoints[at.saturating_sub(1)].simulation
    }

    /// Where the instruction stands that a record comes from, if one does.
    pub fn span_of(&self, record: &Record) -> Option<Span> {
        let pc = self.pc_of(record)?;
        self.program.spans.get(pc as usize).copied()
    }

    fn pc_of(&self, record: &Record) -> Option<Pc> {
        use RecordKind as Kind;
        match record.kind {
            Kind::Sent | Kind::Applied => self.tables.commands.pc(record.detail),
            Kind::Printed | Kind::Assigned => self.tables.texts.get(record.detail)?.pc,
            Kind::Raised => self.tables.errors.get(record.detail)?.pc,
            Kind::Waiting | Kind::Deed | Kind::Crashed | Kind::Stopped | Kind::StartedTwice => {
                (record.object != NONE).then_some(record.object)
            }
            _ => record.cause.and_then(|cause| self.record(cause)).and_then(|cause| self.pc_of(&cause)),
        }
    }

    /// Keeps a checkpoint if the last one lies far enough back.
    pub(in crate::sim) fn offer_checkpoint(&mut self, steps: u32, simulation: &Simulation) {
        if steps >= self.next_checkpoint {
            self.keep_checkpoint(steps, simulation);
        }
    }

    #[cold]
    fn keep_checkpoint(&mut self, steps: u32, simulation: &Simulation) {
        self.checkpoints.push(Checkpoint { steps, simulation: Box::new(simulation.clone()) });
        if self.checkpoints.len() > CHECKPOINTS_MAX && self.distance < CHECKPOINT_DISTANCE_MAX {
            let mut number = 0;
            self.checkpoints.retain(|_| {
                number += 1;
                number % 2 == 1
            });
            self.distance = (self.distance * 2).min(CHECKPOINT_DISTANCE_MAX);
        }
        let last = self.checkpoints.last().map_or(0, |checkpoint| checkpoint.steps);
        self.next_checkpoint = last.saturating_add(self.distance);
    }

    /// A step for whose time or number there is no room as it is.
    #[cold]
    fn begin_step_rarer(&mut self, at: u64) {
        self.since = self.since_base(at);
        self.step_first.push(self.len);
        if self.step_first.has_full_blocks() {
            self.hash_steps();
        }
    }

    /// The base for times at this record, moved on when the column would overflow.
    fn since_base(&mut self, at: u64) -> u32 {
        if let Ok(since) = u32::try_from(at - self.base) {
            return since;
        }
        self.rebase(at);
        0
    }

    #[cold]
    fn rebase(&mut self, at: u64) {
        self.base = at;
        self.rebases.push((self.len, at));
        self.hash.pair(self.len, NONE - 1);
        self.hash.word(at);
    }

    /// The last block, which is full, goes into the hash.
    #[cold]
    fn add_block(&mut self) {
        if let Some(full) = self.blocks.last() {
            full.hash_into(&mut self.columns_hash);
        }
        self.blocks.push(Block::default());
    }

    /// The last block of steps, which is full, goes into the hash: behind the records that were full before it.
    #[cold]
    fn hash_steps(&mut self) {
        if self.blocks.last().is_some_and(Block::is_full) {
            self.add_block();
        }
        self.columns_hash.column(self.step_first.last_block());
    }
}

/// The first of `0..count` for which `before` does not hold; it holds for all earlier ones.
fn partition(count: u32, before: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) { low = middle + 1 } else { high = middle }
    }
    low
}

impl Sink for Recording {
    const KEEPS: bool = true;

    #[inline]
    fn begin_step(&mut self, at: SimTime) {
        match u32::try_from(at.0 - self.base) {
            Ok(since) if self.step_first.push_within(self.len) => self.since = since,
            _ => self.begin_step_rarer(at.0),
        }
    }

    #[inline(always)]
    fn put(&mut self, record: Columns) {
        if self.blocks.last().is_none_or(Block::is_full) {
            self.add_block();
        }
        self.len += 1;
        if let Some(block) = self.blocks.last_mut() {
            block.put(self.since, record);
        }
    }

    fn enter(&mut self, entry: Entry) -> u32 {
        let tables = &mut self.tables;
        hash_entry(&mut self.hash, &entry);
        match entry {
            Entry::Queue(id, info) => tables.queues.set(id.0, info),
            Entry::Exchange(id, info) => tables.exchanges.set(id.0, info),
            Entry::Binding(id, info) => tables.bindings.set(id.0, info),
            Entry::Channel(id, info) => tables.channels.set(id.0, info),
            Entry::Consumer(id, info) => tables.consumers.set(id.0, info),
            Entry::Connection(id, info) => tables.connections.set(id, info),
            Entry::Command(info) => return tables.commands.push(info),
            Entry::Text(info) => return tables.texts.push(info),
            Entry::Error(info) => return tables.errors.push(info),
            Entry::Reply(reply) => return tables.replies.push(reply),
        }
        NONE
    }

    #[inline]
    fn enter_message(&mut self, id: MessageId, info: MessageInfo) {
        if info.ordinal == 0 {
            hash_message(&mut self.hash, id, &info);
        }
        self.tables.messages.set(id.0, info);
    }

    #[inline]
    fn enter_method(
        &mut self,
        connection: ConnectionId,
        channel: ChannelNumber,
        method: &Method,
        pc: Option<Pc>,
    ) -> u32 {
        self.tables.commands.push_method(connection, channel, method, pc)
    }
}

/// Takes in what a reader would see of a message that is made of another one. Of one that was published, this stands in the
/// command, and who did in the record of that.
#[inline(never)]
fn hash_message(hash: &mut RunningHash, id: MessageId, info: &MessageInfo) {
    for text in [info.message.exchange(), info.message.routing_key()] {
        hash.bytes(text.as_bytes());
    }
    hash.bytes(&info.message.body);
    hash.pair(id.0, u32::from(info.actor));
}

/// Takes in what a reader would see of an entry.
fn hash_entry(hash: &mut RunningHash, entry: &Entry) {
    let mut texts = |texts: &[&str]| texts.iter().for_each(|text| hash.bytes(text.as_bytes()));
    match entry {
        Entry::Queue(_, info) | Entry::Exchange(_, info) => texts(&[&info.vhost, &info.name, &info.kind]),
        Entry::Binding(_, info) => texts(&[&info.source, &info.destination, &info.key]),
        Entry::Channel(_, info) => hash.pair(info.connection, u32::from(info.number)),
        Entry::Consumer(_, info) => {
            texts(&[&info.tag]);
            hash.pair(info.queue, info.channel);
        }
        Entry::Connection(_, info) => texts(&[&info.user, &info.vhost]),
        // They have a hash of their own.
        Entry::Command(_) => {}
        Entry::Text(info) => texts(&[&info.text]),
        Entry::Error(info) => {
            texts(&[&info.text]);
            hash.pair(u32::from(info.code), u32::from(info.class_id) << 16 | u32::from(info.method_id));
        }
        Entry::Reply(reply) => hash.bytes(format!("{reply:?}").as_bytes()),
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_RECORDS, Columns, ColumnsHash, NONE, RecordKind, RunSpec, RunningHash, SimTime, Sink};
    use crate::sim::run::Run;
    use std::sync::Arc;

    #[test]
    fn what_is_full_first_goes_into_the_hash_first() {
        let source = "client a { print(\"x\") }";
        let program = crate::script::analyse(source).program.unwrap_or_default();
        let mut recording = Run::new(Arc::new(RunSpec::of(source)), program).into_recording();
        let mut at = 0;
        while !recording.step_first.has_full_blocks() || recording.step_first.is_empty() {
            recording.begin_step(SimTime(at));
            // The last step of a block begins when the records' block has just been filled.
            let records = if at == 0 { 8 } else { 4 };
            for _ in 0..records * u32::from(recording.len < BLOCK_RECORDS) {
                recording.put(Columns::new(RecordKind::Started, 2, NONE));
            }
            at += 1;
        }
        assert_eq!((at, recording.len), (1_024, BLOCK_RECORDS));
        let mut columns = ColumnsHash::default();
        recording.blocks[0].hash_into(&mut columns);
        columns.column(recording.step_first.last_block());
        let [expected, found] = [columns, recording.columns_hash].map(|columns| {
            let mut hash = RunningHash::default();
            columns.put_into(&mut hash);
            hash.value()
        });
        assert_eq!(expected, found);
    }
}
