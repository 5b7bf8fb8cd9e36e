use super::{line, with_host};
use crate::export::{Header, json_header, json_line, read_json_header, read_json_line};
use domain::{
    Env,
    audit::{Verifier, from_hex, to_hex},
    host::Host,
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    path::PathBuf,
};

/// More than the longest event.
const LINE: u64 = 16 * 1024 * 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print the whole audit log as JSON Lines on standard output.
    Export,
    /// Check an export, without the database: that no event was changed, removed, doubled or moved.
    Verify {
        /// The export; - is standard input.
        file: PathBuf,
        /// The hash that the log is known to end with, from a place that nobody with the database could change. Where it
        /// is not given, a log that was cut off at its end and exported again looks whole.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
}

pub(super) async fn run(command: Command, url: &str) -> Result<(), String> {
    match command {
        Command::Export => with_host(url, 0, export).await,
        Command::Verify { file, head } => verify(&file, head.as_deref()),
    }
}

async fn export(host: Host, env: Env) -> Result<(), String> {
    let head = host.audit_head().await.map_err(|error| line(&error))?;
    say!("{}", json_header(&Header { at: env.now(), head }));
    let (mut after, last) = (0, head.map_or(0, |(seq, _)| seq));
    loop {
        let entries = host.events_after(after).await.map_err(|error| line(&error))?;
        for entry in entries.iter().filter(|entry| entry.seq <= last) {
            say!("{}", json_line(entry));
        }
        match entries.last() {
            Some(entry) if entry.seq < last => after = entry.seq,
            _ => return Ok(()),
        }
    }
}

fn verify(file: &PathBuf, head: Option<&str>) -> Result<(), String> {
    let known = head.map(|head| from_hex(head).ok_or("--head is 64 hexadecimal digits, as the console shows them"));
    let known = known.transpose()?;
    let cannot = |error: std::io::Error| format!("cannot read {}: {error}", file.display());
    let source: Box<dyn Read> =
        if file.as_os_str() == "-" { Box::new(stdin()) } else { Box::new(File::open(file).map_err(cannot)?) };
    let mut reader = BufReader::new(source);
    let mut number = 0;
    let mut next = || {
        number += 1;
        let mut text = String::new();
        let read = reader.by_ref().take(LINE).read_line(&mut text).map_err(cannot)?;
        Ok::<_, String>((read > 0).then_some((number, text)))
    };
    let (_, first) = next()?.ok_or("the file is empty")?;
    let header = read_json_header(first.trim_end()).map_err(|error| format!("line 1: {error}"))?;
    let mut verifier = Verifier::default();
    while let Some((number, text)) = next()? {
        let entry = read_json_line(text.trim_end()).map_err(|error| format!("line {number}: {error}"))?;
        verifier.take(&entry).map_err(|broken| broken.to_string())?;
    }
    let named = header.head.map(|(_, hash)| hash);
    let verified = verifier.finish(known.or(named)).map_err(|broken| broken.to_string())?;
    if known.is_some() && named.is_some() && known != named {
        eprintln!("note: the export names another last event than --head does");
    }
    say!("The chain holds: {} events, the last is number {}.", verified.entries, verified.seq);
    if verified.unsealed > 0 {
        say!("{} events from before there was a chain are not covered.", verified.unsealed);
    }
    say!("It ends with {}", to_hex(&verified.head));
    if known.is_none() {
        say!("Compare that with the hash that you have written down elsewhere.");
    }
    Ok(())
}
