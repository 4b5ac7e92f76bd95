//! Scripts at random: grown from the language's own statements, or the contract's scripts with slips.

/// A small generator: the same seed, the same script.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0xdead_beef_cafe_f00d)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % end.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const QUEUES: &[&str] = &["q", "r", "\"q{v}\"", "s"];
const EXCHANGES: &[&str] = &["x", "t", "f", "default", "\"amq.topic\"", "nowhere"];
const KEYS: &[&str] = &["\"q\"", "\"r\"", "\"a.b\"", "\"#\"", "\"*.b\"", "\"\"", "\"q{v}\"", "w"];
const CLIENTS: &[&str] = &["a", "b", "c", "b[1]", "b[2]"];
const TIMES: &[&str] = &["0ms", "1ms", "7ms", "50ms", "1s", "10s", "1ms..20ms", "v * 3ms"];

/// A script of a few declarations, three clients, deeds and checks.
pub fn script(chance: &mut Chance) -> String {
    let mut text = String::from("let v = 1\nlet w = \"q\"\nlet list = []\nlet table = {}\n");
    text += "queue q durable\nqueue r auto_delete max_length 3\nexchange x direct\nexchange t topic durable\nexchange f fanout\n";
    for _ in 0..chance.below(4) {
        text += &topology(chance);
        text.push('\n');
    }
    for (name, options) in [("a", ""), ("b", " times 2 starts at 3ms"), ("c", " starts at 20ms")] {
        text += &format!("client {name}{options} {{\n{}}}\n", block(chance, 3, true));
    }
    for _ in 0..chance.below(4) {
        text += &deed(chance);
        text.push('\n');
    }
    for _ in 0..chance.below(3) {
        text += &format!(
            "{} {}\n",
            chance.one(&["expect", "always", "never", "eventually"]),
            condition(chance, false)
        );
    }
    if chance.below(2) == 0 {
        text += "run for 20s\n";
    }
    text
}

fn block(chance: &mut Chance, depth: usize, body: bool) -> String {
    (0..1 + chance.below(5)).map(|_| statement(chance, depth, body) + "\n").collect()
}

/// A statement of a client; `body`: outside every handler.
fn statement(chance: &mut Chance, depth: usize, body: bool) -> String {
    if depth > 0 && chance.below(3) == 0 {
        return nested(chance, depth - 1, body);
    }
    match chance.below(22) {
        0..=4 => publish(chance),
        5 => format!("print {}", value(chance)),
        6 => format!("wait {}", chance.one(TIMES)),
        7 => chance.one(&["confirm", "tx", "commit", "rollback", "recover"]).to_owned(),
        8 => format!("prefetch {}{}", chance.below(4), chance.one(&["", " global"])),
        9 => chance
            .one(&["close", "close connection", "crash", "cancel", "cancel \"tag\"", "reconnect"])
            .to_owned(),
        10 => format!("{} {}{}", chance.one(&["ack", "nack", "reject"]), chance.below(4), ""),
        11 => format!("ack {} multiple", chance.below(4)),
        12 | 13 => topology(chance),
        14 => {
            format!("v = {}", chance.one(&["v + 1", "v * 2", "length(list)", "v - 1", "0", "v / 0", "null"]))
        }
        15 => chance
            .one(&["list = list + [v]", "w = \"{w}{w}\"", "table[w] = v", "list = []", "table.a = {}"])
            .to_owned(),
        16 => format!("let n = {}", value(chance)),
        17 => "wait for confirms timeout 30ms else { print \"no\" }".to_owned(),
        18 if body => format!("wait until {} timeout 1s else {{ print \"late\" }}", condition(chance, true)),
        19 => "reconnect retry 10ms timeout 100ms else { print \"gone\" }".to_owned(),
        20 => format!("purge {}", chance.one(QUEUES)),
        _ => format!("get {}", chance.one(QUEUES)),
    }
}

fn nested(chance: &mut Chance, depth: usize, body: bool) -> String {
    let inside = block(chance, depth, body);
    match chance.below(13) {
        0..=3 => {
            let settle =
                chance.one(&["ack", "nack requeue", "nack", "reject requeue", "ack message multiple", ""]);
            let work = chance.one(&["", "wait 5ms\n"]);
            let options = chance.one(&["", " no_ack", " as m", " exclusive", " consumer_tag \"tag\""]);
            let inside = block(chance, depth, false);
            let settle = if options == " no_ack" { "" } else { settle };
            format!("consume {}{options} {{\n{work}{inside}{settle}\n}}", chance.one(QUEUES))
        }
        4 => format!("channel {} {{\n{inside}}}", chance.one(&["main", "out", "in"])),
        5 => format!("try {{\n{inside}}} catch e {{ print \"{{e}}\" }}"),
        6 => format!("repeat {} as i {{\n{inside}}}", chance.below(6)),
        7 => format!("repeat 3 every 5ms {{\n{inside}}}"),
        8 => format!(
            "for i in {} {{\n{inside}}}",
            chance.one(&["1..4", "list", "[1, \"a\", null]", "table", "v..3"])
        ),
        9 => format!("while {} {{\n{inside}}}", condition(chance, true)),
        10 => format!("if {} {{\n{inside}}} else {{ print v }}", condition(chance, true)),
        11 => {
            let event = chance.one(&["return", "ack", "nack", "cancel", "close"]);
            format!("on {event} {{\n{}}}", block(chance, depth, false))
        }
        _ => format!("every 20ms {{\n{}}}", block(chance, depth, false)),
    }
}

fn publish(chance: &mut Chance) -> String {
    let options = chance.one(&[
        "",
        " mandatory",
        " persistent",
        " expiration 10ms",
        " headers { a: v, b: list }",
        " immediate",
    ]);
    format!("publish {} to {} key {}{options}", value(chance), chance.one(EXCHANGES), chance.one(KEYS))
}

fn topology(chance: &mut Chance) -> String {
    match chance.below(7) {
        0 => format!(
            "queue {} {}",
            chance.one(QUEUES),
            chance.one(&["", "durable", "exclusive", "auto_delete", "passive"])
        ),
        1 => format!("queue s message_ttl 20ms dead_letter_exchange {}", chance.one(EXCHANGES)),
        2 => format!(
            "exchange {} {}",
            chance.one(&["x", "t", "f", "y"]),
            chance.one(&["direct", "fanout", "topic", "headers"])
        ),
        3 => format!("bind {} to {} key {}", chance.one(QUEUES), chance.one(EXCHANGES), chance.one(KEYS)),
        4 => format!("unbind {} to {} key {}", chance.one(QUEUES), chance.one(EXCHANGES), chance.one(KEYS)),
        5 => format!("bind exchange {} to {}", chance.one(&["x", "t", "f"]), chance.one(&["x", "t", "f"])),
        _ => format!(
            "delete {}",
            chance.one(&["queue q", "queue r if_empty", "exchange x", "exchange f if_unused"])
        ),
    }
}

fn deed(chance: &mut Chance) -> String {
    let deed = match chance.below(9) {
        0 => format!("crash {}", chance.one(CLIENTS)),
        1 => format!("stop {}", chance.one(CLIENTS)),
        2 => format!("start {}", chance.one(CLIENTS)),
        3 => chance.one(&["restart broker", "kill broker taking 30ms", "stop_app", "start_app"]).to_owned(),
        4 => format!("network {} {}", chance.one(CLIENTS), chance.one(&["down", "up", "latency 9ms"])),
        5 => format!("alarm {} {}", chance.one(&["memory", "disk"]), chance.one(&["on", "off"])),
        6 => "set_policy p pattern \"q\" { message_ttl: 5ms }".to_owned(),
        7 => publish(chance),
        _ => format!("close_connection {}", chance.one(&["a", "b", "c"])),
    };
    match chance.below(3) {
        0 => format!("when {} {{ {deed} }}", condition(chance, false)),
        _ => format!("at {} {deed}", chance.one(&["0ms", "3ms", "5ms", "30ms", "1s"])),
    }
}

fn condition(chance: &mut Chance, client: bool) -> String {
    let local = [
        "v < 4",
        "true",
        "false",
        "length(list) > 2",
        "v",
        "w == null",
        "not (v > 2)",
        "1 in list",
        "table == {}",
    ];
    let asked = [
        "received(a) >= 2",
        "ready(q) == 0",
        "unacked(r) <= 1 and printed(b) in any order [\"1\"]",
        "errors(operator) in order []",
        "published(b[2] where message.body == \"1\") == 1",
        "exists(x) or consumers(q) > 0",
        "running(c)",
        "dropped(q) == expired(q)",
    ];
    if client || chance.below(2) == 0 { chance.one(&local).to_owned() } else { chance.one(&asked).to_owned() }
}

fn value(chance: &mut Chance) -> String {
    chance
        .one(&[
            "v",
            "w",
            "list",
            "\"{v} {w}\"",
            "1.5",
            "null",
            "true",
            "\"a\"",
            "uuid()",
            "now()",
            "number()",
            "name()",
            "random(1..6)",
            "json(table)",
            "first(list)",
            "last(list, 2)",
            "{ a: [1, 2] }",
            "5ms",
            "-v",
            "byte(1)",
            "table.a.b",
            "list[0]",
        ])
        .to_owned()
}

/// A script with a stretch cut out, doubled, moved, or some of its numbers changed.
pub fn slipped(chance: &mut Chance, scripts: &[String]) -> String {
    let mut text = scripts[chance.below(scripts.len())].clone();
    for _ in 0..1 + chance.below(3) {
        let lines: Vec<&str> = text.lines().collect();
        let (a, b) = (chance.below(lines.len()), chance.below(lines.len()));
        let mut changed: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        match chance.below(5) {
            0 => drop(changed.remove(a)),
            1 => changed.insert(b, lines[a].to_owned()),
            2 => changed.swap(a, b),
            3 => changed[a] = changed[a].replace(['1', '2', '3'], chance.one(&["0", "7", "40"])),
            _ => {
                let words: Vec<&str> = lines[a].split(' ').collect();
                let cut = chance.below(words.len());
                changed[a] = words
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != cut)
                    .map(|(_, word)| *word)
                    .collect::<Vec<_>>()
                    .join(" ");
            }
        }
        text = changed.join("\n");
        if text.is_empty() {
            break;
        }
    }
    text
}
