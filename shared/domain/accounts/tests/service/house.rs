//! Accounts on the in-memory ports, with passwords that cost next to nothing.

use chrono::TimeDelta;
use millrace_accounts::{AccountError, Accounts, Address, Cost, Hasher, Login, Settings, User};
use millrace_ports::memory::{Faults, Memory};

pub(crate) const PASSWORD: &str = "correct horse";
pub(crate) const WRONG: &str = "wrong horse";

pub(crate) struct House {
    pub(crate) memory: Memory,
    pub(crate) accounts: Accounts,
}

pub(crate) fn house() -> House {
    house_with(Faults::none())
}

pub(crate) fn house_with(faults: Faults) -> House {
    let memory = Memory::with_faults(faults);
    let cost = Cost {
        memory: 16,
        passes: 1,
        lanes: 1,
    };
    let hasher = Hasher::new(cost).expect("a cost");
    House {
        accounts: Accounts::new(memory.ports(), hasher, Settings::default()),
        memory,
    }
}

pub(crate) fn address(text: &str) -> Address {
    Address::new(text).expect("an address")
}

impl House {
    pub(crate) async fn register(&self, text: &str) -> Result<User, AccountError> {
        self.accounts.register(&address(text), PASSWORD).await
    }

    pub(crate) async fn ada(&self) -> User {
        self.register("ada@example.com").await.expect("a user")
    }

    pub(crate) async fn login(&self, password: &str) -> Result<Login, AccountError> {
        self.accounts.login("ada@example.com", password).await
    }

    pub(crate) async fn refresh(&self, login: &Login) -> Result<Login, AccountError> {
        self.accounts.refresh(login.refresh_token.reveal()).await
    }

    pub(crate) async fn is_refused(&self, login: &Login) -> bool {
        matches!(self.refresh(login).await, Err(AccountError::TokenRefused))
    }

    pub(crate) fn wait(&self, seconds: i64) {
        self.memory.clock.advance(TimeDelta::seconds(seconds));
    }

    /// Rows of a kind in the store, by the beginning of their sort key.
    pub(crate) fn rows(&self, kind: &str) -> usize {
        let rows = self.memory.records.snapshot();
        rows.keys().filter(|key| key.sk.starts_with(kind)).count()
    }
}
