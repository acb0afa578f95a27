//! Sparse Merkle hashing: spec protocol 5.2. Tree order of keys is their order as little-endian integers.
use crate::digest::{Digest, sha256};
use crate::errors::{Code, Refusal, refuse};
use crate::kernel::{Kernel, State, bytes_from_state, constants::INITIAL};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

pub const KEY_BITS: usize = 256;
const LEAF_PREFIX: &[u8] = b"mt-merkle-leaf\0";
const NODE_PREFIX: &[u8; 15] = b"mt-merkle-node\0";
/// Below this, starting a thread costs more than it saves (one leaf is about 20 µs).
const LEAVES_PER_THREAD: usize = 64;

static EMPTY: OnceLock<Vec<Digest>> = OnceLock::new();

pub fn leaf(kernel: &Kernel, record: &[u8]) -> Digest {
    sha256(kernel, &[LEAF_PREFIX, record].concat())
}

/// Two blocks with the padding of the one length that occurs.
pub fn node(kernel: &Kernel, left: &Digest, right: &Digest) -> Digest {
    const MESSAGE_BYTES: usize = 79;
    let mut blocks = [0u8; 128];
    blocks[..15].copy_from_slice(NODE_PREFIX);
    blocks[15..47].copy_from_slice(left);
    blocks[47..MESSAGE_BYTES].copy_from_slice(right);
    blocks[MESSAGE_BYTES] = 0x80;
    blocks[120..].copy_from_slice(&(MESSAGE_BYTES as u64 * 8).to_be_bytes());
    let mut state: State = INITIAL;
    (kernel.compress)(&mut state, &blocks);
    bytes_from_state(&state)
}

/// `empty(0) … empty(256)`.
pub fn empty(kernel: &Kernel) -> &'static [Digest] {
    EMPTY.get_or_init(|| {
        let mut levels = vec![[0; 32]];
        for level in 0..KEY_BITS {
            levels.push(node(kernel, &levels[level], &levels[level]));
        }
        levels
    })
}

fn bit(key: &Digest, level: usize) -> bool {
    key[level / 8] >> (level % 8) & 1 == 1
}

/// The hash at level `to` above a subtree of level `from` with nothing beside it.
pub fn fold(kernel: &Kernel, key: &Digest, mut hash: Digest, from: usize, to: usize) -> Digest {
    for (level, sibling) in empty(kernel).iter().enumerate().take(to).skip(from) {
        hash = match bit(key, level) {
            false => node(kernel, &hash, sibling),
            true => node(kernel, sibling, &hash),
        };
    }
    hash
}

/// The hash of the subtree of `height` that holds exactly these leaves.
pub fn subtree(kernel: &Kernel, keys: &[Digest], leaves: &[Digest], height: usize, threads: usize) -> Digest {
    match keys {
        [] => empty(kernel)[height],
        [key] => fold(kernel, key, leaves[0], 0, height),
        _ => {
            let middle = keys.partition_point(|key| !bit(key, height - 1));
            let ((left_keys, right_keys), (left, right)) = (keys.split_at(middle), leaves.split_at(middle));
            let [left, right] = both(
                threads > 1 && middle.min(keys.len() - middle) >= LEAVES_PER_THREAD,
                |threads| subtree(kernel, left_keys, left, height - 1, threads),
                |threads| subtree(kernel, right_keys, right, height - 1, threads),
                threads,
            );
            node(kernel, &left, &right)
        }
    }
}

/// Records of one subtree, to be hashed by a job.
pub struct Records {
    pub keys: Vec<Digest>,
    /// One record per key, equally long, in the same order.
    pub records: Vec<u8>,
    pub record_bytes: usize,
    pub height: usize,
}

/// The hash of the subtree and, behind it, the leaf hashes in the order of the keys; nothing when `cancel` was set.
pub fn hash_records(kernel: &Kernel, job: &Records, threads: usize, cancel: &AtomicBool) -> Option<Vec<u8>> {
    let leaves = hash_leaves(kernel, job, threads, cancel);
    if cancel.load(Ordering::Relaxed) {
        return None;
    }
    let root = subtree(kernel, &job.keys, &leaves, job.height, threads);
    Some([&[root], leaves.as_slice()].concat().concat())
}

/// The threads take runs of records until none is left; one that the system refuses is no fault, the others take its share.
fn hash_leaves(kernel: &Kernel, job: &Records, threads: usize, cancel: &AtomicBool) -> Vec<Digest> {
    let mut leaves = vec![[0; 32]; job.keys.len()];
    let runs = job
        .records
        .chunks(LEAVES_PER_THREAD * job.record_bytes)
        .zip(leaves.chunks_mut(LEAVES_PER_THREAD));
    let helpers = threads
        .min(job.keys.len().div_ceil(LEAVES_PER_THREAD))
        .saturating_sub(1);
    let queue = Mutex::new(runs);
    let next = || queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).next();
    let work = || {
        while let Some((records, leaves)) = next() {
            if cancel.load(Ordering::Relaxed) {
                return;
            }
            for (record, out) in records.chunks_exact(job.record_bytes).zip(leaves) {
                *out = leaf(kernel, record);
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..helpers {
            let _ = std::thread::Builder::new().spawn_scoped(scope, work);
        }
        work();
    });
    leaves
}

/// Runs both halves, the first one on a thread of its own when that is worth it and the system grants one.
fn both<L, R>(split: bool, left: L, right: R, threads: usize) -> [Digest; 2]
where
    L: Fn(usize) -> Digest + Sync,
    R: Fn(usize) -> Digest,
{
    if !split {
        return [left(threads), right(threads)];
    }
    std::thread::scope(|scope| {
        let spawned = std::thread::Builder::new().spawn_scoped(scope, || left(threads / 2));
        let right = right(threads - threads / 2);
        let left = match spawned {
            Ok(handle) => handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => left(1),
        };
        [left, right]
    })
}

/// Refuses keys that are not strictly ascending in tree order or do not lie in one subtree of `height`.
pub fn check_order(keys: &[Digest], height: usize) -> Result<(), Refusal> {
    if keys
        .windows(2)
        .any(|pair| pair[0].iter().rev().ge(pair[1].iter().rev()))
    {
        return refuse(Code::BadOrder, "keys must ascend strictly in tree order");
    }
    if let [first, .., last] = keys
        && (height..KEY_BITS).any(|level| bit(first, level) != bit(last, level))
    {
        return refuse(
            Code::BadOrder,
            format!("keys do not share one subtree of height {height}"),
        );
    }
    Ok(())
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
