//! Folders as one file: ZIP (PKWARE's APPNOTE), as far as every program reads and writes it: names in UTF-8, stored or
//! deflated, no encryption, nothing over 4 GB.

use super::workspace::File;
use crate::value::SmolStr;
use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::decompress_to_vec_with_limit;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Names are UTF-8.
const FLAGS: u16 = 0x0800;
const DEFLATED: u16 = 8;
/// 1980-01-01, the first day that the format knows: the same files make the same archive.
const DATE: u16 = 0x0021;
/// The most that an archive may unpack to.
const MOST_BYTES: usize = 4_000_000;
const MOST_FILES: usize = 200;

/// The archive of these files.
pub fn pack(files: &[(String, String)]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, text) in files {
        let offset = archive.len() as u32;
        let data = compress_to_vec(text.as_bytes(), 9);
        let mut common = Vec::new();
        for short in [20, FLAGS, DEFLATED, 0, DATE] {
            put_16(&mut common, short);
        }
        for long in [checksum(text.as_bytes()), data.len() as u32, text.len() as u32] {
            put_32(&mut common, long);
        }
        put_16(&mut common, name.len() as u16);
        put_16(&mut common, 0);
        put_32(&mut archive, LOCAL);
        archive.extend_from_slice(&common);
        archive.extend_from_slice(name.as_bytes());
        archive.extend_from_slice(&data);
        put_32(&mut directory, CENTRAL);
        // Made by Unix, so that the permissions below count.
        put_16(&mut directory, 0x0314);
        directory.extend_from_slice(&common);
        for short in [0, 0, 0] {
            put_16(&mut directory, short);
        }
        put_32(&mut directory, 0o100_644 << 16);
        put_32(&mut directory, offset);
        directory.extend_from_slice(name.as_bytes());
    }
    let offset = archive.len() as u32;
    let length = directory.len() as u32;
    archive.append(&mut directory);
    put_32(&mut archive, END);
    for short in [0, 0, files.len() as u16, files.len() as u16] {
        put_16(&mut archive, short);
    }
    put_32(&mut archive, length);
    put_32(&mut archive, offset);
    put_16(&mut archive, 0);
    archive
}

/// The text files of an archive, without the folders they are in.
///
/// # Errors
/// Why it can't be read, in a sentence.
pub fn unpack(archive: &[u8]) -> Result<Vec<File>, String> {
    let damaged = || String::from("It is no ZIP archive, or it is damaged.");
    let end = archive.windows(4).rposition(|bytes| bytes == END.to_le_bytes()).ok_or_else(damaged)?;
    let count = get_16(archive, end + 10).ok_or_else(damaged)?;
    let mut at = get_32(archive, end + 16).ok_or_else(damaged)?;
    let mut files = Vec::new();
    let mut room = MOST_BYTES;
    for _ in 0..count {
        if get_32(archive, at) != Some(CENTRAL as usize) {
            return Err(damaged());
        }
        let entry = Entry::read(archive, at).ok_or_else(damaged)?;
        at = entry.next;
        let base = entry.name.rsplit('/').next().unwrap_or_default();
        if base.is_empty() || base.starts_with('.') || entry.name.starts_with("__MACOSX") {
            continue;
        }
        if files.len() == MOST_FILES {
            return Err(format!("It has more than {MOST_FILES} files."));
        }
        let bytes = match entry.method {
            0 if entry.data.len() <= room => entry.data.to_vec(),
            DEFLATED => decompress_to_vec_with_limit(entry.data, room).map_err(|_| format!("{base} is damaged, or too large."))?,
            _ => return Err(format!("{base} is packed in a way that is not read here.")),
        };
        room -= bytes.len();
        let text = String::from_utf8(bytes).map_err(|_| format!("{base} is no text."))?;
        files.push(File { name: SmolStr::from(base), text });
    }
    Ok(files)
}

struct Entry<'a> {
    method: u16,
    name: String,
    data: &'a [u8],
    /// Where the next one is.
    next: usize,
}

impl Entry<'_> {
    fn read(archive: &[u8], at: usize) -> Option<Entry<'_>> {
        let length = get_32(archive, at + 20)?;
        let (name_length, extra, comment) = (get_16(archive, at + 28)?, get_16(archive, at + 30)?, get_16(archive, at + 32)?);
        let local = get_32(archive, at + 42)?;
        let name = archive.get(at + 46..at + 46 + name_length)?;
        let from = local + 30 + get_16(archive, local + 26)? + get_16(archive, local + 28)?;
        Some(Entry {
            method: get_16(archive, at + 10)? as u16,
            name: String::from_utf8_lossy(name).into_owned(),
            data: archive.get(from..from.checked_add(length)?)?,
            next: at + 46 + name_length + extra + comment,
        })
    }
}

fn put_16(bytes: &mut Vec<u8>, value: u16) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn put_32(bytes: &mut Vec<u8>, value: u32) {
    bytes.extend_from_slice(&value.to_le_bytes());
}

fn get_16(bytes: &[u8], at: usize) -> Option<usize> {
    let pair = bytes.get(at..at.checked_add(2)?)?;
    Some(usize::from(u16::from_le_bytes(pair.try_into().ok()?)))
}

fn get_32(bytes: &[u8], at: usize) -> Option<usize> {
    let four = bytes.get(at..at.checked_add(4)?)?;
    usize::try_from(u32::from_le_bytes(four.try_into().ok()?)).ok()
}

/// CRC-32 as ZIP has it (polynomial 0xEDB88320).
fn checksum(bytes: &[u8]) -> u32 {
    let step = |sum: u32, byte: &u8| (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()));
    !bytes.iter().fold(u32::MAX, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<(String, String)> {
        vec![("folder/a.yaml".into(), "kind: Pod\n".repeat(100)), ("folder/ü.md".into(), String::new())]
    }

    #[test]
    fn the_checksum_is_zips() {
        assert_eq!(checksum(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn what_is_packed_is_what_is_unpacked() {
        let archive = pack(&files());
        let unpacked = unpack(&archive).expect("it can be read");
        assert_eq!(unpacked.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.yaml", "ü.md"]);
        assert_eq!(unpacked[0].text, files()[0].1);
        // The two headers of a file say the same, and the directory begins where its end says.
        assert_eq!(archive[..4], LOCAL.to_le_bytes());
        let directory = get_32(&archive, archive.len() - 6).unwrap();
        assert_eq!(archive[4..30], archive[directory + 6..directory + 32]);
        assert_eq!(get_32(&archive, 14), Some(checksum(files()[0].1.as_bytes()) as usize));
    }

    #[test]
    fn no_archive_is_too_strange() {
        let good = pack(&files());
        // The last two bytes are the length of a comment, which is not read.
        for end in 0..good.len() - 2 {
            assert!(unpack(&good[..end]).is_err());
        }
        for index in 0..good.len() {
            let mut other = good.clone();
            other[index] ^= 0x55;
            // Whatever comes of it, it comes to an end.
            drop(unpack(&other));
        }
        let bomb = pack(&[("bomb.yaml".into(), " ".repeat(MOST_BYTES + 1))]);
        assert_eq!(unpack(&bomb).unwrap_err(), "bomb.yaml is damaged, or too large.");
    }
}
