//! The stages of a job, each with its times and percent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What is not done yet does not show as done.
const MOST_BEFORE_END: u8 = 99;

/// A stage of the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// What was asked for is looked at once more, and its input.
    Validate,
    /// What will be made is cut into parts.
    Plan,
    /// The same, after the input was learned.
    Learn,
    /// The parts are made.
    Generate,
    /// What was made is checked.
    Verify,
    /// It is put where it was asked for.
    Publish,
}

impl Stage {
    /// All of them; a job has either [`Stage::Plan`] or [`Stage::Learn`].
    pub const ALL: [Self; 6] = [
        Self::Validate,
        Self::Plan,
        Self::Learn,
        Self::Generate,
        Self::Verify,
        Self::Publish,
    ];

    /// The word that is shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Plan => "plan",
            Self::Learn => "learn",
            Self::Generate => "generate",
            Self::Verify => "verify",
            Self::Publish => "publish",
        }
    }

    /// The word of the event that it begins.
    pub(crate) const fn begun(self) -> &'static str {
        match self {
            Self::Validate => "validate begun",
            Self::Plan => "plan begun",
            Self::Learn => "learn begun",
            Self::Generate => "generate begun",
            Self::Verify => "verify begun",
            Self::Publish => "publish begun",
        }
    }

    /// Share of the whole that is done when so much of this stage is, 0 to 1.
    pub(crate) fn share_of_whole(self, share: f64) -> f64 {
        let (begin, end) = self.span();
        (f64::from(begin) + f64::from(end - begin) * share.clamp(0.0, 1.0)) / 100.0
    }

    /// Where its percent of the whole begins and ends.
    const fn span(self) -> (u8, u8) {
        match self {
            Self::Validate => (0, 2),
            Self::Plan | Self::Learn => (2, 10),
            Self::Generate => (10, 85),
            Self::Verify => (85, 95),
            Self::Publish => (95, 100),
        }
    }
}

/// A stage that has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageEntry {
    /// Which.
    pub stage: Stage,
    /// When it began first; a resumed job goes on in the same entry.
    pub started_at: DateTime<Utc>,
    /// When it was done.
    pub ended_at: Option<DateTime<Utc>>,
    /// Hundredths done.
    pub percent: u8,
}

/// The stages that have begun, in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stages(Vec<StageEntry>);

impl Stages {
    /// The entries.
    #[must_use]
    pub fn entries(&self) -> &[StageEntry] {
        &self.0
    }

    /// Hundredths of the whole that are done; never less than before.
    #[must_use]
    pub fn percent(&self) -> u8 {
        let done = self.0.iter().map(|entry| {
            let (begin, end) = entry.stage.span();
            let of_stage = u32::from(end - begin) * u32::from(entry.percent) / 100;
            begin.saturating_add(u8::try_from(of_stage).unwrap_or(0))
        });
        done.max().unwrap_or(0).min(MOST_BEFORE_END)
    }

    /// Begins a stage, which ends those before it. Whether it has not begun before.
    pub(crate) fn enter(&mut self, stage: Stage, now: DateTime<Utc>) -> bool {
        for entry in &mut self.0 {
            if entry.stage < stage && entry.ended_at.is_none() {
                entry.end(now);
            }
        }
        if self.0.iter().any(|entry| entry.stage == stage) {
            return false;
        }
        let place = self.0.partition_point(|entry| entry.stage < stage);
        let entry = StageEntry {
            stage,
            started_at: now,
            ended_at: None,
            percent: 0,
        };
        self.0.insert(place, entry);
        true
    }

    /// Takes in how much of a stage is done, 0 to 1. Nothing goes back.
    pub(crate) fn advance(&mut self, stage: Stage, share: f64) {
        let entry = self.0.iter_mut().find(|entry| entry.stage == stage);
        if let Some(entry) = entry.filter(|entry| entry.ended_at.is_none()) {
            entry.percent = entry.percent.max(hundredths(share));
        }
    }

    /// Everything is done.
    pub(crate) fn complete(&mut self, now: DateTime<Utc>) {
        let open = self.0.iter_mut().filter(|entry| entry.ended_at.is_none());
        open.for_each(|entry| entry.end(now));
    }
}

impl StageEntry {
    fn end(&mut self, now: DateTime<Utc>) {
        self.ended_at = Some(now.max(self.started_at));
        self.percent = 100;
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the number lies between 0 and 99"
)]
fn hundredths(share: f64) -> u8 {
    // Not a number counts as nothing.
    (share * 100.0).max(0.0).min(MOST_BEFORE_END.into()) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + seconds, 0).expect("a time")
    }

    #[test]
    fn a_stage_ends_when_the_next_begins() {
        let mut stages = Stages::default();
        assert!(stages.enter(Stage::Validate, at(0)));
        stages.advance(Stage::Validate, 0.5);
        assert_eq!(stages.percent(), 1);
        assert!(stages.enter(Stage::Plan, at(1)));
        assert!(stages.enter(Stage::Generate, at(2)));
        stages.advance(Stage::Generate, 0.5);
        let ends: Vec<_> = stages
            .entries()
            .iter()
            .map(|entry| entry.ended_at)
            .collect();
        assert_eq!(ends, [Some(at(1)), Some(at(2)), None]);
        assert_eq!(stages.percent(), 47);
        stages.enter(Stage::Publish, at(5));
        stages.complete(at(6));
        assert_eq!(stages.percent(), 99);
        assert!(stages.entries().iter().all(|entry| entry.percent == 100));
    }

    #[test]
    fn a_resumed_job_goes_on_in_the_same_entries() {
        let mut stages = Stages::default();
        for (second, stage) in [Stage::Validate, Stage::Plan, Stage::Generate]
            .into_iter()
            .enumerate()
        {
            stages.enter(stage, at(i64::try_from(second).expect("small")));
        }
        stages.advance(Stage::Generate, 0.4);
        let before = stages.clone();
        for stage in [Stage::Validate, Stage::Plan, Stage::Generate] {
            assert!(!stages.enter(stage, at(1000)));
            stages.advance(stage, 0.1);
        }
        assert_eq!(stages, before);
    }

    proptest! {
        #[test]
        fn nothing_goes_back(steps in prop::collection::vec((0..6_usize, any::<f64>(), any::<bool>()), 1..40)) {
            let mut stages = Stages::default();
            for (second, (stage, share, begins)) in steps.into_iter().enumerate() {
                let before = stages.percent();
                let stage = Stage::ALL[stage];
                if begins {
                    stages.enter(stage, at(i64::try_from(second).expect("small")));
                } else {
                    stages.advance(stage, share);
                }
                prop_assert!(stages.percent() >= before && stages.percent() < 100);
                prop_assert!(stages.entries().is_sorted_by_key(|entry| entry.stage));
            }
        }
    }
}
