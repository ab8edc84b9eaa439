"""验证码: sent at once, or not at all once it is of no more use."""

from tongban.hall.postman.channel import Message, channel
from tongban.rooms import clock
from tongban.rooms.ledger.actions import Claimed
from tongban.rooms.people import actions as people

_FOR = {
    "register": "用于注册通办账号",
    "sign_in": "用于登录通办",
    "reset": "用于重设通办密码",
    "first": "用于设置通办工作账号的密码",
    "old": "用于更换您在通办登记的手机号",
    "new": "用于把这个手机号登记为您在通办的手机号",
}
#: What the old phone is told.
_MOVED = (
    "您在通办登记的手机号刚刚换成了另一个号码，这个号码以后不能再登录。不是您本人换的，请立即带证件到任一窗口处理。"
)


def keep_code(promise: Claimed) -> Message | None:
    """Send the code to its phone; None: it was used, or its time is over."""
    code = people.code_to_send(promise.subject_id)
    if code is None:
        return None
    text = (
        _MOVED
        if code.purpose == "moved"
        else (
            f"验证码 {code.code}，{_FOR[code.purpose]}，{code.minutes} 分钟内有效。"
            "不要告诉任何人，工作人员不会向您要验证码。"
        )
    )
    message = Message(promise.key, f"code:{promise.subject_id}", text, clock.now().isoformat())
    channel().send(message)
    return message
