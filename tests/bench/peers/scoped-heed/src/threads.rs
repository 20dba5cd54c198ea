//! What is done by several threads at once.

use crate::data;
use crate::store::{Handle, Store};
use crate::Reply;
use heed::EnvFlags;
use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

type Done = Result<Reply, Box<dyn Error>>;

/// n durable commits of one put by k threads.
pub fn commit(store: &mut Store, n: u64, k: u64) -> Done {
    if store.durable.is_none() {
        store.durable = Some(Handle::open(store.folder.join("durable"), EnvFlags::empty())?);
    }
    let handle = store.durable.clone().ok_or("there is no store")?;
    let before = handle.stored.len(&handle.env.read_txn()?)?;
    let (first, scope) = (store.commits, &store.scopes[0]);
    let put = |caller: u64| -> Result<(), String> {
        let value = data::new_value();
        for i in n / k * caller..n / k * (caller + 1) {
            let mut txn = handle.env.write_txn().map_err(|e| e.to_string())?;
            handle.db.put(&mut txn, scope, &data::key(first + i), &value).map_err(|e| e.to_string())?;
            txn.commit().map_err(|e| e.to_string())?;
        }
        Ok(())
    };
    let start = Instant::now();
    thread::scope(|threads| {
        let callers: Vec<_> = (0..k).map(|caller| threads.spawn(move || put(caller))).collect();
        callers.into_iter().try_for_each(|caller| caller.join().map_err(|_| "a caller panicked".to_string())?)
    })?;
    let nanos = start.elapsed().as_nanos() as u64;
    store.commits += n;
    let count = handle.stored.len(&handle.env.read_txn()?)? - before;
    Ok(Reply { nanos, count, ..Default::default() })
}

const READERS_BATCH: usize = 100;
const WRITER_BATCH: u64 = 100;
const WRITER_KEYS: u64 = 10_000;
const WRITER_PAUSE: Duration = Duration::from_millis(1);

/// n gets by k readers beside a writer.
pub fn mixed(store: &Store, n: u64, k: u64) -> Done {
    let main = store.main()?;
    let accesses = store.shape.random(n);
    let each = (n / k) as usize;
    let stop = AtomicBool::new(false);
    let read = |reader: usize| -> Result<Reply, String> {
        let mut r = Reply::default();
        let start = Instant::now();
        for some in accesses[each * reader..each * (reader + 1)].chunks(READERS_BATCH) {
            let txn = main.env.read_txn().map_err(|e| e.to_string())?;
            main.get(&txn, &store.scopes, some, &mut r).map_err(|e| e.to_string())?;
        }
        r.nanos = start.elapsed().as_nanos() as u64;
        Ok(r)
    };
    let mut sum = Reply::default();
    thread::scope(|threads| -> Result<(), String> {
        let writer = threads.spawn(|| write_until(store, main, &stop));
        let readers: Vec<_> = (0..k as usize).map(|reader| threads.spawn(move || read(reader))).collect();
        let results: Vec<_> = readers.into_iter().map(|reader| reader.join()).collect();
        stop.store(true, Ordering::Relaxed);
        for result in results {
            let r = result.map_err(|_| "a reader panicked".to_string())??;
            sum.nanos += r.nanos;
            sum.count += r.count;
            sum.bytes += r.bytes;
            sum.sum = sum.sum.wrapping_add(r.sum);
        }
        writer.join().map_err(|_| "the writer panicked".to_string())?
    })?;
    Ok(sum)
}

fn write_until(store: &Store, main: &Handle, stop: &AtomicBool) -> Result<(), String> {
    let scope = &store.scopes[store.shape.scopes as usize];
    let value = data::new_value();
    let mut at = 0;
    while !stop.load(Ordering::Relaxed) {
        let mut txn = main.env.write_txn().map_err(|e| e.to_string())?;
        for i in at..at + WRITER_BATCH {
            main.db.put(&mut txn, scope, &data::key(data::mix(i)), &value).map_err(|e| e.to_string())?;
        }
        txn.commit().map_err(|e| e.to_string())?;
        at = (at + WRITER_BATCH) % WRITER_KEYS;
        thread::sleep(WRITER_PAUSE);
    }
    Ok(())
}
