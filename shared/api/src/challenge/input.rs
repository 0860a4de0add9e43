//! From any JSON to a valid input, or to every fault in it.

use serde_json::{Map, Value};

use super::{
    ChallengeChanges, ChallengeInput, DATASET_SIZES, DataStructure, GENERATION_SIZES,
    GenerationSizeInput, SkillLevel,
};
use crate::error::Fault;

/// Line feeds and tabs are fine in longer texts, in names nothing of the kind is.
const LINE: &[char] = &[];
const PROSE: &[char] = &['\n', '\r', '\t'];

impl ChallengeInput {
    /// Reads a brief. Unknown fields are ignored; `null` in an optional field counts as left out.
    ///
    /// # Errors
    /// Every fault found, in the order of the document's fields.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let domain = fields.domain();
        let function = fields.function();
        let problem_statement = fields.problem_statement();
        let skill_level = fields.skill_level();
        let dataset_size = fields.dataset_size();
        for (name, absent) in [
            ("domain", domain.is_none()),
            ("function", function.is_none()),
            ("problem_statement", problem_statement.is_none()),
            ("skill_level", skill_level.is_none()),
            ("dataset_size", dataset_size.is_none()),
        ] {
            if absent && !fields.object.contains_key(name) {
                fields.fault(name, "missing", format!("{name} is missing"));
            }
        }
        let data_structure = fields.data_structure().unwrap_or_default();
        let primary_questions = fields.primary_questions();
        let seed = fields.seed();
        match (
            domain,
            function,
            problem_statement,
            skill_level,
            dataset_size,
        ) {
            (
                Some(domain),
                Some(function),
                Some(problem_statement),
                Some(skill_level),
                Some(dataset_size),
            ) if fields.faults.is_empty() => Ok(Self {
                domain,
                function,
                problem_statement,
                skill_level,
                dataset_size,
                data_structure,
                primary_questions,
                seed,
            }),
            _ => Err(fields.into_faults()),
        }
    }
}

impl ChallengeChanges {
    /// Reads the fields that are there, each with the bounds of the whole brief.
    ///
    /// # Errors
    /// Every fault found, in the order of the document's fields.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let changes = Self {
            domain: fields.domain(),
            function: fields.function(),
            problem_statement: fields.problem_statement(),
            skill_level: fields.skill_level(),
            dataset_size: fields.dataset_size(),
            data_structure: fields.data_structure(),
            primary_questions: fields.primary_questions(),
            seed: fields.seed(),
        };
        fields.finish(changes)
    }
}

impl GenerationSizeInput {
    /// Reads a size; `null` is a fault, a missing one is not.
    ///
    /// # Errors
    /// Every fault found.
    pub fn from_value(body: &Value) -> Result<Self, Vec<Fault>> {
        let mut fields = Fields::of(body)?;
        let dataset_size = fields
            .present("dataset_size")
            .and_then(|value| match value.as_u64() {
                Some(size) if GENERATION_SIZES.contains(&size) => Some(size),
                _ => {
                    let (least, most) = (GENERATION_SIZES.start(), GENERATION_SIZES.end());
                    let code = if is_integer(value) { "range" } else { "type" };
                    fields.fault(
                        "dataset_size",
                        code,
                        format!("dataset_size must be an integer from {least} to {most}"),
                    );
                    None
                }
            });
        fields.finish(Self { dataset_size })
    }
}

/// An object being read, and what was wrong with it so far.
struct Fields<'a> {
    object: &'a Map<String, Value>,
    faults: Vec<Fault>,
}

impl<'a> Fields<'a> {
    fn of(body: &'a Value) -> Result<Self, Vec<Fault>> {
        match body {
            Value::Object(object) => Ok(Self {
                object,
                faults: Vec::new(),
            }),
            _ => Err(vec![Fault::new(
                "",
                "type",
                "the body must be a JSON object",
            )]),
        }
    }

    fn fault(&mut self, path: &str, code: &str, message: String) {
        self.faults.push(Fault::new(path, code, message));
    }

    fn finish<T>(self, input: T) -> Result<T, Vec<Fault>> {
        if self.faults.is_empty() {
            Ok(input)
        } else {
            Err(self.into_faults())
        }
    }

    /// Faults in the order of the document's fields.
    fn into_faults(mut self) -> Vec<Fault> {
        const ORDER: [&str; 8] = [
            "domain",
            "function",
            "problem_statement",
            "skill_level",
            "dataset_size",
            "data_structure",
            "primary_questions",
            "seed",
        ];
        self.faults
            .sort_by_key(|fault| ORDER.iter().position(|name| *name == fault.path));
        self.faults
    }

    fn present(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name)
    }

    /// Like `present`, for fields where `null` counts as left out.
    fn present_not_null(&self, name: &str) -> Option<&'a Value> {
        self.present(name).filter(|value| !value.is_null())
    }

    fn domain(&mut self) -> Option<String> {
        let value = self.present("domain")?;
        self.text("domain", value, 3, 100, LINE)
    }

    fn function(&mut self) -> Option<String> {
        let value = self.present("function")?;
        self.text("function", value, 3, 100, LINE)
    }

    fn problem_statement(&mut self) -> Option<String> {
        let value = self.present("problem_statement")?;
        self.text("problem_statement", value, 100, 2000, PROSE)
    }

    fn primary_questions(&mut self) -> Option<String> {
        let value = self.present_not_null("primary_questions")?;
        self.text("primary_questions", value, 0, 4000, PROSE)
    }

    fn skill_level(&mut self) -> Option<SkillLevel> {
        let value = self.present("skill_level")?;
        match value.as_str() {
            Some("Beginner") => Some(SkillLevel::Beginner),
            Some("Intermediate") => Some(SkillLevel::Intermediate),
            Some("Advanced") => Some(SkillLevel::Advanced),
            word => {
                let code = if word.is_some() { "value" } else { "type" };
                self.fault(
                    "skill_level",
                    code,
                    "skill_level must be one of Beginner, Intermediate, Advanced".to_owned(),
                );
                None
            }
        }
    }

    fn data_structure(&mut self) -> Option<DataStructure> {
        let value = self.present_not_null("data_structure")?;
        match value.as_str() {
            Some("Normalized") => Some(DataStructure::Normalized),
            Some("Denormalized") => Some(DataStructure::Denormalized),
            word => {
                let code = if word.is_some() { "value" } else { "type" };
                self.fault(
                    "data_structure",
                    code,
                    "data_structure must be one of Normalized, Denormalized".to_owned(),
                );
                None
            }
        }
    }

    fn dataset_size(&mut self) -> Option<u64> {
        let value = self.present("dataset_size")?;
        match value.as_u64() {
            Some(size) if DATASET_SIZES.contains(&size) => Some(size),
            _ => {
                let sizes = DATASET_SIZES.map(|size| size.to_string()).join(", ");
                let code = if is_integer(value) { "value" } else { "type" };
                self.fault(
                    "dataset_size",
                    code,
                    format!("dataset_size must be one of {sizes}"),
                );
                None
            }
        }
    }

    fn seed(&mut self) -> Option<u64> {
        let value = self.present_not_null("seed")?;
        match value.as_u64() {
            Some(seed) if i64::try_from(seed).is_ok() => Some(seed),
            _ => {
                let code = if is_integer(value) { "range" } else { "type" };
                self.fault(
                    "seed",
                    code,
                    format!("seed must be an integer from 0 to {}", i64::MAX),
                );
                None
            }
        }
    }

    /// Text of `least` to `most` characters, not blank where `least` is above 0, without control characters
    /// other than `allowed`.
    fn text(
        &mut self,
        name: &str,
        value: &Value,
        least: usize,
        most: usize,
        allowed: &[char],
    ) -> Option<String> {
        let Value::String(text) = value else {
            self.fault(name, "type", format!("{name} must be a string"));
            return None;
        };
        let before = self.faults.len();
        let length = text.chars().count();
        if length < least || (least > 0 && text.trim().is_empty()) {
            self.fault(
                name,
                "too_short",
                format!("{name} must have at least {least} characters and not be blank"),
            );
        }
        if length > most {
            self.fault(
                name,
                "too_long",
                format!("{name} must have at most {most} characters"),
            );
        }
        if text
            .chars()
            .any(|letter| letter.is_control() && !allowed.contains(&letter))
        {
            self.fault(
                name,
                "characters",
                format!("{name} must not contain control characters"),
            );
        }
        (self.faults.len() == before).then(|| text.clone())
    }
}

/// Whether a number has no fraction, however large it is.
fn is_integer(value: &Value) -> bool {
    value.is_u64() || value.is_i64() || value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

#[cfg(test)]
#[path = "input_tests.rs"]
mod tests;
