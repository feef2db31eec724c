"""Makes a simulated company: draws every area in turn and writes its tables, settings and truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from efficace.config import CONFIG_FILE
from efficace.errors import SourceError
from efficace.locale.said import Said
from efficace.model.tables import BY_NAME
from efficace.simulate import event_rows, rows, touch_columns
from efficace.simulate.clock import DAY, day_number, midnight
from efficace.simulate.columns import stack, take
from efficace.simulate.customers import Customers, Offers, burst_on, make_offers, win_customers
from efficace.simulate.deals import Deals, lay_stages, open_new_deals
from efficace.simulate.directory import Directory
from efficace.simulate.dirty import spoil_rows
from efficace.simulate.draws import NONE, Flags, Ints, Streams, chance
from efficace.simulate.engagement import care_touches, deal_touches
from efficace.simulate.expansions import expansion_deals, renewal_deals
from efficace.simulate.fate import (
    LeadFate,
    Ownership,
    account_owners,
    deal_owners,
    lead_owners,
    settle_leads,
    with_deals,
)
from efficace.simulate.follow_up import BACK_AGAIN, Worked, work
from efficace.simulate.habits import Habits, equal_habits, planted_habits
from efficace.simulate.leads import Inquiries, Leads, collect_leads, first_inquiries, second_inquiries
from efficace.simulate.market import Accounts, Rates, found_accounts, meet_contacts, quote_rates
from efficace.simulate.messages import Correspondence
from efficace.simulate.money import promise, spend
from efficace.simulate.orders import sell_goods
from efficace.simulate.people import COMPANY, People, hire
from efficace.simulate.plant import faults, planted_facts
from efficace.simulate.settings import SimulationSettings
from efficace.simulate.stages import present_stage
from efficace.simulate.subscriptions import cancel, lay_stretches, sign
from efficace.simulate.touch_rows import CALL, CHATTING, INBOUND, OUTBOUND, TouchRows, join, settle
from efficace.simulate.truth import TRUTH_FILE, Truth
from efficace.simulate.voice import Voices, listen
from efficace.simulate.world import World
from efficace.simulate.write import Writer

CHUNK_LEADS, CHUNK_DEALS, CHUNK_TOUCHES, CHUNK_ROWS = 40_000, 40_000, 250_000, 250_000

TABLE_SUFFIXES = (".parquet", ".csv", ".xlsx", ".jsonl")

Progress = Callable[[Said, float], None]

SETTINGS_TEXT = f"""\
company: {{name: {COMPANY}, timezone: Europe/Paris, currency: EUR, fiscal_year_start: 1, country: FR}}
hours: {{days: mon-fri, opens: "09:00", closes: "18:00", holidays: FR}}
response: {{promise: {{hot: 30 min, warm: 4 h, cold: 1 day}}}}
revenue: {{from: both}}
"""


def simulate(folder: Path, settings: SimulationSettings, progress: Progress | None = None) -> Truth:
    """Write a whole company to a folder: one file a canonical table, ``efficace.yaml`` and ``truth.json``.

    Args:
        progress: Told what is being made and the share done, from 0 to 1.

    Raises:
        SourceError: If the folder cannot be written or holds tables that no simulation wrote.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _make_room(folder)
        with Writer(folder, settings.file_format) as writer:
            maker = _Maker(settings, Streams(settings.seed), writer, progress or _silent)
            world = maker.run()
            dirty = spoil_rows(writer) if settings.has_dirty_rows else ()
        (folder / CONFIG_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    except OSError as error:
        raise SourceError("{folder}: cannot be written: {error}", folder=folder, error=error) from error
    truth = Truth(
        COMPANY, settings.seed, settings.starts_on, settings.ends_on, dict(sorted(writer.rows.items())), faults(world),
        planted_facts(world), dirty,
    )  # fmt: skip
    truth.write(folder)
    return truth


def _make_room(folder: Path) -> None:
    """Remove the tables of an earlier simulation, and of nobody else."""
    tables = sorted(path for path in folder.iterdir() if path.stem in BY_NAME and path.suffix in TABLE_SUFFIXES)
    if tables and not (folder / TRUTH_FILE).exists():
        raise SourceError(
            "{folder}: holds {name}, which no simulation wrote. Name an empty folder.",
            folder=folder,
            name=tables[0].name,
        )
    for path in tables:
        path.unlink()


def _silent(_: Said, __: float) -> None:
    """Progress that nobody asked for."""


@dataclass
class _Maker:
    """Draws and writes one company; areas that depend on others come after them."""

    settings: SimulationSettings
    streams: Streams
    writer: Writer
    progress: Progress
    touches_written: int = 0
    signals_written: int = 0
    efforts: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    @property
    def end(self) -> int:
        return midnight(self.settings.ends_on)

    def run(self) -> World:
        settings, streams = self.settings, self.streams
        self.progress(Said("people and market"), 0.0)
        people = hire(settings, streams)
        habits = planted_habits(people, streams) if settings.planted else equal_habits(people)
        accounts = found_accounts(settings, people, habits, streams)
        leads = collect_leads(settings, people, accounts, streams)
        directory = Directory(people, accounts, meet_contacts(accounts, leads.account, streams))
        rates = quote_rates(settings, streams)
        self.efforts = np.zeros(len(people.places), dtype=np.int64)
        letters = Correspondence(directory, habits, leads, settings.body_share)
        self._write_market(directory, rates)

        asked, worked = self._follow_leads(people, habits, leads, letters)
        fate = settle_leads(leads, asked, worked, people, self.end, streams)
        new = self._new_deals(people, habits, directory, leads, fate)
        customers = win_customers(settings, people, habits, accounts, new, streams)
        offers = make_offers(settings, customers, accounts, streams)
        deals = stack([
            new,
            expansion_deals(settings, customers, offers, directory.contacts, streams),
            renewal_deals(settings, customers, directory.contacts, streams),
        ])  # fmt: skip
        self._write_leads(directory, leads, with_deals(fate, new), customers)
        self._write_deals(directory, habits, deals)
        self._write_money(people, accounts, leads, deals, customers, rates)
        self._write_subscriptions(directory, habits, customers, offers)
        voices = listen(settings, habits, accounts, directory.contacts, customers, streams)
        self.writer.write("feedback", event_rows.feedback(voices, customers))
        self._later_touches(people, directory, deals, customers, letters)
        return self._world(people, habits, accounts, leads, asked, worked, deals, customers, offers, voices)

    def _world(
        self,
        people: People,
        habits: Habits,
        accounts: Accounts,
        leads: Leads,
        asked: Inquiries,
        worked: Worked,
        deals: Deals,
        customers: Customers,
        offers: Offers,
        voices: Voices,
    ) -> World:
        return World(
            self.settings,
            people,
            habits,
            accounts,
            leads,
            asked,
            worked,
            deals,
            customers,
            offers,
            voices,
            self.efforts,
        )

    def _write_market(self, directory: Directory, rates: Rates) -> None:
        people, settings, write = directory.people, self.settings, self.writer.write
        write("reps", rows.reps(people))
        write("teams", rows.teams(people))
        write("territories", rows.territories(people))
        write("territory_assignments", rows.territory_assignments(settings, people))
        write("calendars", rows.calendars(people))
        write("calendar_exceptions", rows.calendar_exceptions(settings, people))
        write("products", rows.products())
        write("locations", rows.locations())
        write("stages", event_rows.stages())
        write("fx_rates", rows.fx_rates(rates))
        for part in _chunks(len(directory.contacts.account), CHUNK_ROWS):
            write("contacts", rows.contacts(directory, part))

    def _follow_leads(
        self, people: People, habits: Habits, leads: Leads, letters: Correspondence
    ) -> tuple[Inquiries, Worked]:
        """Follow all leads up, some thousands at a time, and write signals and touches as they are made."""
        found: list[tuple[Inquiries, Worked]] = []
        returned: list[tuple[Inquiries, Worked]] = []
        for number, part in enumerate(_chunks(leads.n, CHUNK_LEADS)):
            self.progress(Said("following leads up"), 0.05 + 0.4 * part.start / leads.n)
            rng = self.streams.of("follow_up", number)
            first = first_inquiries(rng, leads, people, part)
            worked, touches = work(rng, first, leads, people, habits)
            back = _come_back(rng, first, worked)
            again = second_inquiries(rng, first, back, worked.last, people)
            again = take(again, again.at < self.end)
            worked_again, touches_again = work(rng, again, leads, people, habits)
            start = self.touches_written
            written = settle(join([touches, touches_again]), self.end)
            self._write_touches(written, letters, number)
            self._write_signals(leads, first, again, written, start)
            found.append((first, worked))
            returned.append((again, worked_again))
        return _joined([*found, *returned])

    def _write_signals(self, leads: Leads, first: Inquiries, again: Inquiries, written: TouchRows, start: int) -> None:
        came_in = np.flatnonzero(
            (written.direction == INBOUND) & np.isin(written.kind, (CALL, CHATTING)) & (written.text == NONE)
        )
        touch = np.full(leads.n, NONE)
        touch[written.thread[came_in]] = came_in + start
        for asked in (first, again):
            linked = np.where(asked.live, touch[asked.lead], NONE)
            self.writer.write("lead_signals", rows.lead_signals(self.signals_written, asked, leads, linked))
            self.signals_written += len(asked.at)

    def _write_touches(self, made: TouchRows, letters: Correspondence, part: int, area: str = "leads") -> None:
        """Write touches in order, numbered on."""
        territory = letters.directory.accounts.territory
        mine = (made.direction == OUTBOUND) & (made.automated == 0)
        self.efforts += np.bincount(territory[made.account[mine]], minlength=len(self.efforts))
        written = letters.write(self.streams.of(f"letters of {area}", part), made)
        self.writer.write("touches", touch_columns.touches(self.touches_written, made, written))
        self.writer.write("touch_links", touch_columns.touch_links(self.touches_written, made))
        self.touches_written += made.n

    def _new_deals(self, people: People, habits: Habits, directory: Directory, leads: Leads, fate: LeadFate) -> Deals:
        self.progress(Said("deals and customers"), 0.45)
        bought = np.flatnonzero(fate.converted != NONE)
        return open_new_deals(
            self.settings, people, habits, directory.accounts, directory.contacts, leads,
            (bought, fate.converted[bought]), self.streams,
        )  # fmt: skip

    def _write_leads(self, directory: Directory, leads: Leads, fate: LeadFate, customers: Customers) -> None:
        people, accounts = directory.people, directory.accounts
        self.writer.write("leads", rows.leads(leads, accounts, people, fate))
        self._write_owners(lead_owners(leads, fate, self.end), accounts.territory[leads.account], people)
        start = midnight(self.settings.starts_on)
        owner, created = _accounts_today(accounts, leads, customers, start)
        for part in _chunks(accounts.n, CHUNK_ROWS):
            self.writer.write("accounts", rows.accounts(directory, owner, created, part))
        self._write_owners(account_owners(customers, start), accounts.territory, people)

    def _write_owners(self, held: Ownership, territory: Ints, people: People) -> None:
        self.writer.write("owners_over_time", event_rows.owners_over_time(held, territory[held.number], people))

    def _write_deals(self, directory: Directory, habits: Habits, deals: Deals) -> None:
        people, accounts, write, end = directory.people, directory.accounts, self.writer.write, self.end
        waits = (habits.stall_team != NONE) & (people.team[deals.rep] == habits.stall_team)
        visits = lay_stages(deals, waits, self.streams)
        stage = present_stage(visits, deals.n, end)
        write("deals", event_rows.deals(deals, stage, accounts, people, end, self.streams))
        write("stage_changes", event_rows.stage_changes(visits, deals, end))
        write("deal_changes", event_rows.deal_changes(deals, end, self.streams))
        write("deal_credits", event_rows.deal_credits(deals, people, self.streams))
        self._write_owners(deal_owners(deals, end), accounts.territory[deals.account], people)

    def _write_money(
        self, people: People, accounts: Accounts, leads: Leads, deals: Deals, customers: Customers, rates: Rates
    ) -> None:
        self.progress(Said("orders and money"), 0.55)
        settings, streams = self.settings, self.streams
        lines = sell_goods(settings, accounts, customers, deals, streams)
        self.writer.write("order_lines", event_rows.order_lines(settings, lines, accounts))
        costs = spend(settings, people, leads, deals, rates, streams)
        self.writer.write("costs", event_rows.costs(costs, leads.campaigns))
        promised = promise(settings, people, deals, lines, rates, streams)
        self.writer.write("targets", event_rows.targets(promised))

    def _write_subscriptions(self, directory: Directory, habits: Habits, customers: Customers, offers: Offers) -> None:
        settings, streams, write = self.settings, self.streams, self.writer.write
        last = day_number(settings.ends_on)
        contracts = sign(settings, habits, customers, offers, streams)
        stretches = lay_stretches(settings, contracts, customers, offers, directory.accounts, streams)
        write("subscription_periods", event_rows.subscription_periods(stretches, contracts, customers, last))
        left = cancel(settings, habits, contracts, customers, day_number(burst_on(settings)), streams)
        write("cancellations", event_rows.cancellations(left, contracts, customers, directory, streams))
        write("offers", event_rows.offers(offers, customers, last))

    def _later_touches(
        self, people: People, directory: Directory, deals: Deals, customers: Customers, letters: Correspondence
    ) -> None:
        """Touches around deals, then as many with customers and prospects as are still wanted."""
        pace = letters.habits.pace[directory.accounts.territory[deals.account]]
        for number, part in enumerate(_chunks(deals.n, CHUNK_DEALS)):
            made = deal_touches(self.streams.of("deal_touches", number), deals, part, people, pace, self.end)
            room = self.settings.touches - self.touches_written
            self._write_touches(_at_most(settle(made, self.end), room), letters, number, "deals")
        wanted, number = self.settings.touches - self.touches_written, 0
        while self.touches_written < self.settings.touches:
            self.progress(Said("touches with customers"), 0.65 + 0.35 * self.touches_written / self.settings.touches)
            n = min(CHUNK_TOUCHES, self.settings.touches - self.touches_written, wanted)
            rng = self.streams.of("care", number)
            made = care_touches(rng, self.settings, people, directory.accounts, directory.contacts, customers, n)
            self._write_touches(settle(made, self.end), letters, number, "care")
            number += 1


def _at_most(made: TouchRows, n: int) -> TouchRows:
    return made if made.n <= n else take(made, np.arange(n))


def _chunks(n: int, size: int) -> Iterator[slice]:
    for start in range(0, n, size):
        yield slice(start, min(start + size, n))


def _come_back(rng: np.random.Generator, first: Inquiries, worked: Worked) -> Flags:
    """Leads who were answered, neither bought nor were sent away, and ask again much later."""
    quiet = (worked.first != NONE) & (worked.converted == NONE) & (worked.disqualified == NONE)
    return np.asarray(quiet & chance(rng, BACK_AGAIN, len(first.at)), dtype=np.bool_)


def _joined(parts: list[tuple[Inquiries, Worked]]) -> tuple[Inquiries, Worked]:
    """All signals, the first ones of all leads before those who came back."""
    return stack([asked for asked, _ in parts]), stack([worked for _, worked in parts])


def _accounts_today(accounts: Accounts, leads: Leads, customers: Customers, start: int) -> tuple[Ints, Ints]:
    """Present owner and creation of every account."""
    owner, created = np.full(accounts.n, NONE), np.full(accounts.n, start - 30 * DAY)
    owner[leads.account] = leads.rep
    created[leads.account[::-1]] = leads.at[::-1]
    owner[customers.account] = customers.care
    before = customers.deal == NONE
    created[customers.account[before]] = customers.start[before] * DAY - 20 * DAY
    return owner, created
