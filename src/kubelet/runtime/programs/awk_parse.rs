//! Reading awk's programs.

use super::awk_tokens::{Token, tokens};
use super::regex::Regex;

/// Expressions and blocks nested deeper than this are refused.
const MAX_DEPTH: usize = 60;

/// A program: patterns and what is done.
#[derive(Clone, Debug, Default)]
pub(super) struct Script {
    pub begin: Vec<Vec<Statement>>,
    pub rules: Vec<Rule>,
    pub end: Vec<Vec<Statement>>,
}

#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub pattern: Option<Expression>,
    /// The end of a range of lines.
    pub until: Option<Expression>,
    /// None: the line is printed.
    pub action: Option<Vec<Statement>>,
}

#[derive(Clone, Debug)]
pub(super) enum Statement {
    Expression(Expression),
    Print { arguments: Vec<Expression>, to: Option<Target> },
    Printf { arguments: Vec<Expression>, to: Option<Target> },
    If(Expression, Vec<Statement>, Vec<Statement>),
    While(Expression, Vec<Statement>),
    DoWhile(Vec<Statement>, Expression),
    For(Vec<Statement>, Option<Expression>, Vec<Statement>, Vec<Statement>),
    ForIn(String, String, Vec<Statement>),
    Delete(String, Option<Expression>),
    Next,
    Exit(Option<Expression>),
    Break,
    Continue,
}

#[derive(Clone, Debug)]
pub(super) struct Target {
    pub append: bool,
    pub path: Expression,
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    Match(Regex),
    Variable(String),
    Field(Box<Expression>),
    Element(String, Box<Expression>),
    In(Box<Expression>, String),
    Assign(Box<Expression>, Option<char>, Box<Expression>),
    /// Before or after, by one up or down.
    Step {
        target: Box<Expression>,
        up: bool,
        before: bool,
    },
    Binary(Box<Expression>, String, Box<Expression>),
    /// `~`, and `!~` when negated.
    Matches {
        left: Box<Expression>,
        right: Box<Expression>,
        negated: bool,
    },
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Not(Box<Expression>),
    Negative(Box<Expression>),
    Choose(Box<Expression>, Box<Expression>, Box<Expression>),
    Join(Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
}

/// Reads a program; the error is what busybox says.
pub(super) fn parse(source: &str) -> Result<Script, String> {
    let tokens = tokens(source)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, no_in: false, no_redirect: false };
    parser.script().map_err(|()| "cmd. line:1: Unexpected token".to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
    /// In `for (x in …`: `in` isn't an operator.
    no_in: bool,
    /// In `print a > "file"`: `>` isn't a comparison.
    no_redirect: bool,
}

type Parsed<T> = Result<T, ()>;

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn eat(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Symbol(known)) if *known == symbol);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, symbol: &str) -> Parsed<()> {
        if self.eat(symbol) { Ok(()) } else { Err(()) }
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Name(name) | Token::Function(name)) if name == word);
        self.at += usize::from(found);
        found
    }

    fn newlines(&mut self) {
        while matches!(self.peek(), Some(Token::Newline)) {
            self.at += 1;
        }
    }

    fn separators(&mut self) {
        while matches!(self.peek(), Some(Token::Newline | Token::Symbol(";"))) {
            self.at += 1;
        }
    }

    fn enter(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err(()) } else { Ok(()) }
    }

    fn script(&mut self) -> Parsed<Script> {
        let mut script = Script::default();
        loop {
            self.separators();
            if self.peek().is_none() {
                return Ok(script);
            }
            if self.word("BEGIN") {
                script.begin.push(self.block()?);
            } else if self.word("END") {
                script.end.push(self.block()?);
            } else {
                let pattern = if matches!(self.peek(), Some(Token::Symbol("{"))) { None } else { Some(self.expression()?) };
                let until = if self.eat(",") { Some(self.expression()?) } else { None };
                let action = if matches!(self.peek(), Some(Token::Symbol("{"))) { Some(self.block()?) } else { None };
                script.rules.push(Rule { pattern, until, action });
            }
        }
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.newlines();
        self.expect("{")?;
        self.enter()?;
        let mut statements = Vec::new();
        loop {
            self.separators();
            if self.eat("}") {
                self.depth -= 1;
                return Ok(statements);
            }
            statements.push(self.statement()?);
        }
    }

    /// A block, or one statement.
    fn body(&mut self) -> Parsed<Vec<Statement>> {
        self.newlines();
        if matches!(self.peek(), Some(Token::Symbol("{"))) {
            return self.block();
        }
        if self.eat(";") {
            return Ok(Vec::new());
        }
        self.enter()?;
        let statement = self.statement()?;
        self.depth -= 1;
        Ok(vec![statement])
    }

    fn statement(&mut self) -> Parsed<Statement> {
        if matches!(self.peek(), Some(Token::Symbol("{"))) {
            return Ok(Statement::If(Expression::Number(1.0), self.block()?, Vec::new()));
        }
        if self.word("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            let yes = self.body()?;
            let before = self.at;
            self.separators();
            if self.word("else") {
                return Ok(Statement::If(condition, yes, self.body()?));
            }
            self.at = before;
            return Ok(Statement::If(condition, yes, Vec::new()));
        }
        if self.word("while") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            return Ok(Statement::While(condition, self.body()?));
        }
        if self.word("do") {
            let body = self.body()?;
            self.separators();
            if !self.word("while") {
                return Err(());
            }
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            return Ok(Statement::DoWhile(body, condition));
        }
        if self.word("for") {
            return self.for_statement();
        }
        if self.word("next") {
            return Ok(Statement::Next);
        }
        if self.word("break") {
            return Ok(Statement::Break);
        }
        if self.word("continue") {
            return Ok(Statement::Continue);
        }
        if self.word("exit") {
            let ended = matches!(self.peek(), None | Some(Token::Newline | Token::Symbol(";" | "}")));
            return Ok(Statement::Exit(if ended { None } else { Some(self.expression()?) }));
        }
        if self.word("delete") {
            let Some(Token::Name(name)) = self.peek().cloned() else { return Err(()) };
            self.at += 1;
            let index = if self.eat("[") { Some(self.subscript()?) } else { None };
            return Ok(Statement::Delete(name, index));
        }
        self.simple()
    }

    fn for_statement(&mut self) -> Parsed<Statement> {
        self.expect("(")?;
        if let [Token::Name(variable), Token::Name(word), Token::Name(array), Token::Symbol(")")] = self.tokens.get(self.at..self.at + 4).unwrap_or(&[])
            && word == "in"
        {
            let (variable, array) = (variable.clone(), array.clone());
            self.at += 4;
            return Ok(Statement::ForIn(variable, array, self.body()?));
        }
        let start = if self.eat(";") {
            Vec::new()
        } else {
            let start = vec![self.simple()?];
            self.expect(";")?;
            start
        };
        let condition = if matches!(self.peek(), Some(Token::Symbol(";"))) { None } else { Some(self.expression()?) };
        self.expect(";")?;
        let step = if matches!(self.peek(), Some(Token::Symbol(")"))) { Vec::new() } else { vec![self.simple()?] };
        self.expect(")")?;
        Ok(Statement::For(start, condition, step, self.body()?))
    }

    fn simple(&mut self) -> Parsed<Statement> {
        let is_print = self.word("print");
        if !is_print && !self.word("printf") {
            return Ok(Statement::Expression(self.expression()?));
        }
        self.no_redirect = true;
        let mut arguments = Vec::new();
        let ended = |token: Option<&Token>| matches!(token, None | Some(Token::Newline | Token::Symbol(";" | "}" | ">" | ">>")));
        if !ended(self.peek()) {
            // `print(a, b)`: the parentheses are around all arguments, if nothing follows them.
            let before = self.at;
            if self.eat("(") {
                self.no_redirect = false;
                arguments = self.arguments(")").unwrap_or_default();
                self.no_redirect = true;
            }
            if self.at == before || !ended(self.peek()) {
                self.at = before;
                arguments = vec![self.expression()?];
                while self.eat(",") {
                    self.newlines();
                    arguments.push(self.expression()?);
                }
            }
        }
        self.no_redirect = false;
        let to = if self.eat(">>") {
            Some(Target { append: true, path: self.concatenation()? })
        } else if self.eat(">") {
            Some(Target { append: false, path: self.concatenation()? })
        } else {
            None
        };
        Ok(if is_print { Statement::Print { arguments, to } } else { Statement::Printf { arguments, to } })
    }

    fn arguments(&mut self, close: &str) -> Parsed<Vec<Expression>> {
        let mut arguments = Vec::new();
        self.newlines();
        if self.eat(close) {
            return Ok(arguments);
        }
        loop {
            arguments.push(self.expression()?);
            self.newlines();
            if self.eat(close) {
                return Ok(arguments);
            }
            self.expect(",")?;
            self.newlines();
        }
    }

    /// `[a, b]` after its `[`: several subscripts are one text.
    fn subscript(&mut self) -> Parsed<Expression> {
        let mut all = self.arguments("]")?.into_iter();
        let first = all.next().ok_or(())?;
        Ok(all.fold(first, |left, right| {
            let separator = Expression::Variable("SUBSEP".into());
            Expression::Join(Box::new(Expression::Join(Box::new(left), Box::new(separator))), Box::new(right))
        }))
    }

    fn expression(&mut self) -> Parsed<Expression> {
        self.enter()?;
        let left = self.ternary()?;
        let assignable = matches!(left, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        let operators = [("=", None), ("+=", Some('+')), ("-=", Some('-')), ("*=", Some('*')), ("/=", Some('/')), ("%=", Some('%')), ("^=", Some('^'))];
        let operator = operators.into_iter().find(|(symbol, _)| assignable && self.eat(symbol));
        let result = match operator {
            Some((_, operator)) => {
                self.newlines();
                Expression::Assign(Box::new(left), operator, Box::new(self.expression()?))
            }
            None => left,
        };
        self.depth -= 1;
        Ok(result)
    }

    fn ternary(&mut self) -> Parsed<Expression> {
        let condition = self.or()?;
        if !self.eat("?") {
            return Ok(condition);
        }
        let yes = self.expression()?;
        self.expect(":")?;
        Ok(Expression::Choose(Box::new(condition), Box::new(yes), Box::new(self.expression()?)))
    }

    fn or(&mut self) -> Parsed<Expression> {
        let mut left = self.and()?;
        while self.eat("||") {
            self.newlines();
            left = Expression::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expression> {
        let mut left = self.membership()?;
        while self.eat("&&") {
            self.newlines();
            left = Expression::And(Box::new(left), Box::new(self.membership()?));
        }
        Ok(left)
    }

    fn membership(&mut self) -> Parsed<Expression> {
        let mut left = self.matching()?;
        while !self.no_in && self.word("in") {
            let Some(Token::Name(array)) = self.peek().cloned() else { return Err(()) };
            self.at += 1;
            left = Expression::In(Box::new(left), array);
        }
        Ok(left)
    }

    fn matching(&mut self) -> Parsed<Expression> {
        let mut left = self.comparison()?;
        loop {
            let negated = if self.eat("~") {
                false
            } else if self.eat("!~") {
                true
            } else {
                return Ok(left);
            };
            left = Expression::Matches { left: Box::new(left), right: Box::new(self.comparison()?), negated };
        }
    }

    fn comparison(&mut self) -> Parsed<Expression> {
        let left = self.concatenation()?;
        for operator in ["==", "!=", "<=", ">=", "<", ">"] {
            if operator == ">" && self.no_redirect {
                continue;
            }
            if self.eat(operator) {
                return Ok(Expression::Binary(Box::new(left), operator.into(), Box::new(self.concatenation()?)));
            }
        }
        Ok(left)
    }

    fn concatenation(&mut self) -> Parsed<Expression> {
        let mut left = self.sum()?;
        loop {
            let begins = match self.peek() {
                Some(Token::Number(_) | Token::Text(_) | Token::Function(_)) => true,
                Some(Token::Name(name)) => name != "in",
                Some(Token::Symbol(symbol)) => matches!(*symbol, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
                _ => false,
            };
            if !begins {
                return Ok(left);
            }
            left = Expression::Join(Box::new(left), Box::new(self.sum()?));
        }
    }

    fn sum(&mut self) -> Parsed<Expression> {
        self.operators(&["+", "-"], Parser::product)
    }

    fn product(&mut self) -> Parsed<Expression> {
        self.operators(&["*", "/", "%"], Parser::unary)
    }

    fn operators(&mut self, operators: &[&str], next: fn(&mut Parser) -> Parsed<Expression>) -> Parsed<Expression> {
        let mut left = next(self)?;
        while let Some(operator) = operators.iter().find(|operator| self.eat(operator)) {
            left = Expression::Binary(Box::new(left), (*operator).into(), Box::new(next(self)?));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Parsed<Expression> {
        self.enter()?;
        let result = if self.eat("!") {
            Expression::Not(Box::new(self.unary()?))
        } else if self.eat("-") {
            Expression::Negative(Box::new(self.unary()?))
        } else if self.eat("+") {
            self.unary()?
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(result)
    }

    fn power(&mut self) -> Parsed<Expression> {
        let base = self.postfix()?;
        if self.eat("^") || self.eat("**") {
            return Ok(Expression::Binary(Box::new(base), "^".into(), Box::new(self.unary()?)));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Parsed<Expression> {
        for (symbol, up) in [("++", true), ("--", false)] {
            if self.eat(symbol) {
                return Ok(Expression::Step { target: Box::new(self.primary()?), up, before: true });
            }
        }
        let value = self.primary()?;
        let assignable = matches!(value, Expression::Variable(_) | Expression::Field(_) | Expression::Element(..));
        for (symbol, up) in [("++", true), ("--", false)] {
            if assignable && self.eat(symbol) {
                return Ok(Expression::Step { target: Box::new(value), up, before: false });
            }
        }
        Ok(value)
    }

    fn primary(&mut self) -> Parsed<Expression> {
        let token = self.peek().cloned().ok_or(())?;
        self.at += 1;
        Ok(match token {
            Token::Number(value) => Expression::Number(value),
            Token::Text(text) => Expression::Text(text),
            Token::Regex(source) => Expression::Match(Regex::extended(&source, false).map_err(|_| ())?),
            Token::Symbol("$") => {
                self.enter()?;
                let field = if self.eat("++") { Expression::Step { target: Box::new(self.primary()?), up: true, before: true } } else { self.primary()? };
                self.depth -= 1;
                Expression::Field(Box::new(field))
            }
            Token::Symbol("(") => {
                let (no_in, no_redirect) = (std::mem::take(&mut self.no_in), std::mem::take(&mut self.no_redirect));
                let mut inner = self.arguments(")")?;
                (self.no_in, self.no_redirect) = (no_in, no_redirect);
                if inner.len() == 1 { inner.remove(0) } else { return Err(()) }
            }
            Token::Function(name) => {
                self.expect("(")?;
                let (no_in, no_redirect) = (std::mem::take(&mut self.no_in), std::mem::take(&mut self.no_redirect));
                let arguments = self.arguments(")")?;
                (self.no_in, self.no_redirect) = (no_in, no_redirect);
                Expression::Call(name, arguments)
            }
            Token::Name(name) if self.eat("[") => Expression::Element(name, Box::new(self.subscript()?)),
            Token::Name(name) if name == "length" => Expression::Call(name, Vec::new()),
            Token::Name(name) => Expression::Variable(name),
            _ => return Err(()),
        })
    }
}
