//! Work on frames in several threads, in order.
//!
//! Frame `i` goes to thread `i mod n`, and results are taken from the threads in turn, so the order
//! stays without a number on any frame. Each end says that it is one: a thread that breaks off is an
//! error, never an end of the rows.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::error::TabularError;
use crate::frames::{Frame, Frames};

/// Frames that a thread may be ahead.
const AHEAD: usize = 2;

type Turned = Result<Frame, TabularError>;

/// Turns each frame, in `threads` threads.
pub(crate) fn turn_all<F>(input: Frames, threads: usize, turn: F) -> Result<Frames, TabularError>
where
    F: Fn(Frame) -> Turned + Send + Sync + 'static,
{
    if threads < 2 {
        return Ok(crate::frames::each(input, turn));
    }
    let turn = Arc::new(turn);
    let mut handles = Vec::with_capacity(threads + 1);
    let (mut entries, mut exits) = (Vec::new(), Vec::new());
    for lane in 0..threads {
        let (entry, work) = sync_channel::<Option<Turned>>(AHEAD);
        let (result, exit) = sync_channel::<Option<Turned>>(AHEAD);
        let turn = Arc::clone(&turn);
        entries.push(entry);
        exits.push(exit);
        let body = move || {
            while let Ok(message) = work.recv() {
                let ended = !matches!(message, Some(Ok(_)));
                let message = message.map(|frame| frame.and_then(|frame| turn(frame)));
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

fn feed(input: Frames, entries: &[SyncSender<Option<Turned>>]) {
    let mut lanes = entries.iter().cycle();
    for frame in input {
        let ended = frame.is_err();
        let Some(lane) = lanes.next() else { return };
        if lane.send(Some(frame)).is_err() || ended {
            return;
        }
    }
    if let Some(lane) = lanes.next() {
        // Whoever takes nothing any more needs no end.
        let _ = lane.send(None);
    }
}

struct Lanes {
    exits: Vec<Receiver<Option<Turned>>>,
    next: usize,
    ended: bool,
    handles: Vec<JoinHandle<()>>,
}

impl Iterator for Lanes {
    type Item = Turned;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let lane = self.next % self.exits.len();
        self.next += 1;
        let frame = match self.exits[lane].recv() {
            Ok(message) => message,
            Err(_) => Some(Err(TabularError::Internal("a thread broke off".to_owned()))),
        };
        self.ended = !matches!(frame, Some(Ok(_)));
        frame
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // Without receivers no thread waits to send, and so each of them ends.
        self.exits.clear();
        for handle in self.handles.drain(..) {
            // A panic was told of when its frame was missed.
            let _ = handle.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int64Array, RecordBatch, RecordBatchOptions};
    use arrow::datatypes::{DataType, Field, Schema};
    use millrace_rows::Rows;

    use super::*;

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
}
