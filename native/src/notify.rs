//! One datagram to the service manager: the protocol of sd_notify(3), which Node has no socket for.
use std::io::Result;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

/// `address` is a path or, with a leading `@`, a name in the abstract namespace. Never blocks: a full queue is an error.
pub fn notify(address: &str, message: &str) -> Result<()> {
    let socket = UnixDatagram::unbound()?;
    socket.set_nonblocking(true)?;
    let target = match address.strip_prefix('@') {
        Some(name) => SocketAddr::from_abstract_name(name)?,
        None => SocketAddr::from_pathname(address)?,
    };
    socket.send_to_addr(message.as_bytes(), &target).map(drop)
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;
