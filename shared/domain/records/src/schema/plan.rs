//! Columns of a schema to a plan of one table.
//!
//! Cells of a row fit each other where their types tell how: cities lie in the country, names and
//! telephone numbers are of it, e-mail addresses are made of the name. Where the schema has no such
//! column, one is made and not shown.

use millrace_synth::plan::{ColumnPlan, DataType, Generate, Plan, Shape, TablePlan, Untidiness};

use super::bounds::Bounds;
use super::literal::shared_digits;
use super::spec::ColumnSpec;
use crate::column::ColumnType;

/// Table of the plan.
pub(crate) const TABLE: &str = "rows";
/// Columns beside those of the schema. Planned names of the others begin with another letter.
const COUNTRY: &str = "all_country";
const NAME: &str = "all_name";
/// The country of cities where the schema has countries whose cities nobody knows.
const HOME: &str = "all_home";

/// Countries with names and cities of their own.
const COUNTRIES: [(&str, f64); 14] = [
    ("United States", 0.3),
    ("India", 0.11),
    ("United Kingdom", 0.1),
    ("Germany", 0.1),
    ("France", 0.08),
    ("Brazil", 0.07),
    ("Canada", 0.05),
    ("Japan", 0.05),
    ("Spain", 0.04),
    ("Italy", 0.04),
    ("Mexico", 0.03),
    ("Australia", 0.02),
    ("Netherlands", 0.007),
    ("Singapore", 0.003),
];

/// The plan of a schema; its first columns are those of the schema, in order.
pub(crate) fn plan(columns: &[ColumnSpec], rows: u64, seed: u64) -> Plan {
    let shared = Shared::of(columns);
    let mut plans: Vec<ColumnPlan> = columns
        .iter()
        .enumerate()
        .map(|(place, spec)| column_plan(spec, shared.rule(place, spec)))
        .collect();
    plans.extend(shared.hidden());
    Plan {
        version: Plan::VERSION,
        seed,
        cut_off: 253_402_300_799,
        untidiness: Untidiness::default(),
        tables: vec![TablePlan {
            name: TABLE.to_owned(),
            singular: "row".to_owned(),
            description: "Rows of a schema.".to_owned(),
            rows,
            layout: None,
            columns: plans,
        }],
    }
}

/// A name that any name of the caller's can stand behind, and that does not move when others come.
fn planned_name(name: &str) -> String {
    let hash = blake3::hash(name.as_bytes()).to_hex();
    format!("c_{}", &hash.as_str()[..32])
}

fn column_plan(spec: &ColumnSpec, generate: Generate) -> ColumnPlan {
    ColumnPlan {
        name: planned_name(&spec.name),
        data_type: data_type(spec),
        description: String::new(),
        unit: None,
        nullable: spec.null_share > 0.0,
        null_share: spec.null_share,
        untidy: false,
        generate,
    }
}

/// The type of the cells that the plan makes.
fn data_type(spec: &ColumnSpec) -> DataType {
    match spec.column_type {
        ColumnType::Integer => DataType::Integer,
        ColumnType::Float => match (&spec.values, &spec.bounds) {
            (Some(values), _) => DataType::Fixed(shared_digits(values).unwrap_or(0)),
            (None, Bounds::Number { digits, .. }) => DataType::Fixed(*digits),
            (None, _) => DataType::Fixed(DataType::MOST_DIGITS),
        },
        ColumnType::Decimal { scale, .. } => DataType::Fixed(scale),
        ColumnType::Boolean => DataType::Boolean,
        ColumnType::Date => DataType::Date,
        ColumnType::Timestamp => DataType::Timestamp,
        _ => DataType::Text,
    }
}

/// What the columns of a row have in common.
struct Shared {
    country: Generate,
    name: Generate,
    /// The first columns of their types that have no values of their own.
    first_name: Option<usize>,
    needs_name: bool,
    /// Cities are known of every country of the schema.
    cities: bool,
}

impl Shared {
    fn of(columns: &[ColumnSpec]) -> Self {
        let of_type = |wanted: ColumnType| {
            move |spec: &&ColumnSpec| spec.column_type == wanted && spec.values.is_none()
        };
        // A country column with values of its own tells the countries of all.
        let country = columns
            .iter()
            .find(|spec| spec.column_type == ColumnType::Country);
        let values = country.and_then(|spec| spec.values.clone());
        let known = |name: &String| COUNTRIES.iter().any(|(country, _)| country == name);
        let cities = values
            .as_ref()
            .is_none_or(|values| values.iter().all(known));
        let country = values.map_or_else(countries, even);
        let names = columns
            .iter()
            .position(|spec| of_type(ColumnType::Name)(&spec));
        Self {
            country,
            name: Generate::PersonName {
                country: cities.then(|| COUNTRY.to_owned()),
            },
            first_name: names,
            needs_name: names.is_some()
                || columns.iter().any(|spec| of_type(ColumnType::Email)(&spec)),
            cities,
        }
    }

    fn hidden(self) -> Vec<ColumnPlan> {
        let column = |name: &str, generate: Generate| ColumnPlan {
            name: name.to_owned(),
            data_type: DataType::Text,
            description: String::new(),
            unit: None,
            nullable: false,
            null_share: 0.0,
            untidy: false,
            generate,
        };
        let mut hidden = vec![column(COUNTRY, self.country)];
        if !self.cities {
            hidden.push(column(HOME, countries()));
        }
        if self.needs_name {
            hidden.push(column(NAME, self.name));
        }
        hidden
    }

    fn rule(&self, place: usize, spec: &ColumnSpec) -> Generate {
        let lookup = |name: &str| Generate::Lookup {
            path: name.to_owned(),
        };
        if spec.column_type == ColumnType::Country {
            return match &spec.values {
                // A further country column has values of its own.
                Some(values) if !matches!(&self.country, Generate::Choice { values: shared, .. } if shared == values) => {
                    even(values.clone())
                }
                _ => lookup(COUNTRY),
            };
        }
        if let Some(values) = &spec.values {
            return even(values.clone());
        }
        match spec.column_type {
            ColumnType::Integer if is_row_number(spec) => Generate::Key {
                prefix: String::new(),
                width: 0,
            },
            ColumnType::Boolean => even(vec!["true".to_owned(), "false".to_owned()]),
            ColumnType::Category => Generate::Choice {
                values: ["A", "B", "C", "D", "E"].map(str::to_owned).to_vec(),
                weights: vec![0.36, 0.26, 0.18, 0.12, 0.08],
            },
            ColumnType::Uuid => Generate::Uuid,
            ColumnType::Name if self.first_name == Some(place) => lookup(NAME),
            ColumnType::Name => self.name.clone(),
            ColumnType::Email => Generate::Email {
                of: NAME.to_owned(),
            },
            ColumnType::City => Generate::City {
                country: if self.cities { COUNTRY } else { HOME }.to_owned(),
                skew: 0.8,
            },
            ColumnType::Phone => Generate::Phone {
                country: Some(COUNTRY.to_owned()),
            },
            ColumnType::Url => template(
                "https://{www|shop|blog|app|docs}.example.{com|org|net}/{|{about|contact|pricing|help}|{products|posts|users}/{1..99999}|search?q={red+shoes|lamp|sale|gift}}",
            ),
            ColumnType::Ip => template("100.{64..127}.{0..255}.{1..254}"),
            _ => match &spec.bounds {
                Bounds::Number {
                    digits, min, max, ..
                } => even_number(*digits, *min, *max),
                Bounds::Moment { min, max } => Generate::Between {
                    min: min.clone(),
                    max: max.clone(),
                },
                Bounds::None => template(
                    "{The|A|This|Every|One} {quick|quiet|small|bright|early|modern|simple|open|local|steady} {river|market|letter|garden|engine|window|system|report|journey|signal} {meets|follows|carries|opens|changes|supports|describes|needs} {the|a|another|each} {idea|road|team|story|season|number|answer|harbour|plan}{| {before|after|during|without} {the|a} {winter|meeting|storm|holiday|launch|review}}",
                ),
            },
        }
    }
}

/// `id` without bounds is the number of the row.
fn is_row_number(spec: &ColumnSpec) -> bool {
    let free = matches!(spec.bounds, Bounds::Number { given: false, .. });
    spec.name == "id" && free && spec.null_share == 0.0
}

fn countries() -> Generate {
    Generate::Choice {
        values: COUNTRIES
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        weights: COUNTRIES.iter().map(|(_, weight)| *weight).collect(),
    }
}

fn template(value: &str) -> Generate {
    Generate::Template {
        value: value.to_owned(),
    }
}

fn even(values: Vec<String>) -> Generate {
    Generate::Choice {
        values,
        weights: Vec::new(),
    }
}

fn even_number(digits: u8, min: i64, max: i64) -> Generate {
    let one = 10_u64.pow(digits.into()) as f64;
    let (min, max) = (min as f64 / one, max as f64 / one);
    let shape = if min < max {
        Shape::Uniform
    } else {
        Shape::Constant { value: min }
    };
    Generate::Number {
        shape,
        min,
        max,
        step: None,
        ending: None,
    }
}
