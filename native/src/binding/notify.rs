use crate::errors::Code;
use crate::notify::notify;
use napi_derive::napi;

/// The socket of the service manager; `address` is the value of NOTIFY_SOCKET.
#[napi]
pub struct NotifySocket {
    address: String,
}

#[napi]
impl NotifySocket {
    #[napi(constructor, catch_unwind)]
    pub fn new(address: String) -> Self {
        Self { address }
    }

    /// One message of sd_notify(3); never waits.
    #[napi(catch_unwind)]
    pub fn send(&self, message: String) -> Result<(), napi::Error<Code>> {
        let address = &self.address;
        notify(address, &message).map_err(|error| napi::Error::new(Code::Socket, format!("{address}: {error}")))
    }
}
