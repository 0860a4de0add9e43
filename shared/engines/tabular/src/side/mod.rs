//! Steps that bring in another file.

mod files;
mod join;
mod union;

pub use files::SideFiles;
pub(crate) use files::known_values;
pub(crate) use join::Joining;
pub(crate) use union::Uniting;
