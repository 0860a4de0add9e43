//! The built-in shop database, drawn row by row from a fixed seed: the same rows on every start.

use std::fmt::Write;

use chrono::{DateTime, TimeDelta, Utc};
use millrace_asksql::{Lexicon, ValueSynonym};
use millrace_draw::{Key, scale};

use crate::definition::{Definition, TableRows};

/// The name of the built-in database.
pub const SALES_DB: &str = "sales_db";

const SEED: u64 = 20_240_115;
const CUSTOMERS: u64 = 600;
const ORDERS: u64 = 5_000;
/// Most items of an order.
const ITEMS: u64 = 4;
/// 2023-01-01 00:00:00 UTC.
const BEGIN: i64 = 1_672_531_200;
/// Days of three years.
const DAYS: u64 = 1_096;

const DDL: &str = "\
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  email VARCHAR NOT NULL,
  city VARCHAR NOT NULL,
  country VARCHAR NOT NULL,
  segment VARCHAR NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE products (
  id INTEGER PRIMARY KEY,
  name VARCHAR NOT NULL,
  category VARCHAR NOT NULL,
  price DECIMAL(10,2) NOT NULL
);
CREATE TABLE orders (
  id INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  status VARCHAR NOT NULL,
  total_amount DECIMAL(12,2) NOT NULL,
  created_at TIMESTAMP NOT NULL
);
CREATE TABLE order_items (
  id INTEGER PRIMARY KEY,
  order_id INTEGER NOT NULL REFERENCES orders (id),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity INTEGER NOT NULL,
  unit_price DECIMAL(10,2) NOT NULL
);
";

const FIRST_NAMES: [&str; 32] = [
    "Ada", "Amara", "Ben", "Carla", "Chen", "Daniel", "Elena", "Emma", "Farid", "Grace", "Hana",
    "Hugo", "Ines", "Ivan", "Jonas", "Julia", "Kofi", "Laura", "Leon", "Lucia", "Marta", "Mei",
    "Nadia", "Noah", "Olga", "Oscar", "Priya", "Rosa", "Samir", "Sofia", "Tom", "Yuki",
];
const LAST_NAMES: [&str; 36] = [
    "Almeida",
    "Andersson",
    "Bauer",
    "Becker",
    "Bianchi",
    "Brown",
    "Chen",
    "Costa",
    "Dubois",
    "Evans",
    "Fischer",
    "Garcia",
    "Haddad",
    "Ivanova",
    "Jensen",
    "Johnson",
    "Kim",
    "Kowalski",
    "Lambert",
    "Lopez",
    "Martin",
    "Mensah",
    "Moreau",
    "Nakamura",
    "Novak",
    "Okafor",
    "Patel",
    "Petrov",
    "Ricci",
    "Rossi",
    "Santos",
    "Schmidt",
    "Silva",
    "Smith",
    "Tanaka",
    "Wilson",
];
const PLACES: [(&str, &str); 20] = [
    ("Berlin", "Germany"),
    ("Munich", "Germany"),
    ("Hamburg", "Germany"),
    ("Paris", "France"),
    ("Lyon", "France"),
    ("London", "United Kingdom"),
    ("Manchester", "United Kingdom"),
    ("New York", "United States"),
    ("Chicago", "United States"),
    ("Austin", "United States"),
    ("Toronto", "Canada"),
    ("Madrid", "Spain"),
    ("Valencia", "Spain"),
    ("Rome", "Italy"),
    ("Milan", "Italy"),
    ("Lisbon", "Portugal"),
    ("Vienna", "Austria"),
    ("Amsterdam", "Netherlands"),
    ("Tokyo", "Japan"),
    ("Sydney", "Australia"),
];
/// A segment stands as often as it is drawn.
const SEGMENTS: [&str; 6] = [
    "Consumer",
    "Consumer",
    "Consumer",
    "Small Business",
    "Small Business",
    "Enterprise",
];
/// Name, category, price in cents.
const PRODUCTS: [(&str, &str, u64); 36] = [
    ("Wireless Mouse", "Electronics", 2_499),
    ("Mechanical Keyboard", "Electronics", 8_999),
    ("Noise Cancelling Headphones", "Electronics", 19_900),
    ("USB-C Hub", "Electronics", 3_950),
    ("27 Inch Monitor", "Electronics", 27_900),
    ("Webcam", "Electronics", 5_990),
    ("Portable Charger", "Electronics", 3_499),
    ("Bluetooth Speaker", "Electronics", 6_450),
    ("Standing Desk", "Furniture", 42_900),
    ("Office Chair", "Furniture", 25_900),
    ("Bookshelf", "Furniture", 11_900),
    ("Desk Lamp", "Furniture", 4_290),
    ("Filing Cabinet", "Furniture", 15_500),
    ("Coffee Table", "Furniture", 13_900),
    ("Notebook", "Stationery", 450),
    ("Fountain Pen", "Stationery", 3_200),
    ("Sticky Notes", "Stationery", 299),
    ("Desk Organizer", "Stationery", 1_890),
    ("Whiteboard", "Stationery", 5_900),
    ("Paper Shredder", "Stationery", 7_990),
    ("Espresso Machine", "Kitchen", 34_900),
    ("Electric Kettle", "Kitchen", 4_490),
    ("Chef Knife", "Kitchen", 6_900),
    ("Cutting Board", "Kitchen", 2_290),
    ("Blender", "Kitchen", 7_490),
    ("Cast Iron Pan", "Kitchen", 4_990),
    ("Yoga Mat", "Sports", 2_990),
    ("Dumbbell Set", "Sports", 8_490),
    ("Running Shoes", "Sports", 11_900),
    ("Water Bottle", "Sports", 1_990),
    ("Cycling Helmet", "Sports", 5_490),
    ("Tennis Racket", "Sports", 12_900),
    ("Rain Jacket", "Clothing", 8_900),
    ("Wool Sweater", "Clothing", 6_990),
    ("Cotton T-Shirt", "Clothing", 1_490),
    ("Leather Belt", "Clothing", 3_490),
];
/// A status stands as often as it is drawn.
const STATUSES: [&str; 20] = [
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "completed",
    "shipped",
    "shipped",
    "shipped",
    "pending",
    "pending",
    "cancelled",
    "refunded",
];

/// The built-in database.
pub(crate) fn definition() -> Definition {
    let (orders, items) = orders();
    let files = [
        ("customers", customers()),
        ("products", products()),
        ("orders", orders),
        ("order_items", items),
    ];
    let rows = files
        .into_iter()
        .map(|(table, text)| (table.to_owned(), TableRows::new(text)));
    let phrases = |name: &str, phrases: &[&str]| {
        let phrases = phrases.iter().map(|phrase| (*phrase).to_owned());
        (name.to_owned(), phrases.collect())
    };
    let values = [
        ("United States", &["US", "USA", "America"][..]),
        ("United Kingdom", &["UK", "Britain"]),
    ];
    Definition {
        ddl: DDL.to_owned(),
        rows: rows.collect(),
        lexicon: Lexicon {
            tables: [
                phrases("orders", &["purchases"]),
                phrases("customers", &["buyers", "clients"]),
            ]
            .into(),
            columns: [phrases(
                "orders.total_amount",
                &["revenue", "sales", "order value", "spending"],
            )]
            .into(),
            values: values
                .into_iter()
                .map(|(value, phrases)| ValueSynonym {
                    column: "customers.country".to_owned(),
                    value: value.to_owned(),
                    phrases: phrases.iter().map(|phrase| (*phrase).to_owned()).collect(),
                })
                .collect(),
            ..Lexicon::default()
        },
    }
}

fn draw(table: &str, column: &str, row: u64, below: u64) -> u64 {
    scale(Key::new(SEED, table, column, "value").at(row), below)
}

fn pick<'a, T>(of: &'a [T], table: &str, column: &str, row: u64) -> &'a T {
    let place = draw(table, column, row, of.len() as u64);
    &of[usize::try_from(place).unwrap_or_default()]
}

/// The smaller of two draws: more small numbers than large ones.
fn skewed(table: &str, column: &str, row: u64, below: u64) -> u64 {
    let key = Key::new(SEED, table, column, "value");
    scale(key.draw(row, 0), below).min(scale(key.draw(row, 1), below))
}

fn moment(seconds: i64) -> String {
    let begin = DateTime::<Utc>::from_timestamp(BEGIN, 0).unwrap_or_default();
    let at = begin + TimeDelta::seconds(seconds);
    at.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// Seconds since the begin at which a customer came: more early than late.
fn joined(customer: u64) -> i64 {
    let day = skewed("customers", "day", customer, DAYS - 30);
    let second = draw("customers", "second", customer, 86_400);
    i64::try_from(day * 86_400 + second).unwrap_or_default()
}

fn customers() -> String {
    let mut text = "id,name,email,city,country,segment,created_at\n".to_owned();
    for row in 0..CUSTOMERS {
        let first = pick(&FIRST_NAMES, "customers", "first", row);
        let last = pick(&LAST_NAMES, "customers", "last", row);
        let (city, country) = pick(&PLACES, "customers", "place", row);
        let segment = pick(&SEGMENTS, "customers", "segment", row);
        let id = row + 1;
        let address = format!("{first}.{last}{id}@example.com").to_lowercase();
        let at = moment(joined(row));
        let _ = writeln!(
            text,
            "{id},{first} {last},{address},{city},{country},{segment},{at}"
        );
    }
    text
}

fn products() -> String {
    let mut text = "id,name,category,price\n".to_owned();
    for (place, (name, category, cents)) in PRODUCTS.iter().enumerate() {
        let _ = writeln!(text, "{},{name},{category},{}", place + 1, money(*cents));
    }
    text
}

/// Orders and their items: an order's total is the sum of its items, and it comes after its customer.
fn orders() -> (String, String) {
    let mut orders = "id,customer_id,status,total_amount,created_at\n".to_owned();
    let mut items = "id,order_id,product_id,quantity,unit_price\n".to_owned();
    let mut item = 0;
    for row in 0..ORDERS {
        let id = row + 1;
        // A tenth of the customers never buys.
        let customer = skewed("orders", "customer", row, CUSTOMERS * 9 / 10);
        let from = joined(customer);
        let span = u64::try_from(i64::try_from(DAYS * 86_400).unwrap_or_default() - from);
        let after = draw("orders", "after", row, span.unwrap_or(1).max(1));
        let at = moment(from + i64::try_from(after).unwrap_or_default());
        let status = pick(&STATUSES, "orders", "status", row);
        let mut total = 0;
        for _ in 0..=skewed("orders", "items", row, ITEMS) {
            item += 1;
            let product = draw("order_items", "product", item, PRODUCTS.len() as u64);
            let (_, _, price) = PRODUCTS[usize::try_from(product).unwrap_or_default()];
            let quantity = 1 + skewed("order_items", "quantity", item, 4);
            total += price * quantity;
            let price = money(price);
            let _ = writeln!(items, "{item},{id},{},{quantity},{price}", product + 1);
        }
        let total = money(total);
        let _ = writeln!(orders, "{id},{},{status},{total},{at}", customer + 1);
    }
    (orders, items)
}
