"""The proposal of a mapping: what is seen, what is asked, and that it loads."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path

import pytest

from command import run
from efficace.sources import Proposal, propose
from efficace.sources.header import looks_like_data
from efficace.sources.mapping import parse_mapping
from loading import Company, real_set


def _answered(folder: Path, **answers: str) -> Proposal:
    found = propose(folder, answers)
    assert not found.questions, found.questions
    return found


def test_a_french_export_is_understood_and_only_the_currency_is_asked(company: Company) -> None:
    company.write(
        transactions_csv="Record ID;Nom;Montant;Date de clôture;Date de création;Propriétaire;Étape\n"
        "8001;A;12 345,67;03/04/2026;03/04/2026 09:15;Éric;Gagné\n"
        "8002;B;1 200,00;28/02/2026;28/02/2026 17:45;Zoë;Perdu\n"
        "8003;C;;;01/02/2026;Zoë;Proposition\n"
    )
    found = propose(company.files)
    assert [question.id for question in found.questions] == ["currency"]
    text = "\n".join(map(str, found.reasons))
    assert "the day comes first" in text
    assert '"," is the mark of decimals' in text
    assert 'No file lists the reps: they are taken from "Propriétaire"' in text
    mapping = _answered(company.files, currency="EUR").mapping
    company.load(mapping)
    assert company.rows("SELECT deal_id, status, amount, currency, rep_id FROM deals ORDER BY 1") == [
        ("8001", "won", Decimal("12345.67"), "EUR", "Éric"),
        ("8002", "lost", Decimal(1200), "EUR", "Zoë"),
        ("8003", "open", None, "EUR", "Zoë"),
    ]
    assert sorted(company.rows("SELECT name FROM reps")) == [("Zoë",), ("Éric",)]


def test_the_zone_of_times_is_told_and_another_can_be_answered(company: Company) -> None:
    company.write(leads_csv="Lead ID,Created Date\n1,2026-01-15 23:30\n2,2026-01-16 08:00\n")
    found = propose(company.files)
    assert not found.questions
    (told,) = [str(reason) for reason in found.reasons if "Europe/Paris" in str(reason)]
    assert '"Created Date"' in told
    company.load(_answered(company.files, timezone="America/New_York").mapping)
    shown = "SELECT strftime(created_at, '%Y-%m-%d %H:%M') FROM leads ORDER BY lead_id"
    assert company.rows(shown) == [("2026-01-16 04:30",), ("2026-01-16 13:00",)]
    (question,) = propose(company.files, {"timezone": "New York"}).questions
    assert question.id == "timezone"
    assert "New York" in str(question.text)


def test_times_that_bear_their_zone_are_not_told_another(company: Company) -> None:
    company.write(leads_csv="Lead ID,Created Date\n1,2026-01-15T23:30:00Z\n2,2026-01-16T08:00:00+01:00\n")
    assert not [reason for reason in propose(company.files).reasons if "Europe/Paris" in str(reason)]


def test_the_order_of_dates_is_asked_only_where_no_value_decides(company: Company) -> None:
    company.write(leads_csv="Lead ID,Created Date\n1,03/04/2026\n2,05/06/2026\n")
    (question,) = propose(company.files).questions
    assert (question.id, question.choices) == ("date_order", ("dmy", "mdy"))
    assert "03/04/2026" in str(question.text)
    company.load(_answered(company.files, date_order="mdy").mapping)
    assert company.rows("SELECT strftime(created_at + INTERVAL 1 DAY, '%m-%d') FROM leads ORDER BY 1") == [
        ("03-04",),
        ("05-06",),
    ]
    company.write(leads_csv="Lead ID,Created Date,Converted Date\n1,03/04/2026,\n2,05/06/2026,30/06/2026\n")
    assert not propose(company.files).questions


def test_an_answer_that_is_no_choice_is_asked_again(company: Company) -> None:
    company.write(leads_csv="Lead ID,Created Date\n1,03/04/2026\n")
    assert [question.id for question in propose(company.files, {"date_order": "american"}).questions] == ["date_order"]


def test_what_means_won_is_asked_where_no_word_says_it(company: Company) -> None:
    company.write(deals_csv="Deal ID,Create Date,Stage,Owner\n1,2026-01-01,Zebra,Ann\n2,2026-01-01,Talk,Ann\n")
    (question,) = propose(company.files).questions
    assert (question.id, question.choices) == ("won:Stage", ("Talk", "Zebra"))
    company.load(_answered(company.files, **{"won:Stage": "Zebra"}).mapping)
    assert company.rows("SELECT deal_id, status FROM deals ORDER BY 1") == [("1", "won"), ("2", "open")]


def test_a_required_choice_without_a_column_is_asked(company: Company) -> None:
    company.write(calls_csv="Activity ID,Activity Date,Type,Owner\n1,2026-01-01,Call,Ann\n")
    (question,) = propose(company.files).questions
    assert (question.id, question.choices) == ("direction:calls", ("outbound", "inbound"))
    company.load(_answered(company.files, **{"direction:calls": "outbound"}).mapping)
    assert company.rows("SELECT kind, direction, rep_id FROM touches") == [("call", "outbound", "Ann")]


def test_files_named_as_tables_need_no_mapping_and_their_mapping_loads_the_same(
    company: Company, tmp_path: Path
) -> None:
    company.write(reps_csv="rep_id,name\nR1,Ann\n", leads_csv="lead_id,created_at,heat,rep_id\n1,2026-01-01,hot,R1\n")
    found = _answered(company.files)
    assert str(found.reasons[-1]) == "Every file is named as a canonical table: it loads without a mapping too."
    company.load()
    mapped = Company(tmp_path / "mapped")
    mapped.load(found.mapping, company.files)
    for table in ("reps", "leads"):
        rows = f"SELECT * EXCLUDE (source, loaded_at) FROM {table}"
        assert mapped.rows(rows) == company.rows(rows)


def test_a_file_that_fits_nothing_is_left_out_with_what_it_lacks(company: Company) -> None:
    company.write(deals_csv="Deal ID,Owner\n1,Ann\n", weather_csv="day,rain\n2026-01-01,3\n")
    found = propose(company.files)
    assert "deals.csv: left out; deals comes nearest and needs created_at." in map(str, found.reasons)
    assert "weather.csv: left out; no table fits." in map(str, found.reasons)
    assert "# left out: weather.csv with day, rain" in found.mapping
    parse_mapping(found.mapping, "proposed.yaml")


@pytest.mark.parametrize(
    ("name", "answers", "rows"),
    [
        ("crm_sales_opportunities", {"currency": "USD"}, {"deals": 8300, "accounts": 85, "products": 7, "teams": 6}),
        ("ravenstack_saas", {"currency": "USD"}, {"feedback": 2000, "products": 3}),
        ("superstore", {"currency": "USD"}, {"order_lines": 9994, "accounts": 793, "products": 1862}),
        ("online_retail_2009_2010", {"currency": "GBP"}, {"order_lines": 525_461}),
        ("olist_marketing_funnel", {}, {"leads": 8000}),
    ],
)  # fmt: skip
def test_the_proposal_for_a_real_set_loads(
    company: Company, name: str, answers: dict[str, str], rows: dict[str, int]
) -> None:
    folder = real_set(name)
    report = company.load(_answered(folder, **answers).mapping, folder)
    assert {table: report.tables[table].loaded for table in rows} == rows


def test_the_money_of_a_whole_line_gives_the_price_and_cost_of_one(company: Company) -> None:
    company.write(
        sales_csv="Order ID,Order Date,Product ID,Product Name,Category,Customer Name,Quantity,Sales,Profit\n"
        "1,2026-01-05,A,Lamp,Light,Ann,4,10.00,2.00\n2,2026-01-06,A,Lamp,Light,Bob,-1,-2.50,0\n"
        "3,2026-01-06,A,Lampe,Light,Bob,0,7,0\n"
    )
    found = _answered(company.files, currency="EUR")
    assert '"Sales" is taken for the money of the whole line' in "\n".join(map(str, found.reasons))
    company.load(found.mapping)
    assert company.rows("SELECT order_id, unit_price, unit_cost FROM order_lines ORDER BY 1") == [
        ("1", Decimal("2.5"), Decimal(2)),
        ("2", Decimal("2.5"), Decimal("2.5")),
        ("3", None, None),
    ]
    assert company.rows("SELECT product_id, name, family FROM products") == [("A", "Lamp", "Light")]


def test_rows_that_only_references_name_are_told_once_each(company: Company) -> None:
    company.write(
        **{"Users list_csv": "User ID,Name,Manager\nR1,Ann,Cara\nR2,Bob,Cara\nR3,Zoe,\n"},
        deals_csv='Deal ID,Create Date,Status,Owner,"Customer ""A"" ID",Customer\nD1,2026-01-05,won,R1,x,Acme\n'
        "D2,2026-01-05,open,R1,x,Acme\nD3,2026-01-05,open,R1,x, \n",
    )
    report = company.load(_answered(company.files).mapping)
    assert (report.tables["teams"].read, report.tables["accounts"].read) == (1, 1)
    assert company.rows("SELECT team_id, name FROM teams") == [("Cara", "Cara")]
    assert [note for note in report.notes if note.kind in ("duplicate_keys", "unknown_reference")] == []


@pytest.mark.parametrize(
    ("file", "column", "kind", "scale"),
    [
        ("tickets", "Satisfaction Score", "csat", (1, 5)),
        ("surveys", "NPS Score", "nps", (0, 10)),
        ("reviews", "Rating", "review", (1, 5)),
    ],
)
def test_the_kind_and_scale_of_scores_are_told_by_their_names(
    company: Company, file: str, column: str, kind: str, scale: tuple[int, int]
) -> None:
    company.write(**{f"{file}_csv": f"ID,Date,{column},Account\n1,2026-01-05,5,A\n2,2026-01-06,1,A\n3,2026-01-06,,A\n"})
    company.load(_answered(company.files).mapping)
    assert company.rows("SELECT DISTINCT kind, scale_min, scale_max FROM feedback") == [(kind, *scale)]


def test_a_history_of_stages_and_cancellations_are_recognised(company: Company) -> None:
    company.write(
        opportunity_history_csv="Opportunity ID,Stage Name,Created Date\n1,Talk,2026-01-05\n1,Offer,2026-01-09\n",
        churned_csv="Subscription ID,Cancel Date,Reason\nS1,2026-01-05,price\n",
    )
    found = _answered(company.files)
    assert set(found.tables) == {"stage_changes", "cancellations"}
    company.load(found.mapping)
    assert company.rows("SELECT deal_id, stage FROM stage_changes ORDER BY entered_at") == [
        ("1", "Talk"),
        ("1", "Offer"),
    ]


def test_calls_without_ids_are_numbered_and_dates_may_name_their_month(company: Company) -> None:
    company.write(
        calls_csv="Date,Type,Owner,Direction\n5 janv. 2026,Call,Ann,outbound\n6 févr. 2026,Call,Ann,inbound\n"
    )
    company.load(_answered(company.files).mapping)
    assert company.rows("SELECT touch_id, month(occurred_at) FROM touches ORDER BY 1") == [("2", 1), ("3", 2)]


def test_subscriptions_without_ids_and_products_are_numbered_and_one_product_is_asked_for(company: Company) -> None:
    company.write(
        subscriptions_csv="""
            customer_id,created_date,canceled_date,subscription_cost
            1,2024-01-05,2024-03-05,39
            2,2024-02-01,,39
        """
    )
    found = propose(company.files, {"currency": "USD"})
    assert [(question.id, question.choices) for question in found.questions] == [
        ("product_id:subscriptions", ("subscriptions",))
    ]
    found = propose(company.files, {"currency": "USD", "product_id:subscriptions": "plan"})
    assert not found.questions
    assert company.load(found.mapping).tables["subscription_periods"].loaded == 2
    assert company.rows("SELECT account_id, product_id, mrr FROM subscription_periods ORDER BY from_on") == [
        ("1", "plan", 39),
        ("2", "plan", 39),
    ]


def test_a_file_without_a_header_asks_for_the_names_of_its_columns_and_loads(company: Company) -> None:
    company.write(pipeline_csv="8001,2026-01-05,won,2026-02-03,$342K\n8002,2026-01-06,lost,2026-02-04,$1.5M\n")
    (question,) = propose(company.files).questions[:1]
    assert question.id == "columns:pipeline"
    assert '"8001,2026-01-05,won,2026-02-03,$342K"' in str(question.text)
    given = {"columns:pipeline": "Deal ID, Created Date, Status, Close Date, Amount"}
    mapping = _answered(company.files, **given, currency="USD", **{"decimal": "."}).mapping
    assert "header: none, columns: [Deal ID, Created Date, Status, Close Date, Amount]" in mapping
    company.load(mapping)
    assert company.rows("SELECT deal_id, status, amount FROM deals ORDER BY 1") == [
        ("8001", "won", Decimal(342_000)),
        ("8002", "lost", Decimal(1_500_000)),
    ]


@pytest.mark.parametrize(
    ("rows", "is_data"),
    [
        ([["id", "made"], ["1", "2026-01-01"]], False),
        ([["1", "2026-01-01"], ["2", "2026-01-02"]], True),
        ([["Zoë", "zoe@x.org"], ["Ann", "ann@x.org"]], True),
        ([["rep", "2024", "2025"], ["Ann", "12", "13"]], False),
        ([["rep", "2024-01-01", "2024-02-01"], ["Ann", "12", "13"]], False),
        ([["7", "12.5"]], True),
        ([["Report of 2026-01-01", ""], ["id", "name"]], False),
        ([], False),
    ],
)
def test_what_looks_like_data(rows: list[list[str]], is_data: bool) -> None:
    assert looks_like_data(rows) is is_data


def test_amounts_in_cents_are_seen_by_name_or_asked_beside_lower_case_codes(company: Company) -> None:
    head = "Deal ID,Created Date,Status,Close Date"
    company.write(deals_export_csv=f"{head},Amount (cents)\n1,2026-01-05,won,2026-02-03,1999\n")
    assert 'amount: {column: "Amount (cents)", type: minor_units}' in _answered(company.files, currency="EUR").mapping
    company.write(
        deals_export_csv=f"{head},Amount,Currency\n1,2026-01-05,won,2026-02-03,1999,eur\n2,2026-01-05,won,2026-02-03,500,jpy\n"
    )
    (question,) = propose(company.files).questions
    assert (question.id, question.choices) == ("minor_units:Amount", ("yes", "no"))
    assert "minor_units" not in _answered(company.files, **{"minor_units:Amount": "no"}).mapping
    company.load(_answered(company.files, **{"minor_units:Amount": "yes"}).mapping)
    assert company.rows("SELECT amount FROM deals ORDER BY deal_id") == [(Decimal("19.99"),), (Decimal(500),)]


def test_a_script_is_told_how_to_answer_beforehand_instead_of_being_asked(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.write(deals_csv="Deal ID,Create Date,Stage,Amount\n1,03/04/2026,Won,5\n2,03/04/2026,Lost,6\n")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    result = run("init", str(company.files), "--project", str(company.project))
    assert result.code == 2
    assert '--answer "date_order=dmy"' in result.errors
    assert '--answer "currency=EUR"' in result.errors
    answers = ("--answer", "date_order=dmy", "--answer", "currency=EUR")
    assert run("init", str(company.files), "--project", str(company.project), *answers).code == 0


def test_a_currency_at_the_end_of_a_columns_name_is_that_of_its_amounts(company: Company) -> None:
    company.write(
        deals_csv="Deal ID,Create Date,Stage,Amount (USD)\n1,2026-01-05,Won,5\n2,2026-01-05,Lost,6\n",
        people_csv="User ID,Full Name,Team\nR1,Ann,North\n",
    )
    found = _answered(company.files)
    assert "Amounts: USD, as the name of their column says." in map(str, found.reasons)
    company.load(found.mapping)
    assert company.rows("SELECT amount, currency FROM deals ORDER BY 1") == [(5, "USD"), (6, "USD")]
    assert company.rows("SELECT rep_id, team_id FROM reps") == [("R1", "North")]
