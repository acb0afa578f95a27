use super::notify;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};

fn received(socket: &UnixDatagram) -> String {
    let mut buffer = [0; 64];
    let length = socket.recv(&mut buffer).expect("a datagram is there");
    String::from_utf8_lossy(&buffer[..length]).into_owned()
}

#[test]
fn reaches_a_socket_with_a_path() {
    let path = std::env::temp_dir().join(format!("montana-notify-{}", std::process::id()));
    let socket = UnixDatagram::bind(&path).expect("bind");
    notify(path.to_str().expect("text"), "READY=1").expect("sent");
    assert_eq!(received(&socket), "READY=1");
    std::fs::remove_file(path).expect("removed");
}

#[test]
fn reaches_a_socket_with_an_abstract_name() {
    let name = format!("montana-notify-{}", std::process::id());
    let socket = UnixDatagram::bind_addr(&SocketAddr::from_abstract_name(&name).expect("name")).expect("bind");
    notify(&format!("@{name}"), "WATCHDOG=1").expect("sent");
    assert_eq!(received(&socket), "WATCHDOG=1");
}

#[test]
fn refuses_what_is_no_socket_and_never_waits() {
    assert!(notify("/nowhere/notify", "READY=1").is_err());
    assert!(notify("", "READY=1").is_err());
    assert!(notify(&"x".repeat(200), "READY=1").is_err());
}
