//! Plain Rust, for CPUs without SHA instructions. `L` lanes in arrays, so that the compiler may vectorise them.
use super::constants::{CHAIN_BITS, INITIAL, PAD_ONE, ROUND, State};

type Words<const L: usize> = [u32; L];

/// Each state becomes SHA-256 of itself, `steps` times.
pub fn chain<const L: usize>(states: &mut [State; L], steps: u32) {
    let mut message: [Words<L>; 8] = std::array::from_fn(|i| std::array::from_fn(|l| states[l][i]));
    for _ in 0..steps {
        let mut block = [[0; L]; 16];
        block[..8].copy_from_slice(&message);
        block[8] = [PAD_ONE; L];
        block[15] = [CHAIN_BITS; L];
        message = compress_words(INITIAL.map(|word| [word; L]), block);
    }
    *states = std::array::from_fn(|l| std::array::from_fn(|i| message[i][l]));
}

/// Absorbs whole 64-byte blocks.
pub fn compress(state: &mut State, blocks: &[u8]) {
    for block in blocks.chunks_exact(64) {
        let words = std::array::from_fn(|i| [u32::from_be_bytes(std::array::from_fn(|j| block[4 * i + j]))]);
        *state = compress_words(state.map(|word| [word]), words).map(|[word]| word);
    }
}

#[inline(always)]
fn compress_words<const L: usize>(initial: [Words<L>; 8], mut w: [Words<L>; 16]) -> [Words<L>; 8] {
    let mut s = initial;
    for group in (0..64).step_by(16) {
        for i in 0..16 {
            if group > 0 {
                w[i] = lanes(|l| schedule(w[i][l], w[(i + 1) & 15][l], w[(i + 9) & 15][l], w[(i + 14) & 15][l]));
            }
            let (t1, t2) = round(&s, &w[i], ROUND[group + i]);
            let [a, b, c, d, e, f, g, _] = s;
            s = [add(t1, t2), a, b, c, add(d, t1), e, f, g];
        }
    }
    std::array::from_fn(|i| add(s[i], initial[i]))
}

#[inline(always)]
fn round<const L: usize>(s: &[Words<L>; 8], w: &Words<L>, constant: u32) -> (Words<L>, Words<L>) {
    let [a, b, c, _, e, f, g, h] = s;
    let t1 = lanes(|l| {
        let sigma = e[l].rotate_right(6) ^ e[l].rotate_right(11) ^ e[l].rotate_right(25);
        let choice = g[l] ^ (e[l] & (f[l] ^ g[l]));
        h[l].wrapping_add(w[l].wrapping_add(constant))
            .wrapping_add(sigma)
            .wrapping_add(choice)
    });
    let t2 = lanes(|l| {
        let sigma = a[l].rotate_right(2) ^ a[l].rotate_right(13) ^ a[l].rotate_right(22);
        sigma.wrapping_add((a[l] & b[l]) ^ (c[l] & (a[l] ^ b[l])))
    });
    (t1, t2)
}

#[inline(always)]
fn schedule(w16: u32, w15: u32, w7: u32, w2: u32) -> u32 {
    let s0 = w15.rotate_right(7) ^ w15.rotate_right(18) ^ (w15 >> 3);
    let s1 = w2.rotate_right(17) ^ w2.rotate_right(19) ^ (w2 >> 10);
    w16.wrapping_add(s0).wrapping_add(w7).wrapping_add(s1)
}

#[inline(always)]
fn add<const L: usize>(x: Words<L>, y: Words<L>) -> Words<L> {
    lanes(|l| x[l].wrapping_add(y[l]))
}

#[inline(always)]
fn lanes<const L: usize>(word: impl Fn(usize) -> u32) -> Words<L> {
    std::array::from_fn(word)
}
