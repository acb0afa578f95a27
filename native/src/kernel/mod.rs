//! The SHA-256 kernels and the choice between them, made once per process from what the CPU says it can do.
#[cfg(target_arch = "aarch64")]
pub mod armv8;
pub mod constants;
pub mod portable;
#[cfg(target_arch = "x86_64")]
pub mod shani;
#[cfg(target_arch = "x86_64")]
pub mod wide;

mod select;

pub use constants::{State, bytes_from_state, state_from_bytes};
pub use select::{Kernel, Preference, available_lanes, kernel};

#[cfg(test)]
mod tests;
