"""开发时用：把后面的词原样交给 Django 的管理命令，例如 ./run manage makemigrations people。"""

import argparse
import warnings

HELP = "运行 Django 自带的管理命令（开发用）"
NEEDS_DJANGO = True
NEEDS_DATABASE = False
PASSES_THROUGH = True

#: These read code only; the database need not run.
_WITHOUT_DATABASE = ("makemigrations", "check", "diffsettings", "help", "collectstatic", "showurls")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="词", help="Django 管理命令和它的参数")


def run(args: argparse.Namespace) -> int:
    from django.core.management import execute_from_command_line

    from tongban.hall import schema

    if not args.words or args.words[0] not in _WITHOUT_DATABASE:
        schema.prepare()
    # makemigrations would like to ask a database that may not run; it does not need it.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    execute_from_command_line(["./run manage", *args.words])
    return 0
