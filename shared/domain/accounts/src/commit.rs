//! Transactions that are tried again, and know their own work.

use std::time::Duration;

use millrace_ports::{Item, PortError, Ports, TransactError, Write};

use crate::AccountError;

/// Attempts at a change that others overtake, before the caller is asked to try again. Each of the others
/// made progress then.
pub(crate) const ATTEMPTS: u32 = 12;
/// Attempts at a transaction that conflicts with others, which need not make progress.
const CONFLICTS: u32 = 24;
/// Attempts at a call that the store does not answer.
const CALLS: u32 = 3;
/// The longest pause between two attempts. Pauses grow, so that many callers drift apart.
const LONGEST_PAUSE_MILLISECONDS: u32 = 200;

/// What became of a transaction.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is committed.
    Committed,
    /// The condition of this write does not hold; nothing was written.
    Refused(usize),
}

/// Commits the writes, again after a conflict or a lost answer.
///
/// Every item that is put has something in it that was never there before. One that is found stored just
/// as it is was put by a former attempt, whose answer was lost: then all is done.
///
/// # Errors
/// [`AccountError::Busy`] or [`AccountError::Port`].
pub(crate) async fn commit(ports: &Ports, writes: Vec<Write>) -> Result<Outcome, AccountError> {
    let mut unanswered = 0;
    for attempt in 0..CONFLICTS {
        pause(ports, attempt).await;
        match ports.records.transact(writes.clone()).await {
            Ok(()) => return Ok(Outcome::Committed),
            Err(TransactError::ConditionFailed { index, item }) => {
                let own = is_own(writes.get(index), item.as_ref());
                return Ok(if own {
                    Outcome::Committed
                } else {
                    Outcome::Refused(index)
                });
            }
            Err(TransactError::Conflict) => {}
            Err(TransactError::Port(error)) => {
                unanswered += 1;
                if !may_pass(&error) || unanswered == CALLS {
                    return Err(error.into());
                }
            }
        }
    }
    Err(AccountError::Busy)
}

/// A throttled store was asked often enough by the SDK.
fn may_pass(error: &PortError) -> bool {
    matches!(error, PortError::Unavailable { .. })
}

fn is_own(write: Option<&Write>, stored: Option<&Item>) -> bool {
    match (write, stored) {
        (Some(Write::Put { item, .. }), Some(stored)) => item == stored,
        _ => false,
    }
}

/// Waits before any attempt but the first, for a time that differs from caller to caller.
pub(crate) async fn pause(ports: &Ports, attempt: u32) {
    if attempt == 0 {
        return;
    }
    let [.., random] = ports.ids.uuid().into_bytes();
    let most = (10 * attempt).min(LONGEST_PAUSE_MILLISECONDS);
    let milliseconds = most / 2 + u32::from(random) % (most / 2 + 1);
    tokio::time::sleep(Duration::from_millis(milliseconds.into())).await;
}
