//! How fast one chain could be at best: its rounds wait for each other, two per `sha256rnds2`.

#[cfg(not(target_arch = "x86_64"))]
pub fn dependent_rounds_ns(_repeats: u32) -> Option<f64> {
    None
}

#[cfg(target_arch = "x86_64")]
pub fn dependent_rounds_ns(repeats: u32) -> Option<f64> {
    if !is_x86_feature_detected!("sha") || !is_x86_feature_detected!("sse4.1") {
        return None;
    }
    let begin = std::time::Instant::now();
    // SAFETY: the features were detected.
    std::hint::black_box(unsafe { dependent_rounds(repeats) });
    Some(begin.elapsed().as_nanos() as f64 / f64::from(repeats))
}

/// Nothing but the 32 instructions of a step, with constant message words.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sha,sse4.1")]
fn dependent_rounds(repeats: u32) -> core::arch::x86_64::__m128i {
    use core::arch::x86_64::*;
    let words = _mm_set1_epi32(0x5a82_7999);
    let (mut abef, mut cdgh) = (words, words);
    for _ in 0..repeats {
        for _ in 0..16 {
            cdgh = _mm_sha256rnds2_epu32(cdgh, abef, words);
            abef = _mm_sha256rnds2_epu32(abef, cdgh, words);
        }
    }
    _mm_add_epi32(abef, cdgh)
}
