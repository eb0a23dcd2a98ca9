//! Pod addresses: the host-local IPAM plugin of the container network.

use crate::value::OrdSet;
use crate::value::SmolStr;
use std::net::Ipv4Addr;

/// The addresses of one node's pods. An address that was given back is given out again only when all others have had their turn.
#[derive(Clone, Default)]
pub struct Addresses {
    network: u32,
    size: u32,
    last: u32,
    used: OrdSet<u32>,
}

impl Addresses {
    /// The addresses of a block such as `10.244.1.0/24`; none for a text that isn't one.
    pub fn of(cidr: &str) -> Addresses {
        let Some((address, bits)) = cidr.split_once('/') else { return Addresses::default() };
        let (Ok(address), Ok(bits)) = (address.parse::<Ipv4Addr>(), bits.parse::<u32>()) else { return Addresses::default() };
        let size = if (8..=30).contains(&bits) { 1 << (32 - bits) } else { 0 };
        Addresses { network: u32::from(address) & !(u32::max(size, 1) - 1), size, last: 1, used: OrdSet::new() }
    }

    /// Whether these are the addresses of that block.
    pub fn is_of(&self, cidr: &str) -> bool {
        let other = Addresses::of(cidr);
        (other.network, other.size) == (self.network, self.size)
    }

    /// Takes the addresses that are in use over from `old`, so that a change of block doesn't give one out twice.
    pub fn keep_used(&mut self, old: &Addresses) {
        self.used = old.used.clone();
    }

    /// An address that nobody has; none where all are taken. The first one of the block is the node's own bridge.
    pub fn take(&mut self) -> Option<SmolStr> {
        for _ in 0..self.size {
            self.last = if self.last + 2 >= self.size { 2 } else { self.last + 1 };
            let address = self.network + self.last;
            if self.last + 1 < self.size && !self.used.contains(&address) {
                self.used.insert(address);
                return Some(SmolStr::from(Ipv4Addr::from(address).to_string()));
            }
        }
        None
    }

    /// Gives an address back.
    pub fn release(&mut self, address: &str) {
        if let Ok(address) = address.parse::<Ipv4Addr>() {
            self.used.remove(&u32::from(address));
        }
    }
}
