use super::{
    database::env,
    print::{line, program},
    sheet,
};
use crate::{
    AppState, Hasher, Recorder, ServerLimits, TrustedProxies,
    background::{alerts, recorder, sealer, search, storage, tallies, undo},
    build,
    config::Serve,
    listen::{self, Signal},
    observe, scim,
    state::Stopping,
};
use domain::{
    Env,
    break_glass::{DEFAULT_STEM, NewAccount, Sheet, suffixed},
    host::Host,
    upkeep::{self, Invalidated, RestoreNoticed},
};
use std::{
    future::Future,
    io::{IsTerminal, stdout},
    net::SocketAddr,
    time::Duration,
};
use tokio::{net::TcpListener, time::sleep};

/// How long new connections are still accepted after the server was told to stop.
const FAREWELL: Duration = Duration::from_secs(2);

/// Runs the server until it is told to stop.
pub(super) async fn run(options: Serve, database_url: &str) -> Result<(), String> {
    let channels = options.alerts.channels()?;
    let schemas = options.schemas()?;
    let listener = listen(options.listen)?;
    let env = store::open(database_url).await.map(env).map_err(|error| line(&error))?;
    end_what_came_back(&env).await?;
    let hasher = Hasher::default();
    welcome(&env, &hasher).await?;
    alerts::start(&env, channels).await.map_err(|error| line(&error))?;
    let listening = listener.local_addr().map_err(|error| error.to_string())?;
    let proxies = TrustedProxies::new(options.trusted_proxies.clone());
    let url = Serve { listen: listening, ..options }.base_url();
    let recorder = Recorder::start(env.store.clone());
    tokio::spawn(recorder::maintain(env.clone()));
    tokio::spawn(scim::keys::keep(env.clone()));
    tokio::spawn(sealer::run(env.clone()));
    tokio::spawn(search::fill(env.clone()));
    tokio::spawn(storage::watch(env.clone()));
    tokio::spawn(tallies::run(env.clone()));
    tokio::spawn(undo::run(env.clone()));
    tokio::spawn(observe::tell());
    let state = AppState::new(env.clone(), url.clone(), hasher, recorder.clone());
    let state = state.with_schemas(schemas).with_listen(listening);
    let (attempts, stopping) = (state.attempts.clone(), state.stopping.clone());
    tokio::spawn(attempts.clone().tell(env.clone()));
    let router = build(state.with_trusted_proxies(proxies.clone()));
    // Before the server announces that it runs, since it may be stopped from then on.
    let stop = stop(stopping, !proxies.is_empty());
    say!("Postern is ready. Open {}", url.as_str());
    tracing::info!(address = %listening, url = url.as_str(), "ready");
    listen::serve(listener, router, ServerLimits::default(), proxies, stop).await;
    recorder.flush().await;
    attempts.drain(&env).await;
    sealer::finish(&env).await;
    if let Err(error) = upkeep::keep_mark(&env).await {
        tracing::error!(error = &error as &dyn std::error::Error, "the end of the audit log could not be recorded");
    }
    env.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// The socket that the server was started with, or else one of its own at `address`.
fn listen(address: SocketAddr) -> Result<TcpListener, String> {
    let inherited = listen::inherited().map_err(|error| format!("cannot use the inherited socket: {error}"))?;
    let own = || listen::listen(address).map_err(|error| format!("cannot listen on {address}: {error}"));
    inherited.map_or_else(own, Ok)
}

/// Resolves when the server is to stop; it listens from this call on. A proxy gets a moment to notice, by `/readyz` and
/// by answers that end their connections, before new connections are refused.
fn stop(stopping: Stopping, is_behind_proxy: bool) -> impl Future<Output = ()> {
    let signal = listen::stop_signal();
    async move {
        let signal = signal.await;
        stopping.begin();
        if is_behind_proxy && signal == Signal::Terminate {
            sleep(FAREWELL).await;
        }
    }
}

/// If an older database replaced this one, ends what is valid again in it.
async fn end_what_came_back(env: &Env) -> Result<(), String> {
    if env.store.is_put_back().await.map_err(|error| line(&error))? {
        let ended = upkeep::restored(env, RestoreNoticed::AtStart).await.map_err(|error| line(&error))?;
        let Invalidated { tokens, sessions, codes } = ended;
        tracing::warn!(
            tokens,
            sessions,
            codes,
            "an older database was restored: tokens are paused, sessions ended, codes removed"
        );
        say!(
            "An older database was restored. Everything that may have ended since is ended: {tokens} tokens are \
             paused, {sessions} sessions and {codes} one-time codes are gone. Resume or replace the tokens under \
             Single sign-on, SCIM."
        );
    }
    // The next start finds the older mark, which this database knows, too.
    if let Err(error) = env.store.leave_mark().await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the end of the audit log could not be recorded");
    }
    Ok(())
}

/// Ensures that there is a way in: the first two break-glass accounts, whose secrets are shown on the terminal and
/// nowhere else. There are two, so that one is left if a sheet is lost.
async fn welcome(env: &Env, hasher: &Hasher) -> Result<(), String> {
    let host = Host::new(env.clone());
    if !host.break_glass().await.map_err(|error| line(&error))?.is_empty() {
        return Ok(());
    }
    if !stdout().is_terminal() {
        say!("There is no break-glass account yet. Make two: {} break-glass create NAME --sheet", program());
        return Ok(());
    }
    let (mut sheets, mut accounts) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let sheet = Sheet::generate(env, suffixed(env, DEFAULT_STEM).map_err(|error| line(&error))?);
        let secret_hash = hasher.hash(sheet.secret.reveal().to_owned()).await.map_err(|error| line(&error))?;
        accounts.push(NewAccount { name: sheet.name.clone(), secret_hash, codes: sheet.hashes() });
        sheets.push(sheet);
    }
    if host.create_first_break_glass(accounts).await.map_err(|error| line(&error))? {
        say!(
            "Your two break-glass accounts, shown only now. Print both; keep them apart, out of any directory’s reach:"
        );
        for made in &sheets {
            say!("\n{}", sheet::text(made));
        }
        say!("Sign in with each of them once: that proves that they work.\n");
    }
    Ok(())
}
