use super::{line, open};
use crate::{AppState, Hasher, Limits, Recorder, TrustedProxies, activity, build, config::Serve, serve};
use domain::{
    Env,
    break_glass::{Secret, generated_name},
    host::Host,
};
use std::io::{IsTerminal, stdout};
use tokio::net::TcpListener;

/// Runs the server until it is told to stop.
pub(super) async fn run(options: Serve, database_url: &str) -> Result<(), String> {
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let env = open(database_url).await?;
    let hasher = Hasher::new().map_err(|error| line(&error))?;
    welcome(&env, &hasher).await?;
    let listening = listener.local_addr().map_err(|error| error.to_string())?;
    let proxies = TrustedProxies::new(options.trusted_proxies.clone());
    let url = Serve { listen: listening, ..options }.base_url();
    let recorder = Recorder::start(env.store.clone());
    tokio::spawn(activity::prune(env.clone()));
    let state = AppState::new(env.clone(), url.clone(), hasher, recorder.clone()).with_listen(listening);
    let router = build(state.with_trusted_proxies(proxies.clone()));
    say!("Postern is ready. Open {}", url.as_str());
    tracing::info!(address = %listening, url = url.as_str(), "ready");
    serve::serve(listener, router, Limits::default(), proxies, serve::stop_signal()).await;
    recorder.flush().await;
    env.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Sees to it that there is a way in: the first break-glass account, whose secret goes to the terminal and nowhere else.
async fn welcome(env: &Env, hasher: &Hasher) -> Result<(), String> {
    let host = Host::new(env.clone());
    if !host.break_glass().await.map_err(|error| line(&error))?.is_empty() {
        return Ok(());
    }
    if !stdout().is_terminal() {
        say!("There is no break-glass account yet. Make one: postern break-glass create NAME");
        return Ok(());
    }
    let secret = Secret::generate(env);
    let hash = hasher.hash(secret.reveal().to_owned()).await.map_err(|error| line(&error))?;
    let made = host.create_first_break_glass(&generated_name(env), &hash).await.map_err(|error| line(&error))?;
    if let Some(account) = made {
        say!("Your break-glass account, shown this once. Write it down and keep it where the directory cannot reach:");
        say!("\n  Name    {}\n  Secret  {}\n", account.name, secret.reveal());
    }
    Ok(())
}
