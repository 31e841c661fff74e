"""What the numbers mean."""


def click_rate(views: int, clicks: int) -> float | None:
    """Human clicks per human view, 0.5 for one click in two views; above 1 where images are blocked; None: no view."""
    return clicks / views if views else None
