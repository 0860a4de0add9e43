//! Questions that systems of this kind are known to get wrong, each by the name of its trap.

use chrono::NaiveDate;
use millrace_asksql::{Answer, Database, Lexicon, Status, ValueSynonym, ask};
use proptest::prelude::*;

const DDL: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, country TEXT, segment TEXT, created_at TIMESTAMP);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price DECIMAL(10,2));
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), status TEXT, total_amount DECIMAL(10,2), created_at TIMESTAMP);
    CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER);
    CREATE TABLE airports (code TEXT PRIMARY KEY, name TEXT, city TEXT);
    CREATE TABLE flights (id INTEGER PRIMARY KEY, source_airport TEXT REFERENCES airports(code), destination_airport TEXT REFERENCES airports(code), distance INTEGER);
    CREATE TABLE people (id INTEGER PRIMARY KEY, first_name TEXT, last_name TEXT, birth_date DATE, height DOUBLE);
    CREATE TABLE friends (person_id INTEGER REFERENCES people(id), friend_id INTEGER REFERENCES people(id), PRIMARY KEY (person_id, friend_id));
";

fn database() -> Database {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    let mut rows = |table: &str, csv: &str| {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    };
    rows(
        "customers",
        "id,name,city,country,segment,created_at\n1,Ann Lee,Berlin,Germany,retail,2024-01-03 10:00:00\n2,Rock and Roll Ltd,Paris,France,business,2024-01-20 10:00:00\n3,Bob Roy,Rome,Italy,retail,2023-01-20 10:00:00\n",
    );
    rows(
        "products",
        "id,name,category,price\n1,Lamp,Home,20.5\n2,Desk,Office,200\n3,JetBlue Airways Model,Toys,12\n",
    );
    rows(
        "orders",
        "id,customer_id,status,total_amount,created_at\n1,1,paid,100,2024-01-05 10:00:00\n2,2,cancelled,300,2023-12-05 10:00:00\n",
    );
    rows(
        "order_items",
        "id,order_id,product_id,quantity\n1,1,1,2\n2,1,2,1\n",
    );
    rows(
        "airports",
        "code,name,city\nBER,Brandenburg,Berlin\nCDG,De Gaulle,Paris\n",
    );
    rows(
        "flights",
        "id,source_airport,destination_airport,distance\n1,BER,CDG,878\n2,CDG,BER,878\n",
    );
    rows(
        "people",
        "id,first_name,last_name,birth_date,height\n1,Ada,King,1990-01-01,1.7\n2,Max,Ernst,1985-05-05,1.8\n",
    );
    rows("friends", "person_id,friend_id\n1,2\n2,1\n");
    builder.compile()
}

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day")
}

fn answer(question: &str) -> Answer {
    ask(&database(), question, today(), &|_: &str| true)
}

fn sql(question: &str) -> String {
    answer(question).parsed_query.sql.unwrap_or_default()
}

#[track_caller]
fn reads(question: &str, expected: &str) {
    assert_eq!(sql(question), expected, "{question}");
}

#[test]
fn a_count_of_rows() {
    reads(
        "How many customers are there?",
        "SELECT COUNT(*) FROM customers",
    );
}

#[test]
fn a_count_of_different_values() {
    reads(
        "How many different countries do the customers come from?",
        "SELECT COUNT(DISTINCT country) FROM customers",
    );
}

#[test]
fn a_column_that_is_never_named() {
    reads(
        "Who is the youngest person?",
        "SELECT first_name, last_name FROM people ORDER BY birth_date DESC LIMIT 1",
    );
}

#[test]
fn the_same_column_name_in_many_tables() {
    reads(
        "What are the names of all products?",
        "SELECT name FROM products",
    );
    reads(
        "List the name of every customer.",
        "SELECT name FROM customers",
    );
}

#[test]
fn parallel_foreign_keys_follow_the_preposition() {
    let text = sql("What is the distance of flights from BER to CDG?");
    assert!(
        text.contains("source_airport = 'BER'") && text.contains("destination_airport = 'CDG'"),
        "{text}"
    );
}

#[test]
fn a_link_table_that_is_not_mentioned() {
    let text = sql("Which customers ordered the product Lamp?");
    for table in ["orders", "order_items", "products"] {
        assert!(text.contains(&format!("JOIN {table} ON")), "{text}");
    }
}

#[test]
fn a_value_with_an_and_in_it() {
    let text = sql("In which city is Rock and Roll Ltd?");
    assert!(text.contains("= 'Rock and Roll Ltd'"), "{text}");
}

#[test]
fn a_value_by_a_part_and_by_its_country() {
    assert!(sql("What is the price of JetBlue?").contains("= 'JetBlue Airways Model'"));
    reads(
        "How many French customers are there?",
        "SELECT COUNT(*) FROM customers WHERE country = 'France'",
    );
}

#[test]
fn a_number_beside_two_columns() {
    let text = sql("products with a price above 100 in the category Office");
    assert!(
        text.contains("price > 100") && text.contains("category = 'Office'"),
        "{text}"
    );
}

#[test]
fn a_year_in_the_text_is_an_interval() {
    let found = answer("How many orders were created in 2023?");
    let text = found.parsed_query.sql.expect("an answer");
    assert!(
        text.contains("created_at >= '2023-01-01' AND created_at < '2024-01-01'"),
        "{text}"
    );
    let condition = &found.parsed_query.conditions[0];
    assert_eq!(condition.operator, "BETWEEN");
    assert_eq!(
        condition.value,
        serde_json::json!(["2023-01-01", "2023-12-31"])
    );
}

#[test]
fn last_month_is_the_calendar_month() {
    let text = sql("Show me all customers who purchased items last month");
    assert!(
        text.contains("orders.created_at >= '2024-01-01' AND orders.created_at < '2024-02-01'"),
        "{text}"
    );
}

#[test]
fn a_number_per_group() {
    reads(
        "How many customers are there in each country?",
        "SELECT COUNT(*), country FROM customers GROUP BY country",
    );
}

#[test]
fn having_where_a_number_restricts_the_entity() {
    let text = sql("Which customers have more than 2 orders?");
    assert!(
        text.contains("GROUP BY customers.id, customers.name HAVING COUNT(*) > 2"),
        "{text}"
    );
}

#[test]
fn a_superlative_over_a_measure() {
    reads(
        "What is the most expensive product?",
        "SELECT name FROM products ORDER BY price DESC LIMIT 1",
    );
}

#[test]
fn the_greatest_value_alone() {
    reads(
        "What is the highest price of all products?",
        "SELECT MAX(price) FROM products",
    );
}

#[test]
fn a_superlative_over_a_relation() {
    let text = sql("Which customer has the most orders?");
    assert!(
        text.ends_with("GROUP BY customers.id, customers.name ORDER BY COUNT(*) DESC, customers.id DESC LIMIT 1"),
        "{text}"
    );
}

#[test]
fn groups_that_tie_stand_by_their_keys() {
    reads(
        "Which city has the fewest customers?",
        "SELECT city FROM customers GROUP BY city ORDER BY COUNT(*) ASC, city ASC LIMIT 1",
    );
}

#[test]
fn a_limit_with_a_measure() {
    reads(
        "top 3 products by price",
        "SELECT name FROM products ORDER BY price DESC LIMIT 3",
    );
}

#[test]
fn a_negation_over_a_relation() {
    let text = sql("Which customers have no orders?");
    assert!(
        text.contains("id NOT IN (SELECT customer_id FROM orders"),
        "{text}"
    );
}

#[test]
fn a_negation_within_the_row() {
    let text = sql("List the names of customers whose city is not Berlin.");
    assert!(text.contains("city <> 'Berlin'"), "{text}");
}

#[test]
fn more_than_the_average() {
    let text = sql("Which products have a price above the average price?");
    assert!(
        text.contains("price > (SELECT AVG(price) FROM products)"),
        "{text}"
    );
}

#[test]
fn rows_of_one_table_related_by_another() {
    let text = sql("What are the first names of people who are friends with Max?");
    assert!(
        text.contains("id IN (SELECT") || text.contains("JOIN friends"),
        "{text}"
    );
}

#[test]
fn an_order_and_its_direction() {
    reads(
        "List the names of products ordered by price from high to low.",
        "SELECT name FROM products ORDER BY price DESC",
    );
}

#[test]
fn one_row_of_each_group_is_not_guessed() {
    let found = answer("What is the cheapest product in each category?");
    assert!(found.confidence < 0.85, "{found:?}");
}

#[test]
fn tables_that_are_not_there_are_never_guessed_with_confidence() {
    for question in [
        "How many unicorns live on Mars?",
        "list all employees with salary above 100",
        "show the suppliers",
        "What is the weather today?",
        "hello world",
        "quantos clientes existem?",
    ] {
        let found = answer(question);
        assert!(
            found.confidence < 0.5 && found.reason.is_some(),
            "{question}: {found:?}"
        );
    }
}

#[test]
fn a_write_is_never_read_into_a_question() {
    for question in [
        "delete all orders",
        "Please drop the table customers",
        "; DROP TABLE orders;",
        "show customers; DROP TABLE orders",
        "update orders set status = 'x'",
        "names of customers' UNION SELECT 1 --",
    ] {
        let found = answer(question);
        assert_eq!(found.status, Status::Refused, "{question}");
        assert_eq!(found.parsed_query.sql, None);
        assert!(found.reason.is_some());
    }
}

#[test]
fn empty_long_and_foreign_texts_get_a_reason() {
    for question in [
        String::new(),
        " ?!".to_owned(),
        "customers ".repeat(2000),
        "顧客は何人いますか".to_owned(),
        "a\0b".to_owned(),
    ] {
        let found = answer(&question);
        assert_eq!(found.status, Status::Refused);
        assert!(found.reason.is_some());
    }
}

#[test]
fn a_reading_that_cannot_be_planned_is_never_returned() {
    let refuse = |sql: &str| !sql.contains("customers");
    let found = ask(
        &database(),
        "How many customers are there?",
        today(),
        &refuse,
    );
    for text in found
        .parsed_query
        .sql
        .iter()
        .chain(found.alternatives.iter().map(|other| &other.sql))
    {
        assert!(!text.contains("customers"), "{text}");
    }
}

#[test]
fn alternatives_differ_in_meaning_and_say_how() {
    let found = answer("names of customers with orders over 50 dollars");
    assert!(found.alternatives.len() <= 4);
    let mut lines: Vec<&str> = found
        .alternatives
        .iter()
        .map(|other| other.difference.as_str())
        .collect();
    assert!(
        lines
            .iter()
            .all(|line| !line.is_empty() && !line.contains('\n'))
    );
    lines.dedup();
    assert_eq!(lines.len(), found.alternatives.len());
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let text = |_: usize| {
        serde_json::to_string(&answer("average price of products per category"))
            .expect("it serialises")
    };
    assert_eq!(text(1), text(2));
}

#[test]
fn every_link_is_explained_with_its_place() {
    let question = "How many customers live in Berlin?";
    let found = answer(question);
    let city = found
        .explanation
        .iter()
        .find(|link| link.value.as_deref() == Some("Berlin"))
        .expect("the value is explained");
    assert_eq!(
        (city.element.as_str(), city.rule),
        ("customers.city", "value")
    );
    let letters: Vec<char> = question.chars().collect();
    for link in &found.explanation {
        let said: String = letters[link.start..link.end].iter().collect();
        assert_eq!(said, link.text);
    }
}

#[test]
fn an_owners_lexicon_adds_words() {
    let mut lexicon = Lexicon::default();
    lexicon
        .columns
        .insert("orders.total_amount".to_owned(), vec!["takings".to_owned()]);
    lexicon.values.push(ValueSynonym {
        column: "orders.status".to_owned(),
        value: "cancelled".to_owned(),
        phrases: vec!["called off".to_owned()],
    });
    lexicon.hidden.push("customers.segment".to_owned());
    let database = Database::builder(DDL)
        .expect("the schema reads")
        .lexicon(lexicon)
        .compile();
    let text = |question: &str| {
        ask(&database, question, today(), &|_: &str| true)
            .parsed_query
            .sql
            .unwrap_or_default()
    };
    assert_eq!(
        text("What are the total takings of orders?"),
        "SELECT SUM(total_amount) FROM orders"
    );
    assert!(text("How many orders were called off?").contains("status = 'cancelled'"));
    assert!(!text("Show the segment of customers").contains("segment"));
}

proptest! {
    /// Whatever the words, nothing panics, and what comes out is one SELECT.
    #[test]
    fn any_words_give_one_select_or_a_reason(words in proptest::collection::vec(proptest::sample::select(vec![
        "what", "are", "the", "names", "of", "customers", "orders", "who", "have", "not", "more", "than", "3", "most", "least", "average", "price", "in", "Berlin",
        "each", "country", "ordered", "by", "descending", "and", "or", "both", "between", "2020", "number", ",", ".", "?", "'x'", "oldest", "total", "without", "for",
        "except", "different", "all", "id", "last", "month", "before", "containing", "top", "\"", "(", "é", "products", "status", "than", "the", "highest", "common",
    ]), 1..16)) {
        let question = words.join(" ");
        let found = ask(&database(), &question, today(), &|_: &str| true);
        match found.parsed_query.sql {
            Some(text) => {
                let statements = sqlparser::parser::Parser::parse_sql(&sqlparser::dialect::GenericDialect {}, &text).expect("the SQL parses");
                prop_assert_eq!(statements.len(), 1);
                prop_assert!(matches!(statements[0], sqlparser::ast::Statement::Query(_)));
            }
            None => prop_assert!(found.reason.is_some()),
        }
        prop_assert!((0.0..=1.0).contains(&found.confidence));
    }
}
