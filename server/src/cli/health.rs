use crate::config::Serve;
use http_body_util::Empty;
use hyper::{Request, body::Bytes, client::conn::http1, header};
use hyper_util::rt::TokioIo;
use std::{net::SocketAddr, time::Duration};
use tokio::{net::TcpStream, time::timeout};

const LIMIT: Duration = Duration::from_secs(5);

/// Asks the server at the listen address whether it is ready.
pub(super) async fn run(options: &Serve) -> Result<(), String> {
    let address = options.reachable();
    let asked = timeout(LIMIT, ask(address)).await.map_err(|_| format!("{address} did not answer in time"))?;
    match asked.map_err(|error| format!("{address} does not answer: {error}"))? {
        200 => {
            say!("ready");
            Ok(())
        }
        status => Err(format!("{address} is not ready: it answered {status}")),
    }
}

async fn ask(address: SocketAddr) -> Result<u16, Box<dyn std::error::Error>> {
    let stream = TcpStream::connect(address).await?;
    let (mut client, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    let request = Request::get("/readyz").header(header::HOST, address.to_string()).body(Empty::<Bytes>::new())?;
    Ok(client.send_request(request).await?.status().as_u16())
}
