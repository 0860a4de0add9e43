use std::time::Duration;

use millrace_ports::memory::{Fault, Faults, Memory, Operation};
use proptest::prelude::*;

use super::*;
use crate::stop::Reason;

const KEY: &str = "input/1/a.csv";

fn small_blocks() -> ReadAhead {
    ReadAhead {
        block_bytes: 7,
        ahead: 2,
        blocks: 4,
    }
}

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

    async fn put(&self, body: &[u8]) {
        let body = Bytes::copy_from_slice(body);
        let put = self.memory.objects.put(KEY, body, "text/csv").await;
        put.expect("a put");
    }

    async fn source(&self, body: &[u8]) -> Arc<ObjectSource> {
        self.put(body).await;
        let head = self.memory.objects.head(KEY).await.expect("a look");
        let head = head.expect("an object");
        let input = StoredInput {
            size: head.size,
            etag: head.etag,
        };
        Arc::new(ObjectSource::new(
            self.memory.objects.clone(),
            (KEY.to_owned(), input),
            (small_blocks(), Patience(Duration::ZERO)),
            self.stop.clone(),
            self.outside.clone(),
        ))
    }

    fn reads(&self) -> u64 {
        self.memory.faults.calls(Operation::GetRange)
    }
}

/// Reads all of a source from `offset` on, a few bytes at a time, on a thread that may wait.
async fn read(source: &Arc<ObjectSource>, mut offset: u64, step: usize) -> io::Result<Vec<u8>> {
    let source = Arc::clone(source);
    let reading = tokio::task::spawn_blocking(move || {
        let (mut all, mut buffer) = (Vec::new(), vec![0; step]);
        loop {
            let count = source.read_at(offset, &mut buffer)?;
            if count == 0 {
                return Ok(all);
            }
            all.extend_from_slice(&buffer[..count]);
            offset += count as u64;
        }
    });
    reading.await.expect("no panic")
}

fn is_changed(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    matches!(inner, Some(FormatError::InputChanged))
}

#[tokio::test]
async fn a_reader_from_front_to_end_asks_for_every_block_once() {
    let house = House::new(Faults::none());
    let body: Vec<u8> = (0..100).collect();
    let source = house.source(&body).await;
    assert_eq!(source.length(), 100);
    assert_eq!(read(&source, 0, 5).await.expect("bytes"), body);
    assert_eq!(house.reads(), 100_u64.div_ceil(7));
    assert_eq!(house.outside.fault(), None);
    assert_eq!(read(&source, 100, 5).await.expect("nothing"), b"");
    assert_eq!(read(&source, u64::MAX, 5).await.expect("nothing"), b"");
}

#[tokio::test]
async fn a_look_at_the_end_reads_nothing_ahead() {
    let house = House::new(Faults::none());
    let source = house.source(&[1; 700]).await;
    assert_eq!(read(&source, 693, 7).await.expect("bytes"), [1; 7]);
    assert_eq!(house.reads(), 1);
}

#[tokio::test]
async fn an_empty_object_has_no_bytes() {
    let house = House::new(Faults::none());
    let source = house.source(&[]).await;
    assert_eq!(read(&source, 0, 5).await.expect("nothing"), b"");
    assert_eq!(house.reads(), 0);
}

#[tokio::test]
async fn another_object_under_the_key_is_a_changed_input() {
    let house = House::new(Faults::none());
    let source = house.source(&[1; 70]).await;
    let mut buffer = [0; 7];
    let first = Arc::clone(&source);
    let first = tokio::task::spawn_blocking(move || first.read_at(0, &mut buffer));
    assert_eq!(first.await.expect("no panic").expect("bytes"), 7);
    house.put(&[2; 70]).await;
    let error = read(&source, 0, 7).await.expect_err("another object");
    assert!(is_changed(&error), "{error:?}");
    assert_eq!(house.outside.fault(), Some(&OutsideFault::InputChanged));
}

#[tokio::test]
async fn a_removed_object_is_a_changed_input() {
    let house = House::new(Faults::none());
    let source = house.source(&[1; 70]).await;
    let gone = house.memory.objects.delete(&[KEY.to_owned()]).await;
    gone.expect("deleted");
    assert!(is_changed(&read(&source, 0, 7).await.expect_err("gone")));
}

#[tokio::test]
async fn a_store_that_answers_late_is_asked_again() {
    let faults = (1..=4).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::GetRange, nth, Fault::Throttled)
    });
    let house = House::new(faults);
    let source = house.source(b"seven b").await;
    assert_eq!(read(&source, 0, 7).await.expect("bytes"), b"seven b");
    assert_eq!(house.reads(), 5);
    assert_eq!(house.outside.fault(), None);
}

#[tokio::test]
async fn a_store_that_never_answers_is_no_fault_of_the_file() {
    let faults = (1..=5).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::GetRange, nth, Fault::Unavailable)
    });
    let house = House::new(faults);
    let source = house.source(b"seven b").await;
    let error = read(&source, 0, 7).await.expect_err("no answer");
    assert!(!is_changed(&error), "{error:?}");
    assert!(matches!(
        house.outside.fault(),
        Some(OutsideFault::Store(PortError::Unavailable { .. }))
    ));
}

#[tokio::test]
async fn a_stopped_source_gives_nothing_more() {
    let house = House::new(Faults::none());
    let source = house.source(b"seven b").await;
    house.stop.request(Reason::Cancelled);
    assert!(read(&source, 0, 7).await.is_err());
    assert_eq!(house.reads(), 0);
}

#[test]
fn a_slot_that_nobody_fills_is_no_trap() {
    let (slot, filler) = Slot::pair();
    drop(filler);
    assert_eq!(slot.wait(&Stop::default()), Err(ReadFault::Stopped));
    let (slot, filler) = Slot::pair();
    filler.fill(Ok(Bytes::from_static(b"a")));
    assert_eq!(slot.wait(&Stop::default()), Ok(Bytes::from_static(b"a")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_reads_give_the_bytes_of_the_object(
        length in 0..200_usize,
        reads in prop::collection::vec((0..210_u64, 1..40_usize), 1..12),
    ) {
        let body: Vec<u8> = (0..length).map(|place| (place * 7 % 251) as u8).collect();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .expect("a runtime");
        let house = House::new(Faults::none());
        let source = runtime.block_on(house.source(&body));
        // From several threads at once, as engines do.
        let threads: Vec<_> = reads
            .into_iter()
            .map(|(offset, length)| {
                let (source, body) = (Arc::clone(&source), body.clone());
                std::thread::spawn(move || {
                    let mut buffer = vec![0; length];
                    let count = source.read_at(offset, &mut buffer).expect("bytes");
                    let rest = body.get(usize::try_from(offset).expect("small")..).unwrap_or_default();
                    assert!(count > 0 || rest.is_empty());
                    assert_eq!(buffer[..count], rest[..count]);
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("the right bytes");
        }
    }
}
