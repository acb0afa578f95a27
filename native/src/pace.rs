//! What each number of lanes costs on this CPU, measured once: on some, interleaving gains nothing.
use crate::kernel::{Kernel, State};
use std::sync::OnceLock;
use std::time::Instant;

/// Long enough to time, short enough that measuring every kernel takes a few milliseconds.
const PROBE_STEPS: u32 = 2048;
const PROBE_REPEATS: usize = 4;

#[derive(Clone)]
/// Nanoseconds for one step of all lanes together, per number of lanes, ascending.
pub struct Pace {
    pub per_call: Vec<(usize, f64)>,
}

static PACES: [OnceLock<Pace>; 2] = [OnceLock::new(), OnceLock::new()];

impl Pace {
    /// The measurement of this process for this kernel; taken by whoever asks first.
    pub fn of(kernel: &Kernel) -> &'static Pace {
        let slot = usize::from(kernel.name == "native-portable");
        PACES[slot].get_or_init(|| Pace {
            per_call: kernel
                .chains
                .iter()
                .map(|(lanes, run)| (*lanes, probe(*lanes, *run)))
                .collect(),
        })
    }

    /// The number of lanes with the most steps per second when enough chains are there.
    pub fn best(&self) -> usize {
        let per_lane = |(lanes, cost): &(usize, f64)| *cost / *lanes as f64;
        let best = self.per_call.iter().min_by(|a, b| per_lane(a).total_cmp(&per_lane(b)));
        best.map_or(1, |(lanes, _)| *lanes)
    }

    /// The cheapest way to advance `active` chains by one step: lanes per call and nanoseconds in all.
    pub fn cheapest(&self, active: usize, widest: usize) -> (usize, f64) {
        let allowed = self.per_call.iter().filter(|(lanes, _)| *lanes <= widest);
        let costs = allowed.map(|(lanes, cost)| (*lanes, active.div_ceil(*lanes) as f64 * cost));
        costs.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((1, f64::MAX))
    }

    pub fn only(&self, lanes: usize) -> Pace {
        Pace {
            per_call: self
                .per_call
                .iter()
                .filter(|(count, _)| *count == lanes)
                .copied()
                .collect(),
        }
    }
}

fn probe(lanes: usize, run: fn(&mut [State], u32)) -> f64 {
    let mut states = vec![[1; 8]; lanes];
    let mut best = f64::MAX;
    for _ in 0..PROBE_REPEATS {
        let begin = Instant::now();
        run(&mut states, PROBE_STEPS);
        best = best.min(begin.elapsed().as_nanos() as f64);
    }
    std::hint::black_box(&states);
    best / f64::from(PROBE_STEPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace() -> Pace {
        Pace {
            per_call: vec![(1, 33.0), (2, 52.0), (4, 104.0), (16, 200.0)],
        }
    }

    #[test]
    fn few_chains_do_not_pay_for_a_wide_kernel() {
        assert_eq!(pace().best(), 16);
        assert_eq!(pace().cheapest(1, 16).0, 1);
        assert_eq!(pace().cheapest(2, 16).0, 2);
        assert_eq!(pace().cheapest(16, 16).0, 16);
        assert_eq!(pace().cheapest(16, 4).0, 2);
    }

    #[test]
    fn an_override_leaves_one_choice() {
        assert_eq!(pace().only(4).cheapest(1, 16).0, 4);
    }
}
