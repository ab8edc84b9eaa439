"""The tables of the national exchange: names, types and what must be filled.

One line a column: name, type, ``!`` where it must be filled, and the word people know it by.  The families share most
columns, so each table is put together from what it has in common and what is its own.
"""

import re
from dataclasses import dataclass
from functools import cached_property

_BATCH = """
cd_batch varchar(32)! 批次号
cd_operation varchar(2)! 同步类型
cd_time datetime! 同步时间
"""
_ID = "id bigint(20)! 主键\n"
_GUID = "row_guid varchar(50)! 记录唯一标识\n"
_SYNC = _ID + _BATCH + "data_source varchar(3)! 数据来源\n" + _GUID

_CODES = """
catalog_code varchar(12)! 基本编码
task_type varchar(2)! 事项类型
by_law longtext! 设定依据
use_level varchar(11)! 行使层级
task_name varchar(1000)! 事项名称
task_state varchar(2)! 事项状态
task_version int(10)! 事项版本
plan_effective_date datetime 计划生效日期
plan_cancel_date datetime 计划取消日期
"""
_LOCAL_CATALOG = "local_catalog_code varchar(50) 地方基本编码\n"
_LOCAL = _LOCAL_CATALOG + "local_task_code varchar(50) 地方实施编码\n"
_TASK = """
task_code varchar(36)! 实施编码
task_handle_item varchar(50) 业务办理项编码
"""
_POWER = "power_source varchar(2)! 权力来源\n"
#: What every family of items says of its implementation.
_DONE_BY = (
    _TASK
    + """
dept_name varchar(200)! 实施主体
dept_type varchar(2)! 实施主体性质
dept_code varchar(50)! 实施主体编码
entrust_name varchar(100) 委托部门
anticipate_day int(11)! 法定办结时限
anticipate_type varchar(2)! 法定办结时限单位
anticipate_explain longtext 法定办结时限说明
handle_flow longtext! 办理流程
link_way longtext! 咨询方式
supervise_way longtext! 监督投诉方式
"""
)
_APPLIED_FOR = """
promise_day int(11)! 承诺办结时限
promise_type int(2)! 承诺办结时限单位
promise_explain longtext! 承诺办结时限说明
accept_condition longtext! 受理条件
is_fee varchar(2)! 是否收费
fee_basis longtext 收费依据
server_type varchar(32)! 服务对象
project_type varchar(2)! 办件类型
handle_type varchar(5) 办理形式
limit_scene_num int(11)! 到办事现场次数
special_procedure varchar(500)! 特别程序
app_is_single_login varchar(2)! 移动端是否对接单点登录
mobile_terminal_url longtext 移动端办理地址
is_single_login varchar(2)! 计算机端是否对接单点登录
link_addr longtext 计算机端在线办理跳转地址
transact_addr varchar(500)! 办理地点
transact_time varchar(500)! 办理时间
"""
_LEVIED = """
collect_type varchar(2) 征收种类
is_permit_reduce varchar(2) 是否涉及征收费减免的审批
"""
_OF_TASK = _TASK + "task_guid varchar(36)! 事项唯一标识\n"
_EXTEND = (
    _OF_TASK
    + """
other_dept varchar(200) 联办机构
service_type varchar(200) 中介服务
handle_area varchar(2) 通办范围
result_type varchar(30)! 审批结果类型
result_name varchar(200) 审批结果名称
result_guid varchar(256) 审批结果样本
is_entry_center varchar(2)! 是否进驻政务大厅
is_schedule varchar(2) 是否支持预约办理
is_pay_online varchar(2)! 是否支持网上支付
is_express varchar(2)! 是否支持物流快递
is_service_terminals varchar(2) 是否支持终端办理
user_topic_type varchar(40) 面向自然人事项主题分类
user_character_topic_type varchar(100) 面向自然人地方特色主题分类
corp_topic_type varchar(40) 面向法人事项主题分类
corp_character_topic_type varchar(100) 面向法人地方特色主题分类
is_online varchar(2)! 是否网办
online_handle_depth varchar(20) 网上办理深度
online_handle_url longtext 网办地址
limit_scene_explain varchar(1000) 必须现场办理原因说明
town_name varchar(200) 乡镇街道名称
town_code varchar(18) 乡镇街道代码
village_name varchar(200) 村居社区名称
village_code varchar(18) 村居社区代码
extend_field varchar(2000) 扩展字段
"""
)
_MATERIAL = (
    _OF_TASK
    + """
material_name varchar(200)! 材料名称
material_type varchar(2) 材料类型
material_format varchar(2) 材料形式
is_need varchar(2) 材料必要性
form_guid varchar(256) 空白表格
example_guid varchar(256) 示例样表
source_type varchar(2) 来源渠道
source_explain varchar(500) 来源渠道说明
page_num int(11) 纸质材料份数
page_format varchar(200) 纸质材料规格
fill_explain varchar(500) 填报须知
accept_stand longtext 受理标准
by_law longtext 要求提供材料的依据
order_num int(11)! 排序
remark longtext 备注
"""
)
_FEE = (
    _OF_TASK
    + """
fee_name varchar(200)! 收费项目名称
fee_stand longtext! 收费标准
by_law longtext 收费依据
is_desc varchar(2) 是否允许减免
desc_explain longtext 允许减免依据
order_num int(11)! 排序
remark varchar(1000) 备注
"""
)
_QUESTIONS = (
    _OF_TASK
    + """
question varchar(1000)! 问题
answer longtext! 答案
order_num int(11)! 排序
"""
)
_ACCEPT = (
    _LOCAL
    + _TASK
    + """
project_no varchar(50)! 办件编号
catalog_code varchar(12)! 基本编码
task_name varchar(1000)! 事项名称
task_version int(10)! 事项版本
applyer_name varchar(100)! 申请人名称
applyer_type varchar(2)! 申请人类型
applyer_page_type varchar(70)! 申请人证件类型
applyer_page_code varchar(500)! 申请人证件号码
legal varchar(100) 法定代表人
contact_name varchar(100) 联系人或代理人姓名
contact_type varchar(6) 联系人或代理人证件类型
contact_code varchar(50) 联系人或代理人证件号码
contact_mobile varchar(11) 联系人手机号码
address varchar(1000) 通讯地址
zip_code varchar(6) 邮编
project_name varchar(1000) 办理摘要
apply_type varchar(2)! 申请类型
apply_date datetime! 申请时间
org_name varchar(100)! 受理部门
org_code varchar(18)! 受理部门编码
handle_user_name varchar(100) 受理人员
accept_date datetime! 受理时间
accept_doc_no varchar(50) 受理文书编号
promise_date datetime 承诺办结时间
project_type varchar(2)! 办理类型
"""
)
_PROCESS = """
project_no varchar(50)! 办件编号
process_name varchar(1000)! 办理环节名称
event_start_time datetime! 环节开始时间
event_end_time datetime! 环节结束时间
event_name varchar(2)! 业务动作
handle_explain varchar(2000)! 办理意见
handle_user_name varchar(100)! 受理人员
remark longtext 备注
"""
_RESULT = """
project_no varchar(50)! 办件编号
result_type varchar(2)! 办结结果
result_date datetime! 办结时间
result_explain varchar(2000) 办件结果描述
result_cetr_name longtext 结果证照名称
result_cetr_no varchar(2000) 结果证照编号
is_delivery_results varchar(2)! 是否快递递送结果
handle_user_name varchar(100) 受理人员
satisfaction varchar(2) 满意度
remark varchar(1000) 备注
"""
_SPECIAL = """
project_no varchar(50)! 办件编号
special_type varchar(2)! 特别程序种类
special_name varchar(1000)! 特别程序种类名称
special_time datetime! 特别程序开始时间
special_reason varchar(2000)! 特别程序启动理由或依据
end_time datetime! 特别程序结束时间
result varchar(2000) 特别程序结果
special_explain varchar(2000) 特别程序办理意见
applyer_user_name varchar(100) 申请人
handle_user varchar(100) 办理人
remark varchar(1000) 备注
"""
_CASE_MATERIAL = """
project_no varchar(50)! 办件编号
material_name varchar(200)! 材料名称
get_type varchar(2) 收取方式
get_name varchar(5) 收取数量
material_attach_name varchar(200) 附件名称
remark varchar(1000) 备注
"""
_LICENCE = (
    _ID
    + _BATCH
    + """
data_source varchar(3)! 数据来源
certificate_name varchar(512)! 证照名称
certificate_number varchar(128)! 证照编码
certificate_type varchar(256)! 证照类型名称
certificate_type_code varchar(64)! 证照类型代码
certificate_holder longtext! 持证主体
certificate_holder_code longtext! 持证主体代码
certificate_holder_type varchar(2000) 持证主体代码类型
issue_dept longtext! 证照颁发机构
issue_dept_code longtext! 证照颁发机构代码
issue_date varchar(32)! 证照颁发日期
certificate_area_code varchar(32)! 证照所属管辖属地编码
certificate_source_id varchar(128)! 电子证照源标识
"""
)
_ABNORMAL = (
    _ID
    + _GUID
    + """
cd_time datetime! 同步时间
err_type varchar(100)! 异常类型
remark varchar(1000) 备注
table_cd_batch varchar(32)! 批次号
table_cd_source varchar(10)! 数据来源
table_cd_time datetime! 上传日期
table_name varchar(50)! 数据表中文名
table_row_guid varchar(50)! 数据表主键
table_sql_name varchar(50)! 数据表英文名
table_update_time datetime! 进入汇聚区日期
"""
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column."""

    name: str
    #: As the specification writes it, e.g. ``varchar(36)``.
    type: str
    required: bool
    #: The word people know it by.
    meaning: str

    @property
    def sort(self) -> str:
        """``text``, ``int`` or ``datetime``."""
        if self.type == "datetime":
            return "datetime"
        return "int" if "int" in self.type else "text"

    @property
    def length(self) -> int:
        """Characters a text may have; 0: any number."""
        found = re.fullmatch(r"varchar\(([0-9]+)\)", self.type)
        return int(found[1]) if found else 0


@dataclass(frozen=True)
class Table:
    """One table."""

    name: str
    #: What it is called.
    label: str
    columns: tuple[Column, ...]

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def key(self) -> str:
        """The column by which the receiver knows a row again."""
        return "row_guid" if "row_guid" in self.by_name else "certificate_source_id"


#: Columns that tell of the sending and not of the thing: left out where two sendings are compared.
SENDING = frozenset({"id", "cd_batch", "cd_operation", "cd_time", "data_source"})


def _table(name: str, label: str, *parts: str) -> Table:
    columns: dict[str, Column] = {}
    for line in "".join(parts).splitlines():
        if line.strip():
            column, kind, meaning = line.split()
            columns.setdefault(column, Column(column, kind.rstrip("!"), kind.endswith("!"), meaning))
    return Table(name, label, tuple(columns.values()))


def _family(name: str, label: str, *basic: str, extend: str = "", fee: str = "") -> tuple[Table, ...]:
    """The tables of one family of items, as they are sent (``up_``) and handed down (``dn_``)."""
    made = []
    for way, local in (("up", _LOCAL), ("dn", "")):
        made.append(_table(f"{way}_task_{name}_basic", f"{label}基本信息", _SYNC, _CODES, local, *basic))
        if extend:
            made.append(_table(f"{way}_task_{name}_extend", f"{label}扩展信息", _SYNC, extend))
        made.append(_table(f"{way}_task_{name}_material", f"{label}申请材料", _SYNC, _MATERIAL))
        if fee:
            made.append(_table(f"{way}_task_{name}_fee_project", f"{label}收费项目", _SYNC, fee))
        made.append(_table(f"{way}_task_{name}_questions", f"{label}常见问题", _SYNC, _QUESTIONS))
    return tuple(made)


_ALL = (
    _table("up_task_directory", "事项目录", _SYNC, _CODES, _LOCAL_CATALOG),
    _table("dn_task_directory", "事项目录", _SYNC, _CODES),
    *_family(
        "general",
        "依申请事项",
        *(_POWER, _DONE_BY, _APPLIED_FOR),
        extend=_EXTEND + "limit_explain longtext 数量限制\n",
        fee=_FEE,
    ),
    *_family("public", "公共服务事项", _DONE_BY, _APPLIED_FOR, extend=_EXTEND, fee=_FEE),
    *_family("handle", "征收类事项", _POWER, _DONE_BY, _LEVIED),
    _table("up_pro_accept", "办件受理", _SYNC, _ACCEPT),
    _table("up_pro_process", "办件过程", _SYNC, _PROCESS),
    _table("up_pro_result", "办件结果", _SYNC, _RESULT),
    _table("up_pro_special_procedure", "办件特别程序", _SYNC, _SPECIAL),
    _table("up_pro_material", "办件材料", _SYNC, _CASE_MATERIAL),
    _table("up_lic_data", "电子证照目录", _LICENCE),
    _table("dn_audit_abnormal", "数据异常反馈", _ABNORMAL),
    _table("dn_lic_data_error", "证照目录异常反馈", _LICENCE, "error_remark varchar(512)! 异常说明\n"),
)
TABLES = {table.name: table for table in _ALL}

#: What goes up, in the order in which the receiver needs it.
SENT = tuple(table for table in _ALL if table.name.startswith("up_"))
#: The answers that say what was wrong with a row.
ERROR_ANSWERS = ("dn_audit_abnormal", "dn_lic_data_error")
