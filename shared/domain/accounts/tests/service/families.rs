//! Refresh tokens: rotation, reuse, revocation, and passwords that change.

use crate::house::{House, PASSWORD, WRONG, house, house_with};
use millrace_accounts::{AccountError, Login};
use millrace_ports::memory::{Fault, Faults, Operation};
use proptest::prelude::*;

const NEW: &str = "another horse";

impl House {
    async fn signed_in(&self) -> Login {
        self.ada().await;
        self.login(PASSWORD).await.expect("a login")
    }

    async fn change(&self, login: &Login, current: &str) -> Result<(), AccountError> {
        let family = Some(login.family_id.as_str());
        self.accounts
            .change_password(&login.user_id, family, current, NEW)
            .await
    }
}

#[tokio::test]
async fn a_token_gives_the_next_of_its_family() {
    let house = house();
    let mut login = house.signed_in().await;
    for _ in 0..5 {
        let next = house.refresh(&login).await.expect("the next pair");
        assert_eq!(
            (&next.user_id, &next.family_id),
            (&login.user_id, &login.family_id)
        );
        assert_ne!(next.refresh_token, login.refresh_token);
        login = next;
        house.wait(60);
    }
}

#[tokio::test]
async fn a_token_used_again_within_ten_seconds_gets_a_new_pair() {
    let house = house();
    let login = house.signed_in().await;
    let first = house.refresh(&login).await.expect("the first");
    for _ in 0..5 {
        house.wait(2);
        let again = house.refresh(&login).await.expect("a lost answer");
        assert_ne!(again.refresh_token, first.refresh_token);
        house.refresh(&again).await.expect("and it is good");
    }
    house.refresh(&first).await.expect("so is the first");
}

#[tokio::test]
async fn a_token_used_again_later_revokes_its_family() {
    let house = house();
    let login = house.signed_in().await;
    let other = house.login(PASSWORD).await.expect("another login");
    let next = house.refresh(&login).await.expect("the next pair");
    house.wait(11);
    assert!(house.is_refused(&login).await);
    assert!(house.is_refused(&next).await, "the whole family is revoked");
    assert!(house.is_refused(&login).await);
    house.refresh(&other).await.expect("another family is not");
}

#[tokio::test]
async fn a_revoked_family_knows_no_grace() {
    let house = house();
    let login = house.signed_in().await;
    house.refresh(&login).await.expect("the next pair");
    house
        .accounts
        .logout(login.refresh_token.reveal())
        .await
        .expect("the end");
    assert!(house.is_refused(&login).await);
    let unknown = "not a token";
    house
        .accounts
        .logout(unknown)
        .await
        .expect("nothing to end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uses_at_once_all_get_a_pair() {
    let house = house();
    let login = house.signed_in().await;
    let uses: Vec<_> = (0..16)
        .map(|_| {
            let accounts = house.accounts.clone();
            let token = login.refresh_token.clone();
            tokio::spawn(async move { accounts.refresh(token.reveal()).await })
        })
        .collect();
    for used in uses {
        let next = used.await.expect("no panic").expect("a pair");
        house.refresh(&next).await.expect("a good one");
    }
}

#[tokio::test]
async fn tokens_and_families_end_in_time() {
    const DAY: i64 = 24 * 60 * 60;
    let house = house();
    let mut login = house.signed_in().await;
    let unused = house.login(PASSWORD).await.expect("another login");
    house.wait(7 * DAY);
    assert!(house.is_refused(&unused).await);
    assert!(house.is_refused(&login).await, "though it was never used");
    login = house.login(PASSWORD).await.expect("a login");
    for _ in 0..4 {
        house.wait(7 * DAY - 1);
        login = house.refresh(&login).await.expect("it lasts for 30 days");
    }
    house.wait(2 * DAY + 4);
    assert!(house.is_refused(&login).await, "and no longer");
}

#[tokio::test]
async fn what_is_no_token_of_ours_is_refused() {
    let house = house();
    let login = house.signed_in().await;
    let text = login.refresh_token.reveal();
    let (user, number) = text.split_once('.').expect("two parts");
    let other = house
        .register("eve@example.com")
        .await
        .expect("a user")
        .id
        .replace('-', "");
    for forged in [
        String::new(),
        ".".to_owned(),
        user.to_owned(),
        format!("{user}.{}", "0".repeat(64)),
        format!("{other}.{number}"),
        format!("{user}.{}", number.to_uppercase()).replace("0000", "0A00"),
        format!("{text}0"),
        "x".repeat(1_000_000),
    ] {
        let refused = house.accounts.refresh(&forged).await;
        assert!(
            matches!(refused, Err(AccountError::TokenRefused)),
            "{forged:.80}"
        );
    }
    house.refresh(&login).await.expect("the real one is good");
}

#[tokio::test]
async fn another_password_ends_the_other_logins() {
    let house = house();
    let login = house.signed_in().await;
    let other = house.login(PASSWORD).await.expect("another login");
    house.change(&login, PASSWORD).await.expect("changed");
    assert!(house.is_refused(&other).await);
    assert!(matches!(
        house.login(PASSWORD).await,
        Err(AccountError::Credentials)
    ));
    house.login(NEW).await.expect("the new one");
    house.refresh(&login).await.expect("its own login goes on");
}

#[tokio::test]
async fn a_wrong_current_password_changes_nothing_and_counts() {
    let house = house();
    let login = house.signed_in().await;
    for _ in 0..10 {
        let refused = house.change(&login, WRONG).await;
        assert!(matches!(refused, Err(AccountError::CurrentPassword)));
    }
    let refused = house.change(&login, PASSWORD).await;
    assert!(matches!(refused, Err(AccountError::TooManyFailures(_))));
    house.wait(60);
    house
        .login(PASSWORD)
        .await
        .expect("the password is the same");
    house.refresh(&login).await.expect("so are the logins");
}

#[tokio::test]
async fn a_password_changed_without_a_login_ends_all() {
    let house = house();
    let login = house.signed_in().await;
    let change = house
        .accounts
        .change_password(&login.user_id, None, PASSWORD, NEW);
    change.await.expect("changed");
    assert!(house.is_refused(&login).await);
    // A login that was over does not come back with the change.
    house.change(&login, NEW).await.expect("changed again");
    assert!(house.is_refused(&login).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_changes_at_once_one_wins() {
    let house = house();
    let login = house.signed_in().await;
    let changes: Vec<_> = (0..8)
        .map(|number| {
            let (accounts, user) = (house.accounts.clone(), login.user_id.clone());
            let new = format!("horse number {number}");
            tokio::spawn(async move {
                accounts
                    .change_password(&user, None, PASSWORD, &new)
                    .await
                    .map(|()| new)
            })
        })
        .collect();
    let mut won = Vec::new();
    for change in changes {
        won.extend(change.await.expect("no panic").ok());
    }
    assert_eq!(won.len(), 1, "{won:?}");
    house.login(&won[0]).await.expect("the winner's password");
}

#[tokio::test]
async fn faults_neither_fork_a_family_nor_lose_a_change() {
    for fault in [Fault::ResponseLost, Fault::Conflict, Fault::Unavailable] {
        // Registration and login come first.
        let house = house_with(Faults::none().fail(Operation::Transact, 3, fault));
        let login = house.signed_in().await;
        house.refresh(&login).await.expect("a pair");
        assert_eq!(house.rows("TOKEN"), 2, "{fault:?}");

        let house = house_with(Faults::none().fail(Operation::Transact, 3, fault));
        let login = house.signed_in().await;
        house.change(&login, PASSWORD).await.expect("changed");
        let user = house.accounts.user(&login.user_id).await.expect("the user");
        assert_eq!(user.epoch, 1, "{fault:?}");
        house.refresh(&login).await.expect("its own login goes on");
    }
}

#[tokio::test]
async fn a_revocation_that_fails_is_not_an_answer() {
    let faults = (4..=6).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::Transact, nth, Fault::Unavailable)
    });
    let house = house_with(faults);
    let login = house.signed_in().await;
    let next = house.refresh(&login).await.expect("a pair");
    house.wait(11);
    assert!(matches!(
        house.refresh(&login).await,
        Err(AccountError::Port(_))
    ));
    assert!(house.is_refused(&login).await, "the next try revokes");
    assert!(house.is_refused(&next).await);
}

#[derive(Debug, Clone)]
enum Step {
    Refresh(usize),
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0_usize..8).prop_map(Step::Refresh),
        1 => (1_i64..9).prop_map(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Against a model of one family: a token is good if the family lives and it was never used, or was
    /// first used at most ten seconds ago; any other use ends the family.
    #[test]
    fn tokens_behave_as_the_model(steps in prop::collection::vec(step(), 1..24)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let house = house();
            let mut tokens = vec![(house.signed_in().await, None)];
            let (mut now, mut alive) = (0_i64, true);
            for step in steps {
                let place = match step {
                    Step::Wait(seconds) => {
                        now += seconds;
                        house.wait(seconds);
                        continue;
                    }
                    Step::Refresh(place) => place % tokens.len(),
                };
                let (login, used) = tokens[place].clone();
                let is_late = used.is_some_and(|used| now - used > 10);
                alive = alive && !is_late;
                let answer = house.refresh(&login).await;
                assert_eq!(answer.is_ok(), alive);
                if let Ok(next) = answer {
                    tokens[place].1 = used.or(Some(now));
                    tokens.push((next, None));
                }
            }
        });
    }
}
