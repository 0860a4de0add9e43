//! Declarations of choices, groups of parameters and variants of them.

/// A closed list of words: `choice! { /// … pub enum Side { /// … Left = "left" | "l", … } }`.
/// Words after `|` are accepted and written back as the first one.
macro_rules! choice {
    (
        $(#[doc = $about:literal])*
        pub enum $name:ident {
            $( $(#[doc = $doc:literal])* $variant:ident = $word:literal $(| $alias:literal)* ),* $(,)?
        }
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $( $(#[doc = $doc])* $variant, )* }

        impl $name {
            /// All words, in the order of the catalogue.
            pub const WORDS: &'static [&'static str] = &[$($word),*];

            /// The word for it.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl $crate::read::Parameter for $name {
            fn shape() -> $crate::Shape {
                $crate::Shape::Choice(Self::WORDS.to_vec())
            }

            fn read(
                value: &serde_json::Value,
                scope: &mut $crate::read::Scope<'_>,
            ) -> Option<Self> {
                let Some(typed) = value.as_str() else {
                    let message = format!(
                        "{} must be {}",
                        scope.label(),
                        $crate::fault::alternatives(Self::WORDS)
                    );
                    scope.fault_allowing($crate::Code::WrongType, message, Self::WORDS);
                    return None;
                };
                match typed {
                    $( $word $(| $alias)* => Some(Self::$variant), )*
                    other => {
                        scope.not_allowed(other, Self::WORDS);
                        None
                    }
                }
            }

            fn write(&self) -> serde_json::Value {
                serde_json::Value::String(self.as_str().to_owned())
            }

            fn identity(&self) -> Option<&str> {
                Some(self.as_str())
            }
        }
    };
}

/// One field of a declaration: its name in JSON, its description, how it is read and written.
macro_rules! field {
    (name $field:ident) => { stringify!($field) };
    (name $field:ident $json:literal) => { $json };

    (limits []) => { None };
    (limits [$limits:expr]) => { Some($crate::read::Limits::from($limits)) };

    (default [] $type:ty) => { None };
    (default [$default:expr] $type:ty) => {{
        let default: $type = $default;
        Some(default)
    }};

    (read $fields:ident, [$($name:tt)*], $type:ty, [flat], $limits:tt, $default:tt) => {
        <$type as $crate::read::Group>::read_fields($fields)
    };
    (read $fields:ident, [$($name:tt)*], $type:ty, [], $limits:tt, $default:tt) => {
        $fields.read::<$type>(
            field!(name $($name)*),
            field!(limits $limits),
            field!(default $default $type),
        )
    };

    (write $into:ident, $value:expr, [$($name:tt)*], $type:ty, [flat]) => {
        $crate::read::Group::write_fields($value, $into)
    };
    (write $into:ident, $value:expr, [$($name:tt)*], $type:ty, []) => {{
        let written = $crate::read::Parameter::write($value);
        // An absent parameter stays absent; only where null has a meaning of its own is it written.
        if !written.is_null() || <$type as $crate::read::Parameter>::NULLABLE {
            $into.insert(field!(name $($name)*).to_owned(), written);
        }
    }};

    (describe $list:ident, $about:expr, [$($name:tt)*], $type:ty, [flat], $limits:tt, $default:tt) => {
        $list.extend(<$type as $crate::read::Group>::parameters())
    };
    (describe $list:ident, $about:expr, [$($name:tt)*], $type:ty, [], $limits:tt, $default:tt) => {{
        let default: Option<$type> = field!(default $default $type);
        let limits: Option<$crate::read::Limits> = field!(limits $limits);
        let absent = <$type as $crate::read::Parameter>::absent();
        $list.push($crate::ParameterDescription {
            name: field!(name $($name)*),
            description: $crate::read::sentence($about),
            shape: <$type as $crate::read::Parameter>::shape().limited(limits),
            required: default.is_none() && absent.is_none(),
            default: default.as_ref().map($crate::read::Parameter::write),
            only_with: None,
        });
    }};
}

/// Parameters that stand together. A field is
/// `name as "json name": Type as flat [least..=most] = default`, where everything but name and type
/// may be left out; `as flat` puts the members of another group among these. `check` is called with
/// the whole, and may complete it.
macro_rules! group {
    (
        $(#[doc = $about:literal])*
        pub struct $name:ident {
            $(
                $(#[doc = $doc:literal])*
                $field:ident $(as $json:literal)? : $type:ty
                $(as $flat:ident)? $([$limits:expr])? $(= $default:expr)?
            ),* $(,)?
        }
        $(check $check:expr;)?
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $( $(#[doc = $doc])* pub $field: $type, )* }

        impl $crate::read::Group for $name {
            const DESCRIPTION: &'static str = concat!($($about),*);

            fn parameters() -> Vec<$crate::ParameterDescription> {
                let mut list = Vec::new();
                $(
                    field!(
                        describe list, concat!($($doc),*), [$field $($json)?], $type, [$($flat)?],
                        [$($limits)?], [$($default)?]
                    );
                )*
                list
            }

            fn read_fields(fields: &mut $crate::read::Fields<'_, '_>) -> Option<Self> {
                $(
                    let $field: Option<$type> = field!(
                        read fields, [$field $($json)?], $type, [$($flat)?], [$($limits)?],
                        [$($default)?]
                    );
                )*
                let whole = Self { $( $field: $field?, )* };
                $( let whole = ($check)(whole, fields); )?
                Some(whole)
            }

            fn write_fields(&self, into: &mut serde_json::Map<String, serde_json::Value>) {
                $( field!(write into, &self.$field, [$field $($json)?], $type, [$($flat)?]); )*
            }
        }
    };
}

/// Parameters of which one, the tag, decides which others there are.
macro_rules! tagged {
    (
        $(#[doc = $about:literal])*
        pub enum $name:ident by $tag:literal $(= $first:literal)? {
            $(
                $(#[doc = $variant_doc:literal])*
                $variant:ident = $word:literal $(| $alias:literal)* $({
                    $(
                        $(#[doc = $doc:literal])*
                        $field:ident $(as $json:literal)? : $type:ty
                        $(as $flat:ident)? $([$limits:expr])? $(= $default:expr)?
                    ),* $(,)?
                })?
            ),* $(,)?
        }
        $(check $check:expr;)?
    ) => {
        $(#[doc = $about])*
        #[derive(Debug, Clone, PartialEq)]
        pub enum $name {
            $( $(#[doc = $variant_doc])* $variant $({ $( $(#[doc = $doc])* $field: $type, )* })?, )*
        }

        impl $name {
            /// The word that chooses this variant.
            #[must_use]
            pub fn word(&self) -> &'static str {
                match self { $( Self::$variant { .. } => $word, )* }
            }
        }

        impl $crate::read::Group for $name {
            const DESCRIPTION: &'static str = concat!($($about),*);

            fn parameters() -> Vec<$crate::ParameterDescription> {
                let first: &[&str] = &[$($first)?];
                let mut list = vec![$crate::ParameterDescription {
                    name: $tag,
                    description: $crate::read::sentence(concat!($($about),*)),
                    shape: $crate::Shape::Choice(vec![$($word),*]),
                    required: first.is_empty(),
                    default: first.first().map(|word| serde_json::Value::from(*word)),
                    only_with: None,
                }];
                $(
                    $(
                        let mut part = Vec::new();
                        $(
                            field!(
                                describe part, concat!($($doc),*), [$field $($json)?], $type,
                                [$($flat)?], [$($limits)?], [$($default)?]
                            );
                        )*
                        $crate::read::merge(&mut list, part, $tag, $word);
                    )?
                )*
                list
            }

            fn read_fields(fields: &mut $crate::read::Fields<'_, '_>) -> Option<Self> {
                let words: &[(&'static str, &[&str])] = &[$( ($word, &[$($alias),*]) ),*];
                let first: &[&'static str] = &[$($first)?];
                let all = Self::parameters();
                let Some(word) = fields.tag($tag, words, first.first().copied()) else {
                    for parameter in &all {
                        fields.know(parameter.name);
                    }
                    return None;
                };
                let read = match word {
                    $(
                        $word => {
                            $($(
                                let $field: Option<$type> = field!(
                                    read fields, [$field $($json)?], $type, [$($flat)?],
                                    [$($limits)?], [$($default)?]
                                );
                            )*)?
                            fields.unused(&all, word);
                            Self::$variant $({ $( $field: $field?, )* })?
                        }
                    )*
                    _ => return None,
                };
                $( let read = ($check)(read, fields); )?
                Some(read)
            }

            fn write_fields(&self, into: &mut serde_json::Map<String, serde_json::Value>) {
                into.insert($tag.to_owned(), self.word().into());
                match self {
                    $(
                        Self::$variant $({ $( $field, )* })? => {
                            $($(
                                field!(write into, $field, [$field $($json)?], $type, [$($flat)?]);
                            )*)?
                        }
                    )*
                }
            }
        }
    };
}
