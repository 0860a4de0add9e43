//! Users, their passwords, and the logins that descend from them.
//!
//! A user is one record, an address another that points to it, so that one transaction makes both or
//! neither. A login opens a family of refresh tokens; each token is good once, and a token that comes
//! back too late ends its family. Every change is one conditional transaction over the ports.
//!
//! This crate must not know HTTP, JWTs, the environment or the machine's clock: who is told what of an
//! error, and what an access token looks like, is the edge's to say. Passwords are hashed on tokio's
//! blocking threads by [`Hasher`], which knows no port either.
//!
//! ```
//! use millrace_accounts::{Accounts, Address, Hasher, Settings};
//! use millrace_ports::memory::Memory;
//!
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(async {
//! let memory = Memory::new();
//! let accounts = Accounts::new(memory.ports(), Hasher::default(), Settings::default());
//! let address = Address::new("Ada@Example.com").unwrap();
//! let user = accounts.register(&address, "correct horse").await.unwrap();
//! let login = accounts.login("ada@example.com", "correct horse").await.unwrap();
//! assert_eq!(login.user_id, user.id);
//! # });
//! ```
#![warn(missing_docs)]

mod address;
mod commit;
mod error;
mod families;
mod limit;
mod password;
mod service;
mod token;
mod users;

pub use address::Address;
pub use error::{AccountError, Closed};
pub use families::{FamilySettings, REUSE_GRACE_SECONDS};
pub use limit::LimitSettings;
pub use password::{Cost, Hasher, HasherError, PasswordHash};
pub use service::{Accounts, Settings};
pub use token::Login;
pub use users::User;
