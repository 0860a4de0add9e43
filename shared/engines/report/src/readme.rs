//! `README.txt`: what a learner reads first.

use serde::{Deserialize, Serialize};

use crate::parts::{Character, Question};
use crate::wrap::{count, heading, one_line, paragraph, verbatim};

/// What the README tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Readme {
    /// Maker of the package.
    pub brand: String,
    /// Title of the challenge.
    pub title: String,
    /// Company of the story.
    pub company: String,
    /// Field, such as `E-commerce`.
    pub domain: String,
    /// Business function, such as `Sales Analytics`.
    pub function: String,
    /// Level that the challenge is made for.
    pub skill_level: String,
    /// Date of the package as text.
    pub generated_on: String,
    /// Seed that makes the same package again.
    pub seed: u64,
    /// The story.
    pub problem_statement: String,
    /// The people in it.
    pub characters: Vec<Character>,
    /// Files of the package in its order.
    pub files: Vec<File>,
    /// Tables, in an order in which a table stands after those it refers to.
    pub tables: Vec<Table>,
    /// Questions to answer.
    pub questions: Vec<Question>,
    /// What is untidy in the data, one sentence each; empty for tidy data.
    pub untidiness: Vec<String>,
    /// How the package was checked, one sentence each.
    pub verification: Vec<String>,
}

/// A file of the package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Name inside the package.
    pub name: String,
    /// What it is for.
    pub description: String,
}

/// A table and its CSV file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Name in SQL.
    pub name: String,
    /// Its file in the package.
    pub file: String,
    /// Rows in the file.
    pub rows: u64,
}

/// Writes the README, prose wrapped at 88 columns, code as it is.
#[must_use]
pub fn text(readme: &Readme) -> String {
    let mut page = String::new();
    heading(&mut page, &readme.title, '=');
    let Readme {
        brand,
        company,
        domain,
        function,
        skill_level,
        generated_on,
        ..
    } = readme;
    paragraph(
        &mut page,
        "",
        &format!("{company} | {domain} | {function} | {skill_level}\n{brand}, {generated_on}"),
    );
    section(&mut page, "The story");
    paragraph(&mut page, "", &readme.problem_statement);
    for person in &readme.characters {
        page.push('\n');
        let Character {
            name,
            role,
            position,
            wants,
        } = person;
        paragraph(
            &mut page,
            "  * ",
            &format!(
                "{name}, {role}. {} Wants to know: {}",
                one_line(position),
                one_line(wants)
            ),
        );
    }
    files(&mut page, readme);
    loading(&mut page, &readme.tables);
    questions(&mut page, &readme.questions);
    section(&mut page, "What to expect of the data");
    if readme.untidiness.is_empty() {
        paragraph(
            &mut page,
            "",
            "The files are tidy: every cell reads as the type of its column.",
        );
    }
    list(&mut page, &readme.untidiness);
    section(&mut page, "How it was checked");
    paragraph(
        &mut page,
        "",
        "The data is made up, and made to a plan. The checks compare the files with that plan; \
         they say nothing about a real company.",
    );
    list(&mut page, &readme.verification);
    page.push('\n');
    let seed = readme.seed;
    paragraph(
        &mut page,
        "",
        &format!("Seed {seed}: the same brief with this seed makes the same files."),
    );
    page
}

fn section(page: &mut String, title: &str) {
    page.push('\n');
    heading(page, title, '-');
}

fn list(page: &mut String, sentences: &[String]) {
    for sentence in sentences {
        paragraph(page, "  * ", &one_line(sentence));
    }
}

fn files(page: &mut String, readme: &Readme) {
    section(page, "Files");
    for file in &readme.files {
        let rows = readme.tables.iter().find(|table| table.file == file.name);
        let rows = rows.map_or_else(String::new, |table| {
            format!(" ({} rows)", count(table.rows))
        });
        paragraph(page, "  ", &format!("{}{rows}", file.name));
        paragraph(page, "      ", &one_line(&file.description));
    }
}

/// Shows how to load every table with four tools, as code that runs where the files lie.
fn loading(page: &mut String, tables: &[Table]) {
    section(page, "Loading the files");
    paragraph(page, "", "Open a terminal in the folder of the CSV files.");
    let blocks = [
        (
            "DuckDB",
            each(tables, |name, file| {
                format!(
                    "CREATE TABLE {} AS FROM read_csv('{}');",
                    sql_name(name),
                    file.replace('\'', "''")
                )
            }),
        ),
        (
            "SQLite",
            each(tables, |name, file| {
                format!(".import --csv \"{file}\" {}", sql_name(name))
            }),
        ),
        (
            "pandas",
            format!(
                "import pandas as pd\n\n{}",
                each(tables, |name, file| {
                    format!("{} = pd.read_csv(\"{file}\")", python_name(name))
                })
            ),
        ),
    ];
    for (tool, code) in blocks {
        page.push('\n');
        paragraph(page, "", &format!("{tool}:"));
        page.push('\n');
        verbatim(page, "    ", &code);
    }
    page.push('\n');
    paragraph(
        page,
        "",
        "Excel: Data > From Text/CSV, one file at a time, then link the tables under Data > \
         Relationships. Opening a CSV with a double click may turn codes into dates or numbers.\n\
         A column with untidy cells loads as text; convert it with TRY_CAST (DuckDB), CAST (SQLite) \
         or pd.to_numeric / pd.to_datetime with errors=\"coerce\" (pandas).",
    );
}

fn each(tables: &[Table], line: impl Fn(&str, &str) -> String) -> String {
    tables
        .iter()
        .map(|table| line(&table.name, &table.file) + "\n")
        .collect()
}

/// A name as SQL takes it, in double quotes where it is not a plain word.
fn sql_name(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// A name as a Python variable.
fn python_name(name: &str) -> String {
    let word: String = name
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    if word.starts_with(|first: char| first.is_ascii_digit()) {
        format!("t_{word}")
    } else {
        word
    }
}

fn questions(page: &mut String, questions: &[Question]) {
    section(page, "Questions");
    for (index, asked) in questions.iter().enumerate() {
        if index > 0 {
            page.push('\n');
        }
        let Question {
            question,
            category,
            difficulty,
            asked_by,
        } = asked;
        paragraph(page, &format!("{:>3}. ", index + 1), &one_line(question));
        paragraph(
            page,
            "     ",
            &format!("[{difficulty}, {category}, asked by {asked_by}]"),
        );
    }
    page.push('\n');
    paragraph(
        page,
        "",
        "Try them before you open the workbook with the answers. Each answer there stands with \
         the SQL that gave it.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Readme {
        Readme {
            brand: "Mill".to_owned(),
            title: "Where did the margin go?".to_owned(),
            company: "Northwind".to_owned(),
            domain: "Retail".to_owned(),
            function: "Sales".to_owned(),
            skill_level: "Beginner".to_owned(),
            generated_on: "2026-11-21".to_owned(),
            seed: 42,
            problem_statement: "Margins fell in spring. ".repeat(12),
            characters: vec![Character {
                name: "Mara Lind".to_owned(),
                role: "Director of Sales".to_owned(),
                position: "Suspects the discounts.".to_owned(),
                wants: "Knows which stores to visit.".to_owned(),
            }],
            files: vec![File {
                name: "orders.csv".to_owned(),
                description: "Orders.".to_owned(),
            }],
            tables: vec![
                Table {
                    name: "orders".to_owned(),
                    file: "orders.csv".to_owned(),
                    rows: 5000,
                },
                Table {
                    name: "Order \"x\"".to_owned(),
                    file: "it's.csv".to_owned(),
                    rows: 1,
                },
            ],
            questions: vec![Question {
                question: "Which store lost most?".to_owned(),
                category: "Ranking".to_owned(),
                difficulty: "Easy".to_owned(),
                asked_by: "Mara Lind".to_owned(),
            }],
            untidiness: Vec::new(),
            verification: vec!["All foreign keys hold.".to_owned()],
        }
    }

    #[test]
    fn it_shows_how_to_load_every_table() {
        let page = text(&sample());
        for line in [
            "    CREATE TABLE orders AS FROM read_csv('orders.csv');",
            "    CREATE TABLE \"Order \"\"x\"\"\" AS FROM read_csv('it''s.csv');",
            "    .import --csv \"orders.csv\" orders",
            "    orders = pd.read_csv(\"orders.csv\")",
            "  orders.csv (5,000 rows)",
            "  1. Which store lost most?",
            "Seed 42: the same brief with this seed makes the same files.",
        ] {
            assert!(
                page.lines().any(|found| found == line),
                "{line:?} missing in\n{page}"
            );
        }
        assert!(page.lines().all(|line| line.chars().count() <= 88));
    }

    #[test]
    fn tidy_and_untidy_data_read_differently() {
        let mut readme = sample();
        assert!(text(&readme).contains("The files are tidy"));
        readme.untidiness = vec!["2 % of the totals are empty.".to_owned()];
        let page = text(&readme);
        assert!(page.contains("  * 2 % of the totals are empty."));
        assert!(!page.contains("The files are tidy"));
    }
}
