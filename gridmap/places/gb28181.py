"""GB/T 28181 device ids: 20 digits, and what their parts say (GB/T 28181-2016 and -2022, annex on coding rules, rule A).

1-8 centre code (GB/T 2260 county, 00 or a basic unit), 9-10 industry, 11-13 device type, 14 network, 15-20 sequence.
"""

from dataclasses import dataclass

from gridmap.errors import Invalid, msg

INDUSTRIES = {
    "00": ("社会治安路面", "Public security, roads"),
    "01": ("社会治安社区", "Public security, neighbourhoods"),
    "02": ("社会治安内部", "Public security, premises"),
    "03": ("社会治安其他", "Public security, other"),
    "04": ("交通路面", "Traffic, roads"),
    "05": ("交通卡口", "Traffic, checkpoints"),
    "06": ("交通内部", "Traffic, premises"),
    "07": ("交通其他", "Traffic, other"),
    "08": ("城市管理", "City management"),
    "09": ("卫生环保", "Health and environment"),
    "10": ("商检海关", "Inspection and customs"),
    "11": ("教育", "Education"),
    "12": ("民航", "Civil aviation"),
    "13": ("铁路", "Railways"),
    "14": ("航运", "Shipping"),
    "40": ("农林牧渔", "Farming, forestry and fishing"),
}
DEVICE_TYPES = {
    "111": ("DVR", "DVR"),
    "118": ("NVR", "NVR"),
    "121": ("卡口", "Checkpoint"),
    "122": ("多目设备", "Multi-lens device"),
    "131": ("摄像机", "Camera"),
    "132": ("网络摄像机", "IP camera"),
    "134": ("报警输入", "Alarm input"),
}
NETWORKS = {
    "0": ("公安视频传输网", "Police video network"),
    "1": ("公安视频传输网", "Police video network"),
    "2": ("行业专网", "Industry network"),
    "3": ("政法网", "Political and legal network"),
    "4": ("公安移动网", "Police mobile network"),
    "5": ("公安网", "Police network"),
    "6": ("电子政务外网", "E-government extranet"),
    "7": ("互联网", "Internet"),
    "8": ("专线", "Leased line"),
    "9": ("预留", "Reserved"),
}
_UNKNOWN = ("未知", "Unknown")


@dataclass(frozen=True)
class DeviceId:
    """A device id taken apart; the names are (zh, en), "unknown" where the standard leaves a code open."""

    text: str
    centre: str
    industry: tuple[str, str]
    device_type: tuple[str, str]
    network: tuple[str, str]
    sequence: str


def parse(text: str) -> DeviceId:
    """Take a device id apart; `Invalid` unless it is 20 digits that begin with a county code."""
    if not (len(text) == 20 and text.isascii() and text.isdigit()):
        raise Invalid(msg("A GB/T 28181 id has 20 digits, got '%(id)s'"), field="id", id=text[:40])
    if not 11 <= int(text[:2]) <= 82:
        raise Invalid(
            msg("A GB/T 28181 id begins with a county code (GB/T 2260), got '%(id)s'"),
            field="id",
            id=text,
        )
    return DeviceId(
        text=text,
        centre=text[:8],
        industry=INDUSTRIES.get(text[8:10], _UNKNOWN),
        device_type=DEVICE_TYPES.get(text[10:13], _UNKNOWN),
        network=NETWORKS[text[13]],
        sequence=text[14:],
    )
