//! Random sequences of operations on Warren's broker and on a real `rabbitmq-server`, side by side. See `README.md`.

mod arguments;
mod codec;
mod compare;
mod connection;
mod generate;
mod node;
mod operations;
mod probe;
mod random;
mod real;
mod reasons;
mod reply;
mod restart;
mod run;
mod streams;
mod times;
mod world;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Instant;

use clap::Parser;
use serde_json::{Value, json};
use warren::broker::Version;

use node::Node;
use probe::Probe;
use run::{Difference, Outcome, Target, run, shrink};

/// Compares Warren's broker with a real RabbitMQ.
#[derive(Parser, Debug)]
#[command(name = "tests/live/run")]
struct Arguments {
    /// Seeds of the sequences, first to last: one sequence each.
    #[arg(long, default_value = "1..500", value_parser = seeds)]
    seeds: RangeInclusive<u64>,
    /// Folder of a Debian (as debootstrap makes one) that has another version of rabbitmq-server.
    #[arg(long)]
    root: Option<PathBuf>,
    /// A node that runs already, on this host: its AMQP address. Needs `--node`.
    #[arg(long, requires = "node")]
    broker: Option<String>,
    /// The name of the node that runs already, such as `rabbit@localhost`.
    #[arg(long)]
    node: Option<String>,
    /// The version the real broker has to be, `3.10.8`: anything else is an error.
    #[arg(long)]
    version: Option<String>,
    /// Sequences at the same time, each in a vhost of its own.
    #[arg(long, default_value_t = 3)]
    workers: usize,
    /// Stop after this many differences.
    #[arg(long, default_value_t = 10)]
    differences_max: usize,
    /// Write each difference, shortened, into this folder as a recorded case.
    #[arg(long)]
    save: Option<PathBuf>,
    /// Each sequence ends with a restart of the node, which many share, and a look at what has survived.
    #[arg(long)]
    restart: bool,
    /// Append the closing line to this file.
    #[arg(long)]
    log: Option<PathBuf>,
    /// Only print the steps of the first seed.
    #[arg(long)]
    show: bool,
}

fn seeds(text: &str) -> Result<RangeInclusive<u64>, String> {
    let (first, last) = text.split_once("..").unwrap_or((text, text));
    let number = |text: &str| text.parse::<u64>().map_err(|error| error.to_string());
    Ok(number(first)?..=number(last)?)
}

/// What has come out so far.
#[derive(Default)]
struct Tally {
    next: u64,
    sequences: u32,
    steps: u64,
    same: u32,
    reordered: u32,
    known: BTreeMap<&'static str, u32>,
    different: Vec<u64>,
    failed: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match compare_all(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(2)
        }
    }
}

fn compare_all(arguments: &Arguments) -> Result<bool, String> {
    if arguments.show {
        let version = arguments.version.as_deref().unwrap_or("3.10.8");
        let line = Version::parse(version).ok_or_else(|| format!("{version} is not known"))?;
        for step in generate::sequence(*arguments.seeds.start(), line) {
            println!("{step}");
        }
        return Ok(true);
    }
    let node = match (&arguments.broker, &arguments.node) {
        (Some(address), Some(name)) => Node::running(address, name, arguments.root.as_deref()),
        _ => Node::start(arguments.root.as_deref())?,
    };
    let probe = node.load_probe()?;
    let version = Probe::new(probe, "/")?.version()?;
    if let Some(wanted) = arguments.version.as_ref().filter(|wanted| **wanted != version) {
        return Err(format!("the broker is RabbitMQ {version}, not {wanted}"));
    }
    let line = Version::parse(&version).ok_or_else(|| format!("RabbitMQ {version} is not known here"))?;
    let target = Target { address: node.address.clone(), probe, version, line };
    let started = Instant::now();
    let tally = Mutex::new(Tally { next: *arguments.seeds.start(), ..Tally::default() });
    if arguments.restart {
        restart_all(arguments, &target, &tally)?;
    } else {
        work_all(arguments, &target, &tally);
    }
    let tally = tally.into_inner().map_err(|error| error.to_string())?;
    drop(node);
    let closing = closing_line(arguments, &target, &tally);
    println!("{closing}");
    println!("{:.1} sequences a second", f64::from(tally.sequences) / started.elapsed().as_secs_f64());
    if let Some(path) = &arguments.log {
        let mut text = std::fs::read_to_string(path).unwrap_or_default();
        text.push_str(&closing);
        text.push('\n');
        std::fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    match tally.failed {
        Some(why) => Err(why),
        None => Ok(tally.different.is_empty()),
    }
}

fn lock<'a>(tally: &'a Mutex<Tally>) -> std::sync::MutexGuard<'a, Tally> {
    tally.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Has the seeds taken by several at the same time.
fn work_all(arguments: &Arguments, target: &Target, tally: &Mutex<Tally>) {
    std::thread::scope(|scope| {
        for worker in 0..arguments.workers {
            scope.spawn(move || {
                // A vhost of one letter, so that texts are cut where they are in `/`.
                let vhost = char::from(b'A' + worker as u8).to_string();
                if let Err(why) = work(arguments, target, &vhost, tally) {
                    lock(tally).failed.get_or_insert(why);
                }
            });
        }
    });
}

/// Takes one seed after the other until there is none left.
fn work(arguments: &Arguments, target: &Target, vhost: &str, tally: &Mutex<Tally>) -> Result<(), String> {
    let mut probe = Probe::new(target.probe, vhost)?;
    probe.reset()?;
    loop {
        let seed = {
            let mut tally = lock(tally);
            let enough = tally.different.len() >= arguments.differences_max || tally.failed.is_some();
            if enough || tally.next > *arguments.seeds.end() {
                return Ok(());
            }
            tally.next += 1;
            tally.next - 1
        };
        let steps = generate::sequence(seed, target.line);
        let (outcome, _) =
            run(target, vhost, &mut probe, &steps).map_err(|why| format!("seed {seed}: {why}"))?;
        let mut now = lock(tally);
        now.sequences += 1;
        now.steps += steps.len() as u64;
        match outcome {
            Outcome::Same { reordered } => {
                now.same += 1;
                now.reordered += u32::from(reordered > 0);
            }
            Outcome::Known(reason) => *now.known.entry(reason.name).or_default() += 1,
            Outcome::Different(difference) => {
                now.different.push(seed);
                drop(now);
                let shortened = shrink(target, vhost, &mut probe, steps.clone(), difference.clone());
                let (steps, difference) = shortened.unwrap_or((steps, difference));
                let (_, seen) = run(target, vhost, &mut probe, &steps)?;
                let _one_at_a_time = lock(tally);
                print_difference(seed, target, &steps, &difference);
                if let Some(folder) = &arguments.save {
                    save(folder, seed, target, &steps, &seen, &difference)?;
                }
            }
        }
    }
}

/// Takes two dozen seeds after the other.
fn restart_all(arguments: &Arguments, target: &Target, tally: &Mutex<Tally>) -> Result<(), String> {
    let vhosts = ('A'..='Z').map(String::from).take(restart::TOGETHER + 1);
    let mut probes = vhosts
        .map(|vhost| Ok((vhost.clone(), Probe::new(target.probe, &vhost)?)))
        .collect::<Result<Vec<(String, Probe)>, String>>()?;
    for (_, probe) in &mut probes {
        probe.reset()?;
    }
    let mut tally = lock(tally);
    while tally.next <= *arguments.seeds.end() && tally.different.len() < arguments.differences_max {
        let seeds = (tally.next..=*arguments.seeds.end()).take(restart::TOGETHER);
        tally.next += restart::TOGETHER as u64;
        for restart::Restarted { seed, steps, outcome } in restart::run(target, &mut probes, seeds)? {
            tally.sequences += 1;
            tally.steps += steps.len() as u64;
            match outcome {
                Outcome::Same { .. } => tally.same += 1,
                Outcome::Known(reason) => *tally.known.entry(reason.name).or_default() += 1,
                Outcome::Different(difference) => {
                    tally.different.push(seed);
                    print_difference(seed, target, &steps, &difference);
                }
            }
        }
    }
    Ok(())
}

fn print_difference(seed: u64, target: &Target, steps: &[Value], difference: &Difference) {
    println!("--- seed {seed}, RabbitMQ {}", target.version);
    for step in steps {
        println!("  {step}");
    }
    if difference.at >= steps.len() {
        println!("  in the final state:");
    }
    println!("  real: {}\n  ours: {}", difference.real, difference.ours);
}

/// Writes a case as FORMAT.md has it. Its `why` is still to be written by hand, and its final state by the recorder.
fn save(
    folder: &std::path::Path,
    seed: u64,
    target: &Target,
    steps: &[Value],
    seen: &[Value],
    difference: &Difference,
) -> Result<(), String> {
    let name = format!("live_{seed}");
    let case = json!({
        "name": name, "area": "live", "why": format!("ours: {}", difference.ours),
        "broker": format!("RabbitMQ {}", target.version), "steps": steps,
        "observed": {"steps": seen},
    });
    let path = folder.join(format!("{name}.json"));
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(&path, format!("{case:#}\n")))
        .map_err(|error| format!("{}: {error}", path.display()))
}

fn closing_line(arguments: &Arguments, target: &Target, tally: &Tally) -> String {
    let known: u32 = tally.known.values().sum();
    let mut reasons: Vec<String> =
        tally.known.iter().map(|(name, count)| format!("{name} {count}")).collect();
    if reasons.is_empty() {
        reasons.push("none".to_owned());
    }
    format!(
        "RabbitMQ {}, commit {}, seeds {}..{}: {} sequences of {} operations{} ({} steps), {} the same to the end, {} ended \
         by a known reason ({}), {} different{}",
        target.version,
        commit(),
        arguments.seeds.start(),
        arguments.seeds.end(),
        tally.sequences,
        generate::OPERATIONS,
        if arguments.restart { " and a restart" } else { "" },
        tally.steps,
        tally.same,
        known,
        reasons.join(", "),
        tally.different.len(),
        if tally.different.is_empty() { String::new() } else { format!(": seeds {:?}", tally.different) },
    )
}

/// The state of the code, as git names it.
fn commit() -> String {
    let output = std::process::Command::new("git")
        .args(["-C", env!("CARGO_MANIFEST_DIR"), "describe", "--always", "--dirty=+"])
        .output();
    match output {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        _ => "unknown".to_owned(),
    }
}
