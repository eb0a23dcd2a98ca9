//! The symbols of the diagram, drawn for this page: a shape for every state and kind. 16 by 16 units, coloured by the text around them.

use crate::playground::scene::Glyph;

/// The inside of an `<svg viewBox="0 0 16 16">`. `percent` is how far a ring of progress has come.
pub fn glyph(glyph: Glyph, percent: Option<u8>) -> String {
    let inside = match glyph {
        Glyph::None => "",
        Glyph::Ready => {
            r#"<circle cx="8" cy="8" r="6.500" fill="currentColor"/><path d="M5 8.200l2 2 4-4.400" stroke="var(--glyph-ink)" stroke-width="1.800" fill="none"/>"#
        }
        Glyph::NotReady => {
            r#"<circle cx="8" cy="8" r="5.700" fill="none" stroke="currentColor" stroke-width="1.600"/><path d="M8 2.300a5.700 5.700 0 0 1 0 11.400z" fill="currentColor"/>"#
        }
        Glyph::Waits => r#"<circle cx="8" cy="8" r="5.800" fill="none" stroke="currentColor" stroke-width="2" stroke-dasharray="2.700 2.100"/>"#,
        Glyph::Progress => return progress(percent),
        Glyph::Trouble => {
            r#"<path d="M8 1.600L15 14H1z" fill="currentColor"/><path d="M8 6v4M8 11.400v1.400" stroke="var(--glyph-ink)" stroke-width="1.700"/>"#
        }
        Glyph::Ended => {
            r#"<circle cx="8" cy="8" r="5.900" fill="none" stroke="currentColor" stroke-width="1.600"/><path d="M5.300 8.200l1.900 1.900 3.600-4" stroke="currentColor" stroke-width="1.600" fill="none"/>"#
        }
        Glyph::Leaving => {
            r#"<circle cx="8" cy="8" r="5.900" fill="none" stroke="currentColor" stroke-width="1.600"/><path d="M5 8h6" stroke="currentColor" stroke-width="1.800"/>"#
        }
        Glyph::Service => {
            r#"<circle cx="8" cy="3.400" r="2" fill="currentColor"/><circle cx="3" cy="12.600" r="2" fill="currentColor"/><circle cx="13" cy="12.600" r="2" fill="currentColor"/><path d="M3 12L8 4l5 8" stroke="currentColor" stroke-width="1.300" fill="none"/>"#
        }
        Glyph::Ingress => r#"<path d="M1 8h13M9.500 3.500L14 8l-4.500 4.500" fill="none" stroke="currentColor" stroke-width="1.700"/>"#,
        Glyph::ConfigMap => {
            r#"<rect x="2.500" y="2" width="11" height="12" rx="2" fill="none" stroke="currentColor" stroke-width="1.500"/><path d="M5.500 6h5M5.500 9.500h5" stroke="currentColor" stroke-width="1.400"/>"#
        }
        Glyph::Secret => {
            r#"<rect x="2.500" y="7" width="11" height="7" rx="1.600" fill="none" stroke="currentColor" stroke-width="1.500"/><path d="M5 7V5a3 3 0 0 1 6 0v2" fill="none" stroke="currentColor" stroke-width="1.500"/>"#
        }
        Glyph::Volume => {
            r#"<path d="M2.500 4v8c0 1.500 11 1.500 11 0V4" fill="none" stroke="currentColor" stroke-width="1.500"/><ellipse cx="8" cy="4" rx="5.500" ry="2" fill="none" stroke="currentColor" stroke-width="1.500"/>"#
        }
        Glyph::Workload => {
            r#"<rect x="4.500" y="1.800" width="9.700" height="9.700" rx="2" fill="none" stroke="currentColor" stroke-width="1.400"/><path d="M11.500 14.200H3.800a2 2 0 0 1-2-2V4.500" fill="none" stroke="currentColor" stroke-width="1.400"/>"#
        }
        Glyph::Object => r#"<rect x="2.500" y="2.500" width="11" height="11" rx="2.500" fill="none" stroke="currentColor" stroke-width="1.500"/>"#,
    };
    inside.to_owned()
}

fn progress(percent: Option<u8>) -> String {
    // 2 π · 5.8
    let round = 36.44;
    match percent {
        Some(percent) => format!(
            r#"<circle cx="8" cy="8" r="5.800" fill="none" stroke="var(--line)" stroke-width="2.400"/><circle cx="8" cy="8" r="5.800" fill="none" stroke="currentColor" stroke-width="2.400" stroke-dasharray="{:.1} {round}" transform="rotate(-90 8 8)"/>"#,
            f64::from(percent.min(100)) / 100.0 * round
        ),
        None => r#"<circle cx="8" cy="8" r="5.800" fill="none" stroke="var(--line)" stroke-width="2.400"/><path class="turning" d="M8 2.200a5.800 5.800 0 0 1 5.800 5.800" fill="none" stroke="currentColor" stroke-width="2.400"/>"#.to_owned(),
    }
}
