//! Uploads in parts.

use std::time::Duration;

use bytes::Bytes;

use super::objects::{MEBIBYTE, bytes, fresh_prefix};
use super::{Answer, Fetched, Method, Request};
use crate::{Part, PortError, Ports};

const LIFE: Duration = Duration::from_secs(300);

/// Uploads one part, and gives it as the store's answer names it.
async fn upload(
    ports: &Ports,
    fetch: &impl Fn(Request) -> Fetched,
    (key, id, number): (&str, &str, u32),
    body: Bytes,
) -> Part {
    let url = ports.uploads.presign_part(key, id, number, LIFE).await;
    let size = body.len() as u64;
    let answer: Answer = fetch(Request {
        method: Method::Put,
        url: url.expect("a URL"),
        body,
    })
    .await;
    assert_eq!(answer.status, 200, "part {number}");
    Part {
        number,
        etag: answer.headers.get("etag").expect("an etag").clone(),
        size,
    }
}

/// Parts come in any order and make one object, which is not there before; a part with another
/// etag, a missing or a small one makes none; an aborted upload is gone.
///
/// # Panics
/// When the promise is broken.
pub async fn uploads_in_parts(ports: &Ports, fetch: impl Fn(Request) -> Fetched) {
    let uploads = &ports.uploads;
    let key = format!("{}in parts + ä.csv", fresh_prefix(ports));
    let id = uploads.create(&key, "text/csv").await.expect("an upload");
    assert_eq!(uploads.parts(&key, &id).await, Ok(Vec::new()));

    // Numbers may have gaps, and the last part any size.
    let bodies = [(2, bytes(5 * MEBIBYTE, 1)), (10_000, bytes(9, 2))];
    let last = upload(ports, &fetch, (&key, &id, 10_000), bytes(7, 3)).await;
    let mut parts = Vec::new();
    for (number, body) in bodies.iter().rev() {
        parts.insert(
            0,
            upload(ports, &fetch, (&key, &id, *number), body.clone()).await,
        );
    }
    assert_eq!(uploads.parts(&key, &id).await, Ok(parts.clone()));
    assert_eq!(ports.objects.size(&key).await, Ok(None));

    let absent = Part {
        number: 3,
        ..parts[0].clone()
    };
    let reversed: Vec<Part> = parts.iter().rev().cloned().collect();
    for wrong in [
        &[parts[0].clone(), last][..],
        &[parts[0].clone(), absent],
        &reversed,
        &[],
    ] {
        let refused = uploads.complete(&key, &id, wrong).await;
        assert!(
            matches!(refused, Err(PortError::Invalid { .. })),
            "{refused:?}"
        );
    }
    assert_eq!(ports.objects.size(&key).await, Ok(None));
    uploads
        .complete(&key, &id, &parts)
        .await
        .expect("an object");
    let whole = ports.objects.get(&key, 6 * MEBIBYTE as u64).await;
    let expected = [bodies[0].1.as_ref(), bodies[1].1.as_ref()].concat();
    assert!(
        whole
            .expect("a read")
            .is_some_and(|whole| whole == expected),
        "other bytes"
    );
    let gone = uploads.parts(&key, &id).await;
    assert!(matches!(gone, Err(PortError::NotFound { .. })), "{gone:?}");

    small_and_aborted(ports, &fetch, &key).await;
    own_parts(ports, &key).await;
}

/// Parts that the caller brings itself are parts like others.
async fn own_parts(ports: &Ports, key: &str) {
    let uploads = &ports.uploads;
    let id = uploads.create(key, "text/csv").await.expect("an upload");
    let bodies = [bytes(5 * MEBIBYTE, 4), bytes(11, 5)];
    let mut parts = Vec::new();
    for (number, body) in (1..).zip(&bodies) {
        let first = uploads.put_part(key, &id, number, bytes(3, 6)).await;
        assert_eq!(first.expect("a part").size, 3, "replaced at once");
        let part = uploads.put_part(key, &id, number, body.clone()).await;
        parts.push(part.expect("a part"));
    }
    assert_eq!(uploads.parts(key, &id).await, Ok(parts.clone()));
    let refused = uploads.put_part(key, &id, 10_001, Bytes::new()).await;
    assert!(
        matches!(refused, Err(PortError::Invalid { .. })),
        "{refused:?}"
    );
    uploads.complete(key, &id, &parts).await.expect("an object");
    let whole = ports.objects.get(key, 6 * MEBIBYTE as u64).await;
    assert!(
        whole
            .expect("a read")
            .is_some_and(|whole| whole == bodies.concat()),
        "other bytes"
    );
    let gone = uploads.put_part(key, &id, 3, bytes(3, 6)).await;
    assert!(matches!(gone, Err(PortError::NotFound { .. })), "{gone:?}");
}

async fn small_and_aborted(ports: &Ports, fetch: &impl Fn(Request) -> Fetched, key: &str) {
    let uploads = &ports.uploads;
    let id = uploads.create(key, "text/csv").await.expect("an upload");
    let mut parts = Vec::new();
    for number in [1, 2] {
        parts.push(upload(ports, fetch, (key, &id, number), bytes(9, 0)).await);
    }
    let small = uploads.complete(key, &id, &parts).await;
    assert!(matches!(small, Err(PortError::Invalid { .. })), "{small:?}");
    for _ in 0..2 {
        assert_eq!(uploads.abort(key, &id).await, Ok(()));
    }
    for gone in [
        uploads.parts(key, &id).await.map(|_| ()),
        uploads.complete(key, &id, &parts[..1]).await,
    ] {
        assert!(matches!(gone, Err(PortError::NotFound { .. })), "{gone:?}");
    }
    for number in [0, 10_001] {
        let refused = uploads.presign_part(key, &id, number, LIFE).await;
        assert!(
            matches!(refused, Err(PortError::Invalid { .. })),
            "{refused:?}"
        );
    }
}
