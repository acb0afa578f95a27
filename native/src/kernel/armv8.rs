//! ARMv8 SHA instructions: four rounds each, words in their natural order, so that nothing needs to be shuffled.
use super::constants::{CHAIN_BITS, INITIAL, PAD_ONE, ROUND, State};
use core::arch::aarch64::*;

/// Four rounds on each lane; `$words` are message words plus constants.
macro_rules! four_rounds {
    ($lanes:ident, $abcd:ident, $efgh:ident, $words:expr) => {
        for l in 0..$lanes {
            let (words, before) = ($words(l), $abcd[l]);
            $abcd[l] = vsha256hq_u32(before, $efgh[l], words);
            $efgh[l] = vsha256h2q_u32($efgh[l], before, words);
        }
    };
}

macro_rules! rounds_16_to_63 {
    ($lanes:ident, $abcd:ident, $efgh:ident, $w0:ident, $w1:ident, $w2:ident, $w3:ident) => {
        rounds_16_to_63!(@group $lanes, $abcd, $efgh, 4, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@group $lanes, $abcd, $efgh, 8, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@group $lanes, $abcd, $efgh, 12, $w0, $w1, $w2, $w3);
    };
    (@group $lanes:ident, $abcd:ident, $efgh:ident, $quad:literal, $w0:ident, $w1:ident, $w2:ident, $w3:ident) => {
        rounds_16_to_63!(@quad $lanes, $abcd, $efgh, $quad, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@quad $lanes, $abcd, $efgh, $quad + 1, $w1, $w2, $w3, $w0);
        rounds_16_to_63!(@quad $lanes, $abcd, $efgh, $quad + 2, $w2, $w3, $w0, $w1);
        rounds_16_to_63!(@quad $lanes, $abcd, $efgh, $quad + 3, $w3, $w0, $w1, $w2);
    };
    (@quad $lanes:ident, $abcd:ident, $efgh:ident, $quad:expr, $a:ident, $b:ident, $c:ident, $d:ident) => {
        for l in 0..$lanes {
            $a[l] = vsha256su1q_u32(vsha256su0q_u32($a[l], $b[l]), $c[l], $d[l]);
        }
        four_rounds!($lanes, $abcd, $efgh, |l: usize| vaddq_u32($a[l], load(&ROUND, 4 * ($quad))));
    };
}

/// Each state becomes SHA-256 of itself, `steps` times; the chains run interleaved in registers.
///
/// # Safety
/// The CPU has the SHA-2 extension.
#[target_feature(enable = "neon,sha2")]
pub fn chain<const L: usize>(states: &mut [State; L], steps: u32) {
    let initial = [load(&INITIAL, 0), load(&INITIAL, 4)];
    let padding = [load(&[PAD_ONE, 0, 0, 0], 0), load(&[0, 0, 0, CHAIN_BITS], 0)];
    let mut low: [uint32x4_t; L] = std::array::from_fn(|l| load(&states[l], 0));
    let mut high: [uint32x4_t; L] = std::array::from_fn(|l| load(&states[l], 4));
    for _ in 0..steps {
        let (mut abcd, mut efgh) = ([initial[0]; L], [initial[1]; L]);
        let (mut w0, mut w1, mut w2, mut w3) = (low, high, [padding[0]; L], [padding[1]; L]);
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w0[l], load(&ROUND, 0)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w1[l], load(&ROUND, 4)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w2[l], load(&ROUND, 8)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w3[l], load(&ROUND, 12)));
        rounds_16_to_63!(L, abcd, efgh, w0, w1, w2, w3);
        for l in 0..L {
            low[l] = vaddq_u32(abcd[l], initial[0]);
            high[l] = vaddq_u32(efgh[l], initial[1]);
        }
    }
    for l in 0..L {
        store(&mut states[l], low[l], high[l]);
    }
}

/// Absorbs whole 64-byte blocks.
///
/// # Safety
/// The CPU has the SHA-2 extension.
#[target_feature(enable = "neon,sha2")]
pub fn compress(state: &mut State, blocks: &[u8]) {
    const L: usize = 1;
    let (mut abcd, mut efgh) = ([load(state, 0)], [load(state, 4)]);
    for block in blocks.chunks_exact(64) {
        let before = (abcd[0], efgh[0]);
        let words: [u32; 16] = std::array::from_fn(|i| u32::from_be_bytes(std::array::from_fn(|j| block[4 * i + j])));
        let (mut w0, mut w1, mut w2, mut w3) = (
            [load(&words, 0)],
            [load(&words, 4)],
            [load(&words, 8)],
            [load(&words, 12)],
        );
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w0[l], load(&ROUND, 0)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w1[l], load(&ROUND, 4)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w2[l], load(&ROUND, 8)));
        four_rounds!(L, abcd, efgh, |l: usize| vaddq_u32(w3[l], load(&ROUND, 12)));
        rounds_16_to_63!(L, abcd, efgh, w0, w1, w2, w3);
        abcd[0] = vaddq_u32(abcd[0], before.0);
        efgh[0] = vaddq_u32(efgh[0], before.1);
    }
    store(state, abcd[0], efgh[0]);
}

#[inline]
#[target_feature(enable = "neon")]
fn load(words: &[u32], from: usize) -> uint32x4_t {
    let four = &words[from..from + 4];
    // SAFETY: `four` has four readable words.
    unsafe { vld1q_u32(four.as_ptr()) }
}

#[inline]
#[target_feature(enable = "neon")]
fn store(state: &mut State, low: uint32x4_t, high: uint32x4_t) {
    let (first, second) = state.split_at_mut(4);
    // SAFETY: each half has four writable words.
    unsafe {
        vst1q_u32(first.as_mut_ptr(), low);
        vst1q_u32(second.as_mut_ptr(), high);
    }
}
