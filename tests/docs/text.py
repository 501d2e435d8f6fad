"""Finds the command lines in texts."""

import re
import shlex

# A word of a shell line: quoted stretches and whatever ends no command.
WORD = r"""(?:'[^']*'|"[^"]*"|[^\s|&;()<>'"`])+"""
COMMAND = re.compile(rf"""(?<![\w/.'"-])tranche((?:[ \t]+{WORD})+)""")

VARIABLE = re.compile(r"\$\w+")


def blocks(text, kind):
    """The fenced blocks ```kind of a Markdown text."""
    return [block for found, block in re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M) if found == kind]


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)


def inline(text):
    """What stands between `backticks` outside of the blocks, a line each."""
    return "\n".join(re.findall(r"`([^`\n]+)`", without_blocks(text)))


def shell_text(markdown):
    """Everything in a Markdown text that a reader may type."""
    shell = "\n".join(block for kind in ("sh", "bash", "console", "") for block in blocks(markdown, kind))
    return shell + "\n" + inline(markdown)


def commands(text):
    """The calls of tranche in shell lines, as argument lists."""
    joined = re.sub(r"(^|\s)# .*", "", text.replace("\\\n", " "))
    return [[VARIABLE.sub("1", word) for word in shlex.split(found)] for found in COMMAND.findall(joined)]


def console(block):
    """[(command, lines pasted below it)] of a console block."""
    steps = []
    for line in block.replace("\\\n", " ").splitlines():
        if line.startswith("$ "):
            steps.append((" ".join(line[2:].split()), []))
        else:
            steps[-1][1].append(line)
    return steps
