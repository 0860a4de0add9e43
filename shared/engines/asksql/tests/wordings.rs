//! Wordings that single words decide, on a schema of their own.

use chrono::NaiveDate;
use millrace_asksql::{Database, ask};

const DDL: &str = "
    CREATE TABLE ref_locations (location_code TEXT PRIMARY KEY, location_name TEXT);
    CREATE TABLE machine_locations (machine_id INTEGER REFERENCES machine (id), location_code TEXT REFERENCES ref_locations (location_code), PRIMARY KEY (machine_id, location_code));
    CREATE TABLE machine (id INTEGER PRIMARY KEY, machine_name TEXT, heater TEXT, cost INTEGER, price INTEGER, machine_descriptrion TEXT, room TEXT, opening_year INTEGER, typical_buying_price INTEGER, typical_selling_price INTEGER);
    CREATE TABLE maker (id INTEGER PRIMARY KEY, maker_name TEXT, revenue INTEGER, headquarters TEXT, home_country TEXT, description TEXT, capital TEXT REFERENCES town (town_name));
    CREATE TABLE town (town_name TEXT, district TEXT, population INTEGER, PRIMARY KEY (town_name, district));
    CREATE TABLE notes (note_id INTEGER PRIMARY KEY, note_type_code TEXT, quantity_ordered INTEGER);
    CREATE TABLE person (id INTEGER PRIMARY KEY, last_name TEXT, birth_date DATE);
    CREATE TABLE ballot (ballot_id INTEGER PRIMARY KEY, person_id INTEGER REFERENCES person (id), mayor_vote INTEGER REFERENCES person (id));
";

const ROWS: &[(&str, &str)] = &[
    (
        "ref_locations",
        "location_code,location_name\nA,Hall\nB,Yard\n",
    ),
    (
        "machine_locations",
        "machine_id,location_code\n1,A\n2,A\n3,B\n",
    ),
    (
        "machine",
        "id,machine_name,heater,cost,price,machine_descriptrion,room,opening_year,typical_buying_price,typical_selling_price\n1,Loom,No,10,30,weaves,West,1990,5,9\n2,Press,gas,50,40,prints,West,1990,6,10\n3,Lathe,steam,20,20,turns,East,1991,7,11\n4,Saw,gas,10,35,cuts,West,1991,8,12\n5,Drill,gas,15,25,bores,West,1992,9,13\n",
    ),
    (
        "maker",
        "id,maker_name,revenue,headquarters,home_country,description,capital\n1,Alpha,500,USA,United States,old,Aal\n2,Beta,900,Japan,United States,new,Bex\n",
    ),
    (
        "person",
        "id,last_name,birth_date\n1,King,1990-01-01\n2,Roth,1985-01-01\n",
    ),
    (
        "town",
        "town_name,district,population\nAal,North,100\nBex,North,300\nCham,South,900\n",
    ),
    (
        "notes",
        "note_id,note_type_code,quantity_ordered\n1,A,3\n2,A,4\n3,B,5\n",
    ),
    ("ballot", "ballot_id,person_id,mayor_vote\n1,1,2\n2,2,2\n"),
];

#[track_caller]
fn reads(question: &str, expected: &str) {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    for (table, csv) in ROWS {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    }
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    let answer = ask(&builder.compile(), question, today, &|_: &str| true);
    let sql = answer.parsed_query.sql.unwrap_or_default();
    assert_eq!(sql, expected, "{question}");
}

#[test]
fn one_column_against_another() {
    reads(
        "How many machines have a cost higher than their price?",
        "SELECT COUNT(*) FROM machine WHERE cost > price",
    );
    reads(
        "What are the names of machines whose price is lower than the cost?",
        "SELECT machine_name FROM machine WHERE price < cost",
    );
}

#[test]
fn a_sum_over_the_first_rows() {
    reads(
        "What is the total revenue of the 2 makers with the largest revenue?",
        "SELECT SUM(revenue) FROM maker WHERE id IN (SELECT id FROM maker ORDER BY revenue DESC LIMIT 2)",
    );
}

#[test]
fn totals_that_are_listed() {
    reads(
        "List the total costs of machines in ascending order.",
        "SELECT cost FROM machine ORDER BY cost ASC",
    );
}

#[test]
fn a_superlative_that_begins_an_order() {
    reads(
        "What are the last names of all persons starting with the oldest?",
        "SELECT last_name FROM person ORDER BY birth_date ASC",
    );
    reads(
        "Find all maker names and their headquarters, sorted by the ones with the highest revenue first.",
        "SELECT maker_name, headquarters FROM maker ORDER BY revenue DESC",
    );
}

#[test]
fn a_column_that_says_no() {
    reads(
        "How many machines do not have a heater?",
        "SELECT COUNT(*) FROM machine WHERE heater = 'No'",
    );
}

#[test]
fn a_table_of_references_is_called_after_what_it_holds() {
    reads(
        "How many locations are there?",
        "SELECT COUNT(*) FROM ref_locations",
    );
}

#[test]
fn a_row_that_refers_by_the_named_column() {
    reads(
        "Find the distinct last names of the persons who have mayor votes.",
        "SELECT DISTINCT person.last_name FROM person JOIN ballot ON ballot.mayor_vote = person.id",
    );
}

#[test]
fn a_place_by_any_of_its_names() {
    reads(
        "How many makers are headquartered in the US?",
        "SELECT COUNT(*) FROM maker WHERE headquarters = 'USA'",
    );
}

#[test]
fn words_one_slip_away() {
    reads(
        "What is the description of the machine Loom?",
        "SELECT machine_descriptrion FROM machine WHERE machine_name = 'Loom'",
    );
    reads(
        "What is the averge revenu of all makers?",
        "SELECT AVG(revenue) FROM maker",
    );
}

#[test]
fn what_is_told_apart() {
    reads(
        "How many different rooms are there?",
        "SELECT COUNT(DISTINCT room) FROM machine",
    );
}

#[test]
fn values_of_a_reference_are_told_apart() {
    reads(
        "How many distinct mayor votes are there?",
        "SELECT COUNT(DISTINCT mayor_vote) FROM ballot",
    );
}

#[test]
fn names_that_share_their_last_word() {
    reads(
        "What are the typical buying and selling prices of the machine Loom?",
        "SELECT typical_buying_price, typical_selling_price FROM machine WHERE machine_name = 'Loom'",
    );
}

#[test]
fn a_name_that_an_of_takes_apart() {
    reads(
        "What are the distinct codes of note types?",
        "SELECT DISTINCT note_type_code FROM notes",
    );
}

#[test]
fn a_name_that_ends_like_a_verb() {
    reads(
        "What is the average quantity ordered on notes?",
        "SELECT AVG(quantity_ordered) FROM notes",
    );
}

#[test]
fn groups_that_a_place_counts() {
    reads(
        "What are the opening years in which at least two shops opened?",
        "SELECT opening_year FROM machine GROUP BY opening_year HAVING COUNT(*) >= 2",
    );
    reads(
        "What are the opening years less than two machines have?",
        "SELECT opening_year FROM machine GROUP BY opening_year HAVING COUNT(*) < 2",
    );
}

#[test]
fn the_largest_of_what_refers_to_it() {
    reads(
        "Which capital has the largest population?",
        "SELECT DISTINCT maker.capital FROM maker JOIN town ON maker.capital = town.town_name WHERE town.population = (SELECT MAX(town.population) FROM town JOIN maker ON maker.capital = town.town_name)",
    );
    reads(
        "What is the capital town of the maker Alpha?",
        "SELECT capital FROM maker WHERE maker_name = 'Alpha'",
    );
}

#[test]
fn a_day_that_is_named() {
    reads(
        "When is the birth date of the person King?",
        "SELECT birth_date FROM person WHERE last_name = 'King'",
    );
}

#[test]
fn kinds_of_what_has_no_kind() {
    reads(
        "How many kinds of machines are there?",
        "SELECT COUNT(*) FROM machine",
    );
}
