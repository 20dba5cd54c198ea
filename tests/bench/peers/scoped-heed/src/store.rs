//! One environment with a raw database, and what is done to it on one thread.

use crate::data::{self, Access, Shape};
use crate::clock::{nanos, now};
use crate::{threads, Answer, Reply};
use heed::types::Bytes;
use heed::{Database, Env, EnvFlags, EnvOpenOptions, RoTxn, RwTxn};
use scoped_heed::{
    scoped_database_options, GlobalScopeRegistry, Scope, ScopeEmptinessChecker, ScopedBytesCodec, ScopedBytesDatabase,
    ScopedDatabase, ScopedKey,
};
use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;

type Done = Result<Reply, Box<dyn Error>>;

/// An open environment.
#[derive(Clone)]
pub struct Handle {
    pub env: Env,
    pub db: Arc<ScopedBytesDatabase>,
    pub registry: Arc<GlobalScopeRegistry>,
    /// The table of named scopes as LMDB has it, to count what is really there.
    pub stored: Database<Bytes, Bytes>,
}

impl Handle {
    pub fn open(folder: PathBuf, flags: EnvFlags) -> Result<Handle, Box<dyn Error>> {
        std::fs::create_dir_all(&folder)?;
        let env = unsafe { EnvOpenOptions::new().map_size(32 << 30).max_dbs(16).flags(flags).open(folder)? };
        let mut txn = env.write_txn()?;
        let registry = Arc::new(GlobalScopeRegistry::new(&env, &mut txn)?);
        let db = Arc::new(scoped_database_options(&env, registry.clone()).raw_bytes().name("bench").create(&mut txn)?);
        txn.commit()?;
        let txn = env.read_txn()?;
        let stored = env.open_database(&txn, Some("bench_scoped"))?.ok_or("there is no bench_scoped")?;
        drop(txn);
        Ok(Handle { env, db, registry, stored })
    }

    fn put(&self, scopes: &[Scope], accesses: &[Access]) -> Done {
        let mut value = data::new_value();
        let start = now();
        let mut txn = self.env.write_txn()?;
        for a in accesses {
            data::set_word(&mut value, a.scope, a.index);
            self.db.put(&mut txn, &scopes[a.scope as usize], &a.key, &value)?;
        }
        txn.commit()?;
        Ok(Reply { nanos: nanos(start), count: accesses.len() as u64, ..Default::default() })
    }

    pub fn get(&self, txn: &RoTxn, scopes: &[Scope], accesses: &[Access], r: &mut Reply) -> Result<(), Box<dyn Error>> {
        for a in accesses {
            if let Some(value) = self.db.get(txn, &scopes[a.scope as usize], &a.key)? {
                r.found(value);
            }
        }
        Ok(())
    }

    fn walk(&self, txn: &RoTxn, scope: &Scope, r: &mut Reply) -> Result<(), Box<dyn Error>> {
        for entry in self.db.iter(txn, scope)? {
            let (key, value) = entry?;
            r.found(value);
            r.bytes += key.len() as u64;
        }
        Ok(())
    }
}

#[derive(Default)]
pub struct Store {
    pub folder: PathBuf,
    pub shape: Shape,
    pub scopes: Vec<Scope>,
    pub main: Option<Handle>,
    pub durable: Option<Handle>,
    pub commits: u64,
}

impl Store {
    pub fn make(&mut self, folder: &str, shape: Shape) -> Done {
        self.folder = folder.into();
        self.shape = shape;
        self.scopes = (0..=shape.scopes).map(|i| Scope::named(&data::name(i))).collect::<Result<_, _>>()?;
        let main = Handle::open(self.folder.join("main"), EnvFlags::NO_SYNC)?;
        let r = main.put(&self.scopes, &shape.in_order(shape.scopes * shape.entries))?;
        self.main = Some(main);
        Ok(r)
    }

    pub fn run(&mut self, op: &str, n: u64, k: u64) -> Answer {
        let shape = self.shape;
        match op {
            "get_random" => self.get(&shape.random(n)),
            "get_hot" => self.get(&shape.hot(n)),
            "get_miss" => self.get(&shape.missing(n)),
            "get_many" => self.get(&shape.many(n)),
            "scan" => self.scan(n),
            "is_empty" => self.is_empty(n),
            "clear" => self.clear(n),
            "prune" => self.prune(n),
            "lookup" => self.lookup(n),
            "put_order" | "put_many" => self.put_fresh(&shape.in_order(n), k > 0),
            "put_random" => self.put_fresh(&shape.scattered(n), k > 0),
            "put_typed" => self.put_typed(&shape.in_order(n), k > 0),
            "commit" => threads::commit(self, n, k),
            "mixed" => threads::mixed(self, n, k),
            "open" => self.reopen(n),
            "decode_bytes" => decode_bytes(n),
            "decode_typed" => decode_typed(n),
            "rest" => Ok(Reply::default()),
            _ => return Ok(None),
        }
        .map(Some)
    }

    pub fn main(&self) -> Result<&Handle, Box<dyn Error>> {
        self.main.as_ref().ok_or_else(|| "make a store first".into())
    }

    fn reading(&self, work: impl FnOnce(&Handle, &RoTxn, &mut Reply) -> Result<(), Box<dyn Error>>) -> Done {
        let main = self.main()?;
        let mut r = Reply::default();
        let txn = main.env.read_txn()?;
        let start = now();
        work(main, &txn, &mut r)?;
        r.nanos = nanos(start);
        Ok(r)
    }

    fn get(&self, accesses: &[Access]) -> Done {
        self.reading(|main, txn, r| main.get(txn, &self.scopes, accesses, r))
    }

    fn scan(&self, n: u64) -> Done {
        self.reading(|main, txn, r| {
            for i in 0..n {
                main.walk(txn, &self.scopes[self.shape.pick_scope(i)], r)?;
            }
            Ok(())
        })
    }

    fn is_empty(&self, n: u64) -> Done {
        self.reading(|main, txn, r| {
            for i in 0..n {
                let scope = &self.scopes[self.shape.pick_scope(i)];
                r.count += main.db.is_scope_empty_in_db(txn, scope)? as u64;
            }
            Ok(())
        })
    }

    fn lookup(&self, n: u64) -> Done {
        let names: Vec<String> = (0..self.shape.scopes).map(data::name).collect();
        self.reading(|main, txn, r| {
            for i in 0..n {
                let name = &names[(i % self.shape.scopes) as usize];
                r.count += main.registry.lookup_scope_hash(txn, name)?.is_some() as u64;
            }
            Ok(())
        })
    }

    fn undone(&self, work: impl FnOnce(&Handle, &mut RwTxn, &mut Reply) -> Result<(), Box<dyn Error>>) -> Done {
        let main = self.main()?;
        let mut r = Reply::default();
        let mut txn = main.env.write_txn()?;
        work(main, &mut txn, &mut r)?;
        txn.abort();
        Ok(r)
    }

    /// Counts what is gone from the table, which is not what clear was asked for.
    fn clear(&self, n: u64) -> Done {
        self.undone(|main, txn, r| {
            let before = main.stored.len(txn)?;
            let start = now();
            for scope in &self.scopes[..n as usize] {
                main.db.clear(txn, scope)?;
            }
            r.nanos = nanos(start);
            r.count = before - main.stored.len(txn)?;
            Ok(())
        })
    }

    fn prune(&self, n: u64) -> Done {
        self.undone(|main, txn, r| {
            for i in 0..n {
                main.registry.register_scope(txn, &Scope::named(&data::spare(i))?)?;
            }
            let databases: [&dyn ScopeEmptinessChecker; 1] = [&*main.db];
            let start = now();
            r.count = main.registry.prune_globally_unused_scopes(txn, &databases)? as u64;
            r.nanos = nanos(start);
            Ok(())
        })
    }

    fn reopen(&mut self, n: u64) -> Done {
        let first = self.shape.in_order(1);
        let mut r = Reply::default();
        let start = now();
        for _ in 0..n {
            let old = self.main.take().ok_or("make a store first")?;
            close(old);
            let main = Handle::open(self.folder.join("main"), EnvFlags::NO_SYNC)?;
            main.get(&main.env.read_txn()?, &self.scopes, &first, &mut r)?;
            self.main = Some(main);
        }
        r.nanos = nanos(start);
        Ok(r)
    }

    fn fresh(&self, work: impl FnOnce(&Handle) -> Done) -> Done {
        let folder = self.folder.join("fresh");
        let handle = Handle::open(folder.clone(), EnvFlags::NO_SYNC)?;
        let r = work(&handle);
        close(handle);
        std::fs::remove_dir_all(folder)?;
        r
    }

    fn touched(&self, accesses: &[Access]) -> Vec<&Scope> {
        let distinct: BTreeSet<u32> = accesses.iter().map(|a| a.scope).collect();
        distinct.into_iter().map(|scope| &self.scopes[scope as usize]).collect()
    }

    fn put_fresh(&self, accesses: &[Access], check: bool) -> Done {
        self.fresh(|handle| {
            let mut r = handle.put(&self.scopes, accesses)?;
            if check {
                r.count = 0;
                let txn = handle.env.read_txn()?;
                for scope in self.touched(accesses) {
                    handle.walk(&txn, scope, &mut r)?;
                }
            }
            Ok(r)
        })
    }

    fn put_typed(&self, accesses: &[Access], check: bool) -> Done {
        let keys: Vec<Vec<u8>> = accesses.iter().map(|a| a.key.to_vec()).collect();
        let texts: Vec<String> = accesses.iter().map(data::text).collect();
        self.fresh(|handle| {
            let mut txn = handle.env.write_txn()?;
            let db: ScopedDatabase<Vec<u8>, String> =
                scoped_database_options(&handle.env, handle.registry.clone()).types().name("typed").create(&mut txn)?;
            txn.commit()?;
            let start = now();
            let mut txn = handle.env.write_txn()?;
            for (i, a) in accesses.iter().enumerate() {
                db.put(&mut txn, &self.scopes[a.scope as usize], &keys[i], &texts[i])?;
            }
            txn.commit()?;
            let mut r = Reply { nanos: nanos(start), count: accesses.len() as u64, ..Default::default() };
            if check {
                r.count = 0;
                let txn = handle.env.read_txn()?;
                for scope in self.touched(accesses) {
                    for entry in db.iter(&txn, scope)? {
                        let (key, text) = entry?;
                        r.count += 1;
                        r.bytes += (key.len() + text.len()) as u64;
                        r.sum = r.sum.wrapping_add(u64::from_str_radix(&text[..data::KEY], 16)?);
                    }
                }
            }
            Ok(r)
        })
    }
}

/// heed keeps an environment open until all its handles are dropped and it has been told so.
fn close(handle: Handle) {
    let closing = handle.env.clone().prepare_for_closing();
    drop(handle);
    closing.wait();
}

const DECODED: &[u8] = b"key-of-16-bytes.";

fn decode_bytes(n: u64) -> Done {
    let stored = ScopedBytesCodec::encode(0x12345678, DECODED);
    let mut r = Reply::default();
    let start = now();
    for _ in 0..n {
        let (scope, key) = ScopedBytesCodec::decode(black_box(&stored))?;
        r.count += 1;
        r.bytes += black_box((scope, key)).1.len() as u64;
    }
    r.nanos = nanos(start);
    Ok(r)
}

fn decode_typed(n: u64) -> Done {
    let stored = bincode::serialize(&ScopedKey { scope_hash: 0x12345678, key: DECODED.to_vec() })?;
    let mut r = Reply::default();
    let start = now();
    for _ in 0..n {
        let decoded: ScopedKey<Vec<u8>> = bincode::deserialize(black_box(&stored))?;
        r.count += 1;
        r.bytes += black_box(decoded).key.len() as u64;
    }
    r.nanos = nanos(start);
    Ok(r)
}
