//! Which part of the picture is seen, and how large.

/// The smallest and the largest scale that a person can choose.
pub const SCALES: (f64, f64) = (0.2, 12.0);
/// Space left between the picture and the edge of what is seen, in CSS pixels.
pub const MARGIN: f64 = 16.0;
/// So much more can be seen below the picture than there is of it, in CSS pixels.
const BOTTOM: f64 = 16.0;

/// Where a point of the picture is on the screen: `x · scale + left`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Camera {
    /// CSS pixels of the screen for one of the picture.
    pub scale: f64,
    /// Where the picture's left edge is.
    pub left: f64,
    /// Where the picture's top edge is.
    pub top: f64,
}

impl Default for Camera {
    fn default() -> Camera {
        Camera { scale: 1.0, left: MARGIN, top: 0.0 }
    }
}

/// A width and a height.
pub type Size = (f64, f64);

impl Camera {
    /// Shows all of a picture, no larger than it was made.
    pub fn fitting(picture: Size, window: Size) -> Camera {
        let scale = ((window.0 - 2.0 * MARGIN) / picture.0.max(1.0)).min((window.1 - MARGIN) / picture.1.max(1.0)).clamp(SCALES.0, 1.0);
        Camera { scale, left: (window.0 - picture.0 * scale) / 2.0, top: 0.0 }.within(picture, window)
    }

    /// Shows a part of the picture (left, top, width, height) as large as there is room for.
    pub fn onto(part: (f64, f64, f64, f64), picture: Size, window: Size) -> Camera {
        let scale = ((window.0 - 4.0 * MARGIN) / part.2.max(1.0)).min((window.1 - 4.0 * MARGIN) / part.3.max(1.0)).clamp(SCALES.0, SCALES.1);
        let (x, y) = (part.0 + part.2 / 2.0, part.1 + part.3 / 2.0);
        Camera { scale, left: window.0 / 2.0 - x * scale, top: window.1 / 2.0 - y * scale }.within(picture, window)
    }

    /// The same with another scale, so that what is at `(x, y)` on the screen stays there.
    pub fn zoomed(self, factor: f64, (x, y): (f64, f64)) -> Camera {
        let scale = (self.scale * factor).clamp(SCALES.0, SCALES.1);
        let by = scale / self.scale;
        Camera { scale, left: x - (x - self.left) * by, top: y - (y - self.top) * by }
    }

    /// Moved on the screen.
    pub fn moved(self, (x, y): (f64, f64)) -> Camera {
        Camera { left: self.left + x, top: self.top + y, ..self }
    }

    /// Moved as little as needed to show no emptiness beside the picture; a picture with room to spare is in the middle, at the top.
    pub fn within(self, picture: Size, window: Size) -> Camera {
        let (width, height) = (picture.0 * self.scale, picture.1 * self.scale);
        let left = if width <= window.0 - 2.0 * MARGIN { (window.0 - width) / 2.0 } else { self.left.clamp(window.0 - MARGIN - width, MARGIN) };
        let lowest = (window.1 - height - if height > window.1 { BOTTOM } else { 0.0 }).min(0.0);
        Camera { left, top: self.top.clamp(lowest, 0.0), ..self }
    }

    /// Whether all of a picture is seen.
    pub fn shows_all(self, picture: Size, window: Size) -> bool {
        picture.0 * self.scale <= window.0 && picture.1 * self.scale <= window.1 + 1.0
    }

    /// Between two: 0 is this one, 1 the other.
    pub fn towards(self, other: Camera, part: f64) -> Camera {
        let between = |from: f64, to: f64| from + (to - from) * part;
        Camera { scale: between(self.scale, other.scale), left: between(self.left, other.left), top: between(self.top, other.top) }
    }
}
