//! Every kernel against an independent implementation.
use super::{Kernel, Preference, State, available_lanes, bytes_from_state, kernel, state_from_bytes};
use sha2::{Digest, Sha256};

fn expected(seed: &State, steps: u32) -> State {
    let mut value = bytes_from_state(seed);
    for _ in 0..steps {
        value = Sha256::digest(value).into();
    }
    state_from_bytes(&value)
}

fn seeds(count: usize) -> Vec<State> {
    (0..count)
        .map(|i| state_from_bytes(&Sha256::digest([i as u8; 3]).into()))
        .collect()
}

#[test]
fn every_kernel_and_lane_count_agrees_with_the_reference() {
    for preference in [Preference::Fastest, Preference::Portable] {
        let kernel = kernel(preference);
        for lanes in available_lanes(kernel) {
            let chains = kernel.chains_for(lanes).expect("listed");
            for steps in [0, 1, 2, 3, 17, 300] {
                let mut states = seeds(lanes);
                chains(&mut states, steps);
                let want: Vec<State> = seeds(lanes).iter().map(|seed| expected(seed, steps)).collect();
                assert_eq!(states, want, "{} with {lanes} lanes, {steps} steps", kernel.name);
            }
        }
    }
}

#[test]
fn compress_absorbs_blocks_like_the_reference() {
    for preference in [Preference::Fastest, Preference::Portable] {
        let kernel = kernel(preference);
        let mut state = super::constants::INITIAL;
        let mut message = vec![0u8; 192];
        message
            .iter_mut()
            .enumerate()
            .take(129)
            .for_each(|(i, byte)| *byte = i as u8);
        message[129] = 0x80;
        message[184..].copy_from_slice(&(129u64 * 8).to_be_bytes());
        (kernel.compress)(&mut state, &message);
        let want: [u8; 32] = Sha256::digest(&message[..129]).into();
        assert_eq!(bytes_from_state(&state), want, "{}", kernel.name);
    }
}

#[test]
fn the_self_test_passes_here_and_notices_a_wrong_kernel() {
    assert!(kernel(Preference::Fastest).is_sound());
    let mut wrong = Kernel {
        chains: vec![(1, |states, _| states[0][0] ^= 1)],
        ..*kernel(Preference::Portable)
    };
    assert!(!wrong.is_sound());
    wrong.chains.clear();
    wrong.compress = |_, _| ();
    assert!(!wrong.is_sound());
}

#[test]
fn lanes_begin_with_one_and_ascend() {
    for preference in [Preference::Fastest, Preference::Portable] {
        let lanes = available_lanes(kernel(preference));
        assert!(lanes.starts_with(&[1, 2, 4]) && lanes.is_sorted(), "{lanes:?}");
    }
}

/// `cargo test --release -- --ignored --nocapture rates` prints cycles per kernel; not an assertion.
#[test]
#[ignore = "prints a measurement"]
fn rates() {
    for preference in [Preference::Fastest, Preference::Portable] {
        let kernel = kernel(preference);
        for (lanes, chains) in &kernel.chains {
            let mut states = seeds(*lanes);
            let mut best = f64::MAX;
            for _ in 0..20 {
                let begin = std::time::Instant::now();
                chains(&mut states, 20_000);
                best = best.min(begin.elapsed().as_secs_f64());
            }
            let rate = 20_000.0 * *lanes as f64 / best / 1e6;
            println!("{} × {lanes}: {rate:.2} million steps/s", kernel.name);
        }
    }
}
