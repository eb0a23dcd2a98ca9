//! `seq` and `yes`.

use super::options::{Spec, usage};
use crate::kubelet::runtime::kernel::{Flow, Program, Sys};
use smol_str::SmolStr;

/// `seq` and `yes`: lines without end, a few at a time.
#[derive(Clone)]
pub(crate) struct Lines {
    kind: LinesKind,
}

#[derive(Clone)]
enum LinesKind {
    Yes(String),
    Sequence { first: f64, step: f64, last: f64, count: u64, separator: String, decimals: usize, width: usize },
}

impl Lines {
    pub fn yes(_sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        let text = if arguments.is_empty() { "y".to_owned() } else { arguments.join(" ") };
        Ok(Box::new(Lines { kind: LinesKind::Yes(format!("{text}\n")) }))
    }

    pub fn seq(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<Box<dyn Program>, i32> {
        const SPEC: Spec = Spec { name: "seq", letters: "", long: &[], usage: "seq [-w] [-s SEP] [FIRST [INC]] LAST", anywhere: false };
        let (mut equal_width, mut separator) = (false, "\n".to_owned());
        let mut rest = arguments.iter();
        let mut numbers = Vec::new();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "-w" => equal_width = true,
                "-s" => separator = rest.next().map(SmolStr::to_string).unwrap_or_default(),
                text => numbers.push(text),
            }
        }
        if numbers.is_empty() || numbers.len() > 3 {
            return Err(usage(sys, &SPEC, ""));
        }
        let mut values = Vec::new();
        for text in &numbers {
            let Ok(value) = text.parse::<f64>() else {
                sys.err(&format!("seq: invalid number '{text}'\n"));
                return Err(1);
            };
            values.push(value);
        }
        let (first, step, last) = match values.as_slice() {
            [last] => (1.0, 1.0, *last),
            [first, last] => (*first, 1.0, *last),
            [first, step, last] => (*first, *step, *last),
            _ => (1.0, 1.0, 0.0),
        };
        let decimals = numbers.iter().map(|text| text.split_once('.').map_or(0, |(_, decimals)| decimals.len())).max().unwrap_or(0);
        let width = if equal_width { format!("{last:.decimals$}").len().max(format!("{first:.decimals$}").len()) } else { 0 };
        Ok(Box::new(Lines { kind: LinesKind::Sequence { first, step, last, count: 0, separator, decimals, width } }))
    }
}

impl Program for Lines {
    fn step(&mut self, sys: &mut Sys<'_, '_>) -> Flow {
        match &mut self.kind {
            LinesKind::Yes(line) => {
                let text = line.repeat(200);
                sys.out(&text);
                Flow::More
            }
            LinesKind::Sequence { first, step, last, count, separator, decimals, width } => {
                let mut text = String::new();
                for _ in 0..500 {
                    let value = *first + *count as f64 * *step;
                    let ended = if *step >= 0.0 { value > *last + 1e-9 } else { value < *last - 1e-9 };
                    if ended {
                        if *count > 0 {
                            text.push('\n');
                        }
                        sys.out(&text);
                        return Flow::Exit(0);
                    }
                    if *count > 0 {
                        text.push_str(separator);
                    }
                    let (decimals, width) = (*decimals, *width);
                    text.push_str(&format!("{value:0width$.decimals$}"));
                    *count += 1;
                }
                sys.out(&text);
                Flow::More
            }
        }
    }
}
