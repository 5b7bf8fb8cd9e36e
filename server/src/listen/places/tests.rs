use super::*;

/// Two places are reserved for callers on this host; 192.0.2.1 is a trusted proxy.
fn places(connections: usize, connections_each: usize, grace: Duration) -> Places {
    let limits = ServerLimits {
        connections: connections + 2,
        host_connections: 2,
        connections_each,
        grace,
        ..ServerLimits::default()
    };
    Places::new(&limits, TrustedProxies::new(vec!["192.0.2.1/32".parse().unwrap()]))
}

fn take(places: &Places, address: &str) -> Option<Arc<Place>> {
    match places.offer(address.parse().unwrap()) {
        Offer::Taken(place) => Some(place),
        Offer::Wait(_) => panic!("all places are taken"),
        Offer::Queue(_) | Offer::Refused => None,
    }
}

/// Whether a place is found for a newcomer before a connection could have ended by itself.
async fn finds(places: &Places, address: &str) -> Option<Arc<Place>> {
    match places.offer(address.parse().unwrap()) {
        Offer::Taken(place) => Some(place),
        Offer::Wait(newcomer) => timeout(Duration::from_millis(20), places.wait(newcomer)).await.ok(),
        Offer::Queue(_) | Offer::Refused => None,
    }
}

/// Whether the connection is asked to end.
async fn leaves(place: &Place) -> bool {
    timeout(Duration::from_secs(1), place.leave()).await.is_ok()
}

fn stays(place: &Place) -> bool {
    !place.connection.is_leaving()
}

fn half_sent() -> Option<Arc<Arrival>> {
    let request = axum::extract::Request::new(axum::body::Body::from("{}"));
    let (request, arrival) = Arrival::watch(request);
    // Dropping it would end the arrival.
    std::mem::forget(request);
    arrival
}

#[tokio::test]
async fn an_address_gets_its_share_and_no_more() {
    let places = places(100, 2, Duration::from_secs(60));
    let (first, second) = (take(&places, "2001:db8::1"), take(&places, "2001:db8::2"));
    assert!(first.is_some() && take(&places, "2001:db8::3").is_none());
    assert!(take(&places, "2001:db8:0:1::1").is_some() && take(&places, "198.51.100.7").is_some());
    drop(first);
    assert!(take(&places, "2001:db8::3").is_some());
    let proxied: Vec<_> = (0..10).map(|_| take(&places, "::ffff:192.0.2.1").expect("a proxy has no share")).collect();
    drop((proxied, second));
    assert_eq!(places.callers.taken(), (0, 0), "nothing is kept of those who went");
    assert!(places.connections.is_empty());
    assert_eq!(places.open.free.available_permits(), 100);
}

#[tokio::test]
async fn who_has_its_share_waits_for_one_of_its_own() {
    let places = places(100, 2, Duration::from_secs(1));
    let [first, second] = std::array::from_fn(|_| take(&places, "198.51.100.7").unwrap());
    let busy = [first.begin(None), second.begin(None)];
    let queue = || match places.offer("198.51.100.7".parse().unwrap()) {
        Offer::Queue(queued) => Some(queued),
        _ => None,
    };
    let mut place = std::pin::pin!(places.queue(queue().unwrap()));
    assert!(timeout(QUEUE_TRY * 4, &mut place).await.is_err(), "all of its connections are in use");
    let later = queue().unwrap();
    drop(busy);
    assert!(timeout(QUEUE_TRY * 4, &mut place).await.is_err(), "one that was used a moment ago may be used again");
    drop(first);
    assert!(queue().is_some(), "who comes now does not overtake who waits");
    let place = timeout(QUEUE_TIME, place).await.unwrap();
    assert!(place.is_some());
    drop(later);
    let waiting: Vec<_> = (0..40).map_while(|_| queue()).collect();
    assert_eq!(waiting.len(), 16, "no more of one address");
    drop((place, second, waiting));
    assert_eq!((places.callers.taken(), places.queued.taken()), ((0, 0), (0, 0)));
}

#[tokio::test]
async fn who_has_its_share_gives_up_what_waited_longest() {
    let places = places(100, 3, Duration::ZERO);
    let [working, half, idle] = std::array::from_fn(|_| take(&places, "198.51.100.7").unwrap());
    let (_busy, _sending) = (working.begin(None), half.begin(half_sent()));
    idle.begin(None);
    let other = take(&places, "198.51.100.8").unwrap();
    assert!(take(&places, "198.51.100.7").is_some() && leaves(&half).await);
    assert!(take(&places, "198.51.100.7").is_some() && leaves(&idle).await);
    assert!(stays(&working) && stays(&other));
}

#[tokio::test]
async fn who_waits_longest_makes_room() {
    let places = places(4, 100, Duration::ZERO);
    let proxy = take(&places, "192.0.2.1").unwrap();
    let [first, second, third] = std::array::from_fn(|_| take(&places, "198.51.100.7").unwrap());
    let working = third.begin(None);
    drop(first.begin(None));
    assert!(finds(&places, "198.51.100.7").await.is_none(), "nobody has left yet");
    assert!(leaves(&second).await && stays(&first), "the first has had a request since");
    drop(second);
    let fourth = finds(&places, "198.51.100.7").await.expect("there is room");
    assert!(finds(&places, "198.51.100.7").await.is_none() && leaves(&first).await);
    assert!(stays(&fourth) && stays(&proxy), "one leaves at a time");
    assert!(finds(&places, "198.51.100.7").await.is_none() && leaves(&fourth).await);
    assert!(stays(&third) && stays(&proxy));
    assert!(finds(&places, "198.51.100.7").await.is_none() && leaves(&proxy).await, "an idle proxy goes last");
    assert!(finds(&places, "198.51.100.7").await.is_none() && stays(&third), "who is worked for stays");
    drop(working);
    assert!(finds(&places, "198.51.100.7").await.is_none() && leaves(&third).await);
}

#[tokio::test]
async fn a_half_sent_request_makes_room_behind_a_proxy_too() {
    let places = places(3, 100, Duration::ZERO);
    let [half, whole, idle] = std::array::from_fn(|_| take(&places, "192.0.2.1").unwrap());
    let arrival = half_sent();
    let (_sending, _busy) = (half.begin(arrival.clone()), whole.begin(None));
    assert!(finds(&places, "192.0.2.1").await.is_none());
    assert!(arrival.unwrap().was_given_up() && leaves(&half).await);
    assert!(stays(&whole) && stays(&idle));
}

#[tokio::test]
async fn the_young_stay() {
    let places = places(2, 100, Duration::from_secs(60));
    let [silent, half] = std::array::from_fn(|_| take(&places, "198.51.100.7").unwrap());
    let _sending = half.begin(half_sent());
    assert!(finds(&places, "198.51.100.9").await.is_none() && stays(&silent) && stays(&half));
}

#[tokio::test]
async fn some_places_are_kept_for_this_host() {
    let places = places(1, 100, Duration::from_secs(60));
    let open = take(&places, "198.51.100.7").unwrap();
    let _busy = open.begin(None);
    let kept = [take(&places, "127.0.0.1").unwrap(), take(&places, "::1").unwrap()];
    assert!(!open.is_of_host() && kept.iter().all(|place| place.is_of_host()));
    assert!(finds(&places, "127.0.0.1").await.is_none() && finds(&places, "198.51.100.8").await.is_none());
}

/// This many young connections, each from a /64 of its own in one /48.
fn crowd(places: &Places, connections: usize) -> Vec<Arc<Place>> {
    (0..connections).map(|n| take(places, &format!("2001:db8:1:{n:x}::1")).unwrap()).collect()
}

fn is_refused(places: &Places, address: &str) -> bool {
    matches!(places.offer(address.parse().unwrap()), Offer::Refused)
}

#[tokio::test]
async fn r34_a_crowd_makes_room_at_once_and_its_newcomers_lose() {
    let places = places(8, 2, Duration::from_secs(60));
    let beside = take(&places, "198.51.100.7").unwrap();
    let mut crowd = crowd(&places, 7);
    assert!(is_refused(&places, "2001:db8:1:ff::1"), "nobody asks who it could replace");
    let _busy: Vec<_> = [crowd[0].begin(None), crowd[1].begin(half_sent())].into();
    // The connection that has waited longest goes first, whether it has sent half a request or nothing.
    for (newcomer, leaving) in [("198.51.100.8", 2), ("2001:db8:2::1", 3), ("192.0.2.1", 4)] {
        assert!(finds(&places, newcomer).await.is_none(), "nobody has left yet");
        assert!(!stays(&crowd[leaving]), "{newcomer}");
    }
    assert!(stays(&beside) && stays(&crowd[0]) && stays(&crowd[5]));
    drop(crowd.remove(2));
    assert!(finds(&places, "198.51.100.8").await.is_some(), "there is room");
}

#[tokio::test]
async fn r34_a_caller_within_its_share_is_no_crowd() {
    let places = places(4, 4, Duration::from_secs(60));
    let own: Vec<_> = (0..4).map(|_| take(&places, "2001:db8:1::1").unwrap()).collect();
    assert!(!is_refused(&places, "2001:db8:1:1::1"));
    assert!(finds(&places, "198.51.100.7").await.is_none() && own.iter().all(|place| stays(place)));
}

#[tokio::test]
async fn r34_strangers_have_no_more_than_half_where_a_proxy_needs_a_place() {
    let places = places(4, 4, Duration::from_secs(60));
    let mut strangers: Vec<_> = (0..4).map(|n| take(&places, &format!("198.{n}.100.7")).unwrap()).collect();
    let mut proxied = Vec::new();
    for _ in 0..2 {
        assert!(finds(&places, "192.0.2.1").await.is_none() && !stays(&strangers[0]));
        strangers.remove(0);
        proxied.push(finds(&places, "192.0.2.1").await.unwrap());
    }
    assert!(finds(&places, "192.0.2.1").await.is_none() && strangers.iter().all(|place| stays(place)));
}

#[tokio::test]
async fn r34_newcomers_of_each_kind_wait_apart() {
    let places = places(1, 100, Duration::from_secs(60));
    let _taken = take(&places, "198.51.100.7").unwrap().begin(None);
    let _kept = [take(&places, "127.0.0.1").unwrap(), take(&places, "::1").unwrap()];
    let mut waiting = Vec::new();
    for (address, room) in
        [("198.51.100.8", STRANGERS_WAITING), ("192.0.2.1", PROXIES_WAITING), ("127.0.0.1", HOST_WAITING)]
    {
        assert!(places.has_room_for_host());
        for _ in 0..room {
            match places.offer(address.parse().unwrap()) {
                Offer::Wait(newcomer) => waiting.push(newcomer),
                Offer::Taken(_) | Offer::Queue(_) | Offer::Refused => panic!("{address} waits"),
            }
        }
        assert!(is_refused(&places, address), "{address}");
    }
    assert!(!places.has_room_for_host());
    waiting.pop();
    assert!(places.has_room_for_host());
}

/// Strangers who are waiting already, and for whom no connection ends, do not get a place that was freed for a proxy.
#[tokio::test]
async fn r34_a_place_goes_to_whom_it_was_freed_for() {
    let places = places(4, 4, Duration::from_secs(60));
    let mut strangers: Vec<_> = (0..4).map(|n| take(&places, &format!("198.{n}.100.7")).unwrap()).collect();
    let wait = |address: &str| match places.offer(address.parse().unwrap()) {
        Offer::Wait(newcomer) => Box::pin(places.wait(newcomer)),
        Offer::Taken(_) | Offer::Queue(_) | Offer::Refused => panic!("{address} waits"),
    };
    let (mut earlier, mut proxied) = (wait("203.0.113.7"), wait("192.0.2.1"));
    let moment = Duration::from_millis(20);
    assert!(timeout(moment, &mut earlier).await.is_err() && timeout(moment, &mut proxied).await.is_err());
    drop(strangers.remove(0));
    assert!(timeout(moment, &mut earlier).await.is_err() && timeout(moment, &mut proxied).await.is_ok());
}
