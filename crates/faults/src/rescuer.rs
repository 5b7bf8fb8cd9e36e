//! The administrator who must get in, whatever goes wrong: with a break-glass account, from a known browser and from an
//! unknown one.

use crate::{client, product::Product};
use anyhow::{Context, Result, bail, ensure};
use hyper::{
    Request, StatusCode,
    header::{CONTENT_TYPE, COOKIE, HOST, RETRY_AFTER, SET_COOKIE},
};
use std::{
    net::Ipv4Addr,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// Longer than anyone would wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// The account that gets in, and its browser.
pub(crate) struct Rescuer {
    name: String,
    secret: String,
    /// The cookie of the known browser.
    device: String,
}

impl Rescuer {
    /// Creates an account, and signs in once.
    pub(crate) async fn new(product: &Product, port: u16) -> Result<Self> {
        let sheet = product.run(&["break-glass", "create", "gate", "--sheet"]).await?;
        let field = |name: &str| {
            let value = sheet.lines().find_map(|line| line.trim().strip_prefix(name));
            value.map(|value| value.trim().to_owned()).with_context(|| format!("no {name}"))
        };
        let mut rescuer = Self { name: field("Name")?, secret: field("Secret")?, device: String::new() };
        rescuer.device = rescuer.sign_in(port, Ipv4Addr::LOCALHOST, None).await?.device;
        Ok(rescuer)
    }

    /// Signs in from both browsers at once and opens the console. Returns how long the slower one took.
    pub(crate) async fn get_in(&self, port: u16) -> Result<Duration> {
        let began = Instant::now();
        let (known, new) = tokio::try_join!(
            self.sign_in(port, Ipv4Addr::new(127, 90, 0, 7), Some(&self.device)),
            self.sign_in(port, new_network(), None),
        )?;
        for session in [known.session, new.session] {
            ensure!(is_signed_in(port, &session).await?, "a session that has just begun has ended");
        }
        Ok(began.elapsed())
    }

    /// Tries until it succeeds, with the pauses that the server asks for.
    pub(crate) async fn sign_in(&self, port: u16, from: Ipv4Addr, device: Option<&str>) -> Result<SignedIn> {
        let began = Instant::now();
        loop {
            let form = format!("name={}&secret={}&next=", self.name, self.secret);
            let mut request = request(port, "/login").method("POST").header("Sec-Fetch-Site", "same-origin");
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            if let Some(device) = device {
                request = request.header(COOKIE, format!("postern-device={device}"));
            }
            let answer = client::once(from, port, request.body(form.into())?).await?;
            let cookie = |name: &str| {
                let set = answer.headers().get_all(SET_COOKIE).iter().filter_map(|set| set.to_str().ok());
                let value = set.filter_map(|set| set.strip_prefix(name)?.strip_prefix('=')?.split(';').next()).next();
                value.map(str::to_owned).with_context(|| format!("no cookie {name}"))
            };
            match answer.status() {
                StatusCode::SEE_OTHER => {
                    return Ok(SignedIn { session: cookie("postern")?, device: cookie("postern-device")? });
                }
                StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE if began.elapsed() < PATIENCE => {
                    let wait = answer.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse().ok());
                    sleep(Duration::from_secs(wait.unwrap_or(1))).await;
                }
                other => bail!("the right secret was answered {other} after {:?}", began.elapsed()),
            }
        }
    }
}

/// What a sign-in returns: the values of both cookies.
pub(crate) struct SignedIn {
    pub(crate) session: String,
    pub(crate) device: String,
}

/// Whether the console accepts a session. Without one it redirects to the sign-in.
pub(crate) async fn is_signed_in(port: u16, session: &str) -> Result<bool> {
    let request = request(port, "/admin/break-glass").header(COOKIE, format!("postern={session}"));
    let answer = client::once(Ipv4Addr::LOCALHOST, port, request.body(Default::default())?).await?;
    match answer.status() {
        StatusCode::OK => Ok(true),
        StatusCode::SEE_OTHER => Ok(false),
        other => bail!("the console was answered {other}"),
    }
}

/// Ends a session.
pub(crate) async fn sign_out(port: u16, session: &str) -> Result<()> {
    let request = request(port, "/logout").method("POST").header("Sec-Fetch-Site", "same-origin");
    let request = request.header(COOKIE, format!("postern={session}"));
    let answer = client::once(Ipv4Addr::LOCALHOST, port, request.body(Default::default())?).await?;
    ensure!(answer.status() == StatusCode::SEE_OTHER, "signing out was answered {}", answer.status());
    Ok(())
}

fn request(port: u16, path: &str) -> hyper::http::request::Builder {
    Request::builder().uri(path).header(HOST, format!("localhost:{port}"))
}

/// An address from which there was no sign-in yet.
fn new_network() -> Ipv4Addr {
    let [a, b, ..] = rand::random::<[u8; 4]>();
    Ipv4Addr::new(127, 100 + a % 100, b, 7)
}
