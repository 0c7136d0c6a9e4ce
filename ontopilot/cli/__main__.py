"""`python -m ontopilot.cli`: the command line without its installed script."""

import sys

from ontopilot.cli.app import main

sys.exit(main())
