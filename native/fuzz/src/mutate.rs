//! Seeded choices, and the changes that they make to an input.

/// SplitMix64: the same seed makes the same choices.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// In 0 … below − 1.
    pub fn below(&mut self, below: usize) -> usize {
        (self.next() % below.max(1) as u64) as usize
    }

    pub fn byte(&mut self) -> u8 {
        self.next() as u8
    }
}

const BOUNDARIES: [u64; 14] = [
    0,
    1,
    31,
    32,
    255,
    256,
    65_535,
    65_536,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    // As floats: 256, 65 535 and −0.
    0x4070_0000_0000_0000,
    0x40ef_ffe0_0000_0000,
    0x8000_0000_0000_0000,
];
const MAX_BYTES: usize = 4096;

/// One to four changes on top of each other.
pub fn mutate(input: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=dice.below(4) {
        if bytes.is_empty() {
            bytes.push(dice.byte());
        }
        change(&mut bytes, other, dice);
    }
    bytes.truncate(MAX_BYTES);
    bytes
}

fn change(bytes: &mut Vec<u8>, other: &[u8], dice: &mut Dice) {
    let at = dice.below(bytes.len());
    match dice.below(8) {
        0 => bytes[at] ^= 1 << dice.below(8),
        1 => bytes[at] = dice.byte(),
        2 => bytes[at] = bytes[at].wrapping_add(dice.byte() % 9).wrapping_sub(4),
        3 => write_boundary(bytes, at, dice),
        4 => bytes.truncate(at),
        5 => {
            let end = at + dice.below(bytes.len() - at + 1).min(40);
            bytes.drain(at..end);
        }
        6 => {
            let block = bytes[at..bytes.len().min(at + 1 + dice.below(64))].to_vec();
            bytes.splice(at..at, block);
        }
        _ => {
            let from = dice.below(other.len());
            bytes.splice(at.., other.get(from..).unwrap_or_default().iter().copied());
        }
    }
}

fn write_boundary(bytes: &mut Vec<u8>, at: usize, dice: &mut Dice) {
    let width = [1, 2, 4, 8][dice.below(4)];
    let value = BOUNDARIES[dice.below(BOUNDARIES.len())].to_le_bytes();
    if bytes.len() < at + width {
        bytes.resize(at + width, 0);
    }
    bytes[at..at + width].copy_from_slice(&value[..width]);
}
