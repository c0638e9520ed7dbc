//! Which addresses may be reached: public ones, and the private ones that the operator allows.
//!
//! What is not known to be public is not. An IPv6 address that carries an IPv4 one is looked at as that.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

/// Addresses that begin alike: `10.1.0.0/16`, `127.0.0.1`, `fd00::/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddressRange {
    first: IpAddr,
    bits: u8,
}

/// A text that is no range of addresses.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no range of addresses such as 10.1.0.0/16 or fd00::/8")]
pub struct AddressRangeError {
    text: String,
}

impl FromStr for AddressRange {
    type Err = AddressRangeError;
    fn from_str(text: &str) -> Result<Self, AddressRangeError> {
        let error = || AddressRangeError { text: text.chars().take(tiwizi_model::limits::ECHO_CHARS_MAX).collect() };
        let (first, bits) = text.split_once('/').map_or((text, None), |(first, bits)| (first, Some(bits)));
        let first: IpAddr = first.parse().map_err(|_| error())?;
        let bits_max = if first.is_ipv4() { 32 } else { 128 };
        let bits: u8 = bits.map_or(Ok(bits_max), str::parse).map_err(|_| error())?;
        if bits > bits_max {
            return Err(error());
        }
        Ok(Self { first, bits })
    }
}

impl AddressRange {
    /// Whether an address lies in the range.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let differ = first.to_bits() ^ address.to_bits();
                differ.checked_shr(32_u32.saturating_sub(u32::from(self.bits))).unwrap_or_default() == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let differ = first.to_bits() ^ address.to_bits();
                differ.checked_shr(128_u32.saturating_sub(u32::from(self.bits))).unwrap_or_default() == 0
            }
            _ => false,
        }
    }
}

/// Whether an address may be reached.
pub(crate) fn may_reach(address: IpAddr, private: &[AddressRange]) -> bool {
    let address = address.to_canonical();
    is_public(address) || private.iter().any(|range| range.holds(address))
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// The special-purpose registry of IPv4 (RFC 6890 and what was added), left out.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)            // this network, private, loopback
            | (100, 64..=127, _)        // carriers' own (RFC 6598)
            | (169, 254, _)             // link-local, metadata of clouds
            | (172, 16..=31, _)         // private
            | (192, 0, 0 | 2)           // protocols, documentation
            | (192, 31, 196)            // AS112
            | (192, 52, 193)            // AMT
            | (192, 88, 99)             // 6to4 relays
            | (192, 168, _)             // private
            | (192, 175, 48)            // AS112
            | (198, 18..=19, _)         // benchmarks
            | (198, 51, 100)            // documentation
            | (203, 0, 113)             // documentation
            | (224.., _, _) // multicast, reserved, broadcast
    );
    !special
}

/// Global unicast without the parts that carry other addresses or stand in documents. Everything else of IPv6 (loopback, unique
/// local, link-local, multicast, NAT64) is not in it.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let special = matches!(
        (a, b),
        (0x2001, 0..=0x01ff)     // protocols, Teredo
            | (0x2001, 0x0db8)   // documentation
            | (0x2002, _)        // 6to4
            | (0x3fff, 0..=0x0fff) // documentation
    );
    (0x2000..=0x3fff).contains(&a) && !special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p22_only_public_addresses_are_reached() {
        for address in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a00:1",
            "fd00::1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "fd00:ec2::254",
        ] {
            assert!(!may_reach(address.parse().unwrap(), &[]), "{address}");
        }
        for address in
            ["1.1.1.1", "100.63.0.1", "172.32.0.1", "196.200.131.2", "::ffff:1.1.1.1", "2606:4700::1111", "2a00::1"]
        {
            assert!(may_reach(address.parse().unwrap(), &[]), "{address}");
        }
    }

    #[test]
    fn the_operator_may_allow_a_private_range() {
        let ranges: Vec<AddressRange> =
            ["10.1.0.0/16", "127.0.0.1", "fd00::/8"].iter().map(|text| text.parse().unwrap()).collect();
        for (address, reached) in [
            ("10.1.255.1", true),
            ("::ffff:10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", true),
            ("127.0.0.2", false),
            ("fdff::1", true),
            ("fe80::1", false),
        ] {
            assert_eq!(may_reach(address.parse().unwrap(), &ranges), reached, "{address}");
        }
        let everything: AddressRange = "0.0.0.0/0".parse().unwrap();
        assert!(everything.holds("10.9.9.9".parse().unwrap()));
        for wrong in ["10.0.0.0/33", "::/129", "local", "10.0.0/8", "10.0.0.0/x", ""] {
            assert!(wrong.parse::<AddressRange>().is_err(), "{wrong}");
        }
    }
}
