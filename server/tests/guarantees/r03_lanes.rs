//! Whatever directories read and write, the rescuer does not wait for them at the database.

use crate::{
    guarantees::rescuer::Rescuer,
    support::{TestApp, json},
};
use axum::http::StatusCode;
use domain::{
    Result,
    store::{Tx, Work},
};
use futures_util::future::join_all;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{
        Semaphore,
        mpsc::{UnboundedSender, unbounded_channel},
    },
    task::JoinHandle,
    time::{sleep, timeout},
};

on_both!(
    r02_reads_of_directories_leave_connections_to_the_rescuer,
    r03_the_rescuer_does_not_queue_behind_directories,
    r03_changes_that_are_computed_aside_lose_nothing,
);

const PATIENCE: Duration = Duration::from_secs(60);

/// Units of directories that hold their places until they are released.
struct Parked {
    release: Arc<Semaphore>,
    begun: UnboundedSender<()>,
    units: Vec<JoinHandle<Result<()>>>,
}

impl Parked {
    /// Starts this many, and waits until the wanted number of them has begun.
    async fn new(app: &TestApp, reads: bool, units: usize, wanted: usize) -> Self {
        let (begun, mut has_begun) = unbounded_channel();
        let mut this = Self { release: Arc::new(Semaphore::new(0)), begun, units: Vec::new() };
        this.units = (0..units).map(|_| this.park(app, reads)).collect();
        for _ in 0..wanted {
            timeout(PATIENCE, has_begun.recv()).await.unwrap();
        }
        this
    }

    fn park(&self, app: &TestApp, reads: bool) -> JoinHandle<Result<()>> {
        let (store, place) = (app.env.store.clone(), (self.release.clone(), self.begun.clone()));
        tokio::spawn(async move {
            if reads { store.look_up(place, hold).await } else { store.provision(place, hold).await }
        })
    }

    /// Releases all. Those that could not begin in time were refused.
    async fn end(self) {
        self.release.add_permits(self.units.len());
        for unit in self.units {
            let _ = unit.await.unwrap();
        }
    }
}

type Place = (Arc<Semaphore>, UnboundedSender<()>);

fn hold<'t>((release, begun): &'t Place, _: &'t mut dyn Tx) -> Work<'t, ()> {
    Box::pin(async move {
        // After enough have begun, the receiver is gone.
        let _ = begun.send(());
        release.acquire().await.unwrap().forget();
        Ok(())
    })
}

async fn r02_reads_of_directories_leave_connections_to_the_rescuer(app: TestApp) {
    let mut rescuer = Rescuer::new(&app).await;
    let parked = Parked::new(&app, true, 40, 3).await;
    rescuer.gets_in(&app).await;
    app.host.tokens().await.unwrap();
    parked.end().await;
}

async fn r03_the_rescuer_does_not_queue_behind_directories(app: TestApp) {
    const UNITS: usize = 300;
    let mut rescuer = Rescuer::new(&app).await;
    let parked = Parked::new(&app, false, UNITS, 1).await;
    // With a single writer, they are released one after the other, as if each took a while; otherwise none is.
    let release = parked.release.clone();
    let mut released = 0;
    let go_on = async {
        loop {
            sleep(Duration::from_millis(30)).await;
            release.add_permits(1);
            released += 1;
        }
    };
    let one_writer = app.database.url().starts_with("sqlite");
    tokio::select! {
        _ = rescuer.gets_in(&app) => {}
        () = go_on, if one_writer => {}
    }
    assert!(released < UNITS - 20, "the rescuer waited for {released} units");
    parked.end().await;
}

/// Each adds its own attribute to a large document, all at once.
async fn r03_changes_that_are_computed_aside_lose_nothing(app: TestApp) {
    let user = json!({"userName": "ada@corp.example", "urn:x": {"pad": "x".repeat(100_000)}});
    let path = format!("/Users/{}", app.post("/Users", user).await.expect(StatusCode::CREATED).id());
    let patch = async |number: usize| {
        let operations = (0..8).map(|at| json!({"op": "add", "path": format!("urn:x:a{number}x{at}"), "value": "y"}));
        app.patch(&path, operations.collect()).await
    };
    for answer in join_all((0..12).map(&patch)).await {
        answer.expect(StatusCode::OK);
    }
    let document = app.get(&path).await.expect(StatusCode::OK).json();
    let names = (0..12).flat_map(|number| (0..8).map(move |at| format!("a{number}x{at}")));
    assert!(names.into_iter().all(|name| document["urn:x"][&name] == "y"), "{:?}", document["meta"]);
    assert!(document["meta"]["version"].as_str().unwrap().contains("13"), "{:?}", document["meta"]);
}
