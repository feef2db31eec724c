"""The rows of different tables agree with one another, as those of a real company would."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest


def utc(day):
    return pd.Timestamp(day, tz="UTC")


def test_nothing_happens_outside_the_history(company):
    first, last = utc(company.settings.starts_on), utc(company.settings.ends_on)
    for table, column in (("leads", "created_at"), ("lead_signals", "occurred_at"), ("touches", "occurred_at"),
                          ("deals", "created_at"), ("stage_changes", "entered_at"), ("order_lines", "ordered_at"),
                          ("feedback", "occurred_at"), ("offers", "offered_at"),
                          ("cancellations", "canceled_at")):  # fmt: skip
        at = company.good(table)[column]
        assert at.min() >= first, table
        assert at.max() < last, table


def test_instants_of_a_touch_follow_each_other(company):
    touches = company.good("touches")
    for column in ("ended_at", "logged_at", "opened_at", "clicked_at", "replied_at"):
        known = touches[column].notna()
        assert (touches[column] >= touches.occurred_at)[known].all(), column
    assert touches.opened_at[touches.clicked_at.notna()].notna().all()


def test_a_reply_answers_a_mail_of_the_same_thread_that_was_sent_before(company):
    touches = company.good("touches")
    replies = touches[touches.in_reply_to.notna()]
    asked = touches.set_index("message_id").loc[replies.in_reply_to]
    assert len(replies) > 100
    assert set(replies.direction) == {"inbound"}
    assert set(asked.direction) == {"outbound"}
    assert (asked.thread_id.to_numpy() == replies.thread_id.to_numpy()).all()
    assert (asked.replied_at.to_numpy() == replies.occurred_at.to_numpy()).all()


def test_machines_have_no_rep_and_reps_are_there_on_the_day(company):
    touches = company.good("touches")
    reps = company.table("reps").set_index("rep_id")
    assert touches.rep_id.isna().equals(touches.automated.astype(bool))
    own = touches[(touches.direction == "outbound") & touches.rep_id.notna()]
    day = own.occurred_at.dt.tz_localize(None)
    assert (day >= pd.to_datetime(reps.hired_on[own.rep_id]).to_numpy()).all()
    left = pd.to_datetime(reps.left_on[own.rep_id]).fillna(pd.Timestamp("2200-01-01")).to_numpy()
    assert (day < left).mean() > 0.999


def test_contact_and_account_of_a_touch_belong_together(company):
    touches = company.good("touches").dropna(subset=["contact_id", "account_id"])
    account = company.table("contacts").drop_duplicates("contact_id").set_index("contact_id").account_id
    assert (account[touches.contact_id].to_numpy() == touches.account_id.to_numpy()).all()


def test_touches_that_name_only_an_account_cannot_answer_the_wrong_lead(company):
    touches = company.good("touches")
    bare = touches[touches.lead_id.isna() & touches.contact_id.isna() & touches.account_id.notna()]
    leads = company.good("leads").account_id.value_counts()
    assert len(bare) > 20
    assert leads.reindex(bare.account_id).fillna(0).max() == 1


def test_links_name_what_the_touch_itself_does_not(company):
    links = company.table("touch_links")
    touches = company.good("touches").set_index("touch_id")
    assert set(links.object) == {"lead", "contact"}
    about = links[links.object == "lead"]
    assert touches.lead_id[about.touch_id].isna().all()
    guests = links[links.object == "contact"]
    assert (touches.contact_id[guests.touch_id].to_numpy() != guests.object_id.to_numpy()).all()


def test_deals_close_after_they_open_and_only_closed_ones_close(company):
    deals = company.good("deals")
    closed = deals.status != "open"
    assert deals.closed_at.notna().equals(closed)
    assert (deals.closed_at > deals.created_at)[closed].all()
    assert deals.lost_reason.notna().equals(deals.status == "lost")
    assert (deals.amount > 0).all()


def test_stage_log_begins_with_the_deal_and_ends_in_its_present_stage(company):
    deals = company.good("deals").set_index("deal_id")
    log = company.good("stage_changes").sort_values(["deal_id", "entered_at"])
    kinds = company.table("stages").set_index(["pipeline", "stage"]).kind
    first, last = log.groupby("deal_id").first(), log.groupby("deal_id").last()
    assert set(first.index) == set(deals.index)
    assert (first.entered_at == deals.created_at[first.index]).all()
    assert (last.stage == deals.stage[last.index]).all()
    ends = kinds[list(zip(deals.pipeline, deals.stage, strict=True))].to_numpy()
    assert (ends == deals.status).mean() > 0.995  # a deal lost and not yet reopened is still open
    closed = deals[deals.status != "open"]
    assert (last.entered_at[closed.index] == closed.closed_at).all()
    earlier = log.groupby("deal_id").stage.shift()
    assert earlier.equals(log.from_stage.where(log.from_stage.notna(), earlier[earlier.isna()]))


def test_deals_skip_stages_go_back_and_reopen(planted):
    log = planted.good("stage_changes").sort_values(["deal_id", "entered_at"])
    place = planted.table("stages").set_index(["pipeline", "stage"]).position
    position = pd.Series(place[list(zip(log.pipeline, log.stage, strict=True))].to_numpy(), index=log.index)
    step = position - position.groupby(log.deal_id).shift()
    is_open = ~log.stage.isin(["Won", "Lost"])
    lost_before = log.from_stage == "Lost"
    assert ((step > 1) & is_open).groupby(log.deal_id).any().mean() == pytest.approx(0.05, abs=0.03)
    assert ((step < 0) & ~lost_before).groupby(log.deal_id).any().mean() == pytest.approx(0.045, abs=0.02)
    assert lost_before.groupby(log.deal_id).any().mean() == pytest.approx(0.03, abs=0.01)


def test_credits_of_a_deal_sum_to_one_over_two_reps(company):
    shared = company.table("deal_credits").groupby("deal_id")
    assert np.allclose(shared.share.sum(), 1)
    assert (shared.rep_id.nunique() == 2).all()


def test_ownership_is_without_gap_or_overlap_and_ends_with_the_present_owner(company):
    owners = company.table("owners_over_time").sort_values(["object", "object_id", "from_at"])
    following = owners.groupby(["object", "object_id"]).from_at.shift(-1)
    assert owners.to_at[following.notna()].equals(following.dropna().astype(owners.to_at.dtype))
    assert (owners.to_at > owners.from_at)[owners.to_at.notna()].all()
    now = owners[owners.to_at.isna()].set_index(["object", "object_id"]).rep_id
    deals, leads = company.good("deals").set_index("deal_id"), company.good("leads").set_index("lead_id")
    assert (now["deal"][deals.index] == deals.rep_id).all()
    held = now["lead"].dropna()
    assert (held == leads.rep_id[held.index]).all()


def test_leads_wait_in_a_queue_first(company):
    owners = company.table("owners_over_time")
    leads = owners[owners.object == "lead"]
    queued = leads[leads.rep_id.isna()]
    assert queued.object_id.nunique() / leads.object_id.nunique() == pytest.approx(0.68, abs=0.05)
    created = company.good("leads").set_index("lead_id").created_at
    assert (queued.from_at.to_numpy() == created[queued.object_id].to_numpy()).all()


def test_stretches_of_a_subscription_do_not_overlap_and_gaps_stay_within_grace(company):
    rows = company.good("subscription_periods").sort_values(["subscription_id", "from_on"])
    start, end = pd.to_datetime(rows.from_on), pd.to_datetime(rows.to_on)
    following = start.groupby(rows.subscription_id).shift(-1)
    assert (end > start)[end.notna()].all()
    gap = (following - end).dt.days[following.notna()]
    assert gap.notna().all()
    assert gap.min() == 0
    assert 0 < gap.max() <= 30


def test_only_trials_and_pauses_are_free_and_pauses_end_within_the_limit(company):
    rows = company.good("subscription_periods")
    assert ((rows.mrr == 0) == (rows.trial | rows.paused)).all()
    assert rows.trial.any()
    assert rows.paused.any()
    pauses = rows[rows.paused & rows.to_on.notna()]
    days = (pd.to_datetime(pauses.to_on) - pd.to_datetime(pauses.from_on)).dt.days
    assert days.max() <= 60


def test_annual_terms_end_a_whole_number_of_years_after_the_start(company):
    rows = company.good("subscription_periods")
    rows = rows[~rows.trial]
    first = pd.to_datetime(rows.groupby("subscription_id").from_on.transform("min"))
    term = pd.to_datetime(rows.term_ends_on)
    annual = term.notna()
    assert annual.any()
    assert (~annual).any()
    assert (term.dt.day == first.dt.day)[annual].all()
    assert (term.dt.month == first.dt.month)[annual].all()
    assert (term > pd.to_datetime(rows.from_on))[annual].all()


def test_orders_return_less_than_they_sell_and_extras_are_no_units(company):
    lines = company.good("order_lines")
    assert (lines.units < 0).equals(lines.kind == "return")
    assert {"sale", "return", "credit", "fee", "tax"} <= set(lines.kind)
    assert -lines.units[lines.kind == "return"].sum() < 0.1 * lines.units[lines.kind == "sale"].sum()


def test_every_currency_in_use_has_a_rate_on_every_day(company):
    rates = company.table("fx_rates")
    days = pd.to_datetime(rates.rate_on)
    for code in {*company.good("deals").currency, *company.good("order_lines").currency} - {"EUR"}:
        own = days[rates.currency == code]
        assert (own.diff().dropna() == pd.Timedelta(days=1)).all()
        assert own.min() <= pd.to_datetime(company.good("subscription_periods").from_on).min()


def test_messages_leave_no_field_open_but_the_broken_ones(company):
    bodies = company.good("touches").body.dropna()
    assert len(bodies) > 500
    open_fields = bodies[bodies.str.contains(r"[{}]")]
    assert set(open_fields.str.extract(r"(\{.*\})")[0]) <= {"{{first_name}}", "{{prenom}}"}
    assert 0 < len(open_fields) / len(bodies) < 0.03
    assert not company.good("touches").subject.dropna().str.contains(r"[{}]").any()


def test_messages_are_in_the_language_of_their_reader(company):
    touches = company.good("touches").dropna(subset=["body"])
    human = touches[(touches.direction == "outbound") & ~touches.automated.astype(bool)]
    for language, greeting in (("fr", r"^(?:Bonjour|Cher|Madame)"), ("en", r"^(?:Hi|Hello|Dear|Good)")):
        mine = human[human.language == language]
        assert len(mine) > 50
        assert mine.body.str.contains(greeting).all()
        assert not mine.body.str.contains("None").any()
    named = touches.dropna(subset=["contact_id"])
    spoken = company.table("contacts").drop_duplicates("contact_id").set_index("contact_id").language
    assert (spoken[named.contact_id].to_numpy() == named.language.to_numpy()).all()


def test_addresses_are_unique_and_lie_under_example(company):
    accounts, contacts = company.table("accounts"), company.good("contacts")
    assert accounts.domain.is_unique
    assert accounts.name.is_unique
    assert accounts.domain.str.endswith(".example").all()
    assert contacts.email.map(lambda mail: re.fullmatch(r"[a-z.-]+@[a-z0-9-]+\.example", mail) is not None).all()
    assert company.table("reps").email.is_unique


def test_chats_and_calls_in_working_hours_name_the_touch_they_came_by(company):
    signals = company.table("lead_signals").dropna(subset=["touch_id"])
    touches = company.good("touches").set_index("touch_id").loc[signals.touch_id]
    assert len(signals) > 50
    assert (touches.occurred_at.to_numpy() == signals.occurred_at.to_numpy()).all()
    assert set(touches.direction) == {"inbound"}
    assert (touches.lead_id.to_numpy() == signals.lead_id.to_numpy()).all()
    assert set(touches.kind) == {"chat", "call"}


def test_leads_point_to_the_deals_they_became(company):
    leads, deals = company.good("leads"), company.good("deals")
    became = leads.dropna(subset=["deal_id"]).set_index("deal_id")
    assert len(became) > 50
    origin = deals.set_index("deal_id").loc[became.index]
    assert (origin.lead_id == became.lead_id).all()
    assert (origin.created_at == became.converted_at).all()
    assert (leads.status == "converted").equals(leads.converted_at.notna())
