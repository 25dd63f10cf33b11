"""Make .venv ready: `python3 scripts/bootstrap.py base` or `dev`.

Runs before anything is installed, so it uses the standard library only, and it keeps to syntax
that an old Python can still read, so that an old Python gets a sentence instead of a syntax error.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys

OLDEST = (3, 11)
NAMES = ["python3.14", "python3.13", "python3.12", "python3.11"]
RECENT = "import sys; assert sys.version_info[:2] >= (%d, %d)" % OLDEST
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "installed.json")


def stop(sentence):
    """End with one sentence that says what to do next."""
    sys.stderr.write(sentence + "\n")
    sys.exit(1)


def answers(python, check):
    """Tell whether that interpreter starts and runs a line of code to a good end."""
    with open(os.devnull, "w") as nowhere:
        try:
            return subprocess.call([python, "-c", check], stderr=nowhere) == 0
        except OSError:
            return False


def use_a_recent_python():
    """Start again under a newer Python when this one is too old; stop when there is none."""
    if sys.version_info[:2] >= OLDEST:
        return
    which = getattr(shutil, "which", lambda _name: None)  # Python 2 has none
    for found in filter(None, map(which, NAMES)):
        # A name in the PATH may be the shim of a version manager that has no such version.
        if answers(found, RECENT):
            arguments = [found]
            arguments.extend(sys.argv)
            os.execv(found, arguments)
    stop(
        "Launch Roadmap needs Python 3.11 or later and found only %s at %s: install one, or run "
        "`make PYTHON=/path/to/python3.11 ...`." % (sys.version.split()[0], sys.executable)
    )


def venv_python():
    """Return the path of the interpreter inside .venv."""
    folder, name = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
    return os.path.join(VENV, folder, name)


def create():
    """Create .venv, anew if what is there does not work."""
    try:
        import ensurepip  # noqa: F401
        import venv
    except ImportError:
        stop(
            "This Python (%s) has no venv module: install it (on Debian or Ubuntu: "
            "`apt-get install python3-venv`) and run make again." % sys.executable
        )
    if os.path.lexists(VENV):
        sys.stderr.write("The .venv folder does not work any more; making it again.\n")
        if os.path.isdir(VENV) and not os.path.islink(VENV):
            shutil.rmtree(VENV)
        else:
            os.unlink(VENV)
    sys.stderr.write("Creating .venv with Python %s ...\n" % sys.version.split()[0])
    try:
        venv.create(VENV, with_pip=True)
    except (OSError, subprocess.CalledProcessError) as error:
        shutil.rmtree(VENV, ignore_errors=True)
        stop("Could not create the virtual environment in %s: %s" % (VENV, error))


def digest(lock):
    """Return what stays the same while a finished install holds: package and lock."""
    import tomllib

    with open(os.path.join(ROOT, "pyproject.toml"), "rb") as file:
        declared = tomllib.load(file)
    package = [declared["build-system"], declared["project"], declared["tool"]["setuptools"]]
    parts = [json.dumps(package, sort_keys=True).encode()]
    with open(os.path.join(ROOT, "requirements", lock + ".txt"), "rb") as file:
        parts.append(file.read())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def installed():
    """Return what earlier runs finished: {lock name: digest}, and the root they were for."""
    try:
        with open(STAMP) as file:
            return json.load(file)
    except (OSError, ValueError):
        return {}


def pip(*arguments):
    """Run pip inside .venv; stop with a sentence when it fails."""
    command = [venv_python(), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
    if subprocess.call(command + list(arguments), cwd=ROOT) != 0:
        stop(
            "Could not install the Python packages (pip's messages are above): check that the "
            "package index can be reached and run make again."
        )


def compile_all():
    """Turn the packages into bytecode on all processors; pip would do so on one."""
    find = "import sysconfig; print(sysconfig.get_path('purelib'))"
    folder = subprocess.check_output([venv_python(), "-c", find], cwd=ROOT).decode().strip()
    # Some packages carry files of another Python, as templates: what cannot be read stays as it is.
    quiet = [venv_python(), "-W", "ignore", "-m", "compileall", "-qq", "-j", "0", folder]
    subprocess.call(quiet, cwd=ROOT)


def main():
    """Bring .venv to what the named lock says; quick when nothing changed."""
    lock = sys.argv[1] if len(sys.argv) == 2 else ""
    if lock not in ("base", "dev", "node"):
        stop("Usage: python3 scripts/bootstrap.py base|dev|node")
    use_a_recent_python()
    # The commands in .venv/bin name the folder they were made in: a moved copy is made again.
    moved = installed().get("root", ROOT) != ROOT
    if moved or not answers(venv_python(), RECENT + "; import pip"):
        create()
    done, wanted = installed(), digest(lock)
    if done.get(lock) == wanted:
        return
    sys.stderr.write("Installing the packages of requirements/%s.txt ...\n" % lock)
    locked = ["--require-hashes", "-r", os.path.join("requirements", lock + ".txt")]
    pip("--no-deps", "--no-compile", *locked)
    compile_all()
    if lock != "node":
        # "compat" puts this folder on the path as it is: config.py, wsgi.py and roadmap/ alike.
        here = ["--config-settings", "editable_mode=compat", "-e", "."]
        pip("--no-deps", "--no-build-isolation", "--no-index", *here)
    done["root"] = ROOT
    done[lock] = wanted
    if lock == "dev":  # dev.txt holds all of base.txt, at the same versions
        done["base"] = digest("base")
    with open(STAMP, "w") as file:
        json.dump(done, file, indent=1)


if __name__ == "__main__":
    main()
