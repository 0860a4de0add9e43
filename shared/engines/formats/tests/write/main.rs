//! What is written reads as what it was: in every format, with readers of ours and of others, as
//! one file and as parts.

mod columnar;
mod delimited;
mod faults;
mod json;
mod merging;
mod sheets;
mod support;
