use super::*;

fn quantity(text: &str) -> Quantity {
    Quantity::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[test]
fn quantities_are_written_canonically() {
    let cases = [
        ("0", "0"),
        ("0Mi", "0"),
        ("1", "1"),
        ("0.5", "500m"),
        ("1.5", "1500m"),
        ("100m", "100m"),
        ("1000m", "1"),
        ("1500m", "1500m"),
        ("1000", "1k"),
        ("1024", "1024"),
        ("1000000", "1M"),
        ("1024Ki", "1Mi"),
        ("1.5Gi", "1536Mi"),
        ("1536Mi", "1536Mi"),
        ("0.5Gi", "512Mi"),
        ("1000Mi", "1000Mi"),
        ("0.5Mi", "512Ki"),
        ("0.1Ki", "102400m"),
        ("1e3", "1e3"),
        ("1000e3", "1e6"),
        ("1.5e3", "1500"),
        ("1E", "1E"),
        ("12E6", "12E6"),
        ("0.0001m", "100n"),
        ("0.1n", "1n"),
        ("-1.5", "-1500m"),
        ("-0.1n", "-1n"),
        ("+2", "+2"),
        (".5", "500m"),
        ("1.", "1."),
        ("1.500", "1.500"),
        ("8Ei", "9223372036854775807"),
        ("1.123456789123456789Gi", "1206302541938603854n"),
    ];
    for (text, canonical) in cases {
        assert_eq!(quantity(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn what_is_no_quantity_is_said_in_upstreams_words() {
    let format = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    let suffix = "unable to parse quantity's suffix";
    let cases = [
        ("", format),
        ("aoeu", format),
        ("1.1.M", format),
        ("1+1.0M", format),
        (" 1", format),
        ("1 ", format),
        ("1 Gi", format),
        ("0.1mi", suffix),
        ("1i", suffix),
        ("-3.01e-", suffix),
        ("1GB", format),
        ("1GG", suffix),
        ("Gi", ""),
    ];
    for (text, message) in cases {
        let said = Quantity::parse(text).err().map(|error| error.to_string()).unwrap_or_default();
        assert_eq!(said, message, "{text}");
    }
}

#[test]
fn values_round_away_from_zero() {
    for (text, value, milli) in [("1.5", 2, 1500), ("100m", 1, 100), ("1u", 1, 1), ("1Gi", 1 << 30, 1000 << 30), ("-1.5", -2, -1500), ("2k", 2000, 2_000_000)] {
        assert_eq!((quantity(text).value(), quantity(text).milli_value()), (value, milli), "{text}");
    }
}

#[test]
fn amounts_compare_and_add_across_suffixes() {
    assert_eq!(quantity("1Gi"), quantity("1024Mi"));
    assert!(quantity("1G") < quantity("1Gi") && quantity("-1") < quantity("0"));
    assert_eq!(quantity("500m").add(&quantity("1")).to_string(), "1500m");
    assert_eq!(quantity("0").add(&quantity("64Mi")).to_string(), "64Mi");
    assert_eq!(quantity("1Gi").sub(&quantity("512Mi")).to_string(), "512Mi");
    assert_eq!(quantity("2Gi").sub(&quantity("2Gi")).to_string(), "0");
    assert_eq!(Quantity::new(2048, Format::BinarySI).to_string(), "2Ki");
    assert_eq!(Quantity::new_milli(1500, Format::DecimalSI).to_string(), "1500m");
}

#[test]
fn json_numbers_are_quantities_too() {
    assert_eq!(Quantity::from_value(&Value::Int(2)), Ok(quantity("2")));
    assert_eq!(Quantity::from_value(&Value::Float(0.5)), Ok(quantity("500m")));
    assert_eq!(Quantity::from_value(&Value::Bool(true)), Err(ParseError::Format));
}
