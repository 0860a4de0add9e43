//! Steps that need rows together: DataFusion plans over the rows so far.

mod aggregate;
mod feed;
mod pivot;
mod top;

pub(crate) use aggregate::{Aggregating, Measure};
pub(crate) use feed::column;
pub(crate) use pivot::{Pivoting, categories};
pub(crate) use top::Topping;
