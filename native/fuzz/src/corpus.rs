//! Kept inputs: a folder per target, a file per input, named by its content.
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// In the order of their names; none where there is no folder.
pub fn read(folder: &Path) -> Vec<Vec<u8>> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    paths.iter().filter_map(|path| fs::read(path).ok()).collect()
}

/// Replaces what is there.
pub fn write(folder: &Path, inputs: &[Vec<u8>]) -> std::io::Result<()> {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    inputs
        .iter()
        .try_for_each(|input| fs::write(folder.join(name(input)), input))
}

pub fn name(input: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    input.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
