from .errors import HotspotsError as HotspotsError

__version__: str
__all__ = ["HotspotsError"]
