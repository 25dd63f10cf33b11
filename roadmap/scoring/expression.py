"""Custom formulas: a small parser and an evaluator that always ends with a number or an error.

Grammar, loosest first (functions: min and max of one or more values, abs, sqrt, natural log):

    sum     = product (("+" | "-") product)*
    product = signed (("*" | "/") signed)*
    signed  = ("-" | "+") signed | power
    power   = atom ["^" signed]              right-associative: 2^3^2 = 2^9
    atom    = number | name | function "(" sum ("," sum)* ")" | "(" sum ")"

The sign binds looser than the power, as in written mathematics: -2^2 = -4. The signs × ÷ − are
read as * / -. All arithmetic is on floats, so no operation can take long or grow without bound.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import NamedTuple, NoReturn

from roadmap.wording import N_, Sentence, shown

MAX_LENGTH = 500
MAX_DEPTH = 40
# function -> exact number of values it takes; None: one or more
FUNCTIONS: Mapping[str, int | None] = {"min": None, "max": None, "abs": 1, "sqrt": 1, "log": 1}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign>[-+*/^(),×÷−]))"
)
_PLAIN_SIGN = {"×": "*", "÷": "/", "−": "-"}


class FormulaError(ValueError):
    """A formula that cannot be read or has no answer; `position` counts characters from 0."""

    def __init__(self, sentence: Sentence, position: int) -> None:
        super().__init__(sentence, position)
        self.sentence = sentence
        self.position = position

    @property
    def message(self) -> str:
        """Return the English sentence."""
        return str(self.sentence)

    def __str__(self) -> str:
        return self.message


class Kind(Enum):
    """What a step of a compiled formula does to the stack."""

    NUMBER = "number"
    NAME = "name"
    APPLY = "apply"


class Step(NamedTuple):
    """One step in postfix order: push a number, push a named value, or apply an operation."""

    kind: Kind
    name: str
    number: float
    arity: int
    position: int


class _Token(NamedTuple):
    kind: str
    text: str
    position: int


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed formula: its text, its steps in postfix order and the names it uses, in order."""

    text: str
    steps: tuple[Step, ...]
    names: tuple[str, ...]

    def check_names(self, allowed: Iterable[str]) -> None:
        """Raise FormulaError at the first name that is not allowed."""
        known = frozenset(allowed)
        for step in self.steps:
            if step.kind is Kind.NAME and step.name not in known:
                _unknown_name(step)

    def evaluate(self, values: Mapping[str, float | Decimal]) -> float:
        """Return the formula's value, a finite float.

        Raises FormulaError for a name without a value, a division by zero, a result that is not a
        real number, and one that is too large.
        """
        stack: list[float] = []
        for step in self.steps:
            if step.kind is Kind.NUMBER:
                stack.append(step.number)
            elif step.kind is Kind.NAME:
                stack.append(_value_of(step, values))
            else:
                arguments = stack[-step.arity :]
                del stack[-step.arity :]
                stack.append(_apply(step, arguments))
        return stack[0] + 0.0  # turns -0.0 into 0.0


@lru_cache(maxsize=256)
def parse(text: str) -> Expression:
    """Read a formula; raise FormulaError with the position of the first fault."""
    if len(text) > MAX_LENGTH:
        _fail(
            N_("This formula has %(length)s characters; the limit is %(limit)s. Shorten it."),
            MAX_LENGTH,
            length=len(text),
            limit=MAX_LENGTH,
        )
    steps = _Parser(text).parse()
    names = dict.fromkeys(step.name for step in steps if step.kind is Kind.NAME)
    return Expression(text, tuple(steps), tuple(names))


def _fail(template: str, position: int, **params: object) -> NoReturn:
    raise FormulaError(Sentence(template, params), position)


def _unknown_name(step: Step) -> NoReturn:
    _fail(
        N_("“%(name)s” is not a criterion of this framework. Use one of its codes."),
        step.position,
        name=shown(step.name),
    )


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            start = position + len(text[position:]) - len(text[position:].lstrip())
            _fail(
                N_("The character “%(character)s” has no meaning in a formula. Remove it."),
                start,
                character=text[start],
            )
        kind = match.lastgroup or ""
        found = match[kind]
        tokens.append(_Token(kind, _PLAIN_SIGN.get(found, found), match.start(kind)))
        position = match.end()
    tokens.append(_Token("end", "", len(text)))
    return tokens


class _Parser:
    """Recursive descent that writes postfix steps; `_signed`, in every recursion, counts depth."""

    def __init__(self, text: str) -> None:
        self.tokens = _tokens(text)
        self.at = 0
        self.depth = 0
        self.steps: list[Step] = []

    def parse(self) -> list[Step]:
        if self.tokens[0].kind == "end":
            _fail(N_("The formula is empty. Write one, for example reach * impact / effort."), 0)
        self._sum()
        rest = self.tokens[self.at]
        if rest.text == ")":
            _fail(N_("This “)” closes nothing. Remove it or add “(” before."), rest.position)
        if rest.text == ",":
            _fail(
                N_("A comma only separates the values of a function. Use “.” for decimals."),
                rest.position,
            )
        if rest.kind != "end":
            _fail(
                N_("An operator is missing before “%(found)s”. Put one of + - * / ^ there."),
                rest.position,
                found=shown(rest.text),
            )
        return self.steps

    def _take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += 1
        return token

    def _next_is(self, *texts: str) -> bool:
        return self.tokens[self.at].text in texts

    def _emit(self, name: str, arity: int, position: int) -> None:
        self.steps.append(Step(Kind.APPLY, name, 0.0, arity, position))

    def _sum(self) -> None:
        self._product()
        while self._next_is("+", "-"):
            sign = self._take()
            self._product()
            self._emit(sign.text, 2, sign.position)

    def _product(self) -> None:
        self._signed()
        while self._next_is("*", "/"):
            sign = self._take()
            self._signed()
            self._emit(sign.text, 2, sign.position)

    def _signed(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            _fail(
                N_("The formula is nested more than %(limit)s deep here. Make it simpler."),
                self.tokens[self.at].position,
                limit=MAX_DEPTH,
            )
        if self._next_is("-", "+"):
            sign = self._take()
            self._signed()
            if sign.text == "-":
                self._emit("negate", 1, sign.position)
        else:
            self._power()
        self.depth -= 1

    def _power(self) -> None:
        self._atom()
        if self._next_is("^"):
            sign = self._take()
            self._signed()
            self._emit("^", 2, sign.position)

    def _atom(self) -> None:
        token = self._take()
        if token.kind == "number":
            self._number(token)
        elif token.kind == "name" and (token.text in FUNCTIONS or self._next_is("(")):
            self._call(token)
        elif token.kind == "name":
            self.steps.append(Step(Kind.NAME, token.text, 0.0, 0, token.position))
        elif token.text == "(":
            self._sum()
            self._close(token)
        elif token.kind == "end":
            _fail(N_("The formula ends too early. Add a number or a criterion."), token.position)
        else:
            _fail(
                N_("A number or a criterion is missing before “%(found)s”."),
                token.position,
                found=token.text,
            )

    def _number(self, token: _Token) -> None:
        number = float(token.text)
        if not math.isfinite(number):
            _fail(N_("This number is too large. Use a smaller one."), token.position)
        self.steps.append(Step(Kind.NUMBER, "", number, 0, token.position))

    def _call(self, token: _Token) -> None:
        if token.text not in FUNCTIONS:
            _fail(
                N_("“%(name)s” is not a function. The functions are %(functions)s."),
                token.position,
                name=shown(token.text),
                functions=", ".join(FUNCTIONS),
            )
        if not self._next_is("("):
            _fail(
                N_("%(name)s is a function: write its values in brackets, %(name)s(…)."),
                token.position,
                name=token.text,
            )
        bracket = self._take()
        self._sum()
        count = 1
        while self._next_is(","):
            self._take()
            self._sum()
            count += 1
        self._close(bracket)
        if FUNCTIONS[token.text] not in (None, count):
            _fail(
                N_("%(name)s takes one value, not %(count)s."),
                token.position,
                name=token.text,
                count=count,
            )
        self._emit(token.text, count, token.position)

    def _close(self, bracket: _Token) -> None:
        if not self._next_is(")"):
            _fail(N_("This “(” is not closed. Add “)”."), bracket.position)
        self._take()


def _value_of(step: Step, values: Mapping[str, float | Decimal]) -> float:
    value: object = values.get(step.name)
    if value is None:
        _unknown_name(step)
    number = math.nan
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        try:
            number = float(value)
        except (OverflowError, ValueError):  # an integer beyond floats, a signalling NaN
            number = math.nan
    if not math.isfinite(number):
        _fail(
            N_("“%(name)s” is not a usable number. Correct its value."),
            step.position,
            name=shown(step.name),
        )
    return number


def _apply(step: Step, arguments: list[float]) -> float:
    first, last = arguments[0], arguments[-1]
    if (step.name == "/" and last == 0) or (step.name == "^" and first == 0 and last < 0):
        _fail(N_("This divides by zero. Correct the value or the formula."), step.position)
    negative_root = step.name == "^" and first < 0 and not last.is_integer()
    if negative_root or (step.name == "sqrt" and first < 0) or (step.name == "log" and first <= 0):
        _fail(
            N_("%(operation)s of %(value)s is not a real number. Correct the value or formula."),
            step.position,
            operation=step.name,
            value=shown(first),
        )
    try:
        result = _OPERATIONS[step.name](*arguments)
    except OverflowError:  # math.pow reports what the other operations return as infinity
        result = math.inf
    if not math.isfinite(result):
        _fail(N_("The result here is too large. Use smaller values."), step.position)
    return result


_OPERATIONS: Mapping[str, Callable[..., float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "negate": operator.neg,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
    "sqrt": math.sqrt,
    "log": math.log,
}
