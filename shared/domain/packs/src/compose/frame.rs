//! The frame's slots filled with words.

use std::collections::BTreeMap;

use super::identifier;
use super::lexicon::Figure;
use super::slots::{Slot, Slots};
use crate::pack::Pack;

/// The pack of the slots.
pub(super) fn pack(slots: &Slots) -> Pack {
    let text = filled(include_str!("../../compose/frame.toml"), &values(slots));
    Pack::from_toml(&text)
        .expect("slots are checked identifiers, plain words and the lexicon's own texts")
}

/// Replaces every `@name@`; a name with a large first letter gives the text with one.
fn filled(frame: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(frame.len() * 2);
    let mut pieces = frame.split('@');
    out.push_str(pieces.next().unwrap_or_default());
    // Pieces alternate between names and text, as in the frame every `@` belongs to a pair.
    while let Some(name) = pieces.next() {
        let small = name[..name.len().min(1)].to_lowercase() + name.get(1..).unwrap_or_default();
        if let Some(value) = values.get(&small) {
            if small == name {
                out.push_str(value);
            } else {
                out.push_str(&identifier::capitalised(value));
            }
        }
        out.push_str(pieces.next().unwrap_or_default());
    }
    out
}

fn values(slots: &Slots) -> BTreeMap<String, String> {
    let mut values = Values::default();
    let function = slots.function;
    for (name, slot) in [
        ("place", &slots.place),
        ("person", &slots.person),
        ("kind", &slots.kind),
        ("asset", &slots.asset),
        ("fact", &slots.fact),
        ("check", &slots.check),
    ] {
        values.slot(name, slot);
    }
    values.figure("measure", &function.measure, &slots.unit);
    values.figure("cost", &function.cost, "USD");
    values.figure("minutes", &function.minutes, "minutes");
    values.put("score", &function.score.name);
    values.put("score.label", &function.score.label);
    values.number("score.mean", function.score.mean);
    values.number(
        "score.low",
        function.score.mean - function.score.deviation * 0.7,
    );
    values.number("score.deviation", function.score.deviation);
    values.list("score.synonyms", &function.score.synonyms);
    values.put("moment", &function.moment);
    values.put("way", &function.way.name);
    values.put("way.label", &function.way.name.replace('_', " "));
    values.list("way.values", &function.way.values);
    values.list("way.last", &function.way.values[2..]);
    values.list("kind.values", &slots.kinds);
    values.list("finding.values", &function.findings);
    values.list("finding.second", &function.findings[1..2]);
    for (name, state) in ["first", "second", "third"]
        .into_iter()
        .zip(&function.states)
    {
        values.put(&format!("state.{name}"), state);
        values.put(&format!("state.{name}.label"), state);
    }
    values.put("state.exit", &identifier::snake(&function.exit));
    values.put("state.exit.label", &function.exit);
    let months: Vec<String> = function
        .months
        .iter()
        .map(|rate| format!("{rate:?}"))
        .collect();
    let plain = "1.0, 0.95, 1.0, 1.0, 1.05, 1.0, 0.85, 0.8, 1.0, 1.1, 1.2, 1.25";
    values.put(
        "months",
        &if months.is_empty() {
            plain.to_owned()
        } else {
            months.join(", ")
        },
    );
    values.put("function.title", &function.title);
    values.put("title", &identifier::title_case(&slots.asset.labels()));
    if let Some(output) = slots.output {
        let named = [
            output.to_owned(),
            format!("{output} yield"),
            format!("{output} production"),
            format!("{output} harvest"),
        ];
        let all: Vec<String> = function
            .measure
            .synonyms
            .iter()
            .cloned()
            .chain(named)
            .collect();
        values.list("measure.synonyms", &all);
    }
    values.0
}

#[derive(Debug, Default)]
struct Values(BTreeMap<String, String>);

impl Values {
    fn put(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), value.to_owned());
    }

    fn number(&mut self, name: &str, value: f64) {
        self.put(name, &format!("{:?}", (value * 100.0).round() / 100.0));
    }

    /// The items of a TOML array, without its brackets.
    fn list(&mut self, name: &str, items: &[String]) {
        let quoted: Vec<String> = items
            .iter()
            .map(|item| format!("\"{}\"", item.replace(['"', '\\'], "")))
            .collect();
        self.put(name, &quoted.join(", "));
    }

    fn slot(&mut self, name: &str, slot: &Slot) {
        self.put(name, &slot.one());
        self.put(&format!("{name}s"), &slot.many());
        self.put(&format!("{name}.label"), &slot.label);
        self.put(&format!("{name}s.label"), &slot.labels());
    }

    fn figure(&mut self, name: &str, figure: &Figure, unit: &str) {
        self.put(name, &figure.name);
        self.put(&format!("{name}.label"), &figure.label);
        self.put(
            &format!("{name}.unit"),
            figure.unit.as_deref().unwrap_or(unit),
        );
        self.number(&format!("{name}.median"), figure.median);
        self.number(&format!("{name}.low"), figure.median * 0.72);
        self.number(&format!("{name}.high"), figure.median * 1.35);
        self.number(&format!("{name}.spread"), figure.spread);
        self.number(&format!("{name}.max"), figure.max);
        self.list(&format!("{name}.synonyms"), &figure.synonyms);
    }
}
