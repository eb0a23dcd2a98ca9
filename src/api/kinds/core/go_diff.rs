//! What a refused edit would change, as upstream shows it: the unified difference of two Go structs, by the algorithm of Python's
//! `difflib`, which upstream's library follows.

use super::go_struct::go_value;
use crate::value::{Sort, SortedMap, Value};
use std::ops::Range;

/// How many unchanged lines are shown around a change.
const CONTEXT: usize = 3;
/// From this many lines on, lines that make up more than a hundredth of the text are not looked for.
const POPULAR_FROM: usize = 200;

/// The difference between two values of the Go type `type_name`.
pub fn difference(type_name: &str, old: &Value, new: &Value) -> String {
    let (before, after) = (go_value(type_name, old).lines(), go_value(type_name, new).lines());
    let mut text = String::new();
    for hunk in hunks(&matching_blocks(&before, &after), before.len(), after.len()) {
        write_hunk(&hunk, &before, &after, &mut text);
    }
    text.push('\n');
    text
}

/// A run of equal lines: where it starts on both sides, and how long it is.
#[derive(Clone, Copy)]
struct Block {
    before: usize,
    after: usize,
    len: usize,
}

/// A stretch of lines on both sides that are the same or not.
struct Change {
    is_same: bool,
    before: Range<usize>,
    after: Range<usize>,
}

/// The longest run of equal lines, then those before and after it, and so on.
fn matching_blocks(before: &[String], after: &[String]) -> Vec<Block> {
    let mut places: SortedMap<&str, Vec<usize>> = SortedMap::new();
    for (index, line) in after.iter().enumerate() {
        places.entry(line).or_default().push(index);
    }
    if after.len() >= POPULAR_FROM {
        let most = after.len() / 100 + 1;
        places.retain(|_, indexes| indexes.len() <= most);
    }
    let mut blocks = Vec::new();
    let mut ranges = vec![(0..before.len(), 0..after.len())];
    while let Some((left, right)) = ranges.pop() {
        let block = longest_match(before, after, &places, &left, &right);
        if block.len > 0 {
            blocks.push(block);
            ranges.push((left.start..block.before, right.start..block.after));
            ranges.push((block.before + block.len..left.end, block.after + block.len..right.end));
        }
    }
    blocks.order_by_key(|block| block.before);
    blocks
}

fn longest_match(before: &[String], after: &[String], places: &SortedMap<&str, Vec<usize>>, left: &Range<usize>, right: &Range<usize>) -> Block {
    let mut best = Block { before: left.start, after: right.start, len: 0 };
    // The length of the run that ends at this line of `after` and the line of `before` looked at last.
    let mut lengths: SortedMap<usize, usize> = SortedMap::new();
    for index in left.clone() {
        let mut next = SortedMap::new();
        for &place in places.get(before[index].as_str()).map_or(&[][..], Vec::as_slice) {
            if !right.contains(&place) {
                continue;
            }
            let len = place.checked_sub(1).and_then(|previous| lengths.get(&previous)).map_or(1, |len| len + 1);
            next.insert(place, len);
            if len > best.len {
                best = Block { before: index + 1 - len, after: place + 1 - len, len };
            }
        }
        lengths = next;
    }
    // Lines that were not looked for may go on at both ends.
    while best.before > left.start && best.after > right.start && before[best.before - 1] == after[best.after - 1] {
        best = Block { before: best.before - 1, after: best.after - 1, len: best.len + 1 };
    }
    while best.before + best.len < left.end && best.after + best.len < right.end && before[best.before + best.len] == after[best.after + best.len] {
        best.len += 1;
    }
    best
}

/// Changes with some unchanged lines around them, those that are near in one.
fn hunks(blocks: &[Block], before_len: usize, after_len: usize) -> Vec<Vec<Change>> {
    let mut changes: Vec<Change> = Vec::new();
    let (mut left, mut right) = (0, 0);
    for block in blocks.iter().copied().chain([Block { before: before_len, after: after_len, len: 0 }]) {
        if left < block.before || right < block.after {
            changes.push(Change { is_same: false, before: left..block.before, after: right..block.after });
        }
        (left, right) = (block.before + block.len, block.after + block.len);
        match changes.last_mut() {
            _ if block.len == 0 => {}
            Some(last) if last.is_same => (last.before.end, last.after.end) = (left, right),
            _ => changes.push(Change { is_same: true, before: block.before..left, after: block.after..right }),
        }
    }
    let count = changes.len();
    let mut hunks: Vec<Vec<Change>> = vec![Vec::new()];
    for (index, change) in changes.into_iter().enumerate() {
        let len = change.before.len();
        let (keeps_head, keeps_tail) = (index > 0, index + 1 < count);
        let head = Change {
            is_same: true,
            before: change.before.start..change.before.start + len.min(CONTEXT),
            after: change.after.start..change.after.start + len.min(CONTEXT),
        };
        let tail = Change {
            is_same: true,
            before: change.before.end - len.min(CONTEXT)..change.before.end,
            after: change.after.end - len.min(CONTEXT)..change.after.end,
        };
        let is_long = len > 2 * CONTEXT;
        let Some(current) = hunks.last_mut() else { continue };
        match (change.is_same, keeps_head, keeps_tail) {
            (false, _, _) => current.push(change),
            (true, false, _) => current.push(tail),
            (true, true, false) => current.push(head),
            (true, true, true) if is_long => {
                current.push(head);
                hunks.push(vec![tail]);
            }
            (true, true, true) => current.push(change),
        }
    }
    hunks.retain(|hunk| hunk.iter().any(|change| !change.is_same));
    hunks
}

fn write_hunk(hunk: &[Change], before: &[String], after: &[String], text: &mut String) {
    let (Some(first), Some(last)) = (hunk.first(), hunk.last()) else { return };
    let span = |range: Range<usize>| match range.len() {
        1 => format!("{}", range.start + 1),
        0 => format!("{},0", range.start),
        len => format!("{},{len}", range.start + 1),
    };
    text.push_str(&format!("@@ -{} +{} @@\n", span(first.before.start..last.before.end), span(first.after.start..last.after.end)));
    let mut write = |sign: char, lines: &[String]| lines.iter().for_each(|line| text.push_str(&format!("{sign}{line}\n")));
    for change in hunk {
        if change.is_same {
            write(' ', &before[change.before.clone()]);
        } else {
            write('-', &before[change.before.clone()]);
            write('+', &after[change.after.clone()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::json;

    #[test]
    fn a_changed_claim_shows_as_upstream_shows_it() {
        let claim = |storage: &str| {
            let labels = json!({"matchLabels": {"region": "asia"}});
            json!({"accessModes": ["ReadWriteOnce"], "selector": labels, "resources": {"requests": {"storage": storage}}, "volumeMode": "Filesystem"})
        };
        let text = difference("PersistentVolumeClaimSpec", &claim("1Gi"), &claim("2Gi"));
        let expected = "@@ -10,7 +10,7 @@\n  \"Resources\": {\n   \"Limits\": null,\n   \"Requests\": {\n-   \"storage\": \"1Gi\"\n+   \"storage\": \"2Gi\"\n   }\n  },\n  \"VolumeName\": \"\",\n\n";
        assert_eq!(text, expected);
    }
}
