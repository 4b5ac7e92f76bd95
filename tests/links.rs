//! Links: what goes in comes out, and what is damaged, foreign or hostile does no harm.

use data_encoding::BASE64URL_NOPAD;
use miniz_oxide::deflate::compress_to_vec;
use proptest::prelude::*;
use warren::engine::protocol::Limits;
use warren::inspect::view::{MessageRef, Thing};
use warren::session::{EXAMPLES, Link, LinkError, LinkMoment, Panel, Settings, View};

fn things() -> impl Strategy<Value = Option<Thing>> {
    let name = "\\PC{0,12}|[a:%\n/]{0,5}";
    prop_oneof![
        Just(None),
        (name, any::<u32>())
            .prop_map(|(client, ordinal)| Some(Thing::Message(MessageRef { client, ordinal }))),
        name.prop_map(|client| Some(Thing::Client(client))),
        (name, name).prop_map(|(vhost, queue)| Some(Thing::Queue(vhost, queue))),
        (name, name).prop_map(|(vhost, exchange)| Some(Thing::Exchange(vhost, exchange))),
    ]
}

fn links() -> impl Strategy<Value = Link> {
    let settings = (any::<u64>(), "[34]\\.[0-9]", any::<u64>(), any::<[u64; 3]>(), any::<bool>()).prop_map(
        |(seed, broker, latency, [time, steps, memory], frozen)| match frozen {
            true => Settings::w1(),
            false => Settings { seed, broker, latency, limits: Limits { time, steps, memory } },
        },
    );
    let moment = proptest::option::of((any::<u64>(), any::<u32>()))
        .prop_map(|moment| moment.map(|(time, ordinal)| LinkMoment { time, ordinal }));
    let panel = prop_oneof![Just(None), Just(Some(Panel::Checks)), Just(Some(Panel::Routing))];
    let routing = proptest::option::of(("\\PC{0,9}", "[a-c.#*:%]{0,9}"));
    let view = prop_oneof![Just(View::Full), Just(View::Embed)];
    ("(?s).{0,300}", settings, moment, things(), panel, routing, view).prop_map(
        |(text, settings, moment, selection, panel, routing, view)| Link {
            text: Some(text),
            example: None,
            settings,
            moment,
            selection,
            panel,
            routing,
            view,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn round_trip(link in links()) {
        let written = link.write().expect("short enough");
        prop_assert_eq!(Link::read(&written, ""), Ok(Some(link)));
    }

    #[test]
    fn damage_is_told_or_harmless(link in links(), at in any::<prop::sample::Index>(), with in "[A-Za-z0-9_=&:%-]") {
        let written = link.write().expect("short enough");
        let at = at.index(written.len());
        let mut changed = written.clone();
        changed.replace_range(at..=at, &with);
        let _ = Link::read(&changed, "");
        let _ = Link::read(&written[..at], "");
    }

    #[test]
    fn anything_after_the_hash(hash in "\\PC{0,200}", query in "\\PC{0,40}") {
        let _ = Link::read(&hash, &query);
    }
}

#[test]
fn only_what_differs_is_held() {
    let plain = Link { text: Some("queue a".to_owned()), ..Link::default() };
    let written = plain.write().unwrap();
    assert!(written.len() < 24, "{written}");
}

/// Links that were once made open for ever, and show what they showed.
#[test]
fn stored_links() {
    let made = Link { text: Some("queue a".to_owned()), ..Link::default() }.write().unwrap();
    assert_eq!(made, "w1:4yosTS1NVUgEAA");
    let stored = Link::read("w1:4yosTS1NVUgEAA", "").unwrap().unwrap();
    assert_eq!(stored, Link { text: Some("queue a".to_owned()), ..Link::default() });
}

#[test]
fn hostile() {
    let fold = |plain: &[u8]| format!("w1:{}", BASE64URL_NOPAD.encode(&compress_to_vec(plain, 9)));
    let bomb = fold(&vec![b'\n'; 300 << 20]);
    assert!(bomb.len() < 500_000);
    assert_eq!(Link::read(&bomb, ""), Err(LinkError::TooLarge));
    assert_eq!(Link::read(&fold(b"\n\xff\xfe"), ""), Err(LinkError::Damaged));
    assert_eq!(Link::read("w1:", ""), Err(LinkError::Damaged));
    assert_eq!(Link::read("w1:%3Cscript%3E", ""), Err(LinkError::Damaged));
    assert_eq!(Link::read("w2:AAAA", ""), Err(LinkError::Newer));
    assert_eq!(Link::read("/about", ""), Err(LinkError::Foreign));
    assert_eq!(Link::read("example=nothing", ""), Err(LinkError::NoExample));
    assert_eq!(Link::read("", ""), Ok(None));
    // Lines that mean nothing leave the defaults.
    let odd =
        Link::read(&fold(b"seed=many\nat=1\nselect=queue\n__proto__=1\n\nqueue a"), "").unwrap().unwrap();
    assert_eq!(odd, Link { text: Some("queue a".to_owned()), ..Link::default() });
}

#[test]
fn embed_by_query_or_by_hash() {
    let made = Link { text: Some("queue a".to_owned()), ..Link::default() }.write().unwrap();
    let view = |hash: &str, query: &str| Link::read(hash, query).unwrap().map(|link| link.view);
    assert_eq!(view(&made, ""), Some(View::Full));
    assert_eq!(view(&format!("{made}&view=embed"), ""), Some(View::Embed));
    assert_eq!(view(&made, "?view=embed"), Some(View::Embed));
    assert_eq!(view("", "?view=embed"), Some(View::Embed));
}

/// The list of examples is the folder `www/examples`, and each says what it is.
#[test]
fn examples_are_all_listed() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("www/examples");
    let mut files = Vec::new();
    for group in std::fs::read_dir(&root).unwrap() {
        let group = group.unwrap().path();
        for file in std::fs::read_dir(&group).into_iter().flatten() {
            let file = file.unwrap().path();
            let id = file.strip_prefix(&root).unwrap().with_extension("");
            files.push(id.to_str().unwrap().replace('\\', "/"));
        }
    }
    let mut listed: Vec<String> = EXAMPLES.iter().map(|example| example.id.to_owned()).collect();
    files.sort();
    listed.sort();
    assert_eq!(listed, files, "src/session/examples.rs lists the files of www/examples");
    for example in EXAMPLES {
        assert!(!example.look().is_empty() && example.title() != example.id, "{}", example.id);
    }
}
