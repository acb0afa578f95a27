//! One chain, cut into chunks so that a cancel is seen in time: spec protocol 3.1, 3.3, 13.1.
use crate::kernel::{Kernel, State};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// About 0.3 ms with SHA instructions and 2 ms without: well inside the 5 ms that a cancel may take, and still
/// thousands of steps per check.
const CHUNK_STEPS: u32 = 8192;

pub struct Grind {
    pub seed: State,
    pub steps: u32,
    /// Number of segments; the values between them are kept.
    pub segments: u32,
    /// How often progress is reported; none for never.
    pub report_every: Option<Duration>,
}

/// Sees what happens while the clock runs; called on the clock's thread.
pub trait Observer {
    fn progress(&mut self, steps_done: u32);
    fn checkpoint(&mut self, index: u32, value: &State);
}

/// `b_i = floor(d·i/k)`.
pub fn boundary(steps: u32, segments: u32, index: u32) -> u32 {
    let exact = u64::from(steps) * u64::from(index) / u64::from(segments);
    u32::try_from(exact).expect("index ≤ segments keeps the boundary within steps")
}

/// Runs to the end and returns the final value, or nothing when `cancel` was set.
pub fn grind(kernel: &Kernel, job: &Grind, cancel: &AtomicBool, observer: &mut impl Observer) -> Option<State> {
    let mut state = [job.seed];
    let mut done = 0;
    let mut last_report = Instant::now();
    for index in 1..=job.segments {
        let end = boundary(job.steps, job.segments, index);
        while done < end {
            if cancel.load(Ordering::Relaxed) {
                return None;
            }
            let chunk = CHUNK_STEPS.min(end - done);
            kernel.single()(&mut state, chunk);
            done += chunk;
            if job.report_every.is_some_and(|every| last_report.elapsed() >= every) {
                last_report = Instant::now();
                observer.progress(done);
            }
        }
        if index < job.segments {
            observer.checkpoint(index, &state[0]);
        }
    }
    Some(state[0])
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
