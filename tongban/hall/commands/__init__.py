"""The commands of ``./run``: one file each, with HELP, NEEDS_DJANGO, arguments(parser) and run(args)."""
