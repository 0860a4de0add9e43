//! Questions that people ask of a shop's tables: revenue, months, the latest orders, who spent the most.

use chrono::NaiveDate;
use millrace_asksql::{Answer, Database, Status, ask, validate};

const DDL: &str = "
    CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT, country TEXT, created_at TIMESTAMP);
    CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price DOUBLE);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), status TEXT, total_amount DOUBLE, created_at TIMESTAMP);
    CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id), product_id INTEGER REFERENCES products(id), quantity INTEGER);
";

fn database() -> Database {
    let mut builder = Database::builder(DDL).expect("the schema reads");
    let mut rows = |table: &str, csv: String| {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    };
    let customer = |at: usize| {
        let (city, country) = [("Berlin", "Germany"), ("Paris", "France")][at % 2];
        format!(
            "{at},Customer {at},{city},{country},2023-0{}-03 10:00:00\n",
            at % 9 + 1
        )
    };
    let customers: String = (1..=40).map(customer).collect();
    rows(
        "customers",
        format!("id,name,city,country,created_at\n{customers}"),
    );
    rows(
        "products",
        "id,name,category,price\n1,Lamp,Home,20.5\n2,Desk,Office,200\n3,Robot,Toys,12\n".to_owned(),
    );
    let order = |at: usize| {
        let status = ["paid", "shipped", "cancelled"][at % 3];
        format!(
            "{at},{},{status},{}.5,2023-0{}-05 10:00:00\n",
            at % 40 + 1,
            at * 7,
            at % 9 + 1
        )
    };
    let orders: String = (1..=90).map(order).collect();
    rows(
        "orders",
        format!("id,customer_id,status,total_amount,created_at\n{orders}"),
    );
    rows(
        "order_items",
        "id,order_id,product_id,quantity\n1,1,1,2\n2,1,2,1\n".to_owned(),
    );
    builder.compile()
}

fn answer(question: &str) -> Answer {
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    ask(&database(), question, today, &|_: &str| true)
}

#[track_caller]
fn reads(question: &str, sql: &str) {
    let answer = answer(question);
    assert_eq!(answer.parsed_query.sql.as_deref(), Some(sql), "{question}");
    assert_eq!(answer.status, Status::Ok, "{question}");
}

#[track_caller]
fn is_asked_back(question: &str) -> String {
    let answer = answer(question);
    assert_eq!(
        answer.status,
        Status::NeedsClarification,
        "{question}: {answer:?}"
    );
    answer.reason.expect("a reason")
}

#[test]
fn rows_are_grouped_by_spans_of_the_calendar() {
    reads(
        "orders per month",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month, COUNT(*) FROM orders GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) ORDER BY month ASC",
    );
    reads(
        "How many customers signed up each year?",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 4) AS year, COUNT(*) FROM customers GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 4) ORDER BY year ASC",
    );
    reads(
        "monthly revenue in 2023",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month, SUM(total_amount) FROM orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01' GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) ORDER BY month ASC",
    );
    reads(
        "number of orders by status and quarter",
        "SELECT SUBSTR(CAST(DATE_TRUNC('quarter', created_at) AS VARCHAR), 1, 10) AS quarter, COUNT(*), status FROM orders GROUP BY status, SUBSTR(CAST(DATE_TRUNC('quarter', created_at) AS VARCHAR), 1, 10) ORDER BY quarter ASC, status ASC",
    );
    reads(
        "Which month had the most orders?",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month FROM orders GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) ORDER BY COUNT(*) DESC, month DESC LIMIT 1",
    );
}

#[test]
fn groups_that_show_their_keys_have_no_rows_to_leave_out() {
    let answer = answer("revenue by quarter in 2023");
    let repeats = |sql: &str| sql.starts_with("SELECT DISTINCT");
    assert!(!answer.alternatives.is_empty(), "{answer:?}");
    assert!(
        !answer.alternatives.iter().any(|other| repeats(&other.sql)),
        "{answer:?}"
    );
}

#[test]
fn a_span_stands_in_the_parts_of_the_answer() {
    let query = answer("orders per month").parsed_query;
    assert_eq!(query.grouping, ["month of orders.created_at"]);
    assert_eq!(query.projections[0].field, "month of orders.created_at");
    assert_eq!(query.ordering[0].field, "month of orders.created_at");
}

#[test]
fn what_is_spoken_of_as_one_sum_is_summed() {
    reads(
        "What was our revenue in 2023?",
        "SELECT SUM(total_amount) FROM orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01'",
    );
    reads(
        "revenue by country",
        "SELECT SUM(orders.total_amount), customers.country FROM orders JOIN customers ON orders.customer_id = customers.id GROUP BY customers.country",
    );
    reads(
        "How much did Customer 7 spend?",
        "SELECT SUM(orders.total_amount) FROM orders JOIN customers ON orders.customer_id = customers.id WHERE customers.name = 'Customer 7'",
    );
    reads(
        "Which customer spent the most money in 2023?",
        "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.created_at >= '2023-01-01' AND orders.created_at < '2024-01-01' GROUP BY customers.id, customers.name ORDER BY SUM(orders.total_amount) DESC, customers.id DESC LIMIT 1",
    );
    reads(
        "top 5 customers by total spend",
        "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name ORDER BY SUM(orders.total_amount) DESC, customers.id DESC LIMIT 5",
    );
}

#[test]
fn a_sum_that_a_join_would_repeat_is_asked_back() {
    let reason = is_asked_back("revenue by product category");
    assert!(reason.contains("orders.total_amount"), "{reason}");
}

#[test]
fn rows_without_a_name_are_shown_whole() {
    reads(
        "Show the 10 most recent orders",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders ORDER BY created_at DESC LIMIT 10",
    );
    reads(
        "orders over 100 euros",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders WHERE total_amount > 100",
    );
    reads(
        "orders over 100",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders WHERE total_amount > 100",
    );
}

#[test]
fn a_time_belongs_to_what_is_measured() {
    reads(
        "average order value per country last month",
        "SELECT AVG(orders.total_amount), customers.country FROM orders JOIN customers ON orders.customer_id = customers.id WHERE orders.created_at >= '2024-01-01' AND orders.created_at < '2024-02-01' GROUP BY customers.country",
    );
}

#[test]
fn an_attribute_may_be_called_like_a_function() {
    reads(
        "Show customer name and order total for paid orders",
        "SELECT customers.name, orders.total_amount FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.status = 'paid'",
    );
}

#[test]
fn what_grouping_words_and_numbers_ask_for_is_not_left_out() {
    is_asked_back("number of orders by colour");
    is_asked_back("How many items were in order 1?");
    let reason = is_asked_back("unpaid orders over 100");
    assert!(reason.contains("\"unpaid\""), "{reason}");
}

#[test]
fn what_never_happened_is_looked_for_where_it_would_stand() {
    reads(
        "Which customers have never ordered anything?",
        "SELECT name FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
    );
    reads(
        "products that were never sold",
        "SELECT name FROM products WHERE id NOT IN (SELECT product_id FROM order_items)",
    );
}

#[test]
fn a_superlative_without_its_column_counts_nothing() {
    is_asked_back("What is the heaviest product?");
}

#[test]
fn an_average_of_counts_is_taken_over_those_that_have_any() {
    let per_customer =
        "SELECT COUNT(customer_id) * 1.0 / NULLIF(COUNT(DISTINCT customer_id), 0) FROM orders";
    for question in [
        "average number of orders per customer",
        "How many orders does each customer have on average?",
        "how many orders does a customer place on average",
        "How many orders does the average customer have?",
        "average orders per customer",
        "orders per customer on average",
        "What's the average number of orders a customer makes?",
    ] {
        reads(question, per_customer);
    }
    reads(
        "What is the average number of paid orders per customer in 2023?",
        &format!(
            "{per_customer} WHERE status = 'paid' AND created_at >= '2023-01-01' AND created_at < '2024-01-01'"
        ),
    );
    reads(
        "average number of customers per country",
        "SELECT COUNT(country) * 1.0 / NULLIF(COUNT(DISTINCT country), 0) FROM customers",
    );
    reads(
        "average number of orders per month",
        "SELECT COUNT(SUBSTR(CAST(created_at AS VARCHAR), 1, 7)) * 1.0 / NULLIF(COUNT(DISTINCT SUBSTR(CAST(created_at AS VARCHAR), 1, 7)), 0) FROM orders",
    );
    let answer = answer("average number of orders per customer");
    let projection = &answer.parsed_query.projections[0];
    assert_eq!(projection.field, "COUNT(*) per orders.customer_id");
    assert_eq!(projection.aggregate, Some("AVG"));
    let mut told = answer.explanation.iter();
    assert!(
        told.any(|link| link.element.ends_with("what has no row does not count")),
        "{answer:?}"
    );
}

#[test]
fn an_average_that_no_query_takes_is_asked_back() {
    // An order has many products, and a product many orders.
    is_asked_back("How many products does a customer order on average?");
    is_asked_back("How many orders with a Lamp does a customer have on average?");
}

#[test]
fn averages_of_columns_and_counts_of_groups_stay_what_they_are() {
    reads(
        "average price per category",
        "SELECT AVG(price), category FROM products GROUP BY category",
    );
    reads(
        "number of orders per customer",
        "SELECT COUNT(*), customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name",
    );
}

#[test]
fn a_value_of_another_table_does_not_restrict_by_a_shared_parent() {
    let mut builder = Database::builder(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE invoices (id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(id), status TEXT);
         CREATE TABLE tickets (id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(id), subject TEXT);",
    )
    .expect("the schema reads");
    for (table, csv) in [
        ("accounts", "id,name\n1,Acme\n2,Hooli\n"),
        ("invoices", "id,account_id,status\n1,1,open\n2,1,paid\n"),
        ("tickets", "id,account_id,subject\n1,1,Login\n2,2,Mail\n"),
    ] {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    }
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    let question = "How many tickets are still open?";
    let answer = ask(&builder.compile(), question, today, &|_: &str| true);
    assert_eq!(answer.status, Status::NeedsClarification, "{answer:?}");
}

#[test]
fn who_comes_first_in_time() {
    reads(
        "Which customer was created first?",
        "SELECT name FROM customers ORDER BY created_at ASC LIMIT 1",
    );
}

#[test]
fn a_span_that_is_asked_for_is_shown_alone() {
    reads(
        "In which month was Customer 7 created?",
        "SELECT DISTINCT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month FROM customers WHERE name = 'Customer 7' ORDER BY month ASC",
    );
    reads(
        "Which year did Customer 7 join?",
        "SELECT DISTINCT SUBSTR(CAST(created_at AS VARCHAR), 1, 4) AS year FROM customers WHERE name = 'Customer 7' ORDER BY year ASC",
    );
}

#[test]
fn a_certain_year_groups_nothing() {
    reads(
        "How many orders were made by year 2023?",
        "SELECT COUNT(*) FROM orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01'",
    );
}

#[test]
fn what_is_worth_nothing_is_not_compared_with_a_number() {
    let answer = answer("customers over 1000");
    assert_ne!(answer.status, Status::Ok, "{answer:?}");
    assert_ne!(answer.status, Status::Refused, "{answer:?}");
}

#[test]
fn days_are_added_up_where_a_column_counts_them() {
    let mut builder = Database::builder(
        "CREATE TABLE leave_requests (id INTEGER PRIMARY KEY, person TEXT, kind TEXT, days INTEGER);",
    )
    .expect("the schema reads");
    let request = |at: usize| {
        format!(
            "{at},Person {},{},{}\n",
            at % 7,
            ["vacation", "illness"][at % 2],
            at % 5 + 1
        )
    };
    let requests: String = (1..=40).map(request).collect();
    let csv = format!("id,person,kind,days\n{requests}");
    builder
        .csv("leave_requests", csv.as_bytes())
        .expect("the rows read");
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    let question = "How many days of vacation are there?";
    let answer = ask(&builder.compile(), question, today, &|_: &str| true);
    let sql = answer.parsed_query.sql.unwrap_or_default();
    assert!(sql.starts_with("SELECT SUM(days)"), "{sql}");
}

#[test]
fn the_first_of_each_group_is_found_within_it() {
    reads(
        "the cheapest product in each category",
        "SELECT category, name FROM (SELECT category, name, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price ASC, id ASC) AS place FROM products) AS ranked WHERE place = 1 ORDER BY category",
    );
    reads(
        "top 3 products per category by price",
        "SELECT category, name FROM (SELECT category, name, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price DESC, id DESC) AS place FROM products) AS ranked WHERE place <= 3 ORDER BY category, place",
    );
    reads(
        "What is the biggest order of each customer?",
        "SELECT name, id FROM (SELECT customers.name AS name, orders.id AS id, ROW_NUMBER() OVER (PARTITION BY customers.id ORDER BY orders.total_amount DESC, orders.id DESC) AS place FROM customers JOIN orders ON orders.customer_id = customers.id) AS ranked WHERE place = 1 ORDER BY name",
    );
    reads(
        "the most expensive order of each month",
        "SELECT month, id FROM (SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month, id, ROW_NUMBER() OVER (PARTITION BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) ORDER BY total_amount DESC, id DESC) AS place FROM orders) AS ranked WHERE place = 1 ORDER BY month",
    );
    let query = answer("the cheapest product in each category").parsed_query;
    assert_eq!(query.grouping, ["products.category"]);
    assert_eq!(query.limit, Some(1));
}

#[test]
fn the_first_of_each_group_may_be_told_by_counts_and_sums() {
    reads(
        "Which customer spent the most in each country?",
        "SELECT country, name FROM (SELECT customers.country AS country, customers.name AS name, ROW_NUMBER() OVER (PARTITION BY customers.country ORDER BY SUM(orders.total_amount) DESC, customers.id DESC) AS place FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.country, customers.id, customers.name) AS ranked WHERE place = 1 ORDER BY country",
    );
    reads(
        "Which city has the most customers in each country?",
        "SELECT country, city FROM (SELECT country, city, ROW_NUMBER() OVER (PARTITION BY country ORDER BY COUNT(*) DESC, city DESC) AS place FROM customers GROUP BY country, city) AS ranked WHERE place = 1 ORDER BY country",
    );
    // Each customer is one row: what refers to customers is counted.
    reads(
        "top 5 customers by country",
        "SELECT country, name FROM (SELECT customers.country AS country, customers.name AS name, ROW_NUMBER() OVER (PARTITION BY customers.country ORDER BY COUNT(*) DESC, customers.id DESC) AS place FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.country, customers.id, customers.name) AS ranked WHERE place <= 5 ORDER BY country, place",
    );
    reads(
        "best selling product in each category",
        "SELECT category, name FROM (SELECT products.category AS category, products.name AS name, ROW_NUMBER() OVER (PARTITION BY products.category ORDER BY SUM(order_items.quantity) DESC, products.id DESC) AS place FROM products JOIN order_items ON order_items.product_id = products.id GROUP BY products.category, products.id, products.name) AS ranked WHERE place = 1 ORDER BY category",
    );
    reads(
        "What is the highest price in each category?",
        "SELECT MAX(price), category FROM products GROUP BY category",
    );
}

#[test]
fn first_and_last_are_told_by_the_time_of_the_rows() {
    reads(
        "last 5 orders",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders ORDER BY created_at DESC LIMIT 5",
    );
    reads(
        "Show the last order of Customer 7",
        "SELECT orders.id, orders.customer_id, orders.status, orders.total_amount, orders.created_at FROM orders JOIN customers ON orders.customer_id = customers.id WHERE customers.name = 'Customer 7' ORDER BY orders.created_at DESC LIMIT 1",
    );
    reads(
        "When was the first order of Customer 7?",
        "SELECT orders.created_at FROM orders JOIN customers ON orders.customer_id = customers.id WHERE customers.name = 'Customer 7' ORDER BY orders.created_at ASC LIMIT 1",
    );
}

#[test]
fn who_orders_puts_nothing_in_order() {
    reads(
        "How many customers ordered last month?",
        "SELECT COUNT(DISTINCT customers.id) FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.created_at >= '2024-01-01' AND orders.created_at < '2024-02-01'",
    );
    reads(
        "Who ordered last month?",
        "SELECT DISTINCT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.created_at >= '2024-01-01' AND orders.created_at < '2024-02-01'",
    );
    reads(
        "names of customers ordered by city",
        "SELECT name FROM customers ORDER BY city ASC",
    );
}

#[test]
fn the_total_of_things_is_their_count() {
    reads("total customers", "SELECT COUNT(*) FROM customers");
    reads(
        "total orders per customer",
        "SELECT COUNT(*), customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name",
    );
    reads(
        "What is the average price of the listed products?",
        "SELECT AVG(price) FROM products",
    );
}

#[test]
fn what_happened_is_told_by_its_beginning() {
    let database = Database::builder(
        "CREATE TABLE accounts (id INTEGER PRIMARY KEY, company_name TEXT, signup_date DATE);
         CREATE TABLE subscriptions (id INTEGER PRIMARY KEY, account_id INTEGER REFERENCES accounts(id), ended_on DATE, started_on DATE);",
    )
    .expect("the schema reads")
    .compile();
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    let question = "How many accounts subscribed in 2023?";
    let answer = ask(&database, question, today, &|_: &str| true);
    let sql = answer.parsed_query.sql.unwrap_or_default();
    assert!(
        sql.ends_with("WHERE subscriptions.started_on >= '2023-01-01' AND subscriptions.started_on < '2024-01-01'"),
        "{sql}"
    );
}

#[test]
fn a_column_of_yes_and_no_is_held_at_one_of_them() {
    let ddl = "CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT);
         CREATE TABLE leave_requests (id INTEGER PRIMARY KEY, employee_id INTEGER REFERENCES employees(id), days INTEGER, approved BOOLEAN);";
    let mut with_rows = Database::builder(ddl).expect("the schema reads");
    let employees = "id,name\n1,Ann\n2,Bo\n3,Cy\n";
    let requests = "id,employee_id,days,approved\n1,1,3,t\n2,1,4,f\n3,2,5,f\n";
    for (table, csv) in [("employees", employees), ("leave_requests", requests)] {
        with_rows.csv(table, csv.as_bytes()).expect("the rows read");
    }
    let without_rows = Database::builder(ddl).expect("the schema reads");
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    for database in [with_rows.compile(), without_rows.compile()] {
        for (question, sql) in [
            (
                "How many leave requests were approved?",
                "SELECT COUNT(*) FROM leave_requests WHERE approved = TRUE",
            ),
            (
                "How many leave requests are not approved?",
                "SELECT COUNT(*) FROM leave_requests WHERE approved = FALSE",
            ),
            (
                "How many days of leave were approved?",
                "SELECT SUM(days) FROM leave_requests WHERE approved = TRUE",
            ),
            (
                "Which employees have no approved leave requests?",
                "SELECT name FROM employees WHERE id NOT IN (SELECT employee_id FROM leave_requests WHERE approved = TRUE",
            ),
        ] {
            let answer = ask(&database, question, today, &|_: &str| true);
            let found = answer.parsed_query.sql.expect(question);
            assert!(found.starts_with(sql), "{question}: {found}");
        }
    }
}

#[test]
fn a_superlative_of_revenue_adds_up_what_its_groups_made() {
    reads(
        "Which country has the highest revenue?",
        "SELECT customers.country FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.country ORDER BY SUM(orders.total_amount) DESC, customers.country DESC LIMIT 1",
    );
    reads(
        "Which month had the highest revenue in 2023?",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month FROM orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01' GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) ORDER BY SUM(total_amount) DESC, month DESC LIMIT 1",
    );
    reads(
        "How much did Customer 7 pay in 2023?",
        "SELECT SUM(orders.total_amount) FROM orders JOIN customers ON orders.customer_id = customers.id WHERE customers.name = 'Customer 7' AND orders.created_at >= '2023-01-01' AND orders.created_at < '2024-01-01'",
    );
    reads(
        "orders in 2023 over 2000",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01' AND total_amount > 2000",
    );
}

#[test]
fn a_number_may_be_compared_with_the_sum_of_many() {
    let spent = |bound: &str| {
        format!(
            "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name HAVING SUM(orders.total_amount) {bound}"
        )
    };
    reads(
        "Which customers spent more than 2000 in total?",
        &spent("> 2000"),
    );
    reads("Which customers paid over 900 in total?", &spent("> 900"));
    reads(
        "Which customers have a total order amount of at least 500?",
        &spent(">= 500"),
    );
    reads(
        "Which products sold more than 100 units in total?",
        "SELECT products.name FROM products JOIN order_items ON order_items.product_id = products.id GROUP BY products.id, products.name HAVING SUM(order_items.quantity) > 100",
    );
    reads(
        "Which months had a revenue above 1000?",
        "SELECT SUBSTR(CAST(created_at AS VARCHAR), 1, 7) AS month FROM orders GROUP BY SUBSTR(CAST(created_at AS VARCHAR), 1, 7) HAVING SUM(total_amount) > 1000 ORDER BY month ASC",
    );
    reads(
        "cities where customers spent more than 5000 in total",
        "SELECT customers.city FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.city HAVING SUM(orders.total_amount) > 5000",
    );
    // The time is that of what is added up.
    reads(
        "Which customers spent less than 500 in 2023?",
        "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id WHERE orders.created_at >= '2023-01-01' AND orders.created_at < '2024-01-01' GROUP BY customers.id, customers.name HAVING SUM(orders.total_amount) < 500",
    );
    for question in [
        "customers who spent more than 2000 in total",
        "customers whose total order amount exceeds 500",
        "customers whose orders total more than 500",
        "customers with a revenue above 500",
    ] {
        let sql = answer(question).parsed_query.sql.expect(question);
        assert!(sql.contains(" HAVING SUM(orders.total_amount) > "), "{sql}");
    }
    is_asked_back("orders of customers who spent more than 1000 in total");
    let reason = is_asked_back("customers who bought a Lamp and spent more than 2000 in total");
    assert!(reason.contains("orders.total_amount"), "{reason}");
}

#[test]
fn what_each_row_holds_for_itself_is_not_summed() {
    reads(
        "orders with a total amount above 500",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders WHERE total_amount > 500",
    );
    reads(
        "products with a price over 100 in total",
        "SELECT name FROM products WHERE price > 100",
    );
    for question in [
        "customers with an order over 500",
        "customers who spent more than 500 on a single order",
    ] {
        let sql = answer(question).parsed_query.sql.expect(question);
        assert!(sql.ends_with(" WHERE orders.total_amount > 500"), "{sql}");
    }
}

#[test]
fn groups_are_picked_before_they_are_counted() {
    reads(
        "How many customers spent more than 1000 in total?",
        "SELECT COUNT(*) FROM customers WHERE id IN (SELECT customers.id FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id HAVING SUM(orders.total_amount) > 1000)",
    );
    reads(
        "How many customers have more than 3 orders?",
        "SELECT COUNT(*) FROM customers WHERE id IN (SELECT customers.id FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id HAVING COUNT(*) > 3)",
    );
}

#[test]
fn a_later_place_is_found_behind_those_before_it() {
    reads(
        "What is the second most expensive product?",
        "SELECT name FROM products ORDER BY price DESC LIMIT 1 OFFSET 1",
    );
    reads(
        "the third largest order",
        "SELECT id, customer_id, status, total_amount, created_at FROM orders ORDER BY total_amount DESC LIMIT 1 OFFSET 2",
    );
    reads(
        "Which customer has the 2nd most orders?",
        "SELECT customers.name FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.id, customers.name ORDER BY COUNT(*) DESC, customers.id DESC LIMIT 1 OFFSET 1",
    );
    reads(
        "second most expensive product in each category",
        "SELECT category, name FROM (SELECT category, name, ROW_NUMBER() OVER (PARTITION BY category ORDER BY price DESC, id DESC) AS place FROM products) AS ranked WHERE place = 2 ORDER BY category",
    );
    // Two products of the highest price leave the second highest one as it is.
    reads(
        "What is the second highest price?",
        "SELECT DISTINCT price FROM products ORDER BY price DESC LIMIT 1 OFFSET 1",
    );
    let query = answer("the second oldest customer").parsed_query;
    assert_eq!((query.limit, query.offset), (Some(1), Some(1)));
    is_asked_back("second quarter revenue");
    is_asked_back("the second order of Customer 7");
}

#[test]
fn a_share_is_of_the_rows_that_the_other_conditions_leave() {
    let share = |condition: &str, rest: &str| {
        format!(
            "SELECT 100.0 * SUM(CASE WHEN {condition} THEN 1 ELSE 0 END) / COUNT(*) FROM {rest}"
        )
    };
    for question in [
        "What percentage of orders were cancelled?",
        "percentage of cancelled orders",
        "proportion of orders that were cancelled",
        "What is the share of cancelled orders?",
    ] {
        reads(question, &share("status = 'cancelled'", "orders"));
    }
    reads(
        "share of customers from Germany",
        &share("country = 'Germany'", "customers"),
    );
    reads(
        "What percentage of orders in 2023 were not cancelled?",
        &share(
            "status <> 'cancelled'",
            "orders WHERE created_at >= '2023-01-01' AND created_at < '2024-01-01'",
        ),
    );
    reads(
        "What percentage of all orders was placed in 2023?",
        &share(
            "created_at >= '2023-01-01' AND created_at < '2024-01-01'",
            "orders",
        ),
    );
    reads(
        "percentage of orders with a total amount above 500",
        &share("total_amount > 500", "orders"),
    );
    reads(
        "What percentage of orders were paid or shipped?",
        &share("status = 'paid' OR status = 'shipped'", "orders"),
    );
    let question = "percentage of cancelled orders per country";
    let sql = "SELECT 100.0 * SUM(CASE WHEN orders.status = 'cancelled' THEN 1 ELSE 0 END) / COUNT(*), customers.country FROM customers JOIN orders ON orders.customer_id = customers.id GROUP BY customers.country";
    reads(question, sql);
    let found = validate(&database(), sql);
    assert!(found.valid && found.warnings.is_empty(), "{found:?}");
    let query = answer("percentage of cancelled orders").parsed_query;
    assert_eq!(
        query.projections[0].field,
        "percentage of rows, restricting orders.status to = 'cancelled'"
    );
}

#[test]
fn what_no_query_computes_is_asked_back() {
    for (question, word) in [
        (
            "What percentage of revenue comes from Germany?",
            "percentage",
        ),
        ("percentage of orders by status", "percentage"),
        (
            "Which country has the highest percentage of cancelled orders?",
            "percentage",
        ),
        ("customers whose second order was cancelled", "second"),
        ("What percentage of customers have ordered?", "percentage"),
        (
            "What percentage of customers spent more than 1000 in total?",
            "percentage",
        ),
        (
            "What percentage of customers have more than 3 orders?",
            "percentage",
        ),
        (
            "What percentage of orders are cancelled in Germany?",
            "percentage",
        ),
        ("What is the median price of products?", "median"),
        ("second and third most expensive products", "third"),
        ("paid orders of customers in NYC", "NYC"),
    ] {
        let reason = is_asked_back(question);
        assert!(reason.contains(word), "{question}: {reason}");
    }
}

/// A gym's tables: what is done to its classes has a time of its own, and its members were born some day.
fn gym() -> Database {
    let mut builder = Database::builder(
        "CREATE TABLE members (id INTEGER PRIMARY KEY, full_name TEXT, country TEXT, birth_date DATE, joined_on DATE, is_active BOOLEAN);
         CREATE TABLE classes (id INTEGER PRIMARY KEY, class_name TEXT, duration_minutes INTEGER);
         CREATE TABLE bookings (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members(id), class_id INTEGER REFERENCES classes(id), booked_at TIMESTAMP);",
    )
    .expect("the schema reads");
    for (table, csv) in [
        (
            "members",
            "id,full_name,country,birth_date,joined_on,is_active\n1,Ann Lee,United States,1990-05-03,2023-01-02,true\n2,Bo Roy,France,1985-07-13,2023-03-09,false\n",
        ),
        (
            "classes",
            "id,class_name,duration_minutes\n1,Zumba,45\n2,Boxing,60\n",
        ),
        (
            "bookings",
            "id,member_id,class_id,booked_at\n1,1,1,2024-01-05 10:00:00\n2,2,1,2024-01-06 11:00:00\n",
        ),
    ] {
        builder.csv(table, csv.as_bytes()).expect("the rows read");
    }
    builder.compile()
}

#[test]
fn what_is_done_to_a_thing_is_counted_and_not_shown() {
    let (gym, today) = (gym(), NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day"));
    for (question, sql) in [
        (
            "most booked class",
            "SELECT classes.class_name FROM classes JOIN bookings ON bookings.class_id = classes.id GROUP BY classes.id, classes.class_name ORDER BY COUNT(*) DESC, classes.id DESC LIMIT 1",
        ),
        (
            "Who booked Zumba?",
            "SELECT DISTINCT members.full_name FROM members JOIN bookings ON bookings.member_id = members.id JOIN classes ON bookings.class_id = classes.id WHERE classes.class_name = 'Zumba'",
        ),
        (
            "How many members do we have in the United States?",
            "SELECT COUNT(*) FROM members WHERE country = 'United States'",
        ),
        (
            "How many birth dates are there?",
            "SELECT COUNT(DISTINCT birth_date) FROM members",
        ),
        (
            "US members",
            "SELECT full_name FROM members WHERE country = 'United States'",
        ),
        (
            "How many members are active?",
            "SELECT COUNT(*) FROM members WHERE is_active = TRUE",
        ),
        (
            "What percentage of members are active?",
            "SELECT 100.0 * SUM(CASE WHEN is_active = TRUE THEN 1 ELSE 0 END) / COUNT(*) FROM members",
        ),
        (
            "How many active members do we have?",
            "SELECT COUNT(*) FROM members WHERE is_active = TRUE",
        ),
        (
            "new members per month",
            "SELECT SUBSTR(CAST(joined_on AS VARCHAR), 1, 7) AS month, COUNT(*) FROM members GROUP BY SUBSTR(CAST(joined_on AS VARCHAR), 1, 7) ORDER BY month ASC",
        ),
    ] {
        let answer = ask(&gym, question, today, &|_: &str| true);
        assert_eq!(answer.parsed_query.sql.as_deref(), Some(sql), "{question}");
    }
    let answer = ask(&gym, "classes longer than 1 hour", today, &|_: &str| true);
    assert_eq!(answer.status, Status::NeedsClarification, "{answer:?}");
    let reason = answer.reason.expect("a reason");
    assert!(reason.contains("duration_minutes"), "{reason}");
}

#[test]
fn values_are_said_by_their_initials_or_in_full() {
    let mut builder = Database::builder(
        "CREATE TABLE students (id INTEGER PRIMARY KEY, full_name TEXT, city TEXT, dept_name TEXT);",
    )
    .expect("the schema reads");
    let csv = "id,full_name,city,dept_name\n1,Ann Lee,Los Angeles,Comp. Sci.\n2,Bo Roy,San Diego,Physics\n";
    builder
        .csv("students", csv.as_bytes())
        .expect("the rows read");
    let database = builder.compile();
    let today = NaiveDate::from_ymd_opt(2024, 2, 14).expect("a day");
    for (question, sql) in [
        (
            "students from LA",
            "SELECT full_name FROM students WHERE city = 'Los Angeles'",
        ),
        (
            "students in the computer science department",
            "SELECT full_name FROM students WHERE dept_name = 'Comp. Sci.'",
        ),
    ] {
        let answer = ask(&database, question, today, &|_: &str| true);
        assert_eq!(answer.parsed_query.sql.as_deref(), Some(sql), "{question}");
    }
}

#[test]
fn capitals_in_every_word_name_nothing() {
    reads(
        "How Many Orders Were Placed Last Month?",
        "SELECT COUNT(*) FROM orders WHERE created_at >= '2024-01-01' AND created_at < '2024-02-01'",
    );
}
