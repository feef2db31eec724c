"""The tables of what people make. Instants are zone-less UTC; secrets are kept as hashes only."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROLES = ("rep", "manager", "analyst", "executive", "admin")


class Record(DeclarativeBase):
    """A row of the state database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class User(Record):
    """An account.

    Attributes:
        login: What is typed at sign-in, in lower case.
        rep_id: The rep of the data who this person is.
        password_hash: Argon2; None until the person has chosen one.
    """

    __tablename__ = "users"
    __table_args__ = (
        CheckConstraint("role IN ('rep', 'manager', 'analyst', 'executive', 'admin')", name="role"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(20))
    rep_id: Mapped[str | None] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(8))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Identity(Record):
    """Who an account is at a provider of identities: there the subject never changes, an address may."""

    __tablename__ = "identities"
    __table_args__ = (UniqueConstraint("user_id", "issuer"),)

    issuer: Mapped[str] = mapped_column(String(500), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    linked_at: Mapped[datetime]


class ManagedTeam(Record):
    """A team that a manager answers for."""

    __tablename__ = "managed_teams"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    team_id: Mapped[str] = mapped_column(String(200), primary_key=True)


class Session(Record):
    """A sign-in that lasts; ``seen_at`` moves with use."""

    __tablename__ = "sessions"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]


class ApiToken(Record):
    """A key for programs; ``scopes`` are words with spaces between."""

    __tablename__ = "api_tokens"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class SetupLink(Record):
    """A link that works once: for the first admin (no user) or to choose a new password."""

    __tablename__ = "setup_links"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInCount(Record):
    """Attempts to sign in since ``since``, per account and per address."""

    __tablename__ = "sign_in_counts"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]
    attempts: Mapped[int]


class SavedView(Record):
    """A page with its filters, kept under a name; ``query`` is the text after the question mark of its address."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("owner_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    name: Mapped[str] = mapped_column(String(200))
    page: Mapped[str] = mapped_column(String(200))
    query: Mapped[str] = mapped_column(Text)
    shared: Mapped[bool]
    changed_at: Mapped[datetime]


class Target(Record):
    """What a metric should reach within ``[starts_on, ends_on)``; scope company has the empty id."""

    __tablename__ = "targets"
    __table_args__ = (
        UniqueConstraint("metric", "scope", "scope_id", "starts_on", "ends_on"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(String(100))
    scope: Mapped[str] = mapped_column(String(20))
    scope_id: Mapped[str] = mapped_column(String(200))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    value: Mapped[float]
    version: Mapped[int]
    set_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    set_at: Mapped[datetime]


class Note(Record):
    """A question or remark about a number, or the answer to one.

    Attributes:
        about: The number, as the address of its question.
        answers: The note that this one answers.
    """

    __tablename__ = "notes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    about: Mapped[str] = mapped_column(String(500), index=True)
    answers: Mapped[int | None] = mapped_column(ForeignKey("notes.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class CoachingNote(Record):
    """What somebody who leads reps wrote to one of them, or the answer to it; both read it, and the admin.

    Attributes:
        rep_id: The rep of the data whom the thread is about.
        answers: The note that begins the thread; None for that one.
        removed_at: When it was taken back; its author alone still sees it then.
    """

    __tablename__ = "coaching_notes"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    rep_id: Mapped[str] = mapped_column(String(200), index=True)
    answers: Mapped[int | None] = mapped_column(ForeignKey("coaching_notes.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class LeadClaim(Record):
    """Who works on a lead now; ``step`` counts its changes."""

    __tablename__ = "lead_claims"

    lead_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    state: Mapped[str] = mapped_column(String(10))
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    step: Mapped[int]


class LeadStep(Record):
    """One change of a claim, with what it was before, so that it can be undone."""

    __tablename__ = "lead_steps"

    lead_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    step: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    before_state: Mapped[str] = mapped_column(String(10))
    before_holder_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    before_since: Mapped[datetime]
    before_until: Mapped[datetime | None]
    undone: Mapped[bool]


class Setting(Record):
    """A setting that is changed in the app; the value is JSON."""

    __tablename__ = "settings"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[int] = mapped_column(ForeignKey("users.id"))
    changed_at: Mapped[datetime]


class Change(Record):
    """Somebody changed how the product is set up; ``before`` and ``after`` are JSON, None where there was nothing.

    Attributes:
        kind: ``setting``, ``target`` or ``account``.
    """

    __tablename__ = "changes"
    __table_args__ = (
        Index(None, "kind", "name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(500))
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class PersonView(Record):
    """Somebody saw the figures of a person."""

    __tablename__ = "person_views"
    __table_args__ = (
        Index(None, "rep_id", "at"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    viewer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    rep_id: Mapped[str] = mapped_column(String(200))
    metric: Mapped[str] = mapped_column(String(100))
    way: Mapped[str] = mapped_column(String(10))
