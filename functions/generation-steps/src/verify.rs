//! Whether the parts are the whole that was asked for.

use millrace_jobs::{Failure, JobPart};
use millrace_records::PartFacts;

use crate::halt::{Halt, Step};
use crate::maker::Maker;
use crate::part::PartMade;
use crate::plan::Plan;
use crate::stages::parts_missing;

/// What differs from the plan by chance, where rows are few.
const BY_CHANCE: &str = "NULL_SHARE";

/// The parts in their order, all of them.
pub fn complete(plan: &Plan, known: Vec<JobPart<PartMade>>) -> Step<Vec<PartMade>> {
    let made: Vec<(u32, PartMade)> = known
        .into_iter()
        .filter_map(|part| Some((part.number, part.made?)))
        .filter(|(number, _)| *number < plan.parts())
        .collect();
    let in_order = made.iter().map(|(number, _)| *number).eq(0..plan.parts());
    if !in_order {
        return Err(Halt::Again(parts_missing()));
    }
    for (number, made) in &made {
        let range = plan.range(*number);
        if made.written.rows != range.end - range.start {
            return Err(Halt::broken("a part has other rows than planned"));
        }
    }
    Ok(made.into_iter().map(|(_, made)| made).collect())
}

/// Judges what was seen of the rows. What the owner should know.
pub fn judge(maker: &Maker, parts: &[PartMade]) -> Step<Vec<String>> {
    let Maker::Records(records) = maker else {
        return Ok(Vec::new());
    };
    let mut facts: PartFacts = records.facts(0);
    for part in parts {
        let next = part.facts.as_ref();
        let next = next.ok_or_else(|| Halt::broken("a part without its facts"))?;
        facts = facts
            .merge(next)
            .map_err(|error| Halt::broken(&error.to_string()))?;
    }
    let mut warnings = Vec::new();
    let mut wrong = Vec::new();
    for finding in records.verify(&facts) {
        let column = finding.column.map(|column| format!("{column}: "));
        let told = format!("{}{}", column.unwrap_or_default(), finding.message);
        if finding.code == BY_CHANCE {
            warnings.push(told);
        } else {
            wrong.push(told);
        }
    }
    if wrong.is_empty() {
        return Ok(warnings);
    }
    tracing::error!(?wrong, "made rows are not as planned");
    Err(Halt::Failed(Failure::new(
        "VERIFICATION_FAILED",
        format!("The rows are not as planned: {}", wrong.join("; ")),
    )))
}
