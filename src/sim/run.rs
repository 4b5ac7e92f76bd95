//! A run from its specification to its recording, in slices.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::amqp::{SimDuration, SimTime};
use crate::broker::Version;
use crate::script::program::Program;

use super::network::LATENCY;
use super::record::{Recording, Sink};
use super::simulation::{Simulation, Stepped};

/// Everything that decides what a run does: its identity. A recording keeps it, so that another worker can run it
/// again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    /// The script.
    pub source: Arc<str>,
    /// Seed, unless the script sets one.
    pub seed: u64,
    /// RabbitMQ's version, unless the script sets one.
    pub broker: Version,
    /// Network latency one way, unless the script sets one.
    pub latency: SimDuration,
    /// How far it may go. The script may ask for more, up to the hard caps.
    pub limits: Limits,
    /// What somebody did at a moment, beside the script: empty until what-if forks come.
    pub interventions: Vec<Intervention>,
}

impl RunSpec {
    /// A run of a script with everything else as it is by default.
    pub fn of(source: &str) -> Self {
        Self {
            source: Arc::from(source),
            seed: 1,
            broker: Version::default(),
            latency: LATENCY,
            limits: Limits::default(),
            interventions: Vec::new(),
        }
    }
}

/// Operator's statements at a time, as text of the language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intervention {
    /// When.
    pub time: SimTime,
    /// What.
    pub deed: Arc<str>,
}

/// The budgets of a run. All count what is the same on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Virtual time.
    pub time: SimDuration,
    /// Records: what the script calls events.
    pub records: u32,
    /// Steps.
    pub steps: u32,
    /// Steps at one instant: a loop without time between its rounds never leaves it.
    pub instant_steps: u32,
    /// Logical bytes: 23 a record, 32 a copy, 64 a message plus its body, texts and values by length.
    pub memory: u64,
    /// What one step of a client may cost: an instruction or an operation is one, and every 16 bytes that it makes.
    pub fuel: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Self::TIME,
            records: Self::RECORDS,
            steps: Self::STEPS,
            instant_steps: Self::INSTANT_STEPS,
            memory: Self::MEMORY,
            fuel: Self::FUEL,
        }
    }
}

impl Limits {
    /// A day: longer than any lesson, and a ticking client is stopped after a second or two of real time.
    pub const TIME: SimDuration = SimDuration::secs(24 * 60 * 60);
    /// Ten years.
    pub const TIME_CAP: SimDuration = SimDuration::secs(10 * 365 * 24 * 60 * 60);
    /// A second or two of work, 50 MB.
    pub const RECORDS: u32 = 2_000_000;
    /// Three recordings of this size still fit into a tab.
    pub const RECORDS_CAP: u32 = 8_000_000;
    /// As many as records: a step without a record is rare.
    pub const STEPS: u32 = 2_000_000;
    /// As the records' cap.
    pub const STEPS_CAP: u32 = 8_000_000;
    /// A million messages published at one instant, and what follows from them, must pass.
    pub const INSTANT_STEPS: u32 = 1_500_000;
    /// Two recordings and what the page needs beside them stay under a phone's limit.
    pub const MEMORY: u64 = 256 << 20;
    /// What a full recording may reach on a large machine.
    pub const MEMORY_CAP: u64 = 400 << 20;
    /// A million publishes by one client without a wait between them, ten operations each, twice over.
    pub const FUEL: u64 = 20_000_000;

    /// With what a script asks for, as far as the hard caps let it.
    pub(super) fn with(self, settings: &crate::script::program::Settings) -> Self {
        let records = settings
            .events_max
            .map_or(self.records, |max| u32::try_from(max).unwrap_or(u32::MAX).min(Self::RECORDS_CAP));
        Self {
            records,
            steps: if settings.events_max.is_some() { self.steps.max(records) } else { self.steps },
            memory: settings.memory_max.map_or(self.memory, |max| max.min(Self::MEMORY_CAP)),
            time: self.time.min(Self::TIME_CAP),
            ..self
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    /// Nothing more can happen.
    Finished,
    /// `run for` is over.
    RunForReached,
    /// A budget was used up.
    LimitReached(Limit),
    /// Somebody stopped it.
    Cancelled,
}

/// Which budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Limit {
    /// Virtual time.
    Time,
    /// Records.
    Records,
    /// Steps.
    Steps,
    /// Steps at one instant.
    InstantSteps,
    /// Logical memory.
    Memory,
    /// Work inside a step of a client.
    Fuel,
    /// Clients, `times` counted.
    Clients,
}

impl Limit {
    /// What the page says about it.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Time => "the budget of virtual time is used up; `run for` sets how long a run takes",
            Self::Records => "the budget of events is used up; `limits events N` raises it",
            Self::Steps => "the budget of steps is used up; `limits events N` raises it",
            Self::InstantSteps => "more and more happened at one instant, and time did not go on",
            Self::Memory => "the budget of memory is used up; `limits memory SIZE` raises it",
            Self::Fuel => "a client works and works without ever waiting",
            Self::Clients => "there are too many clients",
        }
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Steps done.
    pub steps: u32,
    /// Records made.
    pub records: u32,
    /// Virtual time reached.
    pub time: SimTime,
    /// Whether it has ended.
    pub is_finished: bool,
}

/// A run under way.
pub struct Run {
    simulation: Simulation,
    recording: Recording,
}

impl Run {
    /// Prepares a run; nothing has happened yet.
    pub fn new(spec: Arc<RunSpec>, program: Arc<Program>) -> Self {
        let simulation = Simulation::new(&spec, &program);
        let mut recording = Recording::new(spec, program, simulation.clone());
        recording.checks = simulation.check_results();
        Self { simulation, recording }
    }

    /// Goes on for about that many pulls of the scheduler. How the run is sliced never changes what it does.
    pub fn work(&mut self, pulls: u32) -> Progress {
        for _ in 0..pulls {
            if self.recording.outcome.is_some() {
                break;
            }
            match self.simulation.step(&mut self.recording) {
                Stepped::Step => self.recording.offer_checkpoint(self.simulation.steps(), &self.simulation),
                Stepped::Within => {}
                Stepped::End(outcome) => self.recording.outcome = Some(outcome),
            }
        }
        self.recording.checks = self.simulation.check_results();
        self.progress()
    }

    /// Goes on to the end.
    pub fn finish(mut self) -> Recording {
        while !self.work(100_000).is_finished {}
        self.recording
    }

    /// Stops here; what there is so far stays.
    pub fn cancel(&mut self) {
        if self.recording.outcome.is_none() {
            self.simulation.conclude(Outcome::Cancelled, &mut self.recording);
            self.recording.outcome = Some(Outcome::Cancelled);
            self.recording.checks = self.simulation.check_results();
        }
    }

    /// How far it has come.
    pub fn progress(&self) -> Progress {
        Progress {
            steps: self.simulation.steps(),
            records: self.recording.len(),
            time: self.simulation.now(),
            is_finished: self.recording.outcome.is_some(),
        }
    }

    /// What is recorded so far.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Takes the recording out.
    pub fn into_recording(self) -> Recording {
        self.recording
    }

    /// The state after the last step.
    pub fn simulation(&self) -> &Simulation {
        &self.simulation
    }
}

/// Runs to the end and keeps nothing but what `sink` takes; the simulation as it ended, and how.
pub fn judge(spec: &RunSpec, program: &Arc<Program>, sink: &mut impl Sink) -> (Simulation, Outcome) {
    let mut simulation = Simulation::new(spec, program);
    loop {
        if let Stepped::End(outcome) = simulation.step(sink) {
            return (simulation, outcome);
        }
    }
}
