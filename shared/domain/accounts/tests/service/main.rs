//! The service on the in-memory ports.

mod families;
mod house;
mod login;
mod users;
