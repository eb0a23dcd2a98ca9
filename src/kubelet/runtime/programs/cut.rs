//! `cut` and `tr`.

use super::filter::{Filter, LineFilter, More, text_of};
use super::options::{Options, Spec, parse, usage};
use crate::kubelet::runtime::kernel::{Program, Sys};
use crate::kubelet::runtime::shell::escapes::unescape;
use smol_str::SmolStr;

/// `cut`
#[derive(Clone)]
pub(crate) struct Cut {
    options: Options,
    ranges: Vec<(usize, usize)>,
}

impl Cut {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec {
            name: "cut",
            letters: "b:c:f:d:sno:D",
            long: &[("output-delimiter=", 'o')],
            usage: "cut {-b|c LIST | -f LIST [-d SEP] [-s] [-D]} [-O SEP] [FILE]...",
            anywhere: true,
        };
        let options = parse(sys, &SPEC, arguments)?;
        let list = options.value('f').or(options.value('c')).or(options.value('b'));
        let Some(list) = list else { return Err(usage(sys, &SPEC, "expected a list of bytes, characters, or fields")) };
        let mut ranges = Vec::new();
        for range in list.split(',') {
            let (first, last) = range.split_once('-').unwrap_or((range, range));
            let first = if first.is_empty() { 1 } else { first.parse().unwrap_or(0) };
            let last = if last.is_empty() { usize::MAX } else { last.parse().unwrap_or(0) };
            if first == 0 || last == 0 {
                sys.err(&format!("cut: invalid range {range}\n"));
                return Err(1);
            }
            ranges.push((first, last));
        }
        let files = options.operands.clone();
        Ok(Box::new(Filter::new("cut", &files, Cut { options, ranges })))
    }

    fn wanted(&self, position: usize) -> bool {
        self.ranges.iter().any(|(first, last)| *first <= position && position <= *last)
    }
}

impl LineFilter for Cut {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let text = text_of(line);
        if self.options.value('f').is_none() {
            let kept: String = text.chars().enumerate().filter(|(index, _)| self.wanted(index + 1)).map(|(_, c)| c).collect();
            sys.out(&format!("{kept}\n"));
            return More::Yes;
        }
        let separator = self.options.value('d').unwrap_or("\t").chars().next().unwrap_or('\t');
        if !text.contains(separator) {
            if !self.options.has('s') {
                sys.out(&format!("{text}\n"));
            }
            return More::Yes;
        }
        let fields: Vec<&str> = text.split(separator).enumerate().filter(|(index, _)| self.wanted(index + 1)).map(|(_, field)| field).collect();
        let joiner = self.options.value('o').map_or(separator.to_string(), str::to_owned);
        sys.out(&format!("{}\n", fields.join(&joiner)));
        More::Yes
    }
}

/// `tr`
#[derive(Clone)]
pub(crate) struct Translate {
    from: Vec<char>,
    to: Vec<char>,
    complement: bool,
    delete: bool,
    squeeze: Option<Vec<char>>,
    last: Option<char>,
}

impl Translate {
    pub fn program(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "tr", letters: "cCds", long: &[], usage: "tr [-cds] STRING1 [STRING2]", anywhere: false };
        let options = parse(sys, &SPEC, arguments)?;
        let Some(first) = options.operands.first() else { return Err(usage(sys, &SPEC, "")) };
        let from = character_set(first);
        let to = options.operands.get(1).map(|text| character_set(text)).unwrap_or_default();
        let delete = options.has('d');
        let squeeze = options.has('s').then(|| if to.is_empty() { from.clone() } else { to.clone() });
        Ok(Box::new(Filter::new("tr", &[], Translate { from, to, complement: options.has('c') || options.has('C'), delete, squeeze, last: None })))
    }

    fn position(&self, c: char) -> Option<usize> {
        let found = self.from.iter().rposition(|known| *known == c);
        if self.complement { found.is_none().then_some(usize::MAX) } else { found }
    }
}

/// `a-z`, `[:upper:]` and escapes.
fn character_set(text: &str) -> Vec<char> {
    let mut set = Vec::new();
    let unescaped: Vec<char> = unescape(text).text().chars().collect();
    let mut at = 0;
    while at < unescaped.len() {
        if unescaped[at] == '[' && unescaped.get(at + 1) == Some(&':') {
            let rest: String = unescaped[at + 2..].iter().collect();
            if let Some(end) = rest.find(":]") {
                let class = &rest[..end];
                set.extend((0u8..128).map(char::from).filter(|c| crate::kubelet::runtime::shell::pattern::in_class(class, *c)));
                at += end + 4;
                continue;
            }
        }
        match (unescaped.get(at + 1), unescaped.get(at + 2)) {
            (Some('-'), Some(last)) if *last >= unescaped[at] => {
                set.extend(unescaped[at]..=*last);
                at += 3;
            }
            _ => {
                set.push(unescaped[at]);
                at += 1;
            }
        }
    }
    set
}

impl LineFilter for Translate {
    fn line(&mut self, line: &[u8], sys: &mut Sys<'_, '_>) -> More {
        let mut out = String::new();
        for c in String::from_utf8_lossy(line).chars() {
            let mut c = c;
            if let Some(position) = self.position(c) {
                if self.delete {
                    continue;
                }
                if let Some(mapped) = self.to.get(position).or(self.to.last()) {
                    c = *mapped;
                }
            }
            if self.squeeze.as_ref().is_some_and(|set| set.contains(&c) != (self.complement && self.to.is_empty())) && self.last == Some(c) {
                continue;
            }
            self.last = Some(c);
            out.push(c);
        }
        sys.out(&out);
        More::Yes
    }
}
