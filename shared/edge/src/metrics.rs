//! CloudWatch's embedded metric format: the log line of a call is also its metrics.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const NAMESPACE: &str = "Millrace";

/// What one call or task was.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) function: &'a str,
    /// Pattern of the route, or name of the task.
    pub(crate) route: &'a str,
    pub(crate) milliseconds: f64,
    /// Whether it failed by our fault.
    pub(crate) error: bool,
    /// Whether it was the first of its process.
    pub(crate) cold: bool,
    /// Further fields of the line, an object.
    pub(crate) fields: Value,
}

impl Call<'_> {
    /// The line.
    pub(crate) fn record(self, now: DateTime<Utc>) -> Value {
        let mut line = json!({
            "_aws": {
                "Timestamp": now.timestamp_millis(),
                "CloudWatchMetrics": [{
                    "Namespace": NAMESPACE,
                    "Dimensions": [["function"], ["function", "route"]],
                    "Metrics": [
                        { "Name": "Count", "Unit": "Count" },
                        { "Name": "Latency", "Unit": "Milliseconds" },
                        { "Name": "Errors", "Unit": "Count" },
                        { "Name": "ColdStarts", "Unit": "Count" },
                    ],
                }],
            },
            "function": self.function,
            "route": self.route,
            "Count": 1,
            "Latency": self.milliseconds,
            "Errors": u8::from(self.error),
            "ColdStarts": u8::from(self.cold),
        });
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), self.fields) {
            line.extend(fields);
        }
        line
    }
}

/// Tells the first call of a process from the others.
#[derive(Debug)]
pub(crate) struct ColdStart(AtomicBool);

impl ColdStart {
    pub(crate) const fn new() -> Self {
        Self(AtomicBool::new(true))
    }

    pub(crate) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

/// Milliseconds from one time to another, to the microsecond; 0 where the clock went back.
pub(crate) fn milliseconds(from: DateTime<Utc>, to: DateTime<Utc>) -> f64 {
    let microseconds = (to - from).num_microseconds().unwrap_or(0).max(0);
    // Exact up to 285 years.
    microseconds as f64 / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_is_a_field_of_the_line() {
        let call = Call {
            function: "system",
            route: "GET /health",
            milliseconds: 1.5,
            error: true,
            cold: false,
            fields: json!({ "status": 503 }),
        };
        let now = DateTime::from_timestamp(1_770_460_200, 0).expect("a time");
        let line = call.record(now);
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        for metric in directive["Metrics"].as_array().expect("metrics") {
            assert!(
                line[metric["Name"].as_str().expect("a name")].is_number(),
                "{metric}"
            );
        }
        for dimension in directive["Dimensions"]
            .as_array()
            .expect("sets")
            .iter()
            .flat_map(|set| set.as_array())
        {
            assert!(
                dimension
                    .iter()
                    .all(|name| line[name.as_str().expect("a name")].is_string())
            );
        }
        assert_eq!(line["_aws"]["Timestamp"], 1_770_460_200_000_i64);
        assert_eq!(
            (&line["Errors"], &line["Latency"], &line["status"]),
            (&json!(1), &json!(1.5), &json!(503))
        );
    }

    #[test]
    fn only_the_first_call_is_cold() {
        let cold = ColdStart::new();
        assert_eq!(
            [cold.take(), cold.take(), cold.take()],
            [true, false, false]
        );
    }

    #[test]
    fn time_does_not_go_back() {
        let early = DateTime::UNIX_EPOCH;
        let late = early + chrono::TimeDelta::microseconds(1_234);
        assert!((milliseconds(early, late) - 1.234).abs() < 1e-9);
        assert!(milliseconds(late, early).abs() < f64::EPSILON);
    }
}
