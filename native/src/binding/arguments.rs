use crate::digest::Digest;
use crate::errors::{Code, Refusal, refuse};
use crate::kernel::{Kernel, State, available_lanes, state_from_bytes};

const MAX_CHECKPOINTS: f64 = 65_535.0;
const MAX_THREADS: f64 = 256.0;

pub fn state(bytes: &[u8], what: &str) -> Result<State, Refusal> {
    digest(bytes, what).map(|bytes| state_from_bytes(&bytes))
}

pub fn digest(bytes: &[u8], what: &str) -> Result<Digest, Refusal> {
    bytes
        .try_into()
        .or_else(|_| refuse(Code::BadLength, format!("{what} has {} bytes, not 32", bytes.len())))
}

pub fn digests(bytes: &[u8], count: usize, what: &str) -> Result<Vec<Digest>, Refusal> {
    if bytes.len() != 32 * count {
        return refuse(
            Code::BadLength,
            format!("{what} has {} bytes, not {}", bytes.len(), 32 * count),
        );
    }
    bytes.chunks_exact(32).map(|item| digest(item, what)).collect()
}

/// The size of each of `count` equally long records.
pub fn record_bytes(records: &[u8], count: usize, record_bytes: u32) -> Result<usize, Refusal> {
    let size = record_bytes as usize;
    if size > 0 && size.checked_mul(count) == Some(records.len()) {
        return Ok(size);
    }
    refuse(
        Code::BadLength,
        format!("{} bytes are not {count} records of {size}", records.len()),
    )
}

/// JavaScript numbers arrive as they are: N-API's own conversion would wrap 2^32 to 0.
fn whole(value: f64, range: std::ops::RangeInclusive<f64>, code: Code, what: &str) -> Result<f64, Refusal> {
    if value.fract() == 0.0 && range.contains(&value) {
        return Ok(value);
    }
    refuse(
        code,
        format!(
            "{what} is {value}, not a whole number in {}…{}",
            range.start(),
            range.end()
        ),
    )
}

pub fn steps(value: f64) -> Result<u32, Refusal> {
    whole(value, 1.0..=f64::from(u32::MAX), Code::BadSteps, "steps").map(|value| value as u32)
}

pub fn checkpoints(value: f64, steps: u32) -> Result<u32, Refusal> {
    let most = MAX_CHECKPOINTS.min(f64::from(steps));
    whole(value, 1.0..=most, Code::BadCheckpoints, "checkpoints").map(|value| value as u32)
}

pub fn threads(value: f64) -> Result<usize, Refusal> {
    whole(value, 1.0..=MAX_THREADS, Code::BadThreads, "threads").map(|value| value as usize)
}

pub fn level(value: f64, from: usize, what: &str) -> Result<usize, Refusal> {
    whole(value, from as f64..=256.0, Code::BadLevel, what).map(|value| value as usize)
}

/// 0 leaves the choice to the measurement.
pub fn lanes(lanes: u32, kernel: &Kernel) -> Result<usize, Refusal> {
    if lanes == 0 || kernel.chains_for(lanes as usize).is_some() {
        return Ok(lanes as usize);
    }
    refuse(
        Code::BadLanes,
        format!(
            "{lanes} lanes, but this CPU has kernels for {:?}",
            available_lanes(kernel)
        ),
    )
}

/// Two hashes and the place of the third.
pub fn scratch(bytes: &mut [u8]) -> Result<(&Digest, &Digest, &mut Digest), Refusal> {
    let length = bytes.len();
    match bytes.as_chunks_mut::<32>() {
        ([first, second, third], []) => Ok((first, second, third)),
        _ => refuse(
            Code::BadLength,
            format!("the scratch buffer has {length} bytes, not 96"),
        ),
    }
}

/// A record and the place of its hash.
pub fn record(bytes: &mut [u8], length: usize) -> Result<(&[u8], &mut Digest), Refusal> {
    let room = bytes.len();
    let split = bytes.split_at_mut_checked(length);
    match split.and_then(|(record, rest)| rest.first_chunk_mut::<32>().map(|out| (&*record, out))) {
        Some(parts) => Ok(parts),
        None => refuse(
            Code::BadLength,
            format!("a record of {length} bytes and its hash do not fit into {room}"),
        ),
    }
}
