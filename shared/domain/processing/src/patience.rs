//! Calls that are tried again, beyond what the SDK does: hours of work may hang on one of them.

use std::future::Future;
use std::time::Duration;

/// Attempts at one call.
const ATTEMPTS: u32 = 5;

/// How long to wait before the second attempt at a call; twice as long before each further one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience(pub(crate) Duration);

impl Patience {
    /// Waits for so long before the second attempt.
    #[must_use]
    pub const fn new(pause: Duration) -> Self {
        Self(pause)
    }

    /// Calls until it succeeds, fails for good, or has failed too often.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn call<T, E, F, C>(self, may_pass: fn(&E) -> bool, call: F) -> Result<T, E>
    where
        F: Fn() -> C,
        C: Future<Output = Result<T, E>>,
    {
        let mut pause = self.0;
        for _ in 1..ATTEMPTS {
            match call().await {
                Err(error) if may_pass(&error) => {}
                answer => return answer,
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        call().await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    async fn calls(fails: u32, passes: bool) -> (Result<u32, bool>, u32) {
        let made = Cell::new(0);
        let answer = Patience(Duration::ZERO).call(
            |passes: &bool| *passes,
            || {
                made.set(made.get() + 1);
                let number = made.get();
                async move {
                    if number > fails {
                        Ok(number)
                    } else {
                        Err(passes)
                    }
                }
            },
        );
        (answer.await, made.get())
    }

    #[tokio::test]
    async fn only_what_may_pass_is_tried_again_and_not_for_ever() {
        assert_eq!(calls(0, true).await, (Ok(1), 1));
        assert_eq!(calls(4, true).await, (Ok(5), 5));
        assert_eq!(calls(5, true).await, (Err(true), 5));
        assert_eq!(calls(1, false).await, (Err(false), 1));
    }
}
