//! The order files are run in: that of their paths, or a random one that a seed repeats.

/// The numbers from 0 to `count - 1`, shuffled. The same for a seed in every build of trun and on every machine.
#[must_use]
pub fn shuffled(count: u32, seed: u32) -> Vec<u32> {
    let mut order: Vec<u32> = (0..count).collect();
    let mut state = u64::from(seed);
    for last in (1..order.len()).rev() {
        let other = (next(&mut state) % (last as u64 + 1)) as usize;
        order.swap(last, other);
    }
    order
}

/// SplitMix64: small, and good enough to shuffle a list.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_always_gives_the_same_order() {
        assert_eq!(shuffled(6, 7), shuffled(6, 7));
        assert_ne!(shuffled(50, 7), shuffled(50, 8));
        assert!(shuffled(0, 7).is_empty());
    }

    #[test]
    fn every_number_is_there_once() {
        let mut order = shuffled(1000, 3);
        assert!(!order.is_sorted());
        order.sort_unstable();
        assert!((0..1000).eq(order));
    }
}
