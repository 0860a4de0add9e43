//! Questions that a database answers, made from its schema and asked of it.

use chrono::NaiveDate;
use millrace_asksql::{Kind, Status};

use crate::compiled::Compiled;

/// Questions that are shown.
const MOST: usize = 6;
/// Questions that are tried.
const TRIED: usize = 40;
/// From here on a reading is trusted.
const SURE: f64 = 0.85;

/// Columns whose values stand for one row each.
const APART: [&str; 4] = ["description", "email", "name", "title"];

/// Questions whose first reading the engine trusts; none where it trusts none.
pub(crate) fn questions(database: &Compiled) -> Vec<String> {
    // None of them names a time, so that any day will do.
    let today = NaiveDate::default();
    let mut found: Vec<String> = Vec::new();
    for question in candidates(database).into_iter().take(TRIED) {
        if found.len() == MOST {
            break;
        }
        let answer = database.ask(&question, today);
        if answer.status == Status::Ok && answer.confidence >= SURE && !found.contains(&question) {
            found.push(question);
        }
    }
    found
}

/// Questions of each form in turn, so that the first few are of several forms.
fn candidates(database: &Compiled) -> Vec<String> {
    let mut forms: Vec<Vec<String>> = vec![Vec::new(); 5];
    for table in database.tables() {
        let rows = words(&table.name);
        forms[0].push(format!("How many {rows} are there?"));
        for column in &table.columns {
            let name = words(&column.name);
            if let Some((parent, _)) = &column.refers {
                let parent = words(parent);
                forms[1].push(format!("How many {rows} does each of the {parent} have?"));
                forms[1].push(format!(
                    "What is the number of {rows} for each of the {parent}?"
                ));
                continue;
            }
            if column.key || name == "id" || name.ends_with(" id") {
                continue;
            }
            if matches!(column.kind, Kind::Integer | Kind::Real) {
                forms[2].push(format!("What is the average {name} of {rows}?"));
                forms[3].push(format!("Which {rows} have the highest {name}?"));
            } else if column.kind == Kind::Text && !APART.contains(&name.as_str()) {
                forms[4].push(format!("How many {rows} are there for each {name}?"));
            }
        }
    }
    let longest = forms.iter().map(Vec::len).max().unwrap_or_default();
    (0..longest)
        .flat_map(|place| {
            forms
                .iter()
                .filter_map(move |form| form.get(place).cloned())
        })
        .collect()
}

fn words(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_lowercase()
}
