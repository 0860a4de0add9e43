//! The steps of a job, bound one after the other to the columns that come to each.

use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use millrace_formats::{Chunk, Warning};
use millrace_rows::{Context, Facts, RowStep};
use millrace_steps::step::{
    AddColumn, Fill, FillNulls, NewColumn, NewColumnKind, RuleTest, Step, Validate,
};
use millrace_steps::{Pipeline, PipelineStep};

use crate::error::TabularError;
use crate::frames::{Frame, Frames};
use crate::gather::{Aggregating, Pivoting, Topping, categories};
use crate::judge::Judging;
use crate::lanes::turn_all;
use crate::resources::Resources;
use crate::side::{Joining, SideFiles, Uniting};
use crate::sort::Sorting;
use crate::source::Source;
use crate::stream::{
    Carrying, Deduplicating, Limiting, Numbering, Sampling, firsts, survey_draw, survey_keys,
};
use crate::survey::{Surveyor, is_needed};
use crate::watch::{Phase, Watch};

/// A bound step, or some that work on each row for itself.
#[derive(Debug)]
enum Stage {
    Local(Arc<Vec<RowStep>>),
    Number(Numbering),
    Carry(Carrying),
    Sample(Arc<Sampling>),
    Limit(Limiting),
    Deduplicate(Deduplicating),
    Sort(Sorting, Option<usize>),
    Top(Topping),
    Aggregate(Aggregating),
    Pivot(Pivoting),
    Join(Joining),
    Unite(Uniting),
    Judge(Judging),
}

/// What a plan is made with and of.
#[derive(Debug, Clone)]
pub(crate) struct House {
    pub(crate) context: Context,
    pub(crate) files: SideFiles,
    pub(crate) resources: Resources,
    pub(crate) watch: Arc<Watch>,
    /// What the input is called, where a column says from which file a row comes.
    pub(crate) input_name: String,
}

/// The bound steps over their source.
#[derive(Debug)]
pub(crate) struct Plan {
    source: Source,
    stages: Vec<Stage>,
    schema: SchemaRef,
    house: House,
}

/// Passes over the input that a pipeline takes beside the last one.
pub(crate) fn surveys(pipeline: &Pipeline) -> u64 {
    let takes = |step: &PipelineStep| match &step.step {
        Step::Deduplicate(step) => Deduplicating::needs_survey(step),
        Step::FillNulls(step) if matches!(step.fill, Fill::Backward { .. }) => true,
        Step::Pivot(step) => step.categories.is_none(),
        Step::Sample(_) => step.step.class() != millrace_steps::step::Class::RowLocal,
        other => is_needed(other),
    };
    pipeline.steps().iter().filter(|step| takes(step)).count() as u64
}

impl Plan {
    /// Binds the steps; what must be known of all rows is found out on the way.
    pub(crate) fn bind(
        source: Source,
        pipeline: &Pipeline,
        house: House,
    ) -> Result<Self, TabularError> {
        let mut plan = Self {
            schema: Arc::clone(source.schema()),
            source,
            stages: Vec::new(),
            house,
        };
        for (index, step) in pipeline.steps().iter().enumerate() {
            plan.add(index, step)?;
        }
        Ok(plan)
    }

    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the last reading of the input saw.
    pub(crate) fn warnings(&self) -> Vec<Warning> {
        self.source.warnings()
    }

    /// The pieces of the input that the steps can each work on alone: one, where they need rows of
    /// all of it.
    pub(crate) fn chunks(&self, count: usize) -> Result<Vec<Chunk>, TabularError> {
        let local = |stage: &Stage| matches!(stage, Stage::Local(_));
        let count = if self.stages.iter().all(local) {
            count
        } else {
            1
        };
        self.source.chunks(count)
    }

    /// The rows that come out, of the whole input or a piece.
    pub(crate) fn rows(&self, chunk: Option<&Chunk>) -> Result<Frames, TabularError> {
        self.frames(chunk, Phase::Processing)
    }

    fn so_far(&self) -> Result<Frames, TabularError> {
        self.frames(None, Phase::Surveying)
    }

    fn frames(&self, chunk: Option<&Chunk>, phase: Phase) -> Result<Frames, TabularError> {
        let house = &self.house;
        let threads = house.resources.threads;
        let mut frames = self.source.read(chunk, threads, phase, &house.watch)?;
        for stage in &self.stages {
            frames = stage.attach(frames, &house.resources)?;
        }
        Ok(frames)
    }

    fn push(&mut self, stage: Stage) {
        if let Some(schema) = stage.schema() {
            self.schema = Arc::clone(schema);
        }
        self.stages.push(stage);
    }

    fn add(&mut self, index: usize, step: &PipelineStep) -> Result<(), TabularError> {
        let schema = Arc::clone(&self.schema);
        let stage = match &step.step {
            Step::ConvertFormat(_) => return Ok(()),
            Step::Sort(step) => Stage::Sort(Sorting::bind(step, &schema)?, None),
            Step::Limit(step) => {
                let limit = Limiting {
                    count: step.count,
                    offset: step.offset,
                };
                // A sort before a limit need not order what the limit leaves out.
                if let Some(Stage::Sort(_, fetch @ None)) = self.stages.last_mut() {
                    *fetch = usize::try_from(step.count.saturating_add(step.offset)).ok();
                }
                Stage::Limit(limit)
            }
            Step::TopN(step) => Stage::Top(Topping::bind(step, &schema)?),
            Step::Aggregate(step) => Stage::Aggregate(Aggregating::bind(step, &schema)?),
            Step::Pivot(step) => {
                let found = match &step.categories {
                    Some(categories) => categories.clone(),
                    None => {
                        let place = millrace_rows::choose(
                            &millrace_steps::value::Columns::Names(vec![step.column.clone()]),
                            &schema,
                        )?[0];
                        let rows = self.so_far()?;
                        categories(rows, place, &schema, &self.house.resources)?
                    }
                };
                Stage::Pivot(Pivoting::bind(step, found, &schema)?)
            }
            Step::Deduplicate(step) => {
                let kept = if Deduplicating::needs_survey(step) {
                    let rows = self.so_far()?;
                    Some(survey_keys(rows, step, &schema, &self.house.resources)?)
                } else {
                    None
                };
                Stage::Deduplicate(Deduplicating::bind(step, kept, &schema)?)
            }
            Step::Sample(step) => {
                let drawn = match Sampling::needs(step, &schema)? {
                    Some((groups, count)) => {
                        let rows = self.so_far()?;
                        Some(survey_draw(rows, step.seed, &groups, count)?)
                    }
                    None => None,
                };
                Stage::Sample(Arc::new(Sampling::bind(step, drawn, &schema)?))
            }
            Step::Join(step) => Stage::Join(Joining::bind(
                step,
                &self.house.files,
                &schema,
                &self.house.resources,
            )?),
            Step::Union(step) => Stage::Unite(Uniting::bind(
                step,
                &self.house.files,
                &self.house.input_name,
                &schema,
            )?),
            Step::FillNulls(FillNulls {
                columns,
                fill: Fill::Forward { limit },
            }) => Stage::Carry(Carrying::forward(columns, *limit, &schema)?),
            Step::FillNulls(FillNulls {
                columns,
                fill: Fill::Backward { limit },
            }) => {
                let places = millrace_rows::choose(columns, &schema)?;
                let found = firsts(self.so_far()?, &places)?;
                Stage::Carry(Carrying::backward(columns, *limit, found, &schema)?)
            }
            Step::AddColumn(AddColumn {
                output,
                content: NewColumn::Kind(NewColumnKind::RowNumber { start }),
            }) => Stage::Number(Numbering::bind(output, *start, &schema)),
            _ => return self.add_local(index, step),
        };
        self.push(stage);
        Ok(())
    }

    fn add_local(&mut self, index: usize, step: &PipelineStep) -> Result<(), TabularError> {
        let facts = self.facts(step)?;
        if let Step::Validate(validate) = &step.step {
            self.add_judge(index, validate, &facts)?;
        }
        let bound = RowStep::bind(step, index, &self.schema, &facts, &self.house.context)?;
        self.schema = Arc::clone(bound.schema());
        // Passes that went by have let go of the steps, so they are ours to extend.
        if let Some(Stage::Local(steps)) = self.stages.last_mut()
            && let Some(steps) = Arc::get_mut(steps)
        {
            steps.push(bound);
        } else {
            self.stages.push(Stage::Local(Arc::new(vec![bound])));
        }
        Ok(())
    }

    /// What is true of the whole file, or of a share of the rows, is judged before rows are let go.
    fn add_judge(
        &mut self,
        index: usize,
        validate: &Validate,
        facts: &Facts,
    ) -> Result<(), TabularError> {
        let judges = |rule: &millrace_steps::step::Rule| {
            rule.mostly.is_some() || matches!(rule.test, RuleTest::RowCount { .. })
        };
        if validate.rules.iter().any(judges) {
            let context = &self.house.context;
            let judging = Judging::bind(validate, index, &self.schema, facts, context)?;
            self.stages.push(Stage::Judge(judging));
        }
        Ok(())
    }

    fn facts(&self, step: &PipelineStep) -> Result<Facts, TabularError> {
        let brings_file = matches!(&step.step, Step::Validate(validate) if validate
            .rules
            .iter()
            .any(|rule| matches!(rule.test, RuleTest::ForeignKey { .. })));
        if !is_needed(&step.step) && !brings_file {
            return Ok(Facts::default());
        }
        let mut surveyor = Surveyor {
            rows: &mut || self.so_far(),
            schema: &self.schema,
            files: &self.house.files,
            resources: &self.house.resources,
        };
        surveyor.facts(step)
    }
}

impl Stage {
    /// The columns that come out, where they are not those that come in.
    fn schema(&self) -> Option<&SchemaRef> {
        match self {
            Self::Local(steps) => steps.last().map(RowStep::schema),
            Self::Number(stage) => Some(stage.schema()),
            Self::Sort(stage, _) => Some(stage.schema()),
            Self::Top(stage) => Some(stage.schema()),
            Self::Aggregate(stage) => Some(stage.schema()),
            Self::Pivot(stage) => Some(stage.schema()),
            Self::Join(stage) => Some(stage.schema()),
            Self::Unite(stage) => Some(stage.schema()),
            Self::Carry(_)
            | Self::Sample(_)
            | Self::Limit(_)
            | Self::Deduplicate(_)
            | Self::Judge(_) => None,
        }
    }

    fn attach(&self, input: Frames, resources: &Resources) -> Result<Frames, TabularError> {
        Ok(match self {
            Self::Local(steps) => {
                let steps = Arc::clone(steps);
                turn_all(input, resources.threads, move |frame| apply(&steps, frame))?
            }
            Self::Number(stage) => stage.attach(input),
            Self::Carry(stage) => stage.attach(input),
            Self::Sample(stage) => stage.attach(input),
            Self::Limit(stage) => stage.attach(input),
            Self::Deduplicate(stage) => stage.attach(input, resources),
            Self::Sort(stage, fetch) => stage.attach(input, *fetch, resources),
            Self::Top(stage) => stage.attach(input, resources)?,
            Self::Aggregate(stage) => stage.attach(input, resources)?,
            Self::Pivot(stage) => stage.attach(input, resources)?,
            Self::Join(stage) => stage.attach(input),
            Self::Unite(stage) => stage.attach(input)?,
            Self::Judge(stage) => stage.attach(input),
        })
    }
}

fn apply(steps: &[RowStep], frame: Frame) -> Result<Frame, TabularError> {
    let Frame {
        mut rows,
        mut rejects,
    } = frame;
    for step in steps {
        rows = step.apply(&rows, &mut rejects)?;
    }
    // The reader and the steps let go rows of the same batch.
    rejects.sort_by_key(|reject| reject.row);
    Ok(Frame { rows, rejects })
}
