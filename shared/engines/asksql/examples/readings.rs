//! Reads questions as JSON lines (`id`, `db_id`, `question`) from the first argument, databases from the
//! folders of the second (`schema.sql` and a CSV file a table), and prints the readings of each question
//! as JSON lines. With a third argument, at most so many readings. `--compile N` prints how long a schema
//! of N tables takes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Instant;

use millrace_asksql::{Database, tuning};
use serde_json::{Value, json};

fn load(folder: &Path) -> Result<Database, Box<dyn std::error::Error>> {
    let mut builder = Database::builder(&std::fs::read_to_string(folder.join("schema.sql"))?)?;
    let mut paths: Vec<_> = std::fs::read_dir(folder)?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths {
        if path.extension().is_some_and(|extension| extension == "csv") {
            let table = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
                .unwrap_or_default();
            builder.csv(&table, std::fs::File::open(&path)?)?;
        }
    }
    Ok(builder.compile())
}

fn compile(tables: usize) -> Result<String, Box<dyn std::error::Error>> {
    let ddl: String = (0..tables)
        .map(|table| {
            format!(
                "CREATE TABLE item_{table} (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES item_{} (id), name TEXT, created_at TIMESTAMP, unit_price DOUBLE, city TEXT, quantity INTEGER, status_code TEXT);\n",
                table / 2
            )
        })
        .collect();
    let begun = Instant::now();
    let database = Database::builder(&ddl)?.compile();
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    Ok(format!(
        "{taken:.1} ms, {} tables",
        database.tables().count()
    ))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, flag, tables] = arguments.as_slice()
        && flag == "--compile"
    {
        writeln!(std::io::stdout(), "{}", compile(tables.parse()?)?)?;
        return Ok(());
    }
    let (Some(questions), Some(databases)) = (arguments.get(1), arguments.get(2)) else {
        return Err("usage: readings QUESTIONS.jsonl DATABASES [MOST] [trace]".into());
    };
    let most: usize = arguments.get(3).map_or(Ok(1), |most| most.parse())?;
    let trace = arguments.get(4).is_some();
    let now = chrono::NaiveDate::from_ymd_opt(2024, 2, 14).ok_or("a day")?;
    let mut loaded: HashMap<String, Database> = HashMap::new();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in BufReader::new(std::fs::File::open(questions)?).lines() {
        let case: Value = serde_json::from_str(&line?)?;
        let name = case["db_id"].as_str().unwrap_or_default().to_owned();
        if !loaded.contains_key(&name) {
            loaded.insert(name.clone(), load(&Path::new(databases).join(&name))?);
        }
        let database = &loaded[&name];
        let question = case["question"].as_str().unwrap_or_default();
        let begun = Instant::now();
        let readings = tuning::readings(database, question, now);
        let taken = begun.elapsed().as_secs_f64() * 1000.0;
        let trace = if trace {
            tuning::trace(database, question, now)
        } else {
            String::new()
        };
        let answer = millrace_asksql::ask(database, question, now, &|_: &str| true);
        let inputs = tuning::confidence_inputs(database, question, now);
        let readings: Vec<Value> = readings
            .into_iter()
            .take(most)
            .map(|(sql, features)| json!({"sql": sql, "features": features}))
            .collect();
        writeln!(
            out,
            "{}",
            json!({"id": case["id"], "readings": readings, "parse_ms": taken, "trace": trace, "confidence": answer.confidence, "status": answer.status, "inputs": inputs,
            "answers": answer.parsed_query.sql.iter().cloned().chain(answer.alternatives.iter().map(|other| other.sql.clone())).collect::<Vec<_>>()})
        )?;
    }
    Ok(())
}
