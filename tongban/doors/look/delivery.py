"""送达方式 in the words that people, windows and offices read."""

from django.utils.translation import gettext_noop

#: Way -> what it is called, and what is said beside it.
DELIVERY = {
    "electronic": (gettext_noop("网上下载"), gettext_noop("办好后在“我的办件”里下载，和纸质的一样有效。")),
    "mail": (gettext_noop("邮寄到家"), gettext_noop("写明收件人、电话和地址。")),
    "window": (gettext_noop("到窗口领取"), ""),
}
