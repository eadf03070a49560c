"""Long checks behind one command, `python -m tests.proof`: each module measures figures of one kind."""
