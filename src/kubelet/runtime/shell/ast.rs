//! A parsed script.

use smol_str::SmolStr;
use std::sync::Arc;

/// Commands one after another.
pub(crate) type List = Vec<Item>;

/// One command of a list, up to its `;`, `&` or newline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Item {
    pub first: Pipeline,
    pub rest: Vec<(Connector, Pipeline)>,
    pub background: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connector {
    And,
    Or,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pipeline {
    pub negated: bool,
    /// `time`: says how long it took.
    pub timed: bool,
    pub commands: Vec<Command>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Command {
    pub kind: CommandKind,
    pub redirects: Arc<[Redirect]>,
    /// Counted from the start of the script; 0 is the first line.
    pub line: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum CommandKind {
    Simple {
        assignments: Vec<Assignment>,
        words: Vec<Word>,
    },
    Group(List),
    Subshell(List),
    If {
        branches: Vec<(List, List)>,
        otherwise: Option<List>,
    },
    Loop {
        until: bool,
        condition: List,
        body: List,
    },
    For {
        variable: SmolStr,
        words: Option<Vec<Word>>,
        body: List,
    },
    /// bash's `for ((a; b; c))`.
    ForArithmetic {
        start: Word,
        condition: Word,
        step: Word,
        body: List,
    },
    Case {
        word: Word,
        arms: Vec<CaseArm>,
    },
    Function {
        name: SmolStr,
        body: Arc<Command>,
    },
    /// bash's `[[ … ]]`.
    Condition(Arc<Condition>),
    /// bash's `(( … ))`.
    Arithmetic(Word),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CaseArm {
    pub patterns: Vec<Word>,
    pub body: List,
    /// bash's `;&` and `;;&` are read as this: goes on with the next body.
    pub falls_through: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Assignment {
    pub name: SmolStr,
    /// bash: `name[index]=…`
    pub index: Option<Word>,
    /// `+=`
    pub append: bool,
    pub value: AssignedValue,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AssignedValue {
    Scalar(Word),
    /// bash: `name=(…)`
    Array(Vec<Word>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Condition {
    Not(Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Or(Box<Condition>, Box<Condition>),
    Unary(SmolStr, Word),
    Binary(Word, SmolStr, Word),
}

/// A word is what its parts give, one after another.
pub(crate) type Word = Vec<Part>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Part {
    /// Text as it stands; `*`, `?` and `[` in it are patterns.
    Literal(SmolStr),
    /// Text between single quotes, or after a backslash.
    Quoted(SmolStr),
    /// What is between double quotes.
    Double(Vec<Part>),
    Parameter(Arc<Parameter>),
    Command(Arc<List>),
    Arithmetic(Arc<Word>),
    /// `~` or `~name` at a word's beginning.
    Tilde(SmolStr),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parameter {
    pub name: SmolStr,
    /// bash: `${name[index]}`
    pub index: Option<Word>,
    pub operation: Operation,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operation {
    Value,
    Length,
    /// `${!name}`
    Indirect,
    /// `-`: with `:` also where it is empty.
    Default {
        colon: bool,
        word: Word,
    },
    Assign {
        colon: bool,
        word: Word,
    },
    Error {
        colon: bool,
        word: Word,
    },
    Alternative {
        colon: bool,
        word: Word,
    },
    /// `#`, `##`
    RemovePrefix {
        longest: bool,
        pattern: Word,
    },
    /// `%`, `%%`
    RemoveSuffix {
        longest: bool,
        pattern: Word,
    },
    /// `:offset:length`
    Substring {
        offset: Word,
        length: Option<Word>,
    },
    /// `/pattern/with`
    Replace {
        all: bool,
        anchor: Option<char>,
        pattern: Word,
        with: Word,
    },
    /// bash's `^`, `^^`, `,`, `,,`
    Case {
        upper: bool,
        all: bool,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Redirect {
    pub fd: Option<u32>,
    pub kind: RedirectKind,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RedirectKind {
    Read(Word),
    Write(Word),
    Append(Word),
    /// `<>`
    ReadWrite(Word),
    /// `<&` and `>&`: a number, or `-`.
    Duplicate {
        input: bool,
        target: Word,
    },
    /// `&>` and `&>>`
    Both {
        append: bool,
        target: Word,
    },
    HereDocument(Word),
    /// bash's `<<<`
    HereString(Word),
}
