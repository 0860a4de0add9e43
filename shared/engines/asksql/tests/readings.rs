//! Wordings and what is read from them, on a schema of its own.

use chrono::NaiveDate;
use millrace_asksql::{Answer, Database, ask};

const DDL: &str = "
    CREATE TABLE province (name TEXT PRIMARY KEY, population INTEGER, area DOUBLE);
    CREATE TABLE frontier (province_name TEXT REFERENCES province (name), frontier TEXT REFERENCES province (name), PRIMARY KEY (province_name, frontier));
    CREATE TABLE town (name TEXT PRIMARY KEY, province_name TEXT REFERENCES province (name), population INTEGER);
    CREATE TABLE club (id INTEGER PRIMARY KEY, club_name TEXT, date_formed DATE, date_closed DATE, phone TEXT, hall_capacity INTEGER, town_name TEXT REFERENCES town (name), language TEXT);
    CREATE TABLE member (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, age INTEGER, salary INTEGER, coach INTEGER, club_id INTEGER REFERENCES club (id), ability_type TEXT);
    CREATE TABLE visit (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES member (id), made_on DATE);
";

const ROWS: &[(&str, &str)] = &[
    (
        "province",
        "name,population,area\nNorden,500000,900\nSuden,900000,400\nOsten,300000,1200\n",
    ),
    (
        "frontier",
        "province_name,frontier\nNorden,Osten\nOsten,Norden\nSuden,Osten\nOsten,Suden\n",
    ),
    (
        "town",
        "name,province_name,population\nAal,Norden,200000\nBex,Suden,400000\nCham,Osten,90000\nDorn,Osten,20000\n",
    ),
    (
        "club",
        "id,club_name,date_formed,date_closed,phone,hall_capacity,town_name,language\n1,Rowers,1990-01-01,,111,200,Aal,English\n2,Chess,2001-05-05,,222,80,Bex,German\n",
    ),
    (
        "member",
        "id,first_name,last_name,age,salary,coach,club_id,ability_type\n1,Ada,King,30,1000,12,1,music\n2,Max,Ernst,41,2000,12,2,chess\n3,Eva,Roth,22,1500,14,2,chess\n",
    ),
    (
        "visit",
        "id,member_id,made_on\n1,1,2024-01-05\n2,1,2024-01-09\n3,2,2023-02-02\n",
    ),
];

fn answer(question: &str) -> Answer {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    for (table, csv) in ROWS {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    }
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    ask(&builder.compile(), question, today, &|_: &str| true)
}

#[track_caller]
fn reads(question: &str, expected: &str) {
    let sql = answer(question).parsed_query.sql.unwrap_or_default();
    assert_eq!(sql, expected, "{question}");
}

#[test]
fn a_superlative_within_a_relation() {
    reads(
        "Which provinces have a frontier with the province with the largest population?",
        "SELECT name FROM province WHERE name IN (SELECT frontier FROM frontier WHERE province_name IN (SELECT name FROM province WHERE population = (SELECT MAX(population) FROM province)))",
    );
}

#[test]
fn a_relation_to_what_is_related() {
    reads(
        "Which provinces have a frontier with provinces that have a frontier with the province Norden?",
        "SELECT name FROM province WHERE name IN (SELECT frontier FROM frontier WHERE province_name IN (SELECT frontier FROM frontier WHERE province_name IN (SELECT name FROM province WHERE name = 'Norden')))",
    );
}

#[test]
fn a_superlative_holds_within_the_one_behind_it() {
    reads(
        "What is the smallest town in the largest province?",
        "SELECT town.name FROM town JOIN province ON town.province_name = province.name WHERE province.area = (SELECT MAX(area) FROM province) ORDER BY town.population ASC LIMIT 1",
    );
}

#[test]
fn entities_that_a_join_repeats_are_listed_once() {
    reads(
        "Show all members who made a visit in 2024",
        "SELECT DISTINCT member.first_name, member.last_name FROM member JOIN visit ON visit.member_id = member.id WHERE visit.made_on >= '2024-01-01' AND visit.made_on < '2025-01-01'",
    );
}

#[test]
fn a_verb_completes_the_name_of_a_column() {
    reads(
        "What are the names of clubs ordered by the date they were formed?",
        "SELECT club_name FROM club ORDER BY date_formed ASC",
    );
}

#[test]
fn a_word_that_only_says_what_kind_of_thing_a_column_holds() {
    reads(
        "What is the phone number of the club Rowers?",
        "SELECT phone FROM club WHERE club_name = 'Rowers'",
    );
    reads(
        "List the surnames of members with coach number 12",
        "SELECT last_name FROM member WHERE coach = 12",
    );
    reads(
        "What type of ability does Ada have?",
        "SELECT ability_type FROM member WHERE first_name = 'Ada'",
    );
}

#[test]
fn one_half_of_a_name() {
    reads(
        "What are the forenames of all members?",
        "SELECT first_name FROM member",
    );
}

#[test]
fn several_functions_of_one_column() {
    reads(
        "What are the average, largest and smallest salary of members?",
        "SELECT AVG(salary), MAX(salary), MIN(salary) FROM member",
    );
}

#[test]
fn a_column_between_the_comparison_and_its_number() {
    reads(
        "Which members earn at least a salary of 1500?",
        "SELECT first_name, last_name FROM member WHERE salary >= 1500",
    );
    reads(
        "What are the names of members aged 30?",
        "SELECT first_name, last_name FROM member WHERE age = 30",
    );
}

#[test]
fn what_a_hall_can_seat_is_its_capacity() {
    reads(
        "Which clubs can seat more than 100 members?",
        "SELECT club_name FROM club WHERE hall_capacity > 100",
    );
}

#[test]
fn what_is_tested_is_also_what_is_asked_for() {
    reads(
        "Show all languages that contain the word 'Eng'",
        "SELECT \"language\" FROM club WHERE LOWER(\"language\") LIKE '%eng%'",
    );
}

#[test]
fn all_so_many_are_all() {
    reads(
        "What is the population of all 3 provinces?",
        "SELECT population FROM province",
    );
}

#[test]
fn a_convention_is_told_and_not_trusted_alone() {
    let answer = answer("What are the major towns in Osten?");
    assert_eq!(
        answer.parsed_query.sql.as_deref(),
        Some("SELECT name FROM town WHERE population > 150000 AND province_name = 'Osten'")
    );
    assert!(answer.confidence < 0.85, "{}", answer.confidence);
    let told = answer
        .explanation
        .iter()
        .find(|link| link.text == "major")
        .and_then(|link| link.value.as_deref());
    assert_eq!(told, Some("> 150000"));
}
