use super::*;
use proptest::prelude::*;
use std::{
    collections::VecDeque,
    net::{Ipv4Addr, Ipv6Addr},
};

const START: i64 = 1_795_000_000_000;
const DEVICE_KEY: DeviceKey = [7; 32];

fn network(n: u32) -> SourceAddress {
    caller_of(Some(Ipv4Addr::from_bits(n << 8).into()))
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// Networks that try 1,000 times a second, always wrongly. A hash takes 50 ms.
struct Flood {
    throttle: Throttle,
    from: fn(i64) -> SourceAddress,
    running: VecDeque<(i64, Permit)>,
    admitted: u64,
}

impl Flood {
    fn new(from: fn(i64) -> SourceAddress) -> Self {
        Self { throttle: Throttle::default(), from, running: VecDeque::new(), admitted: 0 }
    }

    fn millisecond(&mut self, now: i64) {
        while self.running.front().is_some_and(|(begun, _)| now - begun >= 50) {
            let (_, permit) = self.running.pop_front().unwrap();
            self.throttle.failed(permit, at(now));
        }
        if let Ok(permit) = self.throttle.admit((self.from)(now), None, at(now)) {
            self.running.push_back((now, permit));
            self.admitted += 1;
        }
    }
}

/// One of 500 networks; the stride reaches all of them in a scattered order.
fn five_hundred(now: i64) -> SourceAddress {
    network(1 + u32::try_from(now * 137 % 500).unwrap())
}

#[test]
fn networks_are_what_one_subscriber_chooses_from() {
    let of = |address: &str| caller_of(Some(address.parse().unwrap())).network;
    assert_eq!(of("192.0.2.1"), of("192.0.2.254"));
    assert_eq!(of("192.0.2.1"), of("::ffff:192.0.2.9"));
    assert_ne!(of("192.0.2.1"), of("192.0.3.1"));
    assert_eq!(of("2001:db8::1"), of("2001:db8::ffff:1:2:3"));
    assert_ne!(of("2001:db8::1"), of("2001:db8:0:1::1"));
    assert_ne!(of("::"), of("0.0.0.0"));
    assert_eq!(caller_of(None).network, of("0.0.0.0"));
}

#[test]
fn a13_a_known_device_is_admitted_at_first_try_during_a_flood() {
    let mut flood = Flood::new(five_hundred);
    for now in 0..600_000 {
        flood.millisecond(now);
        // From a network that is part of the flood, every half minute.
        if now % 30_000 == 17 {
            let permit = flood.throttle.admit(network(3), Some(DEVICE_KEY), at(now)).expect("at first try");
            assert!(permit.is_device());
            flood.throttle.failed(permit, at(now));
        }
    }
    assert!(flood.admitted <= 25 + 6 * 600, "{}", flood.admitted);
    assert!(flood.admitted >= 500 + 600, "the flood was admitted as far as the rules go: {}", flood.admitted);
}

#[test]
fn a13_a_fresh_network_is_admitted_within_a_minute_of_any_flood() {
    for begins in [0, 100, 5_000, 20_000, 47_000, 300_000] {
        let mut flood = Flood::new(five_hundred);
        let mut next = begins;
        for now in 0.. {
            flood.millisecond(now);
            if now == next {
                match flood.throttle.admit(network(9_999), None, at(now)) {
                    Ok(_) => break,
                    // A person waits as the answer says.
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

fn v6(address: u128) -> SourceAddress {
    caller_of(Some(Ipv6Addr::from_bits(address).into()))
}

/// The /64 with this number in 2001:db8:1::/48.
fn in_one_48(number: i64) -> SourceAddress {
    v6((0x2001_0db8_0001 << 80) | (u128::try_from(number % 65_536).unwrap() << 64))
}

/// A person who has the right secret and waits as the answers say.
struct Rescuer {
    from: SourceAddress,
    begins: i64,
    next: i64,
    is_in: bool,
}

/// Ten minutes of a flood, in which rescuers come from quiet networks at odd moments: of IPv4 and of another IPv6
/// prefix. Some of them mistype once.
fn everybody_gets_in(from: fn(i64) -> SourceAddress) {
    let mut flood = Flood::new(from);
    let quiet =
        |n: u32| if n.is_multiple_of(2) { network(0xc0_0000 + n) } else { v6((0x2a00_0000 + u128::from(n)) << 96) };
    let begins = [0, 1, 700, 5_003, 20_000, 47_001, 61_000, 240_011, 300_000, 420_007, 539_000, 539_500];
    let mut rescuers: Vec<Rescuer> =
        (0..).zip(begins).map(|(n, begins)| Rescuer { from: quiet(n), begins, next: begins, is_in: false }).collect();
    for now in 0..600_000 {
        flood.millisecond(now);
        for (n, rescuer) in rescuers.iter_mut().enumerate().filter(|(_, rescuer)| !rescuer.is_in && rescuer.next == now)
        {
            match flood.throttle.admit(rescuer.from, None, at(now)) {
                // Tries again, after a typing error.
                Ok(permit) if n % 4 > 1 && rescuer.next == rescuer.begins => {
                    flood.throttle.failed(permit, at(now));
                    rescuer.next += 1_000;
                }
                Ok(permit) => {
                    flood.throttle.succeeded(permit, at(now));
                    rescuer.is_in = true;
                    assert!(now - rescuer.begins < 60_000, "{n} was shut out for {} ms", now - rescuer.begins);
                }
                Err(wait) => rescuer.next = now + i64::try_from(wait.seconds).unwrap() * 1_000,
            }
        }
        if now % 30_000 == 17 {
            let permit = flood.throttle.admit(from(now), Some(DEVICE_KEY), at(now)).expect("a known browser");
            flood.throttle.succeeded(permit, at(now));
        }
    }
    assert!(rescuers.iter().all(|rescuer| rescuer.is_in));
    assert!(flood.admitted <= 50 + 12 * 600, "{}", flood.admitted);
}

#[test]
fn r11_a_48_keeps_nobody_out() {
    everybody_gets_in(in_one_48);
}

#[test]
fn r11_twenty_thousand_64s_keep_nobody_out() {
    everybody_gets_in(|now| in_one_48(now % 20_000));
}

/// All of a tunnel broker's /32, each attempt from the next /48.
#[test]
fn r11_a_32_keeps_nobody_out() {
    everybody_gets_in(|now| v6((0x2001_0470 << 96) | (u128::try_from(now % 65_536).unwrap() << 80)));
}

/// Each /48 of 100 prefixes, and each /24 of 100 IPv4 /16s.
#[test]
fn r11_a_hundred_prefixes_keep_nobody_out() {
    everybody_gets_in(|now| {
        let (prefix, rest) = (now / 2 % 100, now / 200);
        if now % 2 == 0 {
            return network(0x1_0000 + u32::try_from(prefix * 256 + rest % 256).unwrap());
        }
        v6(((0x2600_0000 + u128::try_from(prefix).unwrap()) << 96) | (u128::try_from(rest % 65_536).unwrap() << 80))
    });
}

#[test]
fn r11_a_48_is_fresh_once() {
    let mut throttle = Throttle::default();
    let mut admitted = 0;
    for now in 0..600_000 {
        admitted += u32::from(throttle.admit(in_one_48(now), None, at(now)).is_ok());
    }
    assert_eq!(admitted, 1 + 12 + 39, "one as a fresh network, the burst, then one each 15 seconds");
}

/// An attacker tries every 50 ms from these addresses in turn, always wrongly; a person who comes from another address
/// after a while, and waits as the answers say, gets in within a minute.
fn a_neighbour_gets_in(guessers: &[&str], neighbour: &str) {
    let of = |address: &str| caller_of(Some(address.parse().unwrap()));
    for begins in [60_000, 70_050, 99_900, 118_500] {
        let (mut throttle, mut next) = (Throttle::default(), begins);
        for now in (0..).step_by(50) {
            let guesser = guessers[usize::try_from(now / 50).unwrap() % guessers.len()];
            if let Ok(permit) = throttle.admit(of(guesser), None, at(now)) {
                throttle.failed(permit, at(now));
            }
            if now >= next {
                match throttle.admit(of(neighbour), None, at(now)) {
                    Ok(_) => break,
                    Err(wait) => next = now + i64::try_from(wait.seconds).unwrap() * 1_000,
                }
            }
            assert!(now <= begins + 60_000, "{neighbour} is kept out since {begins}");
        }
    }
}

#[test]
fn r35_addresses_of_one_network_have_turns() {
    a_neighbour_gets_in(&["198.51.100.9"], "198.51.100.77");
    a_neighbour_gets_in(&["198.51.100.9", "198.51.100.10"], "198.51.100.77");
    a_neighbour_gets_in(&["2001:db8:1:1::9"], "2001:db8:1:1::77");
    a_neighbour_gets_in(&["2001:db8:1:1::9", "2001:db8:1:2::9", "2001:db8:1:3::9"], "2001:db8:1:4::77");
    let whole_48 = ["2001:db8:1:100::9", "2001:db8:1:200::9", "2001:db8:1:300::9", "2001:db8:1:400::9"];
    a_neighbour_gets_in(&whole_48, "2001:db8:1:500::77");
}

#[test]
fn r35_a_try_without_a_verdict_is_not_held_against_its_network() {
    let mut throttle = Throttle::default();
    for n in 0..20 {
        let permit = throttle.admit(network(1), None, at(n)).unwrap();
        throttle.put_back(permit);
        assert!(throttle.recent.is_fresh(network(1).network));
    }
    let mut hung_up = 0;
    for now in 0..600_000 {
        if let Ok(permit) = throttle.admit(network(2), None, at(now)) {
            throttle.abandoned(permit);
            hung_up += 1;
            assert_eq!(throttle.recent.is_fresh(network(2).network), hung_up <= 3, "to hang up is no way round");
        }
    }
    assert_eq!(hung_up, 1 + 3 + 9);
}

#[test]
fn memory_is_bounded_whoever_tries() {
    let mut throttle = Throttle::default();
    for n in 0..150_000_u32 {
        let now = at(i64::from(n) * 40);
        // More networks, prefixes and browsers than are remembered, as fast as they are admitted.
        let _ = throttle.admit(network(n * 5), None, now);
        let _ = throttle.admit(v6((0x2000_0000 + u128::from(n % 600)) << 96 | u128::from(n) << 64), None, now);
        let _ = throttle.admit(in_one_48(n.into()), None, now);
        if n < 5_000 {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&n.to_be_bytes());
            let _ = throttle.admit(network(n), Some(key), now);
        }
        let lines = [&throttle.v4, &throttle.v6].into_iter().flat_map(|lines| [&lines.fresh, &lines.failed]);
        assert!(lines.map(Line::len).max().unwrap() <= 601);
        assert!(throttle.recent.len() <= recent::NETWORKS && throttle.devices.len() <= DEVICES);
    }
    assert_eq!(throttle.devices.len(), DEVICES, "the bound was reached");
    let before = throttle.recent.len();
    assert!(before > 15_000, "{before}");
    for n in 0..100_000_u32 {
        // All at once: some wait for their turn, and refused callers leave no trace.
        let _ = throttle.admit(network(n), None, at(10_000_000));
    }
    assert!(throttle.recent.len() <= before + 25);
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

/// One of several networks in each of six neighbourhoods.
fn nth(n: u32) -> SourceAddress {
    let (neighbourhood, n) = (n % 6, n / 6);
    match neighbourhood {
        0..3 => network(neighbourhood << 8 | n),
        _ => v6(u128::from(0x2001_0000 + neighbourhood) << 96 | u128::from(n) << 64),
    }
}

/// Runs the attempts; returns the times at which strangers were admitted.
fn run(throttle: &mut Throttle, tries: &[Try], may_go_back: bool) -> Vec<i64> {
    let (mut now, mut admitted) = (0, Vec::new());
    for (n, one) in tries.iter().enumerate() {
        now += if may_go_back && n % 3 == 0 { -one.passed } else { one.passed };
        match throttle.admit(nth(one.network), one.device.map(|n| [n; 32]), at(now)) {
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
                // The bursts, the turns that were kept, and the rates.
                prop_assert!(i64::try_from(more + 1).unwrap() <= 50 + 12 + 12 * seconds);
            }
        }
    }

    /// Whatever came before, and however the clock jumped: after a quiet minute every caller is admitted.
    #[test]
    fn a39_nobody_is_locked_for_longer_than_a_minute(tries in tries(), jump in -40_000_000_000_i64..40_000_000_000) {
        let mut throttle = Throttle::default();
        run(&mut throttle, &tries, true);
        // The clock is set during the quiet minute, which counts from then.
        let _ = throttle.admit(nth(77), None, at(jump));
        for n in 0..40 {
            prop_assert!(throttle.clone().admit(nth(n), None, at(jump + 60_000)).is_ok(), "network {}", n);
        }
        for n in 0..3 {
            prop_assert!(throttle.admit(network(0), Some([n; 32]), at(jump + 60_000)).is_ok(), "device {}", n);
        }
    }
}
