//! The counters that LLVM puts into every edge of this crate. They are bytes that wrap; what lies between two resets is one
//! run.
use std::sync::Mutex;

struct Counters {
    start: *mut u8,
    length: usize,
}

// SAFETY: the memory is a section of this program, there until it ends.
unsafe impl Send for Counters {}

static REGIONS: Mutex<Vec<Counters>> = Mutex::new(Vec::new());

/// Called by the constructor that the compiler adds to each module, before `main`.
///
/// # Safety
/// `start` and `stop` bound one section of counters.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sanitizer_cov_8bit_counters_init(start: *mut u8, stop: *mut u8) {
    // SAFETY: both point into the same section.
    let length = unsafe { stop.offset_from(start) } as usize;
    let mut regions = REGIONS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    regions.push(Counters { start, length });
}

pub fn edges() -> usize {
    let regions = REGIONS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    regions.iter().map(|region| region.length).sum()
}

pub fn reset() {
    each(|_, counter| *counter = 0);
}

/// Counts that are told apart: 1, 2, 3, 4–7, 8–15, 16–31, 32–127, 128 and more; one bit each.
fn bucket(hits: u8) -> u8 {
    match hits {
        0 => 0,
        1 => 1,
        2 => 2,
        3 => 4,
        4..=7 => 8,
        8..=15 => 16,
        16..=31 => 32,
        32..=127 => 64,
        128.. => 128,
    }
}

/// Edges and counts that were seen by all inputs of one target together.
pub struct Features {
    seen: Vec<u8>,
    pub count: usize,
}

impl Features {
    pub fn new() -> Self {
        Self {
            seen: vec![0; edges()],
            count: 0,
        }
    }

    /// Adds what the last run touched; how much of it was new.
    pub fn add(&mut self) -> usize {
        let seen = &mut self.seen;
        let mut added = 0;
        each(|index, counter| {
            let bit = bucket(*counter);
            if bit != 0 && seen[index] & bit == 0 {
                seen[index] |= bit;
                added += 1;
            }
        });
        self.count += added;
        added
    }
}

/// Every counter in its order. Other threads of a run may count at the same time: a lost count loses a feature, no more.
fn each(mut visit: impl FnMut(usize, &mut u8)) {
    let regions = REGIONS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut first = 0;
    for region in regions.iter() {
        for offset in 0..region.length {
            // SAFETY: within the section, whose counters are plain bytes.
            visit(first + offset, unsafe { &mut *region.start.add(offset) });
        }
        first += region.length;
    }
}
