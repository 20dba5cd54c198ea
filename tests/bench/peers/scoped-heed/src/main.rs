//! The crate scoped-heed behind the lines of package wire, with its loops here.

mod clock;
mod data;
mod store;
mod threads;

use std::error::Error;
use std::io::{self, BufRead, Write};

/// What an operation hands back; see package data.
#[derive(Default)]
pub struct Reply {
    pub nanos: u64,
    pub count: u64,
    pub bytes: u64,
    pub sum: u64,
}

impl Reply {
    pub fn found(&mut self, value: &[u8]) {
        self.count += 1;
        self.bytes += value.len() as u64;
        self.sum = self.sum.wrapping_add(data::read_word(value));
    }
}

/// `None`: there is no such operation.
pub type Answer = Result<Option<Reply>, Box<dyn Error>>;

fn answer(store: &mut store::Store, line: &str) -> Answer {
    let words: Vec<&str> = line.splitn(4, ' ').collect();
    match words.as_slice() {
        ["make", scopes, entries, folder] => {
            let shape = data::Shape { scopes: scopes.parse()?, entries: entries.parse()? };
            store.make(folder, shape).map(Some)
        }
        ["run", op, n, k] => store.run(op, n.parse()?, k.parse()?),
        _ => Err("this is no request".into()),
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout();
    let lmdb = heed::lmdb_version();
    writeln!(out, "peer scoped-heed 0.2.0-alpha.9, heed 0.20.5, {}", lmdb.string)?;
    out.flush()?;
    let mut store = store::Store::default();
    for line in io::stdin().lock().lines() {
        let line = line?;
        if line == "quit" {
            break;
        }
        match answer(&mut store, &line) {
            Ok(Some(r)) => writeln!(out, "ok {} {} {} {}", r.nanos, r.count, r.bytes, r.sum)?,
            Ok(None) => writeln!(out, "none")?,
            Err(e) => writeln!(out, "error {}", e.to_string().replace('\n', "; "))?,
        }
        out.flush()?;
    }
    Ok(())
}
