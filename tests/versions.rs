//! The table of differences between versions is the code: every flag has a row, and what a row names shows it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use warren::amqp::{Choices, ConnectionId, FieldTable, Method, Open, SimTime, name};
use warren::broker::{
    Broker, BrokerConfig, Command, DIFFERENCES, Difference, Effect, Plugins, Profile, Version,
};
use warren::conformance::{Case, replay, replay_as};

/// The case as a version answered it, if it was recorded there.
fn case(version: Version, name: &str) -> Option<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(version.recorded()?);
    let text = fs::read_to_string(folder.join(format!("{name}.json"))).ok()?;
    Some(Case::parse(&text).expect("a case that can be read"))
}

/// Versions of which answers are recorded, oldest first.
fn recorded() -> impl Iterator<Item = Version> {
    Version::ALL.into_iter().filter(|version| version.recorded().is_some())
}

/// A version's profile with one flag as it is in another.
fn with(version: Version, flag: &str, other: Version) -> Profile {
    version.profile().with(flag, &other.profile()).expect("a flag of the table")
}

/// Whether a recorded answer to a case depends on a flag: it comes out as recorded, and no longer when the flag alone
/// is as in another recorded version.
fn shows(row: &Difference, name: &str) -> bool {
    recorded().any(|version| {
        let Some(case) = case(version, name) else { return false };
        replay(&case).is_none()
            && recorded().any(|other| {
                let turned = with(version, row.flag, other);
                turned != version.profile() && replay_as(&case, turned).is_some()
            })
    })
}

#[test]
fn a_rows_versions_are_those_in_which_its_flag_changes() {
    for row in DIFFERENCES {
        let changes: Vec<Version> = Version::ALL
            .windows(2)
            .filter(|pair| with(pair[0], row.flag, pair[1]) != pair[0].profile())
            .map(|pair| pair[1])
            .collect();
        assert_eq!(changes, row.since, "{}", row.flag);
    }
}

#[test]
fn a_rows_cases_come_out_otherwise_when_its_flag_is_turned() {
    let mut wrong = Vec::new();
    for row in DIFFERENCES {
        wrong.extend(
            row.cases
                .iter()
                .filter(|case| !shows(row, case))
                .map(|case| format!("{case} does not show {}", row.flag)),
        );
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The files in which a scenario may stand.
const SCENARIOS: [&str; 3] = [
    include_str!("versions.rs"),
    include_str!("broker_scenarios.rs"),
    include_str!("broker_scenarios/streams.rs"),
];

#[test]
fn every_flag_has_a_row() {
    let text = format!("{:?}", Version::V4_3.profile());
    let fields = text.split_once('{').expect("a struct with fields").1;
    // No value of a flag has a colon or a comma in it.
    let flags: Vec<&str> =
        fields.split(", ").filter_map(|field| field.split_once(": ")).map(|(n, _)| n.trim()).collect();
    let rows: Vec<&str> = DIFFERENCES.iter().map(|row| row.flag).collect();
    let missing: Vec<&&str> =
        flags.iter().filter(|flag| **flag != "version" && !rows.contains(flag)).collect();
    assert!(missing.is_empty(), "no row in broker/differences.rs for {missing:?}");
    assert_eq!(rows.len(), flags.len() - 1, "a row for each flag");
}

#[test]
fn a_row_without_a_case_has_a_scenario() {
    for row in DIFFERENCES {
        let shown = !row.cases.is_empty() || row.scenario.is_some();
        assert!(shown, "nothing shows {}", row.flag);
    }
    for row in DIFFERENCES.iter().filter(|row| row.scenario.is_some()) {
        let scenario = row.scenario.unwrap_or_else(|| panic!("nothing shows {}", row.flag));
        let function = format!("fn {scenario}()");
        assert!(SCENARIOS.iter().any(|text| text.contains(&function)), "{scenario} is no test");
    }
}

struct First;

impl Choices for First {
    fn choose(&mut self, _: u32) -> u32 {
        0
    }
}

/// Release notes of 4.3.0: the exchange type came into the core.
#[test]
fn x_modulus_hash_needs_its_plugin_before_4_3() {
    let taken = |version: Version| {
        let config = BrokerConfig { plugins: Plugins::None, ..BrokerConfig::conformance(version) };
        let (mut broker, mut effects) = (Broker::new(config), Vec::new());
        let connection = ConnectionId(1);
        let open = Open::new(name("guest"), name("/"));
        let declare = Method::ExchangeDeclare {
            exchange: name("x"),
            kind: name("x-modulus-hash"),
            passive: false,
            durable: false,
            auto_delete: false,
            internal: false,
            arguments: FieldTable::default(),
        };
        let on_channel = |method| Command::Method { connection, channel: 1, method };
        for command in [
            Command::Connect { connection, open: Arc::new(open) },
            on_channel(Method::ChannelOpen),
            on_channel(declare),
        ] {
            broker.apply(SimTime::ZERO, &command, &mut First, &mut effects);
        }
        !effects.iter().any(|effect| matches!(effect, Effect::Excepted { .. }))
    };
    assert_eq!([Version::V4_2, Version::V4_3].map(taken), [false, true]);
}
