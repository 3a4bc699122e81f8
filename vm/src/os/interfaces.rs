//! The network interfaces of the machine.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nix::errno::Errno;

/// One address of an interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// The address.
    pub address: IpAddr,
    /// Which part of the address is the network's.
    pub netmask: IpAddr,
    /// Hardware address.
    pub mac: [u8; 6],
    /// Whether it leads back to this machine.
    pub internal: bool,
    /// Scope of an IPv6 address.
    pub scope: u32,
}

/// Addresses of the interfaces that are up.
///
/// # Errors
/// The system's.
pub fn interfaces() -> nix::Result<Vec<Interface>> {
    let mut first: *mut libc::ifaddrs = std::ptr::null_mut();
    // SAFETY: the out-pointer is valid; the list is released below.
    Errno::result(unsafe { libc::getifaddrs(&raw mut first) })?;
    let mut list = Vec::new();
    let mut macs = Vec::new();
    let mut next = first;
    // SAFETY: the list is ours until it is released; each entry is valid or the end.
    while let Some(entry) = unsafe { next.as_ref() } {
        next = entry.ifa_next;
        // SAFETY: names are C strings of the list.
        let name = unsafe { CStr::from_ptr(entry.ifa_name) }.to_string_lossy().into_owned();
        if let Some(mac) = hardware_address(entry) {
            macs.push((name, mac));
        } else if let Some(interface) = read(entry, name) {
            list.push(interface);
        }
    }
    // SAFETY: what `getifaddrs` gave, once.
    unsafe { libc::freeifaddrs(first) };
    for interface in &mut list {
        if let Some((_, mac)) = macs.iter().find(|(name, _)| *name == interface.name) {
            interface.mac = *mac;
        }
    }
    Ok(list)
}

fn hardware_address(entry: &libc::ifaddrs) -> Option<[u8; 6]> {
    // SAFETY: an address is null or valid for at least its family.
    let family = unsafe { entry.ifa_addr.as_ref() }?.sa_family;
    if i32::from(family) != libc::AF_PACKET {
        return None;
    }
    // SAFETY: the family says what it is; link-layer addresses are allocated by the C library with their alignment.
    let link = unsafe { entry.ifa_addr.cast::<libc::sockaddr_ll>().read_unaligned() };
    link.sll_addr.first_chunk().copied()
}

fn read(entry: &libc::ifaddrs, name: String) -> Option<Interface> {
    let flags = i32::try_from(entry.ifa_flags).ok()?;
    if flags & libc::IFF_UP == 0 || flags & libc::IFF_RUNNING == 0 {
        return None;
    }
    let (address, scope) = ip(entry.ifa_addr)?;
    let (netmask, _) = ip(entry.ifa_netmask)?;
    Some(Interface {
        name,
        address,
        netmask,
        mac: [0; 6],
        internal: flags & libc::IFF_LOOPBACK != 0,
        scope,
    })
}

fn ip(address: *const libc::sockaddr) -> Option<(IpAddr, u32)> {
    // SAFETY: an address is null or valid for at least its family.
    let family = i32::from(unsafe { address.as_ref() }?.sa_family);
    if family == libc::AF_INET {
        // SAFETY: the family says what it is.
        let v4 = unsafe { address.cast::<libc::sockaddr_in>().read_unaligned() };
        Some((Ipv4Addr::from(u32::from_be(v4.sin_addr.s_addr)).into(), 0))
    } else if family == libc::AF_INET6 {
        // SAFETY: as above.
        let v6 = unsafe { address.cast::<libc::sockaddr_in6>().read_unaligned() };
        Some((Ipv6Addr::from(v6.sin6_addr.s6_addr).into(), v6.sin6_scope_id))
    } else {
        None
    }
}
