"""The completion scripts in their shells, and the manual page in its formatter."""

import re
import shutil
import subprocess

import pytest

BASH = r"""
source <("$1" completion bash)
COMP_LINE=$2 COMP_POINT=${#2}
# Readline splits at '=' and ':' too.
read -ra COMP_WORDS <<< "${2//[=:]/ & }"
COMP_WORDS[0]=$1
[[ $2 == *[\ =] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
complete -p tranche >/dev/null || exit 9
_tranche
printf '%s\n' "${COMPREPLY[@]}"
"""

ZSH = r"""
compdef() { registered="$*" }
_describe() { print -rl -- ${(P)${@[-1]}} }
_files() { print FILES }
source <("$1" completion zsh)
[[ $registered == "_tranche tranche" ]] || exit 9
words=("${(z)2}")
[[ $2 == *' ' ]] && words+=("")
PREFIX=${words[-1]}
CURRENT=$#words
words[1]=$1
_tranche || true
"""


def bash(binary, env, line):
    result = subprocess.run(["bash", "-c", BASH, "bash", binary, line], env=env, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.split()


def zsh(binary, env, line):
    if not shutil.which("zsh"):
        pytest.skip("zsh is not installed")
    result = subprocess.run(["zsh", "-f", "-c", ZSH, "zsh", binary, line], env=env, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    return [line.split(":")[0] for line in result.stdout.splitlines()]


@pytest.mark.parametrize("shell", [bash, zsh])
def test_completes_commands_options_and_values(tranche_binary, tranche_env, shell):
    def complete(line):
        return shell(tranche_binary, tranche_env, line)

    assert {"help", "version", "completion"} <= set(complete("tranche "))
    assert complete("tranche vers") == ["version"]
    assert complete("tranche --db sqlite:x vers") == ["version"]
    assert complete("tranche --db 'host=h dbname=d' vers") == ["version"]
    assert complete("tranche help --m") == ["--man"]
    assert complete("tranche version --log-format ") == ["text", "json"]
    assert complete("tranche completion z") == ["zsh"]
    assert complete("tranche nonsense --x") in ([], ["FILES"])


def test_bash_completes_behind_an_equals_sign(tranche_binary, tranche_env):
    assert bash(tranche_binary, tranche_env, "tranche --log-level=w") == ["warning"]
    assert bash(tranche_binary, tranche_env, "tranche --log-format=") == ["text", "json"]


def test_an_unknown_shell_is_refused(tranche, refused):
    assert refused(tranche("completion", "fish")) == "tranche: SHELL: 'fish' is unknown; use one of bash, zsh"


def test_the_manual_page_has_every_command_and_no_warnings(tranche):
    page = tranche("help", "--man").stdout
    if not shutil.which("groff"):
        pytest.skip("groff is not installed")
    # Without -Tutf8 a letter outside Latin-1 would be a warning of the device, not of the page.
    result = subprocess.run(
        ["groff", "-man", "-Tutf8", "-Kutf8", "-ww", "-rLL=80n"] if shutil.which("preconv") else ["groff", "-man", "-Tutf8", "-ww"],
        input=page, capture_output=True, text=True,
    )
    assert (result.returncode, result.stderr) == (0, "")
    text = re.sub(r"\x1b\[[0-9;]*m|.\x08", "", result.stdout)
    for words in ("tranche help", "tranche version", "--log-level", "EXIT STATUS", "TRANCHE_DB", "source <(tranche completion bash)"):
        assert words in text, words
