//! What the reference says of a statement, from the one table of the language.

use crate::script::statement::{OptionSpec, Stands, Statement, ValueKind};

use super::escape::escape;

/// Form, AMQP method, place and options of the statement that a heading names; nothing for any other heading.
pub(super) fn of(heading: &str) -> String {
    Statement::find(heading).map(whole).unwrap_or_default()
}

fn whole(statement: &Statement) -> String {
    let mut html = format!(
        "<div class=\"statement\"><p class=\"statement__help\">{}.</p><dl>",
        sentence(statement.help)
    );
    let mut row = |name: &str, value: &str| {
        html.push_str(&format!("<div><dt>{name}</dt><dd>{value}</dd></div>"));
    };
    row("Form", &code(statement.form));
    if statement.field == statement.word {
        row("Command", &code(&format!("rabbitmqctl {}", statement.field)));
    } else if !statement.field.is_empty() {
        row("AMQP", &code(statement.field));
    }
    row("Stands", places(statement.stands));
    html.push_str("</dl>");
    let options: Vec<_> = statement.all_options().collect();
    if !options.is_empty() {
        html.push_str(&table(&options));
    }
    html.push_str("</div>\n");
    html
}

fn table(options: &[&OptionSpec]) -> String {
    let has_fields = options.iter().any(|option| !option.field.is_empty());
    let head = if has_fields { "<th>on the wire</th>" } else { "" };
    let mut html = format!(
        "<div class=\"table\"><table class=\"options\"><thead><tr><th>option</th><th>takes</th>{head}<th>meaning</th></tr></thead><tbody>"
    );
    for option in options {
        let field = match (has_fields, option.field) {
            (false, _) => String::new(),
            (true, "") => "<td></td>".to_owned(),
            (true, field) => format!("<td>{}</td>", code(field)),
        };
        html.push_str(&format!(
            "<tr><td>{}</td><td>{}</td>{field}<td>{}</td></tr>",
            code(option.word),
            takes(option.value),
            escape(option.help)
        ));
    }
    html.push_str("</tbody></table></div>");
    html
}

fn takes(kind: ValueKind) -> String {
    match kind {
        ValueKind::Flag => "–".to_owned(),
        ValueKind::OneOf(words) => words.iter().map(|word| code(word)).collect::<Vec<_>>().join(" "),
        kind => escape(&kind.name().replace('`', "")),
    }
}

fn places(stands: Stands) -> &'static str {
    match (stands.top, stands.deed, stands.client) {
        (true, true, true) => "at the top level, in <code>at</code> and <code>when</code>, in clients",
        (true, true, false) => "at the top level, in <code>at</code> and <code>when</code>",
        (true, false, false) => "at the top level",
        (false, false, true) => "in clients",
        (true, false, true) => "at the top level and in clients",
        (false, true, _) => "in <code>at</code> and <code>when</code>",
        (false, false, false) => "nowhere",
    }
}

fn code(text: &str) -> String {
    format!("<code>{}</code>", escape(text))
}

/// With a capital letter.
fn sentence(help: &str) -> String {
    let mut letters = help.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    escape(&format!("{first}{}", letters.as_str().trim_end_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_every_statement_is_listed() {
        for statement in Statement::all() {
            let html = of(statement.word);
            assert!(html.contains(&escape(statement.form)), "{}: its form", statement.word);
            for option in statement.all_options() {
                let row = format!("<tr><td>{}</td>", code(option.word));
                assert!(html.contains(&row), "{}: option {}", statement.word, option.word);
                assert!(
                    html.contains(&escape(option.help)),
                    "{}: what {} means",
                    statement.word,
                    option.word
                );
            }
        }
        assert_eq!(of("What runs when"), "");
    }
}
