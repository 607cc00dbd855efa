"""The fields of each layer: their names in files, in ten letters (Shapefile), and as people in China head their columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridmap.geo.files.contents import Field, Kind

_TEXT, _NUMBER, _LIST = Kind.TEXT, Kind.NUMBER, Kind.LIST

LAYERS: Mapping[str, Sequence[Field]] = {
    "grids": [
        Field("code"),
        Field("level"),
        Field("name"),
        Field("name_en"),
        Field("parent"),
        Field("head_name"),
        Field("head_phone"),
    ],
    "zones": [*(Field(name) for name in ("code", "name", "name_en", "kind", "target")), Field("takes", _LIST)],
    "cameras": [
        Field("id"),
        Field("name"),
        Field("name_en"),
        Field("bearing_deg", _NUMBER, "bearing"),
        Field("view_angle_deg", _NUMBER, "view_angle"),
        Field("view_range_m", _NUMBER, "view_range"),
        Field("stream_url"),
        Field("snapshot_url", _TEXT, "snapshot"),
        Field("vendor"),
        Field("state"),
        Field("last_heard_at", _TEXT, "last_heard"),
    ],
    "service-points": [
        Field("code"),
        Field("name"),
        Field("name_en"),
        Field("address"),
        Field("opening_hours", _TEXT, "opening"),
        Field("keeper"),
        Field("phone"),
        Field("services", _LIST),
    ],
    "cases": [
        Field("source"),
        Field("source_id"),
        Field("occurred_at", _TEXT, "occurred"),
        Field("received_at", _TEXT, "received"),
        Field("standard_ref", _TEXT, "standard"),
        Field("kind"),
        Field("code"),
        Field("source_code", _TEXT, "src_code"),
        Field("address"),
        Field("text"),
        Field("accuracy_m", _NUMBER),
        Field("camera_id"),
        Field("basis"),
        Field("state"),
        Field("closed_at"),
        Field("media", _LIST),
    ],
    "categories": [Field(name) for name in ("standard_ref", "kind", "code", "group_zh", "group_en", "name_zh", "name_en")],
    "time-limits": [
        *(Field(name) for name in ("standard_ref", "kind", "code", "city", "condition_zh", "condition_en", "limit_class")),
        Field("value", _NUMBER),
        *(Field(name) for name in ("unit", "is_default", "source")),
    ],
    "source-codes": [Field(name) for name in ("vendor", "vendor_code", "vendor_name", "standard_ref", "kind", "code")],
    "stage-limits": [Field("stage"), Field("value", _NUMBER), Field("unit"), Field("source")],
    "work-days": [Field("day"), Field("works"), Field("note")],
    "post-kinds": [
        *(Field(name) for name in ("code", "team", "name", "name_en")),
        Field("place", _NUMBER),
        Field("phone_by_office"),
    ],
    "duty-kinds": [*(Field(name) for name in ("code", "name", "name_en")), Field("place", _NUMBER), Field("head_function")],
    "departments": [Field(name) for name in ("code", "name", "name_en", "phone", "address")],
    "people": [
        *(Field(name) for name in ("ref", "name", "name_en", "phone", "phone_public", "email")),
        *(Field(name) for name in ("grid", "post", "duties", "department", "leader", "since", "until", "left_at")),
    ],
    "households": [Field("code"), Field("households", _NUMBER), Field("counted_on"), Field("source")],
    "owners": [Field(name) for name in ("standard_ref", "kind", "code", "department")],
    "rosters": [Field(name) for name in ("ref", "name", "grid", "post", "weekdays", "starts", "ends", "since", "until")],
}

_CHINESE: Mapping[str, Mapping[str, str]] = {
    "grids": {
        "code": "编码 代码 网格编码 网格代码 微网格编码 标识码 单元网格标识码 szdywgbsm",
        "level": "级别 层级 网格级别",
        "name": "名称 网格名称 微网格名称",
        "name_en": "英文名 英文名称",
        "parent": "上级 上级编码 上级网格",
        "head_name": "网格长 微网格长 负责人",
        "head_phone": "网格长电话 联系电话 电话",
    },
    "zones": {
        "code": "编码 代码 区域编码",
        "name": "名称 区域名称",
        "name_en": "英文名 英文名称",
        "kind": "种类 类型 区域类型",
        "target": "归属网格 归属微网格 处置网格",
        "takes": "类别 案件类别",
    },
    "cameras": {
        "id": "编号 编码 国标编码 国标编号 设备编码 设备编号 探头编号 摄像头编号",
        "name": "名称 设备名称 探头名称 摄像头名称",
        "name_en": "英文名 英文名称",
        "bearing_deg": "方位角 朝向 朝向角",
        "view_angle_deg": "视角 视场角 可视角度",
        "view_range_m": "视距 可视距离 可视范围",
        "stream_url": "视频地址 视频流 流地址",
        "snapshot_url": "截图地址 抓图地址",
        "vendor": "厂商 厂家 品牌",
        "state": "状态 在线状态",
        "last_heard_at": "最后在线 最后在线时间",
    },
    "service-points": {
        "code": "编码 编号 代码 服务点编号",
        "name": "名称 服务点名称",
        "name_en": "英文名 英文名称",
        "address": "地址 详细地址",
        "opening_hours": "开放时间 服务时间",
        "keeper": "管理员 负责人 联系人",
        "phone": "电话 联系电话",
        "services": "服务 服务种类 服务项目 服务内容",
    },
    "cases": {
        "source": "来源 数据来源 上报来源",
        "source_id": "来源编号 案件编号 工单编号 任务号",
        "occurred_at": "发生时间 发现时间 事发时间",
        "received_at": "接收时间 上报时间 受理时间",
        "standard_ref": "标准 标准号",
        "kind": "部件事件 部件或事项 案件类型",
        "code": "小类代码 类别代码 类别编码",
        "source_code": "来源代码 厂商代码 报警代码",
        "address": "地址 事发地址 事发位置",
        "text": "描述 问题描述 案件描述 内容",
        "accuracy_m": "精度 定位精度",
        "camera_id": "摄像头 探头 摄像头编号 探头编号",
        "basis": "位置依据 定位依据",
        "state": "状态 案件状态",
        "closed_at": "结案时间",
        "media": "附件 图片 媒体",
    },
    "categories": {
        "standard_ref": "标准 标准号",
        "kind": "部件或事项 种类",
        "code": "小类代码 代码 编码",
        "group_zh": "大类 大类名称",
        "group_en": "大类英文",
        "name_zh": "小类 小类名称 名称",
        "name_en": "小类英文 英文名",
    },
    "time-limits": {
        "standard_ref": "标准 标准号",
        "kind": "部件或事项 种类",
        "code": "小类代码 代码 编码",
        "city": "城市",
        "condition_zh": "立案条件",
        "condition_en": "立案条件英文",
        "limit_class": "时限等级",
        "value": "时限",
        "unit": "单位 时限单位",
        "is_default": "默认",
        "source": "来源 出处",
    },
    "source-codes": {
        "vendor": "厂商",
        "vendor_code": "厂商代码",
        "vendor_name": "厂商叫法 厂商名称",
        "standard_ref": "标准 标准号",
        "kind": "部件或事项 种类",
        "code": "小类代码 代码 编码",
    },
    "stage-limits": {"stage": "环节 阶段", "value": "时限 数值", "unit": "单位", "source": "来源 出处"},
    "work-days": {"day": "日期", "works": "上班 工作", "note": "备注 说明"},
    "owners": {
        "standard_ref": "标准 标准号",
        "kind": "部件或事项 种类",
        "code": "小类代码 大类代码 代码",
        "department": "部门 部门代码",
    },
    "post-kinds": {
        "code": "代码 岗位代码",
        "team": "团队",
        "name": "名称 岗位 岗位名称",
        "name_en": "英文名 英文名称",
        "place": "次序 排序",
        "phone_by_office": "电话公开 岗位电话公开",
    },
    "duty-kinds": {
        "code": "代码 职责代码",
        "name": "名称 职责 职责名称",
        "name_en": "英文名 英文名称",
        "place": "次序 排序",
        "head_function": "微网格长职能",
    },
    "households": {
        "code": "编码 代码 网格编码 微网格编码",
        "households": "户数 居民户数 家庭户数",
        "counted_on": "日期 统计日期 普查日期",
        "source": "来源 数据来源",
    },
    "departments": {
        "code": "代码 部门代码",
        "name": "名称 部门 部门名称",
        "name_en": "英文名 英文名称",
        "phone": "电话 联系电话 值班电话",
        "address": "地址",
    },
    "people": {
        "ref": "工号 编号 人员编号",
        "name": "姓名",
        "name_en": "英文名 英文姓名 拼音",
        "phone": "电话 联系电话 手机 手机号",
        "phone_public": "电话公开 同意公开电话",
        "email": "邮箱 电子邮箱",
        "grid": "网格 网格编码 微网格编码",
        "post": "岗位 职务 身份 角色",
        "duties": "职责 责任",
        "department": "部门 条线部门 部门代码",
        "leader": "负责人 部门负责人",
        "since": "起 任职时间 开始时间 起始日期",
        "until": "止 离任时间 结束时间 结束日期",
        "left_at": "离开时间 离岗时间",
    },
    "rosters": {
        "ref": "工号 编号 人员编号",
        "name": "姓名",
        "grid": "网格 网格编码 微网格编码",
        "post": "岗位 职务 身份 角色",
        "weekdays": "星期 周几 班次日",
        "starts": "上班 上班时间 开始",
        "ends": "下班 下班时间 结束",
        "since": "起 起始日期 开始日期",
        "until": "止 结束日期",
    },
}


def _names(layer: str) -> dict[str, str]:
    names = {alias: name for name, aliases in _CHINESE[layer].items() for alias in aliases.split()}
    for field in LAYERS[layer]:
        names |= {field.short: field.name, field.name: field.name}
    names.pop("", None)
    return names


_KNOWN = {layer: _names(layer) for layer in LAYERS}


def known(layer: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """The values that belong to the layer, under its own names."""
    found: dict[str, Any] = {}
    names = _KNOWN[layer]
    for key, value in properties.items():
        name = names.get(key) or names.get(key.strip().lower())
        if name is not None:
            found.setdefault(name, value)
    return found


def synonyms(layer: str, properties: Iterable[str]) -> list[str]:
    """Columns that mean the same as another one: which of them would count?"""
    names = _KNOWN[layer]
    meant: dict[str, list[str]] = {}
    for key in properties:
        name = names.get(key) or names.get(key.strip().lower())
        if name is not None:
            meant.setdefault(name, []).append(key)
    return [key for keys in meant.values() if len(keys) > 1 for key in keys]


def strangers(layer: str, properties: Iterable[str]) -> list[str]:
    """The columns that mean nothing to the layer."""
    names = _KNOWN[layer]
    return [key for key in properties if key not in names and key.strip().lower() not in names]
