//! Checks segments of chains: lanes inside a core, threads across cores. Spec protocol 13.1.
use crate::kernel::{Kernel, State};
use crate::pace::Pace;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Time between two looks at the cancel flag.
const CHUNK_NANOSECONDS: f64 = 1_500_000.0;

#[derive(Clone)]
pub struct Segment {
    pub index: usize,
    pub state: State,
    pub end: State,
    pub remaining: u32,
}

pub struct Plan<'a> {
    pub kernel: &'a Kernel,
    pub pace: Pace,
    pub threads: usize,
}

/// Whether each segment arrives at its end, in order of `index`; nothing when `cancel` was set.
pub fn verify(plan: &Plan, mut segments: Vec<Segment>, cancel: &AtomicBool) -> Option<Vec<u8>> {
    let count = segments.len();
    let threads = plan.threads.clamp(1, count.max(1));
    // Taken from the end: the longest first, so that no thread begins a long one when the others are done.
    segments.sort_by_key(|segment| segment.remaining);
    let work = Work {
        queue: Mutex::new(segments),
        verdicts: Mutex::new(vec![0; count]),
        threads,
        count,
    };
    std::thread::scope(|scope| {
        for _ in 1..threads {
            // A refused thread is no fault: the ones that run take its share.
            let _ = std::thread::Builder::new()
                .name("montana-verify".into())
                .spawn_scoped(scope, || work.run(plan, cancel));
        }
        work.run(plan, cancel);
    });
    let verdicts = work
        .verdicts
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    (!cancel.load(Ordering::Relaxed)).then_some(verdicts)
}

struct Work {
    queue: Mutex<Vec<Segment>>,
    verdicts: Mutex<Vec<u8>>,
    threads: usize,
    count: usize,
}

impl Work {
    fn run(&self, plan: &Plan, cancel: &AtomicBool) {
        let widest = plan.pace.best();
        let mut active = self.take(widest.min(self.count.div_ceil(self.threads)), false);
        while !active.is_empty() && !cancel.load(Ordering::Relaxed) {
            advance(plan, &mut active);
            let finished = active
                .extract_if(.., |segment| segment.remaining == 0)
                .collect::<Vec<_>>();
            if !finished.is_empty() {
                self.report(&finished);
                active.extend(self.take(widest - active.len(), true));
            }
        }
    }

    /// Up to `most` segments; near the end no more than a fair share, so that all cores finish together.
    fn take(&self, most: usize, fair: bool) -> Vec<Segment> {
        let mut queue = self.queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let share = if fair {
            queue.len().div_ceil(self.threads)
        } else {
            queue.len()
        };
        let from = queue.len() - most.min(share);
        queue.split_off(from)
    }

    fn report(&self, finished: &[Segment]) {
        let mut verdicts = self.verdicts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for segment in finished {
            verdicts[segment.index] = u8::from(segment.state == segment.end);
        }
    }
}

/// Moves every active chain by the same number of steps.
fn advance(plan: &Plan, active: &mut [Segment]) {
    let (lanes, cost) = plan.pace.cheapest(active.len(), usize::MAX);
    let shortest = active.iter().map(|segment| segment.remaining).min().unwrap_or(0);
    let chunk = ((CHUNK_NANOSECONDS / cost) as u32).max(1).min(shortest);
    let run = plan
        .kernel
        .chains_for(lanes)
        .expect("the pace was measured on this kernel");
    for group in active.chunks_mut(lanes) {
        let mut states = vec![[0; 8]; lanes];
        states
            .iter_mut()
            .zip(&*group)
            .for_each(|(state, segment)| *state = segment.state);
        run(&mut states, chunk);
        for (segment, state) in group.iter_mut().zip(states) {
            segment.state = state;
            segment.remaining -= chunk;
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
