"""`statements_program.py FILE COMMAND …` is `forecourt COMMAND …`, and writes down how many statements it has made."""

import sys
from pathlib import Path

from sqlalchemy import Engine, event

from forecourt.cli import main

if __name__ == "__main__":
    path = Path(sys.argv.pop(1))
    statements: list[str] = []
    event.listen(Engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    code = main()
    path.write_text("\n;\n".join(statements), encoding="utf-8")
    sys.exit(code)
