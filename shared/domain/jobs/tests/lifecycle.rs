//! What happens to one job, one call after another.

mod house;

use house::{COUNT, Count, Other, claimed, house, report, tenant};
use millrace_jobs::{
    Claim, Directive, Ending, Failure, JobError, Jobs, Message, Policy, Refusal, State, Step,
};
use millrace_ports::PortError;

#[tokio::test]
async fn a_job_runs_once() {
    let house = house();
    let job = house.create().await;
    assert_eq!(
        (job.state, job.run, job.attempt, job.version),
        (State::Created, 1, 0, 1)
    );
    let job = house
        .jobs
        .submit(&house.ada, &job.id)
        .await
        .expect("queued");
    assert_eq!(house.messages(), 1);
    assert_eq!(house.rows("OUTBOX#"), 0, "it was sent at once");

    let message = house.receive().expect("a message");
    let ticket = claimed(house.jobs.claim(&message).await).expect("a ticket");
    assert_eq!(ticket.prefix(), format!("ada/jobs/{}/r1/a1/", job.id));
    // The same message again finds it taken.
    assert_eq!(
        house.jobs.claim(&message).await.expect("a claim"),
        Claim::Over
    );
    assert_eq!(
        house
            .jobs
            .report(&ticket, &report(50))
            .await
            .expect("a report"),
        Directive::Continue
    );
    assert_eq!(house.load(&job).await.progress.percent, 50);

    assert_eq!(
        house.succeed(&ticket).await.expect("an end"),
        Ending::Recorded
    );
    let done = house.load(&job).await;
    assert_eq!((done.state, done.progress.percent), (State::Succeeded, 100));
    assert_eq!(done.detail.output, Some(format!("{}out", ticket.prefix())));
    assert_eq!(done.due_at, None);
    assert_eq!(
        house.succeed(&ticket).await.expect("again"),
        Ending::Recorded
    );
    assert_eq!(
        house.event_names(&job).await,
        ["created", "submitted", "claimed", "succeeded"]
    );
    assert_eq!(
        house.jobs.claim(&message).await.expect("a claim"),
        Claim::Over
    );
}

#[tokio::test]
async fn cancelling_is_final_at_once_without_a_worker() {
    let house = house();
    for job in [house.create().await, house.queued().await] {
        for _ in 0..2 {
            let cancelled = house
                .jobs
                .cancel(&house.ada, &job.id)
                .await
                .expect("cancelled");
            assert_eq!(cancelled.state, State::Cancelled);
        }
        assert_eq!(house.finals(&job).await, 1);
        assert_eq!(house.claim(&job).await, None);
    }
}

#[tokio::test]
async fn a_worker_hears_of_a_cancel_and_publishes_nothing() {
    let house = house();
    for way in 0..4 {
        let (job, ticket) = house.running().await;
        let cancelling = house
            .jobs
            .cancel(&house.ada, &job.id)
            .await
            .expect("cancelling");
        assert_eq!(cancelling.state, State::Cancelling);
        let heard = house
            .jobs
            .report(&ticket, &report(1))
            .await
            .expect("a report");
        assert_eq!(heard, Directive::Cancel);
        let failure = Failure::new("X", "x");
        let ending = match way {
            0 => house.jobs.stopped(&ticket).await,
            1 => house.succeed(&ticket).await,
            2 => house.jobs.fail(&ticket, failure).await,
            _ => house.jobs.release(&ticket, failure).await,
        };
        assert_eq!(ending.expect("an end"), Ending::Cancelled);
        let job = house.load(&job).await;
        assert_eq!(
            (job.state, job.detail.output, job.failure),
            (State::Cancelled, None, None)
        );
        assert_eq!(
            house.succeed(&ticket).await.expect("late"),
            Ending::Cancelled
        );
    }
}

#[tokio::test]
async fn what_has_ended_cannot_be_cancelled() {
    let house = house();
    let (succeeded, ticket) = house.running().await;
    house.succeed(&ticket).await.expect("an end");
    let (failed, ticket) = house.running().await;
    let failure = Failure::new("BAD_FILE", "no rows");
    house
        .jobs
        .fail(&ticket, failure.clone())
        .await
        .expect("an end");
    assert_eq!(house.load(&failed).await.failure, Some(failure));
    for (job, state) in [(succeeded, State::Succeeded), (failed, State::Failed)] {
        let refused = house.jobs.cancel(&house.ada, &job.id).await;
        let expected = Refusal {
            state,
            step: Step::Cancel,
        };
        assert!(matches!(refused, Err(JobError::Refused(refusal)) if refusal == expected));
    }
}

#[tokio::test]
async fn a_worker_that_was_given_up_changes_nothing() {
    let house = house();
    let (job, late) = house.running().await;
    house.wait(91);
    let swept = house.jobs.sweep().await.expect("a sweep");
    assert_eq!((swept.requeued, house.messages()), (1, 2));
    let next = house.claim(&job).await.expect("a ticket");
    assert_eq!((next.run, next.attempt), (1, 2));
    let before = house.load(&job).await;
    assert_eq!(
        house
            .jobs
            .report(&late, &report(99))
            .await
            .expect("a report"),
        Directive::Stop
    );
    assert_eq!(house.succeed(&late).await.expect("an end"), Ending::Void);
    assert_eq!(
        house.jobs.stopped(&late).await.expect("an end"),
        Ending::Void
    );
    assert_eq!(house.load(&job).await, before);
    house.succeed(&next).await.expect("an end");
    assert_eq!(
        house.load(&job).await.detail.output,
        Some(format!("{}out", next.prefix()))
    );
    assert_eq!(house.succeed(&late).await.expect("an end"), Ending::Void);
}

#[tokio::test]
async fn reports_keep_the_lease() {
    let house = house();
    let (job, ticket) = house.running().await;
    for rows in 1..=10 {
        house.wait(60);
        let told = house
            .jobs
            .report(&ticket, &report(rows))
            .await
            .expect("a report");
        assert_eq!(told, Directive::Continue);
        house.jobs.sweep().await.expect("a sweep");
    }
    let job = house.load(&job).await;
    assert_eq!(
        (job.state, job.attempt, job.progress.rows_read),
        (State::Running, 1, 10)
    );
}

#[tokio::test]
async fn a_paused_job_goes_on_as_its_next_run() {
    let house = house();
    let (job, ticket) = house.running().await;
    for _ in 0..2 {
        let paused = house.jobs.pause(&house.ada, &job.id).await.expect("paused");
        assert_eq!((paused.state, paused.due_at), (State::Paused, None));
    }
    assert_eq!(
        house
            .jobs
            .report(&ticket, &report(9))
            .await
            .expect("a report"),
        Directive::Stop
    );
    assert_eq!(house.succeed(&ticket).await.expect("an end"), Ending::Void);
    let resumed = house
        .jobs
        .resume(&house.ada, &job.id)
        .await
        .expect("resumed");
    assert_eq!(
        (resumed.state, resumed.run, resumed.attempt),
        (State::Queued, 2, 0)
    );
    let old = Message {
        job_id: job.id.clone(),
        run: 1,
    };
    assert_eq!(house.jobs.claim(&old).await.expect("a claim"), Claim::Over);
    let next = house.claim(&resumed).await.expect("a ticket");
    assert_eq!(next.prefix(), format!("ada/jobs/{}/r2/a1/", job.id));
    assert_eq!(house.succeed(&ticket).await.expect("an end"), Ending::Void);
    house.succeed(&next).await.expect("an end");
    assert_eq!(house.finals(&job).await, 1);
}

#[tokio::test]
async fn a_failed_job_may_be_resumed() {
    let house = house();
    let (job, ticket) = house.running().await;
    house
        .jobs
        .fail(&ticket, Failure::new("TIMEOUT", "late"))
        .await
        .expect("an end");
    let resumed = house
        .jobs
        .resume(&house.ada, &job.id)
        .await
        .expect("resumed");
    assert_eq!(
        (resumed.run, resumed.failure, resumed.ended_at),
        (2, None, None)
    );
    let paused = house.jobs.pause(&house.ada, &job.id).await.expect("paused");
    let cancelled = house
        .jobs
        .cancel(&house.ada, &paused.id)
        .await
        .expect("cancelled");
    assert_eq!(cancelled.state, State::Cancelled);
    let runs: Vec<u32> = house
        .events(&job)
        .await
        .iter()
        .filter(|event| event.is_final)
        .map(|event| event.run)
        .collect();
    assert_eq!(runs, [1, 2]);
    assert!(house.jobs.resume(&house.ada, &job.id).await.is_err());
}

#[tokio::test]
async fn a_released_job_is_tried_again_so_often() {
    let house = house();
    let job = house.queued().await;
    let failure = Failure::new("OUT_OF_TIME", "the worker's time was over");
    for attempt in 1..=3 {
        let message = house.receive().expect("a message");
        let ticket = claimed(house.jobs.claim(&message).await).expect("a ticket");
        assert_eq!(ticket.attempt, attempt);
        assert_eq!(
            house
                .jobs
                .release(&ticket, failure.clone())
                .await
                .expect("an end"),
            Ending::Recorded
        );
    }
    let job = house.load(&job).await;
    assert_eq!((job.state, job.failure), (State::Failed, Some(failure)));
    assert_eq!(house.receive(), None);
}

#[tokio::test]
async fn tenants_and_systems_are_apart() {
    let house = house();
    let job = house.create().await;
    let eve = tenant("eve");
    for result in [
        house.jobs.load(&eve, &job.id).await.map(|_| ()),
        house.jobs.cancel(&eve, &job.id).await.map(|_| ()),
        house.jobs.remove(&eve, &job.id).await,
    ] {
        assert!(matches!(result, Err(JobError::Foreign)));
    }
    assert!(matches!(
        house.jobs.load(&eve, "unknown").await,
        Err(JobError::NotFound)
    ));
    assert_eq!(
        house
            .jobs
            .list(&eve, 0, 10, None)
            .await
            .expect("a list")
            .jobs,
        []
    );

    let others: Jobs<Other> = Jobs::new(house.memory.ports(), Policy::default());
    assert!(matches!(
        others.load(&house.ada, &job.id).await,
        Err(JobError::NotFound)
    ));
    assert_eq!(
        others
            .list(&house.ada, 0, 10, None)
            .await
            .expect("a list")
            .jobs,
        []
    );
    others.create(&house.ada, Other).await.expect("a job");
    assert_eq!(
        house
            .jobs
            .list(&house.ada, 0, 10, None)
            .await
            .expect("a list")
            .jobs,
        [job]
    );
}

#[tokio::test]
async fn a_removed_job_leaves_nothing() {
    let house = house();
    let (job, ticket) = house.running().await;
    let refused = house.jobs.remove(&house.ada, &job.id).await;
    assert!(matches!(
        refused,
        Err(JobError::Refused(Refusal {
            step: Step::Remove,
            ..
        }))
    ));
    house.succeed(&ticket).await.expect("an end");
    house
        .jobs
        .remove(&house.ada, &job.id)
        .await
        .expect("removed");
    assert_eq!(house.memory.records.snapshot().len(), 0);
    assert!(matches!(
        house.jobs.load(&house.ada, &job.id).await,
        Err(JobError::NotFound)
    ));
    assert_eq!(house.succeed(&ticket).await.expect("late"), Ending::Void);
}

#[tokio::test]
async fn lists_are_newest_first_and_pages_meet() {
    let house = house();
    let mut ids = Vec::new();
    for number in 0..25 {
        // Some were created at the same time.
        house.wait(number % 2);
        let count = Count { to: 1, ..COUNT };
        ids.insert(
            0,
            house
                .jobs
                .create(&house.ada, count)
                .await
                .expect("a job")
                .id,
        );
    }
    let list = async |skip, limit, cursor| {
        let page = house
            .jobs
            .list(&house.ada, skip, limit, cursor)
            .await
            .expect("a page");
        let ids: Vec<String> = page.jobs.into_iter().map(|job| job.id).collect();
        (ids, page.next)
    };
    assert_eq!(list(0, 100, None).await, (ids.clone(), None));
    assert_eq!(
        list(0, 25, None).await,
        (ids.clone(), None),
        "exactly full is the last page"
    );
    for (skip, limit) in [(0, 1), (3, 4), (20, 10), (25, 5), (9999, 5)] {
        let expected: Vec<String> = ids
            .iter()
            .skip(skip as usize)
            .take(limit as usize)
            .cloned()
            .collect();
        assert_eq!(list(skip, limit, None).await.0, expected, "{skip} {limit}");
    }
    let (mut paged, mut cursor) = (Vec::new(), None);
    loop {
        let (page, next) = list(0, 7, cursor).await;
        paged.extend(page);
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(paged, ids);
    let wrong = house
        .jobs
        .list(&house.ada, 0, 5, Some("zz".to_owned()))
        .await;
    assert!(matches!(
        wrong,
        Err(JobError::Port(PortError::Invalid { .. }))
    ));
}

#[tokio::test]
async fn past_its_retention_a_job_is_not_there_and_then_gone() {
    let house = house();
    let old = house.create().await;
    house.wait(24 * 3600);
    let young = house.create().await;
    house.wait(29 * 24 * 3600);
    assert!(matches!(
        house.jobs.load(&house.ada, &old.id).await,
        Err(JobError::NotFound)
    ));
    assert!(matches!(
        house.jobs.load(&tenant("eve"), &old.id).await,
        Err(JobError::NotFound)
    ));
    assert_eq!(
        house
            .jobs
            .list(&house.ada, 0, 10, None)
            .await
            .expect("a list")
            .jobs,
        [young]
    );
    house.wait(1);
    let expired = house.jobs.expired(10).await.expect("places");
    assert_eq!(expired.len(), 1);
    house.jobs.erase(&expired[0]).await.expect("erased");
    assert_eq!(house.rows(&format!("T#ada#JOB#{}", old.id)), 0);
    assert_eq!(house.jobs.expired(10).await.expect("places"), []);
}
