//! x86 SHA instructions. One chain is bound by the latency of `sha256rnds2` (4 cycles on the state, 32 in a row = 128),
//! so everything else is kept off that path; several chains in one loop are bound by the throughput of the unit.
use super::constants::{CHAIN_BITS, INITIAL, PAD_ONE, ROUND, State};
use core::arch::{asm, x86_64::*};

const fn vector(words: [u32; 4]) -> __m128i {
    // SAFETY: both types are 16 bytes without invalid bit patterns.
    unsafe { core::mem::transmute(words) }
}

const fn words(vector: __m128i) -> [u32; 4] {
    // SAFETY: as above.
    unsafe { core::mem::transmute(vector) }
}

const fn constants(quad: usize) -> __m128i {
    vector([
        ROUND[4 * quad],
        ROUND[4 * quad + 1],
        ROUND[4 * quad + 2],
        ROUND[4 * quad + 3],
    ])
}

const H: State = INITIAL;

/// State registers as the instructions want them: ABEF and CDGH, highest lane first.
const ABEF: __m128i = vector([H[5], H[4], H[1], H[0]]);
const CDGH: __m128i = vector([H[7], H[6], H[3], H[2]]);

/// The first two message words of a step are the last state plus H0 and H1. Adding H and the round constants there would
/// lengthen the critical path, so both are folded into g and h, which are consumed in these two rounds. g takes part in
/// round 0 through Ch(e, f, g); h corrects for that.
const G_FOLDED: u32 = H[6].wrapping_add(ROUND[1]).wrapping_add(H[1]);
const H_FOLDED: u32 = H[7]
    .wrapping_add(choice(H[4], H[5], H[6]))
    .wrapping_sub(choice(H[4], H[5], G_FOLDED))
    .wrapping_add(ROUND[0])
    .wrapping_add(H[0]);
const CDGH_FOLDED: __m128i = vector([H_FOLDED, G_FOLDED, H[3], H[2]]);

const fn choice(e: u32, f: u32, g: u32) -> u32 {
    (e & f) ^ (!e & g)
}

/// Words 8 to 15 of a 32-byte message never change; with their round constants they need no work at all.
const PADDING: [__m128i; 2] = [vector([PAD_ONE, 0, 0, 0]), vector([0, 0, 0, CHAIN_BITS])];
const PADDING_WITH_CONSTANTS: [__m128i; 2] = [
    vector([PAD_ONE.wrapping_add(ROUND[8]), ROUND[9], ROUND[10], ROUND[11]]),
    vector([ROUND[12], ROUND[13], ROUND[14], CHAIN_BITS.wrapping_add(ROUND[15])]),
];

/// Two rounds on each lane; `$words` holds message words plus constants in its low half.
macro_rules! two_rounds {
    ($lanes:ident, $new:ident, $old:ident, $words:expr) => {
        for l in 0..$lanes {
            $new[l] = _mm_sha256rnds2_epu32($new[l], $old[l], $words(l));
        }
    };
}

macro_rules! four_rounds {
    ($lanes:ident, $abef:ident, $cdgh:ident, $words:expr) => {{
        let mut quad = [ABEF; $lanes];
        for l in 0..$lanes {
            quad[l] = $words(l);
        }
        two_rounds!($lanes, $cdgh, $abef, |l: usize| quad[l]);
        two_rounds!($lanes, $abef, $cdgh, |l: usize| _mm_shuffle_epi32::<0x0E>(quad[l]));
    }};
}

/// Fixes the order of the instruction stream without adding one: left alone, the compiler hoists the whole schedule above
/// the rounds, where it takes ports from the critical path (148 instead of 131 cycles per step).
macro_rules! pin {
    ($lanes:ident, $rounds:ident, $message:ident) => {
        if $lanes == 1 {
            // SAFETY: empty; it only claims to read and write the two registers.
            unsafe { asm!("/* {} {} */", inout(xmm_reg) $rounds[0], inout(xmm_reg) $message[0], options(nomem, nostack, preserves_flags)) }
        }
    };
}

/// The next four message words. Word 3 needs `$d`'s word 0, which is added after msg2 instead of before it: one cycle less
/// on the recurrence, which otherwise runs at exactly the pace of the rounds and delays them whenever a port is taken.
macro_rules! schedule_four {
    ($lanes:ident, $a:ident, $b:ident, $c:ident, $d:ident) => {
        for l in 0..$lanes {
            let early = _mm_add_epi32(_mm_sha256msg1_epu32($a[l], $b[l]), _mm_srli_si128::<4>($c[l]));
            $a[l] = _mm_add_epi32(_mm_sha256msg2_epu32(early, $d[l]), _mm_slli_si128::<12>($d[l]));
        }
    };
}

macro_rules! rounds_16_to_63 {
    ($lanes:ident, $abef:ident, $cdgh:ident, $w0:ident, $w1:ident, $w2:ident, $w3:ident) => {
        rounds_16_to_63!(@group $lanes, $abef, $cdgh, 4, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@group $lanes, $abef, $cdgh, 8, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@group $lanes, $abef, $cdgh, 12, $w0, $w1, $w2, $w3);
    };
    (@group $lanes:ident, $abef:ident, $cdgh:ident, $quad:literal, $w0:ident, $w1:ident, $w2:ident, $w3:ident) => {
        rounds_16_to_63!(@quad $lanes, $abef, $cdgh, $quad, $w0, $w1, $w2, $w3);
        rounds_16_to_63!(@quad $lanes, $abef, $cdgh, $quad + 1, $w1, $w2, $w3, $w0);
        rounds_16_to_63!(@quad $lanes, $abef, $cdgh, $quad + 2, $w2, $w3, $w0, $w1);
        rounds_16_to_63!(@quad $lanes, $abef, $cdgh, $quad + 3, $w3, $w0, $w1, $w2);
    };
    (@quad $lanes:ident, $abef:ident, $cdgh:ident, $quad:expr, $a:ident, $b:ident, $c:ident, $d:ident) => {
        pin!($lanes, $abef, $a);
        schedule_four!($lanes, $a, $b, $c, $d);
        four_rounds!($lanes, $abef, $cdgh, |l: usize| _mm_add_epi32($a[l], constants($quad)));
    };
}

/// Each state becomes SHA-256 of itself, `steps` times; the chains run interleaved in registers.
///
/// # Safety
/// The CPU has SHA, SSE4.1 and SSSE3.
#[target_feature(enable = "sha,sse4.1,ssse3")]
pub fn chain<const L: usize>(states: &mut [State; L], steps: u32) {
    let mut message_low = states.map(|s| vector([s[0], s[1], s[2], s[3]]));
    let mut message_high = states.map(|s| vector([s[4], s[5], s[6], s[7]]));
    let mut first_words = message_low;
    for words in &mut first_words {
        *words = _mm_sub_epi32(*words, vector([H[0], H[1], 0, 0]));
    }
    for _ in 0..steps {
        let (mut abef, mut cdgh) = ([ABEF; L], [CDGH_FOLDED; L]);
        let (mut w0, mut w1, mut w2, mut w3) = (message_low, message_high, [PADDING[0]; L], [PADDING[1]; L]);
        two_rounds!(L, cdgh, abef, |l: usize| first_words[l]);
        two_rounds!(L, abef, cdgh, |l: usize| _mm_shuffle_epi32::<0x0E>(_mm_add_epi32(
            w0[l],
            constants(0)
        )));
        four_rounds!(L, abef, cdgh, |l: usize| _mm_add_epi32(w1[l], constants(1)));
        four_rounds!(L, abef, cdgh, |_| PADDING_WITH_CONSTANTS[0]);
        four_rounds!(L, abef, cdgh, |_| PADDING_WITH_CONSTANTS[1]);
        rounds_16_to_63!(L, abef, cdgh, w0, w1, w2, w3);
        for l in 0..L {
            first_words[l] = _mm_shuffle_epi32::<0x1B>(abef[l]);
            let high = _mm_castsi128_ps(_mm_add_epi32(abef[l], ABEF));
            let low = _mm_castsi128_ps(_mm_add_epi32(cdgh[l], CDGH));
            message_low[l] = _mm_castps_si128(_mm_shuffle_ps::<0b10_11_10_11>(high, low));
            message_high[l] = _mm_castps_si128(_mm_shuffle_ps::<0b00_01_00_01>(high, low));
        }
    }
    for l in 0..L {
        let ([a, b, c, d], [e, f, g, h]) = (words(message_low[l]), words(message_high[l]));
        states[l] = [a, b, c, d, e, f, g, h];
    }
}

/// Absorbs whole 64-byte blocks.
///
/// # Safety
/// The CPU has SHA, SSE4.1 and SSSE3.
#[target_feature(enable = "sha,sse4.1,ssse3")]
pub fn compress(state: &mut State, blocks: &[u8]) {
    let [a, b, c, d, e, f, g, h] = *state;
    let (mut abef, mut cdgh) = ([vector([f, e, b, a])], [vector([h, g, d, c])]);
    for block in blocks.chunks_exact(64) {
        compress_block(&mut abef, &mut cdgh, block);
    }
    let ([f, e, b, a], [h, g, d, c]) = (words(abef[0]), words(cdgh[0]));
    *state = [a, b, c, d, e, f, g, h];
}

#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3")]
fn compress_block(abef: &mut [__m128i; 1], cdgh: &mut [__m128i; 1], block: &[u8]) {
    const L: usize = 1;
    let (before_abef, before_cdgh) = (abef[0], cdgh[0]);
    let mut w0 = [load_words(block, 0)];
    let mut w1 = [load_words(block, 16)];
    let mut w2 = [load_words(block, 32)];
    let mut w3 = [load_words(block, 48)];
    four_rounds!(L, abef, cdgh, |l: usize| _mm_add_epi32(w0[l], constants(0)));
    four_rounds!(L, abef, cdgh, |l: usize| _mm_add_epi32(w1[l], constants(1)));
    four_rounds!(L, abef, cdgh, |l: usize| _mm_add_epi32(w2[l], constants(2)));
    four_rounds!(L, abef, cdgh, |l: usize| _mm_add_epi32(w3[l], constants(3)));
    rounds_16_to_63!(L, abef, cdgh, w0, w1, w2, w3);
    abef[0] = _mm_add_epi32(abef[0], before_abef);
    cdgh[0] = _mm_add_epi32(cdgh[0], before_cdgh);
}

#[inline]
#[target_feature(enable = "sha,sse4.1,ssse3")]
fn load_words(block: &[u8], offset: usize) -> __m128i {
    let bytes: [u8; 16] = std::array::from_fn(|i| block[offset + i]);
    // SAFETY: `bytes` is 16 readable bytes; the load has no alignment requirement.
    let raw = unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) };
    _mm_shuffle_epi8(raw, vector([0x0001_0203, 0x0405_0607, 0x0809_0a0b, 0x0c0d_0e0f]))
}
