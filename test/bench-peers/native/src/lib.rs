//! Bench only, never part of the product: the strongest competitor measured on equal terms, and the bound of the CPU.
mod latency;
mod openssl;

use napi_derive::napi;
use openssl::Loop;

/// One way to hash 32 bytes over and over with the OpenSSL that this process carries.
#[napi]
pub struct OpensslLoop {
    inner: Loop,
}

#[napi]
impl OpensslLoop {
    /// `symbol` is `SHA256_Transform`, `sha256_block_data_order` or `SHA256`; throws with its name where it is missing.
    #[napi(factory)]
    pub fn open(symbol: String) -> napi::Result<Self> {
        Loop::open(&symbol)
            .map(|inner| Self { inner })
            .map_err(napi::Error::from_reason)
    }

    /// Hashes the 32-byte `seed` onto itself, `steps` times.
    #[napi]
    pub fn run(&self, seed: &[u8], steps: u32) -> napi::Result<Vec<u8>> {
        let seed = seed
            .try_into()
            .map_err(|_| napi::Error::from_reason("the seed has not 32 bytes"))?;
        Ok(self.inner.run(seed, steps).to_vec())
    }
}

/// Nanoseconds that 64 rounds cost at least when each waits for the one before; null without SHA instructions.
#[napi]
pub fn dependent_rounds_ns(repeats: u32) -> Option<f64> {
    latency::dependent_rounds_ns(repeats)
}
