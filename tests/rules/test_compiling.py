"""Templates compiled by the product's own environment say what Jinja's would."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError, pass_context
from markupsafe import Markup, escape

from roadmap.web import i18n
from roadmap.web.compiling import Environment, safe


@pytest.fixture(scope="module")
def environment() -> Environment:
    made = Environment(Flask("compiling"), autoescape=True)
    made.globals.update(_=i18n.gettext, gettext=i18n.gettext, icon=lambda name, size=1: name * size)
    return made


@given(st.one_of(st.text(), st.integers(), st.none(), st.floats(), st.text().map(Markup)))
def test_what_is_put_out_is_escaped_as_ever(value) -> None:
    assert safe(value) == escape(value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('{{ _("a & b") }}', "a &amp; b"),
        ('{{ _("%(n)s of it", n="<3") }}', "&lt;3 of it"),
        ('{{ _("100%") }}{{ gettext("x") }}', "100%x"),
        ('{{ _("one") if yes else _("two") }}', "one"),
        ("{{ icon('<', size=2) }}{{ icon(*['a']) }}", "&lt;&lt;a"),
        (
            "{% macro m(x) %}{{ x }}{{ caller() }}{% endmacro %}{% call m('<') %}>{% endcall %}",
            "&lt;>",
        ),
        ("{% for icon in [f] %}{{ icon('b') }}{% endfor %}", "Bb"),
        ("{{ f('&') }}{{ seen() }}", "B&amp;yes"),
        ("{{ word|upper }}{{ bold }}", "&lt;<b>"),
    ],
)
def test_a_template_says_what_it_says_elsewhere(environment, source, expected) -> None:
    @pass_context
    def seen(context) -> str:
        return "yes" if context["yes"] else "no"

    values = {"yes": True, "f": lambda text: f"B{text}", "seen": seen, "bold": Markup("<b>")}
    found = environment.from_string(source).render(word="<", **values)
    assert found == expected


def test_a_global_added_later_is_seen_by_a_template_compiled_before(environment) -> None:
    template = environment.from_string("{{ later() }}")
    with pytest.raises(UndefinedError):
        template.render()
    environment.globals["later"] = lambda: "now"
    assert template.render() == "now"
    del environment.globals["later"]
