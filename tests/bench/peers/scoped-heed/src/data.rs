//! The entries and accesses of package data, once more for Rust.

pub const KEY: usize = 16;
pub const VALUE: usize = 100;
pub const HOT_KEYS: u64 = 1000;
pub const MANY_KEYS: u64 = 100;

#[derive(Clone, Copy, Default)]
pub struct Shape {
    pub scopes: u64,
    pub entries: u64,
}

pub struct Access {
    pub scope: u32,
    pub index: u32,
    pub key: [u8; KEY],
}

pub fn mix(i: u64) -> u64 {
    let mut x = i.wrapping_add(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d049bb133111eb);
    x ^ (x >> 31)
}

pub fn key(mut n: u64) -> [u8; KEY] {
    let mut key = [0; KEY];
    for at in (0..KEY).rev() {
        key[at] = b"0123456789abcdef"[(n & 15) as usize];
        n >>= 4;
    }
    key
}

pub fn word(scope: u32, index: u32) -> u64 {
    mix((scope as u64) << 32 | index as u64)
}

pub fn new_value() -> [u8; VALUE] {
    [b'v'; VALUE]
}

pub fn set_word(value: &mut [u8], scope: u32, index: u32) {
    value[..8].copy_from_slice(&word(scope, index).to_le_bytes());
}

pub fn read_word(value: &[u8]) -> u64 {
    u64::from_le_bytes(value[..8].try_into().unwrap())
}

/// A value of a typed database: the word's digits take the place of its bytes, which are no text.
pub fn text(a: &Access) -> String {
    let mut value = new_value();
    value[..KEY].copy_from_slice(&key(word(a.scope, a.index)));
    String::from_utf8(value.to_vec()).unwrap()
}

pub fn name(scope: u64) -> String {
    format!("tenant-{scope:06}")
}

pub fn spare(i: u64) -> String {
    format!("spare-{i:06}")
}

impl Shape {
    pub fn pick_scope(&self, i: u64) -> usize {
        (mix(i) % self.scopes) as usize
    }

    fn picked(&self, i: u64) -> (u32, u32) {
        let h = mix(i);
        (((h >> 32) % self.scopes) as u32, ((h & 0xffffffff) % self.entries) as u32)
    }

    fn accesses(&self, n: u64, at: impl Fn(u64) -> (u32, u32, u64)) -> Vec<Access> {
        (0..n)
            .map(|i| {
                let (scope, index, number) = at(i);
                Access { scope, index, key: key(number) }
            })
            .collect()
    }

    pub fn random(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| {
            let (scope, index) = self.picked(i);
            (scope, index, 2 * index as u64)
        })
    }

    pub fn hot(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| {
            let (scope, index) = self.picked(mix(i) % HOT_KEYS);
            (scope, index, 2 * index as u64)
        })
    }

    pub fn missing(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| {
            let (scope, index) = self.picked(i);
            (scope, index, 2 * index as u64 + 1)
        })
    }

    pub fn many(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| {
            let (scope, _) = self.picked(i / MANY_KEYS * MANY_KEYS);
            let (_, index) = self.picked(i);
            (scope, index, 2 * index as u64)
        })
    }

    pub fn in_order(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| {
            let index = (i % self.entries) as u32;
            ((i / self.entries) as u32, index, 2 * index as u64)
        })
    }

    pub fn scattered(&self, n: u64) -> Vec<Access> {
        self.accesses(n, |i| (self.picked(i).0, i as u32, mix(i)))
    }
}
