"""How templates become Python: as Jinja does it, less what it asks again at each word.

A page says some hundred translated words and calls as many helpers. English is the only language
yet, so a translated literal is text when a template is compiled, and joins the text around it.
What is put out is escaped as ever; plain text without a special character is let through at once.
"""

import re
from collections.abc import MutableMapping
from types import FunctionType, MethodType
from typing import Any

from flask.templating import Environment as FlaskEnvironment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from roadmap.web import i18n

_SPECIAL = re.compile("[&<>\"']").search
_TRANSLATE = frozenset({"_", "gettext"})
# Helpers of every template that want nothing of its context.
_HELPERS = frozenset({"_", "gettext", "ngettext", "icon", "asset", "url_for", "csrf_token"})
_PLAIN = (FunctionType, MethodType)


def safe(value: Any) -> str:
    """Return a value as safe text, as `markupsafe.escape` does."""
    kind = type(value)
    if kind is Markup or (kind is str and _SPECIAL(value) is None):
        return value  # type: ignore[no-any-return]
    return escape(value)


class _Translated(NodeTransformer):
    """Puts the translation in the place of a call that translates a literal."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        node = self.generic_visit(node)  # type: ignore[assignment]
        name, given = node.node, node.args
        if (
            isinstance(name, nodes.Name)
            and name.name in _TRANSLATE
            and len(given) == 1
            and isinstance(given[0], nodes.Const)
            and not (node.kwargs or node.dyn_args or node.dyn_kwargs)
        ):
            return nodes.Const(i18n.gettext(given[0].value), lineno=node.lineno)
        return node


class _Generator(CodeGenerator):
    """Writes the Python of a template."""

    def visit_Template(  # noqa: N802 - named by Jinja
        self, node: nodes.Template, frame: Frame | None = None
    ) -> None:
        self.writeline(f"from {__name__} import safe")
        super().visit_Template(_Translated().visit(node), frame)

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("safe(")
        else:
            super()._output_child_pre(node, frame, finalize)

    def visit_Call(  # noqa: N802 - named by Jinja
        self, node: nodes.Call, frame: Frame, forward_caller: bool = False
    ) -> None:
        name, given = node.node, node.args
        helper = isinstance(name, nodes.Name) and name.name in _HELPERS
        if forward_caller or not helper or not given:
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(name, frame)
        self.write("(")
        self.visit(given[0], frame)
        rest = nodes.Call(name, given[1:], node.kwargs, node.dyn_args, node.dyn_kwargs)
        self.signature(rest, frame)
        self.write(")")


class _Context(Context):
    """Calls plain functions and methods without asking first what else they could be."""

    def call(self, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        if type(__obj) in _PLAIN and not hasattr(__obj, "jinja_pass_arg"):
            kwargs.pop("_block_vars", None)
            kwargs.pop("_loop_vars", None)
            return __obj(*args, **kwargs)
        return super().call(__obj, *args, **kwargs)


class Environment(FlaskEnvironment):
    """The environment of the product's templates."""

    code_generator_class = _Generator
    context_class = _Context

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template: these themselves, where it adds none of its own."""
        # Copied for every template a page is made of, which a chain of maps makes slow.
        return super().make_globals(d) if d else self.globals
