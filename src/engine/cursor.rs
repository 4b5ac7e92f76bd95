//! The simulation at the moment that is looked at: kept and moved forward while time plays, found again from stones
//! that earlier ways have left when it goes back.

use std::collections::BTreeMap;

use crate::sim::Simulation;
use crate::sim::record::{Recording, Unrecorded};

/// Steps between two stones: re-running so many takes a few milliseconds.
const STONE_EVERY: u32 = 4_096;
/// Stones kept: as many as lie between two checkpoints, and some of another place.
const STONES_MAX: usize = 24;

/// Where one has been.
#[derive(Default)]
pub struct Cursor {
    /// The last moment asked for.
    at: Option<Simulation>,
    /// Clones left on the way, by steps done. They share with each other and with the checkpoints all that did not
    /// change.
    stones: BTreeMap<u32, Simulation>,
}

impl Cursor {
    /// The state after so many steps.
    pub fn go(&mut self, recording: &Recording, steps: u32) -> &Simulation {
        let mut simulation = self.nearest(recording, steps);
        loop {
            let next_stone = (simulation.steps() / STONE_EVERY + 1) * STONE_EVERY;
            if next_stone > steps {
                break;
            }
            let before = simulation.steps();
            simulation.run_to(next_stone, &mut Unrecorded);
            if simulation.steps() == before {
                break;
            }
            self.leave(&simulation, steps);
        }
        simulation.run_to(steps, &mut Unrecorded);
        self.at.insert(simulation)
    }

    /// The latest state not after so many steps: where one is, a stone, or a checkpoint.
    fn nearest(&mut self, recording: &Recording, steps: u32) -> Simulation {
        let checkpoint = recording.checkpoint(steps);
        let stone = self.stones.range(..=steps).next_back().map(|(_, stone)| stone);
        let known = stone.filter(|stone| stone.steps() > checkpoint.steps()).unwrap_or(checkpoint);
        match self.at.take() {
            Some(at) if (known.steps()..=steps).contains(&at.steps()) => at,
            _ => known.clone(),
        }
    }

    /// Leaves a stone; of too many the one that lies farthest from where one goes is taken up.
    fn leave(&mut self, simulation: &Simulation, going_to: u32) {
        self.stones.insert(simulation.steps(), simulation.clone());
        if self.stones.len() > STONES_MAX {
            let farthest = self.stones.keys().copied().max_by_key(|steps| steps.abs_diff(going_to));
            if let Some(farthest) = farthest {
                self.stones.remove(&farthest);
            }
        }
    }
}
