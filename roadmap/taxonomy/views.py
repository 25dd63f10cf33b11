"""Admin pages of the words all rooms share."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from roadmap.errors import Conflict, Invalid, NotFound
from roadmap.history.conflict import as_shown, read_shown
from roadmap.taxonomy import queries, service
from roadmap.taxonomy.dsa import DSA_CATEGORIES
from roadmap.taxonomy.forms import WordForm
from roadmap.taxonomy.queries import Word, WordKind
from roadmap.taxonomy.wording import TAXONOMY_WORDS, history_lines
from roadmap.web.guard import may
from roadmap.web.i18n import _
from roadmap.web.session import db_session
from roadmap.wording import N_

bp = Blueprint("taxonomy", __name__, url_prefix="/admin/taxonomy")

# The part of the address -> (kind, plural for people, one, what it is for).
KINDS = {
    "markets": (
        WordKind.MARKET,
        N_("Markets"),
        N_("market"),
        N_("Countries you sell in, by their two-letter code. The name is filled in."),
    ),
    "regions": (
        WordKind.REGION,
        N_("Regions"),
        N_("region"),
        N_("Groups of markets, such as EU."),
    ),
    "languages": (
        WordKind.LANGUAGE,
        N_("Languages"),
        N_("language"),
        N_("Languages items are written or spoken in, by their tag. The name is filled in."),
    ),
    "surfaces": (
        WordKind.SURFACE,
        N_("Surfaces"),
        N_("surface"),
        N_("Places where items are shown: listings, live, video, search."),
    ),
    "policy-areas": (
        WordKind.POLICY_AREA,
        N_("Policy areas"),
        N_("policy area"),
        N_("Fields of policy, each with the DSA category its statements of reasons carry."),
    ),
}
_FIELDS = ("name", "region_code", "dsa_category", "active")


def _kind(plural: str) -> WordKind:
    if plural not in KINDS:
        raise NotFound(_("There is no such list."))
    return KINDS[plural][0]


def _regions() -> list[tuple[str, str]]:
    return queries.options(db_session()).choices("region", empty=_("None"))


def _list_page(plural: str, form: WordForm) -> ResponseReturnValue:
    kind = _kind(plural)
    page = render_template(
        "taxonomy/words.html",
        kinds=KINDS,
        plural=plural,
        kind=kind.value,
        words=queries.words(db_session(), kind),
        form=form,
        categories=DSA_CATEGORIES,
    )
    return page, 422 if form.problems else 200


@bp.route("", methods=["GET", "POST"])
@bp.route("/<plural>", methods=["GET", "POST"])
@may("admin.taxonomy")
def words(plural: str = "markets") -> ResponseReturnValue:
    """List the words of a kind and add one."""
    kind = _kind(plural)
    form = WordForm().fit(kind, _regions(), new=True)
    if form.validate_on_submit():
        values = {name: str(value or "") for name, value in form.values.items()}
        try:
            word = service.add_word(
                db_session(), current_user, kind, form.code.data or "", **values
            )
        except Invalid as error:
            form.refuse(error)
        else:
            flash(_("Added %(name)s.", name=word.name), "success")
            return redirect(url_for("taxonomy.words", plural=plural), 303)
    return _list_page(plural, form)


def _values(word: Word) -> dict[str, object]:
    return {name: getattr(word, name) for name in _FIELDS if hasattr(word, name)}


@bp.route("/<plural>/<code>", methods=["GET", "POST"])
@may("admin.taxonomy")
def word(plural: str, code: str) -> ResponseReturnValue:
    """Show one word with its history, or change it."""
    kind = _kind(plural)
    found = queries.find_word(db_session(), kind, code)
    now = _values(found)
    form = WordForm(data={**now, "shown": as_shown(now)}).fit(kind, _regions(), new=False)
    if form.validate_on_submit():
        try:
            values = {**form.values, "region_code": form.values.get("region_code") or None}
            shown = read_shown(form.shown.data)
            service.edit_word(db_session(), current_user, kind, code, values, shown)
        except (Invalid, Conflict) as error:
            form.refuse(error)
            form.shown.data = as_shown(now)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("taxonomy.words", plural=plural), 303)
    return _word_page(plural, found, form)


def _word_page(plural: str, found: Word, form: WordForm) -> ResponseReturnValue:
    page = render_template(
        "taxonomy/word.html",
        kinds=KINDS,
        plural=plural,
        word=found,
        form=form,
        lines=history_lines(db_session(), TAXONOMY_WORDS, found.record_type, found.id),
    )
    return page, 422 if form.problems else 200


@bp.post("/<plural>/<code>/delete")
@may("admin.taxonomy")
def delete(plural: str, code: str) -> ResponseReturnValue:
    """Delete a word nothing refers to, or say why it stays."""
    kind = _kind(plural)
    try:
        service.delete_word(db_session(), current_user, kind, code)
    except Invalid as error:
        db_session().rollback()
        flash(error.message, "error")
        return redirect(url_for("taxonomy.word", plural=plural, code=code), 303)
    flash(_("Deleted %(code)s.", code=code), "success")
    return redirect(url_for("taxonomy.words", plural=plural), 303)
