//! What the delivered files are promised to be, from the plan, for the verifier.

use millrace_packs::challenge::AnalyticalQuestion;
use millrace_packs::pack::{BusinessRule, TemporalOrder};
use millrace_synth::plan::DataType;
use millrace_verify as verify;

use crate::delivery::{DeliveredColumn, DeliveredTable, Delivery, grain, relationships};

/// Every promise of a delivery.
#[must_use]
pub fn expectations(
    delivery: &Delivery,
    rules: &[BusinessRule],
    order: &[TemporalOrder],
    proven: &[AnalyticalQuestion],
) -> verify::Expectations {
    verify::Expectations {
        tables: delivery
            .tables()
            .iter()
            .map(|table| table_expectation(delivery, table))
            .collect(),
        relationships: delivery.relationships(),
        temporal_orders: order
            .iter()
            .filter_map(|order| temporal_order(delivery, order))
            .collect(),
        business_rules: rules
            .iter()
            .filter_map(|rule| business_rule(delivery, rule))
            .collect(),
        answers: proven
            .iter()
            .filter_map(|question| {
                Some(verify::AnswerExpectation {
                    question: question.question.clone(),
                    sql: question.sql.clone()?,
                })
            })
            .collect(),
    }
}

fn table_expectation(delivery: &Delivery, table: &DeliveredTable) -> verify::TableExpectation {
    let grain = grain(delivery.plan()).name.clone();
    let columns = table
        .columns
        .iter()
        .map(|column| column_expectation(delivery, column, &grain))
        .collect();
    verify::TableExpectation {
        name: table.name.clone(),
        rows: table.rows,
        primary_key: table
            .columns
            .iter()
            .filter(|column| column.primary_key)
            .map(|column| column.name.clone())
            .collect(),
        columns,
    }
}

/// A parent's cell stands in a wide table as often as it has children: its shares are not those of
/// the parent's own table, its bounds and values are.
fn column_expectation(
    delivery: &Delivery,
    column: &DeliveredColumn,
    grain: &str,
) -> verify::ColumnExpectation {
    let generator = delivery.generator();
    let own = !delivery.is_wide() || column.table == grain;
    let bounds = generator.bounds(&column.table, &column.column);
    let values = generator
        .categories(&column.table, &column.column)
        .unwrap_or_default();
    let categories = values
        .iter()
        .map(|value| canonical(column.data_type, value))
        .collect();
    let mut expected = verify::ColumnExpectation {
        name: column.name.clone(),
        nullable: column.nullable,
        min: bounds.as_ref().map(|bounds| bounds.min.clone()),
        max: bounds.map(|bounds| bounds.max),
        categories,
        ..verify::ColumnExpectation::default()
    };
    let Some(planned) = generator.expectation(&column.table, &column.column) else {
        return expected;
    };
    if !own {
        expected.any_untidiness = true;
        return expected;
    }
    let present = 1.0 - planned.null_share.unwrap_or(0.0);
    expected.null_share = planned
        .null_share
        .map(|nulls| nulls + present * planned.empty_share);
    let filled = present * (1.0 - planned.empty_share);
    expected.unreadable_share = Some(filled * planned.mistyped_share);
    expected.padded_share = (planned.padded_share > 0.0).then_some(filled * planned.padded_share);
    if let Some(shares) = planned.shares {
        expected.categories = shares
            .iter()
            .map(|share| canonical(column.data_type, &share.value))
            .collect();
        expected.category_shares = shares.iter().map(|share| share.share).collect();
    }
    expected.deciles = planned
        .deciles
        .map(|deciles| deciles.to_vec())
        .unwrap_or_default();
    expected
}

/// A planned value as the files spell it: decimals have two digits, timestamps their time of day.
fn canonical(data_type: DataType, value: &str) -> String {
    match data_type {
        DataType::Decimal => match value.split_once('.') {
            None => format!("{value}.00"),
            Some((whole, digits)) => format!("{whole}.{digits:0<2}"),
        },
        DataType::Timestamp if value.len() == 10 => format!("{value} 00:00:00"),
        _ => value.to_owned(),
    }
}

fn business_rule(delivery: &Delivery, rule: &BusinessRule) -> Option<verify::BusinessRule> {
    let table = if delivery.is_wide() {
        let wide = delivery.tables().into_iter().next()?;
        // Only rules of the grain whose columns kept their names can be asked of the wide table.
        let kept = wide
            .columns
            .iter()
            .filter(|column| column.table == rule.table)
            .all(|column| column.name == column.column);
        (rule.table == grain(delivery.plan()).name && kept).then_some(wide.name)?
    } else {
        rule.table.clone()
    };
    Some(verify::BusinessRule {
        name: rule.name.clone(),
        table,
        description: rule.description.clone(),
        check: rule.check.clone(),
    })
}

fn temporal_order(delivery: &Delivery, order: &TemporalOrder) -> Option<verify::TemporalOrder> {
    let (earlier_table, earlier_column) = order.earlier.split_once('.')?;
    let (later_table, later_column) = order.later.split_once('.')?;
    if delivery.is_wide() {
        let wide = delivery.tables().into_iter().next()?;
        let find = |table: &str, column: &str| {
            let found = wide
                .columns
                .iter()
                .find(|candidate| candidate.table == table && candidate.column == column)?;
            Some(verify::ColumnReference {
                table: wide.name.clone(),
                column: found.name.clone(),
            })
        };
        return Some(verify::TemporalOrder {
            name: order.name.clone(),
            earlier: find(earlier_table, earlier_column)?,
            later: find(later_table, later_column)?,
            join: None,
        });
    }
    let join =
        match order.via.as_slice() {
            [] => None,
            [reference] => Some(relationships(delivery.plan()).into_iter().find(
                |relationship| {
                    relationship.from_table == later_table && relationship.from_column == *reference
                },
            )?),
            // The verifier joins two neighbours; longer ways are proven on the wide form.
            _ => return None,
        };
    let reference = |table: &str, column: &str| verify::ColumnReference {
        table: table.to_owned(),
        column: column.to_owned(),
    };
    Some(verify::TemporalOrder {
        name: order.name.clone(),
        earlier: reference(earlier_table, earlier_column),
        later: reference(later_table, later_column),
        join,
    })
}
