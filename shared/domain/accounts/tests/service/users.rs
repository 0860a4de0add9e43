//! Registration and what is stored of a user.

use crate::house::{PASSWORD, address, house, house_with};
use millrace_accounts::AccountError;
use millrace_ports::memory::{Fault, Faults, Operation};

#[tokio::test]
async fn a_user_keeps_its_address_as_it_was_given() {
    let house = house();
    let user = house.register(" Ada@Example.COM ").await.expect("a user");
    let stored = house.accounts.user(&user.id).await.expect("the user");
    assert_eq!(stored, user);
    assert_eq!(
        (stored.email.as_str(), stored.address.as_str()),
        ("Ada@Example.COM", "ada@example.com")
    );
    assert!(!stored.address_verified);
}

#[tokio::test]
async fn there_is_one_user_of_an_address_whatever_its_case() {
    let house = house();
    house.register("ada@example.com").await.expect("a user");
    for other in ["ada@example.com", "ADA@EXAMPLE.COM", "Ada@Example.com"] {
        let refused = house.register(other).await;
        assert!(
            matches!(refused, Err(AccountError::AddressTaken)),
            "{other}"
        );
    }
    house
        .register("ada+2@example.com")
        .await
        .expect("another address");
    assert_eq!((house.rows("USER"), house.rows("ADDRESS")), (2, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_registrations_at_once_one_wins() {
    let house = house();
    let attempts = (0..16).map(|number| {
        let accounts = house.accounts.clone();
        let text = if number % 2 == 0 {
            "ada@example.com"
        } else {
            "ADA@example.com"
        };
        tokio::spawn(async move { accounts.register(&address(text), PASSWORD).await })
    });
    let attempts: Vec<_> = attempts.collect();
    let mut won = 0;
    for attempt in attempts {
        match attempt.await.expect("no panic") {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, AccountError::AddressTaken), "{error}"),
        }
    }
    assert_eq!((won, house.rows("USER"), house.rows("ADDRESS")), (1, 1, 1));
}

#[tokio::test]
async fn a_registration_whose_answer_is_lost_is_no_duplicate() {
    for fault in [Fault::ResponseLost, Fault::Conflict, Fault::Unavailable] {
        let house = house_with(Faults::none().fail(Operation::Transact, 1, fault));
        let user = house.ada().await;
        assert_eq!(house.rows("USER"), 1, "{fault:?}");
        house.login(PASSWORD).await.expect("a login");
        assert_eq!(house.accounts.user(&user.id).await.expect("the user"), user);
    }
}

#[tokio::test]
async fn a_registration_that_fails_leaves_nothing() {
    let faults = (1..=3).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::Transact, nth, Fault::Unavailable)
    });
    let house = house_with(faults);
    let refused = house.register("ada@example.com").await;
    assert!(matches!(refused, Err(AccountError::Port(error)) if error.retryable()));
    assert!(house.memory.records.snapshot().is_empty());
    house.ada().await;
}

#[tokio::test]
async fn no_secret_is_stored_or_shown() {
    let house = house();
    let user = house.ada().await;
    let login = house.login(PASSWORD).await.expect("a login");
    let (_, number) = login
        .refresh_token
        .reveal()
        .split_once('.')
        .expect("two parts");
    let stored = format!("{:?}", house.memory.records.snapshot());
    assert!(!stored.contains(PASSWORD) && !stored.contains(number));
    let shown = format!("{user:?} {login:?}");
    assert!(!shown.contains("argon2") && !shown.contains(number));
}

#[tokio::test]
async fn ids_of_nobody_have_no_user() {
    let house = house();
    for id in [
        "",
        "public",
        "00000000-0000-0000-0000-000000000000",
        "A/../b",
    ] {
        let refused = house.accounts.user(id).await;
        assert!(matches!(refused, Err(AccountError::UnknownUser)), "{id}");
    }
}
