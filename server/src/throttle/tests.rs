use super::*;
use proptest::prelude::*;
use std::collections::VecDeque;

const START: i64 = 1_795_000_000_000;
const DEVICE_KEY: DeviceKey = [7; 32];

fn network(n: u32) -> Network {
    network_of(Some(Ipv4Addr::from_bits(n << 8).into()))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// 500 networks that try 1,000 times a second, and always wrong. A hash takes 50 ms.
struct Flood {
    throttle: Throttle,
    running: VecDeque<(i64, Permit)>,
    admitted: u64,
}

impl Flood {
    fn new() -> Self {
        Self { throttle: Throttle::default(), running: VecDeque::new(), admitted: 0 }
    }

    fn millisecond(&mut self, now: i64) {
        while self.running.front().is_some_and(|(begun, _)| now - begun >= 50) {
            let (_, permit) = self.running.pop_front().unwrap();
            self.throttle.failed(permit, at(now));
        }
        // A stride that meets all 500 in an order of its own.
        let from = network(1 + u32::try_from(now * 137 % 500).unwrap());
        if let Ok(permit) = self.throttle.admit(from, None, at(now)) {
            self.running.push_back((now, permit));
            self.admitted += 1;
        }
    }
}

#[test]
fn networks_are_what_one_subscriber_chooses_from() {
    let of = |address: &str| network_of(Some(address.parse().unwrap()));
    assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
    assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
    assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1:2:3"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_ne!(of("::"), of("0.0.0.0"));
    assert_eq!(network_of(None), of("0.0.0.0"));
}

#[test]
fn a13_a_known_device_is_admitted_at_first_try_during_a_flood() {
    let mut flood = Flood::new();
    for now in 0..600_000 {
        flood.millisecond(now);
        // From a network that is part of the flood, every half minute.
        if now % 30_000 == 17 {
            let permit = flood.throttle.admit(network(3), Some(DEVICE_KEY), at(now)).expect("at first try");
            assert!(permit.is_device());
            flood.throttle.failed(permit, at(now));
        }
    }
    assert!(flood.admitted <= 25 + 12 * 600, "{}", flood.admitted);
    assert!(flood.admitted >= 2 * 600, "the flood was admitted as far as the rules go: {}", flood.admitted);
}

#[test]
fn a13_a_fresh_network_is_admitted_within_a_minute_of_any_flood() {
    for begins in [0, 100, 5_000, 20_000, 47_000, 300_000] {
        let mut flood = Flood::new();
        let mut next = begins;
        for now in 0.. {
            flood.millisecond(now);
            if now == next {
                match flood.throttle.admit(network(9_999), None, at(now)) {
                    Ok(_) => break,
                    // A person who does as told.
                    Err(wait) => next = now + i64::try_from(wait.seconds).unwrap() * 1_000,
                }
            }
            assert!(now < begins + 60_000, "shut out since {begins}");
        }
    }
}

#[test]
fn one_network_gets_few_tries() {
    let mut throttle = Throttle::default();
    let mut admitted = 0;
    for now in (0..600_000).step_by(10) {
        admitted += u32::from(throttle.admit(network(1), None, at(now)).is_ok());
    }
    assert_eq!(admitted, 1 + 3 + 9, "one as a fresh network, the burst, then one a minute");
}

#[test]
fn a_success_makes_a_network_fresh_again() {
    let mut throttle = Throttle::default();
    for _ in 0..3 {
        let permit = throttle.admit(network(1), None, at(0)).unwrap();
        throttle.failed(permit, at(0));
    }
    let permit = throttle.admit(network(1), None, at(0)).unwrap();
    throttle.succeeded(permit, at(0));
    assert_eq!(throttle.recent.len(), 0);
    let permit = throttle.admit(network(1), None, at(0)).unwrap();
    throttle.failed(permit, at(0));
    assert_eq!(throttle.recent.len(), 1);
    let _permit = throttle.admit(network(2), None, at(3_600_000)).unwrap();
    assert_eq!(throttle.recent.len(), 1, "after an hour nothing is held against the first");
}

#[test]
fn memory_is_bounded_whoever_tries() {
    let mut throttle = Throttle::default();
    for n in 0..100_000_u32 {
        // As fast as fresh networks are admitted at all, and more of them than are remembered.
        let _ = throttle.admit(network(n), None, at(i64::from(n) * 100));
        if n < 5_000 {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&n.to_be_bytes());
            let _ = throttle.admit(network(n), Some(key), at(i64::from(n) * 100));
        }
        assert!(throttle.recent.len() <= recent::NETWORKS && throttle.devices.len() <= DEVICES);
    }
    assert_eq!((throttle.recent.len(), throttle.devices.len()), (recent::NETWORKS, DEVICES), "the bounds were reached");
    for n in 0..1_000_000_u32 {
        let _ = throttle.admit(network(n), None, at(10_000_000));
    }
    assert_eq!(throttle.recent.len(), recent::NETWORKS, "who is refused leaves no trace");
}

#[derive(Clone, Debug)]
struct Try {
    network: u32,
    device: Option<u8>,
    passed: i64,
    succeeds: bool,
}

fn tries() -> impl Strategy<Value = Vec<Try>> {
    let one = (
        0_u32..40,
        prop::option::weighted(0.2, 0_u8..3),
        prop_oneof![0_i64..5, 0_i64..3_000, 0_i64..100_000],
        any::<bool>(),
    );
    prop::collection::vec(
        one.prop_map(|(network, device, passed, succeeds)| Try { network, device, passed, succeeds }),
        1..400,
    )
}

/// Runs the tries; gives the times at which strangers were admitted.
fn run(throttle: &mut Throttle, tries: &[Try], may_go_back: bool) -> Vec<i64> {
    let (mut now, mut admitted) = (0, Vec::new());
    for (n, one) in tries.iter().enumerate() {
        now += if may_go_back && n % 3 == 0 { -one.passed } else { one.passed };
        match throttle.admit(network(one.network), one.device.map(|n| [n; 32]), at(now)) {
            Ok(permit) => {
                if !permit.is_device() {
                    admitted.push(now);
                }
                if one.succeeds { throttle.succeeded(permit, at(now)) } else { throttle.failed(permit, at(now)) }
            }
            Err(wait) => assert!((1..=60).contains(&wait.seconds), "{wait:?}"),
        }
    }
    admitted
}

proptest! {
    #[test]
    fn a12_strangers_never_get_more_than_twelve_a_second(tries in tries()) {
        let admitted = run(&mut Throttle::default(), &tries, false);
        for (n, first) in admitted.iter().enumerate() {
            for (more, last) in admitted[n..].iter().enumerate() {
                let seconds = (last - first) / 1_000 + 1;
                prop_assert!(i64::try_from(more + 1).unwrap() <= 25 + 12 * seconds);
            }
        }
    }

    /// Whatever came before, and wherever the clock went: after a minute of quiet everybody is admitted.
    #[test]
    fn a39_nobody_is_locked_for_longer_than_a_minute(tries in tries(), jump in -40_000_000_000_i64..40_000_000_000) {
        let mut throttle = Throttle::default();
        run(&mut throttle, &tries, true);
        // The clock is set while it is quiet; the minute counts from there.
        let _ = throttle.admit(network(77), None, at(jump));
        for n in 0..40 {
            prop_assert!(throttle.clone().admit(network(n), None, at(jump + 60_000)).is_ok(), "network {}", n);
        }
        for n in 0..3 {
            prop_assert!(throttle.admit(network(0), Some([n; 32]), at(jump + 60_000)).is_ok(), "device {}", n);
        }
    }
}
