//! Whole messages over a kernel's compression function.
use crate::errors::{Code, Refusal, refuse};
use crate::kernel::{Kernel, State, bytes_from_state, constants::INITIAL};

pub type Digest = [u8; 32];

const BLOCK_BYTES: usize = 64;

/// SHA-256 of `message`.
pub fn sha256(kernel: &Kernel, message: &[u8]) -> Digest {
    let whole = message.len() - message.len() % BLOCK_BYTES;
    let mut state = INITIAL;
    (kernel.compress)(&mut state, &message[..whole]);
    finish(kernel, state, &message[whole..], message.len())
}

/// SHA-256 of each of the equally long items; 32 bytes per item.
pub fn sha256_batch(kernel: &Kernel, items: &[u8], item_bytes: usize) -> Result<Vec<u8>, Refusal> {
    if item_bytes == 0 || !items.len().is_multiple_of(item_bytes) {
        return refuse(
            Code::BadLength,
            format!("items of {} bytes are no multiple of {item_bytes}", items.len()),
        );
    }
    Ok(items
        .chunks_exact(item_bytes)
        .flat_map(|item| sha256(kernel, item))
        .collect())
}

/// Pads and absorbs the last, incomplete block of a message of `total` bytes.
fn finish(kernel: &Kernel, mut state: State, rest: &[u8], total: usize) -> Digest {
    let mut tail = [0u8; 2 * BLOCK_BYTES];
    tail[..rest.len()].copy_from_slice(rest);
    tail[rest.len()] = 0x80;
    let end = if rest.len() + 9 <= BLOCK_BYTES {
        BLOCK_BYTES
    } else {
        2 * BLOCK_BYTES
    };
    tail[end - 8..end].copy_from_slice(&(total as u64 * 8).to_be_bytes());
    (kernel.compress)(&mut state, &tail[..end]);
    bytes_from_state(&state)
}
