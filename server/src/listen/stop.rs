//! The signals that stop the server.

use std::future::Future;

/// A signal that stops the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// From the terminal.
    Interrupt,
    /// From the system.
    Terminate,
}

/// Resolves on SIGTERM or Ctrl-C; it listens from this call on.
pub(crate) fn stop_signal() -> impl Future<Output = Signal> {
    #[cfg(unix)]
    let signals = {
        use tokio::signal::unix::{SignalKind, signal};
        (signal(SignalKind::terminate()).ok(), signal(SignalKind::interrupt()).ok())
    };
    async {
        #[cfg(unix)]
        if let (Some(mut terminate), Some(mut interrupt)) = signals {
            return tokio::select! {
                _ = interrupt.recv() => Signal::Interrupt,
                _ = terminate.recv() => Signal::Terminate,
            };
        }
        let _ = tokio::signal::ctrl_c().await;
        Signal::Interrupt
    }
}
