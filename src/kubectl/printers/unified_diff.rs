//! Two texts as `diff -u` compares them.

/// Lines of context around a change.
const CONTEXT: usize = 3;
/// Larger differences are shown as one: all old lines gone, all new ones added.
const MAX_CELLS: usize = 16_000_000;

/// The hunks between two texts; `""` where they are the same.
pub fn unified_diff(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let changes = changes(&old, &new);
    let mut text = String::new();
    let mut at = 0;
    while at < changes.len() {
        // Changes whose contexts touch are one hunk.
        let mut end = at + 1;
        while end < changes.len() && changes[end].old_from - changes[end - 1].old_to <= 2 * CONTEXT {
            end += 1;
        }
        hunk(&mut text, &changes[at..end], &old, &new);
        at = end;
    }
    text
}

/// Lines that were replaced: some may be none.
struct Change {
    old_from: usize,
    old_to: usize,
    new_from: usize,
    new_to: usize,
}

/// The changes between two lists of lines, by their longest common subsequence.
fn changes(old: &[&str], new: &[&str]) -> Vec<Change> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let (left, right) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let mut changes: Vec<Change> = Vec::new();
    let mut add = |old_from: usize, old_to: usize, new_from: usize, new_to: usize| match changes.last_mut() {
        Some(last) if last.old_to == old_from && last.new_to == new_from => (last.old_to, last.new_to) = (old_to, new_to),
        _ => changes.push(Change { old_from, old_to, new_from, new_to }),
    };
    if left.is_empty() && right.is_empty() {
        return changes;
    }
    if left.len().saturating_mul(right.len()) > MAX_CELLS {
        add(start, start + left.len(), start, start + right.len());
        return changes;
    }
    let width = right.len() + 1;
    let mut common = vec![0u32; (left.len() + 1) * width];
    for i in (0..left.len()).rev() {
        for j in (0..right.len()).rev() {
            common[i * width + j] =
                if left[i] == right[j] { common[(i + 1) * width + j + 1] + 1 } else { common[(i + 1) * width + j].max(common[i * width + j + 1]) };
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < left.len() && (j == right.len() || common[(i + 1) * width + j] >= common[i * width + j + 1]) {
            add(start + i, start + i + 1, start + j, start + j);
            i += 1;
        } else {
            add(start + i, start + i, start + j, start + j + 1);
            j += 1;
        }
    }
    changes
}

fn hunk(text: &mut String, changes: &[Change], old: &[&str], new: &[&str]) {
    let (Some(first), Some(last)) = (changes.first(), changes.last()) else { return };
    let (old_from, new_from) = (first.old_from.saturating_sub(CONTEXT), first.new_from.saturating_sub(CONTEXT));
    let (old_to, new_to) = ((last.old_to + CONTEXT).min(old.len()), (last.new_to + CONTEXT).min(new.len()));
    *text += &format!("@@ -{} +{} @@\n", range(old_from, old_to), range(new_from, new_to));
    let mut at = old_from;
    for change in changes {
        lines(text, ' ', &old[at..change.old_from]);
        lines(text, '-', &old[change.old_from..change.old_to]);
        lines(text, '+', &new[change.new_from..change.new_to]);
        at = change.old_to;
    }
    lines(text, ' ', &old[at..old_to]);
}

fn lines(text: &mut String, mark: char, lines: &[&str]) {
    for line in lines {
        text.push(mark);
        text.push_str(line);
        text.push('\n');
    }
}

/// `3,7`; one line alone has no number of lines, and none begins before itself.
fn range(from: usize, to: usize) -> String {
    match to - from {
        0 => format!("{from},0"),
        1 => format!("{}", from + 1),
        count => format!("{},{count}", from + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::unified_diff;

    #[test]
    fn differences_look_as_diff_shows_them() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\nl\n";
        assert_eq!(unified_diff(old, old), "");
        assert_eq!(unified_diff(old, &old.replace("c\n", "C\n")), "@@ -1,6 +1,6 @@\n a\n b\n-c\n+C\n d\n e\n f\n");
        assert_eq!(unified_diff("", "a\nb\n"), "@@ -0,0 +1,2 @@\n+a\n+b\n");
        assert_eq!(unified_diff("a\n", ""), "@@ -1 +0,0 @@\n-a\n");
        let far = unified_diff(old, &old.replace("a\n", "").replace("l\n", "L\n"));
        assert_eq!(far, "@@ -1,4 +1,3 @@\n-a\n b\n c\n d\n@@ -9,4 +8,4 @@\n i\n j\n k\n-l\n+L\n");
    }
}
