//! awk's functions, and `printf`.

use super::awk::{Awk, Leave, Run};
use super::awk_parse::Expression;
use super::awk_value::{Value, push_replacement, split, split_at};
use super::printf::Field;
use crate::kubelet::runtime::kernel::Sys;

impl Awk {
    pub(super) fn format(&mut self, arguments: &[Expression], sys: &mut Sys<'_, '_>) -> Run<String> {
        let Some((format, rest)) = arguments.split_first() else { return Ok(String::new()) };
        let format = self.evaluate_text(format, sys)?;
        let mut values = Vec::new();
        for argument in rest {
            values.push(self.evaluate(argument, sys)?);
        }
        let mut operands = values.into_iter();
        let mut out = Vec::new();
        let mut rest = format.as_str();
        while let Some(start) = rest.find('%') {
            out.extend(&rest.as_bytes()[..start]);
            rest = &rest[start + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                out.push(b'%');
                rest = after;
                continue;
            }
            let mut field = Field::default();
            rest = field.read(rest, &mut &[][..]);
            let Some(kind) = rest.chars().next() else { break };
            rest = &rest[kind.len_utf8()..];
            let value = operands.next().unwrap_or(Value::Text(String::new()));
            match kind {
                'd' | 'i' | 'u' | 'x' | 'X' | 'o' => field.put_integer(value.number() as i64, kind, &mut out),
                'f' | 'F' | 'e' | 'E' | 'g' | 'G' => field.put_float(value.number(), kind, &mut out),
                'c' => match value {
                    Value::Number(code) => field.put_text(char::from_u32(code as u32).unwrap_or(' ').to_string().as_bytes(), &mut out),
                    other => field.put_text(self.text(&other).chars().take(1).collect::<String>().as_bytes(), &mut out),
                },
                _ => field.put_text(self.text(&value).as_bytes(), &mut out),
            }
        }
        out.extend(rest.as_bytes());
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    pub(super) fn call(&mut self, name: &str, arguments: &[Expression], sys: &mut Sys<'_, '_>) -> Run<Value> {
        match name {
            "length" => {
                if let Some(Expression::Variable(array)) = arguments.first()
                    && let Some(array) = self.arrays.get(array)
                {
                    return Ok(Value::Number(array.len() as f64));
                }
                let text = match arguments.first() {
                    Some(argument) => self.evaluate_text(argument, sys)?,
                    None => self.line.clone(),
                };
                return Ok(Value::Number(text.chars().count() as f64));
            }
            "split" => return self.call_split(arguments, sys),
            "sub" | "gsub" => return self.call_sub(name == "gsub", arguments, sys),
            "match" => {
                let [text, pattern] = arguments else { return Err(Leave::Error("cmd. line:1: Too few arguments".into())) };
                let text = self.evaluate_text(text, sys)?;
                let found = self.regex(pattern, sys)?.find(&text, 0).and_then(|groups| groups.first().copied().flatten());
                let (start, length) = found.map_or((0, -1), |(start, end)| (text[..start].chars().count() + 1, text[start..end].chars().count() as i64));
                self.variables.insert("RSTART".into(), Value::Number(start as f64));
                self.variables.insert("RLENGTH".into(), Value::Number(length as f64));
                return Ok(Value::Number(start as f64));
            }
            "sprintf" => return Ok(Value::Text(self.format(arguments, sys)?)),
            _ => {}
        }
        let mut values = Vec::new();
        for argument in arguments {
            values.push(self.evaluate(argument, sys)?);
        }
        let text = |index: usize| values.get(index).map(|value| self.text(value)).unwrap_or_default();
        let number = |index: usize| values.get(index).map_or(0.0, Value::number);
        Ok(match name {
            "substr" => {
                let chars: Vec<char> = text(0).chars().collect();
                let start = number(1).round();
                let end = if values.len() > 2 { start + number(2).round() } else { f64::MAX };
                let (start, end) = (start.max(1.0) as usize - 1, (end - 1.0).max(0.0).min(chars.len() as f64) as usize);
                Value::Text(chars.get(start..end.max(start)).unwrap_or(&[]).iter().collect())
            }
            "index" => Value::Number(text(0).find(&text(1)).map_or(0, |position| text(0)[..position].chars().count() + 1) as f64),
            "tolower" => Value::Text(text(0).to_lowercase()),
            "toupper" => Value::Text(text(0).to_uppercase()),
            "int" => Value::Number(number(0).trunc()),
            "sqrt" => Value::Number(number(0).sqrt()),
            "exp" => Value::Number(number(0).exp()),
            "log" => Value::Number(number(0).ln()),
            "sin" => Value::Number(number(0).sin()),
            "cos" => Value::Number(number(0).cos()),
            "atan2" => Value::Number(number(0).atan2(number(1))),
            "rand" => Value::Number((sys.random() >> 11) as f64 / (1u64 << 53) as f64),
            "srand" => Value::Number(0.0),
            "systime" => Value::Number((sys.now_ms() / 1000) as f64),
            "strftime" => Value::Text(super::date::strftime(&text(0), if values.len() > 1 { number(1).max(0.0) as u64 * 1000 } else { sys.now_ms() })),
            "fflush" | "close" => Value::Number(0.0),
            _ => return Err(Leave::Error(format!("the function {name} is not simulated"))),
        })
    }

    pub(super) fn call_split(&mut self, arguments: &[Expression], sys: &mut Sys<'_, '_>) -> Run<Value> {
        let [text, Expression::Variable(array), rest @ ..] = arguments else { return Err(Leave::Error("cmd. line:1: Not an array".into())) };
        let text = self.evaluate_text(text, sys)?;
        let parts = match rest.first() {
            Some(Expression::Match(regex)) => split_at(&text, regex),
            Some(separator) => {
                let separator = self.evaluate_text(separator, sys)?;
                split(&text, &separator)
            }
            None => split(&text, &self.variable_text("FS")),
        };
        let count = parts.len();
        self.arrays.insert(array.clone(), parts.into_iter().enumerate().map(|(index, part)| ((index + 1).to_string(), Value::Input(part))).collect());
        Ok(Value::Number(count as f64))
    }

    pub(super) fn call_sub(&mut self, all: bool, arguments: &[Expression], sys: &mut Sys<'_, '_>) -> Run<Value> {
        let [pattern, replacement, rest @ ..] = arguments else { return Err(Leave::Error("cmd. line:1: Too few arguments".into())) };
        let regex = self.regex(pattern, sys)?;
        let replacement = self.evaluate_text(replacement, sys)?;
        let target = rest.first().cloned().unwrap_or(Expression::Field(Box::new(Expression::Number(0.0))));
        let text = self.evaluate_text(&target, sys)?;
        let mut out = String::new();
        let (mut from, mut count) = (0, 0);
        while let Some(Some((start, end))) = regex.find(&text, from).and_then(|groups| groups.first().copied()) {
            count += 1;
            out.push_str(&text[from..start]);
            push_replacement(&replacement, &text[start..end], &mut out);
            from = end;
            if start == end {
                let Some(c) = text[end..].chars().next() else { break };
                out.push(c);
                from = end + c.len_utf8();
            }
            if !all {
                break;
            }
        }
        out.push_str(text.get(from..).unwrap_or(""));
        if count > 0 {
            self.assign(&target, Value::Text(out), sys)?;
        }
        Ok(Value::Number(f64::from(count)))
    }
}
