//! Work in several threads, in order.
//!
//! Item `i` of a stream goes to thread `i mod n`, and results are taken from the threads in turn, so the
//! order stays without a number on any item. Each end says that it is one: a thread that breaks off is an
//! error, never an end of the rows.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{JoinHandle, ScopedJoinHandle};

use crate::error::TabularError;

/// Items that a thread may be ahead.
const AHEAD: usize = 2;

type Item<T> = Result<T, TabularError>;

/// Items in order. After an error nothing comes.
type Items<T> = Box<dyn Iterator<Item = Item<T>> + Send>;

/// Turns each item, in `threads` threads.
pub(crate) fn turn_all<A, B, F>(
    input: impl Iterator<Item = Item<A>> + Send + 'static,
    threads: usize,
    turn: F,
) -> Result<Items<B>, TabularError>
where
    A: Send + 'static,
    B: Send + 'static,
    F: Fn(A) -> Item<B> + Send + Sync + 'static,
{
    if threads < 2 {
        return Ok(Box::new(input.map(move |item| item.and_then(&turn))));
    }
    let turn = Arc::new(turn);
    let mut handles = Vec::with_capacity(threads + 1);
    let (mut entries, mut exits) = (Vec::new(), Vec::new());
    for lane in 0..threads {
        let (entry, work) = sync_channel::<Option<Item<A>>>(AHEAD);
        let (result, exit) = sync_channel::<Option<Item<B>>>(AHEAD);
        let turn = Arc::clone(&turn);
        entries.push(entry);
        exits.push(exit);
        let body = move || {
            while let Ok(message) = work.recv() {
                let ended = !matches!(message, Some(Ok(_)));
                let message = message.map(|item| item.and_then(|item| turn(item)));
                if result.send(message).is_err() || ended {
                    return;
                }
            }
        };
        handles.push(spawn(format!("steps-{lane}"), body)?);
    }
    handles.push(spawn("feed".to_owned(), move || feed(input, &entries))?);
    Ok(Box::new(Lanes {
        exits,
        next: 0,
        ended: false,
        handles,
    }))
}

pub(crate) fn spawn(
    name: String,
    body: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, TabularError> {
    Ok(std::thread::Builder::new().name(name).spawn(body)?)
}

fn feed<A>(input: impl Iterator<Item = Item<A>>, entries: &[SyncSender<Option<Item<A>>>]) {
    let mut lanes = entries.iter().cycle();
    for item in input {
        let ended = item.is_err();
        let Some(lane) = lanes.next() else { return };
        if lane.send(Some(item)).is_err() || ended {
            return;
        }
    }
    if let Some(lane) = lanes.next() {
        // Whoever takes nothing any more needs no end.
        let _ = lane.send(None);
    }
}

struct Lanes<T> {
    exits: Vec<Receiver<Option<Item<T>>>>,
    next: usize,
    ended: bool,
    handles: Vec<JoinHandle<()>>,
}

impl<T> Iterator for Lanes<T> {
    type Item = Item<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let lane = self.next % self.exits.len();
        self.next += 1;
        let item = match self.exits[lane].recv() {
            Ok(message) => message,
            Err(_) => Some(Err(broken_off())),
        };
        self.ended = !matches!(item, Some(Ok(_)));
        item
    }
}

impl<T> Drop for Lanes<T> {
    fn drop(&mut self) {
        // Without receivers no thread waits to send, and so each of them ends.
        self.exits.clear();
        for handle in self.handles.drain(..) {
            // A panic was told of when its item was missed.
            let _ = handle.join();
        }
    }
}

/// Works on each of some items that are there already, a share of them in each thread; the results are
/// in the order of the items.
pub(crate) fn in_shares<I, R, F>(items: I, threads: usize, work: F) -> Result<Vec<R>, TabularError>
where
    I: IntoIterator<IntoIter: ExactSizeIterator, Item: Send>,
    R: Send,
    F: Fn(I::Item) -> Item<R> + Sync,
{
    let mut items = items.into_iter();
    let most = items.len().div_ceil(threads.max(1));
    if most == items.len() {
        return items.map(work).collect();
    }
    let work = &work;
    std::thread::scope(|scope| {
        let mut handles = Vec::with_capacity(threads);
        while items.len() > 0 {
            let share: Vec<_> = items.by_ref().take(most).collect();
            let body = move || share.into_iter().map(work).collect::<Result<Vec<R>, _>>();
            handles.push(std::thread::Builder::new().spawn_scoped(scope, body)?);
        }
        // Each is waited for, so that no panic goes further than here.
        let shares: Vec<_> = handles.into_iter().map(ScopedJoinHandle::join).collect();
        let mut results = Vec::new();
        for share in shares {
            results.extend(share.map_err(|_| broken_off())??);
        }
        Ok(results)
    })
}

fn broken_off() -> TabularError {
    TabularError::Internal("a thread broke off".to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, RecordBatchOptions};
    use arrow::datatypes::{DataType, Field, Schema};
    use millrace_rows::Rows;

    use super::*;
    use crate::frames::{Frame, Frames};

    fn frame(value: i64) -> Frame {
        let schema = Arc::new(Schema::new(vec![Field::new("a", DataType::Int64, true)]));
        let column = Arc::new(Int64Array::from(vec![value]));
        let batch =
            RecordBatch::try_new_with_options(schema, vec![column], &RecordBatchOptions::new())
                .expect("a batch");
        Frame::of(Rows {
            batch,
            numbers: None,
        })
    }

    fn value(frame: &Frame) -> i64 {
        use arrow::array::AsArray;
        frame
            .rows
            .batch
            .column(0)
            .as_primitive::<arrow::datatypes::Int64Type>()
            .value(0)
    }

    #[test]
    fn order_stays_whatever_the_number_of_threads() {
        for threads in [1, 2, 3, 7] {
            let input: Frames = Box::new((0..100).map(|number| Ok(frame(number))));
            let turned =
                turn_all(input, threads, |old| Ok(frame(value(&old) * 2))).expect("threads");
            let values: Vec<i64> = turned
                .map(|frame| value(&frame.expect("a frame")))
                .collect();
            assert_eq!(
                values,
                (0..100).map(|number| number * 2).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn an_error_ends_the_frames_and_is_told_once() {
        let input: Frames = Box::new((0..100).map(|number| Ok(frame(number))));
        let mut turned = turn_all(input, 3, |old| match value(&old) {
            50 => Err(TabularError::Cancelled),
            _ => Ok(old),
        })
        .expect("threads");
        assert_eq!(turned.by_ref().take_while(Result::is_ok).count(), 50);
        assert!(turned.next().is_none());
    }

    #[test]
    fn a_thread_that_breaks_off_is_no_end() {
        let input: Frames = Box::new((0..10).map(|number| Ok(frame(number))));
        let turned = turn_all(input, 2, |old| {
            assert!(value(&old) != 5, "broken on purpose");
            Ok(old)
        })
        .expect("threads");
        let last = turned.last().expect("an item");
        assert_eq!(last.expect_err("an error").code(), "INTERNAL");
    }

    #[test]
    fn whoever_stops_early_leaves_no_thread_behind() {
        let input: Frames = Box::new((0..).map(|number| Ok(frame(number))));
        let mut turned = turn_all(input, 2, Ok).expect("threads");
        assert!(turned.next().is_some());
        drop(turned);
    }

    #[test]
    fn shares_keep_the_order_and_tell_of_what_fails() {
        for threads in [0, 1, 2, 3, 7, 200] {
            let doubled = in_shares(0..100, threads, |number| Ok(number * 2)).expect("threads");
            assert_eq!(
                doubled,
                (0..100).map(|number| number * 2).collect::<Vec<_>>()
            );
            let failed = in_shares(0..100, threads, |number| match number {
                50 => Err(TabularError::Cancelled),
                _ => Ok(number),
            });
            assert_eq!(failed.expect_err("an error").code(), "CANCELLED");
        }
        let broken = in_shares(0..100, 2, |number| {
            assert!(number != 50, "broken on purpose");
            Ok(number)
        });
        assert_eq!(broken.expect_err("an error").code(), "INTERNAL");
        assert!(in_shares(0..0, 2, Ok).expect("nothing").is_empty());
    }
}
