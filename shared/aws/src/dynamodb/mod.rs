//! Records on DynamoDB.

mod attribute;
mod expression;
mod transaction;

use std::collections::HashMap;

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use millrace_ports::{
    Index, Item, Key, Page, PortError, Position, Query, Records, TransactError, Write, limits,
};

use crate::Settings;
use crate::error::port_error;
use expression::Expression;

/// The state table on DynamoDB.
#[derive(Debug, Clone)]
pub struct DynamoRecords {
    client: Client,
    table: String,
}

impl DynamoRecords {
    /// The table of `settings`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, settings: &Settings) -> Self {
        Self {
            client: Client::new(sdk),
            table: settings.table.clone(),
        }
    }
}

#[async_trait]
impl Records for DynamoRecords {
    async fn get(&self, key: &Key) -> Result<Option<Item>, PortError> {
        limits::check_key(key)?;
        let output = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_attributes(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| port_error("read an item", &error))?;
        output.item().map(attribute::item).transpose()
    }

    async fn query(&self, query: &Query) -> Result<Page, PortError> {
        limits::check_query(query)?;
        let start = Position::of(query)?.map(|position| {
            let attributes = position.attributes(&query.partition).into_iter();
            attributes
                .map(|(name, text)| (name.to_owned(), AttributeValue::S(text)))
                .collect()
        });
        let (index, partition_field, sort_field) = match query.index {
            Index::Main => (None, "pk", "sk"),
            Index::Gsi1 => (Some("gsi1".to_owned()), "gsi1pk", "gsi1sk"),
        };
        let mut expression = Expression::default();
        let condition = expression.key(
            (partition_field, &query.partition),
            (sort_field, query.sort_prefix.as_deref()),
        );
        let (names, values) = expression.into_parts();
        let output = self
            .client
            .query()
            .table_name(&self.table)
            // A secondary index has no consistent reads.
            .consistent_read(index.is_none())
            .set_index_name(index)
            .key_condition_expression(condition)
            .set_expression_attribute_names(names)
            .set_expression_attribute_values(values)
            .scan_index_forward(!query.newest_first)
            .limit(i32::try_from(query.limit).unwrap_or(i32::MAX))
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| port_error("query items", &error))?;
        let items = output
            .items()
            .iter()
            .map(attribute::item)
            .collect::<Result<_, _>>()?;
        let next = match output.last_evaluated_key() {
            None => None,
            Some(last) => Some(cursor(query.index, last)?),
        };
        Ok(Page { items, next })
    }

    async fn transact(&self, writes: Vec<Write>) -> Result<(), TransactError> {
        limits::check_transaction(&writes)?;
        let items = writes
            .iter()
            .map(|write| transaction::item(&self.table, write))
            .collect::<Result<_, _>>()?;
        // The SDK gives the call a token of its own, so that its retries commit once.
        let sent = self
            .client
            .transact_write_items()
            .set_transact_items(Some(items))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(transaction::error(&error)),
        }
    }
}

fn cursor(index: Index, last: &HashMap<String, AttributeValue>) -> Result<String, PortError> {
    let position = Position::after(index, &attribute::item(last)?);
    let position =
        position.ok_or_else(|| PortError::other("a page ends at an item without key"))?;
    Ok(position.cursor())
}

fn key_attributes(key: &Key) -> HashMap<String, AttributeValue> {
    HashMap::from([
        ("pk".to_owned(), AttributeValue::S(key.pk.clone())),
        ("sk".to_owned(), AttributeValue::S(key.sk.clone())),
    ])
}
