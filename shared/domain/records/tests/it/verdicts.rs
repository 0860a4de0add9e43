//! Facts of parts, and what they prove.

use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray};
use millrace_records::{FactsError, Generator, PartFacts, record_types};

use crate::generator;

fn facts(generator: &Generator, range: std::ops::Range<u64>) -> PartFacts {
    let mut facts = generator.facts(range.start);
    for batch in generator.batches(range) {
        let batch = batch.expect("the rows are made");
        generator
            .observe(&mut facts, &batch)
            .expect("its own columns");
    }
    facts
}

#[test]
fn whole_runs_are_sound() {
    for record_type in record_types() {
        let generator = generator(&record_type.name, 4_000, 21);
        let found = generator.verify(&facts(&generator, 0..4_000));
        assert_eq!(found, [], "{}", record_type.name);
    }
}

#[test]
fn facts_of_parts_are_those_of_the_whole() {
    let generator = generator("transactions", 40_000, 21);
    let whole = facts(&generator, 0..40_000);
    let cuts = [0, 1, 9_000, 9_000, 30_001, 40_000];
    let merged = cuts.windows(2).fold(generator.facts(0), |merged, cut| {
        let part = facts(&generator, cut[0]..cut[1]);
        let sent = serde_json::to_string(&part).expect("facts are plain");
        let part: PartFacts = serde_json::from_str(&sent).expect("facts are plain");
        merged.merge(&part).expect("the parts follow each other")
    });
    assert_eq!(merged, whole);
    let gap = facts(&generator, 0..10).merge(&facts(&generator, 11..20));
    assert_eq!(
        gap,
        Err(FactsError::Apart {
            expected: 10,
            found: 11
        })
    );
    let twice = facts(&generator, 0..10).merge(&facts(&generator, 5..20));
    assert_eq!(
        twice,
        Err(FactsError::Apart {
            expected: 10,
            found: 5
        })
    );
}

#[test]
fn what_is_missing_or_changed_is_found() {
    let generator = generator("transactions", 2_000, 21);
    let codes = |facts: &PartFacts| {
        let found = generator.verify(facts);
        let codes = found
            .iter()
            .map(|finding| (finding.code, finding.column.clone().unwrap_or_default()));
        codes.collect::<Vec<_>>()
    };
    let of = |code, column: &str| vec![(code, column.to_owned())];
    assert_eq!(codes(&facts(&generator, 0..1_999)), of("ROW_COUNT", ""));
    assert_eq!(codes(&facts(&generator, 1..2_000)), of("ROW_COUNT", ""));
    let batch = generator
        .batches(0..2_000)
        .next()
        .expect("rows")
        .expect("rows");
    let with = |name: &str, column: ArrayRef| {
        let mut columns = batch.columns().to_vec();
        columns[batch.schema().index_of(name).expect("a column")] = column;
        let schema = arrow::datatypes::Schema::new(
            batch
                .schema()
                .fields()
                .iter()
                .map(|field| field.as_ref().clone().with_nullable(true))
                .collect::<Vec<_>>(),
        );
        let changed = RecordBatch::try_new(Arc::new(schema), columns).expect("a batch");
        let mut facts = generator.facts(0);
        generator
            .observe(&mut facts, &changed)
            .expect("its own columns");
        codes(&facts)
    };
    let same = |text: &str| Arc::new(StringArray::from(vec![text; 2_000])) as ArrayRef;
    assert_eq!(
        with("transaction_id", same("T-0000000007")),
        of("KEYS", "transaction_id")
    );
    assert_eq!(with("status", same("maybe")), of("BOUNDS", "status"));
    let none = Arc::new(StringArray::new_null(2_000));
    assert_eq!(with("status", none), of("NULLS", "status"));
    let negative = Decimal128Array::from(vec![-1; 2_000])
        .with_precision_and_scale(18, 2)
        .expect("decimals");
    assert_eq!(with("amount", Arc::new(negative)), of("BOUNDS", "amount"));
    let other = crate::generator("customers", 10, 1)
        .batches(0..10)
        .next()
        .expect("rows")
        .expect("rows");
    assert!(generator.observe(&mut generator.facts(0), &other).is_err());
}
