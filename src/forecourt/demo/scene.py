"""One car before one camera: what all the drawing of it needs, and the strokes it is drawn with."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from PIL import Image, ImageDraw

from forecourt.demo.camera import Camera, Finish, Quads
from forecourt.demo.car_shape import Floats, Shape
from forecourt.demo.look import Look, Rgb, mix

SIDES = (-1, 1)  # right, left
ENDS = (-1, 1)  # tail, nose
DARK: Rgb = (24, 26, 29)


@dataclass(frozen=True)
class Scene:
    """`image` has the size that the camera was made for; a backdrop is on it.

    Args:
        sky: The colour that polished things mirror above; `ground` below.
    """

    image: Image.Image
    camera: Camera
    shape: Shape
    look: Look
    sky: Rgb
    ground: Rgb

    @cached_property
    def draw(self) -> ImageDraw.ImageDraw:
        """Onto the image."""
        return ImageDraw.Draw(self.image)

    @property
    def paint(self) -> Finish:
        """The lacquer."""
        return Finish(self.look.paint, 0.85, self.sky, self.ground)

    @property
    def glass(self) -> Finish:
        """Tinted, so that nobody asks who sits inside."""
        return Finish((30, 37, 44), 1.0, self.sky, mix(self.ground, DARK, 0.55), spark=30)

    def shows_side(self, side: int) -> bool:
        """Whether the camera sees the left (1) or the right (-1) flank."""
        return self.camera.faces((0, side, 0), (0, side * self.shape.width / 2, 0.5))

    def shows_end(self, end: int) -> bool:
        """Whether the camera sees the nose (1) or the tail (-1)."""
        return self.camera.faces((end, 0, 0), (end * self.shape.length / 2, 0, 0.6))

    def fill(self, points: Floats, colour: Rgb) -> None:
        """A flat shape, given by points in metres."""
        pixels, _ = self.camera.project(points)
        self.draw.polygon(pixels.ravel().tolist(), fill=colour)

    def stroke(self, points: Floats, colour: Rgb, width: float) -> None:
        """A line through points in metres; so is its width."""
        pixels, _ = self.camera.project(points)
        width_px = max(1, round(width * self.camera.pixels_per_metre()))
        self.draw.line(pixels.ravel().tolist(), fill=colour, width=width_px, joint="curve")

    def cover(self, parts: list[Quads]) -> None:
        """Faces, the farthest first."""
        if not parts:
            return
        order = np.argsort(-np.concatenate([part.distances for part in parts]))
        corners = np.concatenate([part.corners for part in parts])[order].tolist()
        colours = np.concatenate([part.colours for part in parts])[order].astype(np.uint8).tolist()
        for corner, (red, green, blue) in zip(corners, colours, strict=True):
            self.draw.polygon(corner, fill=(red, green, blue))
