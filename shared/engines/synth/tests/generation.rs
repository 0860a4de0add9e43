//! Properties of a plan that uses every kind of rule.

use std::collections::{BTreeMap, BTreeSet};

use millrace_synth::plan::{Plan, Untidiness};
use millrace_synth::{Generator, Wide};
use proptest::prelude::*;

fn plan() -> Plan {
    serde_json::from_str(include_str!("every_kind.json")).expect("the plan of the tests reads")
}

fn clean_plan() -> Plan {
    Plan {
        untidiness: Untidiness::default(),
        ..plan()
    }
}

fn generator(plan: &Plan) -> Generator {
    Generator::compile(plan).unwrap_or_else(|faults| panic!("{faults}"))
}

fn csv(generator: &Generator, table: &str) -> String {
    let mut out = Vec::new();
    let rows = generator.rows(table).expect("the table exists");
    generator
        .write_csv(table, 0..rows, true, &mut out)
        .expect("a vector takes all");
    String::from_utf8(out).expect("CSV is UTF-8")
}

/// Fields of a line of RFC 4180.
fn read(csv: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = csv.chars().peekable();
    while let Some(character) = characters.next() {
        match (quoted, character) {
            (true, '"') if characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            (_, '"') => quoted = !quoted,
            (false, ',') => row.push(std::mem::take(&mut field)),
            (false, '\n') => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            (_, character) => field.push(character),
        }
    }
    rows
}

/// Columns of a table by name, as text.
fn columns(generator: &Generator, table: &str) -> BTreeMap<String, Vec<String>> {
    let mut rows = read(&csv(generator, table)).into_iter();
    let names = rows.next().expect("there is a header");
    let mut columns: Vec<Vec<String>> = names.iter().map(|_| Vec::new()).collect();
    for row in rows {
        assert_eq!(row.len(), names.len(), "{row:?}");
        for (column, cell) in columns.iter_mut().zip(row) {
            column.push(cell);
        }
    }
    names.into_iter().zip(columns).collect()
}

fn count(cells: &[String], value: &str) -> usize {
    cells.iter().filter(|cell| *cell == value).count()
}

#[test]
fn rows_are_exact_and_keys_unique() {
    let generator = generator(&plan());
    for table in &generator.plan().tables {
        let columns = columns(&generator, &table.name);
        let key = &columns[&table.columns[0].name];
        assert_eq!(key.len() as u64, table.rows);
        assert_eq!(
            key.iter().collect::<BTreeSet<_>>().len(),
            key.len(),
            "{}",
            table.name
        );
    }
}

#[test]
fn foreign_keys_hold() {
    let generator = generator(&plan());
    let key = |table: &str, column: &str| columns(&generator, table)[column].clone();
    for (table, column, parent, parent_key) in [
        ("products", "category_id", "categories", "category_id"),
        ("orders", "customer_id", "customers", "customer_id"),
        ("order_items", "order_id", "orders", "order_id"),
        ("order_items", "product_id", "products", "product_id"),
        ("returns", "order_item_id", "order_items", "order_item_id"),
    ] {
        let known: BTreeSet<String> = key(parent, parent_key).into_iter().collect();
        let used = key(table, column);
        assert!(
            used.iter().all(|each| known.contains(each)),
            "{table}.{column}"
        );
        if table == "returns" {
            assert_eq!(
                used.iter().collect::<BTreeSet<_>>().len(),
                used.len(),
                "at most one return an item"
            );
        }
    }
    let owners: BTreeSet<String> = key("order_items", "order_id").into_iter().collect();
    assert_eq!(owners.len(), 999, "every order has an item");
}

#[test]
fn referred_rows_exist_by_then() {
    let generator = generator(&clean_plan());
    let customers = columns(&generator, "customers");
    let arrived: BTreeMap<&String, &String> = customers["customer_id"]
        .iter()
        .zip(&customers["signed_up_on"])
        .collect();
    let orders = columns(&generator, "orders");
    for (customer, ordered) in orders["customer_id"].iter().zip(&orders["ordered_at"]) {
        let signed_up = format!("{} 00:00:00", arrived[customer]);
        assert!(
            signed_up < *ordered,
            "{customer} signed up {signed_up}, ordered {ordered}"
        );
    }
    // Customers differ in how much they buy, and early numbers are not the better ones.
    let mut orders_of: BTreeMap<&String, usize> = BTreeMap::new();
    for customer in &orders["customer_id"] {
        *orders_of.entry(customer).or_default() += 1;
    }
    let most = orders_of.values().max().expect("there are orders");
    assert!(*most > 15, "the best customer has {most} of 999 orders");
    assert!(
        orders_of
            .get(&"C00001".to_owned())
            .is_none_or(|first| first < most)
    );
}

#[test]
fn quotas_are_exact() {
    let generator = generator(&clean_plan());
    let customers = columns(&generator, "customers");
    let counts = ["United States", "Germany", "Japan", "Brazil"]
        .map(|country| count(&customers["country"], country));
    assert_eq!(counts, [160, 120, 80, 40]);
    let orders = columns(&generator, "orders");
    let counts = ["0", "5", "10", "20"].map(|percent| count(&orders["discount_percent"], percent));
    assert_eq!(counts, [599, 200, 150, 50], "largest remainder of 999");
    let expected = generator
        .expectation("customers", "country")
        .and_then(|column| column.shares)
        .expect("a quota has shares");
    assert_eq!(
        expected.iter().map(|share| share.share).collect::<Vec<_>>(),
        [0.4, 0.3, 0.2, 0.1]
    );
}

#[test]
#[expect(
    clippy::needless_range_loop,
    reason = "a row is a place in many columns"
)]
fn derived_cells_agree() {
    let generator = generator(&clean_plan());
    let (items, orders, products) = (
        columns(&generator, "order_items"),
        columns(&generator, "orders"),
        columns(&generator, "products"),
    );
    let cents = |text: &str| text.replace('.', "").parse::<i64>().expect("a decimal");
    let position = |cells: &[String], key: &String| {
        cells
            .iter()
            .position(|cell| cell == key)
            .expect("the key exists")
    };
    for row in 0..items["order_item_id"].len() {
        let order = position(&orders["order_id"], &items["order_id"][row]);
        let product = position(&products["product_id"], &items["product_id"][row]);
        assert_eq!(items["unit_price"][row], products["unit_price"][product]);
        if !items["line_total"][row].is_empty() {
            let percent: i64 = orders["discount_percent"][order].parse().expect("a number");
            let quantity: i64 = items["quantity"][row].parse().expect("a number");
            let exact = quantity * cents(&items["unit_price"][row]) * (100 - percent);
            assert_eq!(cents(&items["line_total"][row]), (exact + 50) / 100);
        }
    }
    for row in 0..999 {
        let cell = |name: &str| orders[name][row].as_str();
        let entered = [cell("paid_at"), cell("shipped_on"), cell("delivered_on")]
            .map(|moment| !moment.is_empty());
        match cell("status") {
            "placed" => assert_eq!(entered, [false, false, false]),
            "paid" => assert_eq!(entered, [true, false, false]),
            "shipped" => assert_eq!(entered, [true, true, false]),
            "delivered" => assert_eq!(entered, [true, true, true]),
            "cancelled" => assert!(!entered[1]),
            other => panic!("unplanned state {other}"),
        }
        assert!(cell("paid_at").is_empty() || cell("paid_at") >= cell("ordered_at"));
        assert!(cell("delivered_on") <= "2024-12-31" && cell("due_on") <= "2024-12-31");
        assert_eq!(
            cell("days_to_deliver").is_empty(),
            cell("delivered_on").is_empty()
        );
        assert_eq!(cell("note").is_empty(), cell("gift") == "false");
    }
    assert!(
        count(&orders["status"], "delivered") > 850 && count(&orders["status"], "cancelled") > 30
    );
    let emails = &columns(&generator, "customers")["email"];
    let given: Vec<&String> = emails.iter().filter(|email| !email.is_empty()).collect();
    assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
    assert!(given.iter().all(|email| email.contains("@example.")));
}

#[test]
fn csv_is_guarded_and_quoted() {
    let orders = csv(&generator(&clean_plan()), "orders");
    assert!(orders.contains(",\"phone, desk\",") && orders.contains(",'=other,"));
    assert!(orders.contains("\"\"\"Wrap\"\" it, "));
    assert!(!orders.contains('\r') && orders.ends_with('\n'));
}

#[test]
fn bounds_categories_and_deciles_hold() {
    let generator = generator(&clean_plan());
    for table in &generator.plan().tables {
        let cells = columns(&generator, &table.name);
        for column in &table.columns {
            let number = |text: &str| text.parse::<f64>().ok();
            if let Some(bounds) = generator.bounds(&table.name, &column.name) {
                for cell in cells[&column.name].iter().filter(|cell| !cell.is_empty()) {
                    let inside = match (number(&bounds.min), number(&bounds.max), number(cell)) {
                        (Some(min), Some(max), Some(value)) => (min..=max).contains(&value),
                        _ => (bounds.min.as_str()..=bounds.max.as_str()).contains(&cell.as_str()),
                    };
                    assert!(
                        inside,
                        "{}.{}: {cell} outside {bounds:?}",
                        table.name, column.name
                    );
                }
            }
            if let Some(values) = generator.categories(&table.name, &column.name) {
                for cell in cells[&column.name].iter().filter(|cell| !cell.is_empty()) {
                    assert!(
                        values
                            .iter()
                            .any(|value| value == cell.trim_start_matches('\'')),
                        "{}.{}: {cell}",
                        table.name,
                        column.name
                    );
                }
            }
        }
    }
    let mut scores: Vec<f64> = columns(&generator, "customers")["score"]
        .iter()
        .filter_map(|cell| cell.parse().ok())
        .collect();
    scores.sort_by(f64::total_cmp);
    let deciles = generator
        .expectation("customers", "score")
        .and_then(|column| column.deciles)
        .expect("a number has deciles");
    for (index, decile) in deciles.into_iter().enumerate() {
        let measured = scores[scores.len() * (index + 1) / 10];
        assert!(
            (measured - decile).abs() < 25.0,
            "decile {}: {measured}, planned {decile}",
            index + 1
        );
    }
    assert_eq!(
        generator
            .expectation("customers", "score")
            .and_then(|column| column.null_share),
        Some(0.1)
    );
}

#[test]
fn another_seed_gives_other_cells_and_no_seed_changes_the_form() {
    let first = generator(&plan());
    let second = generator(&Plan {
        seed: 20_240_608,
        ..plan()
    });
    for table in ["products", "customers", "orders", "order_items", "returns"] {
        let (one, two) = (csv(&first, table), csv(&second, table));
        assert_ne!(one, two, "{table}");
        assert_eq!(one.lines().next(), two.lines().next());
        assert_eq!(
            csv(&generator(&plan()), table),
            one,
            "the same plan gives the same bytes"
        );
    }
}

#[test]
fn untidiness_changes_only_its_own_cells() {
    let big = |untidiness| {
        let mut plan = Plan {
            untidiness,
            ..plan()
        };
        for table in &mut plan.tables {
            table.rows = match table.name.as_str() {
                "customers" => 20_000,
                "orders" => 30_000,
                "order_items" => 70_000,
                "returns" => 9_000,
                _ => table.rows,
            };
        }
        generator(&plan)
    };
    let (tidy, untidy) = (big(Untidiness::default()), big(plan().untidiness));
    for table in &untidy.plan().tables {
        let (clean, dirty) = (columns(&tidy, &table.name), columns(&untidy, &table.name));
        for column in &table.columns {
            let expected = untidy
                .expectation(&table.name, &column.name)
                .expect("the column exists");
            let (mut filled, mut empty, mut mistyped, mut padded) = (0.0, 0.0, 0.0, 0.0);
            for (before, after) in clean[&column.name].iter().zip(&dirty[&column.name]) {
                if before.is_empty() {
                    assert_eq!(before, after);
                    continue;
                }
                filled += 1.0;
                if before == after {
                    continue;
                }
                let same = before.trim_start_matches('\'').to_lowercase()
                    == after.trim_start_matches('\'').trim().to_lowercase();
                match (after.is_empty(), same) {
                    (true, _) => empty += 1.0,
                    (false, true) => padded += 1.0,
                    (false, false) => mistyped += 1.0,
                }
            }
            for (kind, measured, planned) in [
                ("empty", empty, expected.empty_share),
                ("mistyped", mistyped, expected.mistyped_share),
                ("padded", padded, expected.padded_share),
            ] {
                let share = measured / f64::max(filled, 1.0);
                let place = format!(
                    "{}.{}: {kind} {share}, planned {planned}",
                    table.name, column.name
                );
                assert!(
                    (share - planned).abs() < if planned == 0.0 { 1e-9 } else { 0.01 },
                    "{place}"
                );
            }
            if !column.nullable {
                assert!(expected.empty_share == 0.0 && expected.mistyped_share == 0.0);
            }
        }
    }
}

#[test]
fn odd_sizes_are_exact() {
    for rows in [1_u64, 7, 999, 1_000, 100_000] {
        let mut plan = clean_plan();
        for table in &mut plan.tables {
            table.rows = match table.name.as_str() {
                "customers" => rows.div_ceil(10),
                "orders" => rows.div_ceil(3),
                "order_items" => rows,
                "returns" => rows.div_ceil(14),
                _ => table.rows,
            };
            for column in &mut table.columns {
                if let millrace_synth::plan::Generate::Reference { existing_at, .. } =
                    &mut column.generate
                {
                    *existing_at = None;
                }
            }
        }
        let generator = generator(&plan);
        let items = columns(&generator, "order_items");
        assert_eq!(items["order_item_id"].len() as u64, rows);
        let owners: BTreeSet<&String> = items["order_id"].iter().collect();
        assert_eq!(
            owners.len() as u64,
            rows.div_ceil(3),
            "every order has an item at {rows} rows"
        );
        assert_eq!(
            columns(&generator, "returns")["return_id"].len() as u64,
            rows.div_ceil(14)
        );
    }
}

#[test]
fn wide_tables_repeat_their_sources() {
    let generator = generator(&plan());
    let wide = Wide::of(&generator, "order_items").expect("the grain exists");
    assert_eq!(wide.unreachable(), ["offices"]);
    let names: Vec<&str> = wide
        .columns()
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for name in [
        "order_item_unit_price",
        "product_unit_price",
        "category_name",
        "order_name",
        "full_name",
        "return_id",
    ] {
        assert!(names.contains(&name), "{name} is missing in {names:?}");
    }
    let mut out = Vec::new();
    wide.write_csv(0..wide.rows(), true, &mut out)
        .expect("a vector takes all");
    let rows = read(std::str::from_utf8(&out).expect("CSV is UTF-8"));
    assert_eq!(rows.len(), 2_472);
    let at = |name: &String| {
        names
            .iter()
            .position(|known| known == name)
            .expect("the column exists")
    };
    for join in wide.joins() {
        let source = columns(&generator, &join.table);
        let expected: BTreeSet<Vec<&String>> = (0..source[&join.columns[0].0].len())
            .map(|row| {
                join.columns
                    .iter()
                    .map(|(name, _)| &source[name][row])
                    .collect()
            })
            .collect();
        let key = at(join.key.as_ref().expect("every table has a key"));
        let found: BTreeSet<Vec<&String>> = rows[1..]
            .iter()
            .filter(|row| !row[key].is_empty())
            .map(|row| {
                join.columns
                    .iter()
                    .map(|(_, name)| &row[at(name)])
                    .collect()
            })
            .collect();
        assert_eq!(join.columns.len(), source.len(), "{}", join.table);
        assert!(
            found.is_subset(&expected),
            "{} is not what its own table holds",
            join.table
        );
        if ["order_items", "orders", "returns"].contains(&join.table.as_str()) {
            assert_eq!(found.len(), expected.len(), "{}", join.table);
        }
    }
    let preview = wide.preview(5);
    assert_eq!(preview.len(), 5);
    assert!(preview[0].keys().eq(names.iter()));
}

#[test]
fn previews_and_batches_are_the_first_rows() {
    let generator = generator(&clean_plan());
    let preview = generator.preview("orders", 20).expect("the table exists");
    let cells = columns(&generator, "orders");
    let batch = generator.clean("orders", 0..20).expect("the rows exist");
    assert_eq!(
        (preview.len(), batch.num_rows(), batch.num_columns()),
        (20, 20, 14)
    );
    for (row, object) in preview.iter().enumerate() {
        assert_eq!(object["order_id"], cells["order_id"][row]);
        assert_eq!(
            object["discount_percent"].to_string(),
            cells["discount_percent"][row]
        );
        assert_eq!(object["gift"].to_string(), cells["gift"][row]);
        assert_eq!(object["note"].is_null(), cells["note"][row].is_empty());
    }
    assert_eq!(
        generator
            .clean("order_items", 0..2_471)
            .expect("the rows exist")
            .num_rows(),
        2_471
    );
    assert!(generator.clean("orders", 990..1_000).is_err());
    assert!(generator.preview("nowhere", 1).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_split_gives_the_same_bytes(cuts in prop::collection::btree_set(0_u64..2_471, 0..5)) {
        let generator = generator(&plan());
        let wide = Wide::of(&generator, "order_items").expect("the grain exists");
        for table in ["customers", "orders", "order_items", "returns", "wide"] {
            let rows = generator.rows(table).unwrap_or(wide.rows());
            let write = |from: u64, to: u64, out: &mut Vec<u8>| match table {
                "wide" => wide.write_csv(from..to, from == 0, out),
                _ => generator.write_csv(table, from..to, from == 0, out),
            };
            let (mut whole, mut parts, mut from) = (Vec::new(), Vec::new(), 0);
            write(0, rows, &mut whole).expect("a vector takes all");
            for to in cuts.iter().copied().filter(|cut| (1..rows).contains(cut)).chain([rows]) {
                write(from, to, &mut parts).expect("a vector takes all");
                from = to;
            }
            prop_assert!(whole == parts, "{} cut at {:?}", table, cuts);
        }
    }
}
