use super::*;
use crate::kernel::{Preference, kernel};
use sha2::Digest as _;

fn fastest() -> &'static Kernel {
    kernel(Preference::Fastest)
}

fn hash(parts: &[&[u8]]) -> Digest {
    sha2::Sha256::digest(parts.concat()).into()
}

/// The definition of spec protocol 5.2, word by word.
fn by_definition(leaves: &[(Digest, Digest)], height: usize, empty: &[Digest]) -> Digest {
    match (leaves, height) {
        ([], _) => empty[height],
        ([(_, leaf)], 0) => *leaf,
        _ => {
            let side = |want| {
                leaves
                    .iter()
                    .filter(|(key, _)| bit(key, height - 1) == want)
                    .copied()
                    .collect::<Vec<_>>()
            };
            let (left, right) = (side(false), side(true));
            let (left, right) = (
                by_definition(&left, height - 1, empty),
                by_definition(&right, height - 1, empty),
            );
            hash(&[b"mt-merkle-node\0", &left, &right])
        }
    }
}

fn sample(count: usize) -> Vec<(Digest, Digest)> {
    let mut leaves: Vec<_> = (0..count as u32)
        .map(|i| (hash(&[&i.to_le_bytes()]), hash(&[b"leaf", &i.to_le_bytes()])))
        .collect();
    leaves.sort_by(|a, b| a.0.iter().rev().cmp(b.0.iter().rev()));
    leaves
}

#[test]
fn subtree_follows_the_definition_with_any_number_of_threads() {
    for count in [0, 1, 2, 3, 10, 300] {
        let leaves = sample(count);
        let (keys, hashes): (Vec<_>, Vec<_>) = leaves.iter().copied().unzip();
        let want = by_definition(&leaves, KEY_BITS, empty(fastest()));
        for threads in [1, 2, 3, 8] {
            assert_eq!(
                subtree(fastest(), &keys, &hashes, KEY_BITS, threads),
                want,
                "{count} leaves, {threads} threads"
            );
        }
    }
}

#[test]
fn neighbours_that_differ_only_in_bit_zero_share_every_level_above() {
    let (left, mut right) = ([7 << 1; 32], [7 << 1; 32]);
    right[0] |= 1;
    let leaves = [(left, [1; 32]), (right, [2; 32])];
    let (keys, hashes): (Vec<_>, Vec<_>) = leaves.iter().copied().unzip();
    let want = by_definition(&leaves, KEY_BITS, empty(fastest()));
    assert_eq!(subtree(fastest(), &keys, &hashes, KEY_BITS, 1), want);
}

#[test]
fn a_zero_leaf_counts_as_absent() {
    assert_eq!(
        fold(fastest(), &[9; 32], [0; 32], 0, KEY_BITS),
        empty(fastest())[KEY_BITS]
    );
}

#[test]
fn order_is_that_of_the_reversed_key() {
    let (mut low, mut high) = ([0; 32], [0; 32]);
    low[0] = 255;
    high[31] = 1;
    assert!(check_order(&[low, high], KEY_BITS).is_ok());
    assert_eq!(check_order(&[high, low], KEY_BITS).unwrap_err().code, Code::BadOrder);
    assert_eq!(check_order(&[low, low], KEY_BITS).unwrap_err().code, Code::BadOrder);
    assert_eq!(check_order(&[low, high], 248).unwrap_err().code, Code::BadOrder);
    assert!(check_order(&[low, high], 249).is_ok());
}

#[test]
fn records_are_hashed_like_their_leaves_with_any_number_of_threads() {
    for count in [0, 1, 2, 65, 300] {
        let keys: Vec<_> = sample(count).into_iter().map(|(key, _)| key).collect();
        let records = keys.iter().flat_map(|key| [key.as_slice(), b"tail"].concat()).collect();
        let job = Records {
            keys,
            records,
            record_bytes: 36,
            height: KEY_BITS,
        };
        let leaves: Vec<_> = job.records.chunks(36).map(|record| leaf(fastest(), record)).collect();
        let root = subtree(fastest(), &job.keys, &leaves, KEY_BITS, 1);
        for threads in [1, 2, 8] {
            let hashes = hash_records(fastest(), &job, threads, &AtomicBool::new(false));
            assert_eq!(
                hashes,
                Some([vec![root], leaves.clone()].concat().concat()),
                "{count} records"
            );
        }
        assert_eq!(hash_records(fastest(), &job, 2, &AtomicBool::new(true)), None);
    }
}
