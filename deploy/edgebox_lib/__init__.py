"""What the command `edgebox` is made of: a site directory, its validation, prechecks, and phases that are run until satisfied."""
