//! One chain per 32-bit element of a vector register: no SHA instructions, but 8 (AVX2) or 16 (AVX-512) chains at once.
//! Where the SHA unit gains nothing from interleaving, this is what makes verification cheaper than proving.
use super::constants::{CHAIN_BITS, INITIAL, PAD_ONE, ROUND, State};

/// `wide_kernel!(features, vector type, lanes)` expects `add`, `splat`, `rotate::<N>`, `shift::<N>`, `xor3`, `choice` and
/// `majority` in scope. All rounds are unrolled, so that the working words are renamed instead of moved.
macro_rules! wide_kernel {
    ($features:literal, $vector:ty, $lanes:literal) => {
        /// Each state becomes SHA-256 of itself, `steps` times.
        ///
        /// # Safety
        /// The CPU has the features named in the attribute.
        #[target_feature(enable = $features)]
        pub fn chain(states: &mut [State; $lanes], steps: u32) {
            let mut message: [$vector; 8] = std::array::from_fn(|i| gather(states, i));
            for _ in 0..steps {
                message = step(message);
            }
            for (i, vector) in message.into_iter().enumerate() {
                scatter(states, i, vector);
            }
        }

        fn gather(states: &[State; $lanes], word: usize) -> $vector {
            let words: [u32; $lanes] = std::array::from_fn(|l| states[l][word]);
            // SAFETY: both types have the same size and no invalid bit patterns.
            unsafe { core::mem::transmute(words) }
        }

        fn scatter(states: &mut [State; $lanes], word: usize, vector: $vector) {
            // SAFETY: as above.
            let words: [u32; $lanes] = unsafe { core::mem::transmute(vector) };
            for (state, value) in states.iter_mut().zip(words) {
                state[word] = value;
            }
        }

        #[inline]
        #[target_feature(enable = $features)]
        fn step(message: [$vector; 8]) -> [$vector; 8] {
            let mut w = [splat(0); 16];
            w[..8].copy_from_slice(&message);
            w[8] = splat(PAD_ONE);
            w[15] = splat(CHAIN_BITS);
            let mut s: [$vector; 8] = [
                splat(INITIAL[0]), splat(INITIAL[1]), splat(INITIAL[2]), splat(INITIAL[3]),
                splat(INITIAL[4]), splat(INITIAL[5]), splat(INITIAL[6]), splat(INITIAL[7]),
            ];
            macro_rules! round {
                ($i:expr) => {{
                    let [a, b, c, d, e, f, g, h] = s;
                    let sigma1 = xor3(rotate::<6>(e), rotate::<11>(e), rotate::<25>(e));
                    let sigma0 = xor3(rotate::<2>(a), rotate::<13>(a), rotate::<22>(a));
                    let input = add(h, add(w[$i & 15], splat(ROUND[$i])));
                    let t1 = add(input, add(sigma1, choice(e, f, g)));
                    s = [add(t1, add(sigma0, majority(a, b, c))), a, b, c, add(d, t1), e, f, g];
                }};
            }
            macro_rules! scheduled_round {
                ($i:expr) => {{
                    let (w15, w2) = (w[($i + 1) & 15], w[($i + 14) & 15]);
                    let sigma0 = xor3(rotate::<7>(w15), rotate::<18>(w15), shift::<3>(w15));
                    let sigma1 = xor3(rotate::<17>(w2), rotate::<19>(w2), shift::<10>(w2));
                    w[$i & 15] = add(add(w[$i & 15], w[($i + 9) & 15]), add(sigma0, sigma1));
                    round!($i);
                }};
            }
            sixteen!(round, 0);
            sixteen!(scheduled_round, 16);
            sixteen!(scheduled_round, 32);
            sixteen!(scheduled_round, 48);
            [
                add(s[0], splat(INITIAL[0])), add(s[1], splat(INITIAL[1])),
                add(s[2], splat(INITIAL[2])), add(s[3], splat(INITIAL[3])),
                add(s[4], splat(INITIAL[4])), add(s[5], splat(INITIAL[5])),
                add(s[6], splat(INITIAL[6])), add(s[7], splat(INITIAL[7])),
            ]
        }
    };
}

macro_rules! sixteen {
    ($round:ident, $from:literal) => {
        sixteen!(@each $round, $from, 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
    };
    (@each $round:ident, $from:literal, $($i:literal)*) => {
        $( $round!($from + $i); )*
    };
}

/// 16 chains; rotations and three-way logic are single instructions here.
pub mod avx512 {
    use super::*;
    use core::arch::x86_64::*;

    wide_kernel!("avx512f", __m512i, 16);

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn splat(word: u32) -> __m512i {
        _mm512_set1_epi32(word.cast_signed())
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn add(x: __m512i, y: __m512i) -> __m512i {
        _mm512_add_epi32(x, y)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn rotate<const N: i32>(x: __m512i) -> __m512i {
        _mm512_ror_epi32::<N>(x)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn shift<const N: u32>(x: __m512i) -> __m512i {
        _mm512_srli_epi32::<N>(x)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn xor3(x: __m512i, y: __m512i, z: __m512i) -> __m512i {
        _mm512_ternarylogic_epi32::<0x96>(x, y, z)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn choice(e: __m512i, f: __m512i, g: __m512i) -> __m512i {
        _mm512_ternarylogic_epi32::<0xCA>(e, f, g)
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn majority(a: __m512i, b: __m512i, c: __m512i) -> __m512i {
        _mm512_ternarylogic_epi32::<0xE8>(a, b, c)
    }
}

/// 8 chains, for CPUs without AVX-512.
pub mod avx2 {
    use super::*;
    use core::arch::x86_64::*;

    wide_kernel!("avx2", __m256i, 8);

    #[inline]
    #[target_feature(enable = "avx2")]
    fn splat(word: u32) -> __m256i {
        _mm256_set1_epi32(word.cast_signed())
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn add(x: __m256i, y: __m256i) -> __m256i {
        _mm256_add_epi32(x, y)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn rotate<const N: u32>(x: __m256i) -> __m256i {
        let (right, left) = (
            _mm_cvtsi32_si128(N.cast_signed()),
            _mm_cvtsi32_si128((32 - N).cast_signed()),
        );
        _mm256_or_si256(_mm256_srl_epi32(x, right), _mm256_sll_epi32(x, left))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn shift<const N: i32>(x: __m256i) -> __m256i {
        _mm256_srli_epi32::<N>(x)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn xor3(x: __m256i, y: __m256i, z: __m256i) -> __m256i {
        _mm256_xor_si256(_mm256_xor_si256(x, y), z)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn choice(e: __m256i, f: __m256i, g: __m256i) -> __m256i {
        _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn majority(a: __m256i, b: __m256i, c: __m256i) -> __m256i {
        _mm256_xor_si256(_mm256_and_si256(a, b), _mm256_and_si256(c, _mm256_xor_si256(a, b)))
    }
}
