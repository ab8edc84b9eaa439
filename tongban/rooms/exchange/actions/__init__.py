"""Every way the room changes: resources and requests, calls, what goes out, what comes in."""

from tongban.rooms.exchange.actions.asking import ask, check_form
from tongban.rooms.exchange.actions.fetching import (
    FetchedValues,
    fetch_again,
    fetch_at_filing,
    keep_fetch,
    read_fetched,
)
from tongban.rooms.exchange.actions.incoming import (
    Received,
    apply_outside,
    enter_by_hand,
    poll_due,
    poll_twin,
    receive,
    retry_message,
)
from tongban.rooms.exchange.actions.matching import (
    SETTLEMENTS,
    DayMatched,
    enter_holdings,
    match_due,
    match_system,
    settle_difference,
)
from tongban.rooms.exchange.actions.outgoing import Delivery, deliver_due, deliver_outbox, hand_over, send_case
from tongban.rooms.exchange.actions.real_name import confirm_identity
from tongban.rooms.exchange.actions.sharing import (
    FORMS,
    approve_share,
    decline_share,
    mount,
    register_resource,
    register_system,
    request_share,
    set_knobs,
    teach_simulator,
    withdraw_share,
)
from tongban.rooms.exchange.actions.signed import check_signature
from tongban.rooms.exchange.actions.simulating import answer_as, make_demo_key, push_as, tend_folders
from tongban.rooms.exchange.actions.subscribing import (
    EVENTS,
    SubscriptionView,
    keep_webhook,
    read_events,
    subscribe,
    subscriptions,
    unsubscribe,
)
from tongban.rooms.exchange.actions.withholding import (
    ENDINGS,
    SORTS,
    end_withheld,
    register_withheld,
    urge_withheld,
)

__all__ = [
    # sharing
    "register_system",
    "set_knobs",
    "teach_simulator",
    "register_resource",
    "request_share",
    "approve_share",
    "decline_share",
    "withdraw_share",
    "FORMS",
    "mount",
    # withholding
    "SORTS",
    "ENDINGS",
    "register_withheld",
    "urge_withheld",
    "end_withheld",
    # asking
    "ask",
    "check_form",
    "confirm_identity",
    # fetching
    "FetchedValues",
    "fetch_at_filing",
    "fetch_again",
    "keep_fetch",
    "read_fetched",
    # outgoing
    "Delivery",
    "send_case",
    "hand_over",
    "deliver_outbox",
    "deliver_due",
    # incoming
    "Received",
    "receive",
    "apply_outside",
    "retry_message",
    "enter_by_hand",
    "poll_twin",
    "poll_due",
    # matching
    "SETTLEMENTS",
    "DayMatched",
    "match_system",
    "match_due",
    "enter_holdings",
    "settle_difference",
    # the other side, simulated
    "answer_as",
    "push_as",
    "tend_folders",
    "make_demo_key",
    # signed requests and subscriptions
    "check_signature",
    "EVENTS",
    "SubscriptionView",
    "subscribe",
    "unsubscribe",
    "subscriptions",
    "read_events",
    "keep_webhook",
]
