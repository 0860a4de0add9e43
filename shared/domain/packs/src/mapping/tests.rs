use super::{answer, separate};
use crate::library;
use crate::pack::{Difficulty, Pack};

fn pack(domain: &str) -> Pack {
    library::choose(domain, "sales, operations and growth", "")
}

fn sql(domain: &str, question: &str) -> String {
    answer(&pack(domain), question)
        .unwrap_or_else(|refused| panic!("{question}: {}", refused.reason))
        .sql
}

#[test]
fn separates_lists_lines_and_sentences() {
    let text = "1. Which city sells most?\n2) Revenue by month\n- Top 5 brands? And by country? \n\nQ4: margin";
    assert_eq!(
        separate(text),
        [
            "Which city sells most?",
            "Revenue by month",
            "Top 5 brands?",
            "And by country?",
            "margin"
        ]
    );
    assert_eq!(separate(&"Why?\n".repeat(50)).len(), 20);
    assert!(separate(" \n ?? \n...").is_empty());
}

#[test]
fn maps_measure_by_group() {
    assert_eq!(
        sql("E-commerce", "What is the revenue by country?"),
        "SELECT customers.country AS country, round(SUM(CASE WHEN orders.status <> 'cancelled' THEN order_items.line_total ELSE 0 END), 2) AS revenue\nFROM order_items\nJOIN orders ON orders.order_id = order_items.order_id\nJOIN customers ON customers.customer_id = orders.customer_id\nGROUP BY customers.country\nORDER BY revenue DESC NULLS LAST, country"
    );
    let question = answer(&pack("saas"), "How many sessions are there per device?").unwrap();
    assert_eq!(
        (
            question.difficulty,
            question.category.as_str(),
            question.asked_by.as_str()
        ),
        (Difficulty::Beginner, "user", "you")
    );
    assert!(
        question
            .sql
            .contains("LOWER(TRIM(sessions.device)) AS device")
    );
}

#[test]
fn maps_time_limits_and_values() {
    let monthly = sql("E-commerce", "How does revenue develop over time?");
    assert!(
        monthly.contains("date_trunc('month', orders.ordered_at) AS month_start")
            && monthly.ends_with("ORDER BY month_start")
    );
    let top = sql("E-commerce", "Who are the top 5 customers by revenue?");
    assert!(top.contains("customers.customer_id AS customer") && top.ends_with("LIMIT 5"));
    let lowest = sql("E-commerce", "Which brands have the lowest gross margin?");
    assert!(lowest.contains("ORDER BY gross_margin_percent NULLS LAST, brand"));
    let year = sql("healthcare", "No-show rate by department in 2025");
    assert!(year.contains("extract(year FROM visits.scheduled_at) IN (2025)"));
    let filter = sql("E-commerce", "Monthly number of orders that were cancelled");
    assert!(filter.contains("LOWER(orders.status) = 'cancelled'"));
    let share = sql("E-commerce", "What percentage of orders was cancelled?");
    assert!(share.contains("100.0 * COUNT(DISTINCT CASE WHEN LOWER(orders.status) = 'cancelled' THEN orders.order_id END)"));
    let within = sql("E-commerce", "Top 3 products by revenue in each category");
    assert!(within.contains("PARTITION BY category") && within.contains("place <= 3"));
    let growth = sql("saas", "What is the growth of active users?");
    assert!(growth.contains("LAG(CAST(active_users AS DOUBLE))"));
}

#[test]
fn finds_pack_questions_and_key_figures() {
    let ecommerce = pack("E-commerce");
    let asked = answer(&ecommerce, "what is the net revenue of each category").unwrap();
    assert_eq!(
        asked.sql,
        ecommerce
            .questions
            .iter()
            .find(|q| q.question.starts_with("What is the net revenue"))
            .unwrap()
            .sql
    );
    assert!(sql("E-commerce", "What is the repeat customer rate?").contains("order_count > 1"));
}

#[test]
fn refuses_what_no_table_knows() {
    for (domain, question, word) in [
        (
            "E-commerce",
            "How does the weather on Mars affect revenue?",
            "mars",
        ),
        (
            "E-commerce",
            "Which employees are likely to resign?",
            "employees",
        ),
        (
            "healthcare",
            "What was the blood pressure of patients in each department?",
            "blood",
        ),
        ("saas", "Forecast the revenue by plan", "forecast"),
        ("saas", "Какая выручка по месяцам?", "выручка"),
        (
            "E-commerce",
            "Revenue excluding returns by country",
            "excluding",
        ),
        ("E-commerce", "Why do customers leave?", "why"),
    ] {
        let refused = answer(&pack(domain), question).unwrap_err();
        assert!(
            refused.reason.contains(&format!("\u{201c}{word}")),
            "{question}: {}",
            refused.reason
        );
        assert_eq!(refused.question, question);
    }
    let apart = answer(&pack("E-commerce"), "Revenue by refund reason").unwrap_err();
    assert!(
        apart
            .reason
            .contains("no reference leads from order items to refunds"),
        "{}",
        apart.reason
    );
    assert!(
        answer(&pack("E-commerce"), "Revenue in 1999")
            .unwrap_err()
            .reason
            .contains("1999")
    );
    assert!(answer(&pack("E-commerce"), "How many?").is_err());
}
