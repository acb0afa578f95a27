use super::constants::{INITIAL, State};
use super::portable;
use std::sync::OnceLock;

/// Hashes each of the given states onto itself; the slice length is the kernel's number of lanes.
pub type Chains = fn(&mut [State], u32);

/// What this process hashes with. Only built after the features it needs were detected.
pub struct Kernel {
    /// Stable name, shown to people and programs.
    pub name: &'static str,
    /// One entry per supported number of lanes, ascending, beginning with 1.
    pub chains: Vec<(usize, Chains)>,
    pub compress: fn(&mut State, &[u8]),
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    Fastest,
    /// No CPU-specific code at all.
    Portable,
}

/// Of x86, and of ARMv8 too.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
const SHA_INSTRUCTIONS: &str = "native-shani";

static FASTEST: OnceLock<Kernel> = OnceLock::new();
static PORTABLE: OnceLock<Kernel> = OnceLock::new();

pub fn kernel(preference: Preference) -> &'static Kernel {
    match preference {
        Preference::Fastest => FASTEST.get_or_init(detect),
        Preference::Portable => PORTABLE.get_or_init(portable_kernel),
    }
}

impl Kernel {
    /// `lanes` must be one of [`available_lanes`].
    pub fn chains_for(&self, lanes: usize) -> Option<Chains> {
        self.chains
            .iter()
            .find(|(count, _)| *count == lanes)
            .map(|(_, chains)| *chains)
    }

    /// Whether every kernel computes on this CPU what plain code computes; a clock that does not must never run.
    pub fn is_sound(&self) -> bool {
        const STEPS: u32 = 3;
        let mut want = [INITIAL];
        portable::chain(&mut want, STEPS);
        let mut state = INITIAL;
        let mut plain = INITIAL;
        (self.compress)(&mut state, &[0x5a; 128]);
        portable::compress(&mut plain, &[0x5a; 128]);
        let chains_agree = self.chains.iter().all(|(lanes, chains)| {
            let mut states = vec![INITIAL; *lanes];
            chains(&mut states, STEPS);
            states.iter().all(|state| *state == want[0])
        });
        chains_agree && state == plain
    }

    pub fn single(&self) -> Chains {
        self.chains[0].1
    }
}

pub fn available_lanes(kernel: &Kernel) -> Vec<usize> {
    kernel.chains.iter().map(|(count, _)| *count).collect()
}

fn portable_kernel() -> Kernel {
    Kernel {
        name: "native-portable",
        chains: vec![
            (1, |states, steps| portable::chain(exactly::<1>(states), steps)),
            (2, |states, steps| portable::chain(exactly::<2>(states), steps)),
            (4, |states, steps| portable::chain(exactly::<4>(states), steps)),
        ],
        compress: portable::compress,
    }
}

fn exactly<const L: usize>(states: &mut [State]) -> &mut [State; L] {
    states
        .try_into()
        .expect("the caller passes as many states as the kernel has lanes")
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn detect() -> Kernel {
    portable_kernel()
}

#[cfg(target_arch = "aarch64")]
fn detect() -> Kernel {
    use super::armv8;
    if !std::arch::is_aarch64_feature_detected!("sha2") {
        return portable_kernel();
    }
    // SAFETY, here and below: the feature was detected just above.
    Kernel {
        name: SHA_INSTRUCTIONS,
        chains: vec![
            (1, |states, steps| unsafe { armv8::chain(exactly::<1>(states), steps) }),
            (2, |states, steps| unsafe { armv8::chain(exactly::<2>(states), steps) }),
            (4, |states, steps| unsafe { armv8::chain(exactly::<4>(states), steps) }),
        ],
        compress: |state, blocks| unsafe { armv8::compress(state, blocks) },
    }
}

#[cfg(target_arch = "x86_64")]
fn detect() -> Kernel {
    use super::{shani, wide};
    let mut kernel = portable_kernel();
    let has_sha =
        is_x86_feature_detected!("sha") && is_x86_feature_detected!("sse4.1") && is_x86_feature_detected!("ssse3");
    if has_sha {
        // SAFETY, here and below: the feature was detected just above.
        kernel = Kernel {
            name: SHA_INSTRUCTIONS,
            chains: vec![
                (1, |states, steps| unsafe { shani::chain(exactly::<1>(states), steps) }),
                (2, |states, steps| unsafe { shani::chain(exactly::<2>(states), steps) }),
                (4, |states, steps| unsafe { shani::chain(exactly::<4>(states), steps) }),
            ],
            compress: |state, blocks| unsafe { shani::compress(state, blocks) },
        };
    }
    if is_x86_feature_detected!("avx2") {
        kernel.chains.push((8, |states, steps| unsafe {
            wide::avx2::chain(exactly::<8>(states), steps)
        }));
    }
    if is_x86_feature_detected!("avx512f") {
        kernel.chains.push((16, |states, steps| unsafe {
            wide::avx512::chain(exactly::<16>(states), steps)
        }));
    }
    kernel
}
