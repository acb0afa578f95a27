//! What JavaScript hands over, and the hashing behind it, held to a plain reference.
use crate::arguments as check;
use crate::clock::{Grind, Observer, boundary, grind};
use crate::digest::{Digest, sha256, sha256_batch};
use crate::input::Input;
use crate::kernel::{Kernel, Preference, State, bytes_from_state, kernel, state_from_bytes};
use crate::merkle;
use crate::notify::notify;
use crate::pace::Pace;
use crate::verify::{Chain, Plan, Segment, advance, verify};
use std::sync::atomic::AtomicBool;

pub struct Target {
    pub name: &'static str,
    pub seeds: fn() -> Vec<Vec<u8>>,
    pub run: fn(&[u8]),
}

pub const ALL: [Target; 6] = [
    Target {
        name: "arguments",
        seeds: argument_seeds,
        run: arguments,
    },
    Target {
        name: "sha256",
        seeds: plain_seeds,
        run: hashes,
    },
    Target {
        name: "clock",
        seeds: plain_seeds,
        run: clock,
    },
    Target {
        name: "verify",
        seeds: plain_seeds,
        run: chains,
    },
    Target {
        name: "merkle",
        seeds: key_seeds,
        run: trees,
    },
    Target {
        name: "notify",
        seeds: plain_seeds,
        run: datagram,
    },
];

fn plain_seeds() -> Vec<Vec<u8>> {
    vec![Vec::new(), (0..=200).collect(), vec![7; 100]]
}

fn argument_seeds() -> Vec<Vec<u8>> {
    let numbers = [1.0, 256.0, 65_535.0, f64::from(u32::MAX), -0.0, f64::NAN, 0.5];
    numbers
        .iter()
        .map(|number| [&number.to_le_bytes()[..], &[32; 120]].concat())
        .collect()
}

/// Three keys that ascend in tree order, which is that of their last byte first, and records of five bytes.
fn key_seeds() -> Vec<Vec<u8>> {
    let key = |last: u8| {
        let mut key = [1; 32];
        key[31] = last;
        key
    };
    vec![
        [&[3, 5, 0, 1][..], &key(1), &key(2), &key(200), &[9; 15]].concat(),
        vec![0],
        vec![1; 40],
    ]
}

fn fastest() -> &'static Kernel {
    kernel(Preference::Fastest)
}

fn portable() -> &'static Kernel {
    kernel(Preference::Portable)
}

/// What passes a check is what the code behind it was promised.
fn arguments(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (number, count, rest) = (input.f64(), usize::from(input.u8()), input.rest());
    if let Ok(steps) = check::steps(number) {
        assert_eq!(f64::from(steps), number);
        assert!(steps >= 1);
        let segments = check::checkpoints(count as f64, steps);
        assert!(
            segments.is_ok_and(|segments| segments >= 1 && segments <= steps) || count == 0 || count as u32 > steps
        );
    }
    assert!(
        check::threads(number).is_ok_and(|threads| (1..=256).contains(&threads)) || check::threads(number).is_err()
    );
    assert!(check::level(number, count, "level").map_or(true, |level| (count..=256).contains(&level)));
    assert!(check::digests(rest, count, "keys").map_or(true, |keys| keys.len() == count && rest.len() == 32 * count));
    assert!(check::record_bytes(rest, count, number as u32).map_or(true, |size| size * count == rest.len()));
    assert_eq!(check::digest(rest, "key").is_ok(), rest.len() == 32);
    let _ = check::lanes(number as u32, fastest());
    let mut scratch = rest.to_vec();
    assert_eq!(check::scratch(&mut scratch).is_ok(), rest.len() == 96);
    if let Ok((record, _)) = check::record(&mut scratch, count) {
        assert_eq!(record, &rest[..count]);
    }
}

/// Whatever hashes here gives the same.
fn hashes(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (size, rest) = (usize::from(input.u8()), input.rest());
    assert_eq!(sha256(fastest(), rest), sha256(portable(), rest));
    let batch = sha256_batch(fastest(), rest, size);
    assert_eq!(batch.is_ok(), size > 0 && rest.len().is_multiple_of(size.max(1)));
    for (index, hash) in batch.unwrap_or_default().chunks_exact(32).enumerate() {
        assert_eq!(hash, sha256(portable(), &rest[index * size..(index + 1) * size]));
    }
}

/// A chain of so many steps, one after the other.
fn stepped(state: State, steps: u32) -> State {
    let hash = |state: &State| sha256(portable(), &bytes_from_state(state));
    (0..steps).fold(state, |state, _| state_from_bytes(&hash(&state)))
}

struct Checkpoints(Vec<State>);

impl Observer for Checkpoints {
    fn progress(&mut self, _: u32) {}
    fn checkpoint(&mut self, index: u32, value: &State) {
        assert_eq!(index as usize, self.0.len() + 1);
        self.0.push(*value);
    }
}

/// The clock keeps the values at its boundaries, and those ascend to the end.
fn clock(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (wide, segments) = (input.u32().max(1), u32::from(input.u8()).max(1));
    let places: Vec<u32> = (0..=segments).map(|index| boundary(wide, segments, index)).collect();
    assert!(places.is_sorted() && places[0] == 0 && places[segments as usize] == wide);
    let (steps, seed) = (wide % 50 + 1, state_from_bytes(&input.array()));
    let segments = segments.min(steps);
    let mut kept = Checkpoints(Vec::new());
    let job = Grind {
        seed,
        steps,
        segments,
        report_every: None,
    };
    let end = grind(fastest(), &job, &AtomicBool::new(false), &mut kept);
    assert_eq!(end, Some(stepped(seed, steps)));
    for (index, value) in kept.0.iter().enumerate() {
        assert_eq!(*value, stepped(seed, boundary(steps, segments, index as u32 + 1)));
    }
}

/// Any chains, on any kernel and number of threads, arrive where one arrives alone; a wrong end is seen.
fn chains(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (count, threads) = (usize::from(input.u8() % 12), usize::from(input.u8() % 3) + 1);
    let given: Vec<(State, u32, bool)> = (0..count)
        .map(|_| {
            (
                state_from_bytes(&input.array()),
                u32::from(input.u8() % 20) + 1,
                input.u8() & 1 == 1,
            )
        })
        .collect();
    for kernel in [fastest(), portable()] {
        let plan = Plan {
            kernel,
            pace: Pace::of(kernel).clone(),
            threads,
        };
        let chain = |(state, remaining, _): &(State, u32, bool)| Chain {
            state: *state,
            remaining: *remaining,
        };
        let arrived = advance(&plan, given.iter().map(chain).collect(), &AtomicBool::new(false));
        let ends: Vec<State> = given.iter().map(|(state, steps, _)| stepped(*state, *steps)).collect();
        assert_eq!(arrived.as_ref(), Some(&ends));
        let segment = |((each, end), state): ((&(State, u32, bool), &State), _)| {
            let mut end: State = *end;
            end[0] ^= u32::from(each.2);
            Segment { chain: state, end }
        };
        let segments = given
            .iter()
            .zip(&ends)
            .zip(given.iter().map(chain))
            .map(segment)
            .collect();
        let verdicts: Vec<u8> = given.iter().map(|each| u8::from(!each.2)).collect();
        assert_eq!(verify(&plan, segments, &AtomicBool::new(false)), Some(verdicts));
    }
}

/// By one key at a time, from the leaves up.
fn reference_root(keys: &[Digest], leaves: &[Digest], height: usize) -> Digest {
    if height == 0 {
        return leaves.first().copied().unwrap_or([0; 32]);
    }
    let is_right = |key: &Digest| key[(height - 1) / 8] >> ((height - 1) % 8) & 1 == 1;
    if keys.is_empty() {
        return merkle::empty(portable())[height];
    }
    let side = |right: bool| -> (Vec<Digest>, Vec<Digest>) {
        keys.iter()
            .zip(leaves)
            .filter(|(key, _)| is_right(key) == right)
            .map(|(key, leaf)| (*key, *leaf))
            .unzip()
    };
    let [left, right] = [side(false), side(true)].map(|(keys, leaves)| reference_root(&keys, &leaves, height - 1));
    merkle::node(portable(), &left, &right)
}

fn trees(bytes: &[u8]) {
    let mut input = Input::new(bytes);
    let (count, record_bytes) = (usize::from(input.u8() % 9), usize::from(input.u8() % 40) + 1);
    let (height, threads) = (256 - usize::from(input.u8() % 4), usize::from(input.u8() % 3) + 1);
    let mut keys: Vec<Digest> = (0..count).map(|_| input.array()).collect();
    if input.u8() & 1 == 0 {
        keys.sort_by(|a, b| a.iter().rev().cmp(b.iter().rev()));
        keys.dedup();
    }
    let ascends = keys
        .windows(2)
        .all(|pair| pair[0].iter().rev().lt(pair[1].iter().rev()));
    if merkle::check_order(&keys, height).is_err() {
        assert!(!ascends || height < 256);
        return;
    }
    assert!(ascends);
    let mut records = vec![0; keys.len() * record_bytes];
    let given = input.bytes(records.len());
    records[..given.len()].copy_from_slice(given);
    let leaves: Vec<Digest> = records
        .chunks_exact(record_bytes)
        .map(|record| merkle::leaf(portable(), record))
        .collect();
    let expected = [&[reference_root(&keys, &leaves, height)], leaves.as_slice()]
        .concat()
        .concat();
    for kernel in [fastest(), portable()] {
        let job = merkle::Records {
            keys: keys.clone(),
            records: records.clone(),
            record_bytes,
            height,
        };
        let hashed = merkle::hash_records(kernel, &job, threads, &AtomicBool::new(false));
        assert_eq!(hashed.as_ref(), Some(&expected));
    }
}

/// An address that nobody listens at, of any bytes behind its beginning: an error, or nothing.
fn datagram(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for beginning in ["@montana-fuzz-nobody-", "/montana-fuzz-nobody/"] {
        assert!(notify(&format!("{beginning}{text}"), &text).is_err());
    }
}
