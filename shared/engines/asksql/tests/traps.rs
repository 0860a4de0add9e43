//! Further traps that systems of this kind are known for, each by its name, on a schema of its own.

use chrono::NaiveDate;
use millrace_asksql::{Answer, Database, Lexicon, Status, ask};

const DDL: &str = "
    CREATE TABLE staff (staff_id INTEGER PRIMARY KEY, name TEXT, team TEXT, level TEXT, salary INTEGER, badge TEXT, phone TEXT, manager_id INTEGER REFERENCES staff (staff_id));
    CREATE TABLE rooms (code TEXT PRIMARY KEY, \"Floor Number\" INTEGER, \"order\" INTEGER, rating TEXT, note TEXT);
    CREATE TABLE bookings (booking_id INTEGER PRIMARY KEY, staff_id INTEGER REFERENCES staff (staff_id), room_code TEXT REFERENCES rooms (code), status TEXT, hours DOUBLE);
    CREATE TABLE stations (station_id INTEGER PRIMARY KEY, name TEXT, country TEXT);
    CREATE TABLE trains (train_id INTEGER PRIMARY KEY, origin_station_id INTEGER REFERENCES stations (station_id), destination_station_id INTEGER REFERENCES stations (station_id), seats INTEGER);
    CREATE TABLE call_durations (id INTEGER PRIMARY KEY, agent TEXT, call_duration INTEGER);
";

const ROWS: &[(&str, &str)] = &[
    (
        "staff",
        "staff_id,name,team,level,salary,badge,phone,manager_id\n1,Ann Lee,Sales,Senior,5000,007,111,\n2,Bo Roy,Support,Junior,3000,0101,,1\n3,Cy Tan,Staff,Senior,,0102,333,1\n",
    ),
    (
        "rooms",
        "code,Floor Number,order,rating,note\nA1,1,1,9,50% off_season\nB2,2,2,10,\nC3,2,3,8,\"\"\n",
    ),
    (
        "bookings",
        "booking_id,staff_id,room_code,status,hours\n1,1,A1,open,2\n2,1,B2,closed,1.5\n3,2,A1,open,3\n4,,B2,open,1\n",
    ),
    (
        "stations",
        "station_id,name,country\n1,Aal,DE\n2,Bex,CH\n3,Москва,RU\n",
    ),
    (
        "trains",
        "train_id,origin_station_id,destination_station_id,seats\n1,1,2,200\n2,2,1,150\n",
    ),
    ("call_durations", "id,agent,call_duration\n1,Ann,5\n"),
];

fn database(lexicon: Lexicon, with_rows: bool) -> Database {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    for (table, csv) in ROWS.iter().filter(|_| with_rows) {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    }
    builder.lexicon(lexicon).compile()
}

fn ask_of(database: &Database, question: &str) -> Answer {
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    ask(database, question, today, &|_: &str| true)
}

fn answer(question: &str) -> Answer {
    ask_of(&database(Lexicon::default(), true), question)
}

fn sql(question: &str) -> String {
    answer(question).parsed_query.sql.unwrap_or_default()
}

#[track_caller]
fn reads(question: &str, expected: &str) {
    assert_eq!(sql(question), expected, "{question}");
}

/// It is read as something else, so it must not be read with confidence.
#[track_caller]
fn is_asked_back(question: &str) {
    let found = answer(question);
    assert_eq!(
        found.status,
        Status::NeedsClarification,
        "{question}: {found:?}"
    );
    assert!(found.reason.is_some(), "{question}");
}

#[test]
fn a_value_that_is_also_the_word_for_its_table() {
    reads(
        "How many staff are in the team Staff?",
        "SELECT COUNT(*) FROM staff WHERE team = 'Staff'",
    );
    reads(
        "Which staff have the team staff?",
        "SELECT name FROM staff WHERE team = 'Staff'",
    );
}

#[test]
fn a_value_in_another_case() {
    reads(
        "How many bookings have the status OPEN?",
        "SELECT COUNT(*) FROM bookings WHERE status = 'open'",
    );
}

#[test]
fn a_value_that_is_a_code() {
    reads(
        "How many stations are in the country de?",
        "SELECT COUNT(*) FROM stations WHERE country = 'DE'",
    );
    for (badge, who) in [("0101", "Which staff has"), ("007", "Who has")] {
        reads(
            &format!("{who} the badge {badge}?"),
            &format!("SELECT name FROM staff WHERE badge = '{badge}'"),
        );
    }
    let bare = ask_of(
        &database(Lexicon::default(), false),
        "Which staff has the badge 0101?",
    );
    assert_eq!(
        bare.parsed_query.sql.as_deref(),
        Some("SELECT name FROM staff WHERE badge = '0101'")
    );
}

#[test]
fn an_id_is_shown_only_where_it_is_asked_for() {
    reads("Show all staff.", "SELECT name FROM staff");
    reads(
        "Show the ids of the bookings.",
        "SELECT booking_id FROM bookings",
    );
    reads(
        "Show the name and the id of all staff.",
        "SELECT name, staff_id FROM staff",
    );
}

#[test]
fn a_superlative_is_never_a_row_without_the_measure() {
    reads(
        "Which staff member has the highest salary?",
        "SELECT name FROM staff ORDER BY salary DESC NULLS LAST LIMIT 1",
    );
    reads(
        "What is the highest salary?",
        "SELECT MAX(salary) FROM staff",
    );
    // Where a column of numbers holds text, that text is no number, and NULL to whoever works with it.
    let ddl = "CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, pages INTEGER)";
    let mut builder = Database::builder(ddl).expect("the schema reads");
    let rows = "id,title,pages\n1,Emma,474\n2,Odd,many\n";
    builder
        .csv("books", rows.as_bytes())
        .expect("the rows read");
    let found = ask_of(&builder.compile(), "Which book has the most pages?");
    assert_eq!(
        found.parsed_query.sql.as_deref(),
        Some("SELECT title FROM books ORDER BY pages DESC NULLS LAST LIMIT 1")
    );
}

#[test]
fn the_key_of_an_order_is_not_shown_unasked() {
    reads(
        "List the names of staff ordered by salary from high to low.",
        "SELECT name FROM staff ORDER BY salary DESC NULLS LAST",
    );
}

#[test]
fn a_double_negation_is_not_guessed() {
    is_asked_back("Which staff have no bookings that are not open?");
    is_asked_back("Which staff are not in a team other than Sales and have no phone?");
}

#[test]
fn at_least_one_is_not_all_and_not_only() {
    let any = sql("Which staff have booked at least one room?");
    assert!(any.contains("JOIN bookings ON"), "{any}");
    is_asked_back("Which staff have booked all rooms?");
    is_asked_back("Which staff booked only open bookings?");
    assert_eq!(
        answer("List only the names of all staff.").status,
        Status::Ok
    );
}

#[test]
fn the_average_of_everything_and_of_each_group() {
    reads(
        "Which staff earn more than the average salary?",
        "SELECT name FROM staff WHERE salary > (SELECT AVG(salary) FROM staff)",
    );
    reads(
        "What is the average salary of each team?",
        "SELECT AVG(salary), team FROM staff GROUP BY team",
    );
    is_asked_back("Which staff earn more than the average salary of their team?");
}

#[test]
fn nothing_in_a_column() {
    reads(
        "Which staff have no phone?",
        "SELECT name FROM staff WHERE phone IS NULL",
    );
    reads(
        "Which rooms have an empty note?",
        "SELECT code FROM rooms WHERE note IS NULL",
    );
}

#[test]
fn text_that_holds_numbers_is_ordered_as_numbers() {
    reads(
        "Which room has the highest rating?",
        "SELECT code FROM rooms ORDER BY CAST(rating AS DOUBLE) DESC LIMIT 1",
    );
}

#[test]
fn names_in_mixed_case_are_quoted() {
    reads(
        "What is the floor number of room B2?",
        "SELECT \"Floor Number\" FROM rooms WHERE code = 'B2'",
    );
}

#[test]
fn parallel_foreign_keys_by_the_name_of_what_they_refer_to() {
    reads(
        "How many trains have the destination Bex?",
        "SELECT COUNT(*) FROM stations JOIN trains ON trains.destination_station_id = stations.station_id WHERE stations.name = 'Bex'",
    );
    is_asked_back("Which trains go from Aal to Bex?");
}

#[test]
fn a_part_of_a_text_in_any_case_and_with_marks() {
    reads(
        "Which staff have a name containing \"LEE\"?",
        "SELECT name FROM staff WHERE LOWER(name) LIKE '%lee%'",
    );
    reads(
        "Which rooms have a note containing \"50% off_\"?",
        r"SELECT code FROM rooms WHERE LOWER(note) LIKE '%50\% off\_%' ESCAPE '\'",
    );
}

#[test]
fn not_in_leaves_out_nulls_that_may_be_there() {
    let expected = "SELECT name FROM staff WHERE staff_id NOT IN (SELECT staff_id FROM bookings WHERE staff_id IS NOT NULL)";
    reads("Which staff have no bookings?", expected);
    let bare = ask_of(
        &database(Lexicon::default(), false),
        "Which staff have no bookings?",
    );
    assert_eq!(bare.parsed_query.sql.as_deref(), Some(expected));
}

#[test]
fn what_only_looks_like_a_write_or_like_another_language_is_read() {
    assert_ne!(answer("Call duration by agent").status, Status::Refused);
    reads(
        "Which rooms have the note \"A--B\"?",
        "SELECT code FROM rooms WHERE note = 'A--B'",
    );
    let moscow = sql("Which trains start in Москва?");
    assert!(moscow.contains("= 'Москва'"), "{moscow}");
    for write in [
        "Call the procedure",
        "Set salary to 5",
        "Which rooms -- are free?",
    ] {
        assert_eq!(answer(write).status, Status::Refused, "{write}");
    }
}

#[test]
fn what_is_hidden_is_neither_shown_nor_used() {
    let hidden = ["name", "salary", "team"].map(|column| format!("staff.{column}"));
    let hiding = database(
        Lexicon {
            hidden: hidden.to_vec(),
            ..Lexicon::default()
        },
        true,
    );
    for question in [
        "Show all staff.",
        "What is the salary of Ann Lee?",
        "How many staff are in Sales?",
        "Show all information about staff.",
        "Which staff member has the highest salary?",
        "Which staff booked room A1?",
    ] {
        let found = ask_of(&hiding, question);
        let others = found.alternatives.iter().map(|other| &other.sql);
        for text in found.parsed_query.sql.iter().chain(others) {
            let uses = |word: &str| {
                text.contains(&format!("staff.{word}")) || {
                    let alone = text.contains("FROM staff") && !text.contains("stations");
                    alone
                        && text
                            .split(|letter: char| !letter.is_alphanumeric())
                            .any(|part| part == word)
                }
            };
            assert!(
                !["name", "salary", "team", "Sales"]
                    .iter()
                    .any(|word| uses(word)),
                "{text}"
            );
        }
    }
    let count = ask_of(&hiding, "How many staff are there?");
    assert!(count.confidence > 0.8);
}

#[test]
fn both_halves_of_an_intersection_are_told() {
    let found = answer("Which staff booked both room A1 and room B2?");
    let query = &found.parsed_query;
    let text = query.sql.as_deref().unwrap_or_default();
    if let Some((_, other)) = text.split_once(" INTERSECT ") {
        let told = query.conditions.last().expect("a condition");
        assert_eq!(
            (told.operator, told.value.as_str()),
            ("INTERSECT", Some(other))
        );
    } else {
        assert!(text.contains("'A1'") && text.contains("'B2'"), "{text}");
    }
}

#[test]
fn a_long_word_costs_no_more_than_others() {
    let question = format!("Show the names of staff in {}", "x".repeat(9_900));
    assert!(!answer(&question).unlinked.is_empty());
}
