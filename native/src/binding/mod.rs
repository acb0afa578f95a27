//! The JavaScript boundary: check, then call. No panic crosses it, every refusal carries a stable code.
mod arguments;
mod engine;
mod events;
mod jobs;
#[cfg(target_os = "linux")]
mod notify;
