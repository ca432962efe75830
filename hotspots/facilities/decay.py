"""Decay: how the weight of what is near falls with distance."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from hotspots.errors import InputError
from hotspots.geography.paths import ROUNDING

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Shape = Literal["exponential", "gaussian", "linear"]


@dataclass(frozen=True)
class Decay:
    """How the weight of another place falls with its distance, from 1 at the same place.

    Attributes
    ----------
    shape : {"exponential", "gaussian", "linear"}
        At a distance d: exp(-d / scale), exp(-(d / scale)² / 2), or 1 - d / scale and 0 from the
        scale on.
    scale : float
        Metres. At the scale the weight is 0.37, 0.61 and 0.
    cutoff : float
        Metres, itself included, beyond which the weight is 0.

    Raises
    ------
    InputError
        If the shape is not known, or a distance is not above 0.

    References
    ----------
    Kwan, M.-P. (1998). Space-time and integral measures of individual accessibility.
    Geographical Analysis, 30(3), 191-216. https://doi.org/10.1111/j.1538-4632.1998.tb00396.x

    Examples
    --------
    >>> Decay("linear", scale=500).weights(np.array([0.0, 100.0, 600.0])).tolist()
    [1.0, 0.8, 0.0]
    >>> Decay("gaussian", scale=400, cutoff=800).weights(np.array([400.0, 801.0])).round(4).tolist()
    [0.6065, 0.0]
    """

    shape: Shape = "exponential"
    _: KW_ONLY
    scale: float = 400.0
    cutoff: float = 1600.0

    def __post_init__(self) -> None:
        if self.shape not in get_args(Shape):
            raise InputError(
                f"decay {self.shape!r} is not known: use one of {', '.join(get_args(Shape))}"
            )
        for name, metres in (("scale", self.scale), ("cutoff", self.cutoff)):
            if not 0 < metres < np.inf:
                raise InputError(f"decay: {name} of {metres:g} m; give more than 0")

    def __str__(self) -> str:
        return f"{self.shape}, scale {self.scale:g} m, 0 beyond {self.cutoff:g} m"

    def weights(self, metres: Floats) -> Floats:
        """Weigh distances.

        Parameters
        ----------
        metres : ndarray of float
            Distances; infinite ones weigh nothing.

        Returns
        -------
        ndarray of float
            Of the same shape, from 0 to 1.
        """
        inside = metres <= self.cutoff + ROUNDING
        weights = np.zeros(metres.shape)
        share = metres[inside] / self.scale
        match self.shape:
            case "exponential":
                weights[inside] = np.exp(-share)
            case "gaussian":
                weights[inside] = np.exp(-(share**2) / 2)
            case "linear":
                weights[inside] = np.maximum(1 - share, 0.0)
        return weights
