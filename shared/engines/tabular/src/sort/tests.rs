use std::cmp::Ordering as Compared;

use arrow::array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float32Array, Float64Array,
    Int32Array, Int64Array, ListBuilder, StringViewArray, StringViewBuilder,
    TimestampMicrosecondArray, UInt32Array, UInt64Array, make_comparator, new_null_array,
};
use arrow::compute::{SortOptions, concat_batches, take_record_batch};
use arrow::datatypes::{DataType, Field, Schema};
use millrace_rows::Rejected;
use millrace_steps::step::{Collation, Nulls, Order, SortKey};
use millrace_steps::value::Name;
use proptest::prelude::*;

use super::*;
use crate::frames::Frame;
use crate::stream::SpillFile;

/// Numbers without an order, the same ones for the same seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed ^ (mixed >> 29)) % sides
    }

    fn maybe<T>(&mut self, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.roll(8) > 0).then(|| value(self))
    }

    fn pick<T: Clone>(&mut self, values: &[T]) -> T {
        values[self.roll(values.len() as u64) as usize].clone()
    }

    fn text(&mut self, common: &str) -> String {
        let stem = self.pick(&[
            "",
            "a",
            "A",
            "a\0",
            "ab",
            "Ärger",
            "file",
            "abcdefghijklmnop",
        ]);
        let tail = self.pick(&[
            "",
            "9",
            "10",
            "010",
            "-x",
            "a tail that is too long for a view",
        ]);
        format!("{common}{stem}{tail}")
    }
}

/// A column of each type, and the number of the row.
fn batch(dice: &mut Dice, rows: usize) -> RecordBatch {
    let floats = [
        0.0,
        -0.0,
        1.5,
        -1.5,
        f64::NAN,
        -f64::NAN,
        f64::INFINITY,
        f64::MIN,
    ];
    let integers = [0, 1, -1, 7, i64::MAX, i64::MIN];
    let wide = [0, 1, -1, 5_000, 10_i128.pow(38) - 1, 1 - 10_i128.pow(38)];
    let mut cells = |index: usize| -> ArrayRef {
        let column = || (0..rows).map(|_| ());
        match index {
            0 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.roll(2) > 0))
                    .collect::<BooleanArray>(),
            ),
            1 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.roll(9) as i32 - 4))
                    .collect::<Int32Array>(),
            ),
            2 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.pick(&integers)))
                    .collect::<Int64Array>(),
            ),
            3 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.pick(&floats) as f32))
                    .collect::<Float32Array>(),
            ),
            4 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.pick(&floats)))
                    .collect::<Float64Array>(),
            ),
            5 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.pick(&wide)))
                    .collect::<Decimal128Array>()
                    .with_precision_and_scale(38, 2)
                    .expect("a decimal"),
            ),
            6 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.roll(5) as i32))
                    .collect::<Date32Array>(),
            ),
            7 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.roll(5) as i64 - 2))
                    .collect::<TimestampMicrosecondArray>(),
            ),
            8 => Arc::new(
                column()
                    .map(|()| dice.maybe(|dice| dice.text("")))
                    .collect::<StringViewArray>(),
            ),
            9 => Arc::new(
                column()
                    .map(|()| Some(dice.text("https://example.com/")))
                    .collect::<StringViewArray>(),
            ),
            10 => {
                let mut lists = ListBuilder::new(StringViewBuilder::new());
                for () in column() {
                    let items = dice.maybe(|dice| {
                        (0..dice.roll(3))
                            .map(|_| Some(dice.text("")))
                            .collect::<Vec<_>>()
                    });
                    lists.append_option(items);
                }
                Arc::new(lists.finish())
            }
            _ => Arc::new(
                column()
                    .map(|()| Some(dice.roll(3) as i32))
                    .collect::<Int32Array>(),
            ),
        }
    };
    let columns: Vec<ArrayRef> = (0..12).map(&mut cells).collect();
    let fields = columns
        .iter()
        .enumerate()
        .map(|(place, column)| Field::new(format!("c{place}"), column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns).expect("a batch")
}

fn frames(batches: &[RecordBatch]) -> Frames {
    let mut next = 1_u64;
    let frames: Vec<_> = batches
        .iter()
        .map(|batch| {
            let first = next;
            next += batch.num_rows() as u64;
            let numbers =
                (!first.is_multiple_of(5)).then(|| UInt64Array::from_iter_values(first..next));
            Ok(Frame::of(Rows {
                batch: batch.clone(),
                numbers,
            }))
        })
        .collect();
    Box::new(frames.into_iter())
}

fn resources(threads: usize, memory_bytes: usize) -> Resources {
    Resources {
        threads,
        memory_bytes,
        spill_directory: std::env::temp_dir(),
        spill_bytes: 1 << 30,
    }
}

/// The batches of frames, with the numbers of the rows behind them.
fn collect(frames: Frames) -> Result<Vec<RecordBatch>, TabularError> {
    frames
        .map(|frame| {
            let rows = frame?.rows;
            let count = rows.len();
            let mut columns = rows.batch.columns().to_vec();
            columns.push(Arc::new(
                rows.numbers.unwrap_or_else(|| UInt64Array::new_null(count)),
            ));
            let fields = rows.batch.schema();
            let fields = fields.fields().iter().map(|field| field.as_ref().clone());
            let number = Field::new("number", DataType::UInt64, true);
            let schema = Schema::new(fields.chain([number]).collect::<Vec<_>>());
            Ok(RecordBatch::try_new(Arc::new(schema), columns).expect("a batch"))
        })
        .collect()
}

fn joined(batches: &[RecordBatch]) -> Option<RecordBatch> {
    let first = batches.first()?;
    Some(concat_batches(&first.schema(), batches).expect("one batch"))
}

fn by(places: &[(usize, bool, bool)]) -> Vec<SortKey> {
    let key = |(place, descending, nulls_first): &(usize, bool, bool)| SortKey {
        column: Name::parse(&format!("c{place}")).expect("a name"),
        order: Some(if *descending {
            Order::Descending
        } else {
            Order::Ascending
        }),
        nulls: if *nulls_first {
            Nulls::First
        } else {
            Nulls::Last
        },
    };
    places.iter().map(key).collect()
}

fn sorting(keys: &[(usize, bool, bool)], collation: Collation, batch: &RecordBatch) -> Sorting {
    let schema = batch.schema();
    let order = Ordering::bind(&by(keys), collation, &schema).expect("an order");
    Sorting::of(order, &schema)
}

/// The same by a plain stable sort of all rows.
fn plainly(
    sorting: &Sorting,
    batches: &[RecordBatch],
    fetch: Option<usize>,
) -> Option<RecordBatch> {
    let all = joined(&collect(frames(batches)).expect("rows"))?;
    let columns = sorting.order.columns(&all);
    let comparing = sorting
        .order
        .keys()
        .iter()
        .zip(&columns)
        .map(|(key, column)| {
            let options = SortOptions {
                descending: key.descending,
                nulls_first: key.nulls_first,
            };
            make_comparator(column, column, options).expect("an order")
        });
    let comparing: Vec<_> = comparing.collect();
    let mut rows: Vec<usize> = (0..all.num_rows()).collect();
    rows.sort_by(|one, other| {
        let mut keys = comparing.iter().map(|compare| compare(*one, *other));
        keys.find(|order| order.is_ne()).unwrap_or(Compared::Equal)
    });
    rows.truncate(fetch.unwrap_or(usize::MAX));
    let rows: UInt32Array = rows.into_iter().map(|row| row as u32).collect();
    Some(take_record_batch(&all, &rows).expect("rows"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn rows_come_as_a_plain_sort_orders_them(
        seed in any::<u64>(),
        sizes in prop::collection::vec(0_usize..60, 1..14),
        keys in prop::collection::vec((0_usize..12, any::<bool>(), any::<bool>()), 1..4),
        collation in prop::sample::select(vec![
            Collation::Binary, Collation::CaseInsensitive, Collation::Natural,
        ]),
        memory in prop::sample::select(vec![1, 6_000, 60_000, 400_000, 1 << 30]),
        fetch in prop::option::of(0_usize..200),
    ) {
        let mut dice = Dice(seed);
        let batches: Vec<_> = sizes.iter().map(|rows| batch(&mut dice, *rows)).collect();
        let sorting = sorting(&keys, collation, &batches[0]);
        let expected = plainly(&sorting, &batches, fetch).filter(|rows| rows.num_rows() > 0);
        let mut alone: Option<Vec<RecordBatch>> = None;
        for threads in [1, 2, 5] {
            let sorted = sorting.attach(frames(&batches), fetch, &resources(threads, memory));
            let sorted = collect(sorted).expect("rows");
            prop_assert_eq!(joined(&sorted), expected.clone(), "{} threads", threads);
            let alone = alone.get_or_insert_with(|| sorted.clone());
            prop_assert_eq!(&sorted, &*alone, "{} threads", threads);
        }
    }
}

#[test]
fn a_key_without_a_value_leaves_the_order_to_the_next() {
    let rows = batch(&mut Dice(7), 40);
    for place in 0..11 {
        let mut columns = rows.columns().to_vec();
        columns[place] = new_null_array(columns[place].data_type(), rows.num_rows());
        let nulls = [RecordBatch::try_new(rows.schema(), columns).expect("a batch")];
        for nulls_first in [false, true] {
            let keys = [
                (11, true, false),
                (place, false, nulls_first),
                (2, false, false),
            ];
            let sorting = sorting(&keys, Collation::Natural, &nulls[0]);
            let sorted = sorting.attach(frames(&nulls), None, &resources(2, 1 << 30));
            let sorted = joined(&collect(sorted).expect("rows"));
            assert_eq!(sorted, plainly(&sorting, &nulls, None), "c{place}");
        }
    }
}

fn integers(rows: std::ops::Range<i64>) -> RecordBatch {
    let column: ArrayRef = Arc::new(Int64Array::from_iter_values(
        rows.map(|row| row * 7_919 % 100_003),
    ));
    let fields = vec![Field::new("c0", DataType::Int64, true)];
    RecordBatch::try_new(Arc::new(Schema::new(fields)), vec![column]).expect("a batch")
}

#[test]
fn a_few_rows_are_found_among_many() {
    let batches: Vec<_> = (0..60)
        .map(|part| integers(part * 5_000..(part + 1) * 5_000))
        .collect();
    let sorting = sorting(&[(0, true, false)], Collation::Binary, &batches[0]);
    for (fetch, memory) in [(10, 1 << 30), (70_000, 1 << 30), (70_000, 400_000), (10, 1)] {
        let sorted = sorting.attach(frames(&batches), Some(fetch), &resources(2, memory));
        let sorted = joined(&collect(sorted).expect("rows"));
        assert_eq!(
            sorted,
            plainly(&sorting, &batches, Some(fetch)),
            "{fetch} in {memory}"
        );
    }
}

#[test]
fn a_disk_that_is_full_or_missing_ends_the_run() {
    let batches = [integers(0..50_000), integers(50_000..100_000)];
    let sorting = sorting(&[(0, false, false)], Collation::Binary, &batches[0]);
    let failed = |resources: &Resources| {
        let mut sorted = sorting.attach(frames(&batches), None, resources);
        let error = sorted.next().expect("an error").expect_err("an error");
        assert!(sorted.next().is_none(), "nothing comes behind an error");
        error
    };
    let full = failed(&Resources {
        spill_bytes: 10_000,
        ..resources(2, 400_000)
    });
    assert_eq!(full.code(), "MEMORY_LIMIT");
    let missing = Resources {
        spill_directory: "/nowhere/at/all".into(),
        ..resources(2, 400_000)
    };
    assert_eq!(failed(&missing).code(), "SPILL_FAILED");
}

#[test]
fn merged_runs_leave_the_disk() {
    // Without memory each batch is a run of batches of one row, and runs are merged two by two.
    let batches: Vec<_> = (0..32)
        .map(|part| integers(part * 20..(part + 1) * 20))
        .collect();
    let sorting = sorting(&[(0, false, false)], Collation::Binary, &batches[0]);
    let expected = plainly(&sorting, &batches, None).expect("rows");
    let mut once = SpillFile::create(&std::env::temp_dir(), &expected.schema()).expect("a file");
    for row in 0..expected.num_rows() {
        once.write(&expected.slice(row, 1)).expect("a row");
    }
    // Every row is written five times, but only the runs of one merge stand there twice.
    let spill_bytes = once.bytes().expect("bytes") * 2;
    let small = Resources {
        spill_bytes,
        ..resources(1, 1)
    };
    let sorted = sorting.attach(frames(&batches), None, &small);
    assert_eq!(joined(&collect(sorted).expect("rows")), Some(expected));
}

#[test]
fn an_error_and_rejected_rows_are_told_of() {
    let rejected = Rejected {
        row: Some(3),
        byte_offset: None,
        column: None,
        code: "CAST_FAILED".to_owned(),
        message: "no number".to_owned(),
        raw: "x".to_owned(),
    };
    let none = Rows {
        batch: integers(0..0),
        numbers: None,
    };
    let frame = Frame {
        rows: none,
        rejects: vec![rejected],
    };
    let sorting = sorting(&[(0, false, false)], Collation::Binary, &integers(0..0));
    let input: Frames = Box::new(std::iter::once(Ok(frame.clone())));
    let mut sorted = sorting.attach(input, None, &resources(2, 1 << 20));
    let told = sorted.next().expect("a frame").expect("a frame");
    assert_eq!((told.rejects.len(), told.rows.len()), (1, 0));
    assert!(sorted.next().is_none());
    let input: Frames = Box::new([Ok(frame), Err(TabularError::Cancelled)].into_iter());
    let mut sorted = sorting.attach(input, None, &resources(2, 1 << 20));
    assert_eq!(
        sorted
            .next()
            .expect("an error")
            .expect_err("an error")
            .code(),
        "CANCELLED"
    );
    assert!(sorted.next().is_none());
}

#[test]
fn a_batch_that_comes_out_is_no_larger_than_its_rows() {
    let mut dice = Dice(5);
    let batches: Vec<_> = (0..40).map(|_| batch(&mut dice, 1_000)).collect();
    let sorting = sorting(
        &[(1, false, false), (2, true, true)],
        Collation::Binary,
        &batches[0],
    );
    let all: usize = batches.iter().map(RecordBatch::get_array_memory_size).sum();
    let sorted = sorting.attach(frames(&batches), None, &resources(2, 128 << 17));
    let sorted = collect(sorted).expect("rows");
    assert!(sorted.len() > 20, "{}", sorted.len());
    let largest = sorted.iter().map(RecordBatch::get_array_memory_size).max();
    assert!(
        largest.is_some_and(|bytes| bytes < all / 10),
        "{largest:?} of {all}"
    );
}

#[test]
fn an_amount_and_a_number_fit_into_a_key() {
    let amounts: Decimal128Array = (0..1_000).map(|row| Some((row % 70) * 100)).collect();
    let amounts = amounts.with_precision_and_scale(12, 2).expect("a decimal");
    let cities: StringViewArray = (0..1_000)
        .map(|row| Some(["Oslo", "Paris"][row % 2]))
        .collect();
    let columns: Vec<ArrayRef> = vec![
        Arc::new(amounts),
        Arc::new(Int64Array::from_iter_values(0..1_000)),
        Arc::new(cities),
    ];
    let fields = columns
        .iter()
        .enumerate()
        .map(|(place, column)| Field::new(format!("c{place}"), column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let batch = RecordBatch::try_new(schema, columns).expect("a batch");
    let keys = [(0, true, false), (1, false, false), (2, false, false)];
    let sorting = sorting(&keys, Collation::Binary, &batch);
    let packing = keys::Packing::of(sorting.order.keys(), &[sorting.order.columns(&batch)]);
    assert_eq!(packing.rest(), None);
}
