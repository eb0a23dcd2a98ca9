//! `$((…))`: C's integer expressions.

/// Where expressions find their variables.
pub(crate) trait Variables {
    /// The value of a variable, as text; empty where it isn't set.
    fn get(&mut self, name: &str) -> String;
    /// Sets a variable.
    fn set(&mut self, name: &str, value: i64);
}

/// Why an expression has no value, in ash's words.
pub(crate) type ArithmeticError = &'static str;

const SYNTAX: ArithmeticError = "arithmetic syntax error";
const DIVIDE: ArithmeticError = "divide by zero";
const MAX_DEPTH: usize = 64;

/// The value of an expression; an empty one is 0.
pub(crate) fn evaluate(text: &str, variables: &mut dyn Variables) -> Result<i64, ArithmeticError> {
    evaluate_at(text, variables, 0)
}

fn evaluate_at(text: &str, variables: &mut dyn Variables, depth: usize) -> Result<i64, ArithmeticError> {
    if depth > MAX_DEPTH {
        return Err("expression recursion loop detected");
    }
    let mut parser = Parser { text: text.as_bytes(), pos: 0, variables, depth, dead: 0 };
    parser.blanks();
    if parser.pos == parser.text.len() {
        return Ok(0);
    }
    let value = parser.comma()?;
    parser.blanks();
    if parser.pos < parser.text.len() { Err(SYNTAX) } else { Ok(value) }
}

struct Parser<'a> {
    text: &'a [u8],
    pos: usize,
    variables: &'a mut dyn Variables,
    depth: usize,
    /// Inside a branch that isn't taken (`0 && x++`): nothing is assigned, nothing fails.
    dead: usize,
}

/// Binary operators by rising precedence.
const LEVELS: [&[&str]; 10] = [&["||"], &["&&"], &["|"], &["^"], &["&"], &["==", "!="], &["<=", ">=", "<", ">"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];
/// Operators that end in `=` and assign, the longest first.
const ASSIGNMENTS: [&str; 11] = ["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="];

impl Parser<'_> {
    fn blanks(&mut self) {
        while self.text.get(self.pos).is_some_and(u8::is_ascii_whitespace) {
            self.pos += 1;
        }
    }

    fn looking_at(&self, operator: &str) -> bool {
        self.text[self.pos..].starts_with(operator.as_bytes())
    }

    fn eat(&mut self, operator: &str) -> bool {
        self.blanks();
        let found = self.looking_at(operator);
        self.pos += if found { operator.len() } else { 0 };
        found
    }

    fn comma(&mut self) -> Result<i64, ArithmeticError> {
        let mut value = self.assignment()?;
        while self.eat(",") {
            value = self.assignment()?;
        }
        Ok(value)
    }

    fn assignment(&mut self) -> Result<i64, ArithmeticError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SYNTAX);
        }
        self.blanks();
        let start = self.pos;
        let value = match self.name() {
            Some(name) => match self.assignment_operator() {
                Some(operator) => {
                    let right = self.assignment()?;
                    let value = match operator.strip_suffix('=') {
                        Some("") | None => right,
                        Some(binary) => {
                            let left = self.variable(&name)?;
                            self.apply(binary, left, right)?
                        }
                    };
                    self.assign(&name, value);
                    value
                }
                None => {
                    self.pos = start;
                    self.ternary()?
                }
            },
            None => self.ternary()?,
        };
        self.depth -= 1;
        Ok(value)
    }

    fn assignment_operator(&mut self) -> Option<&'static str> {
        self.blanks();
        let operator = ASSIGNMENTS.into_iter().find(|operator| self.looking_at(operator))?;
        if operator == "=" && self.looking_at("==") {
            return None;
        }
        self.pos += operator.len();
        Some(operator)
    }

    fn ternary(&mut self) -> Result<i64, ArithmeticError> {
        let condition = self.binary(0)?;
        if !self.eat("?") {
            return Ok(condition);
        }
        self.dead += usize::from(condition == 0);
        let yes = self.assignment()?;
        self.dead -= usize::from(condition == 0);
        if !self.eat(":") {
            return Err(SYNTAX);
        }
        self.dead += usize::from(condition != 0);
        let no = self.assignment()?;
        self.dead -= usize::from(condition != 0);
        Ok(if condition != 0 { yes } else { no })
    }

    fn binary(&mut self, level: usize) -> Result<i64, ArithmeticError> {
        let Some(operators) = LEVELS.get(level) else { return self.power() };
        let mut left = self.binary(level + 1)?;
        loop {
            self.blanks();
            let Some(operator) = operators.iter().find(|operator| self.looking_at(operator)) else { return Ok(left) };
            let after = self.text.get(self.pos + operator.len()).copied();
            let longer = match *operator {
                "|" | "&" => after == Some(operator.as_bytes()[0]) || after == Some(b'='),
                "<" | ">" => after == Some(operator.as_bytes()[0]),
                "*" => after == Some(b'*') || after == Some(b'='),
                "^" | "+" | "-" | "/" | "%" | "<<" | ">>" => after == Some(b'='),
                _ => false,
            };
            if longer {
                return Ok(left);
            }
            self.pos += operator.len();
            let skip = (*operator == "||" && left != 0) || (*operator == "&&" && left == 0);
            self.dead += usize::from(skip);
            let right = self.binary(level + 1)?;
            self.dead -= usize::from(skip);
            left = self.apply(operator, left, right)?;
        }
    }

    fn power(&mut self) -> Result<i64, ArithmeticError> {
        let base = self.unary()?;
        self.blanks();
        if !self.looking_at("**") || self.looking_at("**=") {
            return Ok(base);
        }
        self.pos += 2;
        let exponent = self.power()?;
        if exponent < 0 {
            return Err("exponent less than 0");
        }
        Ok((0..exponent.min(64)).fold(1i64, |value, _| value.wrapping_mul(base)))
    }

    fn unary(&mut self) -> Result<i64, ArithmeticError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(SYNTAX);
        }
        self.blanks();
        let value = if self.eat("++") || self.looking_at("--") {
            let step = if self.eat("--") { -1 } else { 1 };
            self.blanks();
            let name = self.name().ok_or(SYNTAX)?;
            let value = self.variable(&name)?.wrapping_add(step);
            self.assign(&name, value);
            value
        } else if self.eat("!") {
            i64::from(self.unary()? == 0)
        } else if self.eat("~") {
            !self.unary()?
        } else if self.eat("-") {
            self.unary()?.wrapping_neg()
        } else if self.eat("+") {
            self.unary()?
        } else {
            self.primary()?
        };
        self.depth -= 1;
        Ok(value)
    }

    fn primary(&mut self) -> Result<i64, ArithmeticError> {
        if self.eat("(") {
            let value = self.comma()?;
            return if self.eat(")") { Ok(value) } else { Err(SYNTAX) };
        }
        if let Some(name) = self.name() {
            let value = self.variable(&name)?;
            for (operator, step) in [("++", 1), ("--", -1)] {
                if self.eat(operator) {
                    self.assign(&name, value.wrapping_add(step));
                    break;
                }
            }
            return Ok(value);
        }
        self.number()
    }

    fn number(&mut self) -> Result<i64, ArithmeticError> {
        let start = self.pos;
        while self.text.get(self.pos).is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'#') {
            self.pos += 1;
        }
        let text = std::str::from_utf8(&self.text[start..self.pos]).unwrap_or("");
        parse_number(text).ok_or(SYNTAX)
    }

    fn name(&mut self) -> Option<String> {
        let rest = &self.text[self.pos..];
        if !rest.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            return None;
        }
        let length = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count();
        self.pos += length;
        Some(String::from_utf8_lossy(&rest[..length]).into_owned())
    }

    fn variable(&mut self, name: &str) -> Result<i64, ArithmeticError> {
        if self.dead > 0 {
            return Ok(0);
        }
        let text = self.variables.get(name);
        match parse_number(text.trim()) {
            Some(value) => Ok(value),
            None => evaluate_at(&text, self.variables, self.depth + 1),
        }
    }

    fn assign(&mut self, name: &str, value: i64) {
        if self.dead == 0 {
            self.variables.set(name, value);
        }
    }

    fn apply(&self, operator: &str, left: i64, right: i64) -> Result<i64, ArithmeticError> {
        Ok(match operator {
            "||" => i64::from(left != 0 || right != 0),
            "&&" => i64::from(left != 0 && right != 0),
            "|" => left | right,
            "^" => left ^ right,
            "&" => left & right,
            "==" => i64::from(left == right),
            "!=" => i64::from(left != right),
            "<=" => i64::from(left <= right),
            ">=" => i64::from(left >= right),
            "<" => i64::from(left < right),
            ">" => i64::from(left > right),
            "<<" => left.wrapping_shl(right as u32),
            ">>" => left.wrapping_shr(right as u32),
            "+" => left.wrapping_add(right),
            "-" => left.wrapping_sub(right),
            "*" => left.wrapping_mul(right),
            "/" | "%" if right == 0 => {
                if self.dead > 0 {
                    0
                } else {
                    return Err(DIVIDE);
                }
            }
            "/" => left.wrapping_div(right),
            "%" => left.wrapping_rem(right),
            _ => return Err(SYNTAX),
        })
    }
}

/// `42`, `0x2a`, `052`, `2#101010`.
fn parse_number(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let value = if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        i64::from_str_radix(hex, 16).ok()?
    } else if let Some((base, digits)) = digits.split_once('#') {
        i64::from_str_radix(digits, base.parse().ok().filter(|base| (2..=36).contains(base))?).ok()?
    } else if digits.len() > 1 && digits.starts_with('0') {
        i64::from_str_radix(digits, 8).ok()?
    } else if digits.starts_with(|c: char| c.is_ascii_digit()) {
        digits.parse().ok()?
    } else {
        return None;
    };
    Some(if negative { -value } else { value })
}
