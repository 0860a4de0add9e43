//! A model, column by column.

use arrow::datatypes::Schema;

use super::calibrate::{self, Evidence, Measure, calibrate};
use super::draft::Draft;
use super::facts::Facts;
use super::margin::{self, States};
use super::tree::Parents;
use crate::error::LikenessError;
use crate::matrix::packed;
use crate::model::{ColumnModel, Content, Missing, Model, Role};
use crate::options::LearnOptions;

/// A model in the making.
pub(super) struct Drawing<'a> {
    pub(super) model: Model,
    pub(super) evidence: Vec<Evidence>,
    pub(super) options: &'a LearnOptions,
    pub(super) drafts: &'a [Draft],
    pub(super) parents: &'a Parents,
}

impl Drawing<'_> {
    /// Draws all columns, and then how they go together.
    pub(super) fn draw(
        mut self,
        schema: &Schema,
        facts: &[Facts],
        missing: &[Option<Vec<bool>>],
    ) -> Result<Model, LikenessError> {
        for (place, field) in schema.fields().iter().enumerate() {
            let (role, content) = self.content(place, field.name());
            let missing = match (&missing[place], &content) {
                (_, Content::Empty) => Missing::Always,
                (None, _) => Missing::Never,
                (Some(rows), _) => self.missing(place, field.name(), rows, &facts[place]),
            };
            self.model.columns.push(ColumnModel {
                name: field.name().clone(),
                data_type: field.data_type().to_string(),
                // A field that says it has no nulls and has some is believed in its rows.
                nullable: field.is_nullable() || missing != Missing::Never,
                role,
                missing,
                non_finite: facts[place].non_finite,
                content,
            });
        }
        self.model.correlations = vec![0.0; packed(self.model.latents.len())];
        calibrate(&mut self.model, &self.evidence)?;
        self.model.settle();
        Ok(self.model)
    }

    fn latent(&mut self, name: String, evidence: Evidence) -> usize {
        self.model.latents.push(name);
        self.evidence.push(evidence);
        self.model.latents.len() - 1
    }

    fn content(&mut self, column: usize, name: &str) -> (Role, Content) {
        let states = self.parents.value[column].and_then(|parent| States::of(parent, self.drafts));
        match &self.drafts[column] {
            Draft::Alone(content, role) => (*role, content.clone()),
            Draft::Number(number) => {
                let (curve, normals) = margin::number(number, states.as_ref(), self.options);
                let (low, high) = outer(&number.amounts);
                let measure = Measure::Amount { column, low, high };
                let measured = number
                    .amounts
                    .iter()
                    .map(|amount| measure.cut(*amount))
                    .collect();
                let latent = self.latent(
                    name.to_owned(),
                    Evidence {
                        measure,
                        normals,
                        measured,
                    },
                );
                let grid = number.grid.clone();
                (
                    number.role,
                    Content::Number {
                        latent,
                        curve,
                        grid,
                    },
                )
            }
            Draft::Choice(choice) => {
                let (weights, normals) = margin::choice(choice, states.as_ref(), self.options);
                let scores = calibrate::scores(&choice.values, margin::scores(&weights.any));
                let score = |code: &u32| scores.get(*code as usize).copied().unwrap_or(f64::NAN);
                let measured = choice.codes.iter().map(score).collect();
                let measure = Measure::Score { column, scores };
                let latent = self.latent(
                    name.to_owned(),
                    Evidence {
                        measure,
                        normals,
                        measured,
                    },
                );
                let content = Content::Choice {
                    latent,
                    values: choice.values.clone(),
                    rest: choice.rest.clone(),
                    weights,
                };
                (choice.role, content)
            }
        }
    }

    fn missing(&mut self, column: usize, name: &str, rows: &[bool], facts: &Facts) -> Missing {
        let states =
            self.parents.missing[column].and_then(|parent| States::of(parent, self.drafts));
        let share = facts.nulls as f64 / self.model.rows as f64;
        let (share, normals) = margin::missing(rows, share, states.as_ref(), self.options);
        let measured = rows
            .iter()
            .map(|missing| f64::from(u8::from(*missing)))
            .collect();
        let measure = Measure::Missing(column);
        let latent = self.latent(
            format!("{name} is missing"),
            Evidence {
                measure,
                normals,
                measured,
            },
        );
        Missing::Sometimes { latent, share }
    }
}

/// Bounds that one row in a thousand lies beyond at each end.
fn outer(amounts: &[f64]) -> (f64, f64) {
    let mut amounts: Vec<f64> = amounts
        .iter()
        .copied()
        .filter(|amount| !amount.is_nan())
        .collect();
    if amounts.is_empty() {
        return (0.0, 0.0);
    }
    let beyond = amounts.len() / 1_000;
    let last = amounts.len() - 1;
    let (_, low, _) = amounts.select_nth_unstable_by(beyond, f64::total_cmp);
    let low = *low;
    let (_, high, _) = amounts.select_nth_unstable_by(last - beyond, f64::total_cmp);
    (low, *high)
}
