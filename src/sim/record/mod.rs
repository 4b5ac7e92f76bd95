//! The recording of a run: records in blocks, side tables for what they refer to, the steps they belong to, and
//! checkpoints. Everything on the screen is a question to one of these.
//!
//! Invariant: nothing here re-interprets records to rebuild the state of the broker. The state at a step is a
//! checkpoint run forward.

mod blocks;
mod command_hash;
mod commands;
mod decode;
mod hash;
mod kind;
mod recording;
mod sink;
mod tables;

pub use blocks::{BLOCK_RECORDS, Block, Columns, Table};
pub use commands::{Commands, Meaning};
pub use decode::Record;
pub use hash::RunningHash;
pub use kind::{NONE, RecordKind};
pub use recording::{Recording, StepInfo};
pub use sink::{Counts, Entry, Sink, Unrecorded};
pub use tables::{
    Actor, ActorInfo, BindingInfo, ChannelInfo, CommandInfo, ConnectionInfo, ConsumerInfo, EndReason,
    ErrorInfo, MessageInfo, PlaceInfo, Tables, TagDetail, TextInfo, WaitKind, drop_reason,
};
