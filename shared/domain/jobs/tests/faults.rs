//! Lost answers, lost messages, lost workers, and many at once.

mod house;

use futures::future::join_all;
use house::{COUNT, House, claimed, house, house_with, report};
use millrace_jobs::{Claim, Ending, Failure, Job, JobError, State, Swept, Ticket};
use millrace_ports::memory::{Fault, Faults, Operation};

/// Creates, queues, claims and ends a job, one transaction each.
async fn walk(house: &House) -> Result<Job<house::Count>, JobError> {
    let job = house.jobs.create(&house.ada, COUNT).await?;
    let job = house.jobs.submit(&house.ada, &job.id).await?;
    let message = millrace_jobs::Message {
        job_id: job.id.clone(),
        run: 1,
    };
    let Claim::Claimed(ticket, _) = house.jobs.claim(&message).await? else {
        panic!("its own claim is taken for another's");
    };
    assert_eq!(ticket.attempt, 1);
    house.jobs.report(&ticket, &report(3)).await?;
    assert_eq!(house.succeed(&ticket).await?, Ending::Recorded);
    house.jobs.load(&house.ada, &job.id).await
}

#[tokio::test]
async fn a_lost_answer_changes_nothing() {
    let house = house();
    let expected = walk(&house).await.expect("a job");
    let calls = house.memory.faults.calls(Operation::Transact);
    let names = house.event_names(&expected).await;
    for nth in 1..=calls {
        for fault in [Fault::ResponseLost, Fault::Unavailable, Fault::Conflict] {
            let house = house_with(Faults::none().fail(Operation::Transact, nth, fault));
            let job = walk(&house).await;
            let job = job.unwrap_or_else(|error| panic!("{nth} {fault:?}: {error}"));
            assert_eq!(job.state, State::Succeeded, "{nth} {fault:?}");
            assert_eq!(house.event_names(&job).await, names, "{nth} {fault:?}");
            assert_eq!(house.messages(), 1, "{nth} {fault:?}");
        }
    }
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_told() {
    let calls = {
        let house = house();
        house.create().await;
        house.memory.faults.calls(Operation::Transact)
    };
    let faults = (1..=3).fold(Faults::none(), |faults, nth| {
        faults.fail(Operation::Transact, calls + nth, Fault::Unavailable)
    });
    let house = house_with(faults);
    let job = house.create().await;
    let refused = house.jobs.submit(&house.ada, &job.id).await;
    assert!(matches!(refused, Err(JobError::Port(error)) if error.retryable()));
    assert_eq!(house.state(&job).await, State::Created);
}

#[tokio::test]
async fn a_message_that_was_not_sent_waits_in_the_outbox() {
    for fault in [Fault::Unavailable, Fault::Throttled, Fault::ResponseLost] {
        let house = house_with(Faults::none().fail(Operation::Send, 1, fault));
        let job = house.queued().await;
        assert_eq!(house.rows("OUTBOX#"), 1);
        let sent = house.messages();
        house.wait(29);
        assert_eq!(house.jobs.sweep().await.expect("a sweep"), Swept::default());
        house.wait(2);
        assert_eq!(house.jobs.sweep().await.expect("a sweep").sent, 1);
        assert_eq!((house.messages(), house.rows("OUTBOX#")), (sent + 1, 0));
        assert!(house.claim(&job).await.is_some());
    }
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_sent() {
    let house = house_with(Faults::none().fail(Operation::Send, 1, Fault::Unavailable));
    let job = house.queued().await;
    house
        .jobs
        .cancel(&house.ada, &job.id)
        .await
        .expect("cancelled");
    house.wait(31);
    assert_eq!(house.jobs.sweep().await.expect("a sweep"), Swept::default());
    assert_eq!((house.messages(), house.rows("OUTBOX#")), (0, 0));
}

#[tokio::test]
async fn a_message_that_was_lost_is_sent_again() {
    let house = house();
    let job = house.queued().await;
    house.receive().expect("a message that nobody works on");
    for _ in 0..3 {
        house.wait(301);
        assert_eq!(house.jobs.sweep().await.expect("a sweep").sent, 1);
        assert_eq!(house.jobs.sweep().await.expect("a sweep").sent, 0);
    }
    assert_eq!(house.messages(), 3);
    let tickets: Vec<Option<Ticket>> = join_all(
        (0..3).map(async |_| claimed(house.jobs.claim(&house.receive().expect("a message")).await)),
    )
    .await;
    assert_eq!(tickets.iter().flatten().count(), 1, "{tickets:?}");
    assert_eq!(house.state(&job).await, State::Running);
}

#[tokio::test]
async fn a_job_whose_workers_are_all_lost_fails_after_three() {
    let house = house();
    let job = house.queued().await;
    for attempt in 1..=3 {
        let message = house.receive().expect("a message");
        assert!(
            claimed(house.jobs.claim(&message).await).is_some(),
            "{attempt}"
        );
        house.wait(91);
        house.jobs.sweep().await.expect("a sweep");
    }
    let job = house.load(&job).await;
    assert_eq!(job.state, State::Failed);
    assert_eq!(job.failure.expect("a reason").code, "WORKER_LOST");
    assert_eq!(house.receive(), None);
}

#[tokio::test]
async fn a_worker_that_does_not_stop_is_not_waited_for() {
    let house = house();
    let (job, ticket) = house.running().await;
    house
        .jobs
        .cancel(&house.ada, &job.id)
        .await
        .expect("cancelling");
    house.wait(59);
    assert_eq!(house.jobs.sweep().await.expect("a sweep").cancelled, 0);
    house.wait(2);
    assert_eq!(house.jobs.sweep().await.expect("a sweep").cancelled, 1);
    assert_eq!(
        house.succeed(&ticket).await.expect("late"),
        Ending::Cancelled
    );
    assert_eq!(
        (
            house.finals(&job).await,
            house.load(&job).await.detail.output
        ),
        (1, None)
    );
}

#[tokio::test]
async fn one_job_in_trouble_does_not_hold_up_the_others() {
    let calls = {
        let house = house();
        for _ in 0..3 {
            house.running().await;
        }
        house.memory.faults.calls(Operation::Get)
    };
    let house = house_with(Faults::none().fail(Operation::Get, calls + 2, Fault::Unavailable));
    for _ in 0..3 {
        house.running().await;
    }
    house.wait(91);
    let swept = house.jobs.sweep().await.expect("a sweep");
    assert_eq!((swept.requeued, swept.errors), (2, 1));
    assert_eq!(house.jobs.sweep().await.expect("a sweep").requeued, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_workers_one_has_the_job() {
    for _ in 0..20 {
        let house = std::sync::Arc::new(house());
        let job = house.queued().await;
        let claims = (0..16).map(|_| {
            let (house, job) = (house.clone(), job.clone());
            tokio::spawn(async move { house.claim(&job).await })
        });
        let claims = join_all(claims).await;
        let tickets = claims
            .into_iter()
            .filter_map(|claim| claim.expect("no panic"))
            .count();
        assert_eq!(tickets, 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn cancelling_and_ending_at_once_end_it_once() {
    let (mut cancelled, mut succeeded) = (0, 0);
    for round in 0..200 {
        let house = std::sync::Arc::new(house());
        let (job, ticket) = house.running().await;
        let end = {
            let (house, ticket) = (house.clone(), ticket.clone());
            tokio::spawn(async move {
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                house.succeed(&ticket).await
            })
        };
        let cancel = {
            let (house, job) = (house.clone(), job.clone());
            tokio::spawn(async move { house.jobs.cancel(&house.ada, &job.id).await })
        };
        let end = end.await.expect("no panic").expect("an end");
        let cancel = cancel.await.expect("no panic");
        let job = house.load(&job).await;
        match end {
            Ending::Recorded => {
                succeeded += 1;
                assert!(matches!(cancel, Err(JobError::Refused(_))));
                assert_eq!(
                    (job.state, job.detail.output.is_some()),
                    (State::Succeeded, true)
                );
            }
            Ending::Cancelled => {
                cancelled += 1;
                cancel.expect("accepted");
                assert_eq!(
                    (job.state, job.detail.output.as_ref()),
                    (State::Cancelled, None)
                );
            }
            Ending::Void => panic!("the ticket was good"),
        }
        assert_eq!(house.finals(&job).await, 1);
    }
    assert_eq!(cancelled + succeeded, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sweeps_may_overlap() {
    let house = std::sync::Arc::new(house());
    let mut jobs = Vec::new();
    for _ in 0..10 {
        jobs.push(house.running().await.0);
    }
    while house.receive().is_some() {}
    house.wait(91);
    let sweeps = (0..4).map(|_| {
        let house = house.clone();
        tokio::spawn(async move { house.jobs.sweep().await.expect("a sweep") })
    });
    let swept: Vec<Swept> = join_all(sweeps)
        .await
        .into_iter()
        .map(|swept| swept.expect("no panic"))
        .collect();
    assert_eq!(
        swept.iter().map(|swept| swept.requeued).sum::<u32>(),
        10,
        "{swept:?}"
    );
    assert_eq!(house.messages(), 10);
    for job in jobs {
        let job = house.load(&job).await;
        assert_eq!((job.state, job.attempt), (State::Queued, 1));
    }
}

#[tokio::test]
async fn a_failure_is_kept_with_its_run() {
    let house = house();
    let (job, ticket) = house.running().await;
    house
        .jobs
        .fail(&ticket, Failure::new("A", "a"))
        .await
        .expect("an end");
    assert_eq!(
        house
            .jobs
            .fail(&ticket, Failure::new("B", "b"))
            .await
            .expect("again"),
        Ending::Recorded
    );
    assert_eq!(house.load(&job).await.failure, Some(Failure::new("A", "a")));
}
