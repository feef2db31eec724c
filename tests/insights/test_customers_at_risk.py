"""Customers with a sign of leaving, and comments that nobody has answered, in companies made by hand."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from efficace.project import open_project
from loading import Company

COMMON = {
    "accounts_csv": """
        account_id,name
        A1,One
        A2,Two
        A3,Three
        A4,Four
        A5,Five
        """,
    "products_csv": """
        product_id,name,family
        P1,Flow Basic,Flow
        P2,Shield Basic,Shield
        """,
    "reps_csv": """
        rep_id,name
        R1,Ann
        R2,Bob
        """,
    "subscription_periods_csv": """
        subscription_id,from_on,to_on,account_id,product_id,mrr,currency,term_ends_on,rep_id
        S1,2025-01-01,,A1,P1,100,EUR,2026-06-01,R1
        S2,2025-02-01,,A1,P2,300,EUR,2026-05-01,R2
        S3,2025-01-01,,A2,P1,900,EUR,,R1
        S4,2025-01-01,2025-12-01,A3,P1,500,EUR,2025-12-01,R1
        """,
}


def test_who_would_not_recommend_or_wrote_in_anger_is_named_with_what_it_holds(tmp_path: Path) -> None:
    """A1 said 9 and later 3, A2 said 2 and later 9; A2 wrote in anger; A3 said 0 but holds nothing any more."""
    made = Company(tmp_path)
    made.write(
        **COMMON,
        feedback_csv="""
            feedback_id,occurred_at,kind,score,scale_min,scale_max,comment,account_id,rep_id,product_id
            F1,2026-01-10T10:00:00Z,nps,9,0,10,,A1,R1,P1
            F2,2026-02-10T10:00:00Z,nps,3,0,10,,A1,R1,P1
            F3,2026-01-10T10:00:00Z,nps,2,0,10,,A2,R1,P1
            F4,2026-03-10T10:00:00Z,nps,9,0,10,,A2,R1,P1
            F5,2026-03-12T10:00:00Z,review,,,,Too many outages and it is far too slow.,A2,R1,P1
            F6,2026-03-12T10:00:00Z,nps,0,0,10,,A3,R1,P1
            """,
    )
    made.load()
    with open_project(made.project) as project:
        found = project.insights.customers_at_risk()
        ends = project.insights.term_ends()
    assert [one.account_id for one in found] == ["A2", "A1"]
    angry, detractor = found
    assert [sign.into("en") for sign in detractor.signs] == ["would not recommend: 3 of 10 on 10 Feb 2026"]
    assert (detractor.mrr, detractor.products, detractor.rep_id) == (400.0, ("P1", "P2"), "R2")
    assert detractor.term_ends_on == date(2026, 5, 1)
    assert [sign.into("en") for sign in angry.signs] == [
        "wrote on 12 Mar 2026: “Too many outages and it is far too slow.”"
    ]
    assert ends == {"A1": date(2026, 5, 1)}


def test_a_comment_is_answered_by_a_person_who_writes_to_the_customer_later(tmp_path: Path) -> None:
    """A1 got a mail after its comment; A2 one before it, a machine's after it and wrote itself; A3 got nothing.

    A4 was called as a contact, A5 about a deal.
    """
    made = Company(tmp_path)
    made.write(
        **COMMON,
        feedback_csv="""
            feedback_id,occurred_at,kind,comment,account_id,rep_id
            F1,2026-03-10T10:00:00Z,comment,Terrible support.,A1,R1
            F2,2026-03-11T10:00:00Z,comment,Works perfectly.,A2,R1
            F3,2026-03-12T10:00:00Z,comment,Far too slow and too expensive.,A3,R2
            F4,2025-10-01T10:00:00Z,comment,Too slow.,A3,R2
            F5,2026-03-12T10:00:00Z,comment,Far too slow.,A4,R2
            F6,2026-03-12T10:00:00Z,comment,Far too slow.,A5,R2
            """,
        touches_csv="""
            touch_id,occurred_at,kind,direction,automated,rep_id,account_id,contact_id,deal_id
            T1,2026-03-10T12:00:00Z,email,outbound,,R1,A1,,
            T2,2026-03-01T12:00:00Z,email,outbound,,R1,A2,,
            T3,2026-03-12T12:00:00Z,email,outbound,true,,A2,,
            T4,2026-03-12T13:00:00Z,email,inbound,,R1,A2,,
            T5,2026-03-28T13:00:00Z,call,outbound,,R2,,,
            T6,2026-03-13T13:00:00Z,call,outbound,,R2,,C4,
            T7,2026-03-13T13:00:00Z,call,outbound,,R2,,,D5
            """,
        contacts_csv="""
            contact_id,account_id
            C4,A4
            """,
        deals_csv="""
            deal_id,created_at,status,amount,currency,account_id
            D5,2026-03-01,open,100,EUR,A5
            """,
    )
    made.load()
    with open_project(made.project) as project:
        found = project.insights.unanswered_comments()
    assert [one.feedback_id for one in found] == ["F3", "F2"], "the worst first; one of half a year ago is let go"
    assert found[0].at == datetime(2026, 3, 12, 10)
    assert (found[0].account_id, found[0].rep_id, found[0].sentiment) == ("A3", "R2", "negative")


def test_a_company_without_customers_or_comments_has_nobody_to_name(tmp_path: Path) -> None:
    made = Company(tmp_path)
    made.write(
        deals_csv="""
        deal_id,created_at,status,amount,currency
        D1,2026-03-01,open,100,EUR
        """
    )
    made.load()
    with open_project(made.project) as project:
        assert project.insights.customers_at_risk() == []
        assert project.insights.unanswered_comments() == []
        assert project.insights.term_ends() == {}
