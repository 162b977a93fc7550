"""`python -m mesh`."""

from mesh.cli import main

main()
