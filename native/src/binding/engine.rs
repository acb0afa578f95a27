use super::arguments as check;
use super::events::{Callback, Event, Sink};
use super::jobs::{Job, spawn};
use crate::clock::{Grind, Observer, grind};
use crate::errors::{Code, Refusal};
use crate::kernel::{Kernel, Preference, State, available_lanes, bytes_from_state, kernel, state_from_bytes};
use crate::pace::Pace;
use crate::verify::{Chain, Plan, Segment, advance, verify};
use crate::{digest, merkle};
use napi::Env;
use napi::bindgen_prelude::{Uint8Array, Uint8ArraySlice};
use napi_derive::napi;
use std::time::{Duration, Instant};

type Result<T> = std::result::Result<T, napi::Error<Code>>;

/// All hashing with one kernel.
#[napi]
pub struct Engine {
    kernel: &'static Kernel,
}

#[napi]
impl Engine {
    #[napi(constructor, catch_unwind)]
    pub fn new(portable: bool) -> Result<Self> {
        let kernel = kernel(if portable {
            Preference::Portable
        } else {
            Preference::Fastest
        });
        if !kernel.is_sound() {
            return Err(napi::Error::new(
                Code::Unsound,
                format!("{} computes wrongly on this CPU", kernel.name),
            ));
        }
        Ok(Self { kernel })
    }

    #[napi(getter, catch_unwind)]
    pub fn name(&self) -> &'static str {
        self.kernel.name
    }

    /// The numbers of lanes this CPU has a kernel for, ascending.
    #[napi(getter, catch_unwind)]
    pub fn lanes(&self) -> Vec<u32> {
        available_lanes(self.kernel)
            .into_iter()
            .map(|lanes| lanes as u32)
            .collect()
    }

    /// Runs one chain on its own thread. `report_ms` 0 means no progress events.
    #[napi(catch_unwind)]
    pub fn start_clock(
        &self,
        env: Env,
        seed: &[u8],
        steps: f64,
        checkpoints: f64,
        report_ms: u32,
        callback: Callback,
    ) -> Result<Job> {
        let seed = check::state(seed, "seed")?;
        let steps = check::steps(steps)?;
        let segments = check::checkpoints(checkpoints, steps)?;
        let report_every = (report_ms > 0).then(|| Duration::from_millis(report_ms.into()));
        let (kernel, job) = (
            self.kernel,
            Grind {
                seed,
                steps,
                segments,
                report_every,
            },
        );
        let work = move |sink: &Sink, cancel: &_| {
            let begin = Instant::now();
            match grind(kernel, &job, cancel, &mut Reporter(sink)) {
                Some(value) => Event::Done(bytes_from_state(&value).into(), elapsed_ms(begin)),
                None => Event::Cancelled,
            }
        };
        Ok(spawn(&env, "montana-clock", sink(&callback)?, work)?)
    }

    /// Checks segments; the result is one byte per segment, 1 where it holds. `lanes` 0 means the measured choice.
    #[napi(catch_unwind)]
    #[allow(
        clippy::too_many_arguments,
        reason = "a flat boundary needs no object to be taken apart"
    )]
    pub fn start_verify(
        &self,
        env: Env,
        starts: &[u8],
        ends: &[u8],
        steps: &[f64],
        threads: f64,
        lanes: u32,
        callback: Callback,
    ) -> Result<Job> {
        let segments = segments(starts, ends, steps)?;
        let threads = check::threads(threads)?;
        let (kernel, lanes) = (self.kernel, check::lanes(lanes, self.kernel)?);
        let work = move |_: &Sink, cancel: &_| {
            let begin = Instant::now();
            match verify(&plan(kernel, lanes, threads), segments, cancel) {
                Some(verdicts) => Event::Done(verdicts, elapsed_ms(begin)),
                None => Event::Cancelled,
            }
        };
        Ok(spawn(&env, "montana-verify", sink(&callback)?, work)?)
    }

    /// Moves each chain by its own number of steps; the result is 32 bytes per chain. `lanes` 0 means the measured choice.
    #[napi(catch_unwind)]
    pub fn start_advance(
        &self,
        env: Env,
        starts: &[u8],
        steps: &[f64],
        threads: f64,
        lanes: u32,
        callback: Callback,
    ) -> Result<Job> {
        let chains = chains(starts, steps)?;
        let threads = check::threads(threads)?;
        let (kernel, lanes) = (self.kernel, check::lanes(lanes, self.kernel)?);
        let work = move |_: &Sink, cancel: &_| {
            let begin = Instant::now();
            match advance(&plan(kernel, lanes, threads), chains, cancel) {
                Some(states) => Event::Done(states.iter().flat_map(bytes_from_state).collect(), elapsed_ms(begin)),
                None => Event::Cancelled,
            }
        };
        Ok(spawn(&env, "montana-verify", sink(&callback)?, work)?)
    }

    /// Hashes the records of one subtree of `height`; the result is its hash and, behind it, 32 bytes per record.
    #[napi(catch_unwind)]
    #[allow(
        clippy::too_many_arguments,
        reason = "a flat boundary needs no object to be taken apart"
    )]
    pub fn start_hash_subtree(
        &self,
        env: Env,
        keys: &[u8],
        records: &[u8],
        record_bytes: u32,
        height: f64,
        threads: f64,
        callback: Callback,
    ) -> Result<Job> {
        let keys = check::digests(keys, keys.len() / 32, "keys")?;
        let record_bytes = check::record_bytes(records, keys.len(), record_bytes)?;
        let height = check::level(height, 0, "height")?;
        let threads = check::threads(threads)?;
        merkle::check_order(&keys, height)?;
        let (kernel, records) = (self.kernel, records.to_vec());
        let work = move |_: &Sink, cancel: &_| {
            let begin = Instant::now();
            let job = merkle::Records {
                keys,
                records,
                record_bytes,
                height,
            };
            match merkle::hash_records(kernel, &job, threads, cancel) {
                Some(hashes) => Event::Done(hashes, elapsed_ms(begin)),
                None => Event::Cancelled,
            }
        };
        Ok(spawn(&env, "montana-merkle", sink(&callback)?, work)?)
    }

    /// SHA-256 of each of the equally long items.
    #[napi(catch_unwind)]
    pub fn sha256_batch(&self, items: &[u8], item_length: u32) -> Result<Uint8Array> {
        Ok(digest::sha256_batch(self.kernel, items, item_length as usize)?.into())
    }

    #[napi(catch_unwind)]
    pub fn merkle_leaf(&self, record: &[u8]) -> Uint8Array {
        merkle::leaf(self.kernel, record).to_vec().into()
    }

    /// The parents of `n` pairs; both sides are n×32 bytes.
    #[napi(catch_unwind)]
    pub fn merkle_nodes(&self, lefts: &[u8], rights: &[u8]) -> Result<Uint8Array> {
        let lefts = check::digests(lefts, lefts.len() / 32, "left")?;
        let rights = check::digests(rights, lefts.len(), "right")?;
        let parents = lefts
            .iter()
            .zip(&rights)
            .flat_map(|(left, right)| merkle::node(self.kernel, left, right));
        Ok(parents.collect::<Vec<u8>>().into())
    }

    /// `scratch` holds left, right and room for the parent: 96 bytes. Small arrays that cross the boundary are moved off
    /// the JavaScript heap for good, which costs several times the hash; one buffer that stays there does not.
    #[napi(catch_unwind)]
    pub fn merkle_node_in(&self, mut scratch: Uint8ArraySlice) -> Result<()> {
        let (left, right, out) = check::scratch(writable(&mut scratch))?;
        *out = merkle::node(self.kernel, left, right);
        Ok(())
    }

    /// `scratch` holds key, hash and room for the result: 96 bytes.
    #[napi(catch_unwind)]
    pub fn merkle_fold_in(&self, mut scratch: Uint8ArraySlice, from_level: f64, to_level: f64) -> Result<()> {
        let (key, hash, out) = check::scratch(writable(&mut scratch))?;
        let from = check::level(from_level, 0, "fromLevel")?;
        let to = check::level(to_level, from, "toLevel")?;
        *out = merkle::fold(self.kernel, key, *hash, from, to);
        Ok(())
    }

    /// `scratch` holds a record of `length` bytes and, behind it, room for the hash.
    #[napi(catch_unwind)]
    pub fn merkle_leaf_in(&self, mut scratch: Uint8ArraySlice, length: u32) -> Result<()> {
        let (record, out) = check::record(writable(&mut scratch), length as usize)?;
        *out = merkle::leaf(self.kernel, record);
        Ok(())
    }

    #[napi(catch_unwind)]
    pub fn merkle_subtree(&self, keys: &[u8], leaf_hashes: &[u8], height: f64, threads: f64) -> Result<Uint8Array> {
        let keys = check::digests(keys, keys.len() / 32, "keys")?;
        let hashes = check::digests(leaf_hashes, keys.len(), "leafHashes")?;
        let height = check::level(height, 0, "height")?;
        let threads = check::threads(threads)?;
        merkle::check_order(&keys, height)?;
        Ok(merkle::subtree(self.kernel, &keys, &hashes, height, threads)
            .to_vec()
            .into())
    }
}

struct Reporter<'a>(&'a Sink);

impl Observer for Reporter<'_> {
    fn progress(&mut self, steps_done: u32) {
        self.0.post(Event::Progress(steps_done));
    }
    fn checkpoint(&mut self, index: u32, value: &State) {
        self.0.post(Event::Checkpoint(index, *value));
    }
}

fn plan(kernel: &'static Kernel, lanes: usize, threads: usize) -> Plan<'static> {
    let measured = Pace::of(kernel);
    let pace = if lanes == 0 {
        measured.clone()
    } else {
        measured.only(lanes)
    };
    Plan { kernel, pace, threads }
}

fn chains(starts: &[u8], steps: &[f64]) -> std::result::Result<Vec<Chain>, Refusal> {
    let starts = check::digests(starts, steps.len(), "starts")?;
    let chain = |(start, steps): (&_, &f64)| {
        let (state, remaining) = (state_from_bytes(start), check::steps(*steps)?);
        Ok(Chain { state, remaining })
    };
    starts.iter().zip(steps).map(chain).collect()
}

fn segments(starts: &[u8], ends: &[u8], steps: &[f64]) -> std::result::Result<Vec<Segment>, Refusal> {
    let chains = chains(starts, steps)?;
    let ends = check::digests(ends, steps.len(), "ends")?;
    let pairs = chains.into_iter().zip(&ends);
    Ok(pairs
        .map(|(chain, end)| Segment {
            chain,
            end: state_from_bytes(end),
        })
        .collect())
}

fn writable<'a>(scratch: &'a mut Uint8ArraySlice<'_>) -> &'a mut [u8] {
    // SAFETY: the caller is on the JavaScript thread inside this one call, where nothing else reads or writes the buffer.
    unsafe { scratch.as_mut() }
}

fn sink(callback: &Callback) -> Result<Sink> {
    Sink::new(callback).map_err(|error| napi::Error::new(Code::NoThread, error.reason))
}

fn elapsed_ms(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1e3
}

impl From<Refusal> for napi::Error<Code> {
    fn from(refusal: Refusal) -> Self {
        napi::Error::new(refusal.code, refusal.message)
    }
}
