"""What a proposal works out from other columns: rows that references name, prices from amounts, kinds of scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from efficace.locale.said import Said
from efficace.sources.aliases import WORDS, fold, without_currency
from efficace.sources.look import Look, Seen
from efficace.sources.written import Choice
from efficace.warehouse import sql

SALES = ("order_lines", "subscription_periods")
"""Tables whose rows describe the product that was sold."""


@dataclass(frozen=True)
class Named:
    """A table whose rows are taken from references to them where no file lists them.

    Attributes:
        key: Column that refers to them.
        columns: Further columns -> folded names of what tells them.
        of_sales: The same, where the row describes a sale: elsewhere a description is that of a deal or call.
    """

    key: str
    columns: Mapping[str, tuple[str, ...]]
    of_sales: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NAMED: Mapping[str, Named] = {
    "reps": Named("rep_id", {"name": ("rep name", "owner name", "agent name")}),
    "accounts": Named(
        "account_id",
        {
            "name": ("account name", "company name", "customer name", "client name", "nom du client"),
            "industry": ("industry", "sector", "secteur"),
            "segment": ("segment", "customer segment", "client segment"),
            "country": ("country", "pays"),
        },
    ),
    "products": Named(
        "product_id",
        {"name": ("product name", "item name", "nom du produit"), "family": ("product family", "product line")},
        {
            "name": ("product name", "item name", "nom du produit", "description", "libelle"),
            "family": ("product family", "product line", "sub category", "category", "famille", "categorie"),
        },
    ),
    "teams": Named("team_id", {"name": ("team name", "nom de l equipe")}),
}

AMOUNTS = (
    "sales", "line total", "line amount", "net amount", "total amount", "amount", "total", "subtotal", "revenue",
    "total price", "extended price", "montant", "montant ht", "total ht", "chiffre d affaires",
)  # fmt: skip
"""What exports call the money of a whole order line, the most telling first."""
PROFITS = ("profit", "gross profit", "margin", "gross margin", "marge", "benefice")


def named_rows(choices: Sequence[Choice]) -> Iterable[tuple[Choice, Said]]:
    """Tables that no file lists, from the references to them, each with its reason."""
    there = {choice.table for choice in choices}
    for table, named in NAMED.items():
        for choice in choices:
            if table not in there and choice.table != table and named.key in choice.columns:
                there.add(table)
                look = choice.columns[named.key]
                said = Said(
                    'No file lists the {table}: they are taken from "{column}" of {file}.',
                    {"table": table, "column": look.name, "file": choice.label},
                )
                yield _referred(table, named, choice, look), said


def _referred(table: str, named: Named, choice: Choice, look: Look) -> Choice:
    by_name = {fold(name): item for name, item in choice.seen.columns.items()}
    wanted = {**named.columns, **(named.of_sales if choice.table in SALES else {})}
    found = {
        column: next((by_name[name] for name in names if name in by_name and by_name[name].filled), None)
        for column, names in wanted.items()
    }
    columns = {named.key: look, "name": look, **{column: item for column, item in found.items() if item is not None}}
    return Choice(table, choice.seen, columns, filled=look.name, query=_query(named.key, columns, choice.seen))


def _query(key: str, columns: Mapping[str, Look], seen: Seen) -> str:
    """One row a member, with what most of its rows say of it."""
    member = sql.name(columns[key].name)
    told = {
        column: member if look is columns[key] else f"mode({sql.name(look.name)})" for column, look in columns.items()
    }
    if told["name"] != member:
        told["name"] = f"coalesce({told['name']}, CAST({member} AS VARCHAR))"
    shown = ", ".join(f"{expression} AS {column}" for column, expression in told.items())
    where = f"trim(CAST({member} AS VARCHAR)) <> ''"
    return f"SELECT {shown}\nFROM {sql.name(seen.stream.name)} WHERE {where} GROUP BY {member}"


def per_unit(table: str, columns: Mapping[str, Look], seen: Seen) -> tuple[dict[str, tuple[Look, str]], Said | None]:
    """Price and cost of a unit, from the amount and profit of a whole line: column -> its source, the expression."""
    units = columns.get("units")
    if table != "order_lines" or "unit_price" in columns or units is None or not units.is_plain:
        return {}, None
    plain = {name: look for name, look in seen.columns.items() if look.is_number and look.is_plain}
    by_name = {without_currency(name): look for name, look in plain.items()}
    taken = {look.name for look in columns.values()}
    amount = next((by_name[name] for name in AMOUNTS if name in by_name and by_name[name].name not in taken), None)
    if amount is None:
        return {}, None
    found = {"unit_price": (amount, _share(_number(amount), units))}
    profit = next((by_name[name] for name in PROFITS if name in by_name), None)
    if profit is not None and "unit_cost" not in columns:
        found["unit_cost"] = (profit, _share(f"({_number(amount)} - {_number(profit)})", units))
    said = Said(
        '{file}: "{amount}" is taken for the money of the whole line; the price of one is that by "{units}".',
        {"file": seen.stream.label, "amount": amount.name, "units": units.name},
    )
    return found, said


def _number(look: Look) -> str:
    return f"CAST({sql.name(look.name)} AS DOUBLE)"


def _share(whole: str, units: Look) -> str:
    return f"round({whole} / nullif({_number(units)}, 0), 4)"


def kind_of_feedback(score: Look | None, seen: Seen) -> tuple[str, str] | None:
    """The kind of score that a column's name, or the file's, tells, and the name that told it."""
    for told in (score.name if score is not None else "", seen.stream.name):
        for kind, names in WORDS["feedback", "kind"].items():
            if any(name in fold(told).split() or f"{name}s" in fold(told).split() for name in names):
                return kind, told
    return None


def scale_of(kind: str | None, score: Look | None) -> dict[str, str]:
    """The ends of the scale of a score: as its kind has them, or of five steps where no value is above; else none."""
    if kind == "nps":
        return {"scale_min": "0", "scale_max": "10"}
    values = [float(word) for word in score.words if word.replace(".", "", 1).isdigit()] if score is not None else []
    is_five = kind in ("csat", "review") and bool(values) and min(values) >= 1 and max(values) in (4, 5)
    return {"scale_min": "1", "scale_max": "5"} if is_five else {}
