//! The client machine: carries out a client's text, as data. It can be cloned at any step; whoever drives it hands
//! in what arrives and the time, and takes out what it does. The operator is one of these, too.
//!
//! Invariant: nothing here knows the broker; `port` is all there is between them.

mod channel;
mod connect;
mod control;
mod errors;
mod execute;
mod fingerprint;
mod frame;
mod frames;
mod inbox;
mod machine;
mod memory;
mod messages;
mod operator;
mod output;
mod receive;
mod replies;
mod step;
mod topology;
mod waiting;

pub use machine::{Client, Life};
pub use memory::{Arena, EnvId};
pub use output::{Deed, NO_PC, Output, What};
pub use step::{Pause, Surroundings};
