use super::{database::with_host, print::line};
use crate::audit_export::{Header, json_header, json_line, read_json_header, read_json_line};
use domain::{
    Env, Timestamp,
    audit::{Until, Verifier, from_hex, to_hex},
    host::Host,
};
use std::{
    fs::File,
    io::{BufRead, BufReader, Read, stdin},
    path::PathBuf,
};

/// More bytes than the longest line for an event that any version wrote.
const LINE: u64 = 64 * 1024 * 1024;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Print the whole audit log as JSON Lines on standard output.
    Export,
    /// Check an export, without the database: no event may have been changed, removed, duplicated or moved.
    Verify {
        /// The export; - is standard input.
        file: PathBuf,
        /// The hash of an event that is known to be in the log, such as the last one at some earlier time, kept where
        /// nobody with access to the database can change it. Without it, a log that was cut off at its end and exported
        /// again looks complete.
        #[arg(long, value_name = "HASH")]
        head: Option<String>,
    },
    /// Remove the oldest events before the retention time set in the console is over. The chain continues with an event
    /// that records this, and stays verifiable.
    Prune {
        /// Remove events from before this day (in UTC), such as 2026-11-22.
        #[arg(long, value_name = "DAY")]
        before: String,
        /// Also remove alerts that a channel still has to send. Without this, pruning stops at the first of them.
        #[arg(long)]
        unsent: bool,
        /// Make the file of an SQLite database smaller afterwards. It is rewritten, so meanwhile the disk needs room
        /// for the remaining data, and no other process can write.
        #[arg(long)]
        shrink: bool,
    },
}

pub(super) async fn run(command: Command, url: &str) -> Result<(), String> {
    match command {
        Command::Export => with_host(url, 0, false, export).await,
        Command::Verify { file, head } => verify(&file, head.as_deref()),
        Command::Prune { before, unsent, shrink } => {
            let moment =
                Timestamp::parse(&format!("{before}T00:00:00Z")).ok_or("--before is a day, such as 2026-11-22")?;
            let until = Until { moment, with_unsent: unsent };
            with_host(url, 0, false, |host, env| prune(host, env, until, shrink)).await
        }
    }
}

async fn export(host: Host, env: Env) -> Result<(), String> {
    let head = host.audit_head().await.map_err(|error| line(&error))?;
    let pending = host.count_pending_events().await.map_err(|error| line(&error))?;
    say!("{}", json_header(&Header { at: env.now(), head, pending }));
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

async fn prune(host: Host, env: Env, until: Until, shrink: bool) -> Result<(), String> {
    let (mut events, mut unsent) = (0, 0);
    while let Some(pruned) = host.prune_audit(until).await.map_err(|error| line(&error))? {
        events += pruned.events;
        unsent += pruned.unsent;
    }
    say!("{events} events were removed.");
    if unsent > 0 {
        say!("{unsent} of them were alerts that a channel still had to send. They will not be sent.");
    }
    if let Some(waiting) = host.audit_waits_for(until).await.map_err(|error| line(&error))? {
        say!(
            "Event {waiting} and later ones stay: a channel still has to send that alert. --unsent removes them, too."
        );
    }
    if shrink {
        env.store.shrink().await.map_err(|error| format!("the file is as large as before: {}", line(&error)))?;
    }
    Ok(())
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
    let mut verifier = Verifier::knowing(known);
    while let Some((number, text)) = next()? {
        let entry = read_json_line(text.trim_end()).map_err(|error| format!("line {number}: {error}"))?;
        verifier.take(&entry).map_err(|broken| broken.to_string())?;
    }
    let named = header.head.map(|(_, hash)| hash);
    let verified = verifier.finish(named).map_err(|broken| broken.to_string())?;
    say!("The chain holds: {} events, the last is number {}.", verified.entries, verified.seq);
    if verified.unsealed > 0 {
        say!("{} events older than the chain are not covered.", verified.unsealed);
    }
    if header.pending > 0 {
        say!("{} newer events were not sealed yet when this was exported, and are not in it.", header.pending);
    }
    say!("It ends with {}", to_hex(&verified.head));
    if let Some(seq) = verified.known {
        say!("The hash of --head is that of event {seq}; {} events follow it.", verified.seq - seq);
    } else {
        say!("Compare that with the hash that you have written down elsewhere.");
    }
    Ok(())
}
