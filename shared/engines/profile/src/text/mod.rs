//! What a text cell is.

pub(crate) mod mask;
pub(crate) mod moment;
pub(crate) mod number;
