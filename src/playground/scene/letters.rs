//! How wide texts are, and how they are cut where there is no room. The page measures each letter once, so that pictures can be laid out and
//! exported without asking the browser again.

use std::borrow::Cow;

const FIRST: char = ' ';
const COUNT: usize = 95;

/// The widths of a font's ASCII letters, plain and bold.
#[derive(Clone, PartialEq, Debug)]
pub struct Letters {
    /// Thousandths of the font's size; the plain letters, then the bold ones.
    widths: Vec<u16>,
}

impl Default for Letters {
    fn default() -> Letters {
        Letters::measured(|_, is_bold| if is_bold { 0.64 } else { 0.58 })
    }
}

impl Letters {
    /// The letters of a font; `width` says how wide one is, in parts of the font's size.
    pub fn measured(width: impl Fn(&str, bool) -> f64) -> Letters {
        let letters = || (0..COUNT as u8).map(|index| char::from(FIRST as u8 + index));
        let all = letters().map(|letter| (letter, false)).chain(letters().map(|letter| (letter, true)));
        Letters { widths: all.map(|(letter, is_bold)| (width(letter.encode_utf8(&mut [0; 4]), is_bold) * 1000.0) as u16).collect() }
    }

    /// How wide a text is in a font of that size.
    pub fn width(&self, text: &str, size: f64, is_bold: bool) -> f64 {
        f64::from(text.chars().map(|letter| self.letter(letter, is_bold)).sum::<u32>()) * size / 1000.0
    }

    fn letter(&self, letter: char, is_bold: bool) -> u32 {
        let index = letter as usize;
        match index.checked_sub(FIRST as usize).filter(|index| *index < COUNT) {
            Some(index) => u32::from(self.widths[index + if is_bold { COUNT } else { 0 }]),
            // `…`, `·` and other scripts, some of which are as wide as they are high.
            None => {
                if index < 0x2e80 {
                    800
                } else {
                    1000
                }
            }
        }
    }

    /// As much of a text as there is room for: cut at its end, or in the middle where the end matters too (the names of one workload's pods
    /// differ at their ends).
    pub fn fit<'a>(&self, text: &'a str, room: f64, size: f64, is_bold: bool, keeps_end: bool) -> Cow<'a, str> {
        if self.width(text, size, is_bold) <= room {
            return Cow::Borrowed(text);
        }
        let letters: Vec<char> = text.chars().collect();
        let wide = |part: &[char]| f64::from(part.iter().map(|letter| self.letter(*letter, is_bold)).sum::<u32>()) * size / 1000.0;
        let room = room - self.width("…", size, is_bold);
        let mut tail = letters.len();
        if keeps_end {
            // The last part with its dash where that leaves room for a beginning, else as much as half of the room.
            tail = letters.iter().rposition(|letter| *letter == '-').unwrap_or(0);
            let most = if wide(&letters[tail..]) < room * 0.75 { room } else { room / 2.0 };
            while tail < letters.len() && wide(&letters[tail..]) > most {
                tail += 1;
            }
        }
        let left = room - wide(&letters[tail..]);
        let mut head = 0;
        while head < tail && wide(&letters[..=head]) <= left {
            head += 1;
        }
        Cow::Owned(letters[..head].iter().chain(&['…']).chain(&letters[tail..]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_end() {
        let letters = Letters::measured(|_, _| 0.5);
        for (name, room, fitted) in [
            ("web-5d-x2lpt", 60.0, "web-5d-x2lpt"),
            ("mongo-express-b5df67645-sktkf", 88.0, "mongo-expr…-sktkf"),
            ("abcdefghijklmnop", 38.0, "abc…nop"),
            ("a", 1.0, "…"),
        ] {
            assert_eq!(letters.fit(name, room, 10.0, true, true), fitted);
        }
        assert_eq!(letters.fit("mongodb-configmap", 48.0, 10.0, true, false), "mongodb-…");
    }
}
