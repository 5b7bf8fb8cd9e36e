use super::{line, open, sheet};
use crate::{AppState, Hasher, Limits, Recorder, TrustedProxies, activity, alerts, build, config::Serve, serve};
use domain::{
    Env,
    break_glass::{NewAccount, Sheet, suffixed},
    host::Host,
};
use std::io::{IsTerminal, stdout};
use tokio::net::TcpListener;

/// Runs the server until it is told to stop.
pub(super) async fn run(options: Serve, database_url: &str) -> Result<(), String> {
    let channels = options.alerts.channels()?;
    let schemas = options.schemas()?;
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let env = open(database_url).await?;
    let hasher = Hasher::default();
    welcome(&env, &hasher).await?;
    alerts::start(&env, channels).await.map_err(|error| line(&error))?;
    let listening = listener.local_addr().map_err(|error| error.to_string())?;
    let proxies = TrustedProxies::new(options.trusted_proxies.clone());
    let url = Serve { listen: listening, ..options }.base_url();
    let recorder = Recorder::start(env.store.clone());
    tokio::spawn(activity::maintain(env.clone()));
    let state = AppState::new(env.clone(), url.clone(), hasher, recorder.clone());
    let state = state.with_schemas(schemas).with_listen(listening);
    let attempts = state.attempts.clone();
    tokio::spawn(attempts.clone().tell(env.clone()));
    let router = build(state.with_trusted_proxies(proxies.clone()));
    say!("Postern is ready. Open {}", url.as_str());
    tracing::info!(address = %listening, url = url.as_str(), "ready");
    serve::serve(listener, router, Limits::default(), proxies, serve::stop_signal()).await;
    recorder.flush().await;
    attempts.drain(&env).await;
    env.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Sees to it that there is a way in: the first two break-glass accounts, whose secrets go to the terminal and nowhere
/// else. Two, so that one is left when a sheet is lost.
async fn welcome(env: &Env, hasher: &Hasher) -> Result<(), String> {
    let host = Host::new(env.clone());
    if !host.break_glass().await.map_err(|error| line(&error))?.is_empty() {
        return Ok(());
    }
    if !stdout().is_terminal() {
        say!("There is no break-glass account yet. Make two: postern break-glass create NAME");
        return Ok(());
    }
    let (mut sheets, mut accounts) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let sheet = Sheet::generate(env, suffixed(env, "gate").map_err(|error| line(&error))?);
        let secret_hash = hasher.hash(sheet.secret.reveal().to_owned()).await.map_err(|error| line(&error))?;
        accounts.push(NewAccount { name: sheet.name.clone(), secret_hash, codes: sheet.hashes() });
        sheets.push(sheet);
    }
    if host.create_first_break_glass(accounts).await.map_err(|error| line(&error))? {
        say!(
            "Your two break-glass accounts, shown this once. Print each, and keep them apart, where no directory reaches:"
        );
        for made in &sheets {
            say!("\n{}", sheet::text(made));
        }
        say!("Sign in with each of them once: that proves that they work.\n");
    }
    Ok(())
}
