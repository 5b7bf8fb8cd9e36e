//! The machine's clock jumps, as after a pause of a virtual machine or a wrong time server.

use crate::{
    clock::Clock,
    rescuer::{Rescuer, is_signed_in, sign_out},
    rows,
};
use anyhow::{Context, Result, ensure};
use std::{
    net::Ipv4Addr,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::time::sleep;

/// How long the clock stays where it was set.
const TIME: Duration = Duration::from_secs(1);

/// An hour ahead, as libfaketime writes it.
const AHEAD: &str = "+3600";

/// The settings of the clock, one after the other; the last is the right time again.
const JUMPS: [&str; 4] = [AHEAD, "+0", "-3600", "+0"];

/// That hour in milliseconds, minus the time that a sign-in may take.
const FAR: i64 = 3_500_000;

/// Jumps forward and back. After each jump the administrator must get in, and a session that was ended must not
/// have come back. Returns how long each sign-in took.
pub(crate) async fn jump(clock: &Clock, rescuer: &Rescuer, port: u16, database: &str) -> Result<Vec<Duration>> {
    let (mut times, mut ended) = (Vec::new(), Vec::new());
    for offset in JUMPS {
        let session = rescuer.sign_in(port, Ipv4Addr::LOCALHOST, None).await?.session;
        sign_out(port, &session).await?;
        ended.push(session);
        clock.set(offset)?;
        times.push(rescuer.get_in(port).await.with_context(|| format!("the clock went to {offset} s"))?);
        if offset == AHEAD {
            let ahead = rows::newest_sign_in(database).await? - now()?;
            ensure!(ahead > FAR, "the server's clock has not jumped: it is {ahead} ms ahead");
        }
        for session in &ended {
            ensure!(!is_signed_in(port, session).await?, "a session that was ended is back at {offset} s");
        }
        sleep(TIME).await;
    }
    Ok(times)
}

/// The real time, in milliseconds.
fn now() -> Result<i64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis().try_into()?)
}
