use chrono::TimeDelta;

/// How long a system waits for what, before it does something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a job is kept after it was created: 30 days.
    pub retention: TimeDelta,
    /// How long a worker may be silent before it counts as lost: 90 s.
    pub lease: TimeDelta,
    /// Most attempts of one run: 3.
    pub attempts: u32,
    /// How long a worker may take to stop: 60 s.
    pub cancel: TimeDelta,
    /// How old a message in the outbox is when the sweeper sends it: 30 s.
    pub outbox: TimeDelta,
    /// How long a queued job may wait before its message counts as lost: 5 min. In a long queue this
    /// makes duplicates, which do no harm.
    pub resend: TimeDelta,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            retention: TimeDelta::days(30),
            lease: TimeDelta::seconds(90),
            attempts: 3,
            cancel: TimeDelta::seconds(60),
            outbox: TimeDelta::seconds(30),
            resend: TimeDelta::minutes(5),
        }
    }
}
