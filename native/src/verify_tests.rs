use super::*;
use crate::kernel::{Preference, available_lanes, kernel};

fn segments(kernel: &Kernel, steps: &[u32]) -> Vec<Segment> {
    let make = |(index, steps): (usize, &u32)| {
        let state = [index as u32 + 1; 8];
        let mut end = [state];
        kernel.single()(&mut end, *steps);
        let remaining = *steps;
        Segment {
            chain: Chain { state, remaining },
            end: end[0],
        }
    };
    steps.iter().enumerate().map(make).collect()
}

fn check(kernel: &Kernel, pace: Pace, threads: usize, work: Vec<Segment>) -> Option<Vec<u8>> {
    verify(&Plan { kernel, pace, threads }, work, &AtomicBool::new(false))
}

#[test]
fn every_lane_and_thread_count_gives_the_same_verdicts() {
    let kernel = kernel(Preference::Fastest);
    let steps: Vec<u32> = (1..=40).map(|i| i * 37 % 501 + 1).collect();
    for lanes in available_lanes(kernel) {
        for threads in [1, 2, 5] {
            for count in [0, 1, 3, 16, 17, 40] {
                let mut work = segments(kernel, &steps[..count]);
                work.iter_mut()
                    .skip(1)
                    .step_by(3)
                    .for_each(|segment| segment.end[7] ^= 1);
                let want: Vec<u8> = (0..count).map(|index| u8::from(index % 3 != 1)).collect();
                let got = check(kernel, Pace::of(kernel).only(lanes), threads, work);
                assert_eq!(got, Some(want), "{lanes} lanes, {threads} threads, {count} segments");
            }
        }
    }
}

#[test]
fn chains_arrive_where_one_kernel_alone_brings_them() {
    let kernel = kernel(Preference::Fastest);
    let work = segments(kernel, &[5, 1, 700, 64]);
    let ends: Vec<State> = work.iter().map(|segment| segment.end).collect();
    let plan = Plan {
        kernel,
        pace: Pace::of(kernel).clone(),
        threads: 2,
    };
    let chains = work.into_iter().map(|segment| segment.chain).collect();
    assert_eq!(advance(&plan, chains, &AtomicBool::new(false)), Some(ends));
}

#[test]
fn the_measured_choice_agrees_too() {
    for preference in [Preference::Fastest, Preference::Portable] {
        let kernel = kernel(preference);
        let pace = Pace {
            per_call: Pace::of(kernel).per_call.clone(),
        };
        let work = segments(kernel, &[1, 70_000, 3, 70_001, 5, 6, 7, 8, 9]);
        assert_eq!(check(kernel, pace, 2, work), Some(vec![1; 9]));
    }
}

#[test]
fn a_cancelled_run_has_no_result() {
    let kernel = kernel(Preference::Fastest);
    let plan = Plan {
        kernel,
        pace: Pace::of(kernel).only(1),
        threads: 2,
    };
    let endless = || Chain {
        state: [1; 8],
        remaining: u32::MAX,
    };
    let work = vec![endless(), endless()];
    assert_eq!(advance(&plan, work, &AtomicBool::new(true)), None);
}
