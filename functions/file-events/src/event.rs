//! What the function is called with.

use serde::Deserialize;

/// One call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Event {
    /// From the schedule.
    Task {
        /// Which task.
        task: Task,
    },
    /// From a queue, or from the store itself.
    Records {
        /// Messages, or what happened to objects.
        #[serde(rename = "Records")]
        records: Vec<Record>,
    },
}

/// A task of the schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Does what is overdue.
    Sweep,
}

/// One record of a call.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Record {
    /// A message of a queue.
    Message {
        /// By what it is named when it has to come again.
        #[serde(rename = "messageId")]
        message_id: String,
        /// What the store sent.
        body: String,
    },
    /// What happened to an object.
    Object(ObjectRecord),
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ObjectRecord {
    /// What: `ObjectCreated:Put`.
    #[serde(rename = "eventName")]
    pub name: String,
    s3: Entity,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Object {
    key: String,
}

/// The body of a message from the store. Its greeting, `s3:TestEvent`, has no records.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Notification {
    /// What happened to objects.
    #[serde(rename = "Records", default)]
    pub records: Vec<ObjectRecord>,
}

impl Event {
    /// Its name in logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Task { task: Task::Sweep } => "sweep",
            Self::Records { .. } => "uploads",
        }
    }
}

impl ObjectRecord {
    /// The key of an object that was created; `None` for any other event, and for a key that is not one
    /// of ours. Events carry keys as forms do: `+` for a space, `%XX` for bytes.
    pub fn created_key(&self) -> Option<String> {
        let name = self.name.strip_prefix("s3:").unwrap_or(&self.name);
        name.starts_with("ObjectCreated:")
            .then(|| decoded(&self.s3.object.key))?
    }
}

fn decoded(text: &str) -> Option<String> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16);
    let (mut decoded, mut rest) = (Vec::new(), text.as_bytes());
    loop {
        rest = match rest {
            [] => return String::from_utf8(decoded).ok(),
            [b'%', high, low, rest @ ..] => {
                let byte = digit(high)? * 16 + digit(low)?;
                decoded.push(u8::try_from(byte).ok()?);
                rest
            }
            [b'%', ..] => return None,
            [byte, rest @ ..] => {
                decoded.push(if *byte == b'+' { b' ' } else { *byte });
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_decoded_as_forms_are() {
        for (encoded, key) in [
            ("input/1/a.csv", Some("input/1/a.csv")),
            (
                "input/1/gr%C3%B6%C3%9Fe+1%2B2.csv",
                Some("input/1/größe 1+2.csv"),
            ),
            ("input/1/%26%3D%25%23", Some("input/1/&=%#")),
            ("", Some("")),
            ("a%2", None),
            ("a%zz", None),
            ("a%FF", None),
        ] {
            assert_eq!(decoded(encoded).as_deref(), key, "{encoded}");
        }
    }

    #[test]
    fn only_creations_have_a_key() {
        let key = |name: &str| {
            let json = serde_json::json!({ "eventName": name, "s3": { "object": { "key": "k" } } });
            let record: ObjectRecord = serde_json::from_value(json).expect("a record");
            record.created_key()
        };
        for name in [
            "ObjectCreated:Put",
            "s3:ObjectCreated:CompleteMultipartUpload",
        ] {
            assert_eq!(key(name).as_deref(), Some("k"));
        }
        assert_eq!(key("ObjectRemoved:Delete"), None);
    }
}
