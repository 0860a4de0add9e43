//! Values of parameters that are more than text: columns, types, dates, patterns.

mod columns;
mod dates;
mod dtype;
mod encoding;
mod name;
mod pattern;
mod scalar;
mod zone;

pub use columns::{Columns, DtypeGroup, Target};
pub use dates::{DateFormat, TimeUnit, Timespan, TimespanUnit};
pub use dtype::{CastTarget, DataType};
pub use encoding::Encoding;
pub use name::Name;
pub use pattern::Pattern;
pub use scalar::{Cell, Range, Scalar};
pub use zone::Zone;

pub(crate) use dates::{is_date, is_moment};
pub(crate) use name::Character;

/// A value that is written as a text and read back with `parse`; the error is a sentence.
macro_rules! textual {
    ($name:ident, $content:literal, $code:expr) => {
        impl $crate::read::Parameter for $name {
            fn shape() -> $crate::Shape {
                $crate::Shape::text($content)
            }

            fn read(
                value: &serde_json::Value,
                scope: &mut $crate::read::Scope<'_>,
            ) -> Option<Self> {
                let text = <String as $crate::read::Parameter>::read(value, scope)?;
                match Self::parse(&text) {
                    Ok(read) => Some(read),
                    Err(message) => {
                        scope.fault($code, message);
                        None
                    }
                }
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::String(self.to_string())
            }
        }
    };
}
pub(crate) use textual;
