//! Text made small for links: DEFLATE, begun as if the words of usual manifests had been read already.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, compress, create_comp_flags_from_zip_params};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// The words. Every link ever made depends on them: they may not change.
const WORDS: &str = include_str!("words.txt");

/// Packs a text.
pub(super) fn pack(text: &[u8]) -> Vec<u8> {
    let mut compressor = CompressorOxide::new(create_comp_flags_from_zip_params(10, 0, 0));
    // What it makes of the words is thrown away; what follows begins with a block of its own.
    let mut thrown_away = vec![0; WORDS.len() + 1024];
    compress(&mut compressor, WORDS.as_bytes(), &mut thrown_away, TDEFLFlush::Sync);
    let mut packed = vec![0; text.len() + text.len() / 8 + 1024];
    let (_, _, written) = compress(&mut compressor, text, &mut packed, TDEFLFlush::Finish);
    packed.truncate(written);
    packed
}

/// Unpacks a text of at most `limit` bytes; `None` where it is damaged or longer.
pub(super) fn unpack(packed: &[u8], limit: usize) -> Option<Vec<u8>> {
    let mut text = WORDS.as_bytes().to_vec();
    let (mut read, mut written) = (0, text.len());
    let most = written + limit;
    // It grows with what comes, so that a short link never takes much memory.
    text.resize((written + 64 * 1024).min(most), 0);
    let mut decompressor = DecompressorOxide::new();
    loop {
        let input = packed.get(read..)?;
        let (status, took, wrote) = decompress(&mut decompressor, input, &mut text, written, inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        read += took;
        written += wrote;
        match status {
            TINFLStatus::Done => {
                text.truncate(written);
                return Some(text.split_off(WORDS.len()));
            }
            TINFLStatus::HasMoreOutput if text.len() < most => {
                let longer = (text.len() * 2).min(most);
                text.resize(longer, 0);
            }
            _ => return None,
        }
    }
}
