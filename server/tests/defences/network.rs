//! A test on a network of its own, where callers may come from any address in fd00::/8: the test's binary runs again,
//! for this one test, in a network namespace. The namespace ends with the process.

use std::{env, process::Command, thread};

const INSIDE: &str = "POSTERN_TEST_NETWORK";

/// Whether this is the run inside. If not, the run inside has succeeded when this returns.
#[track_caller]
pub(crate) fn is_inside() -> bool {
    if env::var_os(INSIDE).is_some() {
        return true;
    }
    let is_root = rustix::process::geteuid().is_root();
    let namespace = if is_root { "--net" } else { "--map-root-user" };
    let network = r#"ip link set lo up && ip -6 route add local fd00::/8 dev lo &&
        echo 1 >/proc/sys/net/ipv6/ip_nonlocal_bind && exec "$0" "$@""#;
    let mut command = Command::new("unshare");
    command.args(["--net", namespace, "sh", "-c", network]).arg(env::current_exe().unwrap());
    let test = thread::current();
    command
        .args([test.name().expect("a test runs in a thread of its name"), "--exact", "--nocapture"])
        .env(INSIDE, "1");
    let output = command.output().expect("unshare(1) is there");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    false
}
