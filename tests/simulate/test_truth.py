"""What the truth states is what the tables show, computed by plain pandas from the files alone."""

from __future__ import annotations

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest


def utc(day):
    return pd.Timestamp(day, tz="UTC")


def near(found: float, expected: float, n: int, sigmas: float = 4) -> bool:
    """Within so many standard errors of a share."""
    return abs(found - expected) <= sigmas * np.sqrt(expected * (1 - expected) / n) + 1e-9


@pytest.fixture(scope="module")
def answers(planted):
    """Every signal with its first human answer, matched as the definition of response time asks."""
    touches = planted.good("touches")
    human = touches[(touches.direction == "outbound") & ~touches.automated.astype(bool)]
    human = human[~human.status.isin(["bounced", "failed"])]
    leads = planted.good("leads")[
        ["lead_id", "contact_id", "account_id", "rep_id", "converted_at", "disqualified_reason"]
    ]
    links = planted.table("touch_links")
    about = links[links.object == "lead"].rename(columns={"object_id": "lead_id"})[["touch_id", "lead_id"]]
    bare = human[human.lead_id.isna() & human.contact_id.isna()]
    matched = pd.concat([
        human[["touch_id", "lead_id", "occurred_at"]].dropna(),
        human[["touch_id", "contact_id", "occurred_at"]].merge(leads[["contact_id", "lead_id"]], on="contact_id"),
        bare[["touch_id", "account_id", "occurred_at"]].merge(leads[["account_id", "lead_id"]], on="account_id"),
        about.merge(human[["touch_id", "occurred_at"]], on="touch_id"),
    ])[["lead_id", "occurred_at"]].sort_values("occurred_at")  # fmt: skip
    signals = planted.table("lead_signals").sort_values("occurred_at")
    found = pd.merge_asof(
        signals, matched.rename(columns={"occurred_at": "answered_at"}), left_on="occurred_at", right_on="answered_at",
        by="lead_id", direction="forward",
    )  # fmt: skip
    found = found.merge(leads.drop(columns=["contact_id", "account_id"]), on="lead_id")
    found = found[found.disqualified_reason.fillna("") != "spam"]
    alone = found.converted_at.notna() & ~(found.answered_at <= found.converted_at)
    return found.assign(answered_at=found.answered_at.mask(alone))


@pytest.fixture(scope="module")
def working_minutes(planted):
    """A function that counts working minutes of a rep between two instants from the calendar tables."""
    calendars = planted.table("calendars")
    exceptions = planted.table("calendar_exceptions").set_index(["calendar_id", "day_on"])
    reps = planted.table("reps").set_index("rep_id")
    own = calendars.dropna(subset=["rep_id"]).set_index("rep_id").calendar_id.to_dict()
    of_team = calendars.dropna(subset=["team_id"]).drop_duplicates("team_id").set_index("team_id").calendar_id
    hours = dict(list(calendars.groupby("calendar_id")))

    def instant(day, text, zone):
        if text == "24:00":
            return datetime.combine(day + pd.Timedelta(days=1), time(), ZoneInfo(zone))
        return datetime.combine(day, time.fromisoformat(text), ZoneInfo(zone))

    def opened(calendar, day):
        if (calendar, day) in exceptions.index:
            row = exceptions.loc[(calendar, day)]
            return [(row.opens, row.closes)] if row.open else []
        rows = hours[calendar]
        rows = rows[rows.weekday == day.isoweekday()]
        return list(zip(rows.opens, rows.closes, strict=True))

    def count(rep, start, end):
        calendar = own.get(rep) or of_team[reps.team_id[rep]]
        zone = hours[calendar].timezone.iloc[0]
        total, day = 0.0, start.tz_convert(zone).date()
        while day <= end.tz_convert(zone).date():
            for opens, closes in opened(calendar, day):
                first = max(instant(day, opens, zone).astimezone(UTC), start)
                last = min(instant(day, closes, zone).astimezone(UTC), end)
                total += max((last - first).total_seconds(), 0) / 60
            day = (pd.Timestamp(day) + pd.Timedelta(days=1)).date()
        return total

    return count


def test_response_times_are_those_planted_in_working_time(planted, answers, working_minutes):
    """Exactly the median of what was drawn; half of the answers come before the median that was planted."""
    usual = answers[answers.touch_id.isna()]
    for rep in [planted.truth.faults["slow_responder"]["rep"], "R001", "R002"]:
        mine = usual[usual.rep_id == rep]
        minutes = [
            working_minutes(rep, row.occurred_at, row.answered_at) if pd.notna(row.answered_at) else np.inf
            for row in mine.itertuples()
        ]
        fact = planted.truth.find("lead_response_time", rep=rep)
        assert np.median(minutes) == pytest.approx(fact.realised, rel=0.02)
        assert near(np.mean(np.array(minutes) <= fact.expected), 0.5, len(mine))


def test_the_slow_responder_is_slowest_and_misses_most(planted):
    slow = planted.truth.faults["slow_responder"]["rep"]
    for fact in ("lead_response_time", "never_answered"):
        rows = [row for row in planted.truth.all(fact) if "rep" in row.member]
        assert max(rows, key=lambda row: row.realised).member == {"rep": slow}


def test_leads_stay_unanswered_as_often_as_planted(planted, answers):
    old = answers[
        (answers.touch_id.isna()) & (answers.occurred_at < utc(planted.settings.ends_on) - pd.Timedelta(days=30))
    ]
    for row in planted.truth.all("never_answered"):
        column, value = next(iter(row.member.items()))
        mine = old[old["rep_id" if column == "rep" else "source"] == value]
        mine = mine if column == "source" else mine[mine.source != "review_site"]
        assert near(mine.answered_at.isna().mean(), row.expected, len(mine)), row.member


def test_nobody_watches_the_review_site(planted):
    source = planted.truth.faults["unwatched_source"]["source"]
    assert planted.truth.find("never_answered", source=source).realised > 0.9
    sources = [row for row in planted.truth.all("never_answered") if "source" in row.member]
    assert max(row.realised for row in sources if row.member["source"] != source) < 0.2


def test_faster_answers_cause_more_conversions(planted, answers):
    """Weighted to the mix of heat and source of all signals, each band converts as planted."""
    old = answers[answers.occurred_at < utc(planted.settings.ends_on) - pd.Timedelta(days=90)].copy()
    took = (old.answered_at - old.occurred_at).dt.total_seconds().fillna(np.inf)
    names = ["5 min", "1 h", "1 day", "1 week", "later", "never"]
    old["band"] = pd.cut(took, [-1, 300, 3600, 86400, 604800, 1e12, np.inf], labels=names)
    old["converted"] = (old.converted_at - old.occurred_at).dt.days.between(0, 89)
    mix = old.groupby(["heat", "source"]).size()
    for band in ["5 min", "1 h", "1 day", "1 week"]:
        rates = old[old.band == band].groupby(["heat", "source"]).converted.agg(["mean", "size"]).reindex(mix.index)
        standardised = (rates["mean"].fillna(0) * mix).sum() / mix[rates["mean"].notna()].sum()
        weights = (mix / mix.sum()) ** 2 / rates["size"]
        error = np.sqrt((weights * rates["mean"] * (1 - rates["mean"])).sum())
        expected = planted.truth.find("response_conversion", response_band=band).expected
        assert abs(standardised - expected) < 4 * error + 0.004, band
    expected = [planted.truth.find("response_conversion", response_band=name).expected for name in names]
    assert expected == sorted(expected, reverse=True)


def test_each_attempt_is_answered_as_often_as_planted(planted):
    for row in planted.truth.all("attempt_value"):
        if row.n > 50:
            assert near(row.realised, row.expected, row.n), row.member


def test_the_quitter_gives_up_first(planted):
    rows = planted.truth.all("persistence")
    assert min(rows, key=lambda row: row.realised).member == {"rep": planted.truth.faults["quitter"]["rep"]}
    for row in rows:
        if row.n > 100:
            assert abs(row.realised - row.expected) < 4 * 2.2 / np.sqrt(row.n), row.member


def test_deals_are_won_as_often_and_as_fast_as_planted(planted):
    deals = planted.good("deals")
    new = deals[(deals.kind == "new") & (deals.created_at < utc(planted.settings.ends_on) - pd.Timedelta(days=270))]
    days = (new.closed_at - new.created_at).dt.total_seconds() / 86400
    for row in planted.truth.all("won_by"):
        limit = float(row.member["days"])
        assert near(((new.status == "won") & (days <= limit)).mean(), row.expected, len(new)), row.member
    for rep, mine in new.groupby("rep_id"):
        stated = [row for row in planted.truth.all("win_rate") if row.member == {"rep": rep}]
        decided = mine[mine.status != "open"]
        if stated and len(decided) > 30:
            assert near((decided.status == "won").mean(), stated[0].expected, len(decided)), rep


def test_the_fast_closer_is_fast_and_the_customers_leave(planted):
    fast = planted.truth.faults["fast_closer"]["rep"]
    rows = [row for row in planted.truth.all("sales_cycle_length") if row.realised is not None and row.n > 10]
    assert min(rows, key=lambda row: row.realised).member == {"rep": fast}
    periods = planted.good("subscription_periods")
    paid = periods[~periods.trial & ~periods.change_kind.isin(["reactivation"])]
    lives = paid.groupby("account_id").agg(rep=("rep_id", "first"), start=("from_on", "min"), end=("to_on", _last))
    end = pd.to_datetime(lives.end).fillna(pd.Timestamp(planted.settings.ends_on))
    months = (end - pd.to_datetime(lives.start).clip(lower=pd.Timestamp(planted.settings.starts_on))).dt.days / 30.4375
    left = lives.end.notna()
    hazard = left.groupby(lives.rep == fast).sum() / months.groupby(lives.rep == fast).sum()
    assert hazard[True] > 2 * hazard[False]
    feedback = planted.good("feedback")
    assert "not as promised" in set(planted.table("cancellations").reason)
    assert feedback.kind.nunique() == 4


def _last(values):
    return None if values.isna().any() else values.max()


def test_customers_leave_and_renew_as_planted(planted):
    for row in [*planted.truth.all("churn_hazard"), *planted.truth.all("cancellation_burst")]:
        if row.n > 5:
            assert abs(np.log(row.realised / row.expected)) < 4 / np.sqrt(row.n), row.member
    for row in planted.truth.all("non_renewal_rate"):
        assert near(row.realised, row.expected, row.n), row.member


def test_one_service_loses_customers_in_a_burst(planted):
    fault = planted.truth.faults["cancellation_burst"]
    left = planted.table("cancellations")
    periods = planted.good("subscription_periods").drop_duplicates("subscription_id").set_index("subscription_id")
    family = planted.table("products").set_index("product_id").family
    left = left.assign(family=family[periods.product_id[left.subscription_id]].to_numpy())
    after = left.canceled_at >= utc(fault["from_on"])
    hit = left.family == fault["family"]
    months_before = (utc(fault["from_on"]) - utc(planted.settings.starts_on)).days / 30.4
    before = (~after & hit).sum() / months_before
    assert (after & hit).sum() / 2 > 4 * max(before, 1)
    assert (after & ~hit).sum() / 2 < 3 * (~after & ~hit).sum() / months_before
    assert "service outage" in set(left.reason[after & hit])
    assert "service outage" not in set(left.reason[~hit])


def test_offers_are_accepted_as_planted(planted):
    offers = planted.table("offers").merge(planted.table("products")[["product_id", "family"]], on="product_id")
    offers = offers.merge(planted.table("accounts")[["account_id", "segment"]], on="account_id")
    decided = offers[offers.outcome != "pending"]
    accepted = decided.outcome == "accepted"
    for row in planted.truth.all("offer_acceptance"):
        if "segment" in row.member:
            mine = (decided.kind == "upsell") & (decided.segment == row.member["segment"])
            assert accepted[mine].mean() == pytest.approx(row.realised, rel=1e-4)
            assert mine.sum() == row.n
        if row.n:
            assert near(row.realised, row.expected, row.n), row.member


def test_promoters_and_detractors_answer_as_planted(planted):
    for row in planted.truth.all("nps"):
        if row.n > 20:
            assert abs(row.realised - row.expected) < 4 * 85 / np.sqrt(row.n), row.member
    feedback = planted.good("feedback")
    nps = feedback[feedback.kind == "nps"]
    assert near(nps.score.notna().mean(), 0.36, len(nps))
    assert nps.score.dropna().between(0, 10).all()
    assert set(feedback.language.dropna()) == {"en", "fr"}


def test_one_territory_has_too_much_and_one_too_little(planted):
    leads = planted.good("leads")
    reps = planted.table("reps")
    handlers = reps[reps.role.isin(["ae", "sdr"])]
    assert len(handlers) > 10
    ratios = {row.member["territory"]: row.realised for row in planted.truth.all("territory_balance")}
    crowded, idle = (planted.truth.faults[name]["territory"] for name in ("crowded_territory", "idle_territory"))
    assert max(ratios, key=ratios.get) == crowded
    assert min(ratios, key=ratios.get) == idle
    touches = planted.good("touches")
    accounts = planted.table("accounts").set_index("account_id").territory_id
    human = touches[(touches.direction == "outbound") & ~touches.automated.astype(bool)]
    effort = accounts[human.account_id].value_counts(normalize=True)
    demand = leads.territory_id.value_counts(normalize=True)
    assert demand[crowded] / effort[crowded] == pytest.approx(ratios[crowded], rel=1e-3)


def test_deals_of_one_team_wait_in_the_proposal(planted):
    fault = planted.truth.faults["stalling_stage"]
    log = planted.good("stage_changes").sort_values(["deal_id", "entered_at"])
    log["days"] = (log.groupby("deal_id").entered_at.shift(-1) - log.entered_at).dt.total_seconds() / 86400
    team = planted.table("reps").set_index("rep_id").team_id
    here = log[(log.stage == fault["stage"]) & (log.pipeline == "New business")]
    medians = here.days.groupby(team[here.rep_id].to_numpy()).median()
    assert medians.idxmax() == fault["team"]
    assert medians.max() > 1.5 * medians.drop(fault["team"]).max()


def test_volumes_follow_the_seasons(planted):
    lines = planted.good("order_lines")
    lines = lines[lines.kind == "sale"]
    assert planted.settings.months % 12 == 0
    month = lines.ordered_at.dt.month
    shares = month.value_counts(normalize=True)
    season = {int(row.member["month"]): row.expected for row in planted.truth.all("season_of_units")}
    total = sum(season.values())
    for number, factor in season.items():
        assert shares[number] == pytest.approx(factor / total, rel=0.15), number


def test_the_large_sensor_kit_sells_three_times_as_well_in_lyon(planted):
    fact = planted.truth.all("demand_index")[0]
    lines = planted.good("order_lines")
    lines = lines[lines.kind == "sale"]
    here = lines[lines.location_id == fact.member["location"]]
    elsewhere = lines[(lines.location_id != fact.member["location"]) & (lines.product_id != "ONBOARD")]
    odds = [(rows.product_id == fact.member["product"]).mean() for rows in (here, elsewhere)]
    odds = [share / (1 - share) for share in odds]
    assert odds[0] / odds[1] == pytest.approx(fact.expected, rel=0.15)


def test_forecasts_are_too_high_by_the_planted_bias(planted):
    rates = planted.table("fx_rates").set_index(["rate_on", "currency"]).rate
    deals = planted.good("deals")
    won = deals[deals.status == "won"]
    day = won.closed_at.dt.date
    euros = [
        float(amount) * (1 if code == "EUR" else rates[on, code])
        for amount, code, on in zip(won.amount, won.currency, day, strict=True)
    ]
    booked = pd.Series(euros).groupby(won.closed_at.dt.strftime("%Y-%m").to_numpy()).sum()
    targets = planted.table("targets")
    forecasts = targets[(targets.kind == "forecast") & (targets.metric == "bookings")]
    month = pd.to_datetime(forecasts.from_on).dt.strftime("%Y-%m")
    errors = forecasts.value.to_numpy() / booked[month].to_numpy() - 1
    assert len(errors) >= 23
    assert errors.mean() == pytest.approx(
        planted.truth.all("forecast_error")[0].expected, abs=4 * 0.07 / np.sqrt(len(errors))
    )


def test_messages_carry_signatures_and_pressure_as_each_rep_does(planted):
    touches = planted.good("touches")
    own = touches[(touches.direction == "outbound") & ~touches.automated.astype(bool)].dropna(subset=["body"])
    signed = own.body.str.contains("Orvane Technologies\n", regex=False)
    english, french = "ends tonight and|Only 2 places|100 % risk free", "expire ce soir|Plus que 2|sans risque"
    presses = own.body.str.contains(f"{english}|last attempt: act|{french}|dernière relance")
    counts = own.rep_id.value_counts()
    for row in planted.truth.all("personalization"):
        rep = row.member["rep"]
        mine = own.rep_id == rep
        if counts.get(rep, 0) > 100:
            assert near(signed[mine].mean(), row.expected, counts[rep]), rep
            assert near(presses[mine].mean(), planted.truth.find("pushy_messages", rep=rep).expected, counts[rep]), rep
    fast = planted.truth.faults["fast_closer"]["rep"]
    assert presses.groupby(own.rep_id).mean().idxmax() == fast


def test_without_faults_reps_differ_by_chance_alone(clean):
    assert clean.truth.faults == {}
    for name in ("warm_response_time", "win_rate", "personalization", "pushy_messages"):
        expected = [row.expected for row in clean.truth.all(name) if row.member and name != "win_rate"]
        assert len(set(expected)) <= 1, name
    assert not clean.truth.all("cancellation_burst")
    assert not [row for row in clean.truth.all("churn_hazard") if "rep" in row.member]
    for row in clean.truth.all("never_answered"):
        assert row.expected == pytest.approx(0.06)


def test_a_planted_fact_that_does_not_exist_is_an_error(planted):
    with pytest.raises(KeyError, match="win_rate"):
        planted.truth.find("win_rate", rep="R999")
