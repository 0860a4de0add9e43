//! What makes columns good: rhythms, tails, and cells of a row that fit each other.

#![expect(
    clippy::needless_range_loop,
    reason = "a row is a place in many columns"
)]

use std::collections::{BTreeMap, BTreeSet};

use millrace_records::{ColumnType, record_types};

use crate::{columns, generator, mean, numbers, share};

type Columns = BTreeMap<String, Vec<String>>;

fn made(name: &str, rows: u64) -> Columns {
    columns(&generator(name, rows, 99))
}

/// Rows in which a column holds the value.
fn rows_of<'c>(columns: &'c Columns, name: &str, value: &'c str) -> impl Iterator<Item = usize> {
    let cells = &columns[name];
    (0..cells.len()).filter(move |&row| cells[row] == value)
}

fn pick(cells: &[String], rows: impl Iterator<Item = usize>) -> Vec<String> {
    rows.map(|row| cells[row].clone()).collect()
}

/// Rows by hour of the moment.
fn by_hour(cells: &[String]) -> [f64; 24] {
    let mut hours = [0.0; 24];
    for cell in cells {
        hours[cell[11..13].parse::<usize>().expect("an hour")] += 1.0;
    }
    hours
}

/// 0 is Monday.
fn weekday(day: &str) -> usize {
    let day: chrono::NaiveDate = day[..10].parse().expect("a day");
    chrono::Datelike::weekday(&day).num_days_from_monday() as usize
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

#[test]
fn payments_have_rhythm_and_tails() {
    let rows = made("transactions", 60_000);
    assert!(rows["booked_at"].is_sorted());
    let hours = by_hour(&rows["booked_at"]);
    assert!(hours[18] > 12.0 * hours[3], "{hours:?}");
    let mut days = [0.0; 7];
    for cell in &rows["booked_at"] {
        days[weekday(cell)] += 1.0;
    }
    assert!(
        days[5] > 1.2 * days[6] && days[4] > 1.15 * days[0],
        "{days:?}"
    );
    let amounts = sorted(numbers(&rows["amount"]));
    let (middle, high) = (amounts[30_000], amounts[59_400]);
    assert!(high > 8.0 * middle && amounts[0] >= 0.5, "{middle} {high}");
    let mut accounts: BTreeMap<&String, f64> = BTreeMap::new();
    for account in &rows["account_id"] {
        *accounts.entry(account).or_default() += 1.0;
    }
    let counts = sorted(accounts.into_values().collect());
    let tenth = counts.len() / 10;
    let busiest: f64 = counts[counts.len() - tenth..].iter().sum();
    assert!(
        (0.2..0.7).contains(&(busiest / 60_000.0)),
        "{busiest} of 60,000 by a tenth"
    );
}

#[test]
fn frauds_are_rare_labelled_and_different() {
    let rows = made("transactions", 40_000);
    let rate = share(&rows["is_fraud"], "true");
    assert!((0.001..0.01).contains(&rate), "{rate}");
    let amount = |value| {
        mean(&numbers(&pick(
            &rows["amount"],
            rows_of(&rows, "is_fraud", value),
        )))
    };
    assert!(amount("true") > 2.0 * amount("false"));
    let declined = |value| {
        share(
            &pick(&rows["status"], rows_of(&rows, "is_fraud", value)),
            "declined",
        )
    };
    assert!(declined("true") > 4.0 * declined("false"));
    for row in 0..40_000 {
        let cell = |name: &str| rows[name][row].as_str();
        assert_eq!(
            cell("decline_reason").is_empty(),
            cell("status") != "declined"
        );
        assert!(cell("settled_on").is_empty() || cell("settled_on") >= &cell("booked_at")[..10]);
        if cell("category") == "cash" {
            assert!(cell("amount").parse::<f64>().expect("a number") % 20.0 == 0.0);
        }
        if cell("merchant_country") == "Canada" {
            assert_eq!(cell("currency"), "CAD");
        }
    }
    let typical = |value| {
        let amounts = numbers(&pick(&rows["amount"], rows_of(&rows, "category", value)));
        let amounts = sorted(amounts);
        amounts[amounts.len() / 2]
    };
    assert!(
        typical("travel") > 5.0 * typical("restaurants"),
        "amounts follow the merchant"
    );
}

#[test]
fn people_fit_their_country() {
    for (name, people) in [("customers", 8_000), ("users", 8_000)] {
        let rows = made(name, people);
        for row in 0..people as usize {
            let cell = |name: &str| rows[name][row].as_str();
            let first = cell("name")
                .split(' ')
                .next()
                .expect("a name")
                .to_lowercase();
            assert!(
                cell("email").is_empty() || cell("email").starts_with(&first),
                "{}",
                cell("email")
            );
            for (city, country) in [
                ("Berlin", "Germany"),
                ("Tokyo", "Japan"),
                ("Chicago", "United States"),
                ("Lyon", "France"),
            ] {
                assert!(cell("city") != city || cell("country") == country);
            }
            if name == "customers" {
                let prefix = match cell("country") {
                    "Germany" => "+49 ",
                    "Japan" => "+81 ",
                    "United States" | "Canada" => "+1 (",
                    "France" => "+33 ",
                    _ => "+",
                };
                assert!(cell("phone").is_empty() || cell("phone").starts_with(prefix));
                assert!(cell("country") != "Germany" || cell("postal_code").len() == 5);
                assert_eq!(cell("company").is_empty(), cell("segment") == "consumer");
                let ages = [
                    ("18-24", "2001", "2007"),
                    ("25-34", "1991", "2000"),
                    ("65+", "1936", "1960"),
                ];
                for (group, from, to) in ages {
                    let born = cell("birth_date");
                    assert!(
                        cell("age_group") != group
                            || born.is_empty()
                            || (from..=to).contains(&&born[..4])
                    );
                }
                assert_eq!(
                    cell("first_order_at").is_empty(),
                    cell("orders_count") == "0"
                );
                assert!(
                    cell("first_order_at").is_empty()
                        || cell("first_order_at") >= cell("signed_up_at")
                );
                assert_eq!(cell("closed_at").is_empty(), cell("status") != "closed");
            } else {
                assert!(cell("username").starts_with(&first));
                assert!(
                    cell("avatar_url").is_empty() || cell("avatar_url").contains(cell("username"))
                );
                assert!(cell("country") != "Germany" || cell("locale") == "de-DE");
                assert!(cell("status") == "active" || cell("sessions_last_30_days") == "0");
                assert_eq!(cell("first_payment_at").is_empty(), cell("plan") == "free");
            }
        }
        let largest = share(
            &pick(&rows["city"], rows_of(&rows, "country", "Germany")),
            "Berlin",
        );
        assert!(
            largest > 0.15,
            "the largest city has more than its sixteenth: {largest}"
        );
    }
    let rows = made("customers", 20_000);
    let value = |segment| {
        mean(&numbers(&pick(
            &rows["lifetime_value"],
            rows_of(&rows, "segment", segment),
        )))
    };
    assert!(value("enterprise") > 10.0 * value("consumer"));
    let empty = share(&rows["phone"], "");
    assert!((0.07..0.09).contains(&empty), "{empty}");
}

#[test]
fn orders_add_up_and_run_forward() {
    let rows = made("orders", 10_000);
    let cents = |name: &str, row: usize| {
        (rows[name][row].parse::<f64>().expect("a number") * 100.0).round() as i64
    };
    let stages = [
        "ordered_at",
        "paid_at",
        "shipped_at",
        "delivered_at",
        "returned_at",
    ];
    for row in 0..10_000 {
        let sum = cents("subtotal", row) - cents("discount", row)
            + cents("shipping", row)
            + cents("tax", row);
        assert_eq!(sum, cents("total", row));
        let moments: Vec<&str> = stages.map(|stage| rows[stage][row].as_str()).to_vec();
        let reached: Vec<&&str> = moments.iter().filter(|moment| !moment.is_empty()).collect();
        assert!(reached.is_sorted(), "{moments:?}");
        let last = match rows["status"][row].as_str() {
            "placed" => 1,
            "paid" => 2,
            "shipped" | "lost" => 3,
            "delivered" => 4,
            "returned" => 5,
            "cancelled" => reached.len().min(2),
            other => panic!("unplanned state {other}"),
        };
        assert_eq!(reached.len(), last, "{} {moments:?}", rows["status"][row]);
        assert!(!rows["coupon_code"][row].is_empty() || cents("discount", row) == 0);
    }
    assert!(share(&rows["status"], "delivered") > 0.75);
    let november = rows["ordered_at"]
        .iter()
        .filter(|at| &at[5..7] == "11")
        .count();
    let february = rows["ordered_at"]
        .iter()
        .filter(|at| &at[5..7] == "02")
        .count();
    assert!(november as f64 > 1.4 * february as f64);
    let customers: BTreeSet<&String> = rows["customer_id"].iter().collect();
    assert!(
        (1_000..2_501).contains(&customers.len()),
        "{} customers",
        customers.len()
    );
}

#[test]
fn products_are_priced_by_category() {
    let rows = made("products", 6_000);
    let price = |category| {
        mean(&numbers(&pick(
            &rows["price"],
            rows_of(&rows, "category", category),
        )))
    };
    assert!(price("Laptops") > 10.0 * price("Novels"));
    for row in 0..6_000 {
        let cell = |name: &str| rows[name][row].as_str();
        assert!(cell("price").ends_with(".99"));
        let (price, cost) = (
            cell("price").parse::<f64>().expect("a price"),
            cell("unit_cost").parse::<f64>().expect("a cost"),
        );
        assert!(cost < price, "{} {price} {cost}", cell("category"));
        assert!(cell("name").starts_with(cell("brand")));
        assert_eq!(
            cell("discontinued_on").is_empty(),
            cell("status") != "discontinued"
        );
        let stock: i64 = cell("stock_quantity").parse().expect("a number");
        let expected = match (cell("status"), stock) {
            ("discontinued", _) => "discontinued",
            (_, 0) => "out_of_stock",
            (_, 1..10) => "low_stock",
            _ => "in_stock",
        };
        assert_eq!(cell("availability"), expected);
    }
    let reviews = sorted(numbers(&rows["review_count"]));
    assert!(
        reviews[5_940] > 30.0 * reviews[3_000],
        "few products have most reviews"
    );
}

#[test]
fn visits_follow_the_funnel() {
    let rows = made("web-events", 40_000);
    let count = |event: &str| rows_of(&rows, "event_type", event).count();
    let funnel = [
        "page_view",
        "product_view",
        "add_to_cart",
        "begin_checkout",
        "purchase",
    ]
    .map(count);
    assert!(
        funnel.is_sorted_by(|a, b| a > b) && funnel[4] > 100,
        "{funnel:?}"
    );
    let mut bounced = 0;
    for row in 0..40_000 {
        let cell = |name: &str| rows[name][row].as_str();
        let follows = row > 0 && rows["session_id"][row - 1] == rows["session_id"][row];
        assert_eq!(cell("event_number") == "1", !follows);
        if follows {
            for same in ["visitor_id", "device", "source", "ip", "country"] {
                assert_eq!(rows[same][row - 1], cell(same), "{same} of a session");
            }
            assert!(
                rows["occurred_at"][row - 1] < rows["occurred_at"][row]
                    || cell("occurred_at") == "2026-01-01 00:00:00"
            );
            assert_eq!(cell("referrer"), "");
        }
        let last = row + 1 == 40_000 || rows["session_id"][row + 1] != rows["session_id"][row];
        bounced += usize::from(last && !follows);
        let bought = cell("event_type") == "purchase";
        assert_eq!(bought, !cell("revenue").is_empty());
        assert_eq!(bought, !cell("quantity").is_empty());
        if cell("event_type") == "product_view" {
            assert!(cell("page_url").ends_with(cell("product_id")));
        }
        if bought {
            // What is bought is what was put into the cart three events before.
            assert_eq!(rows["product_id"][row - 3], cell("product_id"));
        }
    }
    let sessions = rows["session_id"].iter().collect::<BTreeSet<_>>().len();
    let bounces = bounced as f64 / sessions as f64;
    assert!((0.25..0.45).contains(&bounces), "{bounces}");
    let hours = by_hour(&rows["occurred_at"]);
    assert!(hours[20] > 5.0 * hours[4]);
}

#[test]
fn logs_agree_with_themselves() {
    let rows = made("log-lines", 40_000);
    assert!(rows["logged_at"].is_sorted());
    for row in 0..40_000 {
        let cell = |name: &str| rows[name][row].as_str();
        let status: u16 = cell("status_code").parse().expect("a status");
        let expected = match cell("level") {
            "ERROR" | "FATAL" => 500..600,
            "WARN" => 400..500,
            _ => 200..400,
        };
        assert!(expected.contains(&status), "{} {status}", cell("level"));
        assert!(cell("host").starts_with(cell("service")));
        if status == 504 {
            assert!(
                cell("latency_ms") == "30000"
                    && cell("message").contains("timed out after 30000 ms")
            );
        }
        if cell("level") == "INFO" {
            assert!(cell("message").starts_with(&format!(
                "{} {} {status} in",
                cell("method"),
                cell("route")
            )));
        }
    }
    let errors = share(&rows["level"], "ERROR");
    assert!((0.006..0.03).contains(&errors), "{errors}");
    // Errors come together: an hour with one has more of them than chance gives.
    let mut hours: BTreeMap<(&str, &str), (f64, f64)> = BTreeMap::new();
    for row in 0..40_000 {
        let hour = hours
            .entry((&rows["route"][row], &rows["logged_at"][row][..13]))
            .or_default();
        hour.0 += f64::from(rows["level"][row] == "ERROR");
        hour.1 += 1.0;
    }
    let pairs: f64 = hours
        .values()
        .map(|(errors, _)| errors * (errors - 1.0))
        .sum();
    let chance: f64 = hours
        .values()
        .map(|(_, lines)| lines * (lines - 1.0) * errors * errors)
        .sum();
    assert!(
        pairs > 3.0 * chance,
        "{pairs} pairs of errors, by chance {chance}"
    );
    let latency = |level| {
        let values = sorted(numbers(&pick(
            &rows["latency_ms"],
            rows_of(&rows, "level", level),
        )));
        values[values.len() / 2]
    };
    assert!(latency("ERROR") > 2.0 * latency("INFO"));
}

#[test]
fn readings_have_season_trend_and_labelled_anomalies() {
    let rows = made("time-series", 60_000);
    let sensors = rows["sensor_id"].iter().collect::<BTreeSet<_>>().len();
    assert_eq!(sensors, 6);
    let power: Vec<usize> = rows_of(&rows, "metric", "power").collect();
    let values = |rows_of: &mut dyn Iterator<Item = usize>| numbers(&pick(&rows["value"], rows_of));
    let hour = |row: usize| &rows["measured_at"][row][11..13];
    let at = |wanted: &str| {
        mean(&values(
            &mut power.iter().copied().filter(|&row| hour(row) == wanted),
        ))
    };
    assert!(
        at("15") > at("03") + 80.0,
        "a daily season: {} {}",
        at("15"),
        at("03")
    );
    let year = |wanted: &str| {
        mean(&values(
            &mut power
                .iter()
                .copied()
                .filter(|&row| rows["measured_at"][row].starts_with(wanted)),
        ))
    };
    assert!(year("2025-01") > year("2024-01") + 8.0, "a trend");
    let day = |working: bool| {
        mean(&values(&mut power.iter().copied().filter(|&row| {
            (weekday(&rows["measured_at"][row]) < 5) == working
        })))
    };
    assert!(day(true) > day(false) + 20.0, "a weekly season");
    for row in 0..60_000 {
        let cell = |name: &str| rows[name][row].as_str();
        assert_eq!(cell("value").is_empty(), cell("anomaly_type") == "dropout");
        assert_eq!(cell("is_anomaly") == "true", cell("anomaly_type") != "none");
        assert!(cell("quality") != "missing" || cell("value").is_empty());
    }
    for (kind, low, high) in [
        ("spike", 0.002, 0.006),
        ("level_shift", 0.002, 0.03),
        ("dropout", 0.0005, 0.02),
    ] {
        let rate = share(&rows["anomaly_type"], kind);
        assert!((low..high).contains(&rate), "{kind} {rate}");
    }
    // An anomaly stands out from what the season expects.
    let noise = |kind: &str| {
        let temperature = rows_of(&rows, "metric", "temperature")
            .filter(|&row| rows["anomaly_type"][row] == kind);
        let apart = temperature.map(|row| {
            let number = |name: &str| rows[name][row].parse::<f64>().expect("a number");
            (number("value") - number("expected_value")).abs()
        });
        mean(&apart.collect::<Vec<_>>())
    };
    assert!(
        noise("spike") > 3.0 * noise("none"),
        "{} {}",
        noise("spike"),
        noise("none")
    );
    // Neighbours are alike beyond the season.
    let apart: Vec<f64> = rows_of(&rows, "sensor_id", "SEN-00001")
        .filter(|&row| rows["anomaly_type"][row] == "none")
        .map(|row| {
            let number = |name: &str| rows[name][row].parse::<f64>().expect("a number");
            number("value") - number("expected_value")
        })
        .collect();
    let middle = mean(&apart);
    let variance: f64 = apart.iter().map(|value| (value - middle).powi(2)).sum();
    let lagged: f64 = apart
        .windows(2)
        .map(|pair| (pair[0] - middle) * (pair[1] - middle))
        .sum();
    assert!(
        lagged / variance > 0.6,
        "autocorrelation {}",
        lagged / variance
    );
}

#[test]
fn points_lie_in_their_city() {
    let rows = made("geo-points", 8_000);
    let (latitude, longitude) = (numbers(&rows["latitude"]), numbers(&rows["longitude"]));
    for row in rows_of(&rows, "city", "Berlin") {
        assert!((latitude[row] - 52.52).abs() <= 0.2 && (longitude[row] - 13.405).abs() <= 0.33);
        assert_eq!(rows["country"][row], "Germany");
    }
    assert!(latitude.iter().all(|value| (-90.0..=90.0).contains(value)));
    assert!(
        longitude
            .iter()
            .all(|value| (-180.0..=180.0).contains(value))
    );
    let speed = |mode| {
        mean(&numbers(&pick(
            &rows["speed_kmh"],
            rows_of(&rows, "mode", mode),
        )))
    };
    assert!(speed("still") < 1.0 && speed("walk") < speed("bike") && speed("bike") < speed("car"));
    for row in rows_of(&rows, "mode", "still") {
        assert_eq!(rows["heading"][row], "");
    }
    let cities: BTreeSet<&String> = rows["city"].iter().collect();
    assert!(cities.len() > 25);
    let homes: BTreeSet<(&String, &String)> = rows["device_id"].iter().zip(&rows["city"]).collect();
    let devices: BTreeSet<&String> = rows["device_id"].iter().collect();
    assert_eq!(homes.len(), devices.len(), "a device stays in its city");
}

#[test]
fn reviews_say_what_they_rate() {
    let rows = made("text-reviews", 8_000);
    let good = ["love", "wonderful", "great"];
    let bad = ["regret", "mistake", "Terrible"];
    for row in 0..8_000 {
        let cell = |name: &str| rows[name][row].as_str();
        let score: f64 = cell("sentiment_score").parse().expect("a score");
        let (sentiment, scores) = match cell("rating") {
            "1" | "2" => ("negative", -1.0..=-0.15),
            "3" => ("neutral", -0.3..=0.3),
            _ => ("positive", 0.15..=1.0),
        };
        assert!(cell("sentiment") == sentiment && scores.contains(&score));
        let says = |words: &[&str]| words.iter().any(|word| cell("review_text").contains(word));
        assert!(
            cell("rating") != "5" || says(&good),
            "{}",
            cell("review_text")
        );
        assert!(
            cell("rating") != "1" || says(&bad),
            "{}",
            cell("review_text")
        );
        assert!(!cell("review_text").contains(['{', '}', '|', '=']));
    }
    assert!(
        share(&rows["rating"], "5") > 0.4
            && share(&rows["rating"], "1") > share(&rows["rating"], "2")
    );
    let texts: BTreeSet<&String> = rows["review_text"].iter().collect();
    assert!(texts.len() > 7_000, "{} different texts", texts.len());
}

#[test]
fn what_must_be_unique_is() {
    // Tables of packs have no identifiers but keys.
    let own = record_types().iter();
    for record_type in own.filter(|record_type| !record_type.name.contains('/')) {
        let rows = made(&record_type.name, 5_000);
        let own = &record_type.columns[0].name;
        for column in &record_type.columns {
            let unique = [ColumnType::Uuid, ColumnType::Email].contains(&column.column_type)
                || (column.name == *own && column.name.ends_with("_id"))
                || ["username", "sku"].contains(&column.name.as_str());
            if unique {
                let cells = rows[&column.name].iter().filter(|cell| !cell.is_empty());
                let cells: Vec<&String> = cells.collect();
                let distinct: BTreeSet<&&String> = cells.iter().collect();
                assert_eq!(
                    distinct.len(),
                    cells.len(),
                    "{}.{}",
                    record_type.name,
                    column.name
                );
            }
        }
    }
}
