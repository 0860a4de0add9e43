//! Properties of regular clocks, paces, signals, and of numbers and texts of a form.

#![expect(
    clippy::needless_range_loop,
    reason = "a row is a place in many columns"
)]

use std::collections::{BTreeMap, BTreeSet};

use millrace_synth::Generator;
use millrace_synth::plan::Plan;
use serde_json::{Value, json};

fn plan() -> Value {
    let column = |name: &str, data_type: Value, generate: Value| json!({"name": name, "type": data_type, "description": "A column.", "generate": generate});
    json!({
        "version": 1, "seed": 11, "cut_off": 1_767_225_599,
        "tables": [
            {"name": "sensors", "singular": "sensor", "description": "Sensors.", "rows": 4, "columns": [
                column("sensor_id", json!("text"), json!({"kind": "key", "prefix": "S", "width": 2})),
                column("country", json!("text"), json!({"kind": "listed", "values": ["Germany", "Canada", "Atlantis", "Japan"]})),
            ]},
            {"name": "readings", "singular": "reading", "description": "Readings.", "rows": 4_001, "columns": [
                column("reading_id", json!("text"), json!({"kind": "uuid"})),
                column("sensor_id", json!("text"), json!({"kind": "turn", "table": "sensors"})),
                column("measured_at", json!("timestamp"), json!({"kind": "ticks", "start": "2024-01-01", "end": "2024-02-01", "steps": [3600, 900, 60], "per": "sensor_id"})),
                column("hour", json!("integer"), json!({"kind": "expression", "value": "hour(measured_at)"})),
                column("weekday", json!("integer"), json!({"kind": "expression", "value": "weekday(measured_at)"})),
                column("month", json!("integer"), json!({"kind": "expression", "value": "month(measured_at)"})),
                column("wave", json!({"fixed": 4}), json!({"kind": "wave", "at": "measured_at", "period": "day", "peak": 14.0})),
                column("drift", json!({"fixed": 4}), json!({"kind": "drift", "at": "measured_at", "every": 6.0, "unit": "hours", "of": "sensor_id"})),
                column("odd", json!("boolean"), json!({"kind": "spell", "at": "measured_at", "every": 1.0, "share": 0.5, "min": 0.1, "max": 0.2, "unit": "days", "of": "sensor_id"})),
                column("value", json!({"fixed": 3}), json!({"kind": "expression", "value": "20 + 5.5 * wave + drift"})),
                column("share", json!({"fixed": 6}), json!({"kind": "number", "shape": {"normal": {"mean": 0.5, "deviation": 0.1}}, "min": 0.0, "max": 1.0})),
                column("phone", json!("text"), json!({"kind": "phone", "country": "sensor_id.country"})),
                column("postcode", json!("text"), json!({"kind": "postcode", "country": "sensor_id.country"})),
                column("address", json!("text"), json!({"kind": "template", "value": "198.18.{{0..9}|{10..255}}.{007..009}{| of {=sensor_id}}"})),
                column("checked_on", json!("date"), json!({"kind": "between", "min": "2024-02-28", "max": "2024-03-01"})),
            ]},
            {"name": "visits", "singular": "visit", "description": "Visits.", "rows": 100, "columns": [
                column("visit_id", json!("integer"), json!({"kind": "key"})),
                column("begun_at", json!("timestamp"), json!({"kind": "arrival", "start": "2024-01-01", "end": "2024-03-01"})),
                column("visitor", json!("text"), json!({"kind": "person_name"})),
                column("handle", json!("text"), json!({"kind": "handle", "of": "visitor"})),
            ]},
            {"name": "pages", "singular": "page", "description": "Pages.", "rows": 400,
             "layout": {"kind": "owned", "table": "visits", "counts": [[1, 0.3], [4, 0.4], [9, 0.3]]}, "columns": [
                column("visit_id", json!("integer"), json!({"kind": "owner"})),
                column("number", json!("integer"), json!({"kind": "ordinal"})),
                column("seen_at", json!("timestamp"), json!({"kind": "paced", "from": "visit_id.begun_at", "shape": {"exponential": {"mean": 30.0}}, "min": 2.0, "max": 600.0, "unit": "seconds"})),
                column("begun_at", json!("timestamp"), json!({"kind": "lookup", "path": "visit_id.begun_at"})),
            ]},
        ]
    })
}

fn generator() -> Generator {
    let plan: Plan = serde_json::from_value(plan()).expect("the plan reads");
    Generator::compile(&plan).unwrap_or_else(|faults| panic!("{faults}"))
}

fn columns(generator: &Generator, table: &str) -> BTreeMap<String, Vec<String>> {
    let rows = generator.rows(table).expect("the table exists");
    let mut out = Vec::new();
    generator
        .write_csv(table, 0..rows, true, &mut out)
        .expect("a vector takes all");
    let text = String::from_utf8(out).expect("CSV is UTF-8");
    let mut lines = text.lines().map(|line| line.split(','));
    let names = lines.next().expect("a header").map(str::to_owned);
    let mut columns: Vec<(String, Vec<String>)> = names.map(|name| (name, Vec::new())).collect();
    for line in lines {
        for (column, cell) in columns.iter_mut().zip(line) {
            column.1.push(cell.trim_start_matches('\'').to_owned());
        }
    }
    columns.into_iter().collect()
}

#[test]
fn clocks_tick_once_a_round() {
    let readings = columns(&generator(), "readings");
    assert_eq!(
        readings["sensor_id"][..5],
        ["S01", "S02", "S03", "S04", "S01"]
    );
    // 1,001 rounds fit into 31 days at 15 minutes, not at an hour.
    let at = &readings["measured_at"];
    assert_eq!(
        (at[3].as_str(), at[4].as_str()),
        ("2024-01-01 00:00:00", "2024-01-01 00:15:00")
    );
    assert_eq!(at[4_000], "2024-01-11 10:00:00");
    let part = |name: &str| readings[name][4_000].as_str();
    assert_eq!(
        [part("hour"), part("weekday"), part("month")],
        ["10", "4", "1"]
    );
    let unique: BTreeSet<&String> = readings["reading_id"].iter().collect();
    assert_eq!(unique.len(), 4_001);
    for uuid in unique {
        let bytes = uuid.as_bytes();
        assert!(
            uuid.len() == 36 && bytes[14] == b'4' && b"89ab".contains(&bytes[19]),
            "{uuid}"
        );
    }
}

#[test]
fn signals_add_up() {
    let readings = columns(&generator(), "readings");
    let number = |name: &str, row: usize| readings[name][row].parse::<f64>().expect("a number");
    for row in 0..4_001 {
        let sum = 20.0 + 5.5 * number("wave", row) + number("drift", row);
        assert!((sum - number("value", row)).abs() < 0.001, "row {row}");
        if readings["hour"][row] == "14" && readings["measured_at"][row].ends_with("14:00:00") {
            assert_eq!(readings["wave"][row], "1.0000");
        }
    }
    let odd = readings["odd"].iter().filter(|odd| *odd == "true").count();
    assert!(
        (100..500).contains(&odd),
        "{odd} rows in spells of 15 % of half of the days"
    );
    let share = (0..4_001).map(|row| number("share", row)).sum::<f64>() / 4_001.0;
    assert!((share - 0.5).abs() < 0.01 && readings["share"][0].len() == 8);
}

#[test]
fn forms_fit_the_country() {
    let readings = columns(&generator(), "readings");
    for row in 0..400 {
        let (phone, code) = (&readings["phone"][row], &readings["postcode"][row]);
        let (prefix, length) = [("+49 ", 5), ("+1 (", 7), ("+999 ", 5), ("+81 90-0", 8)][row % 4];
        assert!(
            phone.starts_with(prefix) && code.len() == length,
            "{phone} {code}"
        );
        assert!(!phone.contains(['#', 'N']));
        let (address, of) = match readings["address"][row].split_once(" of ") {
            Some((address, of)) => (address, of),
            None => (
                readings["address"][row].as_str(),
                readings["sensor_id"][row].as_str(),
            ),
        };
        assert_eq!(of, readings["sensor_id"][row]);
        let parts: Vec<&str> = address.split('.').collect();
        assert!(parts[2].parse::<u8>().is_ok() && ["007", "008", "009"].contains(&parts[3]));
    }
    let named = readings["address"]
        .iter()
        .filter(|text| text.contains(" of "));
    assert!((1_800..2_200).contains(&named.count()));
    let days: BTreeSet<&str> = readings["checked_on"].iter().map(String::as_str).collect();
    assert_eq!(
        days,
        BTreeSet::from(["2024-02-28", "2024-02-29", "2024-03-01"])
    );
}

#[test]
fn owners_rows_follow_each_other() {
    let generator = generator();
    let pages = columns(&generator, "pages");
    for row in 0..400 {
        if pages["number"][row] == "1" {
            assert_eq!(pages["seen_at"][row], pages["begun_at"][row]);
        } else {
            assert!(pages["seen_at"][row] > pages["seen_at"][row - 1]);
        }
        let alone = generator
            .clean_columns("pages", row as u64..row as u64 + 1, &[2])
            .expect("the row exists");
        let whole = generator
            .clean_columns("pages", 0..400, &[2])
            .expect("the rows exist");
        assert_eq!(
            alone.column(0).as_ref(),
            whole.column(0).slice(row, 1).as_ref()
        );
    }
    let visits = columns(&generator, "visits");
    let handles: BTreeSet<&String> = visits["handle"].iter().collect();
    assert!(handles.len() == 100 && handles.iter().all(|handle| !handle.contains('@')));
}

#[test]
fn mistakes_are_named() {
    let cases = [
        (
            "measured_at",
            json!({"kind": "ticks", "start": "2024-01-01", "end": "2024-01-02", "steps": [900], "per": "sensor_id"}),
            "1001 ticks do not fit",
        ),
        (
            "measured_at",
            json!({"kind": "ticks", "start": "2024-01-01", "end": "2024-01-02", "steps": []}),
            "1 to 16 steps",
        ),
        (
            "measured_at",
            json!({"kind": "ticks", "start": "2024-01-01", "end": "2027-01-01", "steps": [1]}),
            "cut-off",
        ),
        (
            "measured_at",
            json!({"kind": "ticks", "start": "2024-01-01", "end": "2024-02-01", "steps": [1], "per": "wave"}),
            "no column of turns",
        ),
        (
            "measured_at",
            json!({"kind": "paced", "from": "checked_on", "shape": "uniform", "min": 0.0, "max": 5.0, "unit": "seconds"}),
            "owned layout",
        ),
        (
            "checked_on",
            json!({"kind": "between", "min": "2024-03-02", "max": "2024-03-01"}),
            "min not after max",
        ),
        (
            "wave",
            json!({"kind": "wave", "at": "measured_at", "period": "day", "peak": 25.0}),
            "between 0 and 24",
        ),
        (
            "wave",
            json!({"kind": "drift", "at": "measured_at", "every": 0.0, "unit": "hours"}),
            "a second at least",
        ),
        (
            "wave",
            json!({"kind": "drift", "at": "measured_at", "every": 1.0, "unit": "hours", "of": "hour"}),
            "no reference column",
        ),
        (
            "odd",
            json!({"kind": "spell", "at": "measured_at", "every": 1.0, "share": 0.5, "min": 2.0, "max": 3.0, "unit": "days"}),
            "max <= every",
        ),
        (
            "address",
            json!({"kind": "template", "value": "{9..1}"}),
            "no range",
        ),
        (
            "sensor_id",
            json!({"kind": "turn", "table": "nowhere"}),
            "does not exist",
        ),
        (
            "reading_id",
            json!({"kind": "when", "on": "sensor_id", "cases": [{"is": ["S01"], "use": {"kind": "uuid"}}], "otherwise": {"kind": "null"}}),
            "inside a case",
        ),
    ];
    for (column, generate, message) in cases {
        let mut plan = plan();
        let columns = plan["tables"][1]["columns"].as_array_mut().expect("a list");
        let changed = columns.iter_mut().find(|each| each["name"] == column);
        changed.expect("the column exists")["generate"] = generate;
        let plan: Plan = serde_json::from_value(plan).expect("the changed plan reads");
        let faults = Generator::compile(&plan).expect_err(message).to_string();
        assert!(faults.contains(message), "{faults}");
    }
    let mut plan = plan();
    plan["tables"][1]["columns"][10]["type"] = json!({"fixed": 200});
    let plan: Plan = serde_json::from_value(plan).expect("the changed plan reads");
    let faults = Generator::compile(&plan)
        .expect_err("too many digits")
        .to_string();
    assert!(faults.contains("at most 9 digits"), "{faults}");
}
