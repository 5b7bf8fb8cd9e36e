//! The socket that the server listens on: its own, or the one that it was started with.

use listenfd::ListenFd;
use std::{io, net::SocketAddr};
use tokio::net::{TcpListener, TcpSocket};

/// How many connections the system queues until they are accepted, unless it allows fewer.
const BACKLOG: u32 = 4_096;

/// Returns the socket that the process was started with, as by a systemd socket unit (sd_listen_fds(3)), or `None`
/// if there is none. Callers wait in its queue while one server stops and the next one starts.
///
/// # Errors
/// If there is more than one, or if it is not a listening TCP socket.
pub(crate) fn inherited() -> io::Result<Option<TcpListener>> {
    let mut sockets = ListenFd::from_env();
    if sockets.len() > 1 {
        let words = format!("{} sockets were passed on; pass one", sockets.len());
        return Err(io::Error::other(words));
    }
    let Some(listener) = sockets.take_tcp_listener(0)? else { return Ok(None) };
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}

/// Listens as tokio's own `bind` does, with room for a burst of callers.
///
/// # Errors
/// If the address cannot be bound.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // On Windows this would let others listen on the same address.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
