//! Calendar dates out of cluster time.

/// A date and time of day in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub year: i64,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    pub millisecond: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// 1 to 366.
    pub year_day: u32,
}

const DAY_MS: u64 = 86_400_000;

impl Civil {
    /// From milliseconds since 1970.
    pub fn from_unix_ms(unix_ms: u64) -> Civil {
        let days = (unix_ms / DAY_MS) as i64;
        let rest = (unix_ms % DAY_MS) as u32;
        let (year, month, day) = date_of(days);
        Civil {
            year,
            month,
            day,
            hour: rest / 3_600_000,
            minute: rest / 60_000 % 60,
            second: rest / 1000 % 60,
            millisecond: rest % 1000,
            weekday: ((days + 4) % 7) as u32,
            year_day: (days - days_of(year, 1, 1) + 1) as u32,
        }
    }

    /// Seconds since 1970, if the date is one.
    pub fn to_unix_s(self) -> Option<i64> {
        let valid = (1..=12).contains(&self.month) && (1..=31).contains(&self.day) && self.hour < 24 && self.minute < 60 && self.second < 61;
        valid.then(|| days_of(self.year, self.month, self.day) * 86_400 + i64::from(self.hour * 3600 + self.minute * 60 + self.second))
    }
}

/// Days since 1970 to a date: Howard Hinnant's `civil_from_days` method.
fn date_of(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A date to days since 1970.
fn days_of(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = i64::from((month + 9) % 12);
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}
