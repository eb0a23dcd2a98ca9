//! IP addresses and blocks of them.

use std::net::IpAddr;

/// Whether an address is in a block (`10.0.0.0/8`); false where either can't be read.
pub fn is_in_block(address: &str, block: &str) -> bool {
    let Some((network, bits)) = block.split_once('/') else { return address == block };
    let (Ok(address), Ok(network), Ok(bits)) = (address.parse::<IpAddr>(), network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) if bits <= 32 => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            u32::from(address) & mask == u32::from(network) & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) if bits <= 128 => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            u128::from(address) & mask == u128::from(network) & mask
        }
        _ => false,
    }
}

/// Whether a text is an address and no name.
pub fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
