//! On which side of the topology a client stands: by what its text does, so that it does not move while time plays.

use crate::script::program::{Instr, Program, Role};
use crate::sim::record::{Actor, ActorInfo};

/// Where an actor stands; one that publishes and consumes stands on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Side {
    /// Left: it publishes.
    pub left: bool,
    /// Right: it consumes or gets.
    pub right: bool,
}

/// The side of each actor, by number.
pub fn sides(program: &Program, actors: &[ActorInfo]) -> Vec<Side> {
    let of_texts = texts(program);
    actors
        .iter()
        .map(|info| match info.actor {
            Actor::Operator => Side { left: publishes(program, 0, first_client(program)), right: false },
            Actor::Broker => Side::default(),
            Actor::Client { client, .. } => of_texts.get(client.0 as usize).copied().unwrap_or_default(),
        })
        .collect()
}

fn first_client(program: &Program) -> u32 {
    program.clients.iter().map(|client| client.start).min().unwrap_or(u32::MAX)
}

/// The side of each client of the text. Its code reaches up to where the next one's begins.
fn texts(program: &Program) -> Vec<Side> {
    let mut starts: Vec<u32> = program.clients.iter().map(|client| client.start).collect();
    starts.sort();
    program
        .clients
        .iter()
        .map(|client| {
            let end = starts.iter().copied().find(|start| *start > client.start).unwrap_or(u32::MAX);
            let left = publishes(program, client.start, end);
            let right = code(program, client.start, end)
                .iter()
                .any(|instr| matches!(instr, Instr::Consume(_) | Instr::Get { .. }));
            match (left || right, client.role) {
                (true, _) => Side { left, right },
                (false, Role::Consumer) => Side { left: false, right: true },
                (false, Role::Publisher | Role::Client) => Side { left: true, right: false },
            }
        })
        .collect()
}

fn code(program: &Program, start: u32, end: u32) -> &[Instr] {
    let end = program.code.len().min(end as usize);
    program.code.get(start as usize..end).unwrap_or(&[])
}

fn publishes(program: &Program, start: u32, end: u32) -> bool {
    code(program, start, end).iter().any(|instr| matches!(instr, Instr::Publish(_)))
}
