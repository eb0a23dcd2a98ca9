//! Cluster time in words, and the speeds.

/// `0:42.8`, `1:02:05.3`: hours only where there are any.
pub fn clock_text(time_ms: u64) -> String {
    let (hours, minutes, seconds, tenths) = (time_ms / 3_600_000, time_ms / 60_000 % 60, time_ms / 1000 % 60, time_ms / 100 % 10);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}.{tenths}") } else { format!("{minutes}:{seconds:02}.{tenths}") }
}

/// `8 s`, `4 min 12 s`, `2 h 5 min`.
pub fn duration_text(duration_ms: u64) -> String {
    let seconds = duration_ms.div_ceil(1000);
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}

/// How fast cluster time goes.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Speed {
    /// That many cluster seconds a second.
    Times(f64),
    /// As fast as the page can.
    Max,
}

/// The speeds there are, slowest first.
pub const SPEEDS: [Speed; 8] =
    [Speed::Times(0.1), Speed::Times(0.5), Speed::Times(1.0), Speed::Times(2.0), Speed::Times(5.0), Speed::Times(20.0), Speed::Times(100.0), Speed::Max];

impl Speed {
    /// `0.1×`, `Max`.
    pub fn label(self) -> String {
        match self {
            Speed::Times(times) => format!("{times}×"),
            Speed::Max => super::texts::SPEED_MAX.into(),
        }
    }

    /// The speed of that label; 1× where there is none.
    pub fn of_label(label: &str) -> Speed {
        SPEEDS.into_iter().find(|speed| speed.label() == label).unwrap_or(Speed::Times(1.0))
    }
}
