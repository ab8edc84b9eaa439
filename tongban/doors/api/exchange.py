"""对接: other agencies' systems tell what they did, and are told what happened here."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Header, Schema
from pydantic import Field

from tongban.doors.api.asking import asked
from tongban.doors.api.opening import operation
from tongban.doors.api.shapes import Body, Day, Moment
from tongban.rooms.exchange import actions as exchange
from tongban.rooms.exchange.port import OutsideMessage
from tongban.rooms.people import actions as people
from tongban.rulebook.errors import Refused


class MessageIn(Body):
    """对方系统的一条办理消息。"""

    id: str = Field(min_length=1, max_length=64, description="对方的消息编号；同一编号只办一次")
    outside_number: str = Field(min_length=1, max_length=64, description="对方的办件编号")
    sequence: int = Field(ge=1, description="办件内从 1 起的序号；按序号办理，先到的等前面的")
    state: Literal["accepted", "working", "granted", "refused"]
    on: Day


class Received(Schema):
    """收讯的结果。"""

    id: UUID
    state: str = Field(
        description="applied 已办；held 等前面的；stale 不用再办；contradicts 与已有结果不同；"
        "refused 没有办成；unmatched 没有此号"
    )
    new: bool = Field(description="false：这条先前收过")
    reason: str


class SubscriptionIn(Body):
    """订阅。"""

    url: str = Field(max_length=300, description="接收地址；应在本系统登记过的主机上")
    events: list[str] = Field(min_length=1, max_length=10)
    secret: str = Field(description="签名密钥，32 至 200 个字符，由接收方随机生成")


class SubscriptionOut(Schema):
    """一个订阅。"""

    id: UUID
    url: str
    events: list[str]
    made_at: Moment
    failures: int = Field(description="连续没有收下的次数")


class EventOut(Schema):
    """一种事件。"""

    type: str
    label: str


@operation("POST", "/exchange/{system}/messages", tag="对接", out=Received, scope="exchange", changes=False)
def receive_message(
    request: HttpRequest,
    system: str,
    body: MessageIn,
    key_id: Annotated[str, Header(alias="X-Tongban-Key")],
    moment: Annotated[str, Header(alias="X-Tongban-Date")],
    signature: Annotated[str, Header(alias="X-Tongban-Signature")],
) -> Any:
    """收一条对方系统的办理消息：先验签名，再按消息编号只办一次。

    签名：HMAC-SHA256，密钥为双方共有；内容为方法、路径、时间（X-Tongban-Date，世界时）、内容的 SHA-256，各占一行。
    """
    by = asked(request)
    if by.system() != system:
        raise Refused("other_system", "这个令牌不是该系统的。请使用本系统的令牌。")
    exchange.check_signature(
        by.county,
        system,
        method="POST",
        path=request.get_full_path(),
        body=request.body,
        key_id=key_id,
        moment=moment,
        signature=signature,
    )
    told = OutsideMessage(body.id, body.outside_number, body.sequence, body.state, body.on)
    done = exchange.receive(by.county, system, told)
    return Received(id=done.id, state=done.state, new=done.new, reason=done.reason)


@operation("GET", "/events", tag="订阅", out=list[EventOut], scope="webhooks")
def list_events(request: HttpRequest) -> Any:
    """列出可以订阅的事件。"""
    return [EventOut(type=one, label=label) for one, label in exchange.EVENTS.items()]


@operation("GET", "/subscriptions", tag="订阅", out=list[SubscriptionOut], scope="webhooks")
def list_subscriptions(request: HttpRequest) -> Any:
    """列出本系统的订阅。"""
    by = asked(request)
    return [
        SubscriptionOut.model_validate(one, from_attributes=True)
        for one in exchange.subscriptions(by.county, by.system())
    ]


@operation("POST", "/subscriptions", tag="订阅", out=SubscriptionOut, scope="webhooks", status=201)
def subscribe(request: HttpRequest, body: SubscriptionIn) -> Any:
    """订阅事件，从现在起。

    事件是 CloudEvents 1.0（JSON），只有编号、代码和时刻。每个事件至少发一次，同一 id 是同一事件；
    请求头带签名（X-Tongban-Signature），算法同对接消息。收下后回答 2xx。
    """
    by = asked(request)
    system = by.system()

    def act() -> Any:
        made = exchange.subscribe(
            by.county, system, url=body.url, events=body.events, secret=body.secret, actor=by.name
        )
        return str(made.id)

    made = UUID(people.once(by.name, by.key, ["subscribe", body.model_dump()], act))
    standing = {one.id: one for one in exchange.subscriptions(by.county, system)}
    if made not in standing:
        raise Refused("subscription_unknown", "没有这个订阅，可能已经取消。请重新订阅。")
    return SubscriptionOut.model_validate(standing[made], from_attributes=True)


@operation("DELETE", "/subscriptions/{uuid:subscription_id}", tag="订阅", out=None, scope="webhooks", status=204)
def unsubscribe(request: HttpRequest, subscription_id: UUID) -> Any:
    """取消订阅。"""
    by = asked(request)
    exchange.unsubscribe(subscription_id, county=by.county, system=by.system(), actor=by.name)
