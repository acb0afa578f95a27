//! Advances and checks many chains at once: lanes inside a core, threads across cores. Spec protocol 13.1.
use crate::kernel::{Kernel, State};
use crate::pace::Pace;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Time between two looks at the cancel flag.
const CHUNK_NANOSECONDS: f64 = 1_500_000.0;

pub struct Chain {
    pub state: State,
    pub remaining: u32,
}

pub struct Segment {
    pub chain: Chain,
    pub end: State,
}

/// A chain and its place in the answer.
struct Active {
    index: usize,
    chain: Chain,
}

pub struct Plan<'a> {
    pub kernel: &'a Kernel,
    pub pace: Pace,
    pub threads: usize,
}

/// Whether each segment arrives at its end; nothing when `cancel` was set.
pub fn verify(plan: &Plan, segments: Vec<Segment>, cancel: &AtomicBool) -> Option<Vec<u8>> {
    let (chains, ends): (Vec<_>, Vec<_>) = segments.into_iter().map(|each| (each.chain, each.end)).unzip();
    let states = advance(plan, chains, cancel)?;
    Some(
        states
            .iter()
            .zip(&ends)
            .map(|(state, end)| u8::from(state == end))
            .collect(),
    )
}

/// Where each chain arrives; nothing when `cancel` was set.
pub fn advance(plan: &Plan, chains: Vec<Chain>, cancel: &AtomicBool) -> Option<Vec<State>> {
    let count = chains.len();
    let threads = plan.threads.clamp(1, count.max(1));
    let mut queue: Vec<_> = chains
        .into_iter()
        .enumerate()
        .map(|(index, chain)| Active { index, chain })
        .collect();
    // Taken from the end: the longest first, so that no thread begins a long one when the others are done.
    queue.sort_by_key(|active| active.chain.remaining);
    let work = Work {
        queue: Mutex::new(queue),
        arrived: Mutex::new(vec![[0; 8]; count]),
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
    let arrived = work
        .arrived
        .into_inner()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    (!cancel.load(Ordering::Relaxed)).then_some(arrived)
}

struct Work {
    queue: Mutex<Vec<Active>>,
    arrived: Mutex<Vec<State>>,
    threads: usize,
    count: usize,
}

impl Work {
    fn run(&self, plan: &Plan, cancel: &AtomicBool) {
        let widest = plan.pace.best();
        let mut active = self.take(widest.min(self.count.div_ceil(self.threads)), false);
        while !active.is_empty() && !cancel.load(Ordering::Relaxed) {
            step_together(plan, &mut active);
            let finished = active
                .extract_if(.., |each| each.chain.remaining == 0)
                .collect::<Vec<_>>();
            if !finished.is_empty() {
                self.report(&finished);
                active.extend(self.take(widest - active.len(), true));
            }
        }
    }

    /// Up to `most` chains; near the end no more than a fair share, so that all cores finish together.
    fn take(&self, most: usize, fair: bool) -> Vec<Active> {
        let mut queue = self.queue.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let share = if fair {
            queue.len().div_ceil(self.threads)
        } else {
            queue.len()
        };
        let from = queue.len() - most.min(share);
        queue.split_off(from)
    }

    fn report(&self, finished: &[Active]) {
        let mut arrived = self.arrived.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        for each in finished {
            arrived[each.index] = each.chain.state;
        }
    }
}

/// Moves every active chain by the same number of steps.
fn step_together(plan: &Plan, active: &mut [Active]) {
    let (lanes, cost) = plan.pace.cheapest(active.len(), usize::MAX);
    let shortest = active.iter().map(|each| each.chain.remaining).min().unwrap_or(0);
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
            .for_each(|(state, each)| *state = each.chain.state);
        run(&mut states, chunk);
        for (each, state) in group.iter_mut().zip(states) {
            each.chain.state = state;
            each.chain.remaining -= chunk;
        }
    }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
