//! Every recorded case comes out here as it did on the real broker, but for those that
//! `conformance/expected-to-fail.txt` names; one of those that passes has to be struck from the list.

use std::collections::BTreeMap;
use std::path::Path;

use warren::conformance::replay_folder;

const EXPECTED: &str = include_str!("conformance/expected-to-fail.txt");

/// Cases that are expected to fail under a version, with the reason.
fn expected_to_fail(version: &str) -> BTreeMap<&str, &str> {
    EXPECTED
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let (of, case, reason) = (words.next()?, words.next()?, words.next().unwrap_or_default());
            assert!(!reason.trim().is_empty(), "{line}: a reason is needed");
            (of == version).then_some((case, reason))
        })
        .collect()
}

fn holds(version: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance").join(version);
    let report = replay_folder(&folder).expect("the cases can be read");
    println!("RabbitMQ {version}: {} passed, {} failed", report.passed(), report.failed());
    let mut expected = expected_to_fail(version);
    let mut wrong = Vec::new();
    for case in &report.cases {
        match (&case.failure, expected.remove(case.name.as_str())) {
            (Some(failure), None) => wrong.push(format!("{} ({}): {failure}", case.name, case.area)),
            (None, Some(_)) => {
                wrong.push(format!("{} passes: strike it from expected-to-fail.txt", case.name));
            }
            _ => {}
        }
    }
    wrong.extend(expected.keys().map(|case| format!("{case} is expected to fail and is not there")));
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn as_recorded_from_3_10_8() {
    holds("3.10.8");
}

#[test]
fn as_recorded_from_4_0_5() {
    holds("4.0.5");
}

#[test]
fn as_recorded_from_4_3_6() {
    holds("4.3.6");
}
