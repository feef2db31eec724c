"""Facts: one derived table for each thing that is judged."""

from __future__ import annotations

from collections.abc import Mapping

from efficace.facts.baskets import BASKETS
from efficace.facts.comment_themes import COMMENT_THEMES, COMMENTS
from efficace.facts.cost_spans import COST_SPANS
from efficace.facts.customer_sellers import CUSTOMER_SELLERS
from efficace.facts.customer_spells import CUSTOMER_ORIGINS, CUSTOMER_SPELLS, FIRST_PRODUCTS
from efficace.facts.customer_starts import CUSTOMER_STARTS
from efficace.facts.deal_spans import DEAL_OWNERS, DEAL_SPANS, WON_DEALS
from efficace.facts.fact import Fact
from efficace.facts.feedback_answers import FEEDBACK_ANSWERS
from efficace.facts.first_margins import CUSTOMER_MARGINS, FIRST_MARGINS
from efficace.facts.follow_ups import FOLLOW_UPS
from efficace.facts.followed_leads import FOLLOWED_LEADS
from efficace.facts.lead_outcomes import LEAD_OUTCOMES
from efficace.facts.lead_responses import LEAD_RESPONSES
from efficace.facts.lead_scores import LEAD_SCORES
from efficace.facts.lead_touches import LEAD_TOUCHES
from efficace.facts.message_marks import MESSAGE_MARKS
from efficace.facts.messages import MESSAGES
from efficace.facts.offer_chances import OFFER_CHANCES, OFFER_TRIALS
from efficace.facts.offer_decisions import OFFER_DECISIONS
from efficace.facts.plan_targets import PLAN_TARGETS
from efficace.facts.rep_activity import REP_ACTIVITY
from efficace.facts.rep_days import REP_DAYS
from efficace.facts.revenue_lines import MARGIN_LINES, REVENUE_LINES, REVENUE_SPANS
from efficace.facts.service_changes import SERVICE_CHANGES
from efficace.facts.signal_evidence import SIGNAL_EVIDENCE, TRAIT_WEIGHTS
from efficace.facts.stage_passages import STAGE_PASSAGES
from efficace.facts.stage_stalls import STAGE_STALLS
from efficace.facts.stage_visits import STAGE_VISITS
from efficace.facts.subscription_sellers import SUBSCRIPTION_SELLERS
from efficace.facts.subscription_stretches import SUBSCRIPTION_STRETCHES
from efficace.facts.term_ends import TERM_ENDS
from efficace.facts.trait_cells import TRAIT_CELLS
from efficace.facts.unit_lines import UNIT_LINES
from efficace.facts.won_customers import WON_CUSTOMERS

FACTS: tuple[Fact, ...] = (
    DEAL_SPANS,
    DEAL_OWNERS,
    WON_DEALS,
    STAGE_VISITS,
    STAGE_PASSAGES,
    STAGE_STALLS,
    CUSTOMER_SELLERS,
    CUSTOMER_STARTS,
    LEAD_OUTCOMES,
    LEAD_TOUCHES,
    TRAIT_CELLS,
    TRAIT_WEIGHTS,
    SIGNAL_EVIDENCE,
    LEAD_SCORES,
    LEAD_RESPONSES,
    FOLLOW_UPS,
    FOLLOWED_LEADS,
    COST_SPANS,
    REP_DAYS,
    UNIT_LINES,
    CUSTOMER_ORIGINS,
    SUBSCRIPTION_STRETCHES,
    SUBSCRIPTION_SELLERS,
    CUSTOMER_SPELLS,
    FIRST_PRODUCTS,
    WON_CUSTOMERS,
    SERVICE_CHANGES,
    REVENUE_LINES,
    MARGIN_LINES,
    REVENUE_SPANS,
    FEEDBACK_ANSWERS,
    COMMENTS,
    COMMENT_THEMES,
    TERM_ENDS,
    OFFER_DECISIONS,
    PLAN_TARGETS,
    BASKETS,
    OFFER_CHANCES,
    OFFER_TRIALS,
    REP_ACTIVITY,
    CUSTOMER_MARGINS,
    FIRST_MARGINS,
    MESSAGES,
    MESSAGE_MARKS,
)
"""In building order: a fact comes after the facts that it reads, and last what waits for texts to be read."""

BY_NAME: Mapping[str, Fact] = {fact.name: fact for fact in FACTS}
