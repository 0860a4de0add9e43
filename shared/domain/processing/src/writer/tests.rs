use std::time::Duration;

use millrace_ports::Objects;
use millrace_ports::limits::{LARGEST_PART, MOST_PARTS, SMALLEST_PART};
use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use tokio::runtime::Handle;

use super::*;
use crate::outside::{Outside, OutsideFault};
use crate::patience::Patience;
use crate::stop::Reason;

const KEY: &str = "output/1/a_processed.csv";
const PART: usize = 5 << 20;

struct House {
    memory: Memory,
    stop: Stop,
    outside: Outside,
}

impl House {
    fn new(faults: Faults) -> Self {
        Self {
            memory: Memory::with_faults(faults),
            stop: Stop::default(),
            outside: Outside::default(),
        }
    }

    fn begin(&self) -> Upload {
        let target = Target {
            ports: self.memory.ports(),
            key: KEY.to_owned(),
            content_type: "text/csv".to_owned(),
            patience: Patience(Duration::ZERO),
        };
        let signals = (self.stop.clone(), self.outside.clone());
        Upload::with_parts(target, |_| PART, &Handle::current(), signals)
    }

    async fn object(&self) -> Option<Bytes> {
        let object = self.memory.objects.get(KEY, u64::MAX).await;
        object.expect("a read")
    }

    fn is_clean(&self) -> bool {
        self.memory.objects.open_uploads().is_empty()
    }
}

/// Bytes that repeat nowhere near a part's length.
fn content(length: usize) -> Vec<u8> {
    (0..)
        .flat_map(|number: u32| number.to_le_bytes())
        .take(length)
        .collect()
}

/// Writes on a thread that may wait, in pieces that are no divisors of a part.
async fn write(upload: &Upload, content: Vec<u8>) -> io::Result<()> {
    let mut writer = upload.writer();
    let writing = tokio::task::spawn_blocking(move || {
        content
            .chunks(700_001)
            .try_for_each(|piece| writer.write_all(piece))?;
        writer.flush()
    });
    writing.await.expect("no panic")
}

#[test]
fn parts_are_small_at_first_and_hold_a_terabyte_in_the_end() {
    let sizes: Vec<u64> = (1..=MOST_PARTS)
        .map(|number| part_bytes(number) as u64)
        .collect();
    assert!(sizes.is_sorted());
    assert!(
        sizes
            .iter()
            .all(|size| (SMALLEST_PART..=LARGEST_PART).contains(size))
    );
    assert!(sizes.iter().sum::<u64>() > 3 << 39);
    assert_eq!(sizes[0], 8 << 20);
}

#[tokio::test]
async fn what_fits_into_a_part_is_one_put() {
    for length in [0, 1, PART - 1] {
        let house = House::new(Faults::none());
        let upload = house.begin();
        write(&upload, content(length)).await.expect("written");
        assert_eq!(
            house.object().await,
            None,
            "nothing is there before the end"
        );
        assert_eq!(upload.writer().written(), length as u64);
        assert_eq!(upload.finish().await, Ok(length as u64));
        assert_eq!(house.object().await, Some(content(length).into()));
        assert_eq!(house.memory.faults.calls(Operation::CreateUpload), 0);
    }
}

#[tokio::test]
async fn parts_come_together_in_their_order() {
    for length in [PART, PART + 1, 3 * PART, 12 * PART + 77] {
        let house = House::new(Faults::none());
        let upload = house.begin();
        write(&upload, content(length)).await.expect("written");
        assert_eq!(
            house.object().await,
            None,
            "nothing is there before the end"
        );
        assert_eq!(upload.finish().await, Ok(length as u64));
        let object = house.object().await.expect("an object");
        assert!(object == content(length), "other bytes");
        let content_type = house.memory.objects.content_type(KEY);
        assert_eq!(content_type.as_deref(), Some("text/csv"));
        assert!(house.is_clean());
        let parts = house.memory.faults.calls(Operation::PutPart);
        assert_eq!(parts, length.div_ceil(PART) as u64);
    }
}

#[tokio::test]
async fn clones_write_to_one_object_and_none_after_its_end() {
    let house = House::new(Faults::none());
    let upload = house.begin();
    let (mut one, mut other) = (upload.writer(), upload.writer());
    one.write_all(b"a").expect("written");
    other.write_all(b"b").expect("written");
    assert_eq!(upload.finish().await, Ok(2));
    assert!(one.write_all(b"c").is_err());
    assert_eq!(house.object().await, Some(Bytes::from_static(b"ab")));
}

#[tokio::test]
async fn a_lost_answer_changes_nothing() {
    for operation in [
        Operation::CreateUpload,
        Operation::PutPart,
        Operation::CompleteUpload,
    ] {
        let faults = Faults::none().fail(operation, 1, Fault::ResponseLost);
        let house = House::new(faults);
        let upload = house.begin();
        write(&upload, content(2 * PART)).await.expect("written");
        assert_eq!(upload.finish().await, Ok(2 * PART as u64), "{operation:?}");
        assert!(
            house
                .object()
                .await
                .is_some_and(|object| object == content(2 * PART))
        );
        assert_eq!(house.outside.fault(), None);
    }
}

#[tokio::test]
async fn a_store_that_takes_no_parts_ends_the_writing_and_leaves_nothing() {
    let faults = (1..=100).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::PutPart, nth, Fault::Unavailable)
    });
    let house = House::new(faults);
    let upload = house.begin();
    // More than can wait: the writer hears of it.
    assert!(write(&upload, content(12 * PART)).await.is_err());
    upload.discard().await;
    assert!(matches!(
        house.outside.fault(),
        Some(OutsideFault::Store(_))
    ));
    assert!(house.is_clean());
    assert_eq!(house.object().await, None);
}

#[tokio::test]
async fn a_store_that_completes_nothing_leaves_nothing() {
    let faults = (1..=100).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::CompleteUpload, nth, Fault::Throttled)
    });
    let house = House::new(faults);
    let upload = house.begin();
    write(&upload, content(PART)).await.expect("written");
    assert!(upload.finish().await.is_err());
    assert!(house.is_clean());
    assert_eq!(house.object().await, None);
}

#[tokio::test]
async fn a_stop_takes_everything_away() {
    let house = House::new(Faults::none());
    let upload = house.begin();
    write(&upload, content(3 * PART)).await.expect("written");
    house.stop.request(Reason::Cancelled);
    let error = write(&upload, content(1)).await.expect_err("stopped");
    assert_eq!(error.to_string(), "the work was stopped");
    upload.discard().await;
    assert!(house.is_clean());
    assert_eq!(house.object().await, None);
    assert_eq!(house.outside.fault(), None, "nobody else is to blame");
}

#[tokio::test]
async fn what_is_discarded_without_a_stop_goes_too() {
    let house = House::new(Faults::none());
    let upload = house.begin();
    write(&upload, content(2 * PART)).await.expect("written");
    upload.discard().await;
    assert!(house.is_clean());
    assert_eq!(house.object().await, None);
}
