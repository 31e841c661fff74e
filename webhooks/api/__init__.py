"""The API under `/api/`: what programs may read and do, with keys."""
