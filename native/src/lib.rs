//! Hot path of Montana: the sequential-hash clock, its verification, batch and Merkle hashing; and the one socket that
//! Node lacks.
//! Everything but `binding` is plain Rust and knows nothing of JavaScript.
mod binding;
pub mod clock;
pub mod digest;
pub mod errors;
pub mod kernel;
pub mod merkle;
#[cfg(target_os = "linux")]
pub mod notify;
pub mod pace;
pub mod verify;
