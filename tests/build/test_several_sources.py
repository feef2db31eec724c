"""Ids when a second source arrives."""

from __future__ import annotations

from loading import Company

CRM = """
    source: crm
    files: {people: crm_reps.csv, deals: crm_deals.csv}
    tables:
      reps: {from: people, columns: {rep_id: id, name: name}}
      deals:
        from: deals
        columns: {deal_id: id, created_at: made, status: {const: open}, rep_id: {column: rep, ref: reps}}
"""
SHOP = """
    source: shop
    files: {people: shop_reps.csv, lines: shop_lines.csv}
    tables:
      reps: {from: people, columns: {rep_id: id, name: name}}
      order_lines:
        from: lines
        columns:
          {line_id: id, ordered_at: made, product_id: sku, units: n, rep_id: {column: rep, ref: reps}, deal_id: deal}
"""


def _write(company: Company) -> None:
    for name, text in {
        "crm_reps.csv": "id,name\n1,Ann\n2,Bob\n",
        "crm_deals.csv": "id,made,rep\nD1,2026-01-01,1\n",
        "shop_reps.csv": "id,name\n2,Carl\n3,Dora\n",
        "shop_lines.csv": "id,made,sku,n,rep,deal\nL1,2026-01-01,P,1,2,D1\nL2,2026-01-01,P,1,3,\n"
        "L3,2026-01-01,P,1,1,\n",
    }.items():
        (company.files / name).write_text(text)


def test_ids_of_the_first_source_stay_plain_and_a_clash_of_the_second_is_named_after_it(company: Company) -> None:
    _write(company)
    company.load(CRM)
    before = company.rows("SELECT rep_id, name FROM reps ORDER BY 1")
    report = company.load(SHOP)
    assert company.rows("SELECT rep_id, name, source FROM reps ORDER BY name") == [
        ("1", "Ann", "crm"),
        ("2", "Bob", "crm"),
        ("shop:2", "Carl", "shop"),
        ("3", "Dora", "shop"),
    ]
    assert set(before) <= set(company.rows("SELECT rep_id, name FROM reps"))
    assert [(note.table, note.count) for note in report.notes if note.kind == "id_taken"] == [("reps", 1)]
    assert company.rows("SELECT source_id FROM reps WHERE rep_id = 'shop:2'") == [("2",)]


def test_references_follow_the_rows_of_their_own_source(company: Company) -> None:
    _write(company)
    company.load(CRM)
    company.load(SHOP)
    assert company.rows("SELECT line_id, rep_id, deal_id FROM order_lines ORDER BY 1") == [
        ("L1", "shop:2", "D1"),
        ("L2", "3", None),
        ("L3", "shop:1", None),
    ]
    assert company.rows("SELECT rep_id FROM deals") == [("1",)]


def test_ids_do_not_change_when_the_first_source_later_brings_the_same_id(company: Company) -> None:
    _write(company)
    company.load(CRM)
    company.load(SHOP)
    (company.files / "crm_reps.csv").write_text("id,name\n3,Eve\n")
    company.load(CRM)
    assert company.rows("SELECT rep_id, name FROM reps ORDER BY name") == [
        ("1", "Ann"),
        ("2", "Bob"),
        ("shop:2", "Carl"),
        ("3", "Dora"),
        ("crm:3", "Eve"),
    ]


def test_canonical_files_speak_canonical_ids(company: Company) -> None:
    _write(company)
    company.load(CRM)
    for file in company.files.iterdir():
        file.unlink()
    company.write(costs_csv="cost_id,from_on,to_on,amount,function,rep_id\nC,2026-01-01,2026-02-01,5,sales,2\n")
    report = company.load()
    assert not [note for note in report.notes if note.kind in ("unknown_reference", "id_taken")]
    company.write(reps_csv="rep_id,name\n2,Robert\n")
    company.load()
    assert company.rows("SELECT name FROM reps WHERE rep_id = '2'") == [("Robert",)]


def test_a_link_joins_the_rows_of_its_own_source_alone(company: Company) -> None:
    """Carl of the shop is Ann of the CRM; the CRM's Bob, whose id Carl's was, stays who he is."""
    _write(company)
    company.load(CRM)
    company.load(SHOP)
    (company.files.parent / "links").mkdir()
    links = company.files.parent / "links" / "identity_links.csv"
    links.write_text("entity,source,source_id,canonical_id,method\nrep,shop,2,1,person\nrep,shop,3,1,person\n")
    company.load(path=links.parent)
    for _ in range(2):
        assert company.rows("SELECT rep_id, name FROM reps ORDER BY 1") == [("1", "Ann"), ("2", "Bob")]
        assert company.rows("SELECT line_id, rep_id FROM order_lines ORDER BY 1") == [
            ("L1", "1"),
            ("L2", "1"),
            ("L3", "shop:1"),
        ]
        (company.files / "shop_lines.csv").write_text("id,made,sku,n,rep,deal\nL2,2026-01-02,P,1,3,\n")
        company.load(SHOP)


def test_a_mapping_for_its_own_files_leaves_those_of_before_to_theirs(company: Company) -> None:
    """Two exports of one source that write dates and amounts differently."""
    spelled = """
        source: browser
        own_files_only: true
        date_order: {order}
        decimal: "{decimal}"
        currency: EUR
        files: {{deals: deals.csv}}
        tables:
          deals:
            from: deals
            columns: {{deal_id: id, created_at: made, amount: amount, status: {{const: open}}}}
    """
    company.write(deals_csv="id;made;amount\nD1;05/03/2026;1.200,50\nD2;06/03/2026;80,00\n")
    company.load(spelled.format(order="dmy", decimal=","))
    company.write(deals_csv="id,made,amount\nD2,03/06/2026,90.5\nD3,03/07/2026,1\n")
    company.load(spelled.format(order="mdy", decimal="."))
    found = company.rows("SELECT deal_id, strftime(created_at, '%d.%m.'), amount::DOUBLE FROM deals ORDER BY 1")
    assert [(deal, amount) for deal, _day, amount in found] == [("D1", 1200.5), ("D2", 90.5), ("D3", 1.0)]
    assert {day[-3:] for _deal, day, _amount in found} == {"03."}
