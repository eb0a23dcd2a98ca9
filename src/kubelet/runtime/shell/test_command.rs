//! `test` and `[`.

use crate::kubelet::runtime::fs::NodeKind;
use crate::kubelet::runtime::fs::view::{EXECUTE, READ, WRITE};
use crate::kubelet::runtime::kernel::Sys;
use smol_str::SmolStr;

/// Nested parentheses and `!`s.
const MAX_DEPTH: usize = 50;

/// Whether the expression holds, or what is wrong with it.
pub(crate) fn evaluate(sys: &mut Sys<'_, '_>, arguments: &[SmolStr]) -> Result<bool, String> {
    match arguments {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        _ => {
            let mut parser = Parser { arguments, at: 0, sys, depth: 0 };
            let value = parser.or()?;
            match arguments.get(parser.at) {
                None => Ok(value),
                Some(extra) => Err(format!("{extra}: unknown operand")),
            }
        }
    }
}

struct Parser<'t, 'a, 'w> {
    arguments: &'t [SmolStr],
    at: usize,
    sys: &'t mut Sys<'a, 'w>,
    depth: usize,
}

impl Parser<'_, '_, '_> {
    fn peek(&self, ahead: usize) -> Option<&str> {
        self.arguments.get(self.at + ahead).map(SmolStr::as_str)
    }

    fn or(&mut self) -> Result<bool, String> {
        let mut value = self.and()?;
        while matches!(self.peek(0), Some("-o" | "||")) {
            self.at += 1;
            let right = self.and()?;
            value |= right;
        }
        Ok(value)
    }

    fn and(&mut self) -> Result<bool, String> {
        let mut value = self.not()?;
        while matches!(self.peek(0), Some("-a" | "&&")) {
            self.at += 1;
            let right = self.not()?;
            value &= right;
        }
        Ok(value)
    }

    fn not(&mut self) -> Result<bool, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("too many nested expressions".into());
        }
        let has_binary = self.peek(1).is_some_and(is_binary) && self.peek(2).is_some();
        let value = if self.peek(0) == Some("!") && self.peek(1).is_some() && !has_binary {
            self.at += 1;
            !self.not()?
        } else {
            self.primary(has_binary)?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self, has_binary: bool) -> Result<bool, String> {
        let Some(first) = self.peek(0).map(str::to_owned) else { return Err("argument expected".into()) };
        if has_binary {
            let (operator, right) = (self.peek(1).unwrap_or_default().to_owned(), self.peek(2).unwrap_or_default().to_owned());
            self.at += 3;
            return binary(self.sys, &first, &operator, &right).map(|value| value.unwrap_or(false));
        }
        if first == "(" && self.peek(1).is_some() {
            self.at += 1;
            let value = self.or()?;
            if self.peek(0) != Some(")") {
                return Err("closing paren expected".into());
            }
            self.at += 1;
            return Ok(value);
        }
        if first.len() == 2
            && first.starts_with('-')
            && let Some(operand) = self.peek(1).map(str::to_owned)
            && let Some(value) = unary(self.sys, &first, &operand)
        {
            self.at += 2;
            return Ok(value);
        }
        self.at += 1;
        Ok(!first.is_empty())
    }
}

fn is_binary(operator: &str) -> bool {
    matches!(operator, "=" | "==" | "!=" | "<" | ">" | "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" | "-nt" | "-ot" | "-ef")
}

/// Compares two numbers.
pub(crate) fn compare(operator: &str, left: i64, right: i64) -> bool {
    match operator {
        "-eq" => left == right,
        "-ne" => left != right,
        "-lt" => left < right,
        "-le" => left <= right,
        "-gt" => left > right,
        _ => left >= right,
    }
}

/// An expression of two operands; `None` where there is no such operator.
pub(crate) fn binary(sys: &mut Sys<'_, '_>, left: &str, operator: &str, right: &str) -> Result<Option<bool>, String> {
    let number = |text: &str| text.trim().parse::<i64>().map_err(|_| format!("{text}: bad number"));
    Ok(Some(match operator {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        "-eq" | "-ne" | "-lt" | "-le" | "-gt" | "-ge" => compare(operator, number(left)?, number(right)?),
        "-nt" | "-ot" | "-ef" => {
            let times = |sys: &Sys<'_, '_>, path: &str| {
                sys.find(path, true).ok().and_then(|(place, _)| Some((sys.world.files.node(&place).ok()?.modified_at_ms, place)))
            };
            match (times(sys, left), times(sys, right)) {
                (Some((left_ms, left)), Some((right_ms, right))) => match operator {
                    "-nt" => left_ms > right_ms,
                    "-ot" => left_ms < right_ms,
                    _ => left == right,
                },
                (Some(_), None) => operator == "-nt",
                (None, Some(_)) => operator == "-ot",
                (None, None) => false,
            }
        }
        _ => return Ok(None),
    }))
}

/// An expression of one operand; `None` where there is no such operator.
pub(crate) fn unary(sys: &mut Sys<'_, '_>, operator: &str, operand: &str) -> Option<bool> {
    match operator {
        "-n" => return Some(!operand.is_empty()),
        "-z" => return Some(operand.is_empty()),
        "-t" => return Some(false),
        "-o" | "-v" => return Some(false),
        _ => {}
    }
    let follow = !matches!(operator, "-h" | "-L");
    let found = sys.find(operand, follow).ok().map(|(place, _)| place);
    let node = found.as_ref().and_then(|place| sys.world.files.node(place).ok());
    let may = |wanted: u32| found.as_ref().is_some_and(|place| sys.world.files.may(&sys.process.who, place, wanted));
    Some(match operator {
        "-e" | "-a" => node.is_some(),
        "-f" => node.is_some_and(|node| matches!(node.kind, NodeKind::File(_))),
        "-d" => node.is_some_and(|node| node.is_dir()),
        "-h" | "-L" => node.is_some_and(|node| matches!(node.kind, NodeKind::Symlink(_))),
        "-s" => node.is_some_and(|node| node.size_bytes() > 0),
        "-r" => may(READ),
        "-w" => may(WRITE),
        "-x" => may(EXECUTE),
        "-c" => node.is_some_and(|node| matches!(node.kind, NodeKind::Device(_))),
        "-p" | "-S" => node.is_some_and(|node| matches!(node.kind, NodeKind::Special)),
        "-b" => false,
        "-O" => node.is_some_and(|node| node.uid == sys.process.who.uid),
        "-G" => node.is_some_and(|node| node.gid == sys.process.who.gid),
        "-g" => node.is_some_and(|node| node.mode & 0o2000 != 0),
        "-u" => node.is_some_and(|node| node.mode & 0o4000 != 0),
        "-k" => node.is_some_and(|node| node.mode & 0o1000 != 0),
        _ => return None,
    })
}
