use std::fs;

use tempfile::TempDir;

use super::*;

const SCHEMA: &str = "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, zip INTEGER, \
                      isbn NUMERIC, joined TIMESTAMP, note TEXT);\n\
                      CREATE TABLE pets (id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES people (id), name TEXT);";
const PEOPLE: &[u8] = b"id,name,age,zip,isbn,joined,note\n\
    1,Ann,9,00501,9780306406157,2024-01-01 10:00:00.25,\"\"\n\
    2,Bo,10,94002,2.5,2024-01-02 10:00:00,\n\
    3,Zo\xeb,unknown,94003,3,2024-01-03 10:00:00,x\n\
    4,Di,30,94004\n";

/// Folders with databases, as a batch finds them.
struct Shelf(TempDir);

impl Shelf {
    fn new() -> Self {
        let shelf = Self(TempDir::new().expect("a folder"));
        shelf.put("people", "schema.sql", SCHEMA.as_bytes());
        shelf.put("people", "people.csv", PEOPLE);
        shelf
    }

    fn put(&self, database: &str, file: &str, bytes: &[u8]) {
        let folder = self.0.path().join(database);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(file), bytes).expect("a file");
    }

    fn open(&self, database: &str) -> Opened {
        load::open(&self.0.path().join(database)).expect("a database")
    }

    /// The rows of a statement as a batch with `--run` prints them.
    fn rows(&self, database: &str, sql: &str) -> Value {
        let opened = self.open(database);
        self.batch(|batch| json!(batch.rows(&opened, sql)))
    }

    fn ask(&self, database: &str, question: &str) -> Value {
        let opened = self.open(database);
        let case = Case {
            id: json!(7),
            db_id: database.to_owned(),
            question: question.to_owned(),
        };
        self.batch(|batch| batch.line(&opened, &case))
    }

    fn batch(&self, work: impl FnOnce(&Batch<'_>) -> Value) -> Value {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("a runtime");
        work(&Batch {
            databases: self.0.path(),
            run: true,
            today: NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day"),
            runtime: &runtime,
        })
    }
}

#[test]
fn values_are_shown_as_the_file_has_them() {
    let shelf = Shelf::new();
    for (sql, expected) in [
        (
            "SELECT name, age FROM people",
            json!([
                ["Ann", "9"],
                ["Bo", "10"],
                ["Zo\u{fffd}", "unknown"],
                ["Di", "30"]
            ]),
        ),
        (
            "SELECT zip FROM people",
            json!([["00501"], ["94002"], ["94003"], ["94004"]]),
        ),
        (
            "SELECT isbn FROM people",
            json!([[9_780_306_406_157.0], [2.5], [3.0], [null]]),
        ),
        (
            "SELECT joined FROM people WHERE id < 3",
            json!([["2024-01-01 10:00:00.25"], ["2024-01-02 10:00:00"]]),
        ),
        (
            "SELECT note FROM people",
            json!([[""], [null], ["x"], [null]]),
        ),
    ] {
        assert_eq!(shelf.rows("people", sql), expected, "{sql}");
    }
}

#[test]
fn an_odd_cell_does_not_spoil_the_sums_of_its_column() {
    let shelf = Shelf::new();
    let line = shelf.ask("people", "What is the average age of the people?");
    assert_eq!(line["sql"], "SELECT AVG(age) FROM people");
    assert_eq!(line["rows"], json!([[16.333_333_333_3]]));
    let line = shelf.ask("people", "Which people are older than 9?");
    assert_eq!(line["rows"], json!([["Bo"], ["Di"]]), "{line}");
    assert_eq!(
        shelf.rows("people", "SELECT name FROM people WHERE zip = 501"),
        json!([["Ann"]])
    );
}

#[test]
fn a_table_whose_file_cannot_be_read_has_no_rows_to_answer_with() {
    let shelf = Shelf::new();
    shelf.put(
        "people",
        "pets.csv",
        b"id,person_id,name,colour\n1,1,Rex,black\n",
    );
    let line = shelf.ask("people", "How many pets are there?");
    assert_eq!(line["sql"], "SELECT COUNT(*) FROM pets");
    assert_eq!(line["rows"], Value::Null);
    let line = shelf.ask("people", "How many people are there?");
    assert_eq!(line["rows"], json!([[4]]));
}

#[test]
fn every_answer_has_the_same_fields() {
    let shelf = Shelf::new();
    let fields = |line: &Value| {
        let fields = line.as_object().expect("an object").keys();
        let fields = fields.filter(|field| *field != "reason");
        fields.cloned().collect::<Vec<String>>()
    };
    let asked = shelf.ask("people", "How many people are there?");
    let refused = shelf.batch(|batch| batch.refused(&json!(7), "there is no such database"));
    assert_eq!(fields(&asked), fields(&refused));
    assert_eq!(refused["rows"], Value::Null);
    assert_eq!(refused["id"], asked["id"]);
    assert!(load::open(&shelf.0.path().join("nowhere")).is_err());
}

#[test]
fn files_without_a_schema_are_a_database_too() {
    let shelf = Shelf::new();
    shelf.put(
        "bare",
        "cities.csv",
        b"name,population\nParis,2100000\nRome,2800000\n",
    );
    let line = shelf.ask("bare", "Which city has the largest population?");
    assert_eq!(line["rows"], json!([["Rome"]]), "{line}");
}
