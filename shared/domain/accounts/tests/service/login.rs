//! Logins, what they tell, and what too many failures lead to.

use crate::house::{House, PASSWORD, WRONG, house, house_with};
use millrace_accounts::{AccountError, Closed};
use millrace_ports::memory::{Fault, Faults, Operation};

impl House {
    async fn fails(&self, address: &str) -> AccountError {
        let login = self.accounts.login(address, WRONG).await;
        login.expect_err("a wrong password")
    }
}

fn closed(error: AccountError) -> Closed {
    match error {
        AccountError::TooManyFailures(closed) => closed,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn an_address_logs_in_whatever_its_case() {
    let house = house();
    let user = house.register("Ada@Example.com").await.expect("a user");
    for text in ["Ada@Example.com", "ada@example.com", " ADA@EXAMPLE.COM "] {
        let login = house.accounts.login(text, PASSWORD).await.expect(text);
        assert_eq!(login.user_id, user.id);
    }
    assert_eq!(house.rows("FAMILY"), 3);
}

#[tokio::test]
async fn failures_do_not_tell_whether_the_address_exists() {
    let house = house();
    house.ada().await;
    let long = "x".repeat(100_000);
    for address in [
        "ada@example.com",
        "eve@example.com",
        "no address",
        &long,
        "\0",
    ] {
        for failure in 0..10 {
            let error = house.fails(address).await;
            assert!(
                matches!(error, AccountError::Credentials),
                "{failure}: {error}"
            );
        }
        assert_eq!(closed(house.fails(address).await).seconds, 60);
    }
}

#[tokio::test]
async fn failures_do_the_same_work_whether_or_not_the_address_exists() {
    let house = house();
    house.ada().await;
    let mut work = Vec::new();
    for address in ["ada@example.com", "eve@example.com", "no address"] {
        let calls = |operation| house.memory.faults.calls(operation);
        let before = (calls(Operation::Get), calls(Operation::Transact));
        house.fails(address).await;
        work.push((
            calls(Operation::Get) - before.0,
            calls(Operation::Transact) - before.1,
        ));
    }
    assert!(work.iter().all(|calls| *calls == work[0]), "{work:?}");
}

#[tokio::test]
async fn ten_failures_close_the_login_for_a_minute() {
    let house = house();
    house.ada().await;
    for _ in 0..10 {
        house.fails("ada@example.com").await;
    }
    house.wait(20);
    let error = house
        .login(PASSWORD)
        .await
        .expect_err("closed, for the right password too");
    let closed = closed(error);
    assert_eq!((closed.failures, closed.seconds), (10, 40));
    house.wait(39);
    assert!(house.login(PASSWORD).await.is_err());
    house.wait(1);
    house.login(PASSWORD).await.expect("open again");
}

#[tokio::test]
async fn after_the_minute_there_are_ten_failures_again() {
    let house = house();
    house.ada().await;
    for _ in 0..2 {
        for _ in 0..10 {
            let error = house.fails("ada@example.com").await;
            assert!(matches!(error, AccountError::Credentials));
        }
        closed(house.fails("ada@example.com").await);
        house.wait(60);
    }
    assert!(matches!(
        house.fails("ada@example.com").await,
        AccountError::Credentials
    ));
}

#[tokio::test]
async fn a_success_forgives_and_so_does_a_quarter_of_an_hour() {
    let house = house();
    house.ada().await;
    for forgiven in 0..4 {
        for _ in 0..9 {
            house.fails("ada@example.com").await;
        }
        if forgiven % 2 == 0 {
            house.login(PASSWORD).await.expect("a login");
            assert_eq!(house.rows("FAILURES"), 0);
        } else {
            house.wait(15 * 60);
        }
    }
}

#[tokio::test]
async fn the_addresses_of_others_stay_open() {
    let house = house();
    house.ada().await;
    for _ in 0..11 {
        house.fails("eve@example.com").await;
    }
    house.login(PASSWORD).await.expect("a login");
    for _ in 0..11 {
        house.fails("ADA@example.com").await;
    }
    closed(house.fails("ada@example.com").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_at_once_come_no_further_than_in_turn() {
    let house = house();
    house.ada().await;
    let guesses: Vec<_> = (0..64)
        .map(|_| {
            let accounts = house.accounts.clone();
            tokio::spawn(async move { accounts.login("ada@example.com", WRONG).await })
        })
        .collect();
    let mut told = 0;
    for guess in guesses {
        match guess
            .await
            .expect("no panic")
            .expect_err("a wrong password")
        {
            AccountError::Credentials => told += 1,
            error => _ = closed(error),
        }
    }
    assert_eq!(told, 10);
    closed(house.login(PASSWORD).await.expect_err("closed"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_good_logins_at_once_are_all_good() {
    let house = house();
    house.ada().await;
    house.fails("ada@example.com").await;
    let logins: Vec<_> = (0..32)
        .map(|_| {
            let accounts = house.accounts.clone();
            tokio::spawn(async move { accounts.login("ada@example.com", PASSWORD).await })
        })
        .collect();
    for login in logins {
        login.await.expect("no panic").expect("a login");
    }
    assert_eq!((house.rows("FAMILY"), house.rows("TOKEN")), (32, 32));
}

#[tokio::test]
async fn a_login_whose_answer_is_lost_is_one_login() {
    for fault in [Fault::ResponseLost, Fault::Conflict, Fault::Unavailable] {
        // The first transaction is the registration, the second a failure.
        let house = house_with(Faults::none().fail(Operation::Transact, 3, fault));
        house.ada().await;
        house.fails("ada@example.com").await;
        let login = house.login(PASSWORD).await.expect("a login");
        assert_eq!(
            (house.rows("FAMILY"), house.rows("FAILURES")),
            (1, 0),
            "{fault:?}"
        );
        house.refresh(&login).await.expect("its token is good");
    }
}

#[tokio::test]
async fn a_lost_answer_counts_one_failure() {
    let house = house_with(Faults::none().fail(Operation::Transact, 2, Fault::ResponseLost));
    house.ada().await;
    for _ in 0..10 {
        let error = house.fails("ada@example.com").await;
        assert!(matches!(error, AccountError::Credentials));
    }
    closed(house.fails("ada@example.com").await);
}

#[tokio::test]
async fn a_failure_that_cannot_be_counted_is_not_told() {
    let faults = (2..=4).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::Transact, nth, Fault::Unavailable)
    });
    let house = house_with(faults);
    house.ada().await;
    assert!(matches!(
        house.fails("ada@example.com").await,
        AccountError::Port(_)
    ));
}
