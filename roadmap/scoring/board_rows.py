"""Rows of the scoring table as people read them and type over them.

Templates lay out one row, one field and one bar, with places that each row fills.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from roadmap.scoring.board_shown import Board, BoardRow
from roadmap.scoring.forms import Entered, shown_text, shown_value
from roadmap.scoring.stability import Band
from roadmap.web.chips import st
from roadmap.web.compiling import safe
from roadmap.web.i18n import _
from roadmap.web.icons import icon
from roadmap.web.templating import address_before, number, percent, same_part

# The most places the bar spans, and where it begins and ends.
_PLACES, _LEFT, _WIDTH = 40, 6, 100
# A field's criterion, and its pattern.
_Fields = Sequence[tuple[str, str]]
_SUB = Markup('<span class="sub">{}</span>')
_WRONG = Markup(' id="{0}" aria-invalid="true" aria-describedby="{0}-error"')
_SENTENCE = Markup('<span class="vh" id="{}-error">{}</span>')


@dataclass(frozen=True)
class Writer:
    """Writes the rows of one page; fields hold what was typed, else what is stored."""

    page: Board
    entered: Entered
    editable: bool
    # Whether the table is one team's: it has the team's weeks then.
    of_team: bool

    def ranked(self) -> Iterator[tuple[int, Markup]]:
        """Yield the key and the row of each ranked requirement."""
        top = self.page.top if self.page.bands else 0
        pattern = str(same_part("scoring/_row.html", of_team=self.of_team, top=top))
        bar = str(same_part("scoring/_bar.html"))
        home, fields = address_before("requirements.show", "key"), self._fields(apart=False)
        for row in self.page.ranked:
            found = self.page.bands.get(row.id)
            filled = pattern % {
                "place": row.place,
                "record": home,
                "key": row.key,
                "title": safe(row.title),
                "about": _about(row, of_team=self.of_team),
                "override": _set_by_hand(row),
                "inputs": self._inputs(row, fields),
                "weeks": number(row.weeks, 1),
                "score": _score(row),
                "bar": bar % self._places(row, found) if found else "",
                "weight": "b" if row.place and row.place <= top else "dim",
                "share": percent(found.in_top, 0) if found else "–",
            }
            yield row.id, Markup(filled)  # noqa: S704 - each part was escaped

    def unscored(self) -> Iterator[Markup]:
        """Yield the entry of each requirement apart."""
        pattern = str(same_part("scoring/_apart.html", editable=self.editable))
        home = address_before("requirements.show", "key")
        fields = self._fields(apart=True) if self.editable else ()
        names = {one.code: _(one.name).lower() for one in self.page.definition.criteria}
        for row in self.page.unscored:
            filled = pattern % {
                "record": home,
                "key": row.key,
                "title": safe(row.title),
                "about": _team(row),
                "why": _why(row, names),
                "inputs": self._inputs(row, fields),
            }
            yield Markup(filled)  # noqa: S704 - each part was escaped

    def _fields(self, *, apart: bool) -> _Fields:
        return [
            (one.code, _field(one.code, _(one.name), editable=self.editable, apart=apart))
            for one in self.page.definition.criteria
        ]

    def _inputs(self, row: BoardRow, fields: _Fields) -> str:
        spreads: Mapping[str, Sequence[float]] = row.score.uncertainty if row.score else {}
        found = []
        for code, pattern in fields:
            value = shown_text(shown_value(row, code)) or ("" if self.editable else "–")
            wrong, said = "", ""
            if self.entered.typed:
                name = f"{row.key}.{code}"
                value = self.entered.typed.get(name, value)
                if problem := self.entered.errors.get(name):
                    wrong, said = _WRONG.format(name), _SENTENCE.format(name, problem)
            if spread := spreads.get(code):
                low, high = number(spread[0], 2), number(spread[1], 2)
                said += f'<span class="sub nw">{low}–{high}</span>'
            values = {"key": row.key, "value": safe(value), "wrong": wrong, "said": said}
            found.append(pattern % values)
        return "".join(found)

    def _places(self, row: BoardRow, found: Band) -> dict[str, object]:
        """Return the places of a bar: where its range, its dot and the cut are drawn."""
        page, place = self.page, row.place or 1
        all_places = page.team_cut.needed if page.team_cut else page.standing.ranked
        total = min(all_places, _PLACES)
        step = _WIDTH / max(total - 1, 1)
        low, high = min(found.low, total), min(found.high, total)
        return {
            "low": found.low,
            "high": found.high,
            "x": round(_LEFT - 4 + (low - 1) * step, 1),
            "width": round((high - low) * step + 8, 1),
            "cut": round(_LEFT + (page.top - 0.5) * step, 1),
            "dot": "dot" if place <= page.top else "dotx",
            "at": round(_LEFT + (min(place, total) - 1) * step, 1),
        }


def _field(code: str, label: str, *, editable: bool, apart: bool) -> str:
    """Return the pattern of a criterion's field."""
    part = same_part("scoring/_field.html", code=code, label=label, editable=editable, apart=apart)
    return str(part)


def _team(row: BoardRow) -> str:
    return Markup(", <bdi>{}</bdi>").format(row.team) if row.team else ""


def _about(row: BoardRow, *, of_team: bool) -> str:
    """Return what stands below a title after the key: the team, and how it has its place."""
    score, found = row.score, [_team(row)]
    if score is None:
        return found[0]
    if of_team and row.place != score.rank:
        found.append(safe(_("%(rank)s of all", rank=score.rank)))
    if score.lifted_by:
        said = _("lifted by REQ-%(key)s, which needs it", key=score.lifted_by)
        found.append(icon("arrow-up") + said)
    if score.fit in {"full", "fits"}:
        found.append(_("does not fit") if score.fit == "full" else _("fits"))
    return " · ".join(found)


def _set_by_hand(row: BoardRow) -> str:
    if row.override is None:
        return ""
    return same_part(
        "scoring/_set_by_hand.html",
        value=row.override.value,
        until=row.override.expires_on,
        by=row.override.by,
        reason=row.override.reason,
    )


def _score(row: BoardRow) -> str:
    score = row.score
    if score is None or score.value is None:
        shown: str = Markup('<span class="dim">{}</span>').format(_("unscored"))
    else:
        shown = number(score.value, 1)
    if score is None or score.effective == score.value:
        return shown
    return shown + _SUB.format(_("counts as %(score)s", score=number(score.effective, 1)))


def _why(row: BoardRow, names: Mapping[str, str]) -> str:
    """Return why a requirement has no score: a formula that fails, or what is missing."""
    if row.score and row.score.error:
        return st("fail", "warning", row.score.error)
    codes = row.score.missing if row.score else names
    what = ", ".join(name for code, name in names.items() if code in codes)
    return st("hold", "c-unknown", _("missing: %(what)s", what=what))
